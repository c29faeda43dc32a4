// SPDX-License-Identifier: GPL-2.0
/* From records and consoles to cells. */
#include "host/paths/cells.h"

#include <ctype.h>
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
	all->v = xrealloc(all->v, (all->n + 1) * sizeof(*all->v));
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

static void load_content(const struct boot *b, struct path_cells *all)
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
	all->whole &= b->ok;
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

void paths_load_cells(const struct run *run, struct path_cells *out)
{
	*out = (struct path_cells){ .whole = run->n_boots > 0 };
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];

		if (b->role == ROLE_CRASH)
			load_crash(run, b, out);
		else
			load_content(b, out);
	}
}

void paths_free_cells(struct path_cells *c)
{
	free(c->v);
	*c = (struct path_cells){ NULL };
}

const struct path_cell *paths_cell(const struct path_cells *c, size_t kernel, size_t row,
				   const char *name, bool crash)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].row == row && c->v[i].crash == crash &&
		    c->v[i].boot->kernel == kernel && !strcmp(c->v[i].name, name))
			return &c->v[i];
	return NULL;
}

static const char *path_fact(const struct boot *b, const char *row)
{
	for (size_t f = 0; f < b->rec.n_facts; f++)
		if (!strcmp(b->rec.facts[f].name, WIRE_FACT_PATH) &&
		    !strcmp(b->rec.rows[b->rec.facts[f].row].name, row))
			return b->rec.facts[f].text;
	return NULL;
}

void paths_info(const struct run *run, size_t kernel, size_t row, struct path_info *info)
{
	const char *text = NULL;
	char way[4];

	*info = (struct path_info){ .way = '?' };
	for (size_t i = 0; i < run->n_boots && !text; i++)
		if (run->boots[i].kernel == kernel)
			text = path_fact(&run->boots[i], run->rows[row]);
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
static bool is_result(const struct boot *b)
{
	return b->ok || (b->role == ROLE_CRASH && !strcmp(b->outcome, "panic") &&
			 boot_last_row(b));
}

static bool boot_broken(const struct boot *b, struct paths_kernel *k)
{
	if (!is_result(b)) {
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

void paths_kernel_of(const struct run *run, const struct path_cells *c, size_t kernel,
		     struct paths_kernel *k)
{
	size_t failed = 0;

	*k = (struct paths_kernel){ .verdict = VERDICT_BROKEN };
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].boot->kernel != kernel)
			continue;
		k->answered += !!strcmp(c->v[i].answer, WIRE_SKIP);
		k->wrong += c->v[i].wrong;
	}
	for (size_t i = 0; i < run->n_boots; i++) {
		if (run->boots[i].kernel != kernel)
			continue;
		if (boot_broken(&run->boots[i], k))
			return;
		failed += count_failed(&run->boots[i]);
	}
	if (!k->answered)
		snprintf(k->why, sizeof(k->why), "no cell has an answer");
	else
		k->verdict = k->wrong || failed || complaint_first(run, kernel) ?
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

/* "[    2.345678] RIP: 0010:memcpy+0x12/0x20" or " memcpy+0x12/0x20": the function's name. */
static bool function_name(const char *line, size_t n, char *to, size_t size)
{
	const char *plus = memmem(line, n, "+0x", 3), *at = plus;

	while (at && at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '_' ||
				   at[-1] == '.'))
		at--;
	if (!plus || at == plus)
		return false;
	snprintf(to, size, "%.*s", (int)(plus - at), at);
	return true;
}

void paths_trace(const struct path_cell *c, struct text *t)
{
	char *log = place_read(&c->boot->place, "console.log", PLACE_MAX, NULL);
	const char *s = log ? strstr(log, "BUG: ") : NULL;
	char name[64];
	int shown = 0;
	bool trace = false;

	if (!s)
		s = log ? strstr(log, "Kernel panic") : NULL;
	if (s)
		text_raw(t, "%.*s", (int)strcspn(s, "\r\n"), s);
	for (; s && *s && shown < 8; s += strcspn(s, "\n"), s += *s == '\n') {
		size_t n = strcspn(s, "\n");

		if (memmem(s, n, "RIP: 0010:", 10) && !shown && function_name(s, n, name, 64)) {
			text_raw(t, "; %s", name);
			shown++;
		} else if (memmem(s, n, "</TASK>", 7)) {
			break;
		} else if (memmem(s, n, "<TASK>", 6)) {
			trace = true;
		} else if (trace && !memmem(s, n, " ? ", 3) && function_name(s, n, name, 64)) {
			/* The handler's own frames come first. */
			if (!strncmp(name, "__die", 5) || !strncmp(name, "page_fault", 10) ||
			    !strncmp(name, "exc_", 4) || !strncmp(name, "asm_", 4))
				continue;
			text_raw(t, " < %s", name);
			shown++;
		}
	}
	free(log);
}
