// SPDX-License-Identifier: GPL-2.0
/*
 * Can a process without privileges deny a page to its owner, or to everybody,
 * by registering it with io_uring? Each buffer is a long-term pin.
 *
 * Oracle: what the owner and others are given meanwhile, and afterwards.
 * Varies: the folio, small or large; a page a buffer, or the whole folio.
 */
#include <errno.h>
#include <liburing.h>
#include <string.h>

#include "guest/torture/limits_user.h"

#define TABLE		4096	/* of one ring; IORING_MAX_REG_BUFFERS is four times that */

/* One more ring with as many buffers of these as go; the number, or -errno. */
static long fill_ring(struct loot *l, size_t bytes)
{
	static struct iovec FAR_BSS iov[TABLE];
	long n = l->most - l->taken < TABLE ? l->most - l->taken : TABLE;
	struct io_uring ring;
	int err = io_uring_queue_init(1, &ring, 0);

	if (err)
		return err;
	for (long i = 0; i < n; i++)
		iov[i] = (struct iovec){ l->addr, bytes };
	/* All or nothing: take less until it fits. */
	do {
		err = io_uring_register_buffers(&ring, iov, n);
		if (!err)
			return n;
		n /= 2;
	} while (n);
	io_uring_queue_exit(&ring);
	return err;
}

static void register_buffers(struct loot *l, size_t bytes)
{
	long n = 0;
	int full = 0;

	while (l->taken < l->most && (n = fill_ring(l, bytes)) > 0) {
		l->taken += n;
		full += n == TABLE;
	}
	if (n > 0)
		return;
	loot_stop(l, -n, "%s%s; RLIMIT_MEMLOCK is %ld KiB", strerrorname_np(-n),
		  full ? limits_text(" after %d rings of %d buffers (16384 are allowed)", full,
				     TABLE) : "", USER_MEMLOCK >> 10);
}

static void register_pages(struct loot *l)
{
	register_buffers(l, PAGE_BYTES);
}

static void register_folios(struct loot *l)
{
	register_buffers(l, HUGE_BYTES);
}

static int run(struct row *r)
{
	static const struct grab grabs[] = {
		{
			.name = "small",
			.by = "registered buffers",
			.kind = MEM_SHMEM,
			.most = 1 << 20,
			.beside = 1,
			.take = register_pages,
		}, {
			.name = "large",
			.by = "registered buffers of a page",
			.kind = MEM_SHMEM_THP,
			.most = 1 << 20,
			.beside = 1,
			.take = register_pages,
		}, {
			/* 64: the descriptors of these buffers alone take 8 KiB each. */
			.name = "large-whole",
			.by = "64 registered buffers of the folio",
			.kind = MEM_SHMEM_THP,
			.most = 64,
			.take = register_folios,
		},
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(grabs) / sizeof(*grabs) && !ret; i++)
		ret = grab_run(r, &grabs[i]);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "an unprivileged process registers the owner's page with io_uring",
	.fixed		= true,
	.needs		= NEEDS_URING,
	.run		= run,
};
