/* SPDX-License-Identifier: GPL-2.0 */
/* A FUSE file system with one file. */
#ifndef PINLAB_GUEST_PATHS_FUSE_H
#define PINLAB_GUEST_PATHS_FUSE_H

#include "guest/paths/path.h"

/* setup: mounted anew, /dev/fuse in c->priv[0], its first request not answered yet. */
int path_fuse_mount(struct path_cell *c);
/* setup: and with a daemon that answers, in a process of its own. */
int path_fuse_daemon(struct path_cell *c);
/* touch: the file, all of whose I/O is direct. -1 after cell_skip(). */
int path_fuse_open(struct path_cell *c);
/* touch: as cell_saw(), of what the daemon was given to write. */
int path_fuse_saw(struct path_cell *c);

#endif
