// SPDX-License-Identifier: GPL-2.0
#include "guest/io/aio.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/machine/knob.h"

#define CONFIGFS	"/sys/kernel/config"
/* The folder names the device. */
#define NULL_BLK	CONFIGFS "/nullb/pinlab-disk"
#define NULL_DISK	"/dev/pinlab-disk"
#define RAM_DISK	"/dev/ram1"

static int set_up(unsigned long delay_ns)
{
	int err = knob_write(NULL_BLK "/memory_backed", "1");

	if (!err)
		err = knob_write(NULL_BLK "/size", "4");
	/* Completion by a timer. */
	if (!err)
		err = knob_write(NULL_BLK "/irqmode", "2");
	if (!err)
		err = knob_write_number(NULL_BLK "/completion_nsec", delay_ns);
	return err ? err : knob_write(NULL_BLK "/power", "1");
}

static void tear_down(void)
{
	knob_write(NULL_BLK "/power", "0");
	rmdir(NULL_BLK);
	umount(CONFIGFS);
}

/* -1: there is none. */
static int open_null_blk(unsigned long delay_ns)
{
	int fd;

	mount("none", CONFIGFS, "configfs", 0, NULL);
	if (mkdir(NULL_BLK, 0755) || set_up(delay_ns)) {
		tear_down();
		return -1;
	}
	fd = open(NULL_DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		tear_down();
	return fd;
}

int aio_open(struct row *r, struct aio *a, unsigned long delay_ns)
{
	*a = (struct aio){ .fd = open_null_blk(delay_ns) };
	if (a->fd < 0)
		a->fd = open(RAM_DISK, O_RDWR | O_DIRECT | O_CLOEXEC);
	if (a->fd < 0)
		return row_skip(r, "needs a disk in memory (CONFIG_BLK_DEV_NULL_BLK or " RAM_DISK ")");
	if (syscall(SYS_io_setup, 1, &a->ctx)) {
		aio_close(a);
		return row_skip(r, "needs io_setup() (CONFIG_AIO): %s", strerror(errno));
	}
	return 0;
}

void aio_close(struct aio *a)
{
	if (a->ctx)
		syscall(SYS_io_destroy, a->ctx);
	close(a->fd);
	tear_down();
}

int aio_submit(struct aio *a, bool write, void *addr, size_t bytes, off_t at)
{
	struct iocb cb = {
		.aio_lio_opcode = write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
		.aio_fildes = a->fd, .aio_buf = (uintptr_t)addr, .aio_nbytes = bytes,
		.aio_offset = at,
	}, *list = &cb;

	return syscall(SYS_io_submit, a->ctx, 1, &list) == 1 ? 0 : -errno;
}

long aio_done(struct aio *a, bool wait)
{
	struct io_event e = { .res = -EIO };
	long n;

	do
		n = syscall(SYS_io_getevents, a->ctx, wait ? 1 : 0, 1, &e, NULL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? (long)e.res : -EAGAIN;
}
