// SPDX-License-Identifier: GPL-2.0
/*
 * Flavors: what #INCLUDE# puts together, and boot words. The flavors are made
 * up: a copy of this program runs in a folder that looks like the repo.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/base/files.h"
#include "host/kernel/kconfig.h"

static void flavor(const char *file, const char *text)
{
	char *path = xasprintf("%s/kernels/flavors/%s", repo_dir(), file);

	assert_int_equal(write_file(path, text, strlen(text)), 0);
	free(path);
}

static void check_text(const char *name, const char *branch, const char *expect)
{
	char *text = flavor_text(name, "x86_64", branch);

	assert_non_null(text);
	assert_string_equal(text, expect);
	free(text);
}

static void check_boot(const char *name, const char *expect)
{
	char *words = flavor_boot(name);

	assert_non_null(words);
	assert_string_equal(words, expect);
	free(words);
}

/* Neither a text nor words; and the one line that says why has this in it. */
static void check_error(const char *name, const char *expect)
{
	char *path = xasprintf("%s/stderr", repo_dir()), *text, *words, *said;
	int keep = dup(2), fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	dup2(fd, 2);
	text = flavor_text(name, "x86_64", "6.12");
	fflush(stderr);
	assert_int_equal(ftruncate(fd, 0), 0);
	lseek(fd, 0, SEEK_SET);
	words = flavor_boot(name);
	fflush(stderr);
	dup2(keep, 2);
	close(keep);
	close(fd);
	assert_null(text);
	assert_null(words);
	said = read_file(path, NULL);
	assert_non_null(said);
	if (!strstr(said, expect))
		fail_msg("\"%s\" is not in: %s", expect, said);
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	free(said);
	free(path);
}

static void test_alone(void **state)
{
	(void)state;
	flavor("a.config", "CONFIG_A=y\n");
	flavor("a.x86_64.config", "CONFIG_B=y\n");
	flavor("a.6.1.config", "CONFIG_C=y\n");
	check_text("a", "6.12", "CONFIG_A=y\nCONFIG_B=y\n");
	check_text("a", "6.1", "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n");
	check_boot("a", "");
	check_error("none", "flavor none: ");
}

/* All of the included flavor comes first: what follows can replace it. */
static void test_include(void **state)
{
	struct strlist known = { 0 };
	char *text, *config;

	(void)state;
	flavor("b.config", "# b\n#INCLUDE# a\nCONFIG_A=n\n");
	flavor("b.6.1.config", "CONFIG_C=n\nCONFIG_D=1\n");
	flavor("b.boot", "# words\n\n one  two\t# and no more\n");
	flavor("c.config", "#INCLUDE# b\nCONFIG_A=y\n");
	flavor("c.boot", "three=a#b\n#four\nfive");
	check_text("c", "6.1",
		   "CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n"
		   "# b\n#INCLUDE# a\nCONFIG_A=n\nCONFIG_C=n\nCONFIG_D=1\n"
		   "#INCLUDE# b\nCONFIG_A=y\n");
	check_boot("b", "one two");
	check_boot("c", "one two three=a#b five");
	text = flavor_text("b", "x86_64", "6.1");
	config = kconfig_allconfig(text, &known);
	assert_string_equal(config, "# CONFIG_A is not set\nCONFIG_B=y\n"
			    "# CONFIG_C is not set\nCONFIG_D=1\n");
	free(config);
	free(text);
}

static void test_bad_include(void **state)
{
	(void)state;
	flavor("self.config", "#INCLUDE# self\n");
	check_error("self", "lead back to self");
	flavor("ring.config", "#INCLUDE# ring2\n");
	flavor("ring2.config", "#INCLUDE# ring\n");
	check_error("ring", "lead back to ring");
	flavor("lost.config", "#INCLUDE# nowhere\n");
	check_error("lost", "flavor nowhere, #INCLUDE# of lost: ");
	flavor("two.config", "#INCLUDE# a\n#INCLUDE# b\n");
	check_error("two", "flavor two ");
}

/* Start over as DIR/build/tests/test_kconfig. */
static void move_to(const char *dir)
{
	char *tests = xasprintf("%s/build/tests", dir);
	char *flavors = xasprintf("%s/kernels/flavors", dir);
	char *me = xasprintf("%s/test_kconfig", tests);

	if (!make_dirs(tests) && !make_dirs(flavors) && !copy_file("/proc/self/exe", me) &&
	    !chmod(me, 0700))
		execl(me, me, dir, NULL);
	free(tests);
	free(flavors);
	free(me);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_bad_include),
	};
	char dir[] = "/tmp/pinlab-test-XXXXXX";
	int ret;

	if (argc < 2) {
		if (mkdtemp(dir))
			move_to(dir);
		printf("not ok 1 - copying this program to %s: %s\n", dir, strerror(errno));
		remove_tree(dir);
		return 1;
	}
	ret = cmocka_run_group_tests_name("kconfig", tests, NULL, NULL);
	remove_tree(argv[1]);
	return ret;
}
