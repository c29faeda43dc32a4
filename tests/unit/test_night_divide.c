// SPDX-License-Identifier: GPL-2.0
/* A budget, and its division over kernels, flavors, scenarios and seeds. */
#include "rundir.h"

#include "host/nightly/divide.h"
#include "host/nightly/nightly.h"
#include "host/nightly/run.h"
#include "host/nightly/turns.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_divide),
		cmocka_unit_test(test_divide_whole),
		cmocka_unit_test(test_divide_small),
		cmocka_unit_test(test_globs),
	};

	return cmocka_run_group_tests_name("night_divide", tests, make_top, remove_top);
}
