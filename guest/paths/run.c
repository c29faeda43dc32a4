// SPDX-License-Identifier: GPL-2.0
/* Tries paths on pages, a process for each cell, and says what happened to the page. */
#include "guest/paths/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/leaf.h"
#include "guest/machine/kmsg.h"
#include "guest/needs.h"
#include "guest/paths/cell.h"
#include "guest/paths/conclude.h"
#include "guest/paths/expect.h"
#include "guest/paths/owner.h"
#include "guest/paths/path.h"
#include "guest/row.h"
#include "guest/torture/torture.h"
#include "include/wire.h"

#define ROW_SECONDS	300

static const struct paths_config *cfg;
static bool has_exclusive;

static void fill_canary(struct path_cell *c)
{
	struct rng g = { .state = 0x70696e6c61620000ull + c->scheme * 16 + c->kind };

	for (size_t i = 0; i < PAGE_BYTES; i += 8) {
		uint64_t v = rng_next(&g);

		memcpy(c->said->canary + i, &v, 8);
	}
}

static void try_cell(struct row *r, const struct path *p, enum scheme s, enum mem_kind k,
		     struct path_finding *f)
{
	struct path_cell c = { .row = r, .path = p, .scheme = s, .kind = k, .crash = cfg->crash,
			       .fd = -1, .vm = -1, .mem = { .fd = -1 } };
	int status;
	pid_t pid;

	*f = (struct path_finding){ .answer = ANSWER_SKIP };
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
	status = owner_wait(pid);
	cell_owned(&c, PINLAB_OWNED_UNWATCH, NULL);
	if (p->after && c.said->ready)
		p->after(&c);
	conclude_cell(&c, status, f);
	if (c.crash)
		cell_owned(&c, PINLAB_OWNED_SHOW, NULL);
	if (!conclude_poisoned(&c, f) && f->answer != ANSWER_SKIP && !p->disturbs &&
	    scheme_is_pinned(s))
		conclude_after(&c, f);
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
	struct path_finding f;
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
	struct path_finding f;

	for (enum scheme s = SCHEME_LONGTERM; s <= SCHEME_EXCLUSIVE; s++)
		for (enum mem_kind k = 0; k < MEM_NR_KINDS; k++)
			if (KINDS_PATHS & KIND(k) && is_this_cell(s, k) &&
			    (s != SCHEME_EXCLUSIVE || has_exclusive))
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

static void run_one(const struct leaf *l, const struct row_body *body)
{
	struct row r = { .leaf = l, .kind = MEM_NONE, .drv = -1, .mem = { .fd = -1 } };

	snprintf(r.name, sizeof(r.name), "%s", l->name);
	row_run(&r, NEEDS_DRIVER, body);
	if (cfg->crash)
		reap();
}

void paths_run(const struct paths_config *config)
{
	struct leaves all = leaf_paths();
	const struct leaf **order = calloc(all.n, sizeof(*order));
	struct row_body body = { .run = run_cells, .limit = ROW_SECONDS };
	size_t n = 0;

	if (!order)
		return;
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
	for (size_t i = 0; i < all.n; i++)
		if (is_wanted(all.v[i]))
			order[n++] = all.v[i];
	for (size_t i = rows_left(order, n, cfg->after); i < n; i++)
		run_one(order[i], &body);
	free(order);
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
