// SPDX-License-Identifier: GPL-2.0
/*
 * The whole suite on real kernels: builds (or takes from the cache) two lean
 * kernels, boots them, and looks at what ./pinlab prints, leaves and returns.
 * Guests that go wrong come from tests/guest.
 */
#include "e2e.h"
#include "host/base/files.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A few rows that say something about each side of the kernel. */
#define ROWS "pin_fast/anon,pin_fast/anon-thp/512,get_fast/anon/512,exc_pin/anon/512,getppid"

static void bench(const char *run, const char *kernels, const char *rows, const char *more,
		  int status)
{
	struct said s = pinlab("bench --run %s/%s --kernels %s --bench %s %s", results, run,
			       kernels, rows, more);

	expect(&s, status, "");
	free(s.text);
}

static void test_bench_is_exact(void **state)
{
	(void)state;
	bench("one", "6.12,6.12+exclusive", ROWS, "", PINLAB_OK);
	bench("two", "6.12,6.12+exclusive", ROWS, "--no-profile", PINLAB_OK);
	same_file("one", "two", "samples.tsv");
	contains("one", "verdicts.ktap", "\nok 3 - exactness\n");
	contains("one", "verdicts.ktap", "\nok 4 - aa\n");
	contains("one", "report.txt", "pin_fast pin");
	contains("one", "report.txt", "Functions that grew");
}

static void test_report_derives_the_same(void **state)
{
	static const char *const files[] = {
		"report.txt", "samples.tsv", "verdicts.ktap", "manifest.json",
	};
	char *before[ARRAY_SIZE(files)];
	struct said s;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		before[i] = text_of("one", files[i]);
	s = pinlab("report --run %s/one", results);
	expect(&s, PINLAB_OK, "");
	free(s.text);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *after = text_of("one", files[i]);

		assert_string_equal(before[i], after);
		free(before[i]);
		free(after);
	}
}

static void test_edited_run_is_noticed(void **state)
{
	char *path = path_of("two", "boots/00-6.12/records");
	struct said s;
	FILE *f = fopen(path, "a");

	(void)state;
	assert_non_null(f);
	fputs("1\n", f);
	fclose(f);
	s = pinlab("report --run %s/two", results);
	expect(&s, PINLAB_BROKE, "boots/00-6.12/records");
	free(s.text);
	free(path);
}

/* Five nops in the fast grab: 5.00 on what goes through it, 0.00 elsewhere. */
static void test_five_nops_are_five(void **state)
{
	char *report, *line;

	(void)state;
	bench("nop", "6.12", "pin_fast/anon,pin_slow/anon,get_fast/anon,getppid",
	      "--series tests/series/nop5", PINLAB_OK);
	report = text_of("nop", "samples.tsv");
	free(report);
	report = text_of("nop", "report.txt");
	line = strstr(report, "pin_fast pin");
	assert_non_null(line);
	line[strcspn(line, "\n")] = '\0';
	assert_non_null(strstr(line, "+5.00"));
	line[strcspn(line, "\n")] = ' ';
	line = strstr(report, "pin_slow pin");
	assert_non_null(line);
	line[strcspn(line, "\n")] = '\0';
	assert_non_null(strstr(line, " 0.00"));
	assert_null(strpbrk(line, "+*!?"));
	free(report);
}

/* A kind that the kernel cannot give is SKIP by name, and has to be the one that is expected. */
static void contract_of(const char *run, const char *kernel, const char *skipped)
{
	static const char *const kinds[] = {
		"anon", "anon-thp", "shmem", "shmem-thp", "hugetlb",
	};

	bench(run, kernel, "test/contract*", "--no-profile", PINLAB_OK);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		bool skip = skipped && !strcmp(kinds[i], skipped);
		char *line = xasprintf("  ok %zu - test/contract/%s%s", i + 1, kinds[i],
				       skip ? " # SKIP needs transparent huge pages" : "\n");

		contains(run, "verdicts.ktap", line);
		free(line);
	}
}

static void test_contract_6_1(void **state)
{
	(void)state;
	/* 6.1 maps our shmem with small pages, whatever it is advised. */
	contract_of("contract-6.1", "6.1+exclusive", "shmem-thp");
}

static void test_contract_6_12(void **state)
{
	(void)state;
	contract_of("contract-6.12", "6.12+exclusive", NULL);
}

static void broken_guest(const char *row, const char *outcome, const char *more)
{
	char *run = xasprintf("fault-%s", strrchr(row, '/') + 1);
	char *want = xasprintf("\"outcome\": \"%s\"", outcome);

	bench(run, "6.12", row, more, PINLAB_BROKE);
	contains(run, "boots/00-6.12/outcome.json", want);
	contains(run, "report.txt", outcome);
	free(run);
	free(want);
}

static void test_guest_panics(void **state)
{
	(void)state;
	broken_guest("test/panic", "panic", "--no-profile");
}

static void test_guest_hangs(void **state)
{
	(void)state;
	broken_guest("test/hang", "hang", "--no-profile --silence 5");
}

static void test_guest_takes_too_long(void **state)
{
	(void)state;
	broken_guest("test/hang*", "timeout", "--no-profile --timeout 5");
}

static void test_guest_prints_garbage(void **state)
{
	(void)state;
	broken_guest("test/garbage", "garbled", "--no-profile");
}

static void test_guest_is_cut_off(void **state)
{
	(void)state;
	broken_guest("test/cut", "truncated", "--no-profile");
}

/* No guest of ours can lie that early, so QEMU does: tests/fake comes first in PATH. */
static void test_guest_claims_success(void **state)
{
	char *old = xstrdup(getenv("PATH")), *path;

	(void)state;
	path = xasprintf("%s/tests/fake:%s", repo_dir(), old);
	setenv("PATH", path, 1);
	broken_guest("test/lie", "no-records", "--no-profile");
	setenv("PATH", old, 1);
	free(path);
	free(old);
}

static void test_row_dies_of_a_signal(void **state)
{
	(void)state;
	bench("segv", "6.12", "test/segv", "--no-profile", PINLAB_FAIL);
	contains("segv", "report.txt", "killed by signal 11");
}

static void test_row_did_no_work(void **state)
{
	(void)state;
	bench("idle", "6.12", "test/idle", "--no-profile", PINLAB_FAIL);
	contains("idle", "report.txt", "no work was done");
}

/* What only exclusive pins can do is SKIP by name without them, and no success alone. */
static void test_skip_is_no_pass(void **state)
{
	(void)state;
	bench("skip", "6.12", "exc_pin/anon/512", "--no-profile", PINLAB_BROKE);
	contains("skip", "verdicts.ktap", "# SKIP needs exclusive pins (CONFIG_EXCLUSIVE_PIN)");
}

static pid_t start_bench(const char *run)
{
	char *exe = xasprintf("%s/pinlab", repo_dir());
	char *path = xasprintf("%s/%s", results, run);
	pid_t pid = fork();

	if (!pid) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, 1);
		dup2(null, 2);
		execl(exe, exe, "bench", "--run", path, "--kernels", "6.12,6.12+exclusive",
		      "--bench", ROWS, NULL);
		_exit(127);
	}
	free(exe);
	free(path);
	return pid;
}

/* Kilobytes that a process has had in memory at most. */
static long peak_kb(pid_t pid)
{
	char *path = xasprintf("/proc/%d/status", pid), *text = read_file(path, NULL), *at;
	long kb = 0;

	at = text ? strstr(text, "VmHWM:") : NULL;
	if (at)
		sscanf(at, "VmHWM: %ld", &kb);
	free(text);
	free(path);
	return kb;
}

static bool wait_for(const char *run, const char *file, double seconds)
{
	char *path = path_of(run, file);
	double until = now_seconds() + seconds;
	bool there;

	while (!(there = file_exists(path)) && now_seconds() < until)
		usleep(20000);
	free(path);
	return there;
}

/* SIGKILL at some moment, SIGINT at another: the rest is done later, to the same digits. */
static void test_killed_run_is_continued(void **state)
{
	int status;
	pid_t pid = start_bench("killed");

	(void)state;
	assert_true(wait_for("killed", "boots/00-6.12/outcome.json", 60));
	assert_in_range(peak_kb(pid), 1, 64 * 1024);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	pid = start_bench("killed");
	usleep(1500000);
	kill(pid, SIGINT);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PINLAB_INTERRUPTED);
	bench("killed", "6.12,6.12+exclusive", ROWS, "", PINLAB_OK);
	same_file("one", "killed", "samples.tsv");
}

/* The first of the guests that a runner has started; 0 if there is none yet. */
static pid_t first_guest(pid_t runner)
{
	char *path = xasprintf("/proc/%d/task/%d/children", runner, runner);
	char *text = read_file(path, NULL);
	pid_t pid = text ? atoi(text) : 0;

	free(text);
	free(path);
	return pid;
}

static void test_killed_qemu_is_named(void **state)
{
	pid_t pid = start_bench("murder"), guest = 0;
	int status;

	(void)state;
	assert_true(wait_for("murder", "boots/00-6.12/records", 60));
	for (int i = 0; i < 200 && !guest; i++, usleep(10000))
		guest = first_guest(pid);
	assert_int_not_equal(guest, 0);
	usleep(300000);
	kill(guest, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), PINLAB_BROKE);
	contains("murder", "report.txt", "qemu-died");
	contains("murder", "report.txt", "signal 9");
}

static void test_full_disk(void **state)
{
	char *dir = path_of("small", "");
	struct said s;

	(void)state;
	assert_int_equal(make_dirs(dir), 0);
	if (mount("tmpfs", dir, "tmpfs", 0, "size=200k")) {
		print_message("cannot mount a small tmpfs: %s\n", strerror(errno));
		free(dir);
		skip();
	}
	s = pinlab("bench --run %s/small/run --kernels 6.12 --bench pin_fast,get_fast", results);
	umount2(dir, MNT_DETACH);
	expect(&s, PINLAB_BROKE, "make room");
	free(s.text);
	free(dir);
}

static void test_bad_words(void **state)
{
	(void)state;
	check(PINLAB_USAGE, "bench", "bnech");
	check(PINLAB_USAGE, "pin_fast", "bench --bench pin_fats");
	check(PINLAB_USAGE, "icount", "bench --engine icuont");
	check(PINLAB_USAGE, "6.12+exclusive", "bench --kernels 6.12+exclusiv");
	check(PINLAB_USAGE, "lean", "bench --flavor laen");
	check(PINLAB_USAGE, "--kernels", "bench --kernles 6.12");
	check(PINLAB_USAGE, "whole number", "bench --boots many");
	check(PINLAB_USAGE, "", "report --run no-such-run");
	check(PINLAB_OK, "Example", "bench --help");
}

static void test_bad_series(void **state)
{
	(void)state;
	check(PINLAB_BROKE, "0001-does-not-apply.patch fails in mm/gup.c, hunk 1",
	      "kernel --kernels 6.12 --series tests/series/broken-apply");
	check(PINLAB_BROKE, "mm/gup.c:573",
	      "kernel --kernels 6.12 --series tests/series/broken-compile");
	check(PINLAB_OK, "6.12", "kernel --kernels 6.12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_bench_is_exact),
		cmocka_unit_test(test_report_derives_the_same),
		cmocka_unit_test(test_edited_run_is_noticed),
		cmocka_unit_test(test_killed_run_is_continued),
		cmocka_unit_test(test_killed_qemu_is_named),
		cmocka_unit_test(test_five_nops_are_five),
		cmocka_unit_test(test_contract_6_12),
		cmocka_unit_test(test_contract_6_1),
		cmocka_unit_test(test_guest_panics),
		cmocka_unit_test(test_guest_hangs),
		cmocka_unit_test(test_guest_takes_too_long),
		cmocka_unit_test(test_guest_prints_garbage),
		cmocka_unit_test(test_guest_is_cut_off),
		cmocka_unit_test(test_guest_claims_success),
		cmocka_unit_test(test_row_dies_of_a_signal),
		cmocka_unit_test(test_row_did_no_work),
		cmocka_unit_test(test_skip_is_no_pass),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_bad_series),
	};

	return cmocka_run_group_tests_name("e2e", tests, start, finish);
}
