// SPDX-License-Identifier: GPL-2.0
#include "guest/bench/bench.h"

#include <stdio.h>

#include "guest/clock.h"
#include "guest/machine/settle.h"

static const struct bench_config *cfg;

const struct bench_size batch_sizes[] = {
	{ .label = "1", .n = 1 },
	{ .label = "16", .n = 16 },
	{ .label = "512", .n = 512 },
	{ .label = NULL },
};

static int repeat(struct row *r)
{
	settle_batches();
	return r->bench->run(r);
}

static bool is_large(const struct row *r)
{
	return r->bench->once_from && r->size.n >= r->bench->once_from;
}

/* What takes a minute is exact the first time as well. */
static bool is_once(const struct row *r)
{
	return cfg->exact && is_large(r);
}

static void run_row(struct row *r)
{
	const struct bench *b = r->bench;
	unsigned int repeats = is_once(r) ? 1 : cfg->repeats, tries = 0;

	if (guest_clock.fault) {
		row_fail(r, "nothing can be timed here: %s", guest_clock.fault);
		return;
	}
	samples_begin(r);
	if (b->setup && b->setup(r))
		return;
	for (unsigned int i = 0; i < cfg->warmup && !is_once(r) && !row_has_verdict(r); i++)
		if (repeat(r))
			return;
	samples_keep(r);
	while (!samples_enough(r, repeats) && tries++ < cfg->tries && !row_has_verdict(r))
		if (repeat(r))
			return;
	if (row_has_verdict(r))
		return;
	if (cfg->profile)
		samples_mark(r, repeat);
	if (b->teardown && b->teardown(r))
		return;
	if (row_has_verdict(r))
		return;
	samples_send(r);
	mem_free(&r->mem);
}

static void each_row_of_kinds(struct row *like, unsigned int kinds, const struct bench_size *sizes,
			      void (*fn)(struct row *r))
{
	static const struct bench_size no_size[] = { { .label = "" }, { .label = NULL } };

	for (int k = 0; k <= MEM_NONE; k++) {
		if (!(kinds & KIND(k)))
			continue;
		for (const struct bench_size *s = sizes ? sizes : no_size; s->label; s++) {
			struct row r = *like;

			r.kind = k;
			r.size = *s;
			snprintf(r.name, sizeof(r.name), "%s%s%s%s%s", r.leaf->name,
				 k == MEM_NONE ? "" : "/", mem_kind_name(k),
				 *s->label ? "/" : "", s->label);
			fn(&r);
		}
	}
}

static void each_row(void (*fn)(struct row *r))
{
	struct leaves all = leaf_benches();

	for (size_t i = 0; i < all.n; i++) {
		const struct bench *b = all.v[i]->is;
		struct row like = { .leaf = all.v[i], .bench = b, .drv = -1, .mem = { .fd = -1 } };

		each_row_of_kinds(&like, b->kinds ? b->kinds : KIND(MEM_NONE), b->sizes, fn);
		each_row_of_kinds(&like, b->more_kinds, b->more_sizes, fn);
	}
}

static void list_row(struct row *r)
{
	if (r->leaf->hidden)
		return;
	printf("%s\t%s\t", r->name, needs_words(r->bench->needs));
	for (int i = 0; i < MAX_METRICS && r->bench->metrics[i].name; i++)
		printf("%s%s:%s", i ? "," : "", r->bench->metrics[i].name,
		       r->bench->metrics[i].per);
	printf("\t%s\t%s\n", r->bench->summary, is_large(r) ? "once" : "-");
}

void bench_list(void)
{
	each_row(list_row);
}

static void maybe_row(struct row *r)
{
	const struct row_body body = { .run = run_row };

	if (leaf_wanted(r->leaf, cfg->rows, r->name))
		row_run(r, r->bench->needs, &body);
}

void bench_run(const struct bench_config *config)
{
	cfg = config;
	samples_configure(cfg);
	rows_begin();
	each_row(maybe_row);
}
