/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of the store's server: those that look, writing with a key, watches, and how they are refused. */
#include "store_client.h"

/* ---- operations that look */

static void test_requests(void)
{
    is_reply("{'id':18446744073709551615,'op':'get','path':'memory.ledger.free'}",
             "{'id':18446744073709551615,'ok':1000}");
    is_reply("{'op':'get','path':'memory','depth':1}", "{'id':null,'ok':{'ledger':{'+':12}}}");
    is_reply("{'id':1,'op':'get','path':'program','fields':['minor','no\\u0077']}",
             "{'id':1,'ok':{'argv':[],'threads':[{'+':3},{'+':3},{'+':3}],'now':1000,"
             "'faults':{'minor':0}}}");
    is_reply("{'id':1,'op':'list','path':'memory'}", "{'id':1,'ok':{'ledger':'object'}}");
    is_reply("{'id':1,'op':'schema','path':'interrupts'}",
             "{'id':1,'ok':{'timer':'number','keyboard':'number','spurious':'number'}}");
    is_reply("{'id':1,'op':'schema','path':'memory','depth':1}", "{'id':1,'ok':{'ledger':'object'}}");
    is_reply("{'id':7,'op':'ping'}", PONG);
    tap_ok(strstr(ask("{'op':'tags'}"), quotes("{'id':null,'ok':{'base':'0xffff800000000000'")), "tags");
    is_reply("{'op':'bye'}", "{'id':null,'ok':true}");
}

static void test_refusals(void)
{
    is_reply("{'id':-1,'op':'ping'}", "{'id':null,'error':'bad-value','text':'\\'id\\' is a number from "
             "0 to 2^64 - 1'}");
    is_reply("{'id':'1','op':'ping'}", "{'id':null,'error':'bad-value','text':'\\'id\\' is a number "
             "from 0 to 2^64 - 1'}");
    is_reply("{'id':1}", "{'id':1,'error':'bad-request','text':'\\'op\\' is missing'}");
    is_reply("{'id':1,'op':1}", "{'id':1,'error':'bad-value','text':'\\'op\\' is a text of bytes, not 1'}");
    is_reply("{'id':1,'op':'go'}", "{'id':1,'error':'unknown-op','text':'there is no op \\'go\\''}");
    is_reply("{'op':'ping','path':'','id':1}", "{'id':1,'error':'bad-request','text':'ping takes no "
             "\\'path\\''}");
    is_reply("{'op':'ping','paht':'','id':1}", "{'id':1,'error':'bad-request','text':'no request has "
             "\\'paht\\''}");
    is_reply("{'op':'ping','op':'ping','id':1}", "{'id':1,'error':'bad-request','text':'it has "
             "\\'op\\' twice'}");
    is_reply("{'op':'get','path':[]}", "{'id':null,'error':'bad-value','text':'\\'path\\' is a text of "
             "bytes, not []'}");
    is_reply("{'op':'get','path':'\\u1234'}", "{'id':null,'error':'bad-value','text':'\\'path\\' is a "
             "text of bytes, not \\'\\\\u1234\\''}");
    is_reply("{'op':'get','depth':17}", "{'id':null,'error':'bad-value','text':'\\'depth\\' is a number "
             "from 0 to 16, not 17'}");
    is_reply("{'op':'schema','depth':-1}", "{'id':null,'error':'bad-value','text':'\\'depth\\' is a "
             "number from 0 to 16, not -1'}");
    is_reply("{'op':'list','path':1}", "{'id':null,'error':'bad-value','text':'\\'path\\' is a text of "
             "bytes, not 1'}");
    is_reply("{'op':'schema','path':1}", "{'id':null,'error':'bad-value','text':'\\'path\\' is a text of "
             "bytes, not 1'}");
    for (int i = 0; i < 3; i++) {
        static const char *const fields[] = {"1", "[1]",
            "['','','','','','','','','','','','','','','','','']"};
        char json[256];

        snprintf(json, sizeof json, "{'op':'get','fields':%s}", fields[i]);
        is_reply(json, "{'id':null,'error':'bad-value','text':'\\'fields\\' is a list of at most 16 names'}");
    }
    is_reply("{'op':'get','path':'memory.lodger.x'}", "{'id':null,'error':'not-found','text':'there is "
             "no \\'lodger.x\\' in \\'memory\\'; list says what is there'}");
    is_reply("{'op':'get','path':'memroy'}", "{'id':null,'error':'not-found','text':'there is "
             "no \\'memroy\\'; list says what is there'}");
    is_reply("{'op':'get','path':'odd.silent'}", "{'id':null,'error':'not-found','text':'there is "
             "nothing at \\'odd.silent\\' now'}");
}

/* What is longest in an error, all of it to be escaped. */
static void test_long_error(void)
{
    char json[STORE_REQUEST_MAX] = "{'id':18446744073709551615,'op':'get','path':'memory.";
    const char *reply;

    for (int i = 0; i < 100; i++)
        strcat(json, "\\u0001");
    strcat(json, "'}");
    world.server.out_size = STORE_OUT_LEAST;
    reply = ask(json);
    world.server.out_size = STORE_OUT_MOST;
    tap_ok(strlen(reply) > 400 && strstr(reply, quotes("\\u0001\\' in \\'memory\\'; list")),
           "a long name is cut in an error");
}

/* ---- read */

static void is_read(const void *at, const char *rest, const char *reply)
{
    char json[128], wanted[256];

    snprintf(json, sizeof json, "{'op':'read','address':'0x%llx'%s}", (unsigned long long)(uintptr_t)at, rest);
    snprintf(wanted, sizeof wanted, reply, (unsigned long long)(uintptr_t)at);
    is_text(ask(json), wanted, rest);
}

static void test_read(void)
{
    struct store_seam blind = world_seam;

    is_read(world.number, ",'bytes':16", "{'id':null,'ok':{'address':'0x%llx','tag':'integer',"
            "'heap':'world','bytes':'0000000000000000feffffffffffffff','value':{'number':-2}}}");
    is_read(world.text, ",'bytes':15", "{'id':null,'ok':{'address':'0x%llx','tag':'string',"
            "'heap':'world','bytes':'000000000000000010000000776861','value':{'size':16,'text':'wha'}}}");
    is_read(world.text, "", "{'id':null,'error':'not-readable','text':'0x%llx and the 64 bytes from there do not "
            "lie in a heap'}");
    is_read(world.text, ",'bytes':257", "{'id':null,'error':'bad-value','text':'\\'bytes\\' is a number from "
            "1 to 256, not 257'}");
    world.server.seam = &blind;
    blind.readable = NULL;
    is_read(world.number, ",'bytes':1", "{'id':null,'error':'not-readable','text':'0x%llx and the 1 bytes from "
            "there do not lie in a heap'}");
    world.server.seam = &world_seam;
    is_read((void *)UINTPTR_MAX, ",'bytes':1", "{'id':null,'error':'not-readable','text':'0x%llx and the 1 bytes from "
            "there do not lie in a heap'}");
    is_reply("{'op':'read'}", "{'id':null,'error':'bad-request','text':'\\'address\\' is missing'}");
    is_reply("{'op':'read','address':'12'}", "{'id':null,'error':'bad-value','text':'\\'address\\' is "
             "\\'0x\\' and up to 16 digits, not \\'12\\''}");
}

/* ---- writing with a key */

static const uint8_t key[STORE_KEY_SIZE] = "the key of this test, 32 bytes.";

static const char *nonce(void)
{
    static char text[2 * STORE_NONCE_SIZE + 1];
    const char *reply = ask("{'id':1,'op':'challenge'}");

    return sscanf(reply, quotes("{'id':1,'ok':{'nonce':'%32[0-9a-f]'}}"), text) == 1 ? text : reply;
}

/* A set with the mac that a key makes; `wrong` is added to its first byte. */
static const char *set_with(const char *challenge, const char *path, const char *value, uint8_t wrong)
{
    char json[512], hex[2 * SHA256_SIZE + 1];
    uint8_t mac[SHA256_SIZE];
    struct hmac hmac;

    value = quotes(value);
    hmac_init(&hmac, key, sizeof key);
    hmac_add(&hmac, challenge, strlen(challenge));
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, path, strlen(path));
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, value, strlen(value));
    hmac_end(&hmac, mac);
    mac[0] += wrong;
    for (unsigned i = 0; i < SHA256_SIZE; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", mac[i]);
    snprintf(json, sizeof json, "{'id':2,'op':'set','path':'%s','value':%s,'mac':'%s'}", path, value, hex);
    return ask(json);
}

static void is_set(const char *path, const char *value, const char *reply)
{
    is_text(set_with(nonce(), path, value, 0), reply, value);
}

static void test_read_only(void)
{
    is_reply("{'id':1,'op':'challenge'}", "{'id':1,'error':'read-only','text':'the image has no "
             "key; make it with meta=write and one'}");
    is_reply("{'id':1,'op':'set'}", "{'id':1,'error':'read-only','text':'the image has no key; "
             "make it with meta=write and one'}");
}

static void test_sets(void)
{
    is_set("config.cols", "132", "{'id':2,'ok':{'old':80,'value':132}}");
    tap_ok(world.cols == 132 && world.changes == 1 && !strcmp(world.changed, "cols 80 132"), "it is so, and was said");
    is_set("config.quiet", "true", "{'id':2,'ok':{'old':false,'value':true}}");
    is_set("config.scheduler", "'fair'", "{'id':2,'ok':{'old':'round-robin','value':'fair'}}");
    is_set("config.cols", "501", "{'id':2,'error':'bad-value','text':'config.cols is a number from 1 to 500, not "
           "501'}");
    is_set("config.quiet", "1", "{'id':2,'error':'bad-value','text':'config.quiet is true or false, not 1'}");
    is_set("config.scheduler", "'x'", "{'id':2,'error':'bad-value','text':'\\'x\\' is no word of "
           "config.scheduler; get it to see them'}");
    is_set("config.colums", "1", "{'id':2,'error':'not-found','text':'\\'config.colums\\' cannot be set; list "
           "config says what can'}");
    is_set("memory.ledger.free", "1", "{'id':2,'error':'not-found','text':'\\'memory.ledger.free\\' cannot be "
           "set; list config says what can'}");
    is_set("config.memory", "12", "{'id':2,'error':'not-live','text':'config.memory is set at boot and not while "
           "the machine runs'}");
    is_set("config.full", "true", "{'id':2,'error':'refused','text':'config.full could not be set to true: no "
           "memory for bookkeeping'}");
    world.server.seam = &(struct store_seam){.entropy = world_entropy, .now_ms = world_now_ms};
    is_set("config.full", "false", "{'id':2,'ok':{'old':true,'value':true}}");
    world.server.seam = &world_seam;
}

#define WRONG "{'id':2,'error':'wrong-key','text':'the mac is not that of this key, challenge, path and value'}"
#define UNASKED "{'id':2,'error':'no-challenge','text':'a set needs a challenge before it, each one its own'}"

static void test_macs(void)
{
    char first[33], second[33];

    strcpy(first, nonce());
    strcpy(second, nonce());
    tap_ok(strlen(first) == 32 && strlen(second) == 32 && strcmp(first, second), "each challenge is another");
    is_text(set_with(first, "config.cols", "90", 0), WRONG, "one is worth nothing after the next");
    is_text(set_with(second, "config.cols", "90", 0), UNASKED, "and none after a wrong try");
    strcpy(first, nonce());
    is_text(set_with(first, "config.cols", "90", 1), WRONG, "a mac with a wrong byte is refused");
    strcpy(first, nonce());
    is_text(set_with(first, "config.cols", "90", 0), "{'id':2,'ok':{'old':132,'value':90}}", "a right one is not");
    is_text(set_with(first, "config.cols", "90", 0), UNASKED, "a nonce serves once");
    nonce();
    ask("{'op':'bye'}");
    is_text(set_with(first, "config.cols", "90", 0), UNASKED, "and not after bye");
    nonce();
    is_reply("{'id':2,'op':'set','path':'config.cols','value':1,'mac':'00'}", WRONG);
    is_reply("{'id':2,'op':'set','value':1,'mac':'00'}",
             "{'id':2,'error':'bad-request','text':'\\'path\\' is missing'}");
    is_reply("{'id':2,'op':'set','path':'config.cols','mac':'00'}",
             "{'id':2,'error':'bad-request','text':'\\'value\\' is missing'}");
    is_reply("{'id':2,'op':'set','path':'config.cols','value':1}",
             "{'id':2,'error':'bad-request','text':'\\'mac\\' is missing'}");
    tap_ok(world.cols == 90 && world.server.counters.sets == 5 && world.server.counters.refused == 3,
           "only the right one was done");
}

/* Fails until it is locked; how many tries that took. */
static unsigned fail_until_locked(void)
{
    unsigned tries = 0;

    while (strstr(set_with(nonce(), "config.cols", "91", 1), "wrong-key") && tries < 100)
        tries++;
    return tries;
}

static void test_lock(void)
{
    uint64_t locked = 0;
    unsigned wrong = 0;

    world.server.failures = 0;
    tap_is_u64(fail_until_locked(), STORE_FAILURES_MAX, "so many wrong keys lock it");
    tap_is_u64(world.locks, STORE_LOCK_MS, "and it is said for how long");
    is_text(nonce(), "{'id':1,'error':'locked','text':'too many wrong keys; try again in 60000 ms'}",
                "nobody may try");
    world.now_ms += STORE_LOCK_MS - 1;
    is_text(nonce(), "{'id':1,'error':'locked','text':'too many wrong keys; try again in 1 ms'}",
                "up to the last moment");
    for (uint64_t ms = 2 * STORE_LOCK_MS; ms < STORE_LOCK_MOST_MS; ms *= 2) {
        world.now_ms = world.server.locked_until_ms;
        locked = world.locks;
        wrong += fail_until_locked() != STORE_FAILURES_MAX || world.locks - locked != ms;
    }
    tap_is_u64(wrong, 0, "each next lock is twice as long");
    for (int i = 0; i < 3; i++) {
        world.now_ms = world.server.locked_until_ms;
        locked = world.locks;
        fail_until_locked();
    }
    tap_ok(world.locks - locked >= STORE_LOCK_MOST_MS && world.locks - locked < 2 * STORE_LOCK_MOST_MS,
           "up to an hour and more");
    world.now_ms = world.server.locked_until_ms;
    world.server.seam = &(struct store_seam){.entropy = world_entropy, .now_ms = world_now_ms};
    tap_is_u64(fail_until_locked(), STORE_FAILURES_MAX, "also where nobody wants to know");
    world.server.seam = &world_seam;
    world.now_ms = world.server.locked_until_ms;
    is_set("config.cols", "80", "{'id':2,'ok':{'old':90,'value':80}}");
    fail_until_locked();
    tap_is_u64(world.server.locked_until_ms - world.now_ms, STORE_LOCK_MS, "after a right one it is short again");
    world.now_ms = world.server.locked_until_ms;
}

/* ---- watches */

static void test_watch(void)
{
    tap_is_u64(store_server_next(&world.server), UINT64_MAX, "with nothing watched no time is due");
    is_reply("{'id':1,'op':'watch','path':'interrupts.timer','interval':50}", "{'id':1,'ok':{'watch':1}}");
    tap_is_u64(store_server_next(&world.server), world.now_ms, "the first event is due now");
    is_text(events(0), "{'watch':1,'value':100000,'lost':0}", "it has the value");
    tap_is_u64(store_server_next(&world.server), world.now_ms + 50, "the next one after the interval");
    world.timer++;
    is_text(events(49), "", "not before");
    is_text(events(1), "{'watch':1,'value':100001,'lost':0}", "then it comes");
    is_text(events(50), "", "unless nothing changed");
    world.timer = 9;
    is_text(events(5000), "{'watch':1,'value':9,'lost':0}", "late it comes once");
    tap_is_u64(store_server_next(&world.server), world.now_ms + 50, "and then again after the interval");
    is_reply("{'op':'watch','path':'program.threads','depth':0}", "{'id':null,'ok':{'watch':2}}");
    is_text(events(0), "{'watch':2,'value':{'+':3},'lost':0}", "a depth is kept");
    tap_is_u64(store_server_next(&world.server), world.now_ms + 50, "the sooner of two is due");
    is_reply("{'op':'watch','path':'program.threads.2.id','depth':0}", "{'id':null,'ok':{'watch':3}}");
    is_text(events(0), "{'watch':3,'value':3,'lost':0}", "an item is watched");
    world.threads = 2;
    is_text(events(1000), "{'watch':2,'value':{'+':2},'lost':0}{'watch':3,'value':null,'lost':0}",
                "what is not there any more is null");
    world.threads = 3;
    tap_is_u64(world.server.watch_count, 3, "there are three");
    is_reply("{'op':'unwatch','watch':1}", "{'id':null,'ok':true}");
    is_reply("{'op':'unwatch','watch':1}", "{'id':null,'error':'no-watch','text':'there is no watch 1'}");
    is_reply("{'op':'unwatch','watch':9}", "{'id':null,'error':'bad-value','text':'\\'watch\\' is a number "
             "from 1 to 8, not 9'}");
    is_reply("{'op':'unwatch'}", "{'id':null,'ok':true}");
    tap_ok(!world.server.watch_count && store_server_next(&world.server) == UINT64_MAX, "and none");
}

static void test_limits(void)
{
    world.timer = 10;
    is_reply("{'op':'watch','path':'interrupts.timer','above':20}", "{'id':null,'ok':{'watch':1}}");
    is_text(events(0), "", "below its limit there is no event");
    world.timer = 20;
    is_text(events(100), "", "nor at it");
    world.timer = 21;
    is_text(events(100), "{'watch':1,'value':21,'lost':0}", "above it there is");
    world.timer = 22;
    is_text(events(100), "", "one");
    world.timer = 2;
    is_text(events(100), "", "none when it falls");
    world.timer = 99;
    is_text(events(100), "{'watch':1,'value':99,'lost':0}", "and again one");
    ask("{'op':'unwatch'}");
    is_reply("{'op':'watch','path':'odd.drift','below':1,'interval':10}", "{'id':null,'ok':{'watch':1}}");
    is_text(events(0), "{'watch':1,'value':-5,'lost':0}", "what is passed already is said");
    world.drift = 1;
    is_text(events(10), "", "at the limit it is not passed");
    world.drift = 0;
    is_text(events(10), "{'watch':1,'value':0,'lost':0}", "below it is");
    ask("{'op':'unwatch'}");
    world.drift = -5;
    is_reply("{'op':'watch','path':'odd.drift','above':1,'interval':10}", "{'id':null,'ok':{'watch':1}}");
    is_text(events(0), "", "what is negative is above nothing");
    ask("{'op':'unwatch'}");
    is_reply("{'op':'watch','path':'program.threads.2.id','above':1}", "{'id':null,'ok':{'watch':1}}");
    world.threads = 0;
    is_text(events(0), "", "what is not there passes nothing");
    world.threads = 3;
    ask("{'op':'bye'}");
    tap_is_u64(world.server.watch_count, 0, "bye ends all watches");
}

static void test_watch_refusals(void)
{
    char json[256] = "{'op':'watch','path':'";

    is_reply("{'op':'watch'}", "{'id':null,'error':'bad-request','text':'\\'path\\' is missing'}");
    is_reply("{'op':'watch','path':'x'}", "{'id':null,'error':'not-found','text':'there is no \\'x\\'; "
             "list says what is there'}");
    is_reply("{'op':'watch','path':'','depth':20}", "{'id':null,'error':'bad-value','text':'\\'depth\\'"
             " is a number from 0 to 16, not 20'}");
    is_reply("{'op':'watch','path':'','interval':9}", "{'id':null,'error':'bad-value','text':"
             "'\\'interval\\' is a number from 10 to 86400000, not 9'}");
    is_reply("{'op':'watch','path':'','above':9,'below':1}", "{'id':null,'error':'bad-request','text':"
             "'a watch takes \\'above\\' or \\'below\\', not both'}");
    is_reply("{'op':'watch','path':'','below':true}", "{'id':null,'error':'bad-value','text':"
             "'\\'below\\' is a number from 0 to 18446744073709551615, not true'}");
    is_reply("{'op':'watch','path':'memory','above':1}", "{'id':null,'error':'bad-value','text':"
             "'there is no number at \\'memory\\''}");
    for (int i = 0; i <= (int)STORE_WATCH_PATH_MAX; i++)
        strcat(json, "x");
    strcat(json, "'}");
    is_reply(json, "{'id':null,'error':'bad-value','text':'a watched \\'path\\' has at most 128 bytes'}");
    for (unsigned i = 0; i < STORE_WATCHES_MAX; i++)
        ask("{'op':'watch','path':'program.now'}");
    is_reply("{'op':'watch','path':'program.now'}", "{'id':null,'error':'full','text':'there are 8 watches "
             "already; unwatch one'}");
    ask("{'op':'unwatch'}");
}

/* ---- little memory */

static void test_little_memory(void)
{
    world_fini();
    world_init(&model_tagged, STORE_OUT_LEAST);
    is_reply("{'id':1,'op':'get','path':'','depth':4}", "{'id':1,'error':'too-big','text':'it has more "
             "than 1007 bytes; ask for less: a longer path, fields, depth'}");
    is_reply("{'id':1,'op':'watch','path':'','depth':4}", "{'id':1,'error':'too-big','text':'it has "
             "more than 1007 bytes; ask for less: a longer path, fields, depth'}");
    is_reply("{'id':1,'op':'watch','path':'','above':4,'depth':0}", "{'id':1,'error':'bad-value','text':"
             "'there is no number at \\'\\''}");
    store_server_init(&world.server, &world.store, &world_seam, world.out, UINT32_MAX);
    tap_is_u64(world.server.out_size, STORE_OUT_MOST, "more memory than a reply can have is not used");
}

/* The server's counters stand in its store. */
static void test_counters(void)
{
    is_reply("{'id':1,'op':'get','path':'store'}", "{'id':1,'ok':{'requests':1,'errors':0,'garbage':0,"
             "'dropped':0,'received':0,'sent':0,'events':0,'lost':0,'sets':0,'refused':0,'byes':0,"
             "'watches':0,'writable':false,'room':65553,'nodes':91}}");
    answers_to("x@");
    is_reply("{'id':1,'op':'get','path':'store','fields':['errors','garbage','dropped']}",
             "{'id':1,'ok':{'errors':1,'garbage':1,'dropped':1}}");
    world_fini();
}

int main(void)
{
    tap_plan(126);
    model_init();
    world_init(&model_tagged, STORE_OUT_MOST);
    test_requests();
    test_refusals();
    test_long_error();
    test_read();
    test_read_only();
    store_server_allow(&world.server, key);
    test_sets();
    test_macs();
    test_lock();
    test_watch();
    test_limits();
    test_watch_refusals();
    test_little_memory();
    test_counters();
    return tap_done();
}
