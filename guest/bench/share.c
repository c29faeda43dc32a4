// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/share.h"

#include "guest/machine/tick.h"

const struct bench_size share_small_sizes[] = {
	{ .label = "4K", .n = 1 },
	{ .label = "64K", .n = 16 },
	{ .label = "2M", .n = 512 },
	{ .label = "64M", .n = 16384 },
	{ .label = "1G", .n = 262144 },
	{ .label = NULL },
};

const struct bench_size share_large_sizes[] = {
	{ .label = "2M", .n = 512 },
	{ .label = "64M", .n = 16384 },
	{ .label = "1G", .n = 262144 },
	{ .label = NULL },
};

/* Ticks and pages of the pieces that no interrupt fell into. */
struct share_sum {
	int64_t ticks;
	uint64_t pages;
};

int share_timed(struct row *r, unsigned int metric,
		int (*fn)(struct row *r, unsigned long page, unsigned long n))
{
	struct share_sum sum = { 0 };
	unsigned long n = 0;
	struct region g = { 0 };

	for (unsigned long at = 0; at < r->size.n; at += SHARE_CALL) {
		n = r->size.n - at < SHARE_CALL ? r->size.n - at : SHARE_CALL;

		tick_hold();
		region_begin(r, &g);
		if (fn(r, at, n))
			return -1;
		region_end(r, &g);
		if (g.noise)
			continue;
		sum.ticks += g.ticks;
		sum.pages += n;
	}
	if (!sum.pages)
		row_sample(r, metric, g.ticks, n, g.noise);
	else
		row_sample(r, metric, sum.ticks, sum.pages, 0);
	return 0;
}

void share_touch(char *addr, unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		*(volatile uint64_t *)(addr + i * PAGE_BYTES) = i;
}
