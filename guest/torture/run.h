/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_TORTURE_RUN_H
#define PINLAB_GUEST_TORTURE_RUN_H

#include <stdbool.h>
#include <stdint.h>

struct torture_config {
	const char *scenarios;	/* globs */
	uint64_t seed;
	double seconds;		/* for all scenarios that are not fixed */
	bool stop;		/* at the first scenario that fails */
	const char *after;	/* only what comes behind this scenario; NULL: all */
};

void torture_list(void);
void torture_run(const struct torture_config *cfg);

#endif
