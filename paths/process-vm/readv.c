// SPDX-License-Identifier: GPL-2.0
/*
 * Another process reads the page with process_vm_readv(): a short pin, then a
 * copy through the linear map. The oracle is what comes out.
 */
#include <errno.h>
#include <sys/uio.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int other(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	struct iovec to = { buf, PAGE_BYTES }, from = { c->addr, PAGE_BYTES };

	if (process_vm_readv(c->owner, &to, 1, &from, 1, 0) < 0)
		return cell_refused(c, "process_vm_readv", errno);
	return cell_saw(c, buf, PAGE_BYTES);
}

PINLAB_PATH = {
	.summary = "process_vm_readv() from another process of the user",
	.way = WAY_PIN,
	.reach = ANSWER_READ,
	.survives = true,	/* _copy_to_iter() is fixed up */
	.other = other,
};
