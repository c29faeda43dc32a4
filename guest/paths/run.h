/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_RUN_H
#define PINLAB_GUEST_PATHS_RUN_H

#include <stdbool.h>

struct paths_config {
	const char *paths;	/* globs */
	bool crash;		/* one cell, with the page out of the linear map */
	const char *cell;	/* "exclusive/anon", or NULL for all */
	const char *after;	/* only what comes behind this path; NULL: all */
};

void paths_list(void);
void paths_run(const struct paths_config *cfg);

#endif
