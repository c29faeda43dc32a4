// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/thp.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/machine/knob.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

int thp_split(const struct mem *m)
{
	char text[96];

	snprintf(text, sizeof(text), "%d,%p,%p", getpid(), (void *)m->addr,
		 (void *)(m->addr + m->bytes));
	return knob_write(THP_SPLIT_KNOB, text);
}

int thp_collapse(const struct mem *m)
{
	return madvise(m->addr, m->bytes, MADV_COLLAPSE) ? -errno : 0;
}
