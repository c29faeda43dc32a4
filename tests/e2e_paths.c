// SPDX-License-Identifier: GPL-2.0
/*
 * Paths on real kernels: what the frame has to notice by itself, the matrix of
 * two kernels, the crash and its refusal, and a run that was cut off. Kernels
 * of the flavor torture do, which other tests build anyway: they lack devices,
 * KVM and FUSE, whose paths are skipped by name. Paths that go wrong come from
 * tests/guest/path-*.c.
 */
#include "e2e.h"

#define BOTH "6.12,6.12+exclusive"
#define SOME "fork,memfd/*,process-vm/*,io-uring/*,vmsplice/*,syscall/*,kcore,dio-fat/*,futex"

static void paths(const char *run, const char *kernels, const char *globs, const char *more,
		  int status)
{
	struct said s = pinlab("paths --flavor torture --run %s/%s --kernels %s --paths %s %s",
			       results, run, kernels, globs, more);

	expect(&s, status, "");
	free(s.text);
}

static void test_bad_words(void **state)
{
	(void)state;
	check(PINLAB_USAGE, "paths", "pahts");
	check(PINLAB_USAGE, "fork", "paths --paths forc");
	check(PINLAB_USAGE, "content and crash", "paths --mode crahs");
	check(PINLAB_USAGE, "guests only", "paths --engine native");
	check(PINLAB_USAGE, "mttcg or kvm", "paths --engine icount");
	check(PINLAB_USAGE, "--seed", "paths --seed 3");
	check(PINLAB_OK, "Examples", "paths --help");
	check(PINLAB_OK, "process-vm/readv", "list paths");
	check(PINLAB_USAGE, "no path matches", "list paths nothing");
}

/* Each fault becomes an answer or a finding of its own kind. */
static void test_frame_notices(void **state)
{
	(void)state;
	paths("faults", "6.12+exclusive",
	      "test/path-idle,test/path-liar,test/path-leak,test/path-lose,test/path-die,test/path-stuck,test/path-text,test/path-warn",
	      "", PINLAB_FAIL);
	contains("faults", "verdicts.ktap",
		 "test/path-idle/none/anon # FAIL NOT REACHED, expected READ");
	contains("faults", "verdicts.ktap",
		 "test/path-liar/exclusive/anon # FAIL WRITTEN, expected REFUSED");
	contains("faults", "paths.tsv", "references, the pin alone makes");
	contains("faults", "verdicts.ktap", "test/path-lose/longterm/anon # FAIL");
	contains("faults", "paths.tsv", "the owner's mapping leads elsewhere");
	contains("faults", "paths.tsv",
		 "test/path-die\tN\tcontent\texclusive/anon\tUSER KILLED\tUSER KILLED\tPASS");
	contains("faults", "paths.tsv", "test/path-stuck\tN\tcontent\tnone/anon\tSTUCK\tSTUCK\tPASS");
	contains("faults", "verdicts.ktap", "# test/path-warn: kernel-log: WARNING");
	contains("faults", "report.txt", "Seen on the way, and not allowed:");
	contains("faults", "verdicts.ktap",
		 "test/path-text/none/anon # SKIP a/b?c?%n?[2J   SKIP");
}

/* What an exclusive pin closes, and what it does not. */
static void test_matrix(void **state)
{
	(void)state;
	paths("matrix", BOTH, SOME, "", PINLAB_OK);
	contains("matrix", "report.txt", "None differs from what was expected");
	contains("matrix", "paths.tsv",
		 "6.12\tprocess-vm/readv\tP\tcontent\tlongterm/anon\tREAD\tREAD\tPASS");
	contains("matrix", "paths.tsv",
		 "6.12+exclusive\tprocess-vm/readv\tP\tcontent\texclusive/anon\tREFUSED\tREFUSED\tPASS");
	contains("matrix", "paths.tsv",
		 "6.12+exclusive\tvmsplice/read\tG\tcontent\texclusive/hugetlb\tREAD\tREAD\tPASS");
	contains("matrix", "paths.tsv",
		 "6.12+exclusive\tio-uring/read-fixed\tL\tcontent\texclusive/shmem-thp\tREFUSED");
	contains("matrix", "report.txt", "Skipped, and no result:");
	contains("matrix", "report.txt", "guest_memfd");
}

/* Again to the same answers, and derived again to the same bytes. */
static void test_same_again(void **state)
{
	struct said s;
	char *before, *after;

	(void)state;
	paths("same", BOTH, SOME, "", PINLAB_OK);
	same_file("matrix", "same", "paths.tsv");
	before = text_of("same", "report.txt");
	s = pinlab("report --run %s/same", results);
	expect(&s, PINLAB_OK, "");
	after = text_of("same", "report.txt");
	assert_string_equal(before, after);
	free(s.text);
	free(before);
	free(after);
}

/* A kernel that leaves a pin behind: content is as it should be, and afterwards is not. */
static void test_seeded_bug(void **state)
{
	(void)state;
	paths("bug", "6.12+busted:dio-pins-twice", "dio-fat/*", "", PINLAB_FAIL);
	contains("bug", "verdicts.ktap", "dio-fat/read/longterm/anon # FAIL");
	contains("bug", "paths.tsv", "references, the pin alone makes");
}

/* The attack: the machine goes down beside a long-term pin, and not beside an exclusive one. */
static void test_attack(void **state)
{
	(void)state;
	paths("attack", BOTH, "attack/pin,attack/get", "--mode crash", PINLAB_OK);
	contains("attack", "paths.tsv",
		 "6.12\tattack/pin\tP\tcrash\tlongterm/anon\tKERNEL DOWN\tKERNEL DOWN\tPASS");
	contains("attack", "paths.tsv",
		 "6.12+exclusive\tattack/pin\tP\tcrash\texclusive/anon\tREFUSED\tUP\tPASS");
	contains("attack", "paths.tsv",
		 "6.12+exclusive\tattack/get\tG\tcrash\texclusive/anon\tKERNEL DOWN\tKERNEL DOWN\tPASS");
	contains("attack", "report.txt", "BUG: unable to handle page fault for address");
	contains("attack", "report.txt", "brd_submit_bio");
}

/* Without an answer there is no success. */
static void test_skip_is_no_pass(void **state)
{
	(void)state;
	paths("skip", "6.12", "kvm/clock", "", PINLAB_BROKE);
	contains("skip", "verdicts.ktap", "# SKIP /dev/kvm: No such file or directory");
}

static void test_killed_run_is_continued(void **state)
{
	char *path = path_of("killed", "");

	(void)state;
	killed_after("killed", "00-6.12-crash", (char *[]){
		"pinlab", "paths", "--flavor", "torture", "--run", path, "--kernels", BOTH,
		"--paths", "attack/pin,fork", "--mode", "crash", "--jobs", "1", NULL }, 300000);
	paths("killed", BOTH, "attack/pin,fork", "--mode crash --jobs 1", PINLAB_OK);
	contains("killed", "paths.tsv",
		 "6.12\tattack/pin\tP\tcrash\tlongterm/anon\tKERNEL DOWN\tKERNEL DOWN\tPASS");
	contains("killed", "verdicts.ktap", "\nok 2 - 6.12+exclusive");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_words),
		cmocka_unit_test(test_frame_notices),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_same_again),
		cmocka_unit_test(test_seeded_bug),
		cmocka_unit_test(test_attack),
		cmocka_unit_test(test_skip_is_no_pass),
		cmocka_unit_test(test_killed_run_is_continued),
	};

	return cmocka_run_group_tests_name("e2e_paths", tests, start, finish);
}
