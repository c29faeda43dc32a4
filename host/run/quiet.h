/* SPDX-License-Identifier: GPL-2.0 */
/*
 * --quiet-machine: what spoils wall-clock figures is set for the time of a run, and
 * put back whatever happens. Before the first change all old values are written to a
 * file; a process of its own waits for the end of this one, however it comes, and puts
 * them back; and where that one is killed too, the next ./pinlab does. The file is in
 * /run, which a reboot empties, as it undoes the settings.
 */
#ifndef PINLAB_HOST_RUN_QUIET_H
#define PINLAB_HOST_RUN_QUIET_H

#include <jansson.h>

struct quiet_place {
	const char *root;	/* in front of /sys and /proc: "", or a test's folder */
	const char *state;	/* the file with the old values */
};

extern const struct quiet_place quiet_here;

/*
 * What was changed, an array of {"path", "was", "now"}: empty where the machine has
 * nothing to change. NULL after saying why not: no permission, another run does it.
 */
json_t *quiet_begin(const struct quiet_place *q);
/* Put all back. Nothing happens where nothing was begun. */
void quiet_end(void);
/* What a run that is gone has left: put back, or told where that is not allowed. */
void quiet_recover(const struct quiet_place *q);

#endif
