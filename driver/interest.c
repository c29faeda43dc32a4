// SPDX-License-Identifier: GPL-2.0
/*
 * Who may be the reason of a refusal?
 *
 * The witness knows what is held for certain. A refusal needs the opposite: all
 * that might be held. So interest in memory is announced before a request is
 * made and ends after its release has returned, or its refusal; a refusal
 * between whose request and answer nobody else had any has no reason.
 *
 * Interest is in a unit of the memory that is raced for: a page, or a large
 * folio. Two kinds: in having it at all, and in having it exclusively. Requests
 * outside of races (steps, their slots) are of any memory and count for all units.
 */
#include "pinlab.h"

enum level {
	ANY,		/* an exclusive request may be refused for it */
	EXCLUSIVE,	/* an ordinary one */
	NR_LEVELS
};

struct interest {
	atomic_t now;
	atomic_t begun;		/* goes up only */
};

static struct interest units[PINLAB_INTEREST_UNITS][NR_LEVELS];
static struct interest everywhere[NR_LEVELS];

static void begin(struct interest *i)
{
	atomic_inc(&i->begun);
	atomic_inc(&i->now);
	/* Seen by everybody before what follows can be. */
	smp_mb__after_atomic();
}

static void end(struct interest *i)
{
	/* Behind all that it was announced for. */
	smp_mb__before_atomic();
	atomic_dec(&i->now);
}

static enum level reason_of(const struct pinlab_interest *in)
{
	return in->asks_exclusively ? ANY : EXCLUSIVE;
}

void pinlab_interest_begin(struct pinlab_interest *in, bool exclusive)
{
	u32 u;

	in->exclusive = exclusive;
	in->asks_exclusively = exclusive;
	for (u = in->first; u < in->end; u++) {
		begin(&units[u][ANY]);
		if (exclusive)
			begin(&units[u][EXCLUSIVE]);
	}
	pinlab_interest_look(in);
}

void pinlab_interest_share(struct pinlab_interest *in)
{
	u32 u;

	for (u = in->first; u < in->end; u++)
		end(&units[u][EXCLUSIVE]);
	in->exclusive = false;
}

void pinlab_interest_retake(struct pinlab_interest *in)
{
	u32 u;

	for (u = in->first; u < in->end; u++)
		begin(&units[u][EXCLUSIVE]);
	in->exclusive = true;
	pinlab_interest_look(in);
}

void pinlab_interest_end(struct pinlab_interest *in)
{
	u32 u;

	for (u = in->first; u < in->end; u++) {
		end(&units[u][ANY]);
		if (in->exclusive)
			end(&units[u][EXCLUSIVE]);
	}
}

void pinlab_interest_look(struct pinlab_interest *in)
{
	enum level l = reason_of(in);
	u32 u;

	/* Of a reason for ordinary ones, the asker has none himself. */
	in->busy = 0;
	for (u = in->first; u < in->end; u++) {
		in->begun[u] = atomic_read(&units[u][l].begun);
		if (atomic_read(&units[u][l].now) > (l == ANY))
			in->busy |= BIT_ULL(u);
	}
	in->begun_everywhere = atomic_read(&everywhere[l].begun);
	in->busy_everywhere = atomic_read(&everywhere[l].now) > 0;
	/* Before the request. */
	smp_mb();
}

bool pinlab_interest_is_reason(const struct pinlab_interest *in, u32 unit)
{
	enum level l = reason_of(in);

	/* Behind its refusal. */
	smp_mb();
	return unit < in->first || unit >= in->end ||
	       in->busy & BIT_ULL(unit) || in->busy_everywhere ||
	       in->begun[unit] != atomic_read(&units[unit][l].begun) ||
	       in->begun_everywhere != atomic_read(&everywhere[l].begun);
}

void pinlab_interest_everywhere(bool exclusive, bool on)
{
	struct interest *i = &everywhere[exclusive ? EXCLUSIVE : ANY];

	if (on)
		begin(i);
	else
		end(i);
}
