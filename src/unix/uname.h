/* SPDX-License-Identifier: Apache-2.0 */
/* The system that programs see: the release is that of the Linux whose calls are served; C libraries ask for it. */
#ifndef ACRE_UNAME_H
#define ACRE_UNAME_H

#define UNAME_SYSTEM "Linux"
#define UNAME_NODE "acre"
#define UNAME_RELEASE "6.1.0-acre"
#define UNAME_VERSION "#1 Acre " ACRE_VERSION
#define UNAME_MACHINE "x86_64"
#define UNAME_DOMAIN "(none)"

#endif
