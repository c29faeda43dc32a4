// SPDX-License-Identifier: GPL-2.0
/*
 * How many ordinary references does a folio bear, and from which count on are
 * they mistaken for a pin, or for exclusivity?
 *
 * Oracle: the kernel's own answers at each count; the contract lets a small
 * folio err towards refusal. What is held stays where it is, and all counts
 * come back.
 * Varies: small folio and large one; no pin, one pin, one exclusive pin beside.
 */
#include <stdio.h>
#include <string.h>

#include "guest/device.h"
#include "guest/torture/limits.h"

/* The references that nobody can have taken by calls in time. */
static int set_to(struct mass *m, long count, long *set)
{
	if (mass_set(m, -*set, false))
		return -1;
	*set = count - mass_refs(m);
	return mass_set(m, *set, false);
}

/*
 * A pin is taken, then the counter set, then it is released; at powers of two
 * and right below, because that is where a bit changes its meaning.
 */
static int release_at(struct mass *m, enum pinlab_op op, long count, int *err,
		      unsigned int *warnings)
{
	long set = 0;

	if (mass_take(m, op, 1, 1) != 1)
		return row_fail(m->r, "a pin of a page that is free: %s", strerror(-m->err));
	torture_take_warnings(m->r);
	if (set_to(m, count, &set) || mass_give(m, op, 1, 1))
		return -1;
	*err = m->err;
	*warnings = torture_take_warnings(m->r);
	if (mass_set(m, -set, false) || (*err && mass_give(m, op, 1, 1)))
		return -1;
	if (m->err)
		return torture_finding(m->r, PROMISE_LEAK,
				       "a pin was not taken back at %ld references, and not without them",
				       count);
	return mass_check(m);
}

static int release_fact(struct mass *m, const char *name, enum pinlab_op op, long least)
{
	char text[300] = "";
	int last = 1;

	for (int i = 0; i < 2 * 32; i++) {
		long count = (1l << i / 2) - 1 + i % 2;
		unsigned int warnings = 0;
		int err = 0;

		if (count < least || count > 1l << 31)
			continue;
		if (release_at(m, op, count, &err, &warnings))
			return -1;
		if (err && op == PINLAB_PIN_FAST)
			torture_finding(m->r, PROMISE_RESULT,
					"%s: with %s references an ordinary pin is not taken back, and the contract says that no ordinary release is refused",
					name, count_text(count));
		if (err == last)
			continue;
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s%s",
			 *text ? "; " : "", last ? "" : "simulated, counter set: ",
			 err ? "not taken back, it stays until there are fewer," : "taken back",
			 *text ? limits_text(" from %s on", count_text(count)) : "",
			 warnings ? ", with a warning" : "");
		last = err;
	}
	torture_fact(m->r, name, "%s", text);
	return 0;
}

static int beside_nothing(struct mass *m, const char *kind)
{
	static const struct line l[] = {
		{ "looks-pinned", { ask_looks_pinned, yes_text } },
		{ "get", { ask_get, answer_text } },
		{ "pin", { ask_pin, answer_text } },
		{ "looks-exclusive", { ask_looks_exclusive, yes_text }, true },
		{ "exclusive-pin", { ask_exclusive, answer_text }, true },
		{ "retake-without-a-pin", { ask_retake, answer_text, .never = true }, true },
		{ NULL }
	};

	return lines_fact(m, kind, l);
}

static int beside_a_pin(struct mass *m, const char *kind)
{
	static const struct line l[] = {
		{ "retake", { ask_retake, answer_text }, true },
		{ NULL }
	};
	char prefix[48], release[64];

	snprintf(prefix, sizeof(prefix), "%s/beside-a-pin", kind);
	snprintf(release, sizeof(release), "%s/release", prefix);
	if (mass_take(m, PINLAB_PIN_FAST, 1, 1) != 1)
		return row_fail(m->r, "one pin: %s", strerror(-m->err));
	if (lines_fact(m, prefix, l) || mass_give(m, PINLAB_PIN_FAST, 1, 1))
		return -1;
	return release_fact(m, release, PINLAB_PIN_FAST, 2048);
}

static int beside_an_exclusive_pin(struct mass *m, const char *kind)
{
	static const struct line l[] = {
		{ "looks-exclusive", { ask_looks_exclusive, yes_text }, true },
		{ "pin", { ask_pin, answer_text }, true },
		{ "get", { ask_get, answer_text }, true },
		{ NULL }
	};
	bool have = dev_has_exclusive();
	char prefix[48], release[64];

	snprintf(prefix, sizeof(prefix), "%s/beside-an-exclusive-pin", kind);
	snprintf(release, sizeof(release), "%s/release", prefix);
	if (have && mass_take(m, PINLAB_EXC_FAST, 1, 1) != 1)
		return row_fail(m->r, "an exclusive pin: %s", strerror(-m->err));
	if (lines_fact(m, prefix, l))
		return -1;
	if (!have) {
		torture_fact(m->r, release, NO_EXCLUSIVE);
		return 0;
	}
	if (mass_give(m, PINLAB_EXC_FAST, 1, 1))
		return -1;
	return release_fact(m, release, PINLAB_EXC_FAST,
			    mem_is_large(m->r->mem.kind) ? 2048 : (1l << 30) + 2048);
}

static int of_kind(struct row *r, enum mem_kind kind, const char *name)
{
	const char *why = "";
	struct mass m;
	int err = mem_alloc(&r->mem, kind, PAGE_BYTES, &why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	err = mass_begin(r, &m, r->mem.addr, -1);
	if (!err)
		err = beside_nothing(&m, name);
	if (!err)
		err = beside_a_pin(&m, name);
	if (!err)
		err = beside_an_exclusive_pin(&m, name);
	if (!err)
		err = mass_end(&m);
	mem_free(&r->mem);
	return err;
}

static int run(struct row *r)
{
	int ret = of_kind(r, MEM_ANON, "small");

	return ret ? ret : of_kind(r, MEM_ANON_THP, "large");
}

PINLAB_SCENARIO = {
	.summary	= "how many references a folio can have, and what they are mistaken for",
	.fixed		= true,
	.run		= run,
};
