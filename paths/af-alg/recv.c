// SPDX-License-Identifier: GPL-2.0
/* AF_ALG decrypts into the page. The oracle is the page's content. */
#include <errno.h>
#include <linux/if_alg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

#ifndef SOL_ALG
#define SOL_ALG 279
#endif

/* What is to be decrypted, from memory that is not the page. */
static int feed(int op)
{
	static char data[64];
	char control[CMSG_SPACE(4) + CMSG_SPACE(sizeof(struct af_alg_iv) + 16)] = { 0 };
	struct iovec v = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = control,
			    .msg_controllen = sizeof(control) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	struct af_alg_iv *iv;

	h->cmsg_level = SOL_ALG;
	h->cmsg_type = ALG_SET_OP;
	h->cmsg_len = CMSG_LEN(4);
	*(uint32_t *)CMSG_DATA(h) = ALG_OP_DECRYPT;
	h = CMSG_NXTHDR(&m, h);
	h->cmsg_level = SOL_ALG;
	h->cmsg_type = ALG_SET_IV;
	h->cmsg_len = CMSG_LEN(sizeof(*iv) + 16);
	iv = (void *)CMSG_DATA(h);
	iv->ivlen = 16;
	return sendmsg(op, &m, 0) < 0 ? -errno : 0;
}

static int touch(struct path_cell *c)
{
	struct sockaddr_alg a = { .salg_family = AF_ALG, .salg_type = "skcipher",
				  .salg_name = "cbc(aes)" };
	int s = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), op;

	if (s < 0 || bind(s, (void *)&a, sizeof(a)) ||
	    setsockopt(s, SOL_ALG, ALG_SET_KEY, "0123456789abcdef", 16))
		return cell_skip(c, "AF_ALG cbc(aes): %s", strerror(errno));
	op = accept4(s, NULL, NULL, SOCK_CLOEXEC);
	if (op < 0 || feed(op))
		return cell_skip(c, "AF_ALG: %s", strerror(errno));
	return read(op, c->addr, 64) < 0 ? cell_refused(c, "read", errno) : 0;
}

PINLAB_PATH = {
	.summary = "AF_ALG decrypting into the page",
	.way = WAY_PIN,
	.way_before = WAY_GET,
	.way_since = KERNEL(6, 3),
	.reach = ANSWER_WRITTEN,
	.touch = touch,
};
