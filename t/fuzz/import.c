/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The importer of maps from boot logs, which is Tcl (farm/lib/mapimport.tcl), in an interpreter of this process;
 * import.tcl has what must be true.
 *
 * Coverage: the sanitizer sees nothing of Tcl code, so under libFuzzer a second interpreter imports the log once more,
 * slowly: a trace marks each pair of commands that are executed in a row, in bytes that libFuzzer reads beside its own
 * counters.
 */
#include "fuzz.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <tcl.h>
#include <unistd.h>

#ifdef FUZZ_LIBFUZZER
static volatile uint8_t marks[8192] __attribute__((section("__libfuzzer_extra_counters")));

/* By name, depth and words, and what went before: the command's text may hold what was read. */
static int mark_command(ClientData before, Tcl_Interp *interp, int level, const char *command, Tcl_Command token,
                        int count, Tcl_Obj *const *words)
{
    uint32_t *last = before, hash = 2166136261u; /* FNV-1a */

    (void)interp, (void)command, (void)token;
    for (const char *name = Tcl_GetString(words[0]); *name; name++)
        hash = (hash ^ (uint8_t)*name) * 16777619u;
    hash = ((hash ^ (uint32_t)level) * 16777619u ^ (uint32_t)count) * 16777619u;
    hash ^= hash >> 16;
    marks[(hash ^ *last) % sizeof marks] = 1; /* how often would make each log a new one */
    *last = hash >> 1;
    return TCL_OK;
}
#endif

static void must(Tcl_Interp *interp, int result, const char *what)
{
    if (result != TCL_OK)
        fuzz_fail("%s: %s", what, Tcl_GetStringResult(interp));
}

/* This program is BUILD/fuzz/NAME, and BUILD/acre-tree.tcl says where both trees are. */
static Tcl_Interp *start(void)
{
    Tcl_Interp *interp = Tcl_CreateInterp();
    char path[PATH_MAX + 1] = "";
    ssize_t size = readlink("/proc/self/exe", path, PATH_MAX);

    path[size < 0 ? 0 : size] = 0;
    Tcl_FindExecutable(path);
    must(interp, Tcl_Init(interp), "Tcl");
    Tcl_SetVar(interp, "here", dirname(dirname(path)), TCL_GLOBAL_ONLY);
    must(interp, Tcl_Eval(interp, "source [file join $here acre-tree.tcl]\n"
                                  "source [file join $source farm lib paths.tcl]\n"
                                  "::acre::paths::tree $source $build\n"
                                  "source [file join $source t fuzz import.tcl]\n"), "the farm's sources");
    return interp;
}

/* Calls a procedure of import.tcl with the bytes. */
static int call(Tcl_Interp *interp, const char *name, const uint8_t *data, size_t size)
{
    Tcl_Obj *words[2] = {Tcl_NewStringObj(name, -1), Tcl_NewByteArrayObj(data, (int)size)};
    int result;

    Tcl_IncrRefCount(words[0]);
    Tcl_IncrRefCount(words[1]);
    result = Tcl_EvalObjv(interp, 2, words, TCL_EVAL_GLOBAL);
    Tcl_DecrRefCount(words[0]);
    Tcl_DecrRefCount(words[1]);
    return result;
}

/* Notes the interpreter's result in a place that lives on. */
static void note_outcome(Tcl_Interp *interp)
{
    static char ended[200][100];
    static unsigned count;
    const char *result = Tcl_GetStringResult(interp);
    unsigned i = 0;

    while (i < count && strncmp(ended[i], result, sizeof ended[i] - 1))
        i++;
    if (i == count && count < sizeof ended / sizeof ended[0])
        snprintf(ended[count++], sizeof ended[0], "%s", result);
    if (i < count)
        fuzz_outcome(ended[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Tcl_Interp *interp;

    if (!interp)
        interp = start();
    must(interp, call(interp, "::fuzz::one", data, size), "import");
    note_outcome(interp);
#ifdef FUZZ_LIBFUZZER
    static Tcl_Interp *traced;
    static uint32_t last;

    if (!traced) {
        traced = start();
        Tcl_CreateObjTrace(traced, 0, 0, mark_command, &last, NULL);
    }
    last = 0;
    call(traced, "::fuzz::import", data, size);
#endif
    return 0;
}
