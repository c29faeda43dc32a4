/* SPDX-License-Identifier: GPL-2.0 */
/* A swap device in the guest's own memory: /dev/zram0. */
#ifndef PINLAB_GUEST_MACHINE_SWAP_H
#define PINLAB_GUEST_MACHINE_SWAP_H

#include "guest/row.h"

/* 0, -1 after row_fail(), 1 after row_skip(). One that is on already is well. */
int swap_start(struct row *r);
/* All is read back; the device gives its memory back. */
void swap_stop(void);
/* Pages written to swap since it was started. */
long long swap_pages_out(void);

#endif
