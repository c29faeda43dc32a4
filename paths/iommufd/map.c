// SPDX-License-Identifier: GPL-2.0
/*
 * The page is mapped for the DMA of a device, which does none:
 * a long-term pin by iommufd, and the IOMMU's page tables. The device is
 * QEMU's edu, behind an Intel IOMMU.
 */
#include "guest/paths/path.h"
#include "guest/paths/vfio.h"

static int touch(struct path_cell *c)
{
	return path_vfio_map(c);
}

PINLAB_PATH = {
	.summary = "the page mapped for the DMA of a device, which does none, by iommufd",
	.way = WAY_LONGTERM,
	.reach = ANSWER_REFERENCED,
	.setup = path_vfio_iommufd,
	.touch = touch,
};
