-- SPDX-License-Identifier: Apache-2.0
-- A small benchmark: tables, strings, closures, coroutines, files.
local function sieve(n)
    local composite, primes = {}, {}
    for i = 2, n do
        if not composite[i] then
            primes[#primes + 1] = i
            for j = i * i, n, i do composite[j] = true end
        end
    end
    return primes
end
local primes = sieve(200000)
print("primes", #primes, primes[#primes])
local function queens(n)
    local count, columns, up, down = 0, {}, {}, {}
    local function place(row)
        if row > n then count = count + 1 return end
        for c = 1, n do
            if not (columns[c] or up[row + c] or down[row - c]) then
                columns[c], up[row + c], down[row - c] = true, true, true
                place(row + 1)
                columns[c], up[row + c], down[row - c] = nil, nil, nil
            end
        end
    end
    place(1)
    return count
end
print("queens", queens(7))
local produce = coroutine.wrap(function() for i = 1, 20000 do coroutine.yield(i * i) end end)
local sum = 0
for _ = 1, 20000 do sum = sum + produce() end
print("coroutines", sum)
local words, lines = {}, 0
for line in io.lines("words.txt") do
    lines = lines + 1
    local word = line:match("(%a+)$")
    words[word] = (words[word] or 0) + 1
end
print("lines", lines, words.apple, words.pear)
print("floats", string.format("%.14g %a %q", math.pi ^ 20, 1 / 3, 2 ^ 63), 7 // 2, -7 % 3, 1 << 40)
collectgarbage()
print("collected", collectgarbage("count") < 20000)
