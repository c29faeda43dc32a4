// SPDX-License-Identifier: GPL-2.0
#include "guest/paths/path.h"

#include "include/wire.h"

const char *scheme_name(enum scheme s)
{
	static const char *const names[] = {
		[SCHEME_NONE] = "none",
		[SCHEME_LONGTERM] = "longterm",
		[SCHEME_EXCLUSIVE] = "exclusive",
		[SCHEME_GUEST_MEMFD] = "guest_memfd",
		[SCHEME_MEMFD_SECRET] = "memfd_secret",
	};

	return names[s];
}

const char *answer_name(enum answer a)
{
	static const char *const names[] = {
		[ANSWER_NONE] = "NONE",
		[ANSWER_SKIP] = WIRE_SKIP,
		[ANSWER_NOT_REACHED] = WIRE_NOT_REACHED,
		[ANSWER_REFUSED] = WIRE_REFUSED,
		[ANSWER_REFERENCED] = WIRE_REFERENCED,
		[ANSWER_READ] = WIRE_READ,
		[ANSWER_WRITTEN] = WIRE_WRITTEN,
		[ANSWER_USER_KILLED] = WIRE_USER_KILLED,
		[ANSWER_STUCK] = WIRE_STUCK,
	};

	return names[a];
}
