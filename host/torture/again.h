/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_TORTURE_AGAIN_H
#define PINLAB_HOST_TORTURE_AGAIN_H

#include "host/torture/torture.h"

/*
 * The command that shows one scenario of one boot again, to be pasted: with the
 * --base and the --series that its kernel comes from, and no other.
 */
void torture_again(const struct run *run, const struct boot *b, const char *row, struct text *t);

#endif
