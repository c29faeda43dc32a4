// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/stamp.h"

#define WORDS	(SECTOR_BYTES / sizeof(uint64_t))

static uint64_t head_of(size_t sector, uint32_t generation)
{
	return (uint64_t)generation << 32 | sector;
}

void stamp(void *buf, size_t bytes, uint32_t generation)
{
	uint64_t *w = buf;

	for (size_t i = 0; i < bytes / SECTOR_BYTES; i++, w += WORDS) {
		w[0] = head_of(i, generation);
		w[WORDS - 1] = ~w[0];
	}
}

long stamp_differs(const void *buf, size_t bytes, uint32_t generation)
{
	const uint64_t *w = buf;

	for (size_t i = 0; i < bytes / SECTOR_BYTES; i++, w += WORDS)
		if (w[0] != head_of(i, generation) || w[WORDS - 1] != ~w[0])
			return i;
	return -1;
}
