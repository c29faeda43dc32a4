// SPDX-License-Identifier: GPL-2.0
/*
 * A budget, its division, and one night against the last. Nights are written
 * here as folders, as a night leaves them.
 */
#include "rundir.h"

#include <ctype.h>

#include "host/base/files.h"
#include "host/base/options.h"
#include "host/nightly/compare.h"
#include "host/nightly/divide.h"
#include "host/nightly/load.h"
#include "host/nightly/nightly.h"
#include "host/nightly/run.h"
#include "host/nightly/turns.h"
#include "host/report/derive.h"

static void test_budget(void **state)
{
	static const struct {
		const char *text;
		long seconds;
	} good[] = {
		{ "90m", 5400 }, { "2h", 7200 }, { "1h30m", 5400 }, { "5400s", 5400 },
		{ "5400", 5400 }, { "1", 1 }, { "1h1m1s", 3661 }, { "1h5s", 3605 },
		{ "720h", 2592000 },
	};
	static const char *const bad[] = {
		"", "0", "0h", "-1", "h", "2x", "2h3", "1h2h", "30m1h", " 2h", "2h ", "1.5h",
		"721h", "99999999999999999999", "99999999999999999999h", "+3", "1m1m",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (parse_time(good[i].text) != good[i].seconds)
			fail_msg("%s is %ld", good[i].text, parse_time(good[i].text));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse_time(bad[i]) != -1)
			fail_msg("'%s' is %ld", bad[i], parse_time(bad[i]));
}

#define KERNELS 4
#define CELLS (2 * KERNELS)

static void make_cells(struct divide_cell *c)
{
	for (size_t i = 0; i < CELLS; i++)
		c[i] = i < KERNELS ?
		       (struct divide_cell){ .flavor = "torture", .weight = 3, .slow = 1,
					     .boot = 5, .row = 0.5, .fixed = 10, .ready = true,
					     .timed_left = 12, .fixed_left = 5 } :
		       (struct divide_cell){ .flavor = "debug", .weight = 1, .slow = 2, .boot = 15,
					     .row = 1.5, .fixed = 30, .ready = true,
					     .timed_left = 12, .fixed_left = 5 };
}

/* What holds for each division; the sum by cell into took[], slots into n[]. */
static void check_slots(const struct divide *d, const struct slot *s, size_t n, double *took,
			size_t *slots)
{
	size_t fixed[CELLS] = { 0 };
	double all = 0;

	memset(took, 0, d->n_cells * sizeof(*took));
	memset(slots, 0, d->n_cells * sizeof(*slots));
	for (size_t i = 0; i < n; i++) {
		const struct divide_cell *c = &d->cells[s[i].cell];
		double cost = c->boot + s[i].n * c->row +
			      (s[i].fixed ? s[i].n * c->fixed : s[i].seconds);

		assert_true(s[i].cell < d->n_cells);
		assert_true(c->ready);
		assert_true(s[i].seconds >= 1);
		assert_true(s[i].n && s[i].n <= (s[i].fixed ? c->fixed_left : d->n_timed));
		assert_true(cost - s[i].expected < 0.001 && s[i].expected - cost < 0.001);
		assert_true(!i || s[i - 1].round <= s[i].round);
		if (!s[i].fixed)
			assert_true(s[i].n == d->n_timed || c->timed_left);
		if (!s[i].fixed)
			assert_false(night_too_short(c, s[i].n, cost + 1));
		fixed[s[i].cell] += s[i].fixed;
		took[s[i].cell] += cost;
		slots[s[i].cell]++;
		all += cost;
	}
	for (size_t i = 0; i < d->n_cells; i++)
		assert_true(fixed[i] <= !!d->cells[i].fixed_left);
	if (all > d->seconds)
		fail_msg("%.1f s of %.1f s", all, d->seconds);
}

static void test_divide(void **state)
{
	struct divide_cell cells[CELLS];
	struct divide d = { .cells = cells, .n_cells = CELLS, .n_timed = 12 };
	double took[CELLS];
	size_t slots[CELLS];

	(void)state;
	make_cells(cells);
	for (d.seconds = 1; d.seconds < 40000; d.seconds = d.seconds * 1.1 + 1) {
		struct slot *s;
		size_t n;

		for (d.seed = 1; d.seed < 40; d.seed += 13) {
			double torture = 0, debug = 0;

			n = night_divide(&d, &s);
			check_slots(&d, s, n, took, slots);
			for (size_t i = 0; i < KERNELS; i++) {
				torture += took[i];
				debug += took[KERNELS + i];
				/* A boot with one scenario is 7 s. */
				if (d.seconds > KERNELS * 8)
					assert_true(slots[i]);
			}
			assert_true(debug <= d.seconds / 4 + 1);
			/* Nothing to speak of is left over. */
			if (d.seconds > 600)
				assert_true(torture + debug > 0.9 * d.seconds);
			free(s);
		}
	}
}

/* Two hours: all scenarios on all kernels in both flavors, in the first two rounds. */
static void test_divide_whole(void **state)
{
	struct divide_cell cells[CELLS];
	struct divide d = { .cells = cells, .n_cells = CELLS, .n_timed = 12,
			    .seconds = 7200, .seed = 1 };
	size_t timed = 0, fixed = 0, n;
	struct slot *s;

	(void)state;
	make_cells(cells);
	n = night_divide(&d, &s);
	for (size_t i = 0; i < n; i++) {
		timed += !s[i].round && !s[i].fixed && s[i].n == 12;
		fixed += s[i].round == 1 && s[i].fixed && s[i].n == 5;
	}
	assert_int_equal(timed, CELLS);
	assert_int_equal(fixed, CELLS);
	assert_true(n > 3 * CELLS);
	free(s);
}

static void test_divide_small(void **state)
{
	struct divide_cell cells[CELLS];
	struct divide d = { .cells = cells, .n_cells = CELLS, .n_timed = 12,
			    .seconds = 60, .seed = 7 };
	double took[CELLS];
	size_t slots[CELLS], n;
	struct slot *s;

	(void)state;
	make_cells(cells);
	/* The second flavor has nothing before the first has given each kernel a turn. */
	n = night_divide(&d, &s);
	check_slots(&d, s, n, took, slots);
	for (size_t i = 0; i < KERNELS; i++)
		assert_true(slots[i] && !slots[KERNELS + i]);
	free(s);
	/* Not all kernels: some, and whole turns. */
	d.seconds = 16;
	n = night_divide(&d, &s);
	assert_int_equal(n, 2);
	check_slots(&d, s, n, took, slots);
	free(s);
	d.seconds = 5;
	assert_int_equal(night_divide(&d, &s), 0);
	free(s);
	/* What is not built gets no turn, and leaves its time to the others. */
	d.seconds = 600;
	cells[1].ready = false;
	for (size_t i = KERNELS; i < CELLS; i++)
		cells[i].ready = false;
	n = night_divide(&d, &s);
	check_slots(&d, s, n, took, slots);
	assert_int_equal(slots[1], 0);
	assert_true(took[0] > 180 && took[2] > 180 && took[3] > 180);
	free(s);
	for (size_t i = 0; i < CELLS; i++)
		cells[i].ready = false;
	assert_int_equal(night_divide(&d, &s), 0);
	free(s);
	/* Of a round that was begun, the rest. */
	make_cells(cells);
	for (size_t i = 0; i < CELLS; i++)
		cells[i].timed_left = 3;
	n = night_divide(&d, &s);
	check_slots(&d, s, n, took, slots);
	for (size_t i = 0; i < n; i++)
		assert_true(s[i].fixed || s[i].n == 3);
	free(s);
	/* Where only fixed ones had no turn, they do not leave half of the time to others. */
	d.seconds = 300;
	for (size_t i = 0; i < CELLS; i++)
		cells[i].timed_left = 0;
	n = night_divide(&d, &s);
	check_slots(&d, s, n, took, slots);
	for (size_t i = 0; i < n; i++)
		assert_true(s[i].cell >= KERNELS || (s[i].fixed && s[i].n == 4));
	free(s);
	/* Only fixed scenarios, once. */
	make_cells(cells);
	d.n_timed = 0;
	for (size_t i = 0; i < CELLS; i++)
		cells[i].timed_left = 0;
	n = night_divide(&d, &s);
	check_slots(&d, s, n, took, slots);
	assert_true(n >= KERNELS);
	free(s);
	for (size_t i = 0; i < CELLS; i++)
		cells[i].fixed_left = 0;
	assert_int_equal(night_divide(&d, &s), 0);
	free(s);
}

static void test_globs(void **state)
{
	static const char *const names[] = { "limits/pins", "model", "race/cow", "race/fork" };
	struct strlist all = { 0 };
	bool chosen[200] = { false, true, true, true };
	size_t left = 0;
	char *globs;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		strlist_add(&all, names[i]);
	globs = night_globs(&all, chosen);
	assert_string_equal(globs, "model,race");
	free(globs);
	chosen[2] = false;
	globs = night_globs(&all, chosen);
	assert_string_equal(globs, "model,race/fork");
	free(globs);
	/* What a command line has no room for is not chosen any more. */
	for (int i = 0; i < 196; i++)
		strlist_take(&all, xasprintf("many/some-scenario-%d", i));
	for (size_t i = 0; i < 200; i++)
		chosen[i] = i % 2;
	globs = night_globs(&all, chosen);
	assert_true(strlen(globs) < 512);
	for (size_t i = 0; i < 200; i++)
		left += chosen[i];
	assert_true(left > 5 && left < 100);
	free(globs);
	strlist_free(&all);
}

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

static char *turn_id(const struct turn_def *t, size_t i)
{
	return xasprintf("%03zu-%s-%s-%lu", i, t->kernel, t->flavor, t->seed);
}

static void put_json(const char *dir, const char *file, json_t *j)
{
	char *text = json_dumps(j, JSON_INDENT(1));

	put(dir, file, text);
	free(text);
	json_decref(j);
}

static void put_turn(const char *dir, const char *id, const struct turn_def *t)
{
	char *top_dir = xasprintf("%s/%s", dir, id), *boot = xasprintf("%s/boots/00", top_dir);
	struct stream st = { 0 };

	assert_int_equal(make_dirs(boot), 0);
	for (const char *const *l = t->lines; *l; l++)
		stream_add(&st, *l);
	put(boot, "records", st.s);
	put(boot, "console.log", "[    3.500000] BUG: unable to handle page fault\n");
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
static int count_begun(const char *const *lines)
{
	int n = 0;

	for (; lines && *lines; lines++)
		n += !strncmp(*lines, "begin\t", 6);
	return n;
}

static json_t *cell(const char *kernel, const char *flavor, bool built)
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
static char *make_night(const char *name, const struct turn_def *defs, size_t n, const char *last,
			const char *end)
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

static char *derive(const char *dir, const char *file, int status)
{
	assert_int_equal(report_derive(dir), status);
	return in(dir, file);
}

static void has(const char *text, const char *part)
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

static void test_quiet(void **state)
{
	char *dir = make_night("quiet", quiet, 2, NULL, "done"), *text;

	(void)state;
	text = derive(dir, "report.txt", PINLAB_OK);
	check_mail(text);
	has(text, "Nothing failed in 2 boots of 2 kernels: 4 results passed, 0 failed, 2 were skipped, 6 were not run.");
	has(text, "6.12, 6.12+exclusive (torture): limits/pins");
	has(text, "6.12 (debug): nothing was run: the time was not enough to build it");
	has(text, "builds 6.12 debug (10 min 00 s; cut off)");
	has(text, "./pinlab nightly --budget 2h");
	has(text, "6.12 1/1 2 0 1 1 1000 0.5");
	free(text);
	text = in(dir, "verdicts.ktap");
	has(text, "ok 5 - 6.12/torture/race/fork ok 1 - 6.12/torture");
	has(text, "ok 2 - 6.12/torture/limits/pins # SKIP not run");
	has(text, "ok 3 - 6.12/debug # SKIP the time was not enough to build it");
	free(text);
	free(dir);
}

static void test_changes(void **state)
{
	static const struct turn_def again[] = {
		{ E, "torture", "again", 101, "ok", finds },
		{ E, "torture", "again", 103, "panic", dies },
		{ "6.12", "torture", "timed", 104, "ok", faster },
	};
	static const struct turn_def gone[] = {
		{ E, "torture", "again", 101, "ok", passes },
		{ E, "torture", "timed", 105, "ok", passes },
	};
	char *first = make_night("n-first", quiet, 2, NULL, "done");
	char *second = make_night("n-second", noisy, 4, first, "done");
	char *third = make_night("n-third", again, 3, second, "done");
	char *fourth = make_night("n-fourth", gone, 2, third, "done");
	char *fifth = make_night("n-fifth", quiet, 1, second, "done"), *text;

	(void)state;
	text = derive(second, "report.txt", PINLAB_FAIL);
	check_mail(text);
	has(text, "2 new failures, 0 still there, 0 gone since n-first in 4 boots");
	has(text, "New failures: 6.12+exclusive/torture/race/fork: two-owners: page <3> & \"4\" (2 boots, seed 101)");
	has(text, "race/cow: leak: +3 pins (1 boot, seed 103)");
	has(text, "cpu 0: pin-fast -> 1");
	has(text, "--scenarios race/fork --duration 10 --seed 7");
	free(text);
	/* One is still there, one broke another way, which is new. */
	text = derive(third, "report.txt", PINLAB_FAIL);
	check_mail(text);
	has(text, "1 new failure, 1 still there, 1 gone since n-second");
	has(text, "New failures: 6.12+exclusive/torture/race/cow: crash: BUG: unable to handle");
	has(text, "Still there: 6.12+exclusive/torture/race/fork: two-owners");
	has(text, "not seen: 6.12+exclusive/torture/race/cow: leak: +3 pins (seed 103)");
	has(text, "seeds 104; again: 101, 103");
	has(text, "6.12, torture 6000 5000 +20.0%");
	free(text);
	text = derive(fourth, "report.txt", PINLAB_OK);
	has(text, "Nothing failed, 2 gone since n-third");
	free(text);
	/* A kernel that had no turn leaves its failures open, and hands them on. */
	text = derive(fifth, "report.txt", PINLAB_OK);
	has(text, "Nothing failed, 0 gone since n-second (2 not run again)");
	has(text, "Failed then, not run again: 6.12+exclusive/torture/race/fork: two-owners");
	free(text);
	free(make_night("n-sixth", gone, 2, fifth, "done"));
	text = xasprintf("%s/n-sixth", top);
	free(derive(text, "report.txt", PINLAB_OK));
	free(text);
	text = xasprintf("%s/n-sixth/report.txt", top);
	free(first);
	first = read_file(text, NULL);
	has(first, "Nothing failed, 2 gone since n-fifth");
	free(text);
	free(first);
	free(second);
	free(third);
	free(fourth);
	free(fifth);
}

/* What was cut off says so, keeps what was found, and is no verdict. */
static void test_not_whole(void **state)
{
	static const struct turn_def cut[] = {
		{ "6.12", "torture", "timed", 100, "ok", passes },
		{ E, "torture", "timed", 100, NULL, dies },
		{ E, "torture", "timed", 101, NULL, NULL },
	};
	static const struct turn_def found[] = {
		{ E, "torture", "timed", 100, NULL, finds },
	};
	char *dir = make_night("cut", cut, 3, NULL, ""), *text;
	struct night night;
	json_t *j;

	(void)state;
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "This night is not whole, and no verdict: it has used 1 h 00 min of 2 h 00 min.");
	has(text, "No failure was seen in 1 boot of 1 kernel");
	has(text, "1 planned boot did not begin");
	has(text, "001-6.12+exclusive-torture-100 was cut off in race/cow");
	free(text);
	assert_int_equal(night_load(dir, &night), 0);
	/* A row that was under way is not run; one that had its result has. */
	assert_int_equal(night.cells[1].results[3].verdict, VERDICT_NONE);
	assert_int_equal(night.cells[1].results[4].verdict, VERDICT_PASS);
	j = night_export(&night);
	assert_int_equal(json_array_size(json_object_get(j, "cut")), 1);
	json_decref(j);
	night_free(&night);
	free(dir);
	dir = make_night("found", found, 1, NULL, "done");
	text = derive(dir, "report.txt", PINLAB_FAIL);
	has(text, "two-owners");
	free(text);
	text = xasprintf("%s/000-6.12+exclusive-torture-100", dir);
	free(in(text, "reproduce"));
	free(text);
	free(dir);
}

static void test_status(void **state)
{
	static const struct turn_def garbled[] = {
		{ "6.12", "torture", "timed", 100, "ok", passes },
		{ E, "torture", "timed", 100, "qemu-died", dies },
	};
	static const char *const nothing[] = {
		"hello\t1\t6.12.117\tns", "begin\tmodel", "result\tmodel\tSKIP\tneeds all",
		"end\t3", NULL
	};
	static const struct turn_def skipped[] = {
		{ "6.12", "torture", "timed", 100, "ok", nothing },
	};
	char *dir = make_night("garbled", garbled, 2, NULL, "done"), *text;

	(void)state;
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "1 result broke off.");
	free(text);
	free(dir);
	dir = make_night("skipped", skipped, 1, NULL, "done");
	free(derive(dir, "report.txt", PINLAB_BROKE));
	free(dir);
	dir = make_night("empty", quiet, 0, NULL, "done");
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "Nothing was run.");
	free(text);
	free(dir);
	/* A build that failed breaks the night, whatever else passed. */
	dir = make_night("unbuilt", quiet, 2, NULL, "done");
	edit(dir, "clock.json", "\"cut\"", "\"failed\"");
	text = derive(dir, "report.txt", PINLAB_BROKE);
	has(text, "NO VERDICT. 1 kernel could not be built. No failure was seen in 2 boots");
	has(text, "6.12, debug, boot: BROKEN: its build failed");
	free(text);
	text = in(dir, "junit.xml");
	has(text, "name=\"boot\"> <error message=\"its build failed\" type=\"BROKEN\"/>");
	free(text);
	free(dir);
}

/* The same bytes again; and a changed record is named, and nothing is written. */
static void test_again_and_edited(void **state)
{
	static const char *const files[] = {
		"report.txt", "verdicts.ktap", "junit.xml", "kcidb.json", "manifest.json",
	};
	char *dir = make_night("twice", noisy, 4, NULL, "done"), *path;
	char *before[ARRAY_SIZE(files)];

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		before[i] = in(dir, files[i]);
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *now = in(dir, files[i]);

		assert_string_equal(before[i], now);
		free(now);
		free(before[i]);
	}
	edit(dir, "000-6.12-torture-101/boots/00/outcome.json", "ok", "okay");
	path = xasprintf("%s/report.txt", dir);
	unlink(path);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	assert_false(file_exists(path));
	free(path);
	free(dir);
}

/* Well-formed, as far as what is written here goes: tags, attributes, entities. */
static void check_xml(const char *s)
{
	struct strlist open = { 0 };

	assert_int_equal(strncmp(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", 39), 0);
	s += 39;
	while (*s) {
		const char *name = s + 1 + (s[1] == '/');
		size_t len = strcspn(name, " />");

		if (*s != '<') {
			assert_true(*s != '>' && (*s == '\n' || (*s >= ' ' && *s <= '~')));
			if (*s == '&')
				assert_true(!strncmp(s, "&amp;", 5) || !strncmp(s, "&lt;", 4) ||
					    !strncmp(s, "&gt;", 4) || !strncmp(s, "&quot;", 6));
			s++;
			continue;
		}
		if (s[1] == '/') {
			assert_true(open.n && strlen(open.v[open.n - 1]) == len);
			assert_int_equal(strncmp(open.v[open.n - 1], name, len), 0);
			free(open.v[--open.n]);
			s = name + len + 1;
			continue;
		}
		strlist_take(&open, xasprintf("%.*s", (int)len, name));
		for (s = name + len; *s == ' ';) {
			s += strcspn(s, "=");
			assert_int_equal(strncmp(s, "=\"", 2), 0);
			s += 2 + strcspn(s + 2, "\"<");
			assert_int_equal(*s++, '"');
		}
		if (*s == '/')
			free(open.v[--open.n]);
		s += *s == '/';
		assert_int_equal(*s++, '>');
	}
	assert_int_equal(open.n, 0);
	free(open.v);
}

static void test_junit(void **state)
{
	char *dir = make_night("junit", noisy, 4, NULL, "done"), *text;

	(void)state;
	text = derive(dir, "junit.xml", PINLAB_FAIL);
	check_xml(text);
	has(text, "tests=\"15\" failures=\"2\" errors=\"0\"");
	has(text, "<testcase classname=\"6.12+exclusive.torture\" name=\"race/fork\">");
	has(text, "<failure message=\"page &lt;3&gt; &amp; &quot;4&quot;\" type=\"two-owners\">");
	has(text, "<skipped message=\"needs &lt;that&gt; &amp; &quot;this&quot;\"/>");
	has(text, "name=\"limits/pins\"> <skipped message=\"not run\"/>");
	free(text);
	free(dir);
}

static void has_texts(const json_t *j, const char *const *keys)
{
	for (; *keys; keys++)
		if (!*json_text(j, *keys))
			fail_msg("no %s in %s", *keys, json_dumps(j, 0));
}

static const json_t *by_id(const json_t *list, const char *id)
{
	const json_t *j;
	size_t i;

	json_array_foreach(list, i, j)
		if (!strcmp(json_text(j, "id"), id))
			return j;
	fail_msg("nothing has the id %s", id);
	return NULL;
}

/* What KernelCI's schema 5.3 asks for, of what is in use here. */
static void test_kcidb(void **state)
{
	static const char *const in_checkout[] = { "id", "origin", "git_commit_name", NULL };
	static const char *const in_build[] = {
		"id", "origin", "checkout_id", "status", "architecture", "config_name",
		"compiler", NULL
	};
	static const char *const in_test[] = { "id", "origin", "build_id", "path", "status", NULL };
	char *dir = make_night("kcidb", noisy, 4, NULL, "done"), *text;
	const json_t *checkouts, *builds, *tests, *j;
	size_t i, fails = 0, misses = 0;
	json_t *all;

	(void)state;
	text = derive(dir, "kcidb.json", PINLAB_FAIL);
	all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(all);
	j = json_object_get(all, "version");
	assert_int_equal(json_integer_value(json_object_get(j, "major")), 5);
	assert_int_equal(json_integer_value(json_object_get(j, "minor")), 3);
	checkouts = json_object_get(all, "checkouts");
	builds = json_object_get(all, "builds");
	tests = json_object_get(all, "tests");
	assert_int_equal(json_array_size(checkouts), 2);
	assert_int_equal(json_array_size(builds), 2);
	assert_int_equal(json_array_size(tests), 10);
	json_array_foreach(checkouts, i, j)
		has_texts(j, in_checkout);
	json_array_foreach(builds, i, j) {
		has_texts(j, in_build);
		by_id(checkouts, json_text(j, "checkout_id"));
	}
	json_array_foreach(tests, i, j) {
		const char *path = json_text(j, "path");

		has_texts(j, in_test);
		by_id(builds, json_text(j, "build_id"));
		assert_int_equal(strncmp(json_text(j, "id"), "pinlab:", 7), 0);
		assert_int_equal(strspn(path, "abcdefghijklmnopqrstuvwxyz0123456789._-"),
				 strlen(path));
		assert_true(strlen(json_text(j, "log_excerpt")) <= 16384);
		fails += !strcmp(json_text(j, "status"), "FAIL");
		misses += !strcmp(json_text(j, "status"), "MISS");
	}
	assert_int_equal(fails, 2);
	assert_int_equal(misses, 3);
	j = by_id(tests, "pinlab:kcidb:6.12/torture/race/fork");
	assert_string_equal(json_text(j, "path"), "pinlab.torture.race.fork");
	assert_true(json_number_value(json_object_get(json_object_get(j, "number"), "value")) ==
		    5000);
	json_decref(all);
	free(text);
	free(dir);
}

static void test_reproduce(void **state)
{
	char *dir = make_night("again", noisy, 4, NULL, "done"), *text, *turn;

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	turn = xasprintf("%s/001-6.12+exclusive-torture-101", dir);
	text = in(turn, "reproduce");
	has(text, "./pinlab torture --scenarios race --duration 20 --seed 7");
	has(text, "race/fork alone: ./pinlab torture --scenarios race/fork --duration 10 --seed 7");
	has(text, "-kernel \"$PINLAB_CACHE/vmlinux\" \\ -append \"a b\"");
	free(text);
	free(turn);
	turn = xasprintf("%s/000-6.12-torture-101/reproduce", dir);
	assert_false(file_exists(turn));
	free(turn);
	free(dir);
}

static json_t *turns_of(const struct nightly *n)
{
	return json_object_get(n->plan, "turns");
}

/* A night that would run on two kernels, after one in which seeds 101 and 102 failed. */
static void test_plan(void **state)
{
	static const char *const names[] = { "limits/pins", "model", "race/cow", "race/fork" };
	char *last = make_night("plan-last", noisy, 4, NULL, "done");
	struct kernel k[] = { { .name = "6.12", .flavor = "torture", .driver = "x" },
			      { .name = E, .flavor = "torture", .driver = "x" } };
	struct kernel *kernels[] = { &k[0], &k[1] };
	bool wanted[] = { true, true, true, true }, timed[] = { false, true, true, true };
	struct night_request q = { .budget = 900, .wanted = wanted, .timed = timed };
	bool had[2 * ARRAY_SIZE(names)] = { false };
	struct nightly n = { .q = &q, .kernels = kernels, .n = 2, .started = now_seconds(),
			     .had = had };
	struct night night;
	const json_t *turns, *t;
	double sum = 0;
	size_t i, before, of[2] = { 0 };

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		strlist_add(&q.scenarios, names[i]);
	assert_int_equal(night_load(last, &night), 0);
	n.last = night_export(&night);
	night_free(&night);
	n.plan = json_pack("{s:i, s:i, s:[]}", "seed", 500, "next_turn", 0, "turns");
	n.clock = json_pack("{s:{}}", "turns");
	assert_true(night_plan_turns(&n, true) > 6);
	turns = json_object_get(n.plan, "turns");
	json_array_foreach(turns, i, t) {
		json_int_t seed = json_integer_value(json_object_get(t, "seed"));
		const char *scenarios = json_text(t, "scenarios");

		sum += night_expected(&n, t);
		of[night_cell_of(&n, t)]++;
		/* What failed comes first, with its own seed and in the same boot. */
		assert_int_equal(!strcmp(json_text(t, "kind"), "again"), i < 2);
		if (i < 2)
			assert_true(seed == (i ? 103 : 101) && !strcmp(scenarios, "race"));
		else
			assert_in_range(seed, 500, 600);
		if (!strcmp(json_text(t, "kind"), "timed"))
			assert_string_equal(scenarios, "model,race");
		if (!strcmp(json_text(t, "kind"), "fixed"))
			assert_string_equal(scenarios, "limits");
	}
	assert_true(sum <= 900 && sum > 800);
	assert_true(of[0] > 2 && of[1] > 4);
	/* With little time left: what had no result yet in 6.12. */
	for (i = 0; i < json_array_size(turns); i++)
		n.state[i] = TURN_RAN;
	memset(had, true, sizeof(had));
	had[1] = false;
	had[3] = false;
	q.budget = 36;
	before = json_array_size(turns);
	assert_true(night_plan_turns(&n, false) >= 1);
	t = json_array_get(turns, before);
	assert_int_equal(night_cell_of(&n, t), 0);
	assert_string_equal(json_text(t, "scenarios"), "model,race/fork");
	/* A boot of its own for each is a third of the budget at most: then what failed alone. */
	json_array_clear(turns_of(&n));
	q.budget = 63;
	night_plan_turns(&n, true);
	t = json_array_get(turns, 0);
	assert_string_equal(json_text(t, "kind"), "again");
	assert_string_equal(json_text(t, "scenarios"), "race/fork");
	assert_int_equal(json_integer_value(json_object_get(t, "seconds")), 10);
	assert_string_equal(json_text(json_array_get(turns, 1), "kind"), "timed");
	json_decref(n.plan);
	json_decref(n.clock);
	json_decref(n.last);
	strlist_free(&q.scenarios);
	free(n.state);
	free(last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_divide),
		cmocka_unit_test(test_divide_whole),
		cmocka_unit_test(test_divide_small),
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_again_and_edited),
		cmocka_unit_test(test_junit),
		cmocka_unit_test(test_kcidb),
		cmocka_unit_test(test_reproduce),
		cmocka_unit_test(test_plan),
	};

	return cmocka_run_group_tests_name("nightly", tests, make_top, remove_top);
}
