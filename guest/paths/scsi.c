// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/scsi.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <scsi/sg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest/paths/cell.h"

#define READ_10		0x28
#define WRITE_10	0x2a
#define SECTORS		(PAGE_BYTES / 512)

static int move(int fd, bool write, void *buf)
{
	unsigned char cmd[10] = { write ? WRITE_10 : READ_10, [8] = SECTORS };
	unsigned char sense[32];
	struct sg_io_hdr h = {
		.interface_id = 'S', .cmdp = cmd, .cmd_len = sizeof(cmd), .sbp = sense,
		.mx_sb_len = sizeof(sense), .dxferp = buf, .dxfer_len = PAGE_BYTES,
		.dxfer_direction = write ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV, .timeout = 5000,
	};

	if (ioctl(fd, SG_IO, &h))
		return -errno;
	return h.info & SG_INFO_CHECK ? -EIO : 0;
}

int path_scsi_setup(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	int err;

	c->priv[0] = cell_open(c, "/dev/sda", O_RDWR);
	if (c->priv[0] < 0)
		return 1;
	cell_pattern(buf, PAGE_BYTES);
	err = move(c->priv[0], true, buf);
	return err ? cell_skip(c, "SG_IO: %s", strerror(-err)) : 0;
}

int path_scsi_move(struct path_cell *c, bool write)
{
	char *buf = cell_buffer(PAGE_BYTES);
	int err = move(c->priv[0], write, c->addr);

	if (err)
		return cell_refused(c, "SG_IO", -err);
	if (write && !move(c->priv[0], false, buf))
		cell_saw(c, buf, PAGE_BYTES);
	return 0;
}
