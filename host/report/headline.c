// SPDX-License-Identifier: GPL-2.0
/*
 * What it costs each page, by pages a call: the table that a reviewer looks
 * for. Made of the rows named benchmark/kind/pages, where every kind of small
 * folio, and every kind of large one, usually changes alike.
 */
#include "host/report/headline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "host/judge/kinds.h"
#include "host/report/lines.h"
#include "host/report/report.h"
#include "host/report/text.h"

static const char *const sizes[] = { "1", "16", "512" };

#define CELLS (2 * ARRAY_SIZE(sizes))

struct headline {
	const struct line *first;
	size_t n[CELLS];
	int64_t min[CELLS], max[CELLS];
};

static const struct kind *kind_of(const char *s, size_t len)
{
	const struct kind *k = kinds_all();

	for (size_t i = 0; i < MEM_NR_KINDS; i++)
		if (strlen(k[i].name) == len && !strncmp(s, k[i].name, len))
			return &k[i];
	return NULL;
}

/* "anon, shmem, file": free() it. */
static char *kinds_of(enum mem_size size)
{
	const struct kind *k = kinds_all();
	struct text t = { 0 };

	for (size_t i = 0; i < MEM_NR_KINDS; i++)
		if (k[i].size == size)
			text_raw(&t, "%s%s", t.n ? ", " : "", k[i].name);
	return t.s;
}

/* The column of a row, -1 if it has no place here. */
static int cell_of(const struct line *l)
{
	const char *kind = strchr(l->row, '/'), *size;
	const struct kind *k;
	size_t len;

	size = kind ? strchr(kind + 1, '/') : NULL;
	if (!size || strcmp(l->unit, "insn/page"))
		return -1;
	kind++;
	len = size++ - kind;
	k = kind_of(kind, len);
	if (!k)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (!strcmp(size, sizes[i]))
			return k->size * ARRAY_SIZE(sizes) + i;
	return -1;
}

/* Three sizes at least make a line: process_vm's rows stop at 128 pages, say. */
static bool whole(const struct headline *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (!h->n[i])
			return false;
	return true;
}

static char *cell_text(const struct headline *h, size_t i, char *buf)
{
	char change[VALUE_TEXT];
	int64_t worst = llabs(h->min[i]) > llabs(h->max[i]) ? h->min[i] : h->max[i];

	if (!h->n[i])
		return strcpy(buf, "-");
	sprintf(buf, "%s%s", h->max[i] - h->min[i] >= CHANGE_LEAST ? "<" : "",
		change_text(worst, change));
	return buf;
}

void report_headline(const struct comparison *c, struct text *t)
{
	struct headline *h = xcalloc(c->n, sizeof(*h));
	struct table table = { .align = "lrrrrrr" };
	char b[CELLS][VALUE_TEXT + 2];
	struct index headings = { NULL };
	size_t n = 0, shown = 0;

	for (size_t i = 0; i < c->n && c->exact && c->has_b; i++) {
		const struct line *l = &c->lines[i];
		int cell = cell_of(l);
		struct headline *at;

		if (cell < 0 || !l->a.n || !l->b.n)
			continue;
		at = &h[line_heading(&headings, l)];
		if (!at->first) {
			at->first = l;
			n++;
		}
		if (!at->n[cell]++) {
			at->min[cell] = l->change.exact;
			at->max[cell] = l->change.exact;
		}
		at->min[cell] = l->change.exact < at->min[cell] ? l->change.exact : at->min[cell];
		at->max[cell] = l->change.exact > at->max[cell] ? l->change.exact : at->max[cell];
	}
	table_row(&table, "insn/page more\tsmall\tfolios\t\tlarge\tfolios\t");
	table_row(&table, "pages a call\t1\t16\t512\t1\t16\t512");
	for (size_t i = 0; i < n; i++) {
		if (!whole(&h[i]))
			continue;
		for (size_t k = 0; k < CELLS; k++)
			cell_text(&h[i], k, b[k]);
		table_row(&table, "%.*s %s\t%s\t%s\t%s\t%s\t%s\t%s",
			  (int)benchmark_len(h[i].first->row), h[i].first->row, h[i].first->metric,
			  b[0], b[1], b[2], b[3], b[4], b[5]);
		shown++;
	}
	if (shown) {
		char *small = kinds_of(MEM_SMALL), *large = kinds_of(MEM_LARGE);

		text_line(t, "%s against %s, page by page:", side_name(&c->b), side_name(&c->a));
		text_line(t, "%s", "");
		table_end(&table, t);
		text_wrap(t, 2, "Small: %s. Large: %s. <: kinds differ, and this is the largest.",
			  small, large);
		text_line(t, "%s", "");
		free(small);
		free(large);
	} else {
		struct text nowhere = { 0 };

		table_end(&table, &nowhere);
		text_free(&nowhere);
	}
	index_free(&headings);
	free(h);
}
