/* SPDX-License-Identifier: GPL-2.0 */
/* Nights for tests: written as folders, as a night leaves them. */
#ifndef PINLAB_TESTS_UNIT_NIGHT_H
#define PINLAB_TESTS_UNIT_NIGHT_H

#include "rundir.h"

#include <ctype.h>

#include "host/base/files.h"
#include "host/nightly/compare.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/report/derive.h"

/* One boot of a night to be. */
struct turn_def {
	const char *kernel, *flavor, *kind;
	unsigned long seed;
	const char *outcome;		/* NULL: none; the boot was cut off */
	const char *const *lines;	/* of its records; NULL: it did not begin */
};

static const char *const passes[] = {
	"hello\t1\t6.12.117\tns", "begin\trace/fork",
	"sample\trace/fork\tpins\trequests\t0\t1000.0000\t1\t0",
	"sample\trace/fork\trate\toperations/s\t0\t5000.0000\t1\t0",
	"result\trace/fork\tPASS\t", "begin\trace/cow", "result\trace/cow\tPASS\t",
	"begin\tmodel", "result\tmodel\tSKIP\tneeds <that> & \"this\"", "end\t9", NULL
};

static const char *const faster[] = {
	"hello\t1\t6.12.117\tns", "begin\trace/fork",
	"sample\trace/fork\tpins\trequests\t0\t1200.0000\t1\t0",
	"sample\trace/fork\trate\toperations/s\t0\t6000.0000\t1\t0",
	"result\trace/fork\tPASS\t", "end\t5", NULL
};

static const char *const finds[] = {
	"hello\t1\t6.12.117\tns", "begin\trace/fork",
	"finding\trace/fork\ttwo-owners\t0.2500\t1.7500\tpage <3> & \"4\"",
	"detail\trace/fork\tcpu 0: pin-fast -> 1",
	"finding\trace/fork\ttwo-owners\t0.3500\t1.8500\tonce more",
	"result\trace/fork\tFAIL\ttwo-owners: page 3", "begin\trace/cow",
	"result\trace/cow\tPASS\t", "end\t8", NULL
};

static const char *const leaks[] = {
	"hello\t1\t6.12.117\tns", "begin\trace/cow",
	"finding\trace/cow\tleak\t0.2500\t1.7500\t+3 pins",
	"result\trace/cow\tFAIL\tleak: +3 pins", "end\t4", NULL
};

static const char *const dies[] = {
	"hello\t1\t6.12.117\tns", "begin\trace/fork", "result\trace/fork\tPASS\t",
	"begin\trace/cow", NULL
};

static inline char *turn_id(const struct turn_def *t, size_t i)
{
	return xasprintf("%03zu-%s-%s-%lu", i, t->kernel, t->flavor, t->seed);
}

static inline void put_json(const char *dir, const char *file, json_t *j)
{
	char *text = json_dumps(j, JSON_INDENT(1));

	put(dir, file, text);
	free(text);
	json_decref(j);
}

static inline void put_turn(const char *dir, const char *id, const struct turn_def *t)
{
	char *top_dir = xasprintf("%s/%s", dir, id), *boot = xasprintf("%s/boots/00", top_dir);
	struct stream st = { 0 };

	assert_int_equal(make_dirs(boot), 0);
	for (const char *const *l = t->lines; *l; l++)
		stream_add(&st, *l);
	put(boot, "records", st.s);
	put(boot, "console.log", !t->outcome || strcmp(t->outcome, "panic") ? "" :
	    "[    3.500000] BUG: unable to handle page fault\n"
	    "[    3.600000] Kernel panic - not syncing: Fatal exception\n");
	put(boot, "qemu.cmd", "qemu-system-x86_64\n-kernel\n$PINLAB_CACHE/vmlinux\n-append\na b\n");
	if (t->outcome)
		put_json(boot, "outcome.json",
			 json_pack("{s:s, s:s, s:f}", "outcome", t->outcome, "detail", "",
				   "seconds", 30.0));
	put_json(top_dir, "plan.json",
		 json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:[s,s,s,s,s,s,s,s], s:[{s:s, s:s, s:s}], s:[{s:s, s:s, s:s}]}",
			   "format", 1, "verb", "torture", "run", id, "started",
			   "2026-11-25T05:00:00Z", "suite", "0.1", "engine", "mttcg", "qemu",
			   "QEMU 7.2", "command", "./pinlab", "torture", "--scenarios", "race",
			   "--duration", "20", "--seed", "7", "kernels", "name", t->kernel,
			   "release", "6.12.117", "flavor", t->flavor, "boots", "id", "00",
			   "kernel", t->kernel, "role", "test"));
	stream_free(&st);
	free(top_dir);
	free(boot);
}

/* A turn is planned with as many scenarios as its boot then has begun. */
static inline int count_begun(const char *const *lines)
{
	int n = 0;

	for (; lines && *lines; lines++)
		n += !strncmp(*lines, "begin\t", 6);
	return n;
}

static inline json_t *cell(const char *kernel, const char *flavor, bool built)
{
	json_t *j = json_pack("{s:s, s:s}", "kernel", kernel, "flavor", flavor);

	if (built) {
		char *key = xasprintf("%s-%s", kernel, flavor);

		json_object_set_new(j, "built", json_true());
		json_object_set_new(j, "key", json_string(key));
		json_object_set_new(j, "arch", json_string("x86_64"));
		json_object_set_new(j, "release", json_string("6.12.117"));
		json_object_set_new(j, "base_version", json_string("6.12.117-1"));
		json_object_set_new(j, "compiler", json_string("gcc 12"));
		json_object_set_new(j, "series_sha256", json_string(strchr(kernel, '+') ?
								    "c0ffee" : ""));
		free(key);
	}
	return j;
}

/*
 * A night on 6.12 and 6.12+exclusive, flavor torture, and on 6.12 in debug,
 * which is not built; with these turns, after that other night. The caller
 * frees its path.
 */
static inline char *make_night(const char *name, const struct turn_def *defs, size_t n,
			       const char *last, const char *end)
{
	char *dir = xasprintf("%s/%s", top, name);
	json_t *turns = json_array();
	struct night night;

	remove_tree(dir);
	assert_int_equal(make_dirs(dir), 0);
	for (size_t i = 0; i < n; i++) {
		char *id = turn_id(&defs[i], i);

		json_array_append_new(turns, json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:s, s:i, s:i}",
						       "id", id, "kernel", defs[i].kernel,
						       "flavor", defs[i].flavor, "kind",
						       defs[i].kind, "seed",
						       (json_int_t)defs[i].seed, "seconds", 20,
						       "scenarios", "race", "timed", 2, "n",
						       count_begun(defs[i].lines)));
		if (defs[i].lines)
			put_turn(dir, id, &defs[i]);
		free(id);
	}
	put_json(dir, "plan.json",
		 json_pack("{s:i, s:s, s:s, s:s, s:s, s:[s,s,s,s], s:i, s:i, s:s, s:[{s:s, s:b}, {s:s, s:b}, {s:s, s:b}, {s:s, s:b}], s:[o,o,o], s:o}",
			   "format", 1, "verb", "nightly", "run", name, "started",
			   "2026-11-25T05:00:00Z", "suite", "0.1", "command", "./pinlab", "nightly",
			   "--budget", "2h", "budget_seconds", 7200, "seed", 100, "engine", "mttcg",
			   "scenarios", "name", "limits/pins", "timed", 0, "name", "model",
			   "timed", 1, "name", "race/cow", "timed", 1, "name", "race/fork",
			   "timed", 1, "cells", cell("6.12", "torture", true),
			   cell("6.12+exclusive", "torture", true), cell("6.12", "debug", false),
			   "turns", turns));
	put_json(dir, "clock.json",
		 json_pack("{s:[{s:f, s:s}], s:[{s:s, s:s, s:s, s:f}], s:{s:f}}", "sessions",
			   "seconds", 3600.0, "end", end, "builds", "kernel", "6.12", "flavor",
			   "debug", "how", "cut", "seconds", 600.0, "turns",
			   "000-6.12-torture-100", 26.0));
	if (last) {
		assert_int_equal(night_load(last, &night), 0);
		put_json(dir, "last.json", night_export(&night));
		night_free(&night);
	}
	return dir;
}

#define E "6.12+exclusive"

static const struct turn_def quiet[] = {
	{ "6.12", "torture", "timed", 100, "ok", passes },
	{ E, "torture", "timed", 100, "ok", passes },
};

static const struct turn_def noisy[] = {
	{ "6.12", "torture", "timed", 101, "ok", passes },
	{ E, "torture", "timed", 101, "ok", finds },
	{ E, "torture", "timed", 102, "ok", finds },
	{ E, "torture", "timed", 103, "ok", leaks },
};

static inline char *derive(const char *dir, const char *file, int status)
{
	assert_int_equal(report_derive(dir), status);
	return in(dir, file);
}

static inline void has(const char *text, const char *part)
{
	char *flat = xstrdup(text), *to = flat;

	/* A report breaks its lines where it must. */
	for (const char *s = flat; *s; s++)
		if (!isspace((unsigned char)*s) || (to > flat && to[-1] != ' '))
			*to++ = isspace((unsigned char)*s) ? ' ' : *s;
	*to = '\0';
	if (!strstr(flat, part))
		fail_msg("'%s' is not in:\n%s", part, text);
	free(flat);
}

#endif
