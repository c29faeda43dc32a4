/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_EXPECT_H
#define PINLAB_GUEST_PATHS_EXPECT_H

#include "guest/paths/path.h"

/* This kernel as KERNEL(major, minor). */
unsigned int kernel_version(void);
/* What the contract, or the scheme, says of a cell on this kernel. */
enum answer path_expect(const struct path *p, enum scheme s, enum mem_kind k, bool exclusive,
			const char **why);
/* In crash mode, is that the end of the machine? */
bool path_expect_down(const struct path *p, enum scheme s, enum mem_kind k, bool exclusive);
enum way path_way(const struct path *p);

#endif
