// SPDX-License-Identifier: GPL-2.0
/*
 * The page is written to by the DMA of a device:
 * a long-term pin by iommufd, and the IOMMU's page tables. The device is
 * QEMU's edu, behind an Intel IOMMU.
 */
#include "guest/paths/path.h"
#include "guest/paths/vfio.h"

static int touch(struct path_cell *c)
{
	return path_vfio_dma(c, true);
}

PINLAB_PATH = {
	.summary = "the page written to by the DMA of a device, by iommufd",
	.way = WAY_LONGTERM,
	.reach = ANSWER_WRITTEN,
	.elsewhere = true,	/* by the device */
	.setup = path_vfio_iommufd,
	.touch = touch,
};
