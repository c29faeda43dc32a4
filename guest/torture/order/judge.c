// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/judge.h"

#include <stdio.h>
#include <string.h>

static bool same_folio(const struct pinlab_order *x, const struct pinlab_order *y, unsigned int i)
{
	const struct pinlab_order_folio *a = &x->after[i], *b = &y->after[i];

	/* Memory that is not the same memory may have begun with other counts. */
	return a->refcount - x->before[i].refcount == b->refcount - y->before[i].refcount &&
	       a->pincount == b->pincount && a->mapcount == b->mapcount && a->order == b->order &&
	       a->maybe_pinned == b->maybe_pinned && a->exclusive == b->exclusive &&
	       a->dirty == b->dirty && a->locked == b->locked &&
	       a->anon_exclusive == b->anon_exclusive && a->mapped_here == b->mapped_here &&
	       a->got[0] == b->got[0] && a->got[1] == b->got[1];
}

bool order_same(const struct pinlab_order *x, const struct pinlab_order *y)
{
	if (x->a_ret != y->a_ret || x->b_ret != y->b_ret)
		return false;
	for (unsigned int i = 0; i < x->pages; i++)
		if (!same_folio(x, y, i))
			return false;
	return true;
}

/* Pins that it has added, as its result says; releases cannot fail. */
static long long pins_of(const struct order_op *op, int ret, unsigned int pages)
{
	return !op ? 0 : order_op_gives(op) ? -(long long)pages :
	       order_op_pins(op) && ret > 0 ? ret : 0;
}

/* A release that is refused, with a warning, is not among what is run here. */
static bool is_balanced(const struct order_case *c, const struct pinlab_order *o)
{
	return o->acquired - o->released == pins_of(c->a, o->a_ret, c->pages) +
					    pins_of(c->b, o->b_ret, c->b_pages);
}

/* Each folio by itself; an error is one of which nothing was taken. */
static bool fits_by_folio(const struct order_serial *s, const struct pinlab_order *o)
{
	if ((o->a_ret < 0 || !o->after[0].got[0]) && o->a_ret != s->ab.a_ret &&
	    o->a_ret != s->ba.a_ret)
		return false;
	if (o->b_ret < 0 && o->b_ret != s->ab.b_ret && o->b_ret != s->ba.b_ret)
		return false;
	for (unsigned int i = 0; i < o->pages; i++)
		if (!same_folio(o, &s->ab, i) && !same_folio(o, &s->ba, i))
			return false;
	return true;
}

bool order_fits(const struct order_case *c, const struct order_serial *s,
		const struct pinlab_order *o)
{
	if (!is_balanced(c, o))
		return false;
	return order_same(o, &s->ab) || order_same(o, &s->ba) ||
	       (c->pages > 1 && fits_by_folio(s, o));
}

static const char *result(char *buf, size_t size, const char *who, int ret)
{
	if (ret < 0)
		snprintf(buf, size, "%s -%s", who, strerrorname_np(-ret));
	else
		snprintf(buf, size, "%s %d", who, ret);
	return buf;
}

const char *order_outcome(const struct pinlab_order *o)
{
	static const char *const got[] = {
		"nothing", "the page", "a new page", "a page of no mapping",
	};
	static char text[480];
	char a[40], b[40];
	int n = snprintf(text, sizeof(text), "%s, %s, balance of pins %+lld",
			 result(a, sizeof(a), "A", o->a_ret), result(b, sizeof(b), "B", o->b_ret),
			 (long long)(o->acquired - o->released));

	for (unsigned int i = 0; i < o->pages; i++) {
		const struct pinlab_order_folio *f = &o->after[i];

		n += snprintf(text + n, sizeof(text) - n,
			      "; references %+d, pin count %d, mapped %d, order %u%s%s%s%s%s%s, A got %s, B %s",
			      f->refcount - o->before[i].refcount, f->pincount, f->mapcount,
			      f->order, f->maybe_pinned ? ", pinned" : "",
			      f->exclusive ? ", exclusive" : "", f->dirty ? ", dirty" : "",
			      f->locked ? ", locked" : "",
			      f->anon_exclusive ? ", of one process" : "",
			      f->mapped_here ? "" : ", mapped here no longer", got[f->got[0] & 3],
			      got[f->got[1] & 3]);
	}
	return text;
}

int order_check_serial(struct row *r, const struct order_case *c, const struct pinlab_order *o,
		       bool a_first)
{
	struct order_held h[PINLAB_ORDER_PAGES] = {
		order_held(c->state[0]), order_held(c->state[1]),
	};
	int a_ret = 0, b_ret = 0;
	bool good;

	if (!c->b)
		return 0;
	if ((a_first && order_apply(c->a, h, c->pages, &a_ret)) ||
	    order_apply(c->b, h + c->b_from, c->b_pages, &b_ret) ||
	    (!a_first && order_apply(c->a, h, c->pages, &a_ret)))
		return 0;
	good = o->a_ret == a_ret && o->b_ret == b_ret && is_balanced(c, o);
	for (unsigned int i = 0; i < c->pages; i++)
		good = good && (h[i].many || (o->after[i].exclusive == h[i].exclusive &&
					      o->after[i].maybe_pinned == !!h[i].pins));
	if (good)
		return 0;
	torture_finding(r, PROMISE_RESULT,
			"%s: one after the other, %s first, came out otherwise than the contract says",
			order_title(c), a_first ? "A" : "B");
	torture_detail(r, "came: %s", order_outcome(o));
	torture_detail(r, "the contract: A %d, B %d, then %u pins%s", a_ret, b_ret, h[0].pins,
		       h[0].exclusive ? ", exclusive" : "");
	return -1;
}

/* Has it made somebody the owner, as its result says? */
static bool made_owner(const struct order_op *op, int ret)
{
	return op && (op->op == PINLAB_RETAKE ? !ret : order_op_owns(op) && ret > 0);
}

static const char *promise(const struct order_case *c, const struct order_serial *s,
			   const struct pinlab_order *o)
{
	bool a = made_owner(c->a, o->a_ret), b = made_owner(c->b, o->b_ret);
	const struct order_op *other = a ? c->b : c->a;

	if (a && b)
		return PROMISE_TWO_OWNERS;
	if (a != b && other && order_op_pins(other) && (a ? o->b_ret : o->a_ret) > 0)
		return PROMISE_BESIDE;
	if (o->a_ret != s->ab.a_ret || o->b_ret != s->ab.b_ret)
		return PROMISE_RESULT;
	return o->after[0].exclusive != s->ab.after[0].exclusive ? PROMISE_FLAG : PROMISE_COUNT;
}

static const char *fate(const struct pinlab_order *o)
{
	return o->fate == PINLAB_ORDER_SLEEPS ? " (B waits for A, asleep)" :
	       o->fate == PINLAB_ORDER_SPINS ? " (B waits for A, spinning)" :
	       o->fate == PINLAB_ORDER_UNKNOWN ? " (B was not at its end)" : "";
}

static void tell_folio(struct row *r, const char *when, const struct pinlab_order_folio *f)
{
	torture_detail(r, "%s: page %#llx, folio of order %u: references %#x, pin count %d, mapped %d times%s%s%s%s%s",
		       when, (unsigned long long)f->pfn, f->order, f->refcount, f->pincount,
		       f->mapcount, f->maybe_pinned ? ", pinned" : "",
		       f->exclusive ? ", exclusive" : "", f->dirty ? ", dirty" : "",
		       f->locked ? ", locked" : "", f->anon_exclusive ? ", of one process" : "");
}

void order_tell(struct row *r, const struct order_case *c, const struct order_serial *s,
		const struct pinlab_order *o, unsigned int steps)
{
	torture_finding(r, promise(c, s, o), "%s: A stopped before %s%s: what came is neither A;B nor B;A",
			order_title(c), o->where, fate(o));
	torture_detail(r, "came: %s", order_outcome(o));
	torture_detail(r, "A;B:  %s", order_outcome(&s->ab));
	torture_detail(r, "B;A:  %s", order_outcome(&s->ba));
	for (unsigned int i = 0; i < c->pages; i++) {
		tell_folio(r, "before", &o->before[i]);
		tell_folio(r, "after", &o->after[i]);
	}
	torture_detail(r, "instruction %u of %u that A has when it runs alone", o->steps, steps);
}
