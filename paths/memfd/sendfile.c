// SPDX-License-Identifier: GPL-2.0
/* sendfile() puts references to the memfd's pages into a socket, and they are read there. */
#include <errno.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int touch(struct path_cell *c)
{
	char *buf = cell_buffer(PAGE_BYTES);
	off_t at = 0;
	ssize_t n = sendfile(c->priv[6], c->fd, &at, PAGE_BYTES);

	if (n <= 0)
		return cell_refused(c, "sendfile", n ? errno : 0);
	n = read(c->priv[7], buf, PAGE_BYTES);
	return n < 0 ? cell_refused(c, "read", errno) : cell_saw(c, buf, n);
}

static const struct expect except[] = {
	{ .schemes = S(MEMFD_SECRET), .answer = ANSWER_REFUSED, .why = "it has no splice_read()" },
	{ .schemes = S_KINDS, .kinds = KIND(MEM_HUGETLB), .answer = ANSWER_REFUSED,
	  .why = "hugetlbfs has no splice_read()" },
	{ .answer = 0 },
};

PINLAB_PATH = {
	.summary = "sendfile() from the memory's file to a socket",
	.closes = "a file without splice_read()",
	.way = WAY_WALK,
	.reach = ANSWER_READ,
	.kinds = KINDS_FD,
	.survives = true,	/* _copy_to_iter() is fixed up */
	.except = except,
	.takes_fd = true,
	.setup = cell_tcp,
	.touch = touch,
};
