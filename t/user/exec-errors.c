/* SPDX-License-Identifier: Apache-2.0 */
/* What execve refuses, and that the program goes on as it was; then scripts, one after the other. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../temporary.h"

static char directory[TEMPORARY_ROOM];
static char *none[] = { "x", NULL };

static const char *path_of(const char *name)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void make(const char *name, const void *bytes, size_t size, int mode)
{
    int file = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0700);

    if (file < 0 || write(file, bytes, size) != (ssize_t)size || fchmod(file, mode) || close(file))
        perror(name);
}

static void refused(const char *what, const char *path, char **argv)
{
    int result = execve(path, argv, none);

    printf("%s: %d %s\n", what, result, strerrorname_np(errno));
}

static void files(void)
{
    char text[300];

    memset(text, 'x', sizeof text);
    make("text", text, sizeof text, 0755);
    make("empty", "", 0, 0755);
    make("plain", text, sizeof text, 0644);
    make("absent", "#!/no/such/interpreter\n", 23, 0755);
    make("nameless", "#! \t\n", 5, 0755);
    make("endless", memcpy(text, "#!/bin/", 7), sizeof text, 0755);
    refused("no such file", path_of("nothing"), none);
    refused("an empty path", "", none);
    refused("below a file", path_of("text/x"), none);
    refused("a directory", directory, none);
    refused("no x bit", path_of("plain"), none);
    refused("text", path_of("text"), none);
    refused("an empty file", path_of("empty"), none);
    refused("a script whose interpreter is not there", path_of("absent"), none);
    refused("a script that names none", path_of("nameless"), none);
    refused("a script whose first line is too long", path_of("endless"), none);
}

static void pointers(void)
{
    char *bad[] = { (char *)16, NULL };
    size_t size = 200000;
    char *large = malloc(size), *larger[] = { large, NULL };

    memset(large, 'l', size - 1);
    large[size - 1] = 0;
    refused("a path that is no address", (const char *)8, none);
    refused("an argument that is no address", path_of("text"), bad);
    refused("a vector that is no address", path_of("text"), (char **)24);
    refused("an argument of 200,000 bytes", path_of("text"), larger);
    free(large);
}

/* A script that is its own interpreter, after so many others. */
static void nested(void)
{
    char line[300];

    for (int i = 0; i < 8; i++) {
        char name[12];

        snprintf(line, sizeof line, "#!%s/n%d\n", directory, i + 1);
        snprintf(name, sizeof name, "n%d", i);
        make(name, line, strlen(line), 0755);
    }
    make("n8", line, 0, 0755);
    refused("scripts eight deep", path_of("n0"), none);
}

/* ELF files: this program's own head, with a change. */
static void malformed(const char *self)
{
    static const struct {
        const char *what;
        size_t at;
        unsigned char bytes[2];
    } changes[] = { { "another machine", offsetof(Elf64_Ehdr, e_machine), { 3, 0 } },
                    { "an object", offsetof(Elf64_Ehdr, e_type), { ET_REL, 0 } },
                    { "headers of another size", offsetof(Elf64_Ehdr, e_phentsize), { 55, 0 } },
                    { "no headers", offsetof(Elf64_Ehdr, e_phnum), { 0, 0 } },
                    { "no magic", 0, { 'M', 'Z' } } };
    static char head[8192];
    int file = open(self, O_RDONLY);
    ssize_t size = read(file, head, sizeof head);

    close(file);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char kept[2];

        memcpy(kept, head + changes[i].at, 2);
        memcpy(head + changes[i].at, changes[i].bytes, 2);
        make("elf", head, (size_t)size, 0755);
        refused(changes[i].what, path_of("elf"), none);
        memcpy(head + changes[i].at, kept, 2);
    }
}

/* Each line is run in turn by a program that this one has become, as its interpreter; it removes all at the end. */
static void scripts(char **argv, int number)
{
    static const char *const lines[] = { "#!%s one argument\nrest", "#! \t %s\t\n", "#!%s", "#!%s  -x \t \n" };
    char line[300], next[12], *arguments[] = { "zero", "first", "second", NULL };
    int count = sizeof lines / sizeof *lines;

    for (int i = 1; argv[i] && number; i++)
        printf(strchr(argv[i], '/') ? "argument: a path\n" : "argument: '%s'\n", argv[i]);
    if (number == count)
        exit(9);
    snprintf(line, sizeof line, lines[number], getenv("ACRE_SELF"));
    make("script", line, strlen(line), 0755);
    snprintf(next, sizeof next, "%d", number + 1);
    setenv("ACRE_NUMBER", next, 1);
    fflush(stdout);
    execv(path_of("script"), arguments);
    perror("execv");
}

int main(int argc, char **argv)
{
    static char self[500];
    const char *kept = getenv("ACRE_DIRECTORY"), *number = getenv("ACRE_NUMBER");

    if (number) {
        strcpy(directory, kept);
        scripts(argv, atoi(number));
        return 1;
    }
    if (argc < 1 || !mkdtemp(temporary_name(directory)) || readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return 2;
    setenv("ACRE_SELF", self, 1);
    setenv("ACRE_DIRECTORY", directory, 1);
    files();
    pointers();
    nested();
    malformed(self);
    scripts(argv, 0);
    return 1;
}
