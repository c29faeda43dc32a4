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
	bool asked, asked_exclusively;	/* what it counts for in interest.c */
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
/* Room for so many pages more: 0, -ENOMEM, -ENOSPC. An empty slot begins anew. */
int pinlab_slot_room(struct pinlab_slot *slot, u64 pages);
/* Release whatever the slot holds, the way it was taken. */
void pinlab_slot_release(struct pinlab_slot *slot);

/*
 * call.c: -EINVAL, -EOPNOTSUPP (this kernel does not have that), -ENODATA, -EBADFD (the slot
 * holds something else), -ENOMEM, -ENOSPC, -ESRCH, -EBADF.
 */
int pinlab_call(struct pinlab_file *pf, struct pinlab_call *c);

int pinlab_page_info(struct pinlab_file *pf, struct pinlab_page_info *info);

/* FOLL_* of an operation that takes references, but for FOLL_WRITE. */
unsigned int pinlab_gup_flags(u32 op);
/* nr: a process, 0 for the caller; or a memfd. 0, -ESRCH, -EBADF. Put also after an error. */
int pinlab_get_target(struct pinlab_target *t, u32 op, u32 nr);
void pinlab_put_target(struct pinlab_target *t);
/* memfd_pin_folios() of `batch` pages; a folio's first page stands for it. */
long pinlab_pin_memfd(struct file *memfd, unsigned long offset, u32 batch, struct page **pages);

/* witness.c */
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

/*
 * interest.c: one request for the units [first, end) of the memory that is raced
 * for, which the caller fills in; none where refusals are not judged.
 */
#define PINLAB_INTEREST_UNITS	64

struct pinlab_interest {
	u32 first, end;
	/* interest.c's own. */
	bool exclusive, asks_exclusively, busy_everywhere;
	u64 busy;
	u32 begun[PINLAB_INTEREST_UNITS], begun_everywhere;
};

/* Before the request; after its refusal, or after what it gave has been given back. */
void pinlab_interest_begin(struct pinlab_interest *in, bool exclusive);
void pinlab_interest_end(struct pinlab_interest *in);
/* After unexc_user_page(); before reexc_user_page(). */
void pinlab_interest_share(struct pinlab_interest *in);
void pinlab_interest_retake(struct pinlab_interest *in);
/* From now on a reason counts; begin and retake say so themselves. */
void pinlab_interest_look(struct pinlab_interest *in);
/* May somebody else's interest have been why this unit was refused since then? */
bool pinlab_interest_is_reason(const struct pinlab_interest *in, u32 unit);
/* Interest that may be in any memory begins (on), ends. */
void pinlab_interest_everywhere(bool exclusive, bool on);

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

/* splitmix64; guest/torture/torture.h has the same. */
static inline u64 pinlab_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

#endif
