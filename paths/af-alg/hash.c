// SPDX-License-Identifier: GPL-2.0
/* The page is hashed by AF_ALG, in place. The breakpoint tells. */
#include <errno.h>
#include <linux/if_alg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	struct sockaddr_alg a = { .salg_family = AF_ALG, .salg_type = "hash",
				  .salg_name = "sha256" };
	int s = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), op;
	char digest[32];

	if (s < 0 || bind(s, (void *)&a, sizeof(a)))
		return cell_skip(c, "AF_ALG sha256: %s", strerror(errno));
	op = accept4(s, NULL, NULL, SOCK_CLOEXEC);
	if (op < 0)
		return cell_skip(c, "AF_ALG: %s", strerror(errno));
	if (send(op, c->addr, PAGE_BYTES, 0) < 0)
		return cell_refused(c, "send", errno);
	return read(op, digest, sizeof(digest)) < 0 ? cell_refused(c, "read", errno) : 0;
}

PINLAB_PATH = {
	.summary = "sha256 of the page by AF_ALG",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 5),
	.reach = ANSWER_READ,
	.touch = touch,
};
