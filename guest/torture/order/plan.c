// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/plan.h"

#include <stdio.h>

#include "guest/device.h"

/* One page in each state; and two, of which one refuses some of what is asked. */
static const struct layout {
	unsigned int pages;
	uint32_t state[PINLAB_ORDER_PAGES];
	unsigned int b_from, b_pages;
} layouts[] = {
	{ 1, { PINLAB_ORDER_NONE }, 0, 1 },
	{ 1, { PINLAB_ORDER_PIN }, 0, 1 },
	{ 1, { PINLAB_ORDER_PINS }, 0, 1 },
	{ 1, { PINLAB_ORDER_EXC }, 0, 1 },
	{ 1, { PINLAB_ORDER_REFS }, 0, 1 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_EXC }, 0, 1 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_EXC }, 1, 1 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_EXC }, 0, 2 },
	{ 2, { PINLAB_ORDER_EXC, PINLAB_ORDER_NONE }, 0, 1 },
	{ 2, { PINLAB_ORDER_EXC, PINLAB_ORDER_NONE }, 1, 1 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_PIN }, 0, 1 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_PIN }, 1, 1 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_PIN }, 0, 2 },
	{ 2, { PINLAB_ORDER_PIN, PINLAB_ORDER_PIN }, 0, 2 },
	{ 2, { PINLAB_ORDER_NONE, PINLAB_ORDER_NONE }, 0, 2 },
};

#define NR_LAYOUTS (sizeof(layouts) / sizeof(*layouts))

static bool has(const struct order_op *op)
{
	return (dev_has_exclusive() || !op->exclusive) &&
	       (dev_has_memfd() || op->op != PINLAB_PIN_MEMFD);
}

/*
 * In one order by the contract: false where it would be a bug in the caller; and where
 * the contract leaves it open, as then what is left behind cannot be given back.
 */
static bool is_allowed(const struct order_case *c, bool a_first)
{
	struct order_held h[PINLAB_ORDER_PAGES] = {
		order_held(c->state[0]), order_held(c->state[1]),
	};
	int ret;

	if (a_first && order_apply(c->a, h, c->pages, &ret))
		return false;
	if (c->b && order_apply(c->b, h + c->b_from, c->b_pages, &ret))
		return false;
	return a_first || !order_apply(c->a, h, c->pages, &ret);
}

static bool is_possible(const struct order_case *c)
{
	unsigned int kinds = order_op_kinds(c->a) &
			     (c->own ? c->own->kinds : order_op_kinds(c->b));

	if (!(kinds & KIND(c->kind->kind)) || !has(c->a) || (c->b && !has(c->b)))
		return false;
	if (!dev_has_exclusive() && (c->state[0] == PINLAB_ORDER_EXC ||
				     c->state[1] == PINLAB_ORDER_EXC))
		return false;
	/*
	 * Not judged yet: a fast pin that falls back while the page is forked comes
	 * out, on a good kernel too, with a reference that neither order leaves.
	 */
	if (c->own)
		return false;
	return is_allowed(c, true) && is_allowed(c, false);
}

int order_case(unsigned int n, const struct order_op *a, struct order_case *c)
{
	unsigned int nr_b = order_nr_ops + order_nr_owns, b = n % nr_b, kind;
	const struct layout *l = &layouts[n / nr_b % NR_LAYOUTS];

	kind = n / nr_b / NR_LAYOUTS;
	if (kind >= order_nr_kinds)
		return -1;
	*c = (struct order_case){
		.kind = &order_kinds[kind],
		.a = a,
		.b = b < order_nr_ops ? &order_ops[b] : NULL,
		.own = b < order_nr_ops ? NULL : &order_owns[b - order_nr_ops],
		.pages = l->pages,
		.state = { l->state[0], l->state[1] },
		.b_from = l->b_from,
		.b_pages = l->b_pages,
	};
	c->core = order_kinds[kind].core && a->core && c->b && c->b->core && c->pages == 1;
	/*
	 * Of the others some come out on a good kernel, too, with a reference of the
	 * LRU's batches that neither order leaves: none is judged until that is told apart.
	 */
	return !c->core || !is_possible(c);
}

const char *order_b_name(const struct order_case *c)
{
	return c->b ? c->b->name : c->own->name;
}

const char *order_title(const struct order_case *c)
{
	static char title[240];
	int n = snprintf(title, sizeof(title), "%s (A) and %s (B", c->a->name, order_b_name(c));

	if (c->pages > 1 && c->b_pages == 1)
		n += snprintf(title + n, sizeof(title) - n, ", page %u alone", c->b_from + 1);
	n += snprintf(title + n, sizeof(title) - n, ") on %s%s, from %s", c->pages > 1 ?
		      "two folios of " : "", c->kind->name, order_state_name(c->state[0]));
	if (c->pages > 1)
		snprintf(title + n, sizeof(title) - n, " and %s", order_state_name(c->state[1]));
	return title;
}
