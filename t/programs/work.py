# SPDX-License-Identifier: Apache-2.0
# Real work with Python's standard library: what it prints is the same on every Linux.
import collections, decimal, hashlib, itertools, json, mmap, os, queue, random, re, struct, tempfile, threading
import time, zlib

words = open("words.txt").read()
found = collections.Counter(m.group(2) for m in re.finditer(r"^(\d+) line \d+ (\w+)$", words, re.M))
print("re", sorted(found.items()))

data = [{"n": n, "root": n ** 0.5, "text": chr(0x3b1 + n % 20) * 3, "list": [n, None, True]} for n in range(500)]
text = json.dumps(data, sort_keys=True)
assert json.loads(text) == data
print("json", len(text), hashlib.sha256(text.encode()).hexdigest())
print("hashlib", *(hashlib.new(name, words.encode()).hexdigest() for name in ("md5", "sha1", "sha512", "sha3_256")))

decimal.getcontext().prec = 200
print("decimal", decimal.Decimal(2).sqrt(), decimal.Decimal(1).exp())
print("int", hash(3 ** 5000), str(7 ** 999)[-40:])

jobs, results, lock = queue.Queue(), [], threading.Lock()
def work():
    while (n := jobs.get()) is not None:
        answer = sum(i * i % 97 for i in range(n))
        with lock:
            results.append((n, answer))
threads = [threading.Thread(target=work) for _ in range(6)]
for thread in threads:
    thread.start()
for n in range(1000, 1060):
    jobs.put(n)
for _ in threads:
    jobs.put(None)
for thread in threads:
    thread.join()
print("threading", len(results), hash(tuple(sorted(results))))
event = threading.Event()
print("wait", event.wait(0.02))
threading.Timer(0.01, event.set).start()
print("timer", event.wait(30))

with tempfile.TemporaryFile() as file:
    file.truncate(1 << 20)
    with mmap.mmap(file.fileno(), 0) as view:
        for i in range(0, len(view), 4096):
            view[i:i + 8] = struct.pack("<Q", i * i)
        view.flush()
    file.seek(4096 * 77)
    print("mmap", struct.unpack("<Q", file.read(8))[0])
with mmap.mmap(-1, 1 << 22) as view:
    view.write(words.encode()[:100000])
    print("anonymous mmap", view.find(b"line 500 "), zlib.crc32(view))

packed = zlib.compress(words.encode(), 9)
assert zlib.decompress(packed).decode() == words
random.seed(7)
print("random", [random.randrange(1000) for _ in range(8)])
print("itertools", sum(1 for p in itertools.permutations(range(8)) if p[0] < p[-1]))
os.makedirs("py/a/b")
for i in range(50):
    with open(f"py/a/b/{i}", "w") as file:
        print(i, file=file)
print("os", sorted(os.listdir("py/a/b"), key=int)[-3:], sum(os.path.getsize(f"py/a/b/{i}") for i in range(50)))
r, w = os.pipe()
os.write(w, b"through a pipe")
print("pipe", os.read(r, 100))
start = time.monotonic()
time.sleep(0.02)
print("sleep", time.monotonic() - start >= 0.02)
try:
    {}["absent"]
except KeyError as error:
    print("caught", error)
