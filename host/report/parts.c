// SPDX-License-Identifier: GPL-2.0
/* The details of report.txt that are not figures: boots, rows without one, configs, series. */
#include "host/report/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/report/lines.h"
#include "host/report/report.h"
#include "host/report/text.h"
#include "host/base/text.h"

static const struct boot *side_first_boot(const struct side *s)
{
	for (size_t i = 0; i < s->run->n_boots; i++)
		if (s->run->boots[i].kernel == s->kernel)
			return &s->run->boots[i];
	return NULL;
}

/* Of two options, by their names. */
static int by_option(const char *a, const char *b)
{
	size_t na = strcspn(a, "="), nb = strcspn(b, "=");

	return strncmp(a, b, (na < nb ? na : nb) + 1);
}

static int by_option_of(const void *a, const void *b)
{
	return by_option(*(char *const *)a, *(char *const *)b);
}

/* "NAME=value" lines; "# CONFIG_NAME is not set" counts as not there. */
static void read_config(const struct side *s, struct strlist *out)
{
	const struct boot *b = side_first_boot(s);
	char *text, *rest, *line;

	if (!b)
		return;
	text = place_read(&b->place, "config", PLACE_SMALL_MAX, NULL);
	for (rest = text; rest && (line = strsep(&rest, "\n"));)
		if (!strncmp(line, "CONFIG_", 7) && strchr(line, '=')) {
			text_make_plain(line);
			strlist_add(out, line + 7);
		}
	free(text);
	if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_option_of);
}

int config_diff(const struct side *a, const struct side *b, struct strlist *out)
{
	struct strlist ca = { 0 }, cb = { 0 }, gone = { 0 };
	bool both;

	read_config(a, &ca);
	read_config(b, &cb);
	both = ca.n && cb.n;
	for (size_t i = 0, k = 0; both && (i < ca.n || k < cb.n);) {
		int order = i == ca.n ? 1 : k == cb.n ? -1 : by_option(ca.v[i], cb.v[k]);
		const char *name = order < 0 ? ca.v[i] : cb.v[k];
		const char *was = order > 0 ? "not set" : strchr(ca.v[i], '=') + 1;
		const char *is = order < 0 ? "not set" : strchr(cb.v[k], '=') + 1;

		if (strcmp(was, is))
			strlist_take(order < 0 ? &gone : out,
				     xasprintf("%.*s (%s, was %s)", (int)strcspn(name, "="), name,
					       is, was));
		i += order <= 0;
		k += order >= 0;
	}
	for (size_t i = 0; i < gone.n; i++)
		strlist_add(out, gone.v[i]);
	strlist_free(&gone);
	strlist_free(&ca);
	strlist_free(&cb);
	return both ? 0 : -ENOENT;
}

static void say_kernel(const struct report *r, size_t i, struct text *t)
{
	const struct run_kernel *k = &r->run.kernels[i];
	const json_t *patches = json_object_get(k->json, "patches");

	text_line(t, "%s", "");
	text_line(t, "Kernel %s", k->name);
	text_line(t, "  config %s", json_text(k->json, "config_sha256"));
	if (*json_text(k->json, "series_sha256"))
		text_line(t, "  series %s", json_text(k->json, "series_sha256"));
	for (size_t p = 0; p < json_array_size(patches); p++) {
		const char *name = json_string_value(json_array_get(patches, p));

		text_wrap(t, 6, "    %s", name ? name : "?");
	}
}

static void say_config(const struct comparison *c, struct text *t)
{
	struct strlist diff = { 0 };

	if (config_diff(&c->a, &c->b, &diff))
		text_line(t, "  options that differ from %s: not known, a config file is missing",
			  side_name(&c->a));
	else
		text_line(t, "  options that differ from %s: %zu", side_name(&c->a), diff.n);
	for (size_t i = 0; i < diff.n; i++)
		text_wrap(t, 6, "    %s", diff.v[i]);
	strlist_free(&diff);
}

void report_boots(const struct report *r, struct text *t)
{
	static const char *const roles[] = {
		[ROLE_BASE] = "baseline", [ROLE_AA] = "A/A", [ROLE_TEST] = "kernel",
		[ROLE_PROFILE] = "profile",
	};
	struct table table = { .align = "lllrl" };

	text_line(t, "%s", "");
	text_line(t, "Details");
	text_line(t, "-------");
	for (size_t i = 0; i < r->run.n_kernels; i++) {
		say_kernel(r, i, t);
		for (size_t j = 0; j < r->n; j++)
			if (r->cmp[j].has_b && r->cmp[j].b.kernel == i)
				say_config(&r->cmp[j], t);
	}
	text_line(t, "%s", "");
	text_line(t, "Boots");
	for (size_t i = 0; i < r->run.n_boots; i++) {
		const struct boot *b = &r->run.boots[i];

		table_row(&table, "  %s\t%s\t%s\t%zu rows\t%.1f s", b->id, roles[b->role],
			  b->outcome, b->rec.done, b->seconds);
	}
	table_end(&table, t);
	for (size_t i = 0; i < r->run.n_boots; i++) {
		const struct boot *b = &r->run.boots[i];
		const char *last = boot_last_row(b);

		if (!b->ok)
			text_wrap(t, 6, "  %s: %s%s%s%s%s", b->id, b->outcome, last ? " in " : "",
				  last ? last : "", *b->detail ? ": " : "", b->detail);
	}
}

/* Rows of one benchmark that say the same. */
struct alike {
	size_t first, n;
	struct text names;
};

static void say_alike(const struct side *s, const struct alike *a, const char *why, struct text *t)
{
	const char *row = s->run->rows[a->first];

	if (a->n == 1)
		text_wrap(t, 6, "  %s on %s: %s", row, side_name(s), why);
	else
		text_wrap(t, 6, "  %.*s on %s, %zu rows: %s:%s", (int)benchmark_len(row), row,
			  side_name(s), a->n, why, a->names.s);
}

/* Each row with this verdict, in one paragraph with those that are alike. */
static size_t side_rows(const struct side *s, enum verdict v, struct text *t)
{
	const struct run *run = s->run;
	struct index index = { NULL };
	struct alike *all = NULL;
	size_t n = 0;
	char why[WHY_MAX];

	for (size_t i = 0; i < run->n_rows; i++) {
		const char *row = run->rows[i], *rest = strchr(row, '/');
		size_t at;

		if (side_row(s, row, why) != v)
			continue;
		at = index_need(&index, n, "%.*s\t%s", (int)benchmark_len(row), row, why);
		if (at == n) {
			all = xgrow(all, n, sizeof(*all));
			all[n++] = (struct alike){ .first = i };
		}
		all[at].n++;
		text_raw(&all[at].names, " %s", rest ? rest + 1 : row);
	}
	for (size_t i = 0; i < n; i++) {
		side_row(s, run->rows[all[i].first], why);
		say_alike(s, &all[i], why, t);
		text_free(&all[i].names);
	}
	free(all);
	index_free(&index);
	return n;
}

void report_rows(const struct report *r, enum verdict v, const char *title, struct text *t)
{
	bool any = false;

	for (size_t k = 0; k < r->run.n_kernels; k++) {
		struct side s = { .run = &r->run, .kernel = k, .roles = ~0u };
		struct text rows = { 0 };

		if (side_rows(&s, v, &rows) && !any) {
			text_raw(t, "\n%s\n", title);
			any = true;
		}
		text_raw(t, "%s", rows.s ? rows.s : "");
		text_free(&rows);
	}
}
