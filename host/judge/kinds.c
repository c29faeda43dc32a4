// SPDX-License-Identifier: GPL-2.0
#include "host/judge/kinds.h"

const struct kind *kinds_all(void)
{
	static const struct kind kinds[] = {
#define KIND_ENTRY(id, size, name, ...) \
		[MEM_##id] = { MEM_##size, name },
		MEM_KINDS(KIND_ENTRY)
	};

	return kinds;
}
