// SPDX-License-Identifier: GPL-2.0
/* The page becomes an AF_XDP umem: a long-term pin. */
#include <errno.h>
#include <linux/if_xdp.h>
#include <string.h>
#include <sys/socket.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#ifndef AF_XDP
#define AF_XDP 44
#endif
#ifndef SOL_XDP
#define SOL_XDP 283
#endif

static int setup(struct path_cell *c)
{
	c->priv[0] = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	return c->priv[0] < 0 ? cell_skip(c, "AF_XDP (CONFIG_XDP_SOCKETS): %s",
					  strerror(errno)) : 0;
}

static int touch(struct path_cell *c)
{
	struct xdp_umem_reg reg = { .addr = (uintptr_t)c->addr, .len = PAGE_BYTES,
				    .chunk_size = PAGE_BYTES };

	if (setsockopt(c->priv[0], SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)))
		return cell_refused(c, "XDP_UMEM_REG", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "XDP_UMEM_REG of an AF_XDP socket",
	.way = WAY_LONGTERM,
	.reach = ANSWER_REFERENCED,
	.setup = setup,
	.touch = touch,
};
