/* SPDX-License-Identifier: GPL-2.0 */
/* The kinds of memory of include/kinds.h, for reports. */
#ifndef PINLAB_HOST_JUDGE_KINDS_H
#define PINLAB_HOST_JUDGE_KINDS_H

#include "include/kinds.h"

struct kind {
	enum mem_size size;
	const char *name;
};

/* MEM_NR_KINDS of them, by enum mem_kind. */
const struct kind *kinds_all(void);

#endif
