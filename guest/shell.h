/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_SHELL_H
#define PINLAB_GUEST_SHELL_H

#include <stdbool.h>

/*
 * For process 1: run the program on the console, as the leader of a session of
 * its own (Ctrl-C reaches what it runs), and collect all processes until it
 * ends, or until one of them asks for the end as busybox's poweroff, halt and
 * reboot do. True if it ended well, or was told to.
 */
bool shell_run(const char *program);

#endif
