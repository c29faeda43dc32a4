// SPDX-License-Identifier: GPL-2.0
/* What happened to the page of a cell, by what was seen of it, and what is wrong with it now. */
#include "guest/paths/conclude.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "guest/device.h"
#include "guest/needs.h"
#include "guest/paths/cell.h"
#include "guest/paths/owner.h"
#include "guest/paths/path.h"
#include "guest/torture/torture.h"

#define SHOWN_FRAMES	6

/* Innermost first: what touched the page, and who had called that. */
static void name_who(const struct pinlab_owned *q, char *to, size_t size)
{
	size_t n = 0;

	*to = '\0';
	for (unsigned int i = 0; i < q->frames && i < SHOWN_FRAMES && n < size; i++)
		n += snprintf(to + n, size - n, "%s%.44s", n ? " < " : "", q->frame[i]);
}

/* memfd_secret() clears its pages when they go: that is no access of the path's. */
static bool is_release(const struct pinlab_owned *q)
{
	for (unsigned int i = 0; i < q->frames; i++)
		/* secretmem_free_folio(); secretmem_freepage() before 6.2 */
		if (!strncmp(q->frame[i], "secretmem_free", 14))
			return true;
	return false;
}

void conclude_cell(struct path_cell *c, int status, struct path_finding *f)
{
	struct pinlab_owned q = { .fd = -1 };
	bool found = !cell_owned(c, PINLAB_OWNED_LOOK, &q);
	unsigned int hits = found && !c->crash && !is_release(&q) ? q.hits : 0;
	bool changed;

	/* The owner has died in the middle: what is pinned is still there. */
	if (!c->said->looked && c->said->ready && scheme_is_pinned(c->scheme))
		owner_note_content(c);
	changed = c->said->changed;

	/* It never came to the touch: whatever ended it, that is no answer. */
	if (!c->said->ready && !c->said->answer)
		cell_skip(c, "the owner has ended before it had the page: status %d", status);

	if (hits)
		name_who(&q, f->where, sizeof(f->where));
	else if (changed || c->said->saw)
		snprintf(f->where, sizeof(f->where), "not through the linear map");
	else
		snprintf(f->where, sizeof(f->where), "%s", c->said->text);
	if (c->said->answer == ANSWER_SKIP)
		f->answer = ANSWER_SKIP;
	else if (changed)
		f->answer = ANSWER_WRITTEN;
	else if (hits || c->said->saw)
		f->answer = ANSWER_READ;
	else if (status == -1)
		f->answer = ANSWER_STUCK;
	else if (WIFSIGNALED(status) && !c->path->dies)
		f->answer = ANSWER_USER_KILLED;
	else if (c->said->held)
		f->answer = ANSWER_REFERENCED;
	else
		f->answer = c->said->answer ? c->said->answer : ANSWER_NOT_REACHED;
	if (f->answer == ANSWER_USER_KILLED)
		snprintf(f->where, sizeof(f->where), "signal %d", WTERMSIG(status));
	if (f->answer == ANSWER_SKIP)
		snprintf(f->where, sizeof(f->where), "%s", c->said->text);
}

static int do_step(const struct path_cell *c, enum pinlab_op op)
{
	struct pinlab_step s = { .op = op, .calls = 1, .batch = 1 };
	int err = dev_step(c->drv, &s);

	if (err)
		return err;
	return s.done == 1 ? 0 : s.err ? s.err : -EBUSY;
}

/* References that the pin alone makes, of a page whose owner is gone; 0: not known yet. */
static int32_t pin_alone[NR_SCHEMES][MEM_NR_KINDS + 1];

/* Workers and RCU give back later than the process has ended. */
static int32_t settled_refs(const struct path_cell *c, int32_t wanted)
{
	struct pinlab_owned q = { .fd = -1 };

	for (int i = 0; i < 300; i++) {
		if (cell_owned(c, PINLAB_OWNED_LOOK, &q) || q.refcount == wanted)
			break;
		if (!wanted && i > 4)
			break;
		torture_drain();
		cell_nap(i < 20 ? 1 : 10);
	}
	return q.refcount;
}

/* The owner can still share the page, and have it back, where the kernel offers that. */
static int share_once(const struct path_cell *c)
{
	struct pinlab_owned q = { .fd = -1 };
	int err;

	if (needs_missing(NEEDS_SHARE))
		return 0;
	err = do_step(c, PINLAB_DROP);
	if (!err)
		err = cell_owned(c, PINLAB_OWNED_LOOK, &q);
	if (!err && q.exclusive)
		return -EBUSY;
	if (!err)
		err = do_step(c, PINLAB_RETAKE);
	if (!err)
		err = cell_owned(c, PINLAB_OWNED_LOOK, &q);
	return err ? err : q.exclusive ? 0 : -EBUSY;
}

void conclude_after(const struct path_cell *c, struct path_finding *f)
{
	int32_t *alone = &pin_alone[c->scheme][c->kind], refs;
	int err;

	if (c->said->moved) {
		snprintf(f->after, sizeof(f->after), "the owner's mapping leads elsewhere");
		return;
	}
	refs = settled_refs(c, *alone);
	if (!*alone)
		*alone = refs;
	if (refs != *alone) {
		snprintf(f->after, sizeof(f->after), "%d references, the pin alone makes %d", refs,
			 *alone);
		return;
	}
	err = c->scheme == SCHEME_EXCLUSIVE ? share_once(c) : 0;
	if (err)
		snprintf(f->after, sizeof(f->after), "dropping and retaking: %s", strerror(-err));
	err = do_step(c, c->scheme == SCHEME_EXCLUSIVE ? PINLAB_UNPIN_EXC : PINLAB_UNPIN);
	if (err)
		snprintf(f->after, sizeof(f->after), "giving it back: %s", strerror(-err));
}

bool conclude_poisoned(const struct path_cell *c, struct path_finding *f)
{
	struct pinlab_owned q = { .fd = -1 };
	size_t n = strlen(f->where);

	if (!c->crash || cell_owned(c, PINLAB_OWNED_LOOK, &q) || !q.poisoned)
		return false;
	snprintf(f->where + n, sizeof(f->where) - n, "%sthe page is taken for broken",
		 n ? "; " : "");
	return true;
}
