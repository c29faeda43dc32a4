// SPDX-License-Identifier: GPL-2.0
/*
 * The page becomes a memory region of an RDMA device, RXE on the loopback: a
 * long-term pin by ib_umem_get().
 */
#include <errno.h>
#include <fcntl.h>
#include <rdma/ib_user_verbs.h>
#include <rdma/rdma_netlink.h>
#include <string.h>
#include <unistd.h>

#include "guest/machine/netlink.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

/* enum ib_access_flags: local and remote write */
#define ACCESS	3

/* A command of the uverbs device's write() interface; its response is 64 bytes. */
static int command(int fd, uint32_t which, void *cmd, size_t n, void *response)
{
	struct {
		struct ib_uverbs_cmd_hdr h;
		char body[120];
	} m = { .h = { .command = which, .in_words = (sizeof(m.h) + n) / 4, .out_words = 16 } };

	/* All of them begin with where the response goes. */
	*(__u64 *)cmd = (uintptr_t)response;
	memcpy(m.body, cmd, n);
	return write(fd, &m, sizeof(m.h) + n) < 0 ? -errno : 0;
}

static int setup(struct path_cell *c)
{
	struct nl_request r;
	int err;

	/* Brings the loopback up. */
	if (cell_tcp(c))
		return 1;
	nl_begin(&r, RDMA_NL_GET_TYPE(RDMA_NL_NLDEV, RDMA_NLDEV_CMD_NEWLINK), NULL, 0);
	nl_string(&r, RDMA_NLDEV_ATTR_DEV_NAME, "rxe0");
	nl_string(&r, RDMA_NLDEV_ATTR_LINK_TYPE, "rxe");
	nl_string(&r, RDMA_NLDEV_ATTR_NDEV_NAME, "lo");
	err = nl_send(&r, NETLINK_RDMA);
	if (err && err != -EEXIST && err != -ENFILE)
		return cell_skip(c, "RXE (CONFIG_RDMA_RXE): %s", strerror(-err));
	c->priv[0] = cell_open(c, "/dev/infiniband/uverbs0", O_RDWR);
	return c->priv[0] < 0;
}

static int touch(struct path_cell *c)
{
	struct ib_uverbs_get_context context = { 0 };
	struct ib_uverbs_alloc_pd pd = { 0 };
	struct ib_uverbs_reg_mr mr = { .start = (uintptr_t)c->addr, .length = PAGE_BYTES,
				       .hca_va = (uintptr_t)c->addr, .access_flags = ACCESS };
	char response[64] __attribute__((aligned(8))) = { 0 };
	int fd = c->priv[0], err;

	err = command(fd, IB_USER_VERBS_CMD_GET_CONTEXT, &context, sizeof(context), response);
	if (!err)
		err = command(fd, IB_USER_VERBS_CMD_ALLOC_PD, &pd, sizeof(pd), response);
	if (err)
		return cell_skip(c, "uverbs: %s", strerror(-err));
	mr.pd_handle = ((struct ib_uverbs_alloc_pd_resp *)response)->pd_handle;
	err = command(fd, IB_USER_VERBS_CMD_REG_MR, &mr, sizeof(mr), response);
	return err ? cell_refused(c, "REG_MR", -err) : 0;
}

PINLAB_PATH = {
	.summary = "the page as a memory region of an RDMA device (RXE)",
	.way = WAY_LONGTERM,
	.reach = ANSWER_REFERENCED,
	/* write() to uverbs must come with the credentials of its open(). */
	.root = true,
	.setup = setup,
	.touch = touch,
};
