// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "guest/machine/knob.h"

#define DISK		"/dev/zram0"
#define KNOBS		"/sys/block/zram0/"
#define DISK_BYTES	(64l << 20)

/* What mkswap writes: include/linux/swap.h, union swap_header. */
static int make_swap(void)
{
	static char page[PAGE_BYTES];
	/* Version, last page, bad pages. */
	uint32_t info[3] = { 1, DISK_BYTES / PAGE_BYTES - 1, 0 };
	int fd = open(DISK, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	memcpy(page + 1024, info, sizeof(info));
	memcpy(page + PAGE_BYTES - 10, "SWAPSPACE2", 10);
	if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page) || fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

static long long out_at_start;
/* It was swapped to before: natively that is the machine's own swap, and stays. */
static bool theirs;

static long long pages_out(void)
{
	FILE *f = fopen("/proc/vmstat", "re");
	long long n = -1;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "pswpout %lld", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

int swap_start(struct row *r)
{
	int err;

	if (!knob_is_there(KNOBS "disksize"))
		return row_skip(r, "needs swap (CONFIG_SWAP, CONFIG_ZRAM)");
	if (knob_read_number(KNOBS "disksize") == 0) {
		err = knob_write_number(KNOBS "disksize", DISK_BYTES);
		if (!err)
			err = make_swap();
		if (err)
			return row_fail(r, DISK ": %s", strerror(-err));
	}
	out_at_start = pages_out();
	err = swapon(DISK, 0) ? errno : 0;
	theirs = err == EBUSY;
	if (!err || theirs)
		return 0;
	return err == ENOSYS ? row_skip(r, "needs swap (CONFIG_SWAP)") :
	       row_fail(r, "swapon " DISK ": %s", strerror(err));
}

void swap_stop(void)
{
	if (!theirs && !swapoff(DISK))
		knob_write(KNOBS "reset", "1");
}

long long swap_pages_out(void)
{
	return pages_out() - out_at_start;
}
