// SPDX-License-Identifier: GPL-2.0
/* What a console says of its kernel's end. The texts are cut from real ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "host/guest/console.h"

#define OOPS "[    1.478946] Oops: int3: 0000 [#1] PREEMPT SMP\n" \
	"[    1.479447] RIP: 0010:sched_clock_cpu+0x5/0x190\n"

static bool console_stale_int3(const char *log)
{
	struct console c;
	bool stale;

	console_init(&c);
	console_feed(&c, log, strlen(log));
	console_end(&c);
	stale = c.stale_int3;
	console_free(&c);
	return stale;
}

static void test_stale_int3(void **state)
{
	(void)state;
	/* The byte that trapped is 66: it was an int3 before, and QEMU has run that. */
	assert_true(console_stale_int3(OOPS "[    1.479766] Code: 00 41 54 55 53 66 <90> e8 b7\n"));
	/* An int3 that is there, and that nobody handles, is the kernel's own. */
	assert_false(console_stale_int3(OOPS
					"[    1.479766] Code: 00 41 54 55 53 cc <90> e8 b7\n"));
	assert_false(console_stale_int3("[ 1.0] BUG: kernel NULL pointer\n"
					"[ 1.0] Code: 55 53 66 <90> e8 b7\n"));
	assert_false(console_stale_int3(OOPS "[    1.479766] Code: Bad RIP value.\n <90>"));
	assert_false(console_stale_int3(OOPS));
	assert_false(console_stale_int3(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stale_int3),
	};

	return cmocka_run_group_tests_name("guest", tests, NULL, NULL);
}
