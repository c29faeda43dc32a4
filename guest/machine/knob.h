/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's knobs: files of one line in /proc, /sys and debugfs. */
#ifndef PINLAB_GUEST_MACHINE_KNOB_H
#define PINLAB_GUEST_MACHINE_KNOB_H

#include <stdbool.h>
#include <stddef.h>

/* 0 or -errno. */
int knob_write(const char *path, const char *text);
int knob_write_number(const char *path, long long value);
/* The first line without its end: 0 or -errno. */
int knob_read(const char *path, char *text, size_t size);
/* -1: it cannot be read. */
long long knob_read_number(const char *path);
bool knob_is_there(const char *path);

#endif
