/* SPDX-License-Identifier: GPL-2.0 */
/* Paths of DMA: QEMU's edu device, given to a user by vfio. */
#ifndef PINLAB_GUEST_PATHS_VFIO_H
#define PINLAB_GUEST_PATHS_VFIO_H

#include "guest/paths/path.h"

/* setup: the device, its memory to be mapped by type1v2, or by iommufd in its place. */
int path_vfio_type1(struct path_cell *c);
int path_vfio_iommufd(struct path_cell *c);
/* touch: map the page for the device's DMA. */
int path_vfio_map(struct path_cell *c);
/* touch: map it and let the device write to it, or read from it, which is looked at. */
int path_vfio_dma(struct path_cell *c, bool write);

#endif
