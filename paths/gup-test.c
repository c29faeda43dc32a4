// SPDX-License-Identifier: GPL-2.0
/* CONFIG_GUP_TEST pins the page for good measure: a long-term pin, given back at once. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <sys/ioctl.h>

#include "guest/paths/cell.h"
#include "guest/paths/path.h"

/* mm/gup_test.h, which is not exported. */
struct gup_test {
	__u64 get_delta_usec, put_delta_usec, addr, size;
	__u32 nr_pages_per_call, gup_flags, test_flags, which_pages[8];
};

#define PIN_LONGTERM_BENCHMARK	_IOWR('g', 3, struct gup_test)

static int touch(struct path_cell *c)
{
	struct gup_test t = { .addr = (uintptr_t)c->addr, .size = PAGE_BYTES,
			      .nr_pages_per_call = 1, .gup_flags = 1 };
	int fd = cell_open(c, "/sys/kernel/debug/gup_test", O_RDWR);

	if (fd < 0)
		return 1;
	if (ioctl(fd, PIN_LONGTERM_BENCHMARK, &t))
		return cell_refused(c, "PIN_LONGTERM_BENCHMARK", errno);
	/* It says no more than how far it came. */
	return t.size == PAGE_BYTES ? 0 : cell_refused(c, "PIN_LONGTERM_BENCHMARK", 0);
}

PINLAB_PATH = {
	.summary = "gup_test's PIN_LONGTERM_BENCHMARK in debugfs",
	.way = WAY_LONGTERM,
	.reach = ANSWER_NOT_REACHED,
	.root = true,
	.touch = touch,
};
