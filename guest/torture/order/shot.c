// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/order/shot.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "guest/device.h"

#define LIMIT_US	100000

static int onto_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static void *be_b(void *arg)
{
	struct order_range *g = arg;
	int err = onto_cpu(1);

	while (!err) {
		struct pinlab_order_b b = { 0 };

		err = dev_order_b(g->r->drv, &b);
		if (err || !b.own)
			continue;
		b.done = g->own->run(&g->arena);
		err = dev_order_b(g->r->drv, &b);
	}
	return NULL;
}

int order_range_begin(struct order_range *g, struct row *r)
{
	pthread_t thread;
	int err = onto_cpu(0);

	*g = (struct order_range){ .r = r };
	if (!err)
		err = -pthread_create(&thread, NULL, be_b, g);
	if (err)
		return row_fail(r, "a thread on each of two CPUs: %s", strerror(-err));
	return 0;
}

void order_spoiled(struct order_range *g)
{
	if (g->arena.at)
		order_arena_free(&g->arena);
}

/* 0 or 1, as order_shot(). */
static int aim(struct order_range *g, const struct order_case *c, const char **why)
{
	if (g->arena.at && (g->arena.kind != c->kind || g->arena.pages != c->pages))
		order_spoiled(g);
	if (!g->arena.at && order_arena_new(&g->arena, c->kind, c->pages, g->r->drv, why))
		return 1;
	g->own = c->own;
	g->shot = (struct pinlab_order){
		.addr = (uintptr_t)g->arena.at,
		.offset = g->arena.at - g->arena.mem.addr,
		.pages = c->pages,
		.a = c->a->op,
		.b = c->b ? c->b->op : PINLAB_ORDER_OWN,
		.b_from = c->b_from,
		.b_pages = c->b_pages,
		.state = { c->state[0], c->state[1] },
		.memfd = g->arena.mem.fd,
		.limit_us = LIMIT_US,
	};
	return 0;
}

static int fire(struct order_range *g, const struct order_case *c)
{
	int err;

	do {
		err = dev_order(g->r->drv, &g->shot);
	} while (err == -ENOTCONN && !sched_yield());
	if (c->own && g->shot.mode != PINLAB_ORDER_TRACE) {
		if (c->own->end)
			c->own->end(&g->arena);
		order_spoiled(g);
	}
	if (err == -ETIMEDOUT)
		return torture_finding(g->r, PROMISE_STUCK, "%s: A stopped before %s, B does not end",
				       order_title(c), g->shot.where);
	return err ? row_fail(g->r, "%s: %s", order_title(c), strerror(-err)) : 0;
}

int order_shot(struct order_range *g, const struct order_case *c, uint32_t mode, uint32_t stop,
	       const char **why)
{
	int err = aim(g, c, why);

	if (err)
		return err;
	g->shot.mode = mode;
	g->shot.stop = stop;
	return fire(g, c);
}

int order_trace(struct order_range *g, const struct order_case *c,
		struct pinlab_order_point *points, uint32_t room, const char **why)
{
	int err = aim(g, c, why);

	if (err)
		return err;
	g->shot.mode = PINLAB_ORDER_TRACE;
	g->shot.trace = (uintptr_t)points;
	g->shot.room = room;
	return fire(g, c);
}
