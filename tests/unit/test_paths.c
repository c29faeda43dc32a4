// SPDX-License-Identifier: GPL-2.0
/*
 * From the folder of a run of paths to its matrix and its report. The runs are
 * written here; report.txt, paths.tsv and verdicts.ktap are compared with
 * tests/golden/paths-*, which PINLAB_UPDATE_GOLDEN=1 writes anew.
 */
#include "makerun.h"

#include "host/run/plan_file.h"
#include "host/paths/cells.h"
#include "host/paths/paths.h"
#include "host/report/derive.h"

#define PIN "fact\tprocess-vm/readv\tpath\tP|user|process_vm_readv() from another process|"
#define GET "fact\tvmsplice/read\tpath\tG|user|vmsplice() into a pipe|pinning it"

static const char *const plain[] = {
	"hello\t1\t6.12.117\tns", "cap\texclusive\t0", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\tnone/anon\tREAD|READ|memcpy < process_vm_rw||",
	"fact\tprocess-vm/readv\tlongterm/anon\tREAD|READ|memcpy < process_vm_rw||",
	"result\tprocess-vm/readv\tPASS\t", "begin\tvmsplice/read", GET,
	"fact\tvmsplice/read\tnone/anon\tREAD|READ|memcpy < pipe_read||",
	"fact\tvmsplice/read\tguest_memfd\tSKIP|REFUSED|guest_memfd: Invalid argument||",
	"fact\tvmsplice/read\tmemfd_secret\tREFUSED|REFUSED|vmsplice EFAULT||",
	"result\tvmsplice/read\tPASS\t", "end\t13", NULL
};

static const char *const closed[] = {
	"hello\t1\t6.12.117\tns", "cap\texclusive\t1", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\tnone/anon\tREAD|READ|memcpy < process_vm_rw||",
	"fact\tprocess-vm/readv\tlongterm/anon\tREAD|READ|memcpy < process_vm_rw||",
	"fact\tprocess-vm/readv\texclusive/anon\tREFUSED|REFUSED|process_vm_readv EFAULT||",
	"fact\tprocess-vm/readv\texclusive/hugetlb\tREFUSED|REFUSED|process_vm_readv EFAULT||",
	"result\tprocess-vm/readv\tPASS\t", "begin\tvmsplice/read", GET,
	"fact\tvmsplice/read\tnone/anon\tREAD|READ|memcpy < pipe_read||",
	"fact\tvmsplice/read\texclusive/anon\tREAD|READ|memcpy < pipe_read||",
	"fact\tvmsplice/read\texclusive/hugetlb\tREFUSED|REFUSED|vmsplice EFAULT|a reason|",
	"fact\tvmsplice/read\tguest_memfd\tREFUSED|REFUSED|vmsplice EFAULT||",
	"fact\tvmsplice/read\tmemfd_secret\tREFUSED|REFUSED|vmsplice EFAULT||",
	"result\tvmsplice/read\tPASS\t", "end\t17", NULL
};

/* Answers that are not what was expected, and one that is and leaves something. */
static const char *const differs[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\texclusive/anon\tREAD|REFUSED|memcpy < %n%s||",
	"result\tprocess-vm/readv\tFAIL\texclusive/anon", "begin\tvmsplice/read", GET,
	"fact\tvmsplice/read\texclusive/anon\tREAD|READ|x||2 references, the pin alone makes 1",
	"finding\tvmsplice/read\tflag\t0.2500\t1.7500\tpinned, and it says no # %n",
	"result\tvmsplice/read\tFAIL\texclusive/anon", "end\t10", NULL
};

static const char *const down[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\texpected\tKERNEL DOWN", NULL
};

static const char *const up[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\texpected\tUP",
	"fact\tprocess-vm/readv\texclusive/anon\tREFUSED|REFUSED|process_vm_readv EFAULT||",
	"result\tprocess-vm/readv\tPASS\t", "end\t6", NULL
};

static const char *const down_but_up[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\texpected\tUP", NULL
};

#define OOPS "[    1.000000] Linux version\n" \
	"[    7.200000] BUG: unable to handle page fault for address: ffff888004c9c000\n" \
	"[    7.200000] RIP: 0010:rep_movs_alternative+0x4a/0x70\n" \
	"[    7.300000] Call Trace:\n[    7.300000]  <TASK>\n" \
	"[    7.300000]  ? __die_body+0x1a/0x60\n[    7.300000]  _copy_to_iter+0x1/0x2\n" \
	"[    7.300000]  process_vm_rw+0x1/0x2\n[    7.300000]  </TASK>\n" \
	"[    7.300000]  not_of_it+0x1/0x2\n" \
	"[    7.400000] Kernel panic - not syncing: Fatal exception\n"

static const struct boot_def content[] = {
	{ "00-6.12", "6.12", "ok", "", 0, NULL, NULL, plain, NULL },
	{ "01-6.12+exclusive", "6.12+exclusive", "ok", "", 0, NULL, NULL, closed, NULL },
};

static void test_content(void **state)
{
	char *dir = make_run("paths", "paths-content", content, 2);

	(void)state;
	assert_true(plan_is_of(dir, "paths"));
	assert_int_equal(report_derive(dir), PINLAB_OK);
	golden_file(dir, "report.txt", "paths-content.txt");
	golden_file(dir, "paths.tsv", "paths-content.tsv");
	golden_file(dir, "verdicts.ktap", "paths-content.ktap");
	free(dir);
}

static const struct boot_def wrong[] = {
	{ "00-6.12+exclusive", "6.12+exclusive", "ok", "", 0, NULL, NULL, differs, NULL },
};

static void test_differs(void **state)
{
	char *dir = make_run("paths", "paths-differs", wrong, 1);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	golden_file(dir, "report.txt", "paths-differs.txt");
	golden_file(dir, "verdicts.ktap", "paths-differs.ktap");
	free(dir);
}

#define READV "process-vm/readv"
static const struct boot_def crash[] = {
	{ "00-6.12-crash", "6.12", "panic", "Kernel panic", 0, READV, "longterm/anon", down, OOPS },
	{ "01-6.12+exclusive-crash", "6.12+exclusive", "ok", "", 0, READV, "exclusive/anon", up,
	  NULL },
};

static void test_crash(void **state)
{
	char *dir = make_run("paths", "paths-crash", crash, 2);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_OK);
	golden_file(dir, "report.txt", "paths-crash.txt");
	golden_file(dir, "verdicts.ktap", "paths-crash.ktap");
	free(dir);
}

/* A crash that was not expected is a failure; how else a boot may end is no result. */
static void test_bad_ends(void **state)
{
	struct boot_def one = crash[1];
	char *dir;

	(void)state;
	one.outcome = "panic";
	one.lines = down_but_up;
	dir = make_run("paths", "paths-unexpected", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	free(dir);
	one.outcome = "hang";
	dir = make_run("paths", "paths-hang", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
	one = content[0];
	one.outcome = "panic";
	/* Nothing is hidden there: no path may take the machine down. */
	dir = make_run("paths", "paths-content-panic", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	free(dir);
}

/* What is missing or nonsense in a folder breaks nothing but the verdict. */
static void test_nonsense(void **state)
{
	static const char *const lines[] = {
		"hello\t1\t6.12.117\tns", "begin\tfork", "fact\tfork\tpath\t",
		"fact\tfork\tnone/anon\t|||||||||||", "fact\tfork\tx\t%s%n", "result\tfork\tPASS\t",
		"end\t6", NULL
	};
	struct boot_def one = { "00-6.12", "6.12", "ok", "", 0, NULL, NULL, lines, NULL };
	char *dir = make_run("paths", "paths-nonsense", &one, 1);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
	one = crash[0];
	one.rows = "no/such";
	dir = make_run("paths", "paths-no-row", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content), cmocka_unit_test(test_differs),
		cmocka_unit_test(test_crash), cmocka_unit_test(test_bad_ends),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests_name("paths", tests, make_top, remove_top);
}
