/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits: one page with very many references and pins, by the driver
 * (driver/mass.c), and how that is put in words.
 */
#ifndef PINLAB_GUEST_TORTURE_LIMITS_H
#define PINLAB_GUEST_TORTURE_LIMITS_H

#include "guest/torture/torture.h"

/* A page while its counts are driven up; what was taken goes with the file. */
struct mass {
	struct row *r;
	int fd;
	char *addr;
	int memfd;			/* -1: none; then addr is at its offset 0 */
	uint64_t stamp;			/* what is written there */
	struct pinlab_page_info start;	/* refcounts here include the driver's one */
	struct pinlab_page_info info;	/* after the last call */
	int err;			/* of the last call: 0 or -errno */
	bool others;			/* let go of it by themselves: do not compare its counts */
	/*
	 * Pins of a large folio at which the next is refused; 0: not known. More
	 * are never set, because no calls can bring them there.
	 */
	long most_pins;
};

/* All of these: 0, or -1 after row_fail() or torture_finding(), unless they say otherwise. */
int mass_begin(struct row *r, struct mass *m, char *addr, int memfd);
/* Gives back all that is left; then the page is what it was, or that is a finding. */
int mass_end(struct mass *m);
/* Still mapped, the same page frame, its content, a reference count that is not 0. */
int mass_check(struct mass *m);
/* Pages given of n wanted, `batch` a call; m->err says what ended it. */
long mass_take(struct mass *m, enum pinlab_op op, long n, unsigned int batch);
/* m->err is -EBUSY if the kernel would not take it back. */
int mass_give(struct mass *m, enum pinlab_op op, long n, unsigned int batch);
/* 0 or -errno: is one page of op (PINLAB_RETAKE too) given? A trace of a refusal is a finding. */
int mass_ask(struct mass *m, enum pinlab_op op);
/* Set the counters as n more references would, each of them a pin too if `pins`. */
int mass_set(struct mass *m, long n, bool pins);

/* The reference count as it is meant: beyond 2^31 it is negative in the kernel. */
static inline long mass_refs(const struct mass *m)
{
	return (uint32_t)m->info.refcount;
}

/*
 * What is asked while references are added to the page, or, with `pins`, pins
 * of a large folio. word puts an answer in words.
 */
struct question {
	int (*ask)(struct mass *m);
	const char *(*word)(int answer);
	bool pins;		/* ask_pin() comes first of them, and finds most_pins */
};

/*
 * A fact of this name: the answer now, and each count from which on it is
 * another one; and a figure, the first of these counts. Counts are the kernel's
 * own, with all that is there before. They are reached by real calls of
 * get_user_pages_fast(), or pin_user_pages_fast(), up to LIMIT_REAL. Beyond that
 * the counter is set, which the text says, and the place crossed by real calls.
 * In the end the page has what it had before. 0, or -1.
 */
int limit_fact(struct mass *m, const char *name, const struct question *q);
#define LIMIT_REAL	0x40000l
#define LIMIT_END	((1l << 31) + 64)

/* Each way to pin ordinarily, or exclusively; -EPROTO where their answers differ. */
int ask_pin(struct mass *m);
int ask_exclusive(struct mass *m);
int ask_get(struct mass *m);
int ask_retake(struct mass *m);
/* folio_maybe_dma_pinned(), folio_maybe_exclusive_pinned(): 0 or 1. */
int ask_looks_pinned(struct mass *m);
int ask_looks_exclusive(struct mass *m);

/* Several questions, each a fact "prefix/name"; a NULL name ends the list. */
struct line {
	const char *name;
	struct question q;
	bool exclusive;		/* only where there are exclusive pins */
};

int lines_fact(struct mass *m, const char *prefix, const struct line *l);
#define NO_EXCLUSIVE	"no exclusive pins here"
/* What a kernel with exclusive pins does not offer besides; no kernel answers like that. */
#define NOT_OFFERED	(-ENOSYS)

/* "524288 (2^19)"; good until the sixteenth next call. */
const char *count_text(long n);
/* "given", "refused (-EBUSY)"; likewise. */
const char *answer_text(int err);
/* "no", "yes". */
const char *yes_text(int yes);
/* printf() into a buffer that is good as long. */
const char *limits_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
