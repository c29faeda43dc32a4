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

#define PINLAB_ABI		1
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

struct pinlab_caps {
	__u32 abi;
	__u32 exclusive;	/* the kernel has exclusive pins */
	__u32 has_cycles;	/* PINLAB_CLOCK_CYCLES can be used */
	__u32 memfd;		/* the kernel has memfd_pin_folios() */
};

/* State of the page at addr, or, where addr is 0, of page `index` of a slot. */
struct pinlab_page_info {
	__u64 addr;
	__u32 slot;
	__u32 index;
	/* Filled in by the driver. */
	__u64 pfn;
	__s32 refcount;		/* of the folio, without the reference taken to look */
	__s32 pincount;		/* -1: this folio has no pin count of its own */
	__u32 order;		/* of the folio */
	__u32 maybe_pinned;	/* folio_maybe_dma_pinned() */
	__u32 exclusive;	/* folio_maybe_exclusive_pinned() */
	__u32 pad;
};

/* Interrupts and context switches of this task's CPU so far. */
struct pinlab_noise {
	__u64 count;
};

#define PINLAB_IOC_CAPS		_IOR('P', 0x01, struct pinlab_caps)
#define PINLAB_IOC_RUN		_IOWR('P', 0x02, struct pinlab_run)
#define PINLAB_IOC_PAGE_INFO	_IOWR('P', 0x03, struct pinlab_page_info)
#define PINLAB_IOC_NOISE	_IOR('P', 0x04, struct pinlab_noise)

/*
 * The frame that tools/insnprof.c looks for: two x86 long nops that nothing
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
