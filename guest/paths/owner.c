// SPDX-License-Identifier: GPL-2.0
/* The processes that a path is tried in: the memory's owner, and a second one. */
#include "guest/paths/owner.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/paths/cell.h"
#include "guest/paths/memory.h"
#include "guest/paths/path.h"
#include "guest/torture/torture.h"

#define CELL_SECONDS	12
#define NOBODY		65534

static void drop_privileges(void)
{
	if (setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	    setresuid(NOBODY, NOBODY, NOBODY))
		_exit(99);
	prctl(PR_SET_DUMPABLE, 1);
}

/* The second process: begun before there is memory, so that it has none of it. */
static void other_main(struct path_cell *c)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!c->path->root)
		drop_privileges();
	while (!c->said->ready)
		cell_nap(1);
	c->addr = c->said->addr;
	c->owner = c->said->owner;
	c->path->other(c);
	c->said->other_done = true;
	_exit(0);
}

static void wait_for_other(struct path_cell *c, pid_t pid)
{
	/* The owner is what its memory hangs on: it stays until the other is done. */
	while (!c->said->other_done && waitpid(pid, NULL, WNOHANG) != pid)
		cell_nap(1);
}

/* Content: see what the kernel does. Crash: what it does must not work. */
static int protect(struct path_cell *c)
{
	int err = 0;

	if (c->crash && c->scheme != SCHEME_MEMFD_SECRET)
		err = cell_owned(c, PINLAB_OWNED_HIDE, NULL);
	else if (!c->crash && c->scheme == SCHEME_MEMFD_SECRET)
		err = cell_owned(c, PINLAB_OWNED_SHOW, NULL);
	if (!err && !c->crash)
		err = cell_owned(c, PINLAB_OWNED_WATCH, NULL);
	return err ? cell_skip(c, "protecting the page: %s", strerror(-err)) : 0;
}

static int note_counts(struct path_cell *c, uint64_t *pfn)
{
	struct pinlab_owned q = { .fd = -1 };
	int err;

	torture_drain();
	err = cell_owned(c, PINLAB_OWNED_LOOK, &q);
	c->said->refs = q.refcount;
	c->said->pins = q.pincount;
	*pfn = q.pfn;
	return err ? cell_skip(c, "looking at the page: %s", strerror(-err)) : 0;
}

void owner_note_content(struct path_cell *c)
{
	static char page[PAGE_BYTES];
	struct pinlab_owned q = { .fd = -1, .buf = (uintptr_t)page };

	c->said->looked = !cell_owned(c, PINLAB_OWNED_LOOK, &q) &&
			  !cell_owned(c, PINLAB_OWNED_PEEK, &q);
	c->said->changed = c->said->looked && q.refcount > 0 &&
			   memcmp(page, c->said->canary, PAGE_BYTES);
}

/* Does the owner's mapping still lead to the frame that is pinned? */
static void note_move(struct path_cell *c, uint64_t pfn)
{
	struct pinlab_page_info info;

	if (!scheme_is_pinned(c->scheme))
		return;
	c->said->moved = dev_page(c->drv, c->addr, &info) || info.pfn != pfn;
}

void owner_main(struct path_cell *c)
{
	const struct path *p = c->path;
	pid_t other = 0;
	uint64_t pfn = 0;

	setpgid(0, 0);
	if (p->setup && p->setup(c))
		_exit(0);
	if (p->other) {
		other = fork();
		if (!other)
			other_main(c);
	}
	if (cell_take_memory(c))
		_exit(0);
	if (!c->addr && !p->takes_fd) {
		c->addr = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
		if (c->addr == MAP_FAILED) {
			cell_refused(c, "mmap", errno);
			_exit(0);
		}
	}
	if (cell_hold(c) || note_counts(c, &pfn) || protect(c))
		_exit(0);
	if (!p->root)
		drop_privileges();
	c->owner = getpid();
	c->said->addr = c->addr;
	c->said->owner = c->owner;
	c->said->fd = c->fd;
	c->said->ready = true;
	if (other)
		wait_for_other(c, other);
	else if (p->touch)
		p->touch(c);
	if (p->reach == ANSWER_REFERENCED)
		cell_look_held(c);
	cell_owned(c, PINLAB_OWNED_UNWATCH, NULL);
	owner_note_content(c);
	note_move(c, pfn);
	_exit(0);
}

int owner_wait(pid_t pid)
{
	int status;

	for (int i = 0; i < CELL_SECONDS * 250; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		cell_nap(i < 50 ? 1 : 4);
	}
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}
