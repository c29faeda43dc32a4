// SPDX-License-Identifier: GPL-2.0
/* A night for other people's CI: junit.xml, and kcidb.json by KernelCI's schema 5.3. */
#include "host/nightly/ci.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/nightly/compare.h"
#include "host/nightly/failure.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"

#define ORIGIN "pinlab"
/* Of the schema. */
#define LOG_EXCERPT_MAX 16384

/* Without what XML 1.0 has no way to write. */
static void xml(struct text *t, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			text_raw(t, "&amp;");
			break;
		case '<':
			text_raw(t, "&lt;");
			break;
		case '>':
			text_raw(t, "&gt;");
			break;
		case '"':
			text_raw(t, "&quot;");
			break;
		default:
			text_raw(t, "%c", isprint((unsigned char)*s) || *s == '\n' ? *s : '?');
		}
	}
}

/* All that is known of a failure, for those who see nothing else; the caller frees. */
static char *excerpt(const struct night *n, const struct night_failure *f)
{
	size_t lines = night_details(n, f);
	struct text t = { 0 };

	text_raw(&t, "%s: %s\n", f->promise, f->text);
	for (size_t i = 0; i < lines; i++)
		text_raw(&t, "%s\n", night_detail(n, f, i));
	night_command(&n->turns[f->turn], f->scenario ? n->scenarios.v[f->scenario] : NULL, &t);
	if (t.n > LOG_EXCERPT_MAX)
		t.s[LOG_EXCERPT_MAX] = '\0';
	return t.s;
}

static void junit_result(const struct night *n, size_t cell, size_t s, struct text *t)
{
	const struct night_result *r = &n->cells[cell].results[s];
	const struct night_failure *f = night_failure_of(n, cell, s);
	char *text = f ? excerpt(n, f) : NULL;

	text_raw(t, "    <testcase classname=\"");
	xml(t, n->cells[cell].kernel);
	text_raw(t, ".");
	xml(t, n->cells[cell].flavor);
	text_raw(t, "\" name=\"");
	xml(t, n->scenarios.v[s]);
	if (r->verdict == VERDICT_PASS) {
		text_raw(t, "\"/>\n");
		return;
	}
	text_raw(t, "\">\n      <%s message=\"",
		 r->verdict == VERDICT_FAIL ? "failure" :
		 r->verdict == VERDICT_BROKEN ? "error" : "skipped");
	xml(t, f ? f->text : r->verdict == VERDICT_NONE ? "not run" : r->why);
	if (r->verdict >= VERDICT_FAIL) {
		text_raw(t, "\" type=\"");
		xml(t, f ? f->promise : verdict_name(r->verdict));
	}
	text_raw(t, text ? "\">" : "\"/>\n");
	if (text) {
		xml(t, text);
		text_raw(t, "</%s>\n", r->verdict == VERDICT_FAIL ? "failure" : "error");
	}
	text_raw(t, "    </testcase>\n");
	free(text);
}

/* The attributes that suites have in common; cell n_cells: all. */
static void junit_counts(const struct night *n, size_t cell, struct text *t)
{
	size_t tests = 0, failed = 0, broken = 0, skipped = 0;
	double seconds = 0;

	for (size_t i = 0; i < n->n_cells; i++) {
		if (cell < n->n_cells && i != cell)
			continue;
		tests += n->scenarios.n;
		failed += night_count(n, i, VERDICT_FAIL);
		broken += night_count(n, i, VERDICT_BROKEN);
		seconds += n->cells[i].seconds;
		for (size_t s = 0; s < n->scenarios.n; s++)
			skipped += n->cells[i].results[s].verdict == VERDICT_NONE ||
				   n->cells[i].results[s].verdict == VERDICT_SKIP;
	}
	text_raw(t, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
		 tests, failed, broken, skipped, seconds);
}

void night_junit(const struct night *n, struct text *t)
{
	text_raw(t, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"pinlab nightly ");
	xml(t, n->name);
	text_raw(t, "\"");
	junit_counts(n, n->n_cells, t);
	text_raw(t, ">\n");
	for (size_t i = 0; i < n->n_cells; i++) {
		text_raw(t, "  <testsuite name=\"");
		xml(t, n->cells[i].kernel);
		text_raw(t, "/");
		xml(t, n->cells[i].flavor);
		text_raw(t, "\" timestamp=\"");
		/* JUnit's has no zone. */
		text_raw(t, "%.19s\"", json_text(n->plan, "started"));
		junit_counts(n, i, t);
		text_raw(t, ">\n");
		for (size_t s = 0; s < n->scenarios.n; s++)
			junit_result(n, i, s, t);
		text_raw(t, "  </testsuite>\n");
	}
	text_raw(t, "</testsuites>\n");
}

static char *checkout_id(const struct night_cell *c)
{
	return xasprintf(ORIGIN ":%s:%.16s", night_kernel_text(c, "base_version"),
			 night_kernel_text(c, "series_sha256"));
}

/* One that was not even begun has no key, and is nothing to be told of. */
static bool is_known(const struct night_cell *c)
{
	return *night_kernel_text(c, "key");
}

static char *build_id(const struct night_cell *c)
{
	return xasprintf(ORIGIN ":%.32s", night_kernel_text(c, "key"));
}

static json_t *checkout(const struct night *n, const struct night_cell *c, const char *id)
{
	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:s, s:b}", "id", id, "origin", ORIGIN,
			 "git_commit_name", night_string(night_kernel_text(c, "base_version")),
			 "patchset_hash", night_kernel_text(c, "series_sha256"), "comment",
			 night_string(c->kernel), "start_time", json_text(n->plan, "started"),
			 "valid", 1);
}

static json_t *checkouts(const struct night *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->n_cells; i++) {
		const struct night_cell *c = &n->cells[i];
		char *id = checkout_id(c);
		bool known = false;

		for (size_t k = 0; k < json_array_size(list); k++)
			known |= !strcmp(json_text(json_array_get(list, k), "id"), id);
		if (!known && is_known(c))
			json_array_append_new(list, checkout(n, c, id));
		free(id);
	}
	return list;
}

static json_t *builds(const struct night *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->n_cells; i++) {
		const struct night_cell *c = &n->cells[i];
		const json_t *clock = json_object_get(n->clock, "builds"), *b;
		char *id = build_id(c), *checkout = checkout_id(c);
		json_t *j;
		size_t k;

		if (is_known(c)) {
			const char *why = night_unbuilt(n, i);

			j = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:{s:s, s:o}}",
				      "id", id, "checkout_id", checkout, "origin", ORIGIN,
				      "status", !why ? "PASS" : strstr(why, "failed") ? "FAIL" : "MISS",
				      "architecture",
				      night_string(night_kernel_text(c, "arch")), "compiler",
				      night_string(night_kernel_text(c, "compiler")),
				      "config_name", night_string(c->flavor), "start_time",
				      json_text(n->plan, "started"), "misc", "config_sha256",
				      night_kernel_text(c, "config_sha256"), "kernel",
				      night_string(c->kernel));
			json_array_foreach(clock, k, b)
				if (!strcmp(json_text(b, "kernel"), c->kernel) &&
				    !strcmp(json_text(b, "flavor"), c->flavor))
					json_object_set(j, "duration",
							json_object_get(b, "seconds"));
			json_array_append_new(list, j);
		}
		free(checkout);
		free(id);
	}
	return list;
}

/* "pinlab.torture.race.fork" */
static char *dotted(const char *scenario)
{
	char *path = xasprintf(ORIGIN ".torture.%s", scenario);

	for (char *s = path; *s; s++)
		if (*s == '/')
			*s = '.';
		else if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
			*s = '_';
	return path;
}

static const char *kcidb_status(enum verdict v)
{
	switch (v) {
	case VERDICT_PASS:
		return "PASS";
	case VERDICT_SKIP:
		return "SKIP";
	case VERDICT_FAIL:
		return "FAIL";
	case VERDICT_BROKEN:
		return "ERROR";
	default:
		return "MISS";
	}
}

static json_t *test(const struct night *n, size_t cell, size_t s)
{
	const struct night_cell *c = &n->cells[cell];
	const struct night_result *r = &c->results[s];
	const struct night_failure *f = night_failure_of(n, cell, s);
	char *name = night_test_name(n, cell, s), *path = dotted(n->scenarios.v[s]);
	char *id = xasprintf(ORIGIN ":%s:%s", n->name, name), *build = build_id(c);
	char *log = f ? excerpt(n, f) : NULL;
	json_t *j = json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:{s:I, s:I}}", "id",
			      night_string(id), "build_id", build, "origin", ORIGIN, "path", path,
			      "status", kcidb_status(r->verdict), "start_time",
			      json_text(n->plan, "started"), "misc", "boots",
			      (json_int_t)r->boots, "failed", (json_int_t)r->failed);

	json_object_set_new(j, "comment", night_string(name));
	if (log)
		json_object_set_new(j, "log_excerpt", night_string(log));
	if (r->rates)
		json_object_set_new(j, "number", json_pack("{s:f, s:s}", "value",
							   r->rate / r->rates, "unit",
							   "operations/s"));
	free(name);
	free(path);
	free(id);
	free(build);
	free(log);
	return j;
}

char *night_kcidb(const struct night *n)
{
	json_t *tests = json_array(), *all;
	char *text;

	for (size_t i = 0; i < n->n_cells; i++)
		for (size_t s = 0; !night_unbuilt(n, i) && s < n->scenarios.n; s++)
			json_array_append_new(tests, test(n, i, s));
	all = json_pack("{s:{s:i, s:i}, s:o, s:o, s:o}", "version", "major", 5, "minor", 3,
			"checkouts", checkouts(n), "builds", builds(n), "tests", tests);
	text = json_dumps(all, JSON_INDENT(1));
	json_decref(all);
	return text;
}
