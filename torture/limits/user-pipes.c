// SPDX-License-Identifier: GPL-2.0
/*
 * Can a process without privileges deny a page to its owner by vmsplice()? A
 * page in a pipe that nobody reads is a reference by FOLL_GET, for as long as
 * the pipe is there.
 *
 * Oracle: what the owner is given while the pipes are full, and afterwards.
 * Varies: the folio, small or large.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guest/torture/limits_user.h"

#define BUFFERS		256	/* of the largest pipe that a user may have, fs.pipe-max-size */

/* A page for each buffer of the pipe; false: no more files. */
static bool fill_pipe(struct loot *l, int *error)
{
	struct iovec iov[BUFFERS];
	int p[2], n;
	ssize_t got;

	if (pipe(p)) {
		*error = errno;
		return false;
	}
	/* Refused beyond what the user may have in all; then it stays small. */
	fcntl(p[1], F_SETPIPE_SZ, BUFFERS * PAGE_BYTES);
	n = fcntl(p[1], F_GETPIPE_SZ) / PAGE_BYTES;
	if (n > l->most - l->taken)
		n = l->most - l->taken;
	for (int i = 0; i < n; i++)
		iov[i] = (struct iovec){ l->addr, PAGE_BYTES };
	got = vmsplice(p[1], iov, n, SPLICE_F_NONBLOCK);
	if (got <= 0) {
		*error = errno;
		return false;
	}
	l->taken += got / PAGE_BYTES;
	return true;
}

static void fill_pipes(struct loot *l)
{
	int error = 0;

	while (l->taken < l->most && fill_pipe(l, &error))
		;
	if (error)
		loot_stop(l, error, "%s; RLIMIT_NOFILE is %d, fs.pipe-user-pages-soft %ld, hard %ld",
			  strerrorname_np(error), USER_FILES,
			  read_number("/proc/sys/fs/pipe-user-pages-soft"),
			  read_number("/proc/sys/fs/pipe-user-pages-hard"));
}

static int run(struct row *r)
{
	static const struct grab grabs[] = {
		{
			.name = "small",
			.by = "pages in pipes",
			.kind = MEM_SHMEM,
			.most = 1 << 20,
			.beside = 1100,
			.take = fill_pipes,
		}, {
			.name = "large",
			.by = "pages in pipes",
			.kind = MEM_SHMEM_THP,
			.most = 1 << 20,
			.beside = 1100,
			.take = fill_pipes,
		},
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(grabs) / sizeof(*grabs) && !ret; i++)
		ret = grab_run(r, &grabs[i]);
	return ret;
}

PINLAB_SCENARIO = {
	.summary	= "an unprivileged process puts the owner's page into pipes by vmsplice()",
	.fixed		= true,
	.run		= run,
};
