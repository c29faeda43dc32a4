// SPDX-License-Identifier: GPL-2.0
/* Tries paths on pages, a process for each cell, and says what happened to the page. */
#include "guest/paths/path.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/machine/kmsg.h"
#include "guest/paths/cell.h"
#include "guest/paths/expect.h"
#include "guest/paths/memory.h"
#include "guest/record.h"
#include "guest/row.h"
#include "guest/torture/torture.h"

#define CELL_SECONDS	12
#define ROW_SECONDS	300
#define NOBODY		65534
#define SHOWN_FRAMES	6

static const struct paths_config *cfg;
static bool has_exclusive;

const char *scheme_name(enum scheme s)
{
	static const char *const names[] = {
		[SCHEME_NONE] = "none",
		[SCHEME_LONGTERM] = "longterm",
		[SCHEME_EXCLUSIVE] = "exclusive",
		[SCHEME_GUEST_MEMFD] = "guest_memfd",
		[SCHEME_MEMFD_SECRET] = "memfd_secret",
	};

	return names[s];
}

static bool is_pinned(enum scheme s)
{
	return s == SCHEME_LONGTERM || s == SCHEME_EXCLUSIVE;
}

const char *answer_name(enum answer a)
{
	static const char *const names[] = {
		[ANSWER_NONE] = "NONE",
		[ANSWER_SKIP] = WIRE_SKIP,
		[ANSWER_NOT_REACHED] = WIRE_NOT_REACHED,
		[ANSWER_REFUSED] = WIRE_REFUSED,
		[ANSWER_REFERENCED] = WIRE_REFERENCED,
		[ANSWER_READ] = WIRE_READ,
		[ANSWER_WRITTEN] = WIRE_WRITTEN,
		[ANSWER_USER_KILLED] = WIRE_USER_KILLED,
		[ANSWER_STUCK] = WIRE_STUCK,
	};

	return names[a];
}

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

/* While the page is there for certain. One that was freed has no content that matters. */
static void note_content(struct path_cell *c)
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

	if (!is_pinned(c->scheme))
		return;
	c->said->moved = dev_page(c->drv, c->addr, &info) || info.pfn != pfn;
}

static void owner_main(struct path_cell *c)
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
	note_content(c);
	note_move(c, pfn);
	_exit(0);
}

/* Its wait status; -1 if it was stuck and killed. */
static int wait_for_owner(pid_t pid)
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

struct finding {
	enum answer answer;
	char where[300];	/* by whom, or by which call refused */
	char after[160];	/* what is wrong afterwards; else empty */
};

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

static void conclude(struct path_cell *c, int status, struct finding *f)
{
	struct pinlab_owned q = { .fd = -1 };
	bool found = !cell_owned(c, PINLAB_OWNED_LOOK, &q);
	unsigned int hits = found && !c->crash && !is_release(&q) ? q.hits : 0;
	bool changed;

	/* The owner has died in the middle: what is pinned is still there. */
	if (!c->said->looked && c->said->ready && is_pinned(c->scheme))
		note_content(c);
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

/* The owner can still share the page, and have it back. */
static int share_once(const struct path_cell *c)
{
	struct pinlab_owned q = { .fd = -1 };
	int err = do_step(c, PINLAB_DROP);

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

static void look_afterwards(const struct path_cell *c, struct finding *f)
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

/* A fault that was survived as one of broken memory: the page is nobody's any more. */
static bool is_poisoned(const struct path_cell *c, struct finding *f)
{
	struct pinlab_owned q = { .fd = -1 };
	size_t n = strlen(f->where);

	if (!c->crash || cell_owned(c, PINLAB_OWNED_LOOK, &q) || !q.poisoned)
		return false;
	snprintf(f->where + n, sizeof(f->where) - n, "%sthe page is taken for broken",
		 n ? "; " : "");
	return true;
}

static void fill_canary(struct path_cell *c)
{
	struct rng g = { .state = 0x70696e6c61620000ull + c->scheme * 16 + c->kind };

	for (size_t i = 0; i < PAGE_BYTES; i += 8) {
		uint64_t v = rng_next(&g);

		memcpy(c->said->canary + i, &v, 8);
	}
}

static void try_cell(struct row *r, const struct path *p, enum scheme s, enum mem_kind k,
		     struct finding *f)
{
	struct path_cell c = { .row = r, .path = p, .scheme = s, .kind = k, .crash = cfg->crash,
			       .fd = -1, .vm = -1, .mem = { .fd = -1 } };
	int status;
	pid_t pid;

	*f = (struct finding){ .answer = ANSWER_SKIP };
	c.drv = dev_open();
	c.said = mmap(NULL, sizeof(*c.said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (c.drv < 0 || c.said == MAP_FAILED) {
		snprintf(f->where, sizeof(f->where), "/dev/pinlab: %s",
			 strerror(c.drv < 0 ? -c.drv : ENOMEM));
		return;
	}
	/* What is looked for in a core file is not to be there from here. */
	madvise(c.said, sizeof(*c.said), MADV_DONTDUMP);
	fill_canary(&c);
	pid = fork();
	if (!pid)
		owner_main(&c);
	status = wait_for_owner(pid);
	cell_owned(&c, PINLAB_OWNED_UNWATCH, NULL);
	if (p->after && c.said->ready)
		p->after(&c);
	conclude(&c, status, f);
	if (c.crash)
		cell_owned(&c, PINLAB_OWNED_SHOW, NULL);
	if (!is_poisoned(&c, f) && f->answer != ANSWER_SKIP && !p->disturbs && is_pinned(s))
		look_afterwards(&c, f);
	munmap(c.said, sizeof(*c.said));
	close(c.drv);
}

/* Whatever was left by a cell in this process group or below us. */
static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

struct tally {
	unsigned int cells, skipped, wrong;
};

static void cell_name(char *name, size_t size, enum scheme s, enum mem_kind k)
{
	snprintf(name, size, "%s%s%s", scheme_name(s), k == MEM_NONE ? "" : "/",
		 mem_kind_name(k));
}

static bool is_this_cell(enum scheme s, enum mem_kind k)
{
	char name[64];

	cell_name(name, sizeof(name), s, k);
	return !cfg->cell || !strcmp(cfg->cell, name);
}

static void tell_cell(struct row *r, enum scheme s, enum mem_kind k, struct tally *t)
{
	const struct path *p = r->leaf->is;
	struct finding f;
	char name[64];
	const char *why;
	enum answer expected = path_expect(p, s, k, has_exclusive, &why);

	if (!is_this_cell(s, k))
		return;
	cell_name(name, sizeof(name), s, k);
	if ((s == SCHEME_EXCLUSIVE && !has_exclusive) || (p->schemes && !(p->schemes & 1u << s)))
		return;
	/* Before the touch: after it there may be nobody to tell. */
	if (cfg->crash)
		torture_fact(r, WIRE_FACT_EXPECTED, "%s",
			     path_expect_down(p, s, k, has_exclusive) ? WIRE_KERNEL_DOWN :
			     WIRE_KERNEL_UP);
	try_cell(r, p, s, k, &f);
	reap();
	t->cells++;
	t->skipped += f.answer == ANSWER_SKIP;
	torture_fact(r, name, "%s|%s|%s|%s|%s", answer_name(f.answer), answer_name(expected),
		     f.where, why, f.after);
	if (cfg->crash)
		return;
	if (f.answer != ANSWER_SKIP && f.answer != expected && !t->wrong++)
		row_fail(r, "%s: %s, expected %s: %.200s", name, answer_name(f.answer),
			 answer_name(expected), f.where);
	if (*f.after && !t->wrong++)
		row_fail(r, "%s: afterwards %s", name, f.after);
}

static void run_cells(struct row *r)
{
	const struct path *p = r->leaf->is;
	unsigned int kinds = p->kinds ? p->kinds : KINDS_PATHS;
	struct tally t = { 0 };

	setpgid(0, 0);
	torture_fact(r, WIRE_FACT_PATH, "%c|%s|%s|%s", "GPLWNU"[path_way(p)],
		     p->attack ? "attack" : p->root ? "root" : "user", p->summary,
		     p->closes ? p->closes : "");
	for (enum scheme s = 0; s < NR_SCHEMES; s++) {
		if (!(S_KINDS & 1u << s)) {
			tell_cell(r, s, MEM_NONE, &t);
			continue;
		}
		for (enum mem_kind k = 0; k < MEM_NR_KINDS; k++)
			if (kinds & KIND(k))
				tell_cell(r, s, k, &t);
	}
	if (!t.cells)
		row_skip(r, "no such cell on this kernel");
	else if (t.skipped == t.cells)
		row_skip(r, "no cell could be tried");
}

/* What pins alone make of a page's counts: a path that leaves more has left a reference. */
static void measure_pins(void)
{
	static const struct path nothing;
	struct finding f;

	for (enum scheme s = SCHEME_LONGTERM; s <= SCHEME_EXCLUSIVE; s++)
		for (enum mem_kind k = 0; k < MEM_FILE; k++)
			if ((s != SCHEME_EXCLUSIVE || has_exclusive) && is_this_cell(s, k))
				try_cell(NULL, &nothing, s, k, &f);
}

static void before_row(struct row *r)
{
	kmsg_rearm();
	kmsg_mark(WIRE_MARK_BEGIN, r->name);
	kmsg_start();
}

/* A promise broken on the way, a complaint of the kernel's: findings, as in torture. */
static void after_row(struct row *r)
{
	reap();
	torture_look(r);
	kmsg_mark(WIRE_MARK_END, r->name);
}

static bool is_wanted(const struct leaf *l)
{
	const struct path *p = l->is;

	/* A demonstration of a crash is no survey of what is reached. */
	return leaf_wanted(l, cfg->paths, l->name) && (cfg->crash || !p->attack);
}

void paths_run(const struct paths_config *config)
{
	struct leaves all = leaf_paths();
	struct row_body body = { .run = run_cells, .limit = ROW_SECONDS };

	cfg = config;
	kmsg_unlimit();
	rows_begin();
	has_exclusive = dev_has_exclusive();
	/* Where the page is really hidden, complaints are what is asked for. */
	if (!cfg->crash) {
		body.before = before_row;
		body.after = after_row;
	}
	measure_pins();
	for (size_t i = 0; i < all.n; i++) {
		struct row r = { .leaf = all.v[i], .kind = MEM_NONE, .drv = -1,
				 .mem = { .fd = -1 } };

		if (!is_wanted(all.v[i]))
			continue;
		snprintf(r.name, sizeof(r.name), "%s", all.v[i]->name);
		row_run(&r, NEEDS_DRIVER, &body);
		if (cfg->crash)
			reap();
	}
}

/* Cells worth a boot of their own; "pinned" is what the kernel has, exclusive or long-term. */
static void list_crash_cells(const struct path *p)
{
	unsigned int kinds = p->kinds ? p->kinds : KINDS_PATHS, by_rule = 0;
	enum mem_kind k = MEM_ANON;

	while (!(kinds & KIND(k)))
		k++;
	printf("pinned/%s", mem_kind_name(k));
	for (const struct expect *e = p->except; e && e->answer; e++)
		by_rule |= e->schemes;
	if (p->attack || (p->schemes && !(p->schemes & S(MEMFD_SECRET))))
		return;
	if (p->way == WAY_WALK || p->way == WAY_NONE || p->way == WAY_USER ||
	    by_rule & S(MEMFD_SECRET))
		printf(",memfd_secret");
	if (p->takes_fd)
		printf(",guest_memfd");
}

/* Those that content mode tries, on a kernel that has exclusive pins: as run_cells(). */
static void list_content_cells(const struct path *p)
{
	unsigned int kinds = p->kinds ? p->kinds : KINDS_PATHS;
	const char *comma = "";
	char name[64];

	for (enum scheme s = 0; s < NR_SCHEMES; s++) {
		bool by_kind = S_KINDS & 1u << s;

		if (p->schemes && !(p->schemes & 1u << s))
			continue;
		for (enum mem_kind k = 0; k < (by_kind ? MEM_NR_KINDS : 1); k++) {
			if (by_kind && !(kinds & KIND(k)))
				continue;
			cell_name(name, sizeof(name), s, by_kind ? k : MEM_NONE);
			printf("%s%s", comma, name);
			comma = ",";
		}
	}
}

void paths_list(void)
{
	struct leaves all = leaf_paths();

	for (size_t i = 0; i < all.n; i++) {
		const struct path *p = all.v[i]->is;

		if (all.v[i]->hidden)
			continue;
		printf("%s\t%c%s%s\t%s\t", all.v[i]->name, "GPLWNU"[p->way],
		       p->way_since ? "<" : "",
		       p->way_since ? (char[]){ "GPLWNU"[p->way_before], 0 } : "",
		       p->attack ? "attack" : p->root ? "root" : "user");
		list_crash_cells(p);
		printf("\t%s\t%s\t", p->summary, p->closes ? p->closes : "-");
		list_content_cells(p);
		printf("\n");
	}
}
