/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Direct I/O that is in flight: a request is submitted at once, with the pins
 * or references that it takes, and completes later.
 */
#ifndef PINLAB_GUEST_IO_AIO_H
#define PINLAB_GUEST_IO_AIO_H

#include <linux/aio_abi.h>
#include <sys/types.h>

#include "guest/row.h"

struct aio {
	aio_context_t ctx;
	int fd;			/* of the device, O_DIRECT */
};

/*
 * A disk in memory that takes `delay_ns` to complete each request (null_blk),
 * or, where there is none, the second RAM disk, which takes no time. 0, 1
 * after row_skip(), -1 after row_fail().
 */
int aio_open(struct row *r, struct aio *a, unsigned long delay_ns);
void aio_close(struct aio *a);
/* 0 or -errno. */
int aio_submit(struct aio *a, bool write, void *addr, size_t bytes, off_t at);
/* Bytes moved or -errno; wait false: -EAGAIN while it is in flight. */
long aio_done(struct aio *a, bool wait);

#endif
