/* SPDX-License-Identifier: GPL-2.0 */
/* Run folders that a test writes itself: kernels, boots and what these left. */
#ifndef PINLAB_TESTS_UNIT_MAKERUN_H
#define PINLAB_TESTS_UNIT_MAKERUN_H

#include <jansson.h>

#include "host/base/files.h"
#include "rundir.h"

/* One boot of the run to be. */
struct boot_def {
	const char *id, *kernel, *outcome, *detail;
	unsigned long seed;		/* torture; 0: none */
	const char *rows, *cell;	/* paths: of a boot in crash mode, or NULL */
	const char *const *lines;	/* of its records; NULL at the end */
	const char *console;
};

static inline json_t *make_kernel(const char *name)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[s]}", "name", name, "base", "6.12",
			 "release", "6.12.117", "base_version", "6.12.117-1", "flavor", "torture",
			 "compiler", "gcc 12", "patches", "0001-a.patch");
}

static inline json_t *make_boot(const struct boot_def *d)
{
	json_t *b = json_pack("{s:s, s:s, s:s, s:i, s:i}", "id", d->id, "kernel", d->kernel,
			      "role", d->cell ? "crash" : "test", "index", 0, "skew", 0);

	if (d->seed)
		json_object_set_new(b, "seed", json_integer(d->seed));
	if (d->rows)
		json_object_set_new(b, "rows", json_string(d->rows));
	if (d->cell)
		json_object_set_new(b, "cell", json_string(d->cell));
	return b;
}

static inline void put_boot(const char *dir, const struct boot_def *d)
{
	char *sub = xasprintf("%s/boots/%s", dir, d->id);
	struct stream st = { 0 };
	json_t *o = json_pack("{s:s, s:s, s:f}", "outcome", d->outcome, "detail", d->detail,
			      "seconds", 12.5);
	char *text = json_dumps(o, 0);

	assert_int_equal(make_dirs(sub), 0);
	for (const char *const *l = d->lines; *l; l++)
		stream_add(&st, *l);
	put(sub, "records", st.s ? st.s : "");
	put(sub, "console.log", d->console ? d->console : "");
	put(sub, "outcome.json", text);
	stream_free(&st);
	json_decref(o);
	free(text);
	free(sub);
}

/* A run of this verb with these boots; the caller frees its path. */
static inline char *make_run(const char *verb, const char *name, const struct boot_def *defs,
			     size_t n)
{
	char *dir = xasprintf("%s/%s", top, name), *text;
	json_t *kernels = json_array(), *boots = json_array(), *plan;
	struct strlist names = { 0 };

	remove_tree(dir);
	assert_int_equal(make_dirs(dir), 0);
	for (size_t i = 0; i < n; i++) {
		if (!strlist_has(&names, defs[i].kernel))
			json_array_append_new(kernels, make_kernel(defs[i].kernel));
		strlist_add(&names, defs[i].kernel);
		json_array_append_new(boots, make_boot(&defs[i]));
		put_boot(dir, &defs[i]);
	}
	plan = json_pack("{s:i, s:s, s:s, s:s, s:s, s:[s,s], s:s, s:i, s:i, s:s, s:o, s:o}",
			 "format", 1, "verb", verb, "run", name, "started",
			 "2026-11-25T05:00:00Z", "suite", "0.1", "command", "./pinlab", verb,
			 "engine", "mttcg", "seed", 1, "seconds", 20, "qemu", "QEMU 7.2", "kernels",
			 kernels, "boots", boots);
	text = json_dumps(plan, 0);
	put(dir, "plan.json", text);
	strlist_free(&names);
	json_decref(plan);
	free(text);
	return dir;
}

static inline void golden_file(const char *dir, const char *file, const char *golden)
{
	char *text = in(dir, file);

	if (!strcmp(file, "report.txt"))
		check_mail(text);
	check_golden(text, golden);
	free(text);
}

#endif
