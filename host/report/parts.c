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
	strlist_sort(out);
}

static int by_text(const void *key, const void *el)
{
	return strcmp(key, *(char *const *)el);
}

static bool has(const struct strlist *l, const char *s)
{
	return l->n && bsearch(s, l->v, l->n, sizeof(*l->v), by_text);
}

/* The line of an option, NULL if it is not set. */
static const char *option(const struct strlist *l, const char *name, size_t len)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strncmp(l->v[i], name, len) && l->v[i][len] == '=')
			return l->v[i] + len + 1;
	return NULL;
}

int config_diff(const struct side *a, const struct side *b, struct strlist *out)
{
	struct strlist ca = { 0 }, cb = { 0 };
	int ret = 0;

	read_config(a, &ca);
	read_config(b, &cb);
	if (!ca.n || !cb.n)
		ret = -ENOENT;
	for (size_t i = 0; i < cb.n && ca.n; i++) {
		size_t len = strcspn(cb.v[i], "=");
		const char *was = option(&ca, cb.v[i], len);

		if (!has(&ca, cb.v[i]))
			strlist_take(out, xasprintf("%.*s (%s, was %s)", (int)len, cb.v[i],
						    cb.v[i] + len + 1, was ? was : "not set"));
	}
	for (size_t i = 0; i < ca.n && cb.n; i++) {
		size_t len = strcspn(ca.v[i], "=");

		if (!option(&cb, ca.v[i], len))
			strlist_take(out, xasprintf("%.*s (not set, was %s)", (int)len, ca.v[i],
						    ca.v[i] + len + 1));
	}
	strlist_free(&ca);
	strlist_free(&cb);
	return ret;
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

static bool same_benchmark(const char *x, const char *y)
{
	size_t n = benchmark_len(x);

	return n == benchmark_len(y) && !strncmp(x, y, n);
}

/* All rows of the first one's benchmark that say the same, in one paragraph. */
static void say_rows(const struct side *s, size_t first, char *const *whys, bool *said,
		     struct text *t)
{
	const char *why = whys[first];
	const struct run *run = s->run;
	struct text names = { 0 };
	size_t n = 0;

	for (size_t i = first; i < run->n_rows; i++) {
		const char *row = run->rows[i], *rest = strchr(row, '/');

		if (!whys[i] || !same_benchmark(run->rows[first], row) || strcmp(why, whys[i]))
			continue;
		said[i] = true;
		text_raw(&names, " %s", rest ? rest + 1 : row);
		n++;
	}
	if (n == 1)
		text_wrap(t, 6, "  %s on %s: %s", run->rows[first], side_name(s), why);
	else
		text_wrap(t, 6, "  %.*s on %s, %zu rows: %s:%s",
			  (int)benchmark_len(run->rows[first]), run->rows[first], side_name(s), n,
			  why, names.s);
	text_free(&names);
}

/* Of each row with this verdict its reason, of the others NULL. */
static char **reasons(const struct side *s, enum verdict v)
{
	char **whys = xcalloc(s->run->n_rows, sizeof(*whys)), why[WHY_MAX];

	for (size_t i = 0; i < s->run->n_rows; i++)
		if (side_row(s, s->run->rows[i], why) == v)
			whys[i] = xstrdup(why);
	return whys;
}

void report_rows(const struct report *r, enum verdict v, const char *title, struct text *t)
{
	const struct run *run = &r->run;
	bool *said = xcalloc(run->n_rows, sizeof(*said)), any = false;

	for (size_t k = 0; k < run->n_kernels; k++) {
		struct side s = { .run = run, .kernel = k, .roles = ~0u };
		char **whys = reasons(&s, v);

		memset(said, 0, run->n_rows * sizeof(*said));
		for (size_t i = 0; i < run->n_rows; i++) {
			if (said[i] || !whys[i])
				continue;
			if (!any)
				text_raw(t, "\n%s\n", title);
			any = true;
			say_rows(&s, i, whys, said, t);
		}
		for (size_t i = 0; i < run->n_rows; i++)
			free(whys[i]);
		free(whys);
	}
	free(said);
}
