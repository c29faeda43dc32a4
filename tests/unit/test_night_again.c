// SPDX-License-Identifier: GPL-2.0
/* A night that is taken up again: which of its boots are made again, and in what time. */
#include "night.h"

#include "host/base/options.h"
#include "host/nightly/divide.h"
#include "host/nightly/open.h"
#include "host/nightly/run.h"

/* Passed; killed by the host; killed after a finding; failed; cut off; never begun. */
static const struct turn_def mixed[] = {
	{ "6.12", "torture", "timed", 100, "ok", passes },
	{ E, "torture", "timed", 101, "qemu-died", dies },
	{ E, "torture", "timed", 102, "qemu-died", finds },
	{ E, "torture", "timed", 103, "ok", leaks },
	{ "6.12", "torture", "timed", 104, NULL, dies },
	{ "6.12", "torture", "timed", 105, NULL, NULL },
};

#define N_BEGUN 5

static struct kernel kernels[] = {
	{ .name = "6.12", .flavor = "torture", .driver = "x" },
	{ .name = E, .flavor = "torture", .driver = "x" },
	{ .name = "6.12", .flavor = "debug" },
};

/* Opens the night as `nightly --run NIGHT --again GLOBS` does: P, R, L or - for each turn. */
static int opened(const char *dir, const char *again, char states[ARRAY_SIZE(mixed) + 1],
		  double *owed)
{
	static const char *const names[] = { "limits/pins", "model", "race/cow", "race/fork" };
	struct kernel *list[] = { &kernels[0], &kernels[1], &kernels[2] };
	bool wanted[] = { true, true, true, true }, timed[] = { false, true, true, true };
	bool had[ARRAY_SIZE(list) * ARRAY_SIZE(names)] = { false };
	struct options o = { .again = again, .run = dir };
	struct night_request q = { .o = &o, .budget = 7200, .wanted = wanted, .timed = timed };
	struct nightly n = { .q = &q, .kernels = list, .n = ARRAY_SIZE(list), .lock = -1,
			     .name = xstrdup(dir), .dir = xstrdup(dir), .had = had,
			     .started = now_seconds() };
	const json_t *t;
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		strlist_add(&q.scenarios, names[i]);
	strlist_add(&q.flavors, "torture");
	strlist_add(&q.flavors, "debug");
	ret = night_open(&n);
	memset(states, '-', ARRAY_SIZE(mixed));
	states[ARRAY_SIZE(mixed)] = '\0';
	json_array_foreach(json_object_get(n.plan, "turns"), i, t)
		if (!ret)
			states[i] = "PRL"[n.state[i]];
	*owed = n.owed;
	place_unlock(&n.place, n.lock);
	place_close(&n.place);
	strlist_free(&q.scenarios);
	strlist_free(&q.flavors);
	json_decref(n.plan);
	json_decref(n.clock);
	json_decref(n.last);
	free(n.state);
	free(n.name);
	free(n.dir);
	return ret;
}

static char *mixed_night(void)
{
	char *dir = make_night("mixed", mixed, ARRAY_SIZE(mixed), NULL, "interrupted");

	edit(dir, "plan.json", "\"scenarios\": [", "\"flavors\": [\"torture\", \"debug\"], \"scenarios\": [");
	return dir;
}

static bool is_there(const char *dir, size_t turn)
{
	char *id = turn_id(&mixed[turn], turn), *path = xasprintf("%s/%s", dir, id);
	bool there = file_exists(path);

	free(path);
	free(id);
	return there;
}

static void check_open(const char *again, int status, const char *want, bool owes)
{
	char *dir = mixed_night(), states[ARRAY_SIZE(mixed) + 1], *clock;
	double owed;

	put(dir, "manifest.json", "{\"inputs\": {}}");
	assert_int_equal(opened(dir, again, states, &owed), status);
	assert_string_equal(states, want);
	if (!status)
		assert_int_equal(owed > 0, owes);
	for (size_t i = 0; i < N_BEGUN; i++)
		assert_int_equal(is_there(dir, i), status || want[i] != 'P');
	clock = in(dir, "clock.json");
	/* What counts on a boot that goes is gone with it. */
	assert_int_equal(!!strstr(clock, "000-6.12-torture-100"), status || want[0] != 'P');
	free(clock);
	clock = xasprintf("%s/manifest.json", dir);
	assert_int_equal(file_exists(clock), !owes);
	free(clock);
	free(dir);
}

static void test_host_is_made_again(void **state)
{
	(void)state;
	/* The finding stays found; the last was never begun, and is planned anew. */
	check_open(NULL, PINLAB_OK, "RPRRP-", true);
}

/* What a boot that passed keeps is what its verdict is made of. */
static void test_kept(void **state)
{
	static const char *const kept[] = { "console.log", "outcome.json", "records" };
	char *dir = mixed_night(), states[ARRAY_SIZE(mixed) + 1], *boot;
	struct strlist names = { 0 };
	double owed;

	(void)state;
	assert_int_equal(opened(dir, NULL, states, &owed), PINLAB_OK);
	boot = xasprintf("%s/000-6.12-torture-100/boots/00", dir);
	assert_int_equal(list_dir(boot, &names), 0);
	assert_int_equal(names.n, ARRAY_SIZE(kept));
	for (size_t i = 0; i < names.n; i++)
		assert_string_equal(names.v[i], kept[i]);
	strlist_free(&names);
	free(boot);
	free(dir);
}

static void test_again(void **state)
{
	(void)state;
	check_open("failed", PINLAB_OK, "RPPPP-", true);
	check_open("000-*", PINLAB_OK, "PPRRP-", true);
	check_open("*", PINLAB_OK, "PPPPP-", true);
	check_open("no-such-boot", PINLAB_USAGE, "------", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_host_is_made_again),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests_name("night_again", tests, make_top, remove_top);
}
