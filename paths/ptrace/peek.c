// SPDX-License-Identifier: GPL-2.0
/* A tracer reads the page: access_remote_vm(), FOLL_GET | FOLL_FORCE. */
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

static int other(struct path_cell *c)
{
	long word;

	if (ptrace(PTRACE_ATTACH, c->owner, NULL, NULL))
		return cell_refused(c, "PTRACE_ATTACH", errno);
	waitpid(c->owner, NULL, __WALL);
	errno = 0;
	word = ptrace(PTRACE_PEEKDATA, c->owner, c->addr, NULL);
	if (errno)
		cell_refused(c, "PTRACE_PEEKDATA", errno);
	else
		cell_saw(c, &word, sizeof(word));
	ptrace(PTRACE_DETACH, c->owner, NULL, NULL);
	return 0;
}

PINLAB_PATH = {
	.summary = "PTRACE_PEEKDATA by a tracer of the same user",
	.closes = "__access_remote_vm() pinning what it copies",
	.way = WAY_GET,
	.reach = ANSWER_READ,
	.other = other,
};
