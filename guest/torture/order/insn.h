/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an x86 instruction of the kernel is about to touch. Two places to stop a
 * call at are the same for everybody else if what lies between them touches but
 * registers and the call's own stack.
 */
#ifndef PINLAB_GUEST_TORTURE_ORDER_INSN_H
#define PINLAB_GUEST_TORTURE_ORDER_INSN_H

#include <stdbool.h>
#include <stdint.h>

#include "include/pinlab_uapi.h"

enum insn_touch {
	INSN_NOTHING,	/* registers and the stack */
	INSN_MEMORY,	/* or it is not known what */
	INSN_FOLIO,	/* what the kernel keeps of the folio: its struct pages */
};

/* o: with the ranges of stack and folios that the driver has filled in. */
enum insn_touch insn_touch(const struct pinlab_order_point *p, const struct pinlab_order *o);

#endif
