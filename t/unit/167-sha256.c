/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 and HMAC-SHA-256 by the published vectors: FIPS 180-4's examples, and RFC 4231. */
#include "tap.h"

#include "runtime/sha256.h"

#define SPLIT_MAX 200

static const struct {
    const char *text, *digest;
} hashes[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

/* A key or a text: size bytes that are all `fill`, those of the text, or 1, 2, 3, ... if there is neither. */
struct piece {
    const char *text;
    unsigned char fill;
    size_t size;
};

#define TEXT(text) {text, 0, sizeof(text) - 1}

static const struct {
    struct piece key, text;
    const char *mac; /* of case 5 the first half */
} macs[] = {
    {{NULL, 0x0b, 20}, TEXT("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {TEXT("Jefe"), TEXT("what do ya want for nothing?"),
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {{NULL, 0xaa, 20}, {NULL, 0xdd, 50}, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {{NULL, 0, 25}, {NULL, 0xcd, 50}, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {{NULL, 0x0c, 20}, TEXT("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b"},
    {{NULL, 0xaa, 131}, TEXT("Test Using Larger Than Block-Size Key - Hash Key First"),
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {{NULL, 0xaa, 131},
     TEXT("This is a test using a larger than block-size key and a larger than block-size data. The key needs to be "
          "hashed before being used by the HMAC algorithm."),
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

#define HASHES (sizeof hashes / sizeof hashes[0])
#define MACS (sizeof macs / sizeof macs[0])

static const char *hex_of(const uint8_t digest[SHA256_SIZE])
{
    static char text[2 * SHA256_SIZE + 1];

    for (unsigned i = 0; i < SHA256_SIZE; i++)
        snprintf(text + (size_t)2 * i, 3, "%02x", digest[i]);
    return text;
}

static const char *hash_of(const void *bytes, size_t size, size_t first)
{
    uint8_t digest[SHA256_SIZE];
    struct sha256 sha;

    sha256_init(&sha);
    sha256_add(&sha, bytes, first);
    sha256_add(&sha, (const char *)bytes + first, size - first);
    sha256_end(&sha, digest);
    return hex_of(digest);
}

static size_t lay_out(const struct piece *piece, char *bytes)
{
    for (size_t i = 0; i < piece->size; i++)
        bytes[i] = piece->text ? piece->text[i] : (char)(piece->fill ? piece->fill : i + 1);
    return piece->size;
}

static const char *mac_of(unsigned number)
{
    char key[256], text[256];
    uint8_t mac[SHA256_SIZE];
    struct hmac hmac;
    size_t size = lay_out(&macs[number].text, text);

    hmac_init(&hmac, key, lay_out(&macs[number].key, key));
    hmac_add(&hmac, text, size / 2);
    hmac_add(&hmac, text + size / 2, size - size / 2);
    hmac_end(&hmac, mac);
    return hex_of(mac);
}

/* A million times a: the third of FIPS 180's examples. */
static void test_million(void)
{
    char *bytes = malloc(1000000);

    memset(bytes, 'a', 1000000);
    tap_is_text(hash_of(bytes, 1000000, 12345),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million times a");
    free(bytes);
}

/* Every size around the ends of blocks, cut in two at every place. */
static void test_splits(void)
{
    char bytes[SPLIT_MAX], whole[2 * SHA256_SIZE + 1];
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    for (size_t size = 0; size <= SPLIT_MAX; size++) {
        strcpy(whole, hash_of(bytes, size, 0));
        for (size_t first = 0; first <= size; first++)
            wrong += strcmp(whole, hash_of(bytes, size, first)) != 0;
    }
    tap_is_u64(wrong, 0, "however a text is cut in two, its digest is the same");
}

static void test_equal(void)
{
    uint8_t left[SHA256_SIZE] = {0}, right[SHA256_SIZE] = {0};
    unsigned wrong = !sha256_equal(left, right);

    for (unsigned bit = 0; bit < 8 * SHA256_SIZE; bit++) {
        right[bit / 8] ^= (uint8_t)(1 << bit % 8);
        wrong += sha256_equal(left, right);
        right[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    tap_is_u64(wrong, 0, "digests are equal, and with any bit turned are not");
}

int main(void)
{
    char got[2 * SHA256_SIZE + 1];

    tap_plan(HASHES + MACS + 3);
    for (unsigned i = 0; i < HASHES; i++)
        tap_is_text(hash_of(hashes[i].text, strlen(hashes[i].text), 0), hashes[i].digest, "SHA-256 of '%s'",
                    hashes[i].text);
    test_million();
    test_splits();
    for (unsigned i = 0; i < MACS; i++) {
        strcpy(got, mac_of(i));
        got[strlen(macs[i].mac)] = '\0';
        tap_is_text(got, macs[i].mac, "RFC 4231, case %u", i + 1);
    }
    test_equal();
    return tap_done();
}
