// SPDX-License-Identifier: GPL-2.0
/* verdicts.ktap, manifest.json and `reproduce` of a night, and all of its files written. */
#include "host/nightly/files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/ktap.h"
#include "host/base/quote.h"
#include "host/run/plan_file.h"
#include "host/nightly/ci.h"
#include "host/nightly/failure.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/nightly/report.h"
#include "host/report/report.h"
#include "host/report/text.h"
#include "include/wire.h"

#define NOT_RUN "not run"
#define DEPTH_MAX 8

static void ktap_result(const struct night *n, size_t cell, size_t s, struct text *t)
{
	const struct night_result *r = &n->cells[cell].results[s];
	char *name = night_test_name(n, cell, s);
	bool none = r->verdict == VERDICT_NONE;

	ktap_test(t, 1, s + 1, r->verdict <= VERDICT_SKIP, name,
		  none ? WIRE_SKIP : r->verdict == VERDICT_PASS ? NULL : verdict_name(r->verdict),
		  none ? NOT_RUN : r->why);
	free(name);
}

static void ktap_cell(const struct night *n, size_t cell, struct text *t)
{
	enum verdict v = night_cell_verdict(n, cell);
	const char *why = night_unbuilt(n, cell);
	char *name = xasprintf("%s/%s", n->cells[cell].kernel, n->cells[cell].flavor);

	ktap_begin(t, 1, n->scenarios.n);
	for (size_t s = 0; s < n->scenarios.n; s++)
		ktap_result(n, cell, s, t);
	ktap_test(t, 0, cell + 1, v <= VERDICT_SKIP, name,
		  v == VERDICT_BROKEN || v == VERDICT_SKIP ? verdict_name(v) : NULL,
		  v == VERDICT_BROKEN ? "not everything that was started has finished" :
		  why ? why : "nothing was run");
	free(name);
}

void night_ktap(const struct night *n, struct text *t)
{
	ktap_begin(t, 0, n->n_cells);
	for (size_t i = 0; i < n->n_cells; i++)
		ktap_cell(n, i, t);
}

/* An option a line. */
static void qemu_command(const struct boot *b, struct text *out)
{
	char *text = place_read(&b->place, "qemu.cmd", PLACE_SMALL_MAX, NULL);
	char *rest = text, *line;

	text_raw(out, "   ");
	while (rest && (line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		text_make_plain(line);
		text_raw(out, "%s ", *line == '-' ? " \\\n       " : "");
		text_word_with(out, line, (const char *const[]){ "PINLAB", "PINLAB_CACHE", NULL });
	}
	text_raw(out, "\n");
	free(text);
}

static void what_failed(const struct boot *b, struct text *out)
{
	const char *row = boot_last_row(b);

	for (size_t i = 0; i < b->rec.n_rows; i++)
		if (b->rec.rows[i].verdict >= VERDICT_FAIL)
			text_wrap(out, 4, "  %s: %s", b->rec.rows[i].name, b->rec.rows[i].reason);
	if (b->there && strcmp(b->outcome, "interrupted") && !b->ok)
		text_wrap(out, 4, "  the boot: %s%s%s: %s", b->outcome, row ? " in " : "",
			  row ? row : "", b->detail);
}

static void alone(const struct night_turn *t, const struct boot *b, struct text *out)
{
	bool only = t->run.n_boots == 1 && b->rec.n_rows == 1;

	for (size_t i = 0; !only && i < b->rec.n_rows; i++) {
		enum verdict v = b->rec.rows[i].verdict;

		if (v < VERDICT_FAIL && (v != VERDICT_NONE || b->ok))
			continue;
		text_line(out, "%s alone:", b->rec.rows[i].name);
		night_command(t, b->rec.rows[i].name, out);
	}
}

void night_reproduce(const struct night *n, const struct night_turn *t, struct text *out)
{
	const struct boot *b = night_boot(t);
	const json_t *k = t->run.kernels[b->kernel].json, *plan = t->run.plan;

	text_wrap(out, 0, "What failed on %s, flavor %s, with seed %lu, in the night %s:",
		  n->cells[t->cell].kernel, n->cells[t->cell].flavor, t->seed, n->name);
	for (size_t k = 0; k < t->run.n_boots; k++)
		what_failed(&t->run.boots[k], out);
	text_line(out, "%s", "");
	text_line(out, "To run the whole boot again, with pinlab %s:", json_text(plan, "suite"));
	night_command(t, NULL, out);
	for (size_t k = 0; k < t->run.n_boots; k++)
		alone(t, &t->run.boots[k], out);
	text_line(out, "%s", "");
	text_line(out, "It used, by SHA-256:");
	text_raw(out, "    guest program  %s\n    driver         %s\n",
		 json_text(plan, "guest_sha256"), json_text(k, "driver_sha256"));
	text_raw(out, "    config         %s\n    series         %s\n    vmlinux        %s\n",
		 json_text(k, "config_sha256"),
		 *json_text(k, "series_sha256") ? json_text(k, "series_sha256") : "none",
		 json_text(k, "vmlinux_sha256"));
	text_wrap(out, 4, "Linux %s (%s), %s; config and series lie in boots/%s.",
		  json_text(k, "release"), json_text(k, "base_version"), json_text(k, "compiler"),
		  b->id);
	text_line(out, "%s", "");
	text_wrap(out, 0, "In boots/%s, with PINLAB the folder of ./pinlab, where this version has been built, and PINLAB_CACHE its cache, %s was started by",
		  b->id, json_text(plan, "qemu"));
	qemu_command(b, out);
}

/* The files of one folder and below, by their paths there. */
static void hash_below(const struct place *p, const char *rel, int depth, json_t *out)
{
	struct strlist names = { 0 };

	place_list(p, rel, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *name = xasprintf("%s/%s", rel, names.v[i]);
		char hex[SHA_HEX];
		struct stat st;

		if (place_stat(p, name, &st))
			st.st_mode = 0;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			hash_below(p, name, depth + 1, out);
		else
			json_object_set_new(out, name, json_string(place_sha(p, name, hex) ?
								   "unreadable" : hex));
		free(name);
	}
	strlist_free(&names);
}

static void hash_one(const struct night *n, const struct night_turn *t, const char *file,
		     json_t *out)
{
	char *name = xasprintf("%s/%s", t->id, file), hex[SHA_HEX];

	json_object_set_new(out, name, json_string(place_sha(&n->place, name, hex) ?
						   "unreadable" : hex));
	free(name);
}

/* What does not change any more: the turns that are done, as far as they are kept. */
static json_t *hash_inputs(const struct night *n)
{
	json_t *files = json_object();

	for (size_t i = 0; i < n->n_turns; i++) {
		const struct night_turn *t = &n->turns[i];
		const struct boot *b;
		char *rel;

		if (!t->done)
			continue;
		b = night_boot(t);
		hash_one(n, t, "plan.json", files);
		rel = xasprintf("boots/%s/records", b->id);
		hash_one(n, t, rel, files);
		free(rel);
		rel = xasprintf("boots/%s/outcome.json", b->id);
		hash_one(n, t, rel, files);
		free(rel);
		rel = xasprintf("boots/%s/console.log", b->id);
		hash_one(n, t, rel, files);
		free(rel);
		rel = xasprintf("%s/boots", t->id);
		if (t->failed)
			hash_below(&n->place, rel, 0, files);
		free(rel);
	}
	return files;
}

char *night_manifest(const struct night *n)
{
	static const char *const copied[] = {
		"run", "started", "suite", "command", "engine", "seed", "cells",
	};
	json_t *m = json_object();
	char *text;

	json_object_set_new(m, "format", json_integer(1));
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
		json_object_set(m, copied[i], json_object_get(n->plan, copied[i]));
	json_object_set_new(m, "inputs", hash_inputs(n));
	text = json_dumps(m, JSON_INDENT(1));
	json_decref(m);
	return text;
}

int night_manifest_check(const struct night *n)
{
	json_error_t e;
	json_t *m = place_json(&n->place, "manifest.json", &e), *now, *v;
	const char *file;
	int ret = 0;

	now = hash_inputs(n);
	json_object_foreach(json_object_get(m, "inputs"), file, v) {
		if (json_equal(v, json_object_get(now, file)))
			continue;
		err("%s: results were edited: %s is not what manifest.json lists; put it back, or delete manifest.json to accept it",
		    n->dir, file);
		ret = -ESTALE;
		break;
	}
	json_decref(now);
	json_decref(m);
	return ret;
}

static int put_failed(const struct night *n)
{
	int ret = 0;

	for (size_t i = 0; i < n->n_turns && !ret; i++) {
		struct text t = { 0 };

		if (!n->turns[i].loaded || !n->turns[i].failed)
			continue;
		night_reproduce(n, &n->turns[i], &t);
		ret = report_put(&n->turns[i].run, "reproduce", t.s, t.n);
		text_free(&t);
	}
	return ret;
}

static int put_all(const struct night *n)
{
	static const struct {
		const char *name;
		void (*make)(const struct night *n, struct text *t);
	} files[] = {
		{ "report.txt", night_text },
		{ "verdicts.ktap", night_ktap },
		{ "junit.xml", night_junit },
	};
	/* For its folder and name. */
	struct run run = { .dir = n->dir, .name = n->name, .place = n->place };
	/* The manifest is last: it stands for the others being whole. */
	char *kcidb = night_kcidb(n), *manifest = night_manifest(n);
	struct text texts[ARRAY_SIZE(files)] = { 0 };
	int ret;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		files[i].make(n, &texts[i]);
	interrupts_hold(true);
	ret = put_failed(n);
	for (size_t i = 0; i < ARRAY_SIZE(files) && !ret; i++)
		ret = report_put(&run, files[i].name, texts[i].s ? texts[i].s : "", texts[i].n);
	if (!ret)
		ret = report_put(&run, "kcidb.json", kcidb, strlen(kcidb));
	if (!ret)
		ret = report_put(&run, "manifest.json", manifest, strlen(manifest));
	interrupts_hold(false);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		text_free(&texts[i]);
	free(kcidb);
	free(manifest);
	return ret;
}

int night_derive(const char *dir)
{
	struct night n;
	int ret = PINLAB_BROKE;

	if (!night_load(dir, &n) && !night_manifest_check(&n) && !put_all(&n))
		ret = night_status(&n);
	night_free(&n);
	return ret;
}

void night_print_run(const char *name, const char *dir)
{
	static const char *const words[] = {
		[PINLAB_OK] = "ok", [PINLAB_FAIL] = "FAIL", [PINLAB_BROKE] = "incomplete",
	};
	struct night n;
	size_t done = 0;

	if (night_load(dir, &n)) {
		printf("%-32s cannot be read\n", name);
		night_free(&n);
		return;
	}
	for (size_t i = 0; i < n.n_turns; i++)
		done += n.turns[i].done;
	printf("%-32s %.10s  %-6s  %3zu of %-3zu boots  %-17s  ", name,
	       json_text(n.plan, "started"), json_text(n.plan, "engine"), done, n.n_turns,
	       words[night_status(&n)]);
	for (size_t i = 0; i < n.n_cells; i++)
		if (!strcmp(n.cells[i].flavor, n.cells[0].flavor))
			printf("%s%s", i ? "," : "", n.cells[i].kernel);
	printf("\n");
	night_free(&n);
}
