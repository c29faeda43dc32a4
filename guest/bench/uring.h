/* SPDX-License-Identifier: GPL-2.0 */
/* Benchmarks that go through io_uring. */
#ifndef PINLAB_GUEST_BENCH_URING_H
#define PINLAB_GUEST_BENCH_URING_H

#include <liburing.h>
#include <stdbool.h>

#include "guest/bench/bench.h"
#include "guest/io/uring.h"

/*
 * Hold n long-term pins, of one page every `stride` bytes from addr on, as
 * registered buffers do: without the driver, and as programs in use do it.
 * They go with the ring. 0, or 1 after row_skip().
 */
int uring_hold(struct row *r, struct io_uring *ring, char *addr, size_t stride, unsigned long n);

/*
 * Registered buffers: size.n of them, each of size.bytes, side by side in the
 * row's memory. run registers and unregisters them; metric 0 is the one of the
 * two that `unregister` says.
 */
extern const struct bench_size uring_buffer_sizes[];
int uring_buffers_setup(struct row *r, bool unregister);
int uring_buffers_run(struct row *r, bool unregister);

/* Reads and writes of the RAM disk; `fixed` goes through a registered buffer. */
int uring_io_setup(struct row *r, bool write, bool fixed);
int uring_io_run(struct row *r);
int uring_io_teardown(struct row *r);

#endif
