/* SPDX-License-Identifier: GPL-2.0 */
/* Paths that go through io_uring. Each returns 0, cell_skip(), cell_refused(). */
#ifndef PINLAB_GUEST_PATHS_URING_H
#define PINLAB_GUEST_PATHS_URING_H

#include <liburing.h>

#include "guest/paths/path.h"

int path_uring_open(struct path_cell *c, struct io_uring *ring);
/* The page as fixed buffer 0. */
int path_uring_register(struct path_cell *c, struct io_uring *ring);
/* Submit what was prepared: the result of its first completion, or -errno. */
int path_uring_wait(struct path_cell *c, struct io_uring *ring);
/* A file into the page as a fixed buffer; `write`: the page into a file, which is looked at. */
int path_uring_fixed(struct path_cell *c, bool write);

#endif
