/* SPDX-License-Identifier: Apache-2.0 */
/* What GCC's manual says of its builtins (section "Other Built-in Functions"), for Frama-C, which knows none. */

/*@ requires x != 0;
    assigns \nothing;
    ensures 0 <= \result < 64;
    ensures (x & 1 << \result) != 0;
    ensures \forall integer i; 0 <= i < \result ==> (x & 1 << i) == 0; */
int __builtin_ctzl(unsigned long x);

/*@ requires x != 0;
    assigns \nothing;
    ensures 0 <= \result < 64;
    ensures (x & 1 << 63 - \result) != 0;
    ensures \forall integer i; 63 - \result < i < 64 ==> (x & 1 << i) == 0; */
int __builtin_clzl(unsigned long x);
