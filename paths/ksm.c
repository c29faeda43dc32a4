// SPDX-License-Identifier: GPL-2.0
/*
 * KSM looks for pages with the same content: ksmd reads each that is mergeable
 * for its checksum, before it finds that it may not merge one that is pinned.
 */
#include <errno.h>
#include <sys/mman.h>

#include "guest/machine/knob.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#define KSM	"/sys/kernel/mm/ksm/"

static int setup(struct path_cell *c)
{
	if (knob_write(KSM "sleep_millisecs", "1") || knob_write(KSM "pages_to_scan", "4000") ||
	    knob_write(KSM "run", "1"))
		return cell_skip(c, "KSM (CONFIG_KSM)");
	return 0;
}

static bool scanned(struct path_cell *c)
{
	return knob_read_number(KSM "full_scans") >= c->priv[0] + 3;
}

static int touch(struct path_cell *c)
{
	c->priv[0] = knob_read_number(KSM "full_scans");
	if (madvise(c->addr, cell_bytes(c), MADV_MERGEABLE))
		return cell_refused(c, "MADV_MERGEABLE", errno);
	if (!cell_wait(scanned, c))
		return cell_skip(c, "ksmd does not scan");
	return 0;
}

static int after(struct path_cell *c)
{
	(void)c;
	knob_write(KSM "run", "0");
	return 0;
}

PINLAB_PATH = {
	.summary = "MADV_MERGEABLE, and ksmd reads the page for its checksum",
	.closes = "looking for pins before the checksum; not giving MADV_MERGEABLE",
	.way = WAY_WALK,
	.reach = ANSWER_READ,
	.kinds = KINDS_ANON,
	.schemes = S_KINDS,
	.setup = setup,
	.touch = touch,
	.after = after,
};
