/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model check (torture/model.c): random sequences of operations on pinned
 * memory, run on the kernel and on a reference model of the contract at once.
 *
 * A sequence is a plain list, made from a seed alone, so that any part of it
 * can be run again: an operation that makes no sense where it stands (give
 * back what is not held) is passed over. The model knows each pinned folio by
 * its page frame, which cannot change while there is a pin, and forgets it
 * with the last one: what is not in the model is not pinned.
 */
#ifndef PINLAB_GUEST_MODEL_MODEL_H
#define PINLAB_GUEST_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "include/pinlab_uapi.h"
#include "include/wire.h"

#define MODEL_PROCS	3	/* process 0 forks the others, sooner or later */
#define MODEL_FILES	2	/* open files of each: owners */
#define MODEL_REGIONS	3
#define MODEL_PAGES	1024	/* of a region */
#define MODEL_OPS	64	/* of a sequence */
#define MODEL_FOLIOS	1024	/* that are held at once */
#define MODEL_PAGE	4096ul

#define MODEL_BIAS	1024	/* a small folio's pin, in references: GUP_PIN_COUNTING_BIAS */
/* Mappings, LRU batches, who looks: nearly so many references may already look like one. */
#define MODEL_MARGIN	24
#define MODEL_MANY	1100	/* references that look like a pin of a small folio */

enum model_kind {
	MK_ANON,
	MK_ANON_MTHP,		/* folios of 64 KiB */
	MK_ANON_THP,
	MK_ANON_HUGETLB,	/* private, so that fork() has to copy */
	MK_SHMEM,
	MK_SHMEM_THP,
	MK_HUGETLB,
	MK_NR
};

static inline bool model_kind_anon(enum model_kind kind)
{
	return kind <= MK_ANON_HUGETLB;
}

static inline bool model_kind_hugetlb(enum model_kind kind)
{
	return kind == MK_ANON_HUGETLB || kind == MK_HUGETLB;
}

/* What the kernel at hand has. */
struct model_caps {
	unsigned int kinds;	/* mask of 1 << MK_* */
	bool exclusive;
	uint64_t ops;		/* mask by enum pinlab_op: what the kernel can be asked for */
	bool memfd;		/* memfd_pin_folios() */
	bool nodes;		/* two NUMA nodes or more */
	bool split;		/* debugfs/split_huge_pages */
	bool movable;		/* ZONE_MOVABLE, from where long-term pins move pages */
	uint32_t zero_pfn;	/* of the zero page */
	int refs[MK_NR];	/* of an unpinned folio that is mapped once */
};

enum model_what {
	MW_TAKE,	/* op: PINLAB_GET_FAST ... PINLAB_PIN_MEMFD, on pages of a region */
	MW_GIVE,	/* op: PINLAB_PUT ... PINLAB_UNPIN_EXC_DIRTY, from the slot's head */
	MW_CHANGE,	/* op: PINLAB_DROP, PINLAB_RETAKE of the slot's first pages */
	MW_BUG,		/* the contract says "warn, nothing changed" */
	MW_CLOSE,	/* close the file with all its slots; open another */
	MW_FORK,	/* process 0 makes process `proc` */
	MW_KILL,	/* SIGKILL to process `proc`, with all it holds */
	MW_CHILD,	/* a short-lived child looks at its memory, writes to it, is gone */
	MW_WRITE,
	MW_UNMAP,
	MW_MAP,		/* map what is not mapped */
	MW_MOVE,	/* mremap() the whole region to home `arg` */
	MW_PROTECT,	/* arg 0: read-only, else writable again */
	MW_DONTNEED,
	MW_COLD,
	MW_PAGEOUT,
	MW_PUNCH,	/* a hole in the file */
	MW_TRUNCATE,	/* cut the file at `page`, and make it as long as before */
	MW_MIGRATE,	/* move_pages() to node `arg` */
	MW_COMPACT,	/* all of memory */
	MW_SPLIT,	/* debugfs/split_huge_pages */
	MW_COUNT,	/* compare the counters of /proc/vmstat */
	MW_NR
};

struct model_op {
	uint8_t what;		/* enum model_what */
	uint8_t op;		/* enum pinlab_op */
	uint8_t flags;		/* PINLAB_READ */
	uint8_t proc;		/* who does it */
	uint8_t target;		/* PINLAB_PIN_REMOTE: in whose memory */
	uint8_t file, slot;
	uint8_t region;
	uint8_t arg;
	uint16_t page, pages;
	uint16_t times;		/* MW_TAKE: calls, all for the same pages */
};

struct model_region {
	uint8_t kind;		/* enum model_kind */
	uint8_t file;		/* region that owns the file: itself, or one before it */
	uint16_t pages;
	uint16_t offset;	/* first page in the file */
	uint16_t touched;	/* first pages that are written at the start */
};

struct model_seq {
	uint64_t seed, number;
	unsigned int nr_regions, n;
	struct model_region region[MODEL_REGIONS];
	struct model_op op[MODEL_OPS];
};

/* A page as the driver and the page tables show it. */
struct model_look {
	uint32_t pfn;
	uint32_t head;		/* of its folio */
	int32_t refcount;	/* of the folio, and so on */
	int32_t pincount;	/* -1: a small folio */
	uint8_t order;
	uint8_t there;		/* mapped at the address that was looked at */
	uint8_t pinned, exclusive;
	uint8_t zero;		/* the zero page, small or huge */
	uint16_t page;		/* of the region, where it was taken */
};

/* The model. */
struct model_folio {
	uint32_t head;
	uint8_t order;
	uint8_t zero;		/* the huge zero page: everybody's */
	bool exclusive;
	unsigned int pins;	/* pages pinned, each as often as it is */
	unsigned int gets;
};

enum model_hold { MH_NOTHING, MH_GET, MH_PIN, MH_EXC };

struct model_held {
	uint32_t pfn;
	uint16_t page;		/* where it was taken; of a region */
	uint8_t proc, region;
};

struct model_slot {
	enum model_hold hold;	/* what the driver takes them for */
	unsigned int n;
	struct model_held page[PINLAB_SLOT_PAGES];
};

enum model_prot { MP_NONE, MP_READ, MP_WRITE };

struct model_proc {
	bool alive;
	uint8_t home[MODEL_REGIONS];	/* where the region is mapped: model_address() */
	uint8_t prot[MODEL_REGIONS][MODEL_PAGES];
	/* Page frame of a page that is pinned and mapped here; 0: none, or not known. */
	uint32_t at[MODEL_REGIONS][MODEL_PAGES];
	uint32_t stamp[MODEL_REGIONS][MODEL_PAGES];	/* contents of private memory */
	struct model_slot slot[MODEL_FILES][PINLAB_SLOTS];
};

/* A file's page cache, as far as it is pinned. */
struct model_cache {
	uint32_t pfn[MODEL_PAGES];
	uint8_t unsure[MODEL_PAGES];	/* something else may have taken its place */
	uint32_t stamp[MODEL_PAGES];
};

struct model {
	const struct model_caps *caps;
	const struct model_seq *seq;
	struct model_proc proc[MODEL_PROCS];
	struct model_cache cache[MODEL_REGIONS];
	struct model_folio folio[MODEL_FOLIOS];
	unsigned int nr_folios;
	bool reclaimed;		/* there may be pages in the swap cache */
};

/* What the contract says about a request for the pages look[0..n). */
struct model_predict {
	unsigned int most;	/* pages taken, unless it may end before */
	int error;		/* if most is 0, or less than asked: why; else 0 */
	/* May it end here, where the contract leaves it open or the model cannot know? */
	uint8_t may_end[MODEL_PAGES + 1];
};

/*
 * Where the kernel and the model disagree. `check` says what a program has to
 * look at to see it too.
 */
enum model_check {
	MC_NONE,
	MC_RESULT,	/* of operation `op` */
	MC_STATE,	/* of the page's folio after it: pins, flags */
	MC_TRACE,	/* counts before and after it */
	MC_PLACE,	/* the page frame behind an address, or the folio's size */
	MC_CHILD,	/* the same, in a child */
	MC_CONTENT,
	MC_DIRTY,	/* the folio's flag, after a release that says so */
	MC_COUNTERS,	/* nr_foll_pin_* */
	MC_REFS,	/* references, after all has been given back */
	MC_WARNING,	/* there was none, where the contract asks for one */
	MC_LOG,		/* the kernel complained */
	MC_STUCK,
	MC_SETUP	/* the check itself failed: no finding */
};

struct model_fail {
	enum model_check check;
	char promise[24];	/* as in guest/torture/torture.h */
	char text[400];		/* the operation, got, predicted */
	unsigned int op;	/* in the sequence; n: at its end */
	/* About plain references, which others take for a moment: see model_run(). */
	bool soft;
	/* Of the page that shows it. */
	uint8_t proc, region;
	uint16_t page;
	/* MC_RESULT: pages or -errno; MC_STATE: pins; MC_TRACE: change of references; ... */
	int want;
	bool want_exclusive;
};

/* What became of an operation, for the program that repeats it. */
struct model_trace {
	bool ran;
	int result;		/* pages, or -errno */
	uint16_t pages;		/* of the slot */
	uint8_t flags;		/* of the step */
};

struct model_outcome {
	struct model_fail fail;	/* check MC_NONE: all is well */
	struct model_trace trace[MODEL_OPS];
	unsigned int ran;	/* operations that made sense */
	unsigned int bugs;	/* warnings asked for */
	unsigned int pinned, refused;	/* requests */
	bool done;		/* to the end */
};

/*
 * Does this list of operations still fail the same way? `arg` is the caller's.
 */
typedef bool (*model_fails)(const struct model_seq *seq, void *arg);

/*
 * Empty the LRU batches around each operation, and take no count for granted.
 * Without it small differences in references are left to the end.
 */
#define MODEL_STRICT	0x1
/* Compare the counters of /proc/vmstat at the end too: that wakes all CPUs. */
#define MODEL_COUNT	0x2

#endif
