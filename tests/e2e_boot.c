// SPDX-License-Identifier: GPL-2.0
/* ./pinlab boot on a real kernel: scripts, rows, exit statuses, the terminal, gdb's symbols. */
#include "e2e.h"

/* Runs a shell's words, with $P for ./pinlab and $D for a folder of ours. */
static struct said shell(const char *words)
{
	char *p = xasprintf("P=%s/pinlab", repo_dir()), *d = xasprintf("D=%s", results);
	char *env[] = { p, d, NULL };
	struct said s = { .text = xstrdup("") };

	s.status = run_program((char *[]){ "sh", "-c", (char *)words, NULL }, results, env, keep,
			       &s);
	free(p);
	free(d);
	return s;
}

static void check_shell(int status, const char *text, const char *words)
{
	struct said s = shell(words);

	expect(&s, status, text);
	free(s.text);
}

static void test_mistakes(void **state)
{
	(void)state;
	check(PINLAB_USAGE, "boot", "boto");
	check(PINLAB_USAGE, "one kernel", "boot --kernels 6.12,6.1");
	check(PINLAB_USAGE, "pin_fast", "boot -- pin_fats");
	check(PINLAB_USAGE, "mttcg or kvm", "boot --engine native");
	check(PINLAB_USAGE, "takes no value", "boot --gdb=1");
	check(PINLAB_OK, "Examples", "boot --help");
}

/* All that a script can see, in one guest. */
static void test_script(void **state)
{
	struct said s;

	(void)state;
	s = shell("mkdir -p sub && echo from the host > sub/file && ln -sf /etc/hostname out && mkfifo pipe; truncate -s 65M large;"
		  "echo 'uname -r; cat /host/sub/file; test -c /dev/pinlab && echo driver; readlink /host/out;"
		  " ls /host; mount | grep host; exit 0' | $P boot --kernels 6.12 --timeout 300");
	expect(&s, PINLAB_OK, "6.12.");
	expect(&s, PINLAB_OK, "from the host");
	expect(&s, PINLAB_OK, "driver");
	/* The link itself, not what it leads to. */
	expect(&s, PINLAB_OK, "/etc/hostname");
	expect(&s, PINLAB_OK, "without 2 of its files and folders");
	assert_null(strchr(s.text, '\r'));
	free(s.text);
}

static void test_statuses(void **state)
{
	(void)state;
	check_shell(PINLAB_FAIL, "", "rm -f large pipe; echo 'exit 3' | $P boot --kernels 6.12 --timeout 300");
	check_shell(PINLAB_OK, "", "echo 'poweroff -f; false' | $P boot --kernels 6.12 --timeout 300");
	check_shell(PINLAB_BROKE, "the kernel went down",
		    "echo 'echo c > /proc/sysrq-trigger; sleep 60' | $P boot --kernels 6.12 --timeout 300");
}

/* What they record is seen, and the shell comes after it. */
static void test_rows(void **state)
{
	struct said s = shell("echo 'echo the shell' | $P boot --kernels 6.12 --timeout 300 -- getppid");

	(void)state;
	expect(&s, PINLAB_OK, "getppid");
	expect(&s, PINLAB_OK, "PASS");
	expect(&s, PINLAB_OK, "the shell");
	free(s.text);
}

/* The command is for a shell, which takes it as it is; nothing is booted. */
static void test_dry_run(void **state)
{
	struct said s = shell("TMPDIR=$D $P boot --kernels 6.12 --dry-run --gdb < /dev/null 2>&1 > cmd; PATH=$D:$PATH;"
			      "printf '#!/bin/sh\\nfor a; do last=$a; done; echo \"words: $last\"\\n' > qemu-system-x86_64;"
			      "chmod +x qemu-system-x86_64; sh cmd");

	(void)state;
	expect(&s, PINLAB_OK, "words: console=ttyS0");
	expect(&s, PINLAB_OK, "nokaslr");
	expect(&s, PINLAB_OK, "symbol-file");
	expect(&s, PINLAB_OK, "target remote");
	free(s.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_script),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_dry_run),
	};

	return cmocka_run_group_tests_name("boot", tests, start, finish);
}
