// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/ops.h"

#include <errno.h>
#include <stddef.h>

#define KINDS_MEMFD	(KIND(MEM_SHMEM) | KIND(MEM_SHMEM_THP) | KIND(MEM_HUGETLB))

const struct order_op order_ops[] = {
	{ "retake", PINLAB_RETAKE, true, true },
	{ "drop", PINLAB_DROP, true, true },
	{ "pin-fast", PINLAB_PIN_FAST, false, true },
	{ "pin-longterm-fast", PINLAB_PIN_LT_FAST, false, false },
	{ "exclusive-fast", PINLAB_EXC_FAST, true, true },
	{ "unpin", PINLAB_UNPIN, false, true },
	{ "unpin-exclusive", PINLAB_UNPIN_EXC, true, true },
	{ "unpin-dirty", PINLAB_UNPIN_DIRTY, false, false },
	{ "unpin-exclusive-dirty", PINLAB_UNPIN_EXC_DIRTY, true, false },
	{ "query", PINLAB_ORDER_QUERY, false, true },
	{ "get-fast", PINLAB_GET_FAST, false, true },
	{ "put", PINLAB_PUT, false, false },
	{ "pin-slow", PINLAB_PIN_SLOW, false, true },
	{ "pin-longterm-slow", PINLAB_PIN_LT_SLOW, false, false },
	{ "exclusive-slow", PINLAB_EXC_SLOW, true, true },
	{ "pin-remote", PINLAB_PIN_REMOTE, false, false },
	{ "pin-memfd", PINLAB_PIN_MEMFD, false, false },
};

const unsigned int order_nr_ops = sizeof(order_ops) / sizeof(*order_ops);

unsigned int order_op_kinds(const struct order_op *op)
{
	return op->op == PINLAB_PIN_MEMFD ? KINDS_MEMFD : KINDS_ALL;
}

const struct order_op *order_op(uint32_t op)
{
	for (unsigned int i = 0; i < order_nr_ops; i++)
		if (order_ops[i].op == op)
			return &order_ops[i];
	return NULL;
}

const char *order_state_name(uint32_t state)
{
	static const char *const names[PINLAB_ORDER_STATES] = {
		[PINLAB_ORDER_NONE] = "no-pin",
		[PINLAB_ORDER_PIN] = "one-pin",
		[PINLAB_ORDER_PINS] = "three-pins",
		[PINLAB_ORDER_EXC] = "exclusive",
		[PINLAB_ORDER_REFS] = "many-references",
	};

	return state < PINLAB_ORDER_STATES ? names[state] : "?";
}

struct order_held order_held(uint32_t state)
{
	return (struct order_held){
		.pins = state == PINLAB_ORDER_PINS ? 3 :
			state == PINLAB_ORDER_PIN || state == PINLAB_ORDER_EXC ? 1 : 0,
		.exclusive = state == PINLAB_ORDER_EXC,
		.many = state == PINLAB_ORDER_REFS,
	};
}

bool order_op_owns(const struct order_op *op)
{
	return op->op == PINLAB_EXC_FAST || op->op == PINLAB_EXC_SLOW;
}

bool order_op_takes(const struct order_op *op)
{
	return op->op >= PINLAB_GET_FAST && op->op <= PINLAB_PIN_MEMFD;
}

bool order_op_pins(const struct order_op *op)
{
	return order_op_takes(op) && op->op != PINLAB_GET_FAST;
}

bool order_op_gives(const struct order_op *op)
{
	return op->op >= PINLAB_UNPIN && op->op <= PINLAB_UNPIN_EXC_DIRTY;
}

static int apply_pin(bool exclusive, struct order_held *h, int *ret)
{
	*ret = h->exclusive || (exclusive && h->pins) ? -EBUSY : 0;
	if (*ret)
		return 0;
	/* Refusal is the safe direction where it cannot be told. */
	if (exclusive && h->many)
		return 1;
	h->pins++;
	h->exclusive = exclusive;
	return 0;
}

static int apply_give(bool exclusive, struct order_held *h)
{
	if (!h->pins || h->exclusive != exclusive)
		return -1;
	h->pins--;
	h->exclusive = false;
	return 0;
}

static int apply_drop(struct order_held *h)
{
	if (!h->exclusive)
		return -1;
	h->exclusive = false;
	return 0;
}

static int apply_retake(struct order_held *h, int *ret)
{
	if (h->many)
		return 1;
	*ret = h->exclusive || h->pins > 1 ? -EBUSY : h->pins ? 0 : -EINVAL;
	if (!*ret)
		h->exclusive = true;
	return 0;
}

/* One folio; *ret: 0 or -errno. */
static int apply_one(const struct order_op *op, struct order_held *h, int *ret)
{
	switch (op->op) {
	case PINLAB_UNPIN:
	case PINLAB_UNPIN_DIRTY:
		return apply_give(false, h);
	case PINLAB_UNPIN_EXC:
	case PINLAB_UNPIN_EXC_DIRTY:
		return apply_give(true, h);
	case PINLAB_DROP:
		return apply_drop(h);
	case PINLAB_RETAKE:
		return apply_retake(h, ret);
	case PINLAB_ORDER_QUERY:
		return h->many;
	default:
		return order_op_pins(op) ? apply_pin(order_op_owns(op), h, ret) : 0;
	}
}

int order_apply(const struct order_op *op, struct order_held *h, unsigned int n, int *ret)
{
	int err, one;

	*ret = 0;
	for (unsigned int i = 0; i < n; i++, h++) {
		one = 0;
		if (op->op == PINLAB_ORDER_QUERY)
			*ret = *ret << 2 | (h->pins ? 1 : 0) | (h->exclusive ? 2 : 0);
		err = apply_one(op, h, &one);
		if (err)
			return err;
		/* What came before the refusal is kept, and pages are counted. */
		if (one) {
			*ret = order_op_takes(op) && i ? *ret : one;
			return 0;
		}
		*ret += order_op_takes(op);
	}
	return 0;
}
