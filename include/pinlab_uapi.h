/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What /dev/pinlab understands. Shared by the driver and the guest programs,
 * which are always built from the same tree: PINLAB_ABI catches a mix.
 *
 * The work is described as a list of steps. Each step is a loop of one
 * operation over the caller's memory or over pages that an earlier step
 * holds, and is timed on its own; a benchmark is a list of steps.
 */
#ifndef PINLAB_UAPI_H
#define PINLAB_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PINLAB_ABI		4
#define PINLAB_SLOTS		4	/* sets of pages that one open file can hold */
#define PINLAB_SLOT_PAGES	4096	/* pages in one slot */
#define PINLAB_MAX_STEPS	32
#define PINLAB_MAX_CALLS	1048576

enum pinlab_op {
	PINLAB_NOP,		/* the bare loop: what the driver itself costs */
	/* Take references on user memory into a slot. */
	PINLAB_GET_FAST,	/* get_user_pages_fast() */
	PINLAB_PIN_FAST,	/* pin_user_pages_fast() */
	PINLAB_PIN_SLOW,	/* pin_user_pages(), mmap lock held around the loop */
	PINLAB_PIN_REMOTE,	/* pin_user_pages_remote() on the process `pid` */
	PINLAB_PIN_LT_FAST,	/* the same with FOLL_LONGTERM */
	PINLAB_PIN_LT_SLOW,
	PINLAB_EXC_FAST,	/* and with FOLL_LONGTERM | FOLL_EXCLUSIVE */
	PINLAB_EXC_SLOW,
	PINLAB_PIN_MEMFD,	/* memfd_pin_folios(): `pid` is the memfd, addr the offset */
	/* Give the slot's pages back, oldest first. */
	PINLAB_PUT,		/* put_page() */
	PINLAB_UNPIN,		/* unpin_user_pages() */
	PINLAB_UNPIN_DIRTY,	/* unpin_user_pages_dirty_lock(…, true) */
	PINLAB_UNPIN_EXC,	/* unpin_exc_pages() */
	PINLAB_UNPIN_EXC_DIRTY,	/* unpin_exc_pages_dirty_lock(…, true) */
	/* Change the slot's pages, and keep them. */
	PINLAB_DROP,		/* unexc_user_page() */
	PINLAB_RETAKE,		/* reexc_user_page() */
	PINLAB_HIDE,		/* their folios out of the linear map, as a hypervisor has them */
	PINLAB_SHOW,		/* and back */
	PINLAB_NR_OPS
};

/* step.flags */
#define PINLAB_READ	0x1	/* no FOLL_WRITE */
#define PINLAB_MARK	0x2	/* frame the loop for the profile plugin */
/*
 * Tests of the contract's "bug in the caller" rows: do not check that the
 * operation fits how the slot's pages are held, and keep them in the slot.
 */
#define PINLAB_FORCE	0x4
/* FOLL_EXCLUSIVE for an operation that takes pages and must not have it. */
#define PINLAB_EXCLUSIVE 0x8

/* How time is counted in step.ticks. */
enum pinlab_clock {
	PINLAB_CLOCK_NS,	/* ktime_get_raw_ns() */
	PINLAB_CLOCK_CYCLES,	/* get_cycles(): instructions under icount */
};

struct pinlab_step {
	__u32 op;
	__u32 flags;
	__u32 slot;
	__u32 calls;	/* how often the operation is called */
	__u32 batch;	/* pages a call (PINLAB_PIN_MEMFD: folios, each counts as a page) */
	__u32 pid;	/* PINLAB_PIN_REMOTE: whose memory; 0: the caller's */
	__u32 pad;
	__u64 addr;	/* user address of the first call */
	__u64 stride;	/* bytes from one call's address to the next */
	__u64 tag;	/* the caller's, left alone */
	/* Filled in by the driver. */
	__s64 ticks;	/* the loop's time, the clock's own cost included */
	__u32 done;	/* pages that the operation was carried out on */
	__s32 err;	/* what ended the loop early: 0 or -errno */
	__u32 failed;	/* calls that were refused (the loop goes on after -EBUSY) */
	__u32 noise;	/* interrupts and context switches that fell into the loop */
};

struct pinlab_run {
	__u64 steps;	/* user pointer to struct pinlab_step[nr] */
	__u32 nr;
	__u32 clock;	/* enum pinlab_clock */
};

/*
 * The names of doc/contract.md, and whether a kernel offers them to modules:
 * driver/offers.sh finds that out for each by itself when the driver is built,
 * the driver tells the guest, and the host reads it from what was built.
 */
#define PINLAB_OFFERS(X)			\
	X(FOLL_EXCLUSIVE)			\
	X(unpin_exc_pages)			\
	X(unpin_exc_pages_dirty_lock)		\
	X(unexc_user_page)			\
	X(reexc_user_page)			\
	X(folio_maybe_exclusive_pinned)		\
	X(page_maybe_exclusive_pinned)

/* What is known of a name; each has a word below. */
#define PINLAB_NOT_DECLARED	0	/* in no header that modules see, or not in this configuration */
#define PINLAB_OFFERED		1
#define PINLAB_OTHER_TYPE	2	/* declared, and not as the contract calls it */
#define PINLAB_NOT_EXPORTED	3	/* declared, and modules cannot link with it */

#define PINLAB_OFFER_WORDS						\
	{ "not declared", "offered", "declared otherwise than in the contract",	\
	  "not exported to modules" }

#define PINLAB_OFFER_NUMBER(name) PINLAB_OFFER_##name,
enum pinlab_offer {
	PINLAB_OFFERS(PINLAB_OFFER_NUMBER)
	PINLAB_NR_OFFERS
};

#define PINLAB_OFFER_NAME(name) #name,
#define PINLAB_OFFER_NAMES { PINLAB_OFFERS(PINLAB_OFFER_NAME) }

struct pinlab_caps {
	__u32 abi;
	__u32 exclusive;	/* the kernel has exclusive pins */
	__u32 has_cycles;	/* PINLAB_CLOCK_CYCLES can be used */
	__u32 memfd;		/* the kernel has memfd_pin_folios() */
	__u64 ops;		/* mask by enum pinlab_op: what this kernel can be asked for */
	__u8 offers[PINLAB_NR_OFFERS];	/* PINLAB_OFFERED, or why not, by enum pinlab_offer */
};

/* State of the page at addr, or, where addr is 0, of page `index` of a slot. */
struct pinlab_page_info {
	__u64 addr;
	__u32 slot;
	__u32 index;
	/* Filled in by the driver. */
	__u64 pfn;
	/* Both without what marks an exclusive folio, see pinlab_weigh. */
	__s32 refcount;		/* of the folio, without the reference taken to look */
	__s32 pincount;		/* -1: this folio has no pin count of its own */
	__u32 order;		/* of the folio */
	__u32 maybe_pinned;	/* folio_maybe_dma_pinned() */
	/* folio_maybe_exclusive_pinned(); where the kernel has no such query, what is claimed */
	__u32 exclusive;
	__u32 pad;
};

/*
 * What a design adds to a folio's counter to mark it as exclusive, found out on
 * pages of the caller's that nobody else works on (0: on none of that kind).
 * Asked once, before the first row: from then on it is taken off what
 * pinlab_page_info tells. -EOPNOTSUPP without exclusive pins.
 */
struct pinlab_weigh {
	__u64 small, large;	/* user addresses */
	/* Filled in by the driver. */
	__u32 small_mark;	/* in _refcount of a small folio */
	__u32 large_mark;	/* in the pin count of a large one */
};

/* Interrupts and context switches of this task's CPU so far. */
struct pinlab_noise {
	__u64 count;
};

/*
 * Torture. A race is a loop in the kernel that takes references in ways drawn
 * from `ops`, holds them for a moment, and gives them back, while others do the
 * same with the same memory. What it takes is claimed at the witness, which
 * sees whether two claims contradict each other.
 */
#define PINLAB_RACE_READ	0x1	/* some requests without FOLL_WRITE */
#define PINLAB_RACE_SHARE	0x2	/* exclusive holders drop and retake now and then */
#define PINLAB_RACE_DIRTY	0x4	/* some releases mark the pages dirty */
#define PINLAB_RACE_FAULTS	0x8	/* the memory may go away: -EFAULT and its kind are fine */
#define PINLAB_RACE_HOLD	0x10	/* hold each for longer, some 10 us */

struct pinlab_race {
	__u64 addr;		/* of pages * PAGE_SIZE bytes */
	__u32 pages;
	__u32 batch;		/* pages a request at most */
	__u64 ops;		/* mask, by enum pinlab_op, from GET_FAST to PIN_MEMFD */
	__u64 seed;
	__u32 loops;		/* requests */
	__u32 flags;		/* PINLAB_RACE_* */
	__u32 pid;		/* PINLAB_PIN_REMOTE: whose memory; 0: the caller's */
	__s32 memfd;		/* PINLAB_PIN_MEMFD: page 0 is at offset 0 */
	/* Filled in by the driver. */
	__u64 taken[PINLAB_NR_OPS];	/* requests that got at least a page */
	__u64 refused[PINLAB_NR_OPS];	/* -EBUSY */
	__u64 failed[PINLAB_NR_OPS];	/* another error that PINLAB_RACE_FAULTS allows */
	__u64 dropped, retaken, not_retaken;
	__u64 released;			/* requests given back */
};

/* What the witness has seen. One is fetched at a time; -ENODATA: no more. */
#define PINLAB_FINDING_LINES	48
#define PINLAB_FINDING_LINE	160

struct pinlab_finding {
	char promise[32];	/* PROMISE_* of wire.h */
	char text[384];
	__u64 ns;		/* ktime_get_ns() when it was seen */
	__u32 missed;		/* findings that there was no room for */
	__u32 n;
	char line[PINLAB_FINDING_LINES][PINLAB_FINDING_LINE];
};

/*
 * Do the counts of the folios behind [addr, addr + pages) agree with what is
 * claimed? Only true while nobody else works on them; what does not agree
 * becomes a finding, with the folio's history. Pages that are not there are
 * left out.
 */
struct pinlab_audit {
	__u64 addr;
	/*
	 * User pointer to __s32[pages]: references of each page's folio that
	 * there may be at most, 0 where that is not known; or 0.
	 */
	__u64 refs;
	__u32 pages;
	/* Filled in by the driver. */
	__u32 looked;		/* pages that were there */
	__u32 bad;
	__u32 pad;
};

/* Probes that spin inside of kernel functions, to widen windows. nr 0: take all away. */
#define PINLAB_DELAYS		16

struct pinlab_delay {
	char symbol[64];
	__u32 offset;		/* moved up to the next instruction; out: where it is */
	__u32 max_ns;		/* of one delay, drawn anew each time */
	__u32 odds;		/* one hit in so many is delayed */
	__s32 err;		/* out: 0, or why there is no probe */
	__u64 hits;		/* out, of the set before: */
};

struct pinlab_delays {
	__u32 nr;
	__u32 pad;
	__u64 seed;
	struct pinlab_delay d[PINLAB_DELAYS];
};

/*
 * Limits: very many references and pins of one page, which the open file holds
 * by a reference of its own. What is taken is given back when the file is
 * closed. Every answer says how the page's folio is then.
 */
enum pinlab_mass_what {
	PINLAB_MASS_HOLD,	/* the page at addr, from now on */
	PINLAB_MASS_LOOK,
	PINLAB_MASS_TAKE,	/* `op` at addr, until it has given n pages or not all of a call */
	PINLAB_MASS_GIVE,	/* back n of what this kind of op has taken */
	PINLAB_MASS_ASK,	/* is op (PINLAB_RETAKE too) given? It goes back at once */
	/*
	 * Where calls would take hours: add to the counters what n references,
	 * `pins` of them pins, would have added. pins only where the folio has a
	 * count of its own for them.
	 */
	PINLAB_MASS_SET,
	PINLAB_MASS_END		/* give all back, and the page */
};

#define PINLAB_MASS_MAX		0x80000000ll

struct pinlab_mass {
	__u64 addr;
	__u32 what;		/* enum pinlab_mass_what */
	__u32 op;		/* enum pinlab_op */
	__u32 batch;		/* pages a call; more than one only where all are of one folio */
	__u32 target;		/* PINLAB_PIN_REMOTE: process; PINLAB_PIN_MEMFD: the memfd */
	__s64 n;
	__s64 pins;
	/* Filled in by the driver. */
	__s64 done;
	__s32 err;		/* what ended it early, or the answer: 0 or -errno */
	__u32 pad;
	struct pinlab_page_info info;	/* refcount: with the file's own reference */
};

/*
 * One of several who contend for a page. An exclusive op asks until it is given,
 * n times at most, and PINLAB_RETAKE does so for a pin that it takes before; what
 * was given goes back at once. Another op is taken and given back n times.
 */
struct pinlab_contend {
	__u64 addr;
	__u32 op;
	__s32 err;		/* out: 0, or -errno of the last try */
	__u32 pause_us;		/* sleep about so long between two tries; 0: try again at once */
	__u32 pad;
	__s64 n;
	__s64 done;		/* out: tries */
	__s64 refused;		/* out: -EBUSY for others than exclusive ops */
	__u64 ns;		/* out: from the first try to the end of the last */
};

/*
 * A page that somebody owns, one for each open file: what the kernel does with
 * it is seen, or made impossible. See owned.c.
 */
enum pinlab_owned_what {
	PINLAB_OWNED_FIND,	/* the caller's page at addr; or of the file fd at offset addr */
	PINLAB_OWNED_WATCH,	/* accesses to its first word through the linear map; -EBUSY */
	PINLAB_OWNED_UNWATCH,
	PINLAB_OWNED_HIDE,	/* take it out of the linear map */
	PINLAB_OWNED_SHOW,	/* put it back, also if the kernel has hidden it itself */
	PINLAB_OWNED_LOOK,	/* fill in what is below */
	PINLAB_OWNED_PEEK,	/* its content to buf, PAGE_SIZE bytes */
	PINLAB_OWNED_POKE,	/* and from there */
};

#define PINLAB_OWNED_FRAMES	10
#define PINLAB_OWNED_FRAME	48

struct pinlab_owned {
	__u64 addr;
	__u64 buf;
	__s32 fd;		/* PINLAB_OWNED_FIND: -1 for addr */
	__u32 what;		/* enum pinlab_owned_what */
	__u32 keep;		/* PINLAB_OWNED_FIND: by a reference, so that it is not reused */
	/* Filled in by PINLAB_OWNED_LOOK; counts are the folio's, without what `keep` adds. */
	__s32 refcount, pincount;
	__u32 order, maybe_pinned, exclusive, poisoned;
	__u32 hits;		/* accesses seen since PINLAB_OWNED_WATCH */
	__u32 frames;		/* of the first of them, innermost first */
	__u64 pfn;
	char frame[PINLAB_OWNED_FRAMES][PINLAB_OWNED_FRAME];
};

/*
 * Orders: operation A is stopped before one of its instructions, operation B
 * runs to its end on another CPU, A goes on. The outcome has to be that of A
 * before B, or of B before A. See order.c. One file at a time, two threads: A's
 * asks for PINLAB_IOC_ORDER, B's for PINLAB_IOC_ORDER_B.
 */
#define PINLAB_ORDER_PAGES	2	/* at most, each of a folio of its own */
#define PINLAB_ORDER_QUERY	PINLAB_NR_OPS	/* pinned? exclusive? */
#define PINLAB_ORDER_OWN	(PINLAB_NR_OPS + 1)	/* B: its thread does it, by system calls */

enum pinlab_order_state {
	PINLAB_ORDER_NONE,	/* no pin */
	PINLAB_ORDER_PIN,	/* one ordinary pin */
	PINLAB_ORDER_PINS,	/* three */
	PINLAB_ORDER_EXC,	/* one exclusive pin */
	PINLAB_ORDER_REFS,	/* no pin, and more references than a pin counts for */
	PINLAB_ORDER_STATES
};

enum pinlab_order_mode {
	PINLAB_ORDER_TRACE,	/* A alone, and each of its instructions is noted */
	PINLAB_ORDER_AB,	/* A, then B */
	PINLAB_ORDER_BA,
	PINLAB_ORDER_STOP,	/* A up to the instruction number `stop`, B, the rest of A */
};

/* How B came to its end, where A was stopped. */
enum pinlab_order_fate {
	PINLAB_ORDER_DONE,	/* before A went on */
	PINLAB_ORDER_SLEEPS,	/* it waited for A, asleep */
	PINLAB_ORDER_SPINS,	/* it waited for A, and its CPU went on answering */
	PINLAB_ORDER_UNKNOWN,	/* it did not end, and whether its CPU ran is not known */
	PINLAB_ORDER_NOT_REACHED,	/* A was at its end before, or has slept */
};

/* An instruction that A is about to execute, and its registers, in the order of their numbers. */
struct pinlab_order_point {
	__u64 ip;
	__u64 reg[16];
	__u8 code[16];
};

/* Which page a request for this one has got. */
enum pinlab_order_got {
	PINLAB_ORDER_NOT_GOT,
	PINLAB_ORDER_GOT,	/* the one that was asked for first */
	PINLAB_ORDER_GOT_NEW,	/* the one that is mapped in its place now */
	PINLAB_ORDER_GOT_OTHER,	/* one that is mapped there neither then nor now */
};

/* Of a page that is not mapped any more and that nobody here holds all is 0. */
struct pinlab_order_folio {
	__u64 pfn;		/* of the page that was asked for */
	__s32 refcount;
	__s32 pincount;		/* -1: this folio has no pin count of its own */
	__s32 mapcount;		/* of the page */
	__u32 order;
	__u32 maybe_pinned, exclusive;
	__u32 dirty, locked, anon_exclusive;
	__u32 mapped_here;	/* the page is still the one that is mapped at the address */
	__u32 got[2];		/* enum pinlab_order_got: by A, by B */
};

struct pinlab_order {
	__u64 addr;		/* of the first page; others follow it */
	__u64 offset;		/* of the same in `memfd` */
	__u64 trace;		/* PINLAB_ORDER_TRACE: struct pinlab_order_point[room] */
	__u32 room;
	__u32 pages;
	__u32 mode;		/* enum pinlab_order_mode */
	__u32 stop;		/* from 1 */
	__u32 a, b;		/* enum pinlab_op, PINLAB_ORDER_QUERY; b: PINLAB_ORDER_OWN too */
	__u32 b_from, b_pages;	/* which of the pages B is about; A is about all */
	__u32 state[PINLAB_ORDER_PAGES];	/* enum pinlab_order_state */
	__u32 flags;		/* PINLAB_READ: requests are without FOLL_WRITE */
	__s32 memfd;		/* PINLAB_PIN_MEMFD */
	__u32 limit_us;		/* that B may run without an answer of its CPU */
	/* Filled in by the driver. */
	__u32 steps;		/* instructions of A before it was stopped, or all */
	__u32 fate;		/* enum pinlab_order_fate */
	__u32 waited_us;	/* A for B */
	__s32 a_ret, b_ret;	/* pages, 0 or -errno; the answers of a query as bits */
	__u32 pad;
	__u64 ip;		/* of the instruction that A was stopped before */
	__s64 acquired, released;	/* the kernel's counters of pins: what both have added */
	char where[64];		/* ip as function+offset */
	struct pinlab_order_folio before[PINLAB_ORDER_PAGES], after[PINLAB_ORDER_PAGES];
	__u64 stack[2];		/* A's: from, to */
	__u64 frames[PINLAB_ORDER_PAGES][2];	/* the kernel's structs of the folio: from, to */
};

/* B's thread: returns when B is done; where B is its own work, when that is to be done. */
struct pinlab_order_b {
	__s32 done;		/* in: its own work is done, with this result, if `own` */
	__u32 own;
};

#define PINLAB_IOC_CAPS		_IOR('P', 0x01, struct pinlab_caps)
#define PINLAB_IOC_RUN		_IOWR('P', 0x02, struct pinlab_run)
#define PINLAB_IOC_PAGE_INFO	_IOWR('P', 0x03, struct pinlab_page_info)
#define PINLAB_IOC_NOISE	_IOR('P', 0x04, struct pinlab_noise)
#define PINLAB_IOC_RACE		_IOWR('P', 0x05, struct pinlab_race)
#define PINLAB_IOC_FINDING	_IOR('P', 0x06, struct pinlab_finding)
#define PINLAB_IOC_AUDIT	_IOWR('P', 0x07, struct pinlab_audit)
#define PINLAB_IOC_DELAYS	_IOWR('P', 0x08, struct pinlab_delays)
#define PINLAB_IOC_MASS		_IOWR('P', 0x09, struct pinlab_mass)
#define PINLAB_IOC_CONTEND	_IOWR('P', 0x0a, struct pinlab_contend)
#define PINLAB_IOC_OWNED	_IOWR('P', 0x0b, struct pinlab_owned)
#define PINLAB_IOC_ORDER	_IOWR('P', 0x10, struct pinlab_order)
#define PINLAB_IOC_ORDER_B	_IOWR('P', 0x11, struct pinlab_order_b)
#define PINLAB_IOC_WEIGH	_IOWR('P', 0x12, struct pinlab_weigh)

/*
 * The frame that host/plugin/insnprof.c looks for: two x86 long nops that nothing
 * else has, executed right before and after a timed loop. Elsewhere they are
 * ordinary code that does nothing.
 */
#define PINLAB_MARK_BEGIN	0x50494e31	/* "PIN1" */
#define PINLAB_MARK_END		0x50494e32
#if defined(__x86_64__)
#define pinlab_mark(magic) \
	__asm__ __volatile__("nopl %c0(%%rax)" : : "i" (magic) : "memory")
#else
#define pinlab_mark(magic)	((void)(magic))
#endif

#endif
