// SPDX-License-Identifier: GPL-2.0
/*
 * The reference model of the contract, without a kernel: its predictions row
 * by row of the table, the sequences that are drawn, how a failing one is made
 * small, and the program that it becomes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Guest code, which is not among the objects that tests are linked with. */
#include "guest/model/state.c"
#include "guest/model/changes.c"
#include "guest/model/rules.c"
#include "guest/model/predict.c"
#include "guest/model/gen.c"
#include "guest/model/shrink.c"
#include "guest/model/text.c"
#include "guest/model/print_text.c"
#include "guest/model/print.c"

#define PFN	0x100000u
#define ANY	0x1000	/* -EBUSY or success */

uint64_t rng_next(struct rng *g)
{
	return g->state = g->state * 6364136223846793005ull + 1442695040888963407ull;
}

uint64_t rng_below(struct rng *g, uint64_t n)
{
	return n ? (rng_next(g) >> 16) % n : 0;
}

static const struct model_caps caps = {
	.kinds = (1u << MK_NR) - 1, .exclusive = true, .ops = ~0ull, .memfd = true,
	.nodes = true, .split = true,
};

static struct model m;
static struct model_seq seq;

static void start(enum model_kind kind)
{
	seq = (struct model_seq){ .nr_regions = 1 };
	seq.region[0] = (struct model_region){ .kind = kind, .pages = 512 };
	model_init(&m, &seq, &caps);
}

static void look_at(struct model_look *l, unsigned int page, int refs)
{
	unsigned int unit = model_kind_unit(seq.region[0].kind);

	*l = (struct model_look){ .there = 1, .pfn = PFN + page, .page = page, .refcount = refs };
	l->head = l->pfn & ~(unit - 1);
	for (l->order = 0; 1u << l->order < unit; l->order++)
		;
}

static struct model_op operation(unsigned int what, unsigned int op, unsigned int slot,
				 unsigned int page, unsigned int pages)
{
	return (struct model_op){ .what = what, .op = op, .slot = slot, .page = page,
				  .pages = pages, .times = 1 };
}

/* What the model predicts: pages, -errno, or ANY. */
static int predict(unsigned int op, unsigned int page, unsigned int pages, int refs)
{
	struct model_op o = operation(MW_TAKE, op, 3, page, pages);
	static struct model_look look[MODEL_PAGES];
	static struct model_predict p;

	for (unsigned int i = 0; i < pages; i++)
		look_at(&look[i], page + i, refs);
	model_predict_take(&m, &o, look, pages, &p);
	if (p.most && p.may_end[0])
		return ANY;
	return p.most ? (int)p.most : p.error;
}

static void take(unsigned int op, unsigned int slot, unsigned int page, unsigned int pages)
{
	struct model_op o = operation(MW_TAKE, op, slot, page, pages);
	static struct model_look look[MODEL_PAGES];

	for (unsigned int i = 0; i < pages; i++)
		look_at(&look[i], page + i, 1);
	assert_true(model_applies(&m, &o));
	model_took(&m, &o, look, pages);
}

static void give(unsigned int op, unsigned int slot, unsigned int pages)
{
	struct model_op o = operation(MW_GIVE, op, slot, 0, pages);

	assert_true(model_applies(&m, &o));
	assert_int_equal(model_pages(&m, &o), pages);
	model_gave(&m, &o, pages);
}

static void change(unsigned int op, unsigned int slot)
{
	struct model_op o = operation(MW_CHANGE, op, slot, 0, 1);

	assert_true(model_applies(&m, &o));
	if (op == PINLAB_DROP)
		model_dropped(&m, m.proc[0].slot[0][slot].page[0].pfn);
	else
		model_retook(&m, m.proc[0].slot[0][slot].page[0].pfn);
	model_changed(&m, &o, 1, true);
}

static int retake(unsigned int slot, int refs)
{
	struct model_look look;
	int alt, want;

	look_at(&look, 0, refs);
	want = model_predict_retake(&m, &m.proc[0].slot[0][slot].page[0], &look, &alt);
	return alt <= 0 && alt != want ? ANY : want;
}

static bool bug(unsigned int op, unsigned int slot)
{
	struct model_op o = operation(MW_BUG, op, slot, 0, 1);

	return model_applies(&m, &o);
}

static const unsigned int ordinary_ops[] = {
	PINLAB_PIN_FAST, PINLAB_PIN_SLOW, PINLAB_PIN_REMOTE, PINLAB_PIN_LT_FAST,
	PINLAB_PIN_LT_SLOW, PINLAB_PIN_MEMFD,
};

/* One column of the table: what a request gets in this state. */
static void check_column(int ordinary, int exclusive)
{
	for (int i = 0; i < 6; i++)
		assert_int_equal(predict(ordinary_ops[i], 0, 1, 1), ordinary);
	assert_int_equal(predict(PINLAB_EXC_FAST, 0, 1, 1), exclusive);
	assert_int_equal(predict(PINLAB_EXC_SLOW, 0, 1, 1), exclusive);
	assert_int_equal(predict(PINLAB_GET_FAST, 0, 1, 1), 1);
}

static void check_table(enum model_kind kind)
{
	start(kind);
	check_column(1, 1);				/* U */
	take(PINLAB_PIN_FAST, 0, 0, 1);
	check_column(1, -EBUSY);			/* P(1) */
	assert_int_equal(retake(0, MODEL_BIAS + 1), 0);
	assert_true(bug(PINLAB_UNPIN_EXC, 0) && bug(PINLAB_DROP, 0) && !bug(PINLAB_UNPIN, 0));
	take(PINLAB_PIN_LT_SLOW, 1, 0, 1);
	check_column(1, -EBUSY);			/* P(2) */
	assert_int_equal(model_pins(&m), 2);
	assert_int_equal(retake(0, 2 * MODEL_BIAS + 1), -EBUSY);
	give(PINLAB_UNPIN, 0, 1);
	give(PINLAB_UNPIN_DIRTY, 1, 1);
	check_column(1, 1);				/* U again, and forgotten */
	assert_int_equal(m.nr_folios, 0);
	take(PINLAB_EXC_FAST, 0, 0, 1);
	check_column(-EBUSY, -EBUSY);			/* X */
	assert_int_equal(retake(0, MODEL_BIAS + 1), -EBUSY);
	assert_true(bug(PINLAB_UNPIN, 0) && !bug(PINLAB_UNPIN_EXC, 0) && !bug(PINLAB_DROP, 0));
	change(PINLAB_DROP, 0);
	check_column(1, -EBUSY);			/* P(1) */
	change(PINLAB_RETAKE, 0);
	check_column(-EBUSY, -EBUSY);			/* X */
	give(PINLAB_UNPIN_EXC, 0, 1);
	check_column(1, 1);				/* U */
	take(PINLAB_GET_FAST, 0, 0, 1);
	check_column(1, 1);				/* a reference is no pin */
	assert_int_equal(retake(0, 2), -EINVAL);
}

static void test_table(void **state)
{
	(void)state;
	check_table(MK_SHMEM);
	check_table(MK_SHMEM_THP);
	check_table(MK_HUGETLB);
}

static void test_middle(void **state)
{
	(void)state;
	start(MK_ANON);
	take(PINLAB_EXC_SLOW, 0, 3, 1);
	assert_int_equal(predict(PINLAB_PIN_FAST, 0, 8, 1), 3);
	assert_int_equal(predict(PINLAB_EXC_FAST, 3, 8, 1), -EBUSY);
	take(PINLAB_PIN_FAST, 1, 1, 1);
	assert_int_equal(predict(PINLAB_EXC_FAST, 0, 8, 1), 1);
	m.proc[0].prot[0][5] = MP_READ;
	assert_int_equal(predict(PINLAB_PIN_FAST, 4, 8, 1), 1);
	assert_int_equal(predict(PINLAB_PIN_FAST, 5, 1, 1), -EFAULT);
}

static void test_large(void **state)
{
	(void)state;
	start(MK_ANON_MTHP);
	take(PINLAB_EXC_FAST, 0, 2, 8);
	assert_int_equal(model_pins(&m), 8);
	/* Of one folio, so of one owner; the next folio is free. */
	assert_int_equal(predict(PINLAB_EXC_FAST, 15, 4, 1), -EBUSY);
	assert_int_equal(predict(PINLAB_EXC_FAST, 16, 4, 1), 4);
	give(PINLAB_UNPIN_EXC, 0, 7);
	assert_int_equal(predict(PINLAB_PIN_FAST, 0, 1, 1), -EBUSY);
	give(PINLAB_UNPIN_EXC, 0, 1);
	assert_int_equal(predict(PINLAB_EXC_FAST, 0, 16, 1), 16);
	/* Dropped while several pages are held, it cannot be had again. */
	take(PINLAB_EXC_FAST, 0, 2, 8);
	change(PINLAB_DROP, 0);
	assert_int_equal(retake(0, 0), -EBUSY);
}

static void test_many_references(void **state)
{
	(void)state;
	start(MK_SHMEM);
	assert_int_equal(predict(PINLAB_EXC_FAST, 0, 1, MODEL_MANY), ANY);
	assert_int_equal(predict(PINLAB_EXC_FAST, 0, 1, 900), 1);
	assert_int_equal(predict(PINLAB_PIN_FAST, 0, 1, MODEL_MANY), 1);
	take(PINLAB_PIN_FAST, 0, 0, 1);
	assert_int_equal(retake(0, MODEL_BIAS + MODEL_MANY), ANY);
	start(MK_SHMEM_THP);
	assert_int_equal(predict(PINLAB_EXC_FAST, 0, 1, MODEL_MANY), 1);
}

/* A hole in the file, or MADV_DONTNEED, and what can be said of the place then. */
static void test_memory(void **state)
{
	struct model_op o = operation(MW_PUNCH, 0, 0, 0, 1);
	struct model_look gone[1] = { { .there = 0 } };
	struct model_predict p;

	(void)state;
	start(MK_SHMEM);
	take(PINLAB_EXC_FAST, 0, 0, 1);
	o.what = MW_DONTNEED;
	model_memory(&m, &o, 0);
	/* Not mapped any more, but in the page cache. */
	o = operation(MW_TAKE, PINLAB_PIN_FAST, 1, 0, 1);
	model_predict_take(&m, &o, gone, 1, &p);
	assert_int_equal(p.most, 0);
	assert_int_equal(p.error, -EBUSY);
	o.what = MW_PUNCH;
	model_memory(&m, &o, 0);
	o.what = MW_TAKE;
	model_predict_take(&m, &o, gone, 1, &p);
	assert_int_equal(p.most, 1);
	assert_int_equal(model_pins(&m), 1);
	model_closed(&m, 0, 0);
	assert_int_equal(m.nr_folios, 0);
}

static void test_generator(void **state)
{
	static struct model_seq a, b;
	unsigned int what[MW_NR] = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 400; i++) {
		model_generate(&a, &caps, 7, i);
		model_generate(&b, &caps, 7, i);
		assert_memory_equal(&a, &b, sizeof(a));
		assert_in_range(a.n, 1, MODEL_OPS);
		for (unsigned int k = 0; k < a.n; k++) {
			assert_in_range(a.op[k].region, 0, a.nr_regions - 1);
			what[a.op[k].what]++;
		}
		for (unsigned int r = 0; r < a.nr_regions; r++)
			assert_in_range(a.region[r].offset + a.region[r].pages, 1, MODEL_PAGES);
	}
	for (unsigned int k = 0; k < MW_NR; k++)
		assert_true(what[k]);
}

/* Fails where an exclusive pin of a page comes behind an ordinary one of the same. */
static bool has_both(const struct model_seq *s, void *arg)
{
	unsigned int *runs = arg;

	++*runs;
	for (unsigned int i = 0; i < s->n; i++)
		for (unsigned int k = i + 1; k < s->n; k++)
			if (s->op[i].what == MW_TAKE && s->op[k].what == MW_TAKE &&
			    s->op[i].op == PINLAB_PIN_FAST && s->op[k].op == PINLAB_EXC_FAST &&
			    s->op[i].page == s->op[k].page)
				return true;
	return false;
}

static bool always(void *arg)
{
	(void)arg;
	return true;
}

static void test_shrinker(void **state)
{
	struct model_seq s;
	unsigned int runs = 0;

	(void)state;
	model_generate(&s, &caps, 1, 3);
	while (s.n < 12)
		s.op[s.n++] = operation(MW_WRITE, 0, 0, 0, 1);
	s.op[2] = operation(MW_TAKE, PINLAB_PIN_FAST, 1, 1, 3);
	s.op[s.n - 2] = operation(MW_TAKE, PINLAB_EXC_FAST, 2, 1, 5);
	assert_true(has_both(&s, &runs));
	model_shrink(&s, has_both, always, &runs);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.op[0].op, PINLAB_PIN_FAST);
	assert_int_equal(s.op[1].op, PINLAB_EXC_FAST);
	assert_int_equal(s.op[0].pages, 1);
	assert_int_equal(s.op[1].pages, 1);
	assert_in_range(runs, 2, 400);
}

static int compile(const struct model_seq *s, const struct model_outcome *out)
{
	char path[] = "/tmp/pinlab-model-XXXXXX.c", command[256];
	int fd = mkstemps(path, 2), ret;
	FILE *f = fdopen(fd, "w");

	assert_non_null(f);
	model_print(f, s, out);
	fclose(f);
	snprintf(command, sizeof(command),
		 "gcc -Wall -Wextra -Werror -O1 -S -o /dev/null -I include %s", path);
	ret = system(command);
	if (!ret)
		unlink(path);
	return ret;
}

static void test_programs(void **state)
{
	static struct model_outcome out;
	static struct model_seq s;

	(void)state;
	for (unsigned int check = MC_RESULT; check < MC_SETUP; check++) {
		model_generate(&s, &caps, 11, check);
		out = (struct model_outcome){ .fail = { .check = check, .promise = "count",
							.text = "text", .op = s.n - 1 } };
		for (unsigned int i = 0; i < s.n; i++)
			out.trace[i] = (struct model_trace){ .ran = true, .pages = 1,
				.result = s.op[i].what < MW_BUG ? 1 : 0 };
		assert_int_equal(compile(&s, &out), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_middle),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_many_references),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_generator),
		cmocka_unit_test(test_shrinker),
		cmocka_unit_test(test_programs),
	};

	return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
