// SPDX-License-Identifier: GPL-2.0
/* From records and consoles to cells. */
#include "host/paths/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/paths/paths.h"
#include "host/judge/complaint.h"

/* The next part of a fact, which '|' ends; empty where there are no more. */
static void next_part(const char **s, char *to, size_t size)
{
	size_t n = strcspn(*s, "|");

	snprintf(to, size, "%.*s", (int)n, *s);
	*s += n + ((*s)[n] == '|');
}

static struct path_cell *add_cell(struct path_cells *all, const struct boot *b, uint32_t row,
				  const char *name)
{
	all->v = xgrow(all->v, all->n, sizeof(*all->v));
	all->v[all->n] = (struct path_cell){ .boot = b, .row = row, .name = name,
					     .crash = b->role == ROLE_CRASH };
	return &all->v[all->n++];
}

static bool is_cell_name(const char *name)
{
	return strcmp(name, WIRE_FACT_PATH) && strcmp(name, WIRE_FACT_EXPECTED);
}

static void read_cell(struct path_cell *c, const char *text)
{
	next_part(&text, c->answer, sizeof(c->answer));
	next_part(&text, c->expected, sizeof(c->expected));
	next_part(&text, c->where, sizeof(c->where));
	next_part(&text, c->why, sizeof(c->why));
	next_part(&text, c->after, sizeof(c->after));
}

/* A path took the machine down that was not meant to: that is a result, and a failure. */
static bool went_down(const struct run *run, const struct boot *b)
{
	return b->role != ROLE_CRASH && boot_crashed(run, b);
}

static void load_content(const struct run *run, const struct boot *b, struct path_cells *all)
{
	for (size_t f = 0; f < b->rec.n_facts; f++) {
		const struct rec_fact *fact = &b->rec.facts[f];
		struct path_cell *c;

		if (!is_cell_name(fact->name))
			continue;
		c = add_cell(all, b, b->row_of[fact->row], fact->name);
		read_cell(c, fact->text);
		c->wrong = *c->after || (strcmp(c->answer, c->expected) &&
					 strcmp(c->answer, WIRE_SKIP));
	}
	all->whole &= b->ok || went_down(run, b);
}

/* An expected end of the machine is a result; how else a boot may end is none. */
static void load_crash(const struct run *run, const struct boot *b, struct path_cells *all)
{
	int row = b->rows ? run_row(run, b->rows) : -1;
	struct path_cell *c;
	bool down = boot_crashed(run, b) && !strcmp(b->outcome, "panic") && boot_last_row(b);

	if (row < 0 || !b->cell || (!b->ok && !down)) {
		all->whole = false;
		return;
	}
	c = add_cell(all, b, row, b->cell);
	for (size_t f = 0; f < b->rec.n_facts; f++) {
		const struct rec_fact *fact = &b->rec.facts[f];

		if (!strcmp(fact->name, WIRE_FACT_EXPECTED))
			snprintf(c->expected, sizeof(c->expected), "%s", fact->text);
		else if (!strcmp(fact->name, b->cell))
			read_cell(c, fact->text);
	}
	/* read_cell() has left what content mode would expect. */
	for (size_t f = 0; f < b->rec.n_facts; f++)
		if (!strcmp(b->rec.facts[f].name, WIRE_FACT_EXPECTED))
			snprintf(c->expected, sizeof(c->expected), "%s", b->rec.facts[f].text);
	if (down)
		strcpy(c->answer, WIRE_KERNEL_DOWN);
	if (!*c->answer)
		strcpy(c->answer, WIRE_SKIP);
	c->wrong = *c->after || (strcmp(c->answer, WIRE_SKIP) &&
				 down != !strcmp(c->expected, WIRE_KERNEL_DOWN));
}

static struct path_row *need_row(struct path_cells *c, size_t kernel, size_t row)
{
	size_t i = index_need(&c->row_index, c->n_rows, "%zu/%zu", kernel, row);

	if (i == c->n_rows) {
		c->rows = xgrow(c->rows, i, sizeof(*c->rows));
		c->rows[c->n_rows++] = (struct path_row){ NULL };
	}
	return &c->rows[i];
}

static void read_infos(const struct boot *b, struct path_cells *c)
{
	for (size_t f = 0; f < b->rec.n_facts; f++) {
		const struct rec_fact *fact = &b->rec.facts[f];
		struct path_row *row;

		if (strcmp(fact->name, WIRE_FACT_PATH))
			continue;
		row = need_row(c, b->kernel, b->row_of[fact->row]);
		row->info = row->info ? row->info : fact->text;
	}
}

static void link_cells(struct path_cells *c)
{
	for (size_t i = c->n; i-- > 0;) {
		struct path_cell *x = &c->v[i];
		struct path_row *row = need_row(c, x->boot->kernel, x->row);

		x->next = row->first;
		row->first = x;
		x->after_it = c->of_kernel[x->boot->kernel];
		c->of_kernel[x->boot->kernel] = x;
	}
}

void paths_load_cells(const struct run *run, struct path_cells *out)
{
	*out = (struct path_cells){ .whole = run->n_boots > 0 };
	out->of_kernel = xcalloc(run->n_kernels, sizeof(*out->of_kernel));
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (b->role == ROLE_CRASH)
			load_crash(run, b, out);
		else
			load_content(run, b, out);
		read_infos(b, out);
	}
	link_cells(out);
}

void paths_free_cells(struct path_cells *c)
{
	free(c->v);
	free(c->of_kernel);
	free(c->rows);
	index_free(&c->row_index);
	*c = (struct path_cells){ NULL };
}

const struct path_cell *paths_row(const struct path_cells *c, size_t kernel, size_t row)
{
	long i = index_find(&c->row_index, "%zu/%zu", kernel, row);

	return i < 0 ? NULL : c->rows[i].first;
}

const struct path_cell *paths_cell(const struct path_cells *c, size_t kernel, size_t row,
				   const char *name, bool crash)
{
	const struct path_cell *x = paths_row(c, kernel, row);

	while (x && (x->crash != crash || strcmp(x->name, name)))
		x = x->next;
	return x;
}

void paths_info(const struct path_cells *c, size_t kernel, size_t row, struct path_info *info)
{
	long i = index_find(&c->row_index, "%zu/%zu", kernel, row);
	const char *text = i < 0 ? NULL : c->rows[i].info;
	char way[4];

	*info = (struct path_info){ .way = '?' };
	if (!text)
		return;
	next_part(&text, way, sizeof(way));
	info->way = *way;
	next_part(&text, info->who, sizeof(info->who));
	next_part(&text, info->summary, sizeof(info->summary));
	next_part(&text, info->closes, sizeof(info->closes));
}

const char *paths_way_name(char way)
{
	switch (way) {
	case 'G':
		return "FOLL_GET: a reference, and no pin that could be refused";
	case 'P':
		return "FOLL_PIN";
	case 'L':
		return "FOLL_PIN | FOLL_LONGTERM";
	case 'W':
		return "a walk of page cache or page tables, no GUP";
	case 'N':
		return "no reference at all";
	case 'U':
		return "the user's own mapping";
	default:
		return "not known";
	}
}

bool paths_reached(const struct path_cell *c)
{
	return !strcmp(c->answer, "READ") || !strcmp(c->answer, "WRITTEN") ||
	       !strcmp(c->answer, WIRE_KERNEL_DOWN);
}

/* In crash mode the kernel's end is a result, and so is that of the row it came in. */
static bool is_result(const struct run *run, const struct boot *b)
{
	return b->ok || went_down(run, b) ||
	       (b->role == ROLE_CRASH && !strcmp(b->outcome, "panic") && boot_last_row(b));
}

static bool boot_broken(const struct run *run, const struct boot *b, struct paths_kernel *k)
{
	if (!is_result(run, b)) {
		snprintf(k->why, sizeof(k->why), "boot %s: %s: %.200s", b->id, b->outcome,
			 b->detail);
		return true;
	}
	for (size_t i = 0; i < b->rec.n_rows; i++) {
		const struct rec_row *r = &b->rec.rows[i];

		if (r->verdict != VERDICT_BROKEN && (r->verdict != VERDICT_NONE || !b->ok))
			continue;
		snprintf(k->why, sizeof(k->why), "%s in boot %s: %.150s", r->name, b->id,
			 *r->reason ? r->reason : "no result");
		return true;
	}
	return false;
}

static size_t count_failed(const struct boot *b)
{
	size_t n = b->rec.n_findings;

	for (size_t i = 0; i < b->rec.n_rows; i++)
		n += b->rec.rows[i].verdict == VERDICT_FAIL;
	return n;
}

static void say_down(const struct boot *b, struct paths_kernel *k)
{
	const char *row = boot_last_row(b);

	if (!k->down++)
		snprintf(k->why, sizeof(k->why), "the kernel went down %s%s: %.150s",
			 row ? "in " : "between paths", row ? row : "", b->detail);
}

const struct boot *paths_down(const struct run *run, size_t kernel, const char *row)
{
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		const char *last = boot_last_row(b);

		if (last && !strcmp(last, row) && went_down(run, b))
			return b;
	}
	return NULL;
}

void paths_kernel_of(const struct run *run, const struct path_cells *c, size_t kernel,
		     struct paths_kernel *k)
{
	size_t failed = 0;

	*k = (struct paths_kernel){ .verdict = VERDICT_BROKEN };
	for (const struct path_cell *x = c->of_kernel[kernel]; x; x = x->after_it) {
		k->answered += !!strcmp(x->answer, WIRE_SKIP);
		k->wrong += x->wrong;
	}
	for (const struct boot *b = run->kernels[kernel].boots; b; b = b->next) {
		if (boot_broken(run, b, k))
			return;
		failed += count_failed(b);
		if (went_down(run, b))
			say_down(b, k);
	}
	if (!k->answered && !k->down)
		snprintf(k->why, sizeof(k->why), "no cell has an answer");
	else
		k->verdict = k->down || k->wrong || failed || complaint_first(run, kernel) ?
			     VERDICT_FAIL : VERDICT_PASS;
}

int paths_status(const struct run *run, const struct path_cells *c)
{
	bool failed = false;

	if (!c->whole || run->faults.n)
		return PINLAB_BROKE;
	for (size_t i = 0; i < run->n_kernels; i++) {
		struct paths_kernel k;

		paths_kernel_of(run, c, i, &k);
		if (k.verdict == VERDICT_BROKEN)
			return PINLAB_BROKE;
		failed |= k.verdict == VERDICT_FAIL;
	}
	return failed ? PINLAB_FAIL : PINLAB_OK;
}
