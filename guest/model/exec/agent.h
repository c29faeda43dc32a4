/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process of the model check does one thing at a time, as it is told. The
 * command lies in shared memory: the answer is written into it. Process 0
 * calls agent_do() itself; the others are told over a pipe.
 */
#ifndef PINLAB_GUEST_MODEL_EXEC_AGENT_H
#define PINLAB_GUEST_MODEL_EXEC_AGENT_H

#include "guest/model/model.h"

enum agent_what {
	AG_OPEN,	/* the driver's files, and what shows page tables */
	AG_STEP,	/* step, by file */
	AG_LOOK,	/* look[0..n): what is mapped from addr on; brings nothing in */
	AG_LOOK_FAULT,	/* the same for the page at addr, brought in where it is not there */
	AG_LOOK_SLOT,	/* look[0..n): pages index... of a slot */
	AG_CLOSE,
	AG_WRITE,	/* word[0..n) where not 0 */
	AG_READ,	/* the same; AGENT_NO_WORD where it cannot be read */
	AG_CHILD,	/* fork; the child's page frames to word[0..n), then it writes */
	AG_MAP,		/* addr, n, fd (-1: none) at page `arg`, huge, hugetlb: what of */
	AG_UNMAP,
	AG_MOVE,	/* n pages from addr to addr2 */
	AG_PROTECT,	/* arg: PROT_* */
	AG_ADVISE,	/* arg: MADV_* */
	AG_PUNCH,	/* fd, pages arg ... arg + n */
	AG_TRUNCATE,	/* fd at page arg, then back to n pages */
	AG_MIGRATE,	/* n pages to node arg */
	AG_COMPACT,
	AG_SPLIT,
	AG_EXIT
};

#define AGENT_NO_WORD	0xffffffffu

struct agent_cmd {
	enum agent_what what;
	int err;			/* 0 or -errno */
	unsigned int file, slot, index, n;
	uintptr_t addr, addr2;
	int arg, fd;
	bool huge, hugetlb;
	struct pinlab_step step;
	struct model_look look[MODEL_PAGES];
	uint32_t word[MODEL_PAGES];
};

/* Carry it out in this process. */
void agent_do(struct agent_cmd *c);
/* /proc/kpageflags; 0 where it cannot be read. */
uint64_t agent_page_flags(uint32_t pfn);
#define KPF_DIRTY	0x10ull		/* linux/kernel-page-flags.h */
#define KPF_ZERO_PAGE	0x1000000ull
/* Page frame of the zero page, for model_look.zero. */
extern uint32_t agent_zero_pfn;

/*
 * The processes of a sequence. agents_start() is called by process 0; what it
 * returns lies in shared memory. NULL: no memory.
 */
struct agents {
	struct agent_cmd *cmd;
	struct {
		int pid;
		int to, from;	/* pipes */
	} proc[MODEL_PROCS];
};

#endif
