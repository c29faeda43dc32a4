// SPDX-License-Identifier: GPL-2.0
/* Two runs against each other, as the verb does it. */
#include "host/base/files.h"
#include "host/run/verb.h"
#include "rundir.h"

static int compare_to(const char *a, const char *b, char **out)
{
	char *path = xasprintf("%s/stdout", top);
	const struct verb *v = verb_find("compare");
	struct options o = { 0 };
	int keep, fd, null, keep_err, ret;

	o.args.v = (char *[]){ (char *)a, (char *)b };
	o.args.n = 2;
	fflush(NULL);
	keep = dup(1);
	keep_err = dup(2);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	null = open("/dev/null", O_WRONLY);
	dup2(fd, 1);
	dup2(null, 2);
	ret = v->run(v, &o);
	fflush(NULL);
	dup2(keep, 1);
	dup2(keep_err, 2);
	close(keep);
	close(keep_err);
	close(fd);
	close(null);
	*out = read_file(path, NULL);
	free(path);
	return ret;
}

static void check_compare(const char *a, const char *b, int status, const char *golden)
{
	char *dir_a = fresh(a), *dir_b = fresh(b), *out;

	assert_int_equal(compare_to(dir_a, dir_b, &out), status);
	check_mail(out);
	if (golden)
		check_golden(out, golden);
	else
		assert_string_equal(out, "");
	free(out);
	free(dir_a);
	free(dir_b);
}

static void test_compare(void **state)
{
	(void)state;
	check_compare("run-icount", "run-icount", PINLAB_OK, "compare-same.txt");
	check_compare("run-icount", "run-broken", PINLAB_BROKE, "compare-broken.txt");
	check_compare("run-native-a", "run-native-b", PINLAB_OK, "compare-native.txt");
	check_compare("run-native-a", "run-icount", PINLAB_USAGE, NULL);
	/* the same kernels, and still not to be compared */
	check_compare("run-kvm", "run-icount", PINLAB_USAGE, NULL);
}

/* What else differs between two runs is said first; a slower row is exit status 1. */
static void test_compare_slower(void **state)
{
	char *a = fresh("run-icount"), *b, *out;

	(void)state;
	b = xasprintf("%s/b", top);
	assert_int_equal(rename(a, b), 0);
	free(a);
	a = fresh("run-icount");
	for (int i = 0; i < 3; i++) {
		static const char *const boots[] = { "00-6.12", "01-6.12-aa", "02-6.12+exclusive" };

		put_records(a, boots[i], "73");
		put_records(b, boots[i], i == 2 ? "74" : "73");
	}
	edit(b, "plan.json", "\"guest_sha256\": \"", "\"guest_sha256\": \"f00");
	assert_int_equal(compare_to(a, b, &out), PINLAB_FAIL);
	assert_non_null(strstr(out, "guest program (sha256)"));
	assert_non_null(strstr(out, "+1.00 insn/call *"));
	free(out);
	assert_int_equal(compare_to(b, a, &out), PINLAB_OK);
	assert_non_null(strstr(out, "-1.00 insn/call *"));
	free(out);
	free(a);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_compare_slower),
	};

	return cmocka_run_group_tests_name("compare", tests, make_top, remove_top);
}
