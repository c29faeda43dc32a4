// SPDX-License-Identifier: GPL-2.0
/*
 * The page is mapped for the DMA of a vdpa device by vhost-vdpa: a long-term
 * pin. The simulated device is told to use physical addresses (full.boot).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/vdpa.h>
#include <linux/vhost.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest/machine/netlink.h"
#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int setup(struct path_cell *c)
{
	const struct genlmsghdr head = { .cmd = VDPA_CMD_DEV_NEW, .version = 1 };
	int family = nl_family("vdpa"), err;
	struct nl_request r;

	if (family < 0)
		return cell_skip(c, "vdpa (CONFIG_VDPA): %s", strerror(-family));
	nl_begin(&r, family, &head, GENL_HDRLEN);
	nl_string(&r, VDPA_ATTR_MGMTDEV_DEV_NAME, "vdpasim_net");
	nl_string(&r, VDPA_ATTR_DEV_NAME, "pinlab");
	err = nl_send(&r, NETLINK_GENERIC);
	if (err && err != -EEXIST)
		return cell_skip(c, "vdpasim_net (CONFIG_VDPA_SIM_NET): %s", strerror(-err));
	c->priv[0] = cell_open(c, "/dev/vhost-vdpa-0", O_RDWR);
	return c->priv[0] < 0;
}

static int touch(struct path_cell *c)
{
	struct vhost_msg_v2 m = {
		.type = VHOST_IOTLB_MSG_V2,
		.iotlb = { .iova = 0, .size = PAGE_BYTES, .uaddr = (uintptr_t)c->addr,
			   .perm = VHOST_ACCESS_RW, .type = VHOST_IOTLB_UPDATE },
	};
	__u64 features = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2;

	if (ioctl(c->priv[0], VHOST_SET_OWNER) ||
	    ioctl(c->priv[0], VHOST_SET_BACKEND_FEATURES, &features))
		return cell_skip(c, "vhost-vdpa: %s", strerror(errno));
	if (write(c->priv[0], &m, sizeof(m)) < 0)
		return cell_refused(c, "VHOST_IOTLB_UPDATE", errno);
	return 0;
}

PINLAB_PATH = {
	.summary = "VHOST_IOTLB_UPDATE: the page mapped for a vdpa device",
	.way = WAY_LONGTERM,
	.reach = ANSWER_REFERENCED,
	.setup = setup,
	.touch = touch,
};
