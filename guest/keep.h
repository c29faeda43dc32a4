/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_KEEP_H
#define PINLAB_GUEST_KEEP_H

/* Where files go: "port:0x403", as in record_open(). NULL: nowhere. 0 or -errno. */
int keep_open(const char *to);

/*
 * Send a file to the host, WIRE_FILE_BYTES of it at most, under a name of
 * letters, digits and "._-+"; other characters become '_'. host/guest/keep.c is
 * the reader. 0 or -errno; -ENODEV if there is nowhere to send it.
 */
int keep_file(const char *path, const char *name);

#endif
