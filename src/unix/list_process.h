/* SPDX-License-Identifier: Apache-2.0 */
/* The program's start, end and identity. */
