/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_IO_URING_H
#define PINLAB_GUEST_IO_URING_H

#include <liburing.h>

#include "guest/row.h"

/* A ring for one request at a time. 0, or 1 after row_skip(). */
int uring_open(struct row *r, struct io_uring *ring);

#endif
