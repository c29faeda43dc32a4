/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_CONCLUDE_H
#define PINLAB_GUEST_PATHS_CONCLUDE_H

#include <stdbool.h>

#include "guest/paths/path.h"

struct path_finding {
	enum answer answer;
	char where[300];	/* by whom, or by which call refused */
	char after[160];	/* what is wrong afterwards; else empty */
};

/* The answer, once the owner has ended with this wait status; -1: it was stuck. */
void conclude_cell(struct path_cell *c, int status, struct path_finding *f);
/* A fault that was survived as one of broken memory: the page is nobody's any more. */
bool conclude_poisoned(const struct path_cell *c, struct path_finding *f);
/* A pinned page whose owner is gone: is it as the pin alone leaves it? Gives it back. */
void conclude_after(const struct path_cell *c, struct path_finding *f);

#endif
