// SPDX-License-Identifier: GPL-2.0
/*
 * From the folder of a run of paths to its matrix and its report. The runs are
 * written here; report.txt, paths.tsv and verdicts.ktap are compared with
 * tests/golden/paths-*, which PINLAB_UPDATE_GOLDEN=1 writes anew.
 */
#include "rundir.h"

#include "paths.h"
#include "report.h"

/* One boot of the run to be. */
struct boot_def {
	const char *id, *kernel, *outcome, *detail;
	const char *rows, *cell;	/* of a crash boot, or NULL */
	const char *const *lines;	/* of its records; NULL at the end */
	const char *console;
};

#define PIN "fact\tprocess-vm/readv\tpath\tP|user|process_vm_readv() from another process|"
#define GET "fact\tvmsplice/read\tpath\tG|user|vmsplice() into a pipe|pinning it"

static const char *const plain[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\tnone/anon\tREAD|READ|memcpy < process_vm_rw||",
	"fact\tprocess-vm/readv\tlongterm/anon\tREAD|READ|memcpy < process_vm_rw||",
	"result\tprocess-vm/readv\tPASS\t", "begin\tvmsplice/read", GET,
	"fact\tvmsplice/read\tnone/anon\tREAD|READ|memcpy < pipe_read||",
	"fact\tvmsplice/read\tguest_memfd\tSKIP|REFUSED|guest_memfd: Invalid argument||",
	"result\tvmsplice/read\tPASS\t", "end\t11", NULL
};

static const char *const closed[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\texclusive/anon\tREFUSED|REFUSED|process_vm_readv EFAULT||",
	"fact\tprocess-vm/readv\texclusive/hugetlb\tREFUSED|REFUSED|process_vm_readv EFAULT||",
	"result\tprocess-vm/readv\tPASS\t", "begin\tvmsplice/read", GET,
	"fact\tvmsplice/read\texclusive/anon\tREAD|READ|memcpy < pipe_read||",
	"fact\tvmsplice/read\texclusive/hugetlb\tREFUSED|REFUSED|vmsplice EFAULT|a reason|",
	"fact\tvmsplice/read\tmemfd_secret\tREFUSED|REFUSED|vmsplice EFAULT||",
	"result\tvmsplice/read\tPASS\t", "end\t12", NULL
};

/* Answers that are not what was expected, and one that is and leaves something. */
static const char *const differs[] = {
	"hello\t1\t6.12.117\tns", "begin\tprocess-vm/readv", PIN,
	"fact\tprocess-vm/readv\texclusive/anon\tREAD|REFUSED|memcpy < %n%s||",
	"result\tprocess-vm/readv\tFAIL\texclusive/anon", "begin\tvmsplice/read", GET,
	"fact\tvmsplice/read\texclusive/anon\tREAD|READ|x||2 references, the pin alone makes 1",
	"result\tvmsplice/read\tFAIL\texclusive/anon", "end\t9", NULL
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

#define OOPS "[    1.0] Linux version\n" \
	"[    7.2] BUG: unable to handle page fault for address: ffff888004c9c000\n" \
	"[    7.2] RIP: 0010:rep_movs_alternative+0x4a/0x70\n" \
	"[    7.3] Call Trace:\n[    7.3]  <TASK>\n[    7.3]  ? __die_body+0x1a/0x60\n" \
	"[    7.3]  _copy_to_iter+0x1/0x2\n[    7.3]  process_vm_rw+0x1/0x2\n[    7.3]  </TASK>\n" \
	"[    7.3]  not_of_it+0x1/0x2\n[    7.4] Kernel panic - not syncing: Fatal exception\n"

static json_t *kernel(const char *name)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:[s]}", "name", name, "base", "6.12",
			 "release", "6.12.117", "base_version", "6.12.117-1", "flavor", "full",
			 "compiler", "gcc 12", "patches", "0001-a.patch");
}

static void put_boot(const char *dir, const struct boot_def *d)
{
	char *sub = xasprintf("%s/boots/%s", dir, d->id);
	struct stream st = { 0 };
	json_t *o = json_pack("{s:s, s:s, s:f}", "outcome", d->outcome, "detail", d->detail,
			      "seconds", 12.5);
	char *text = json_dumps(o, 0);

	assert_int_equal(make_dirs(sub), 0);
	for (const char *const *l = d->lines; *l; l++)
		stream_add(&st, *l);
	put(sub, "records", st.s);
	put(sub, "console.log", d->console ? d->console : "");
	put(sub, "outcome.json", text);
	stream_free(&st);
	json_decref(o);
	free(text);
	free(sub);
}

/* A run of these boots; the caller frees its path. */
static char *make_run(const char *name, const struct boot_def *defs, size_t n)
{
	char *dir = xasprintf("%s/%s", top, name), *text;
	json_t *kernels = json_array(), *boots = json_array(), *plan;
	struct strlist names = { 0 };

	remove_tree(dir);
	assert_int_equal(make_dirs(dir), 0);
	for (size_t i = 0; i < n; i++) {
		json_t *b = json_pack("{s:s, s:s, s:s, s:i, s:i}", "id", defs[i].id, "kernel",
				      defs[i].kernel, "role", defs[i].cell ? "crash" : "test",
				      "index", 0, "skew", 0);

		if (defs[i].cell) {
			json_object_set_new(b, "rows", json_string(defs[i].rows));
			json_object_set_new(b, "cell", json_string(defs[i].cell));
		}
		if (!strlist_has(&names, defs[i].kernel))
			json_array_append_new(kernels, kernel(defs[i].kernel));
		strlist_add(&names, defs[i].kernel);
		json_array_append_new(boots, b);
		put_boot(dir, &defs[i]);
	}
	plan = json_pack("{s:i, s:s, s:s, s:s, s:s, s:[s,s], s:s, s:i, s:s, s:o, s:o}", "format", 1,
			 "verb", "paths", "run", name, "started", "2026-11-25T05:00:00Z", "suite",
			 "0.1", "command", "./pinlab", "paths", "engine", "mttcg", "seed", 1, "qemu",
			 "QEMU 7.2", "kernels", kernels, "boots", boots);
	text = json_dumps(plan, 0);
	put(dir, "plan.json", text);
	strlist_free(&names);
	json_decref(plan);
	free(text);
	return dir;
}

static void golden_file(const char *dir, const char *file, const char *golden)
{
	char *text = in(dir, file);

	if (!strcmp(file, "report.txt"))
		check_mail(text);
	check_golden(text, golden);
	free(text);
}

static const struct boot_def content[] = {
	{ "00-6.12", "6.12", "ok", "", NULL, NULL, plain, NULL },
	{ "01-6.12+exclusive", "6.12+exclusive", "ok", "", NULL, NULL, closed, NULL },
};

static void test_content(void **state)
{
	char *dir = make_run("paths-content", content, 2);

	(void)state;
	assert_true(paths_is_run(dir));
	assert_int_equal(report_derive(dir), PINLAB_OK);
	golden_file(dir, "report.txt", "paths-content.txt");
	golden_file(dir, "paths.tsv", "paths-content.tsv");
	golden_file(dir, "verdicts.ktap", "paths-content.ktap");
	free(dir);
}

static const struct boot_def wrong[] = {
	{ "00-6.12+exclusive", "6.12+exclusive", "ok", "", NULL, NULL, differs, NULL },
};

static void test_differs(void **state)
{
	char *dir = make_run("paths-differs", wrong, 1);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	golden_file(dir, "report.txt", "paths-differs.txt");
	golden_file(dir, "verdicts.ktap", "paths-differs.ktap");
	free(dir);
}

#define READV "process-vm/readv"
static const struct boot_def crash[] = {
	{ "00-6.12-crash", "6.12", "panic", "Kernel panic", READV, "longterm/anon", down, OOPS },
	{ "01-6.12+exclusive-crash", "6.12+exclusive", "ok", "", READV, "exclusive/anon", up,
	  NULL },
};

static void test_crash(void **state)
{
	char *dir = make_run("paths-crash", crash, 2);

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
	dir = make_run("paths-unexpected", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	free(dir);
	one.outcome = "hang";
	dir = make_run("paths-hang", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
	free(dir);
	one = content[0];
	one.outcome = "panic";
	dir = make_run("paths-content-panic", &one, 1);
	assert_int_equal(report_derive(dir), PINLAB_BROKE);
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
	struct boot_def one = { "00-6.12", "6.12", "ok", "", NULL, NULL, lines, NULL };
	char *dir = make_run("paths-nonsense", &one, 1);

	(void)state;
	assert_int_equal(report_derive(dir), PINLAB_FAIL);
	free(dir);
	one = crash[0];
	one.rows = "no/such";
	dir = make_run("paths-no-row", &one, 1);
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
