// SPDX-License-Identifier: GPL-2.0
/*
 * The page is the input of a video device (vim2m): get_vaddr_frames(), a
 * long-term pin, and a copy by the driver through a mapping that vb2 makes.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int setup(struct path_cell *c)
{
	c->priv[0] = cell_open(c, "/dev/video0", O_RDWR | O_NONBLOCK);
	return c->priv[0] < 0;
}

/* The smallest picture that there is: 32 by 32 of two bytes. */
static int set_format(int fd, enum v4l2_buf_type type)
{
	struct v4l2_format f = { .type = type, .fmt.pix = {
		.width = 32, .height = 32, .pixelformat = V4L2_PIX_FMT_RGB565 } };

	return ioctl(fd, VIDIOC_S_FMT, &f) || f.fmt.pix.sizeimage > PAGE_BYTES;
}

static int request(int fd, enum v4l2_buf_type type, enum v4l2_memory memory)
{
	struct v4l2_requestbuffers r = { .count = 1, .type = type, .memory = memory };

	return ioctl(fd, VIDIOC_REQBUFS, &r);
}

static char *map_output(int fd)
{
	struct v4l2_buffer b = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
	char *p;

	if (ioctl(fd, VIDIOC_QUERYBUF, &b) || ioctl(fd, VIDIOC_QBUF, &b))
		return NULL;
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, b.m.offset);
	return p == MAP_FAILED ? NULL : p;
}

static int touch(struct path_cell *c)
{
	enum v4l2_buf_type in = V4L2_BUF_TYPE_VIDEO_OUTPUT, out = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	struct v4l2_buffer b = { .type = in, .memory = V4L2_MEMORY_USERPTR,
				 .m.userptr = (uintptr_t)c->addr, .length = PAGE_BYTES,
				 .bytesused = 2048 };
	struct pollfd p = { .fd = c->priv[0], .events = POLLIN };
	int fd = c->priv[0];
	char *to;

	if (set_format(fd, in) || set_format(fd, out) || request(fd, in, V4L2_MEMORY_USERPTR) ||
	    request(fd, out, V4L2_MEMORY_MMAP))
		return cell_skip(c, "vim2m: %s", strerror(errno));
	to = map_output(fd);
	if (!to)
		return cell_skip(c, "vim2m's output: %s", strerror(errno));
	if (ioctl(fd, VIDIOC_QBUF, &b))
		return cell_refused(c, "VIDIOC_QBUF", errno);
	if (ioctl(fd, VIDIOC_STREAMON, &out) || ioctl(fd, VIDIOC_STREAMON, &in))
		return cell_refused(c, "VIDIOC_STREAMON", errno);
	poll(&p, 1, 2000);
	return cell_saw(c, to, 2048);
}

PINLAB_PATH = {
	.summary = "VIDIOC_QBUF with V4L2_MEMORY_USERPTR to a video device",
	.way = WAY_LONGTERM,
	.reach = ANSWER_READ,
	.elsewhere = true,
	.setup = setup,
	.touch = touch,
};
