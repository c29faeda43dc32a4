// SPDX-License-Identifier: GPL-2.0
/*
 * A device that mirrors the process's page tables (lib/test_hmm.c) writes to the
 * page: it holds no reference, and relies on being told of changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

/* lib/test_hmm_uapi.h, which is not exported. */
struct hmm_dmirror_cmd {
	__u64 addr, ptr, npages, cpages, faults;
};

#define HMM_DMIRROR_WRITE	_IOWR('H', 0x01, struct hmm_dmirror_cmd)

/* The device mirrors the process that opens it: which becomes the owner. */
static int setup(struct path_cell *c)
{
	c->priv[0] = cell_open(c, "/dev/hmm_dmirror0", O_RDWR);
	return c->priv[0] < 0;
}

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	struct hmm_dmirror_cmd cmd = { .addr = (uintptr_t)c->addr, .ptr = (uintptr_t)buf,
				       .npages = 1 };

	cell_pattern(buf, PAGE_BYTES);
	if (ioctl(c->priv[0], HMM_DMIRROR_WRITE, &cmd))
		return cell_refused(c, "HMM_DMIRROR_WRITE", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "HMM_DMIRROR_WRITE: a device that mirrors page tables",
	.closes = "hmm_range_fault() refusing pages that are pinned exclusively",
	.way = WAY_NONE,
	.reach = ANSWER_WRITTEN,
	.setup = setup,
	.touch = touch,
};
