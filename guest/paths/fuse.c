// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/paths/cell.h"

#define DIR		"/tmp/fuse"
#define FILE_NODE	2
#define REQUEST_BYTES	131072

int path_fuse_mount(struct path_cell *c)
{
	char options[128];

	umount2(DIR, MNT_DETACH);
	mkdir(DIR, 0755);
	c->priv[0] = cell_open(c, "/dev/fuse", O_RDWR);
	if (c->priv[0] < 0)
		return 1;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", (int)c->priv[0]);
	if (mount("pinlab", DIR, "fuse", 0, options))
		return cell_skip(c, "FUSE: %s", strerror(errno));
	return 0;
}

static void reply(int fd, uint64_t unique, int err, const void *data, size_t n)
{
	struct fuse_out_header h = { .len = sizeof(h) + n, .error = -err, .unique = unique };
	struct iovec v[2] = { { &h, sizeof(h) }, { (void *)data, n } };

	if (writev(fd, v, 2) < 0 && errno != ENOENT)
		_exit(1);
}

static struct fuse_attr attr_of(uint64_t node)
{
	return (struct fuse_attr){
		.ino = node, .mode = node == FILE_NODE ? S_IFREG | 0666 : S_IFDIR | 0755,
		.nlink = 1, .size = PAGE_BYTES, .blksize = PAGE_BYTES,
	};
}

static void answer(int fd, const struct fuse_in_header *h, char *written)
{
	const void *in = h + 1;
	char data[PAGE_BYTES];

	switch (h->opcode) {
	case FUSE_INIT: {
		const struct fuse_init_in *i = in;
		struct fuse_init_out o = { .major = FUSE_KERNEL_VERSION, .minor = 31,
					   .max_readahead = i->max_readahead,
					   .max_write = 1 << 16, .max_background = 4 };

		reply(fd, h->unique, 0, &o, sizeof(o));
		return;
	}
	case FUSE_LOOKUP: {
		struct fuse_entry_out o = { .nodeid = FILE_NODE, .attr = attr_of(FILE_NODE) };

		reply(fd, h->unique, 0, &o, sizeof(o));
		return;
	}
	case FUSE_GETATTR: {
		struct fuse_attr_out o = { .attr = attr_of(h->nodeid) };

		reply(fd, h->unique, 0, &o, sizeof(o));
		return;
	}
	case FUSE_OPEN: {
		struct fuse_open_out o = { .open_flags = FOPEN_DIRECT_IO };

		reply(fd, h->unique, 0, &o, sizeof(o));
		return;
	}
	case FUSE_READ:
		cell_pattern(data, sizeof(data));
		reply(fd, h->unique, 0, data, sizeof(data));
		return;
	case FUSE_WRITE: {
		const struct fuse_write_in *w = in;
		struct fuse_write_out o = { .size = w->size };

		memcpy(written, w + 1, w->size < PAGE_BYTES ? w->size : PAGE_BYTES);
		reply(fd, h->unique, 0, &o, sizeof(o));
		return;
	}
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		return;
	default:
		reply(fd, h->unique, ENOSYS, NULL, 0);
	}
}

static void serve(int fd, char *written)
{
	char *buf = cell_buffer(REQUEST_BYTES);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		ssize_t n = read(fd, buf, REQUEST_BYTES);

		if (n < (ssize_t)sizeof(struct fuse_in_header) && !(n < 0 && errno == EINTR))
			_exit(0);
		if (n > 0)
			answer(fd, (void *)buf, written);
	}
}

int path_fuse_daemon(struct path_cell *c)
{
	char *written = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
	int ret = path_fuse_mount(c);
	pid_t pid;

	if (ret)
		return ret;
	c->priv[1] = (intptr_t)written;
	pid = fork();
	if (!pid)
		serve(c->priv[0], written);
	/* The file system ends with the last who has it open: the daemon alone. */
	close(c->priv[0]);
	return pid < 0 ? cell_skip(c, "fork: %s", strerror(errno)) : 0;
}

int path_fuse_open(struct path_cell *c)
{
	return cell_open(c, DIR "/file", O_RDWR);
}

int path_fuse_saw(struct path_cell *c)
{
	return cell_saw(c, (void *)c->priv[1], PAGE_BYTES);
}
