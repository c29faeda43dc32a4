/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_PATHS_OWNER_H
#define PINLAB_GUEST_PATHS_OWNER_H

#include <sys/types.h>

#include "guest/paths/path.h"

/*
 * The child that has the cell's memory: takes it, protects it, runs the path's
 * touch or its other, and notes in c->said what became of it. Does not return.
 */
void owner_main(struct path_cell *c) __attribute__((noreturn));
/* Its wait status; -1 if it was stuck and killed. */
int owner_wait(pid_t pid);
/*
 * Has the content changed? While the page is there for certain: one that was
 * freed has no content that matters.
 */
void owner_note_content(struct path_cell *c);

#endif
