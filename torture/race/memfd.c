// SPDX-License-Identifier: GPL-2.0
/*
 * An exclusive pin against memfd_pin_folios(), which finds the folio in the
 * page cache: no page table and no lock of the mapping stands between them.
 *
 * Oracle: the witness; every refusal leaves the counts as they were.
 * Varies: small and large folios of shmem, hugetlb; folios a request; beside
 * it others pin through the mapping.
 */

#include "guest/device.h"
#include "guest/torture/race.h"

static int run(struct row *r)
{
	static const struct race race = {
		.kinds = KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP) | KIND(MEM_HUGETLB),
		.racers = { OPS_EXC, OP(PIN_MEMFD), OP(PIN_MEMFD) | OPS_EXC | OPS_FAST },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
	};

	if (!dev_has_memfd())
		return row_skip(r, "needs memfd_pin_folios() (6.11)");
	return race_run(r, &race);
}

PINLAB_SCENARIO = {
	.summary	= "exclusive pins against memfd_pin_folios()",
	.needs		= NEEDS_EXCLUSIVE | NEEDS_SMP,
	.run		= run,
};
