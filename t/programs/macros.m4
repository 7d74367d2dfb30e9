dnl SPDX-License-Identifier: Apache-2.0
define(`fact', `ifelse($1, 0, 1, `eval($1 * fact(decr($1)))')')dnl
define(`loop', `$1 fact(eval($1 % 10))
ifelse(eval($1 < 300), 1, `loop(incr($1))')')dnl
loop(0)
translit(`kernel', `a-z', `A-Z') len(`twelve bytes') regexp(`abcdef', `d.', `<\&>') include(`small.txt')
