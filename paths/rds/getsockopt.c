// SPDX-License-Identifier: GPL-2.0
/* RDS pins the buffer of a getsockopt() and copies its counters there by itself. */
#include <errno.h>
#include <linux/rds.h>
#include <string.h>
#include <sys/socket.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#ifndef AF_RDS
#define AF_RDS 21
#endif
#ifndef SOL_RDS
#define SOL_RDS 276
#endif

static int touch(struct path_cell *c)
{
	int s = socket(AF_RDS, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	socklen_t n = PAGE_BYTES;

	if (s < 0)
		return cell_skip(c, "RDS (CONFIG_RDS): %s", strerror(errno));
	if (getsockopt(s, SOL_RDS, RDS_INFO_COUNTERS, c->addr, &n) < 0)
		return cell_refused(c, "getsockopt", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "getsockopt(RDS_INFO_COUNTERS) into the page",
	.way = WAY_PIN,
	.reach = ANSWER_WRITTEN,
	.touch = touch,
};
