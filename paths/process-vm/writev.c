// SPDX-License-Identifier: GPL-2.0
/* As process_vm_readv.c, and the other way: the oracle is the page's content. */
#include <errno.h>
#include <sys/uio.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int other(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	struct iovec from = { buf, PAGE_BYTES }, to = { c->addr, PAGE_BYTES };

	cell_pattern(buf, PAGE_BYTES);
	if (process_vm_writev(c->owner, &from, 1, &to, 1, 0) < 0)
		return cell_refused(c, "process_vm_writev", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "process_vm_writev() from another process of the user",
	.way = WAY_PIN,
	.reach = ANSWER_WRITTEN,
	.survives = true,	/* _copy_from_iter() is fixed up */
	.other = other,
};
