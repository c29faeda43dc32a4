// SPDX-License-Identifier: GPL-2.0
/*
 * All of memory is compacted: what can be moved is copied elsewhere. Where a page
 * goes that nobody holds depends on what is free, so only held ones are tried.
 */
#include <errno.h>

#include "guest/machine/knob.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	int err = knob_write("/proc/sys/vm/compact_memory", "1");

	return err ? cell_refused(c, "compact_memory", -err) : 0;
}

PINLAB_PATH = {
	.summary = "/proc/sys/vm/compact_memory: every zone compacted",
	.way = WAY_WALK,
	.reach = ANSWER_NOT_REACHED,
	.schemes = S_PINNED,
	.root = true,
	.touch = touch,
};
