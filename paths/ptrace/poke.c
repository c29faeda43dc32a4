// SPDX-License-Identifier: GPL-2.0
/* A tracer writes to the page: access_remote_vm(), FOLL_GET | FOLL_FORCE. */
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
	cell_pattern(&word, sizeof(word));
	if (ptrace(PTRACE_POKEDATA, c->owner, c->addr, (void *)word))
		cell_refused(c, "PTRACE_POKEDATA", errno);
	ptrace(PTRACE_DETACH, c->owner, NULL, NULL);
	return 0;
}

PINLAB_PATH = {
	.summary = "PTRACE_POKEDATA by a tracer of the same user",
	.closes = "__access_remote_vm() pinning what it copies",
	.way = WAY_GET,
	.reach = ANSWER_WRITTEN,
	.other = other,
};
