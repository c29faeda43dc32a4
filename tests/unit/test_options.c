// SPDX-License-Identifier: GPL-2.0
/* Command lines, and what every verb's descriptor has to have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "host/base/options.h"
#include "host/run/verb.h"

static const struct takes some[] = {
	{ "kernels" }, { "series" }, { "boots" }, { "seed" }, { "delta" }, { "budget" },
	{ "stop" }, { "run" }, { NULL }
};

/* The line in words; o has what came of it. */
static int parse(const char *line, struct options *o, struct strlist *words)
{
	*words = (struct strlist){ 0 };
	strlist_split(words, line, " ");
	strlist_add(words, "");		/* room, as behind a real argv */
	return options_parse(o, "verb", some, words->n - 1, words->v);
}

static void test_good(void **state)
{
	struct strlist w;
	struct options o;

	(void)state;
	assert_int_equal(parse("pinlab verb --kernels a,b --series x --series=y --boots 7 --seed 0 --delta 2.5 --budget 1h30m --stop --run n",
			       &o, &w), 0);
	assert_string_equal(o.kernels, "a,b");
	assert_int_equal(o.series.n, 2);
	assert_string_equal(o.series.v[1], "y");
	assert_int_equal(o.boots, 7);
	assert_int_equal(o.seed, 0);
	assert_true(o.seed_said);
	assert_true(o.delta == 2.5);
	assert_int_equal(o.budget, 5400);
	assert_true(o.stop);
	assert_int_equal(o.args.n, 0);
	options_free(&o);
	strlist_free(&w);

	assert_int_equal(parse("pinlab verb a --stop b -- --run", &o, &w), 0);
	assert_int_equal(o.args.n, 3);
	assert_string_equal(o.args.v[2], "--run");
	assert_null(o.run);
	assert_int_equal(o.seed, 1);
	assert_false(o.seed_said);
	options_free(&o);
	strlist_free(&w);
}

static void test_bad(void **state)
{
	static const char *const lines[] = {
		"--kernels", "--kernels --stop", "--kernels=", "--kernel_s x", "--stop=1", "-x",
		"--flavor lean", "a -x", "--boots 0", "--boots 1001", "--boots 1x", "--boots -1",
		"--boots 99999999999999999999", "--seed -1", "--delta 0", "--delta 100",
		"--delta nan", "--delta inf", "--delta 1x", "--budget 0", "--budget 2x",
		"--budget 721h", "--run=", "--s x",
	};
	struct strlist w;
	struct options o;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char *line = xasprintf("pinlab verb %s", lines[i]);

		if (parse(line, &o, &w) != PINLAB_USAGE)
			fail_msg("%s was taken", line);
		options_free(&o);
		strlist_free(&w);
		free(line);
	}
}

/* An option that is in no table shows here, and not when somebody asks for help. */
static void test_verbs(void **state)
{
	const struct verb *const *all = verbs_all();
	FILE *null = fopen("/dev/null", "we");
	struct options o;

	(void)state;
	assert_non_null(null);
	for (size_t i = 0; all[i]; i++) {
		const struct verb *v = all[i];
		char *argv[] = { "pinlab", (char *)v->name, NULL };

		assert_non_null(v->summary);
		assert_non_null(v->about);
		assert_non_null(v->run);
		assert_ptr_equal(verb_find(v->name), v);
		assert_int_equal(!v->derive, !v->print_run);
		assert_false(i && all[i - 1]->place >= v->place);
		if (v->kind) {
			assert_non_null(v->derive);
			assert_non_null(v->engine);
			assert_non_null(v->flavor);
			/* Without a guest it cannot be, or it is refused. */
			assert_true(v->kind->native ||
				    verb_check_engine(v, "native") == PINLAB_USAGE);
		}
		options_help(v->options, null);
		assert_int_equal(options_parse(&o, v->name, v->options, 2, argv), 0);
		options_free(&o);
	}
	fclose(null);
	assert_null(verb_find("bnech"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_verbs),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
