/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_DRIVER_PINLAB_H
#define PINLAB_DRIVER_PINLAB_H

#include <linux/mm.h>
#include <linux/mutex.h>

#include "include/pinlab_uapi.h"
#include "include/wire.h"

/* How the pages of a slot were taken; a slot never mixes two kinds. */
enum pinlab_hold {
	HOLD_NOTHING,
	HOLD_GET,
	HOLD_PIN,
	HOLD_EXC,
};

/*
 * Pages in [head, tail) are held. Steps that take references add at the
 * tail, steps that give back take from the head; both ends return to 0 when
 * the slot is empty.
 */
struct pinlab_slot {
	struct page **pages;
	u32 head;
	u32 tail;
	enum pinlab_hold hold;
	bool hidden;	/* some of them may be out of the linear map */
};

/* One open file. */
struct pinlab_file {
	struct mutex lock;	/* of the slots */
	struct pinlab_slot slot[PINLAB_SLOTS];
	bool delays;		/* its probes go when it does */
	struct pinlab_mass_held *mass;	/* mass.c's; NULL until it is used */
	struct pinlab_owned_page *owned;	/* owned.c's, the same */
};

/* What an event in the witness's history was. */
enum pinlab_event {
	EVENT_TAKEN,
	EVENT_GIVING,
	EVENT_DROPPING,
	EVENT_RETAKEN,
	EVENT_REFUSED,
};

/* Whose memory a request is about, where that is not simply the caller's. */
struct pinlab_target {
	struct mm_struct *mm;	/* PINLAB_PIN_REMOTE */
	struct file *memfd;	/* PINLAB_PIN_MEMFD */
};

/* noise.c: interrupts that this CPU has taken and switches of current, in one number. */
u64 pinlab_noise(void);

/* Carry out one checked step; fills in its results. 0 or -errno for bad input. */
int pinlab_step(struct pinlab_file *pf, struct pinlab_step *s, u32 clock);
/* pins.c: does this kernel offer what the operation calls? The rest is -EOPNOTSUPP. */
bool pinlab_has_op(u32 op);
/* Release whatever the slot holds, the way it was taken. */
void pinlab_slot_release(struct pinlab_slot *slot);

int pinlab_page_info(struct pinlab_file *pf, struct pinlab_page_info *info);

/* FOLL_* of an operation that takes references, but for FOLL_WRITE. */
unsigned int pinlab_gup_flags(u32 op);
/* nr: a process, 0 for the caller; or a memfd. 0, -ESRCH, -EBADF. Put also after an error. */
int pinlab_get_target(struct pinlab_target *t, u32 op, u32 nr);
void pinlab_put_target(struct pinlab_target *t);
/* memfd_pin_folios() of `batch` pages; a folio's first page stands for it. */
long pinlab_pin_memfd(struct file *memfd, unsigned long offset, u32 batch, struct page **pages);

/* witness.c */
/* Is the folio exclusive? By the kernel's word; where it offers no query, by what is claimed. */
bool pinlab_is_exclusive(struct folio *folio);
int pinlab_witness_init(void);
void pinlab_witness_exit(void);
/* A number for one request: what it takes exclusively has one owner. */
u32 pinlab_request(void);
/* After a pin was given; before it is given back. The folio's pin is the caller's meanwhile. */
void pinlab_claim(struct page *page, bool exclusive, u32 request);
void pinlab_unclaim(struct page *page, bool exclusive);
/* Before unexc_user_page(); after reexc_user_page() has succeeded. */
void pinlab_claim_dropped(struct page *page);
void pinlab_claim_retaken(struct page *page, u32 request);
/* Into this CPU's ring; folio may be NULL. */
void pinlab_event(enum pinlab_event what, u32 op, unsigned long addr, struct folio *folio,
		  long ret);
/* A promise was broken: keep it with the folio's history and both parties. */
__printf(3, 4) void pinlab_violation(const char *promise, struct folio *folio,
				     const char *fmt, ...);
const char *pinlab_op_name(u32 op);
/* The oldest finding that was not fetched yet: 0 or -ENODATA. */
int pinlab_finding_take(struct pinlab_finding *out);
int pinlab_audit(struct pinlab_audit *a);

/* weigh.c */
long pinlab_weigh(struct pinlab_weigh *w);
/* References, and the pin count or -1, without what marks the folio as exclusive. */
int pinlab_unmarked_refs(struct folio *folio);
int pinlab_unmarked_pins(struct folio *folio);

/* race.c: 0, -EINVAL, -EOPNOTSUPP, -ENOMEM, -EINTR. */
int pinlab_race(struct pinlab_race *r);

/*
 * mass.c: -EINVAL, -EOPNOTSUPP, -ENOMEM, -EFAULT, -EBUSY (holds a page already),
 * -ENODATA (gives back more than was taken), -EINTR.
 */
int pinlab_mass(struct pinlab_file *pf, struct pinlab_mass *m);
void pinlab_mass_end(struct pinlab_file *pf);
int pinlab_contend(struct pinlab_contend *c);

/*
 * owned.c: -EFAULT (no such page), -ENODATA (none was found yet), -EBUSY, -ENOMEM,
 * -EINVAL, -EOPNOTSUPP.
 */
/*
 * linear.c: nr pages of the linear map from this one's on, there or not; entries
 * are changed as they are, a huge one only as a whole. Without a flush of the
 * TLB, which pinlab_linear_flush() does. -ENOMEM, -EOPNOTSUPP.
 */
int pinlab_linear_set(struct page *page, unsigned int nr, bool there);
void pinlab_linear_flush(void);

int pinlab_owned(struct pinlab_file *pf, struct pinlab_owned *q);
void pinlab_owned_end(struct pinlab_file *pf);

/* delay.c */
int pinlab_delays(struct pinlab_delays *ds);
void pinlab_delays_end(void);

/*
 * trap.c: fn(arg) is called and, before its instruction number `stop`, counted
 * from 1, stopped() is called in its own context: with its locks, and with
 * interrupts as it has them. x86 alone; elsewhere -EOPNOTSUPP. One at a time.
 */
struct pinlab_trap {
	u32 stop;		/* 0: nowhere */
	u32 room;		/* of trace; with neither the call is left alone */
	struct pinlab_order_point *trace;
	void (*stopped)(void *arg);
	void *arg;
	/* Filled in: */
	u32 steps;		/* before the stop, or all */
	bool hit;
	bool slept;		/* behind this there were no steps */
	unsigned long ip;	/* of the stop */
	/* trap.c's: */
	struct task_struct *task;
	bool over;
};

int pinlab_trap_call(struct pinlab_trap *t, long (*fn)(void *arg), void *arg, long *ret);
int pinlab_trap_init(void);
void pinlab_trap_exit(void);

/*
 * order.c: -EINVAL, -EOPNOTSUPP, -ENOMEM, -EFAULT (no such page), -EBUSY (another
 * file), -EINTR, -ETIMEDOUT (B does not come, or to no end), -EAGAIN (the state
 * could not be brought about).
 */
int pinlab_order(struct pinlab_file *pf, struct pinlab_order *o);
int pinlab_order_b(struct pinlab_file *pf, struct pinlab_order_b *b);
void pinlab_order_end(struct pinlab_file *pf);

/* splitmix64; guest/torture/torture.h has the same. */
static inline u64 pinlab_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

#endif
