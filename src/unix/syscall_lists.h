/* SPDX-License-Identifier: Apache-2.0 */
/* All rows SYSCALL(number, name, arguments); no include guard: whoever includes this has defined SYSCALL. */
#include "list_files.h"
#include "list_memory.h"
#include "list_process.h"
#include "list_signals.h"
#include "list_threads.h"
