// SPDX-License-Identifier: GPL-2.0
/*
 * How a boot ended, what its console says and what its guest sent, against
 * what that makes of a kernel with a seeded bug, and of one without: only the
 * kernel's own doing catches a bug, and none of it is nobody's.
 */
#include "makerun.h"

#include "host/report/derive.h"

#define ROW "race/fork"
#define SPLAT "[    9.000000] "

static const char *const nothing[] = { NULL };
static const char *const whole[] = {
	"hello\t1\t6.12.117\tns", "begin\t" ROW, "result\t" ROW "\tPASS\t", "end\t3", NULL
};

static const char *const stopped[] = { "hello\t1\t6.12.117\tns", "begin\t" ROW, NULL };
static const char *const failed[] = {
	"hello\t1\t6.12.117\tns", "begin\t" ROW, "finding\t" ROW "\tcount\t1.0\t2.0\twrong",
	"result\t" ROW "\tFAIL\tcount: wrong", "end\t4", NULL
};

static const struct {
	const char *outcome;
	const char *const *lines;
	const char *console;
	int bug, good;			/* exit status of a run of such a kernel alone */
} ends[] = {
	{ "ok", whole, "", PINLAB_FAIL, PINLAB_OK },
	{ "ok", failed, "", PINLAB_OK, PINLAB_FAIL },
	{ "ok", whole, SPLAT "BUG kmalloc-64 (Not tainted): Redzone overwritten\n",
	  PINLAB_OK, PINLAB_FAIL },
	{ "ok", whole, SPLAT "BUG: KASAN: slab-use-after-free in a+0x1/0x2\n",
	  PINLAB_OK, PINLAB_FAIL },
	{ "ok", whole, SPLAT "WARNING: possible circular locking dependency detected\n",
	  PINLAB_OK, PINLAB_FAIL },
	{ "ok", whole, SPLAT "------------[ cut here ]------------\n" SPLAT "nobody knows this\n",
	  PINLAB_OK, PINLAB_FAIL },
	{ "ok", whole, SPLAT "fine\nBUG: says a program\n", PINLAB_FAIL, PINLAB_OK },
	{ "ok", whole, SPLAT "** 12 printk messages dropped **\n", PINLAB_BROKE, PINLAB_BROKE },
	{ "panic", stopped, SPLAT "Kernel panic - not syncing: x\n", PINLAB_OK, PINLAB_FAIL },
	{ "panic", nothing, SPLAT "Kernel panic - not syncing: x\n", PINLAB_OK, PINLAB_FAIL },
	{ "hang", stopped, SPLAT "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [a:1]\n",
	  PINLAB_OK, PINLAB_FAIL },
	{ "hang", stopped, SPLAT "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n",
	  PINLAB_OK, PINLAB_FAIL },
	/* Frozen, killed, never started, cut: nobody's. */
	{ "hang", stopped, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "hang", nothing, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "timeout", stopped, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "host", stopped, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "qemu-died", stopped, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "truncated", stopped, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "init-failed", nothing, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "hung-once", whole, "", PINLAB_BROKE, PINLAB_BROKE },
	{ "ok", nothing, "", PINLAB_BROKE, PINLAB_BROKE },
};

static int status_of(size_t i, const char *kernel)
{
	const struct boot_def d = { "00", kernel, ends[i].outcome, "", 1, NULL, NULL,
				    ends[i].lines, ends[i].console };
	char *dir = make_run("torture", "caught", &d, 1);
	int status = report_derive(dir);

	free(dir);
	return status;
}

static void test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		int bug = status_of(i, "6.12+busted:x"), good = status_of(i, "6.12+exclusive");

		if (bug != ends[i].bug || good != ends[i].good)
			fail_msg("%zu: %s, console '%s': %d with a bug, %d without", i,
				 ends[i].outcome, ends[i].console, bug, good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("caught", tests, make_top, remove_top);
}
