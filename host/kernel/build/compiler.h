/* SPDX-License-Identifier: GPL-2.0 */
/* The compiler and linker for one architecture. */
#ifndef PINLAB_HOST_KERNEL_BUILD_COMPILER_H
#define PINLAB_HOST_KERNEL_BUILD_COMPILER_H

#include "host/base/arch.h"

/* What their names begin with: "" on a machine of that kind. */
const char *cross_prefix(const struct arch *a);

/* "gcc (Debian 12.2.0-14) 12.2.0; GNU ld ..."; NULL after saying that there is none. */
char *build_compiler(const struct arch *a);

#endif
