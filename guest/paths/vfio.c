// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/vfio.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/machine/knob.h"
#include "guest/paths/cell.h"

#define IOVA		0x100000u
#define OWN_IOVA	0x200000u
#define MOVED		2048u		/* bytes; QEMU 7.2 does not let it be all of the buffer */
/* docs/specs/edu in QEMU */
#define EDU_BUFFER	0x40000u
#define EDU_SOURCE	0x80
#define EDU_TARGET	0x88
#define EDU_COUNT	0x90
#define EDU_COMMAND	0x98
#define EDU_START	1
#define EDU_TO_RAM	2

/* What setup leaves in c->priv. */
enum { CONTAINER, DEVICE, BAR };

static int find_edu(char *dir, size_t size)
{
	glob_t g;
	int found = -1;

	if (glob("/sys/bus/pci/devices/*", 0, NULL, &g))
		return -1;
	for (size_t i = 0; i < g.gl_pathc && found < 0; i++) {
		char file[300], text[32] = "";

		snprintf(file, sizeof(file), "%s/vendor", g.gl_pathv[i]);
		knob_read(file, text, sizeof(text));
		if (strcmp(text, "0x1234"))
			continue;
		snprintf(file, sizeof(file), "%s/device", g.gl_pathv[i]);
		knob_read(file, text, sizeof(text));
		if (strcmp(text, "0x11e8"))
			continue;
		snprintf(dir, size, "%s", g.gl_pathv[i]);
		found = 0;
	}
	globfree(&g);
	return found;
}

/* Its IOMMU group, bound to vfio-pci. */
static int bind_edu(struct path_cell *c, char *name, size_t size, int *group)
{
	char dir[256], file[300], link[256];
	ssize_t n;

	if (find_edu(dir, sizeof(dir)))
		return cell_skip(c, "QEMU's edu device");
	snprintf(name, size, "%s", strrchr(dir, '/') + 1);
	snprintf(file, sizeof(file), "%s/driver_override", dir);
	knob_write(file, "vfio-pci");
	knob_write("/sys/bus/pci/drivers/vfio-pci/bind", name);
	snprintf(file, sizeof(file), "%s/iommu_group", dir);
	n = readlink(file, link, sizeof(link) - 1);
	if (n < 0)
		return cell_skip(c, "an IOMMU (intel_iommu=on)");
	link[n] = '\0';
	*group = atoi(strrchr(link, '/') + 1);
	return 0;
}

static int enable_dma(struct path_cell *c, int device)
{
	struct vfio_region_info config = { .argsz = sizeof(config),
					   .index = VFIO_PCI_CONFIG_REGION_INDEX };
	struct vfio_region_info bar = { .argsz = sizeof(bar), .index = 0 };
	uint16_t command = 6;	/* memory, bus master */
	void *p;

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	    pwrite(device, &command, 2, config.offset + 4) != 2 ||
	    ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &bar))
		return cell_skip(c, "the device's regions: %s", strerror(errno));
	p = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, device, bar.offset);
	if (p == MAP_FAILED)
		return cell_skip(c, "the device's BAR: %s", strerror(errno));
	c->priv[BAR] = (intptr_t)p;
	return 0;
}

static int open_device(struct path_cell *c, const char *container)
{
	char name[64], path[64];
	int group = -1, fd, container_fd, device;

	if (bind_edu(c, name, sizeof(name), &group))
		return 1;
	container_fd = cell_open(c, container, O_RDWR);
	snprintf(path, sizeof(path), "/dev/vfio/%d", group);
	fd = container_fd < 0 ? -1 : cell_open(c, path, O_RDWR);
	if (fd < 0)
		return 1;
	if (ioctl(fd, VFIO_GROUP_SET_CONTAINER, &container_fd))
		return cell_skip(c, "VFIO_GROUP_SET_CONTAINER: %s", strerror(errno));
	if (ioctl(container_fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return cell_skip(c, "VFIO_SET_IOMMU: %s", strerror(errno));
	device = ioctl(fd, VFIO_GROUP_GET_DEVICE_FD, name);
	if (device < 0)
		return cell_skip(c, "VFIO_GROUP_GET_DEVICE_FD: %s", strerror(errno));
	c->priv[CONTAINER] = container_fd;
	c->priv[DEVICE] = device;
	return enable_dma(c, device);
}

int path_vfio_type1(struct path_cell *c)
{
	return open_device(c, "/dev/vfio/vfio");
}

int path_vfio_iommufd(struct path_cell *c)
{
	return open_device(c, "/dev/iommu");
}

static int map(struct path_cell *c, void *at, uint64_t iova)
{
	struct vfio_iommu_type1_dma_map m = {
		.argsz = sizeof(m), .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)at, .iova = iova, .size = PAGE_BYTES,
	};

	return ioctl(c->priv[CONTAINER], VFIO_IOMMU_MAP_DMA, &m) ? -errno : 0;
}

int path_vfio_map(struct path_cell *c)
{
	int err = map(c, c->addr, IOVA);

	return err ? cell_refused(c, "VFIO_IOMMU_MAP_DMA", -err) : 0;
}

static bool is_idle(struct path_cell *c)
{
	volatile uint64_t *command = (void *)(c->priv[BAR] + EDU_COMMAND);

	return !(*command & EDU_START);
}

/* Memory to the device's buffer, or back. */
static int transfer(struct path_cell *c, uint64_t iova, bool to_ram)
{
	char *bar = (void *)c->priv[BAR];

	*(volatile uint64_t *)(bar + EDU_SOURCE) = to_ram ? EDU_BUFFER : iova;
	*(volatile uint64_t *)(bar + EDU_TARGET) = to_ram ? iova : EDU_BUFFER;
	*(volatile uint64_t *)(bar + EDU_COUNT) = MOVED;
	*(volatile uint64_t *)(bar + EDU_COMMAND) = EDU_START | (to_ram ? EDU_TO_RAM : 0);
	return cell_wait(is_idle, c) ? 0 : cell_skip(c, "the device does not end its DMA");
}

int path_vfio_dma(struct path_cell *c, bool write)
{
	char *own = cell_buffer(PAGE_BYTES);
	int ret = path_vfio_map(c);

	if (ret)
		return ret;
	cell_pattern(own, PAGE_BYTES);
	if (map(c, own, OWN_IOVA))
		return cell_skip(c, "mapping memory of no interest: %s", strerror(errno));
	/* From one to the other, by the device's own buffer. */
	ret = transfer(c, write ? OWN_IOVA : IOVA, false);
	if (!ret)
		ret = transfer(c, write ? IOVA : OWN_IOVA, true);
	return ret ? ret : write ? 0 : cell_saw(c, own, PAGE_BYTES);
}
