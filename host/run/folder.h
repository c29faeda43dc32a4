/* SPDX-License-Identifier: GPL-2.0 */
/* A run's folder as a whole: its name, who holds it, and what a boot leaves in it. */
#ifndef PINLAB_HOST_RUN_FOLDER_H
#define PINLAB_HOST_RUN_FOLDER_H

#include "host/base/place.h"

/*
 * A name as --run takes it: one below results/, or a path where it has a slash,
 * that does not go up again (a/../b). PINLAB_OK, or PINLAB_USAGE after saying
 * what is wrong.
 */
int run_check_name(const char *name);

/*
 * The folder is made where it is missing, and is ours until place_unlock(*lock):
 * two runners of one run would take each other's boots for their own. PINLAB_OK,
 * PINLAB_USAGE after saying who has it, PINLAB_BROKE.
 */
int run_hold(const char *dir, const char *name, struct place *p, int *lock);

/* What a runner that was killed was about to write in that folder; "" is the run's own. */
void run_remove_half_written(const struct place *p, const char *folder);

/* Nothing that an earlier try has left in a boot's folder is taken for this one's. */
int run_forget_try(const struct place *boot);

/*
 * A report of the run in that folder onto stdout, line by line as plain text: it
 * may be an older one, and not ours. Up to the line `until`, or all of it for NULL.
 * PINLAB_OK, also if there is no such file; PINLAB_BROKE after saying what could not be read.
 */
int run_print_file(const char *dir, const char *file, const char *until);

/*
 * Did the host end this boot, and not the kernel that was booted? By the
 * outcome's name. Such a boot is made again when its run is continued.
 */
bool run_was_host(const char *outcome);

/* Does --again (NULL: not said) mean this boot or turn? `failed`: each that did not end well. */
bool run_asked_again(const char *again, const char *id, bool well);

#endif
