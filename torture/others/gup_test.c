// SPDX-License-Identifier: GPL-2.0
/*
 * Does the kernel's own gup_test notice a bug? It gets and pins memory of its
 * own in all ways, and looks whether what it has pinned is said to be pinned.
 *
 * Oracle: none here, see guest/torture/others.h.
 * Varies: what it is told to do, as in the kernel's run_vmtests.sh. Left out
 * are -c and -z, which leave something in the log of good kernels.
 */
#include "guest/torture/others.h"

static int run(struct row *r)
{
	static const char *const lines[] = {
		"/selftests/gup_test -u -m 16 -n 1",
		"/selftests/gup_test -u -m 16 -n 512 -t",
		"/selftests/gup_test -u -m 16 -n 123 -S",
		"/selftests/gup_test -u -m 16 -n 512 -H",
		"/selftests/gup_test -a -m 16 -n 1 -r 3",
		"/selftests/gup_test -a -m 16 -n 1 -W",
		"/selftests/gup_test -a -m 16 -n 512 -t",
		"/selftests/gup_test -a -m 16 -n 123 -S",
		"/selftests/gup_test -a -m 16 -n 512 -H",
		"/selftests/gup_test -a -m 16 -n 16 -j 4",
		"/selftests/gup_test -L -m 16 -n 1",
		"/selftests/gup_test -L -m 16 -n 512 -t",
		"/selftests/gup_test -L -m 16 -n 123 -S",
		"/selftests/gup_test -L -m 16 -n 512 -H",
		"/selftests/gup_test -U -m 16",
		"/selftests/gup_test -b -m 16",
		"/selftests/gup_test -b -m 16 -t",
		NULL
	};

	return others_run(r, lines, 30, true);
}

PINLAB_SCENARIO = {
	.summary	= "the kernel's own gup_test, for comparison",
	.fixed		= true,
	.needs		= NEEDS_TOOLS,
	.run		= run,
};
