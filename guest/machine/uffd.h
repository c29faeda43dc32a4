/* SPDX-License-Identifier: GPL-2.0 */
/*
 * userfaultfd. With UFFD_FEATURE_SIGBUS nobody handles faults: an access to
 * what is missing or write-protected fails, SIGBUS for a program and -EFAULT
 * for GUP. Without, it waits for somebody to put something there.
 */
#ifndef PINLAB_GUEST_MACHINE_UFFD_H
#define PINLAB_GUEST_MACHINE_UFFD_H

#include <linux/userfaultfd.h>
#include <stdint.h>

#include "guest/row.h"

/* 6.8; the headers of the build may be older. */
#ifndef UFFD_FEATURE_MOVE
#define UFFD_FEATURE_MOVE	0x10000
#define UFFDIO_MOVE		_IOWR(UFFDIO, 0x05, struct uffdio_move)
struct uffdio_move {
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 mode;
	__s64 move;
};
#endif

/* 0, 1 after row_skip(), which names `what` where a feature is missing. */
int uffd_open(struct row *r, uint64_t features, const char *what, int *fd);
/* From now on what is missing there stays so; wp: writes can be forbidden too. 0 or -errno. */
int uffd_register(int fd, void *addr, size_t bytes, bool wp);
/* -EEXIST, -EBUSY and others as the kernel has them; -EAGAIN is tried again here. */
int uffd_copy(int fd, void *to, const void *from, size_t bytes);
int uffd_move(int fd, void *to, void *from, size_t bytes);
int uffd_protect(int fd, void *addr, size_t bytes, bool on);

#endif
