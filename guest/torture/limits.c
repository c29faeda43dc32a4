// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "guest/device.h"
#include "guest/needs.h"

#define TEXTS		16
#define TEXT_BYTES	400
#define AROUND		3	/* real calls up to a place that was found by setting */
#define NEAR		8	/* a power of two is named beside a number so near to it */
#define MAX_CHANGES	4	/* of one answer */

const char *limits_text(const char *fmt, ...)
{
	static char texts[TEXTS][TEXT_BYTES];
	static unsigned int next;
	char *s = texts[next++ % TEXTS];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s, TEXT_BYTES, fmt, ap);
	va_end(ap);
	return s;
}

const char *count_text(long n)
{
	int bit = n < 1024 ? 0 : 63 - __builtin_clzl(n + NEAR);
	long off = n - (1l << bit);

	if (n < 1024 || off > NEAR || off < -NEAR)
		return limits_text("%ld", n);
	if (!off)
		return limits_text("%ld (2^%d)", n, bit);
	return limits_text("%ld (2^%d %c %ld)", n, bit, off < 0 ? '-' : '+', labs(off));
}

const char *answer_text(int err)
{
	if (!err)
		return "given";
	if (err == -EPROTO)
		return "not the same for all ways";
	if (err == NOT_OFFERED)
		return "not offered by this kernel";
	return limits_text("refused (-%s)", strerrorname_np(-err));
}

const char *yes_text(int yes)
{
	return yes == NOT_OFFERED ? answer_text(yes) : yes ? "yes" : "no";
}

/* The answer that all of these ways give, else -EPROTO. */
static int ask_all(struct mass *m, const enum pinlab_op *ops, size_t n)
{
	int answer = mass_ask(m, ops[0]);

	for (size_t i = 1; i < n; i++)
		if (mass_ask(m, ops[i]) != answer)
			return -EPROTO;
	return answer;
}

int ask_pin(struct mass *m)
{
	static const enum pinlab_op ops[] = {
		PINLAB_PIN_FAST, PINLAB_PIN_SLOW, PINLAB_PIN_LT_FAST, PINLAB_PIN_LT_SLOW,
		PINLAB_PIN_REMOTE,
	};

	return ask_all(m, ops, sizeof(ops) / sizeof(*ops));
}

int ask_exclusive(struct mass *m)
{
	static const enum pinlab_op ops[] = { PINLAB_EXC_FAST, PINLAB_EXC_SLOW };

	return ask_all(m, ops, sizeof(ops) / sizeof(*ops));
}

int ask_get(struct mass *m)
{
	return mass_ask(m, PINLAB_GET_FAST);
}

int ask_retake(struct mass *m)
{
	return dev_has_op(PINLAB_RETAKE) ? mass_ask(m, PINLAB_RETAKE) : NOT_OFFERED;
}

int ask_looks_pinned(struct mass *m)
{
	return mass_set(m, 0, false) ? -EIO : (int)m->info.maybe_pinned;
}

int ask_looks_exclusive(struct mass *m)
{
	if (needs_missing(NEEDS_QUERY))
		return NOT_OFFERED;
	return mass_set(m, 0, false) ? -EIO : (int)m->info.exclusive;
}

int lines_fact(struct mass *m, const char *prefix, const struct line *l)
{
	for (; l->name; l++) {
		char name[64];

		snprintf(name, sizeof(name), "%s/%s", prefix, l->name);
		if (l->exclusive && !dev_has_exclusive())
			torture_fact(m->r, name, NO_EXCLUSIVE);
		else if (limit_fact(m, name, &l->q))
			return -1;
	}
	return 0;
}

static int call(struct mass *m, struct pinlab_mass *q)
{
	int err;

	q->addr = (uintptr_t)m->addr;
	if (!q->batch)
		q->batch = 1;
	if (q->op == PINLAB_PIN_MEMFD) {
		q->addr = 0;
		q->target = m->memfd;
	}
	err = dev_mass(m->fd, q);
	if (err)
		return row_fail(m->r, "the driver's limits, call %u of op %u: %s", q->what, q->op,
				strerror(-err));
	m->info = q->info;
	m->err = q->err;
	return 0;
}

static uint64_t pfn_of(const char *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t v = 0;

	if (fd < 0)
		return 0;
	if (pread(fd, &v, sizeof(v), (uintptr_t)addr / PAGE_BYTES * sizeof(v)) != sizeof(v))
		v = 0;
	close(fd);
	/* Bit 63: present; bits 0 to 54: the frame. */
	return v >> 63 ? v & ((1ull << 55) - 1) : 0;
}

int mass_check(struct mass *m)
{
	struct pinlab_mass look = { .what = PINLAB_MASS_LOOK };

	if (call(m, &look))
		return -1;
	if (!m->info.refcount)
		return torture_finding(m->r, PROMISE_COUNT,
				       "the page is held, and its reference count is 0");
	if (pfn_of(m->addr) != m->start.pfn)
		return torture_finding(m->r, PROMISE_CONTENT,
				       "the page at pfn %#llx is held, and pfn %#llx is mapped",
				       (unsigned long long)m->start.pfn,
				       (unsigned long long)pfn_of(m->addr));
	if (*(volatile uint64_t *)m->addr != m->stamp)
		return torture_finding(m->r, PROMISE_CONTENT,
				       "the page is held, and what was written there is gone");
	return 0;
}

int mass_begin(struct row *r, struct mass *m, char *addr, int memfd)
{
	struct pinlab_mass hold = { .what = PINLAB_MASS_HOLD };
	struct pinlab_mass touch = { .what = PINLAB_MASS_ASK, .op = PINLAB_PIN_SLOW };

	*m = (struct mass){ .r = r, .addr = addr, .memfd = memfd, .stamp = 0x6c696d697473ull };
	m->fd = dev_open();
	if (m->fd < 0)
		return row_fail(r, "/dev/pinlab: %s", strerror(-m->fd));
	*(volatile uint64_t *)addr = m->stamp;
	if (call(m, &hold))
		return -1;
	/* The slow path marks pages as used: a move between lists takes a reference meanwhile. */
	for (int i = 0; i < 4; i++)
		if (call(m, &touch))
			return -1;
	torture_drain();
	hold.what = PINLAB_MASS_LOOK;
	if (call(m, &hold))
		return -1;
	m->start = m->info;
	return mass_check(m);
}

static bool same_counts(const struct pinlab_page_info *a, const struct pinlab_page_info *b)
{
	return a->refcount == b->refcount && a->pincount == b->pincount &&
	       a->maybe_pinned == b->maybe_pinned && a->exclusive == b->exclusive;
}

/* Are the counts these? A reference of a batch of LRU moves is driven out first. */
static int settle(struct mass *m, const struct pinlab_page_info *want, bool *same)
{
	struct pinlab_mass look = { .what = PINLAB_MASS_LOOK };

	*same = same_counts(&m->info, want);
	if (*same)
		return 0;
	torture_drain();
	if (call(m, &look))
		return -1;
	*same = same_counts(&m->info, want);
	return 0;
}

int mass_end(struct mass *m)
{
	struct pinlab_mass end = { .what = PINLAB_MASS_END };
	struct pinlab_mass hold = { .what = PINLAB_MASS_HOLD };
	struct pinlab_page_info start = m->start;
	bool same;
	int ret;

	/* What is looked at in the end is the page that is mapped, so a lost one shows. */
	if (call(m, &end) || call(m, &hold))
		return -1;
	ret = mass_check(m);
	if (!ret)
		ret = settle(m, &start, &same);
	if (!ret && !same)
		ret = torture_finding(m->r, PROMISE_COUNT,
				      "all was given back, and the page has refcount %#x, pin count %d%s%s, where it had %#x and %d",
				      m->info.refcount, m->info.pincount,
				      m->info.maybe_pinned ? ", looks pinned" : "",
				      m->info.exclusive ? ", looks exclusive" : "",
				      start.refcount, start.pincount);
	close(m->fd);
	m->fd = -1;
	return ret;
}

long mass_take(struct mass *m, enum pinlab_op op, long n, unsigned int batch)
{
	struct pinlab_mass q = { .what = PINLAB_MASS_TAKE, .op = op, .n = n, .batch = batch };

	return call(m, &q) ? -1 : q.done;
}

int mass_give(struct mass *m, enum pinlab_op op, long n, unsigned int batch)
{
	struct pinlab_mass q = { .what = PINLAB_MASS_GIVE, .op = op, .n = n, .batch = batch };

	if (call(m, &q))
		return -1;
	if (q.done != n && m->err != -EBUSY)
		return row_fail(m->r, "gave back %lld of %ld", (long long)q.done, n);
	return 0;
}

int mass_ask(struct mass *m, enum pinlab_op op)
{
	struct pinlab_mass q = { .what = PINLAB_MASS_ASK, .op = op };
	struct pinlab_page_info before;
	int err;
	bool same;

	if (mass_set(m, 0, false))
		return -EIO;
	before = m->info;
	if (call(m, &q))
		return -EIO;
	err = m->err;
	if (m->others)
		return err;
	if (settle(m, &before, &same))
		return -EIO;
	/* Less: what the batches held before. */
	if (!same && (m->info.refcount >= before.refcount ||
		      m->info.refcount < before.refcount - 4))
		torture_finding(m->r, PROMISE_TRACE,
				"op %u was %s and is over: refcount was %#x and is %#x, pin count %d and %d",
				op, answer_text(err), before.refcount, m->info.refcount,
				before.pincount, m->info.pincount);
	return err;
}

int mass_set(struct mass *m, long n, bool pins)
{
	struct pinlab_mass q = { .what = PINLAB_MASS_SET, .n = n, .pins = pins ? n : 0 };

	/* The driver takes what fits into an int. */
	while (n != (int)n) {
		long part = n > 0 ? INT32_MAX : INT32_MIN;

		if (mass_set(m, part, pins))
			return -1;
		n -= part;
		q.n = n;
		q.pins = pins ? n : 0;
	}
	return call(m, &q);
}

/* While places are looked for: how many were added, and how. */
struct search {
	struct mass *m;
	const struct question *q;
	long real, set;
	int answer;		/* where it stands */
};

static long counted(const struct search *s)
{
	return s->q->pins ? (uint32_t)s->m->info.pincount : mass_refs(s->m);
}

static enum pinlab_op adder(const struct search *s)
{
	return s->q->pins ? PINLAB_PIN_FAST : PINLAB_GET_FAST;
}

/* Bring what was added to n, by real calls as long as that is quick. */
static int go_to(struct search *s, long n)
{
	long real = n <= LIMIT_REAL ? n : s->real, set;

	if (s->set && mass_set(s->m, -s->set, s->q->pins))
		return -1;
	s->set = 0;
	if (real < s->real && mass_give(s->m, adder(s), s->real - real, 1))
		return -1;
	if (real > s->real && mass_take(s->m, adder(s), real - s->real, 1) != real - s->real)
		return row_fail(s->m->r, "%ld references by real calls: %s", real,
				strerror(-s->m->err));
	s->real = real;
	set = n - real;
	if (set && mass_set(s->m, set, s->q->pins))
		return -1;
	s->set = set;
	return 0;
}

/* With n added: 1 if the answer is another one than `before`. */
static int differs(struct search *s, long n, int before)
{
	if (go_to(s, n))
		return -1;
	s->answer = s->q->ask(s->m);
	return s->answer != before;
}

/* The smallest number above `from` with another answer: 1, 0: none below end, -1. */
static int find(struct search *s, long from, long end, long *place)
{
	int before = s->answer, d = 0;
	long low = from, step;

	for (step = 1; !d && low < end; step *= 2) {
		*place = from + step < end ? from + step : end;
		d = differs(s, *place, before);
		if (!d)
			low = *place;
	}
	if (d <= 0)
		return d;
	while (d >= 0 && *place - low > 1) {
		long middle = low + (*place - low) / 2;

		d = differs(s, middle, before);
		if (d > 0)
			*place = middle;
		else
			low = middle;
	}
	return d < 0 ? d : differs(s, *place, before);
}

/* A place that was found by setting the counter: cross it by real calls. */
static int confirm(struct search *s, long place, int before)
{
	int ret = go_to(s, place - AROUND);

	for (int i = 1; i <= AROUND && !ret; i++) {
		bool there = i == AROUND;

		/* What is asked for may end behind where nothing can be added by calls. */
		if (mass_take(s->m, adder(s), 1, 1) != 1)
			return mass_give(s->m, adder(s), i - 1, 1);
		if ((s->q->ask(s->m) != before) != there)
			ret = row_fail(s->m->r,
				       "with the counter set the answer changes at %ld, by real calls elsewhere",
				       place);
	}
	return ret ? ret : mass_give(s->m, adder(s), AROUND, 1);
}

static void append(struct search *s, char *text, size_t len, bool first_set)
{
	unsigned int warnings;

	torture_take_warnings(s->m->r);
	s->answer = s->q->ask(s->m);
	warnings = torture_take_warnings(s->m->r);
	snprintf(text + strlen(text), len - strlen(text), "; %s%s from %s%s on%s%s",
		 first_set ? "simulated, counter set: " : "", s->q->word(s->answer),
		 count_text(counted(s)), !s->q->pins ? "" : counted(s) == 1 ? " pin" : " pins",
		 warnings ? ", with a warning" : "",
		 s->q->pins && mass_refs(s->m) >= 1l << 31 ?
		 ": the reference count is 2^31 then" : "");
}

int limit_fact(struct mass *m, const char *name, const struct question *q)
{
	struct search s = { .m = m, .q = q };
	long place = 0, end, first = 0;
	char text[TEXT_BYTES];
	bool set = false;
	int found = 1;

	torture_take_warnings(m->r);
	s.answer = q->ask(m);
	snprintf(text, sizeof(text), "%s", q->word(s.answer));
	end = (q->pins && m->most_pins ? m->most_pins : LIMIT_END) - counted(&s);
	for (int i = 0; i < MAX_CHANGES && place < end; i++) {
		int before = s.answer;

		found = find(&s, place, end, &place);
		if (found <= 0)
			break;
		if ((s.set && confirm(&s, place, before)) || go_to(&s, place))
			return -1;
		append(&s, text, sizeof(text), s.set && !set);
		set = s.set;
		if (!first)
			first = counted(&s);
		if (q->pins && q->ask == ask_pin && s.answer) {
			m->most_pins = counted(&s);
			break;
		}
	}
	if (found < 0 || go_to(&s, 0))
		return -1;
	torture_take_warnings(m->r);
	if (!first && q->pins)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 ", up to the most pins (simulated)");
	else if (!first)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", up to 2^31 (simulated)");
	torture_fact(m->r, name, "%s", text);
	if (first)
		torture_figure(m->r, name, q->pins ? "pins" : "references", first);
	return mass_check(m);
}
