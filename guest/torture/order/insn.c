// SPDX-License-Identifier: GPL-2.0
/*
 * Only as much of the encoding as the kernel's own code has (Intel SDM, volume 2,
 * chapter 2 and appendix A): what is not known for certain to touch nothing else
 * is said to touch memory.
 */
#include "guest/torture/order/insn.h"

#include <string.h>

enum form {
	PLAIN,		/* registers alone */
	MODRM,		/* registers, or memory by the ModRM byte */
	STACK,		/* and the stack, nothing else */
	MODRM_STACK,	/* the stack, and memory by the ModRM byte: call, push */
	STRING,		/* at rsi and rdi */
	OTHER,
};

struct decoder {
	const struct pinlab_order_point *p;
	const uint8_t *at;
	uint8_t rex;
	bool segment;	/* fs or gs: data of this CPU */
	bool odd;	/* a prefix that the kernel has no use for */
};

static enum form one_byte(uint8_t op)
{
	if (op < 0x40)
		return (op & 7) < 4 ? MODRM : (op & 7) < 6 ? PLAIN : OTHER;
	if (op >= 0x50 && op <= 0x5f)
		return STACK;
	if ((op >= 0x70 && op <= 0x7f) || (op >= 0x90 && op <= 0x99) ||
	    (op >= 0xb0 && op <= 0xbf) || (op >= 0xe0 && op <= 0xe3))
		return PLAIN;
	if ((op >= 0x80 && op <= 0x8c) || op == 0x8e || (op >= 0xd0 && op <= 0xd3))
		return MODRM;
	if ((op >= 0xa4 && op <= 0xa7) || (op >= 0xaa && op <= 0xaf))
		return STRING;
	switch (op) {
	case 0x63: case 0x69: case 0x6b: case 0xc0: case 0xc1: case 0xc6: case 0xc7:
	case 0xf6: case 0xf7: case 0xfe:
		return MODRM;
	case 0xff: case 0x8f:
		return MODRM_STACK;
	case 0x68: case 0x6a: case 0x9c: case 0xc2: case 0xc3: case 0xc9: case 0xe8:
		return STACK;
	case 0x8d:	/* lea: an address, not what is there */
	case 0xa8: case 0xa9: case 0xe9: case 0xeb: case 0xf5: case 0xf8: case 0xf9:
	case 0xfc: case 0xfd:
		return PLAIN;
	default:	/* cli, sti, popf, in, out, hlt, int3 among them */
		return OTHER;
	}
}

/* Behind 0f. */
static enum form two_bytes(const uint8_t *at)
{
	switch (at[0]) {
	case 0x0b:	/* ud2 */
	case 0x18: case 0x1e: case 0x1f:	/* prefetch, endbr, nop */
	case 0x31:	/* rdtsc */
		return PLAIN;
	case 0x40 ... 0x4f: case 0x90 ... 0x9f:	/* cmov, set */
	case 0xa3: case 0xa4: case 0xa5: case 0xab: case 0xac: case 0xad: case 0xaf:
	case 0xb0: case 0xb1: case 0xb3: case 0xb6 ... 0xb8: case 0xba ... 0xbf:
	case 0xc0: case 0xc1: case 0xc7: case 0x0d:
		return MODRM;
	case 0x80 ... 0x8f: case 0xc8 ... 0xcf:	/* jumps, bswap */
		return PLAIN;
	case 0xae:	/* fences: they order what others see, and touch nothing */
		return at[1] >= 0xe8 ? PLAIN : OTHER;
	default:
		return OTHER;
	}
}

static int64_t displacement(const uint8_t *at, int bytes)
{
	int32_t wide;

	if (bytes == 1)
		return (int8_t)*at;
	memcpy(&wide, at, sizeof(wide));
	return bytes ? wide : 0;
}

/* Where the ModRM operand is; false: in a register. *known: the address is. */
static bool operand(const struct decoder *d, uint64_t *addr, bool *known)
{
	uint8_t modrm = *d->at, mod = modrm >> 6, rm = modrm & 7, sib;
	const uint8_t *at = d->at + 1;
	const __u64 *reg = d->p->reg;
	int bytes = mod == 1 ? 1 : mod == 2 ? 4 : 0;

	*known = true;
	*addr = 0;
	if (mod == 3)
		return false;
	if (rm == 5 && !mod) {	/* relative to the instruction: the kernel's own data */
		*known = false;
		return true;
	}
	if (rm == 4) {
		uint8_t index, base;

		sib = *at++;
		index = (sib >> 3 & 7) | (d->rex & 2) << 2;
		base = sib & 7;
		if (index != 4)
			*addr += reg[index] << (sib >> 6);
		if (base == 5 && !mod)
			bytes = 4;
		else
			*addr += reg[base | (d->rex & 1) << 3];
	} else {
		*addr += reg[rm | (d->rex & 1) << 3];
	}
	*addr += displacement(at, bytes);
	return true;
}

static enum insn_touch touch_at(const struct decoder *d, uint64_t addr,
				const struct pinlab_order *o)
{
	if (d->segment)
		return INSN_MEMORY;
	if (addr >= o->stack[0] && addr < o->stack[1])
		return INSN_NOTHING;
	for (unsigned int i = 0; i < o->pages; i++)
		if (addr >= o->frames[i][0] && addr < o->frames[i][1])
			return INSN_FOLIO;
	return INSN_MEMORY;
}

static void prefixes(struct decoder *d)
{
	for (;; d->at++) {
		switch (*d->at) {
		case 0x64: case 0x65:
			d->segment = true;
			continue;
		case 0x67:
			d->odd = true;
			continue;
		case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x66: case 0xf0: case 0xf2:
		case 0xf3:
			continue;
		case 0x40 ... 0x4f:
			d->rex = *d->at++;
			return;
		default:
			return;
		}
	}
}

enum insn_touch insn_touch(const struct pinlab_order_point *p, const struct pinlab_order *o)
{
	struct decoder d = { .p = p, .at = p->code };
	enum insn_touch to, from;
	enum form form;
	uint64_t addr;
	bool known;

	prefixes(&d);
	form = *d.at == 0x0f ? two_bytes(d.at + 1) : one_byte(*d.at);
	d.at += *d.at == 0x0f ? 2 : 1;
	if (d.odd)
		return INSN_MEMORY;
	switch (form) {
	case PLAIN:
	case STACK:
		return INSN_NOTHING;
	case MODRM:
	case MODRM_STACK:
		if (!operand(&d, &addr, &known))
			return INSN_NOTHING;
		return known ? touch_at(&d, addr, o) : INSN_MEMORY;
	case STRING:
		to = touch_at(&d, p->reg[7], o);
		from = touch_at(&d, p->reg[6], o);
		return to > from ? to : from;
	default:
		return INSN_MEMORY;
	}
}
