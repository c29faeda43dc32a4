/* SPDX-License-Identifier: GPL-2.0 */
/*
 * perf in the guest (NEEDS_TOOLS): what happens to the references of one page,
 * and how long calls of a function of the kernel take. One at a time.
 *
 * Both begin and end with code that the kernel patches while it runs. QEMU
 * before 8.1 may go on with what stood there in between if another CPU comes by
 * at that moment, and the guest dies of "Oops: int3". So perf_one_cpu() first.
 */
#ifndef PINLAB_GUEST_MACHINE_PERF_H
#define PINLAB_GUEST_MACHINE_PERF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PERF_DATA	"/tmp/watch.data"	/* perf.data of the last watch */
#define PERF_SCRIPT	"/tmp/watch.script"	/* what perf script says of it */

/* Take all CPUs but the first offline, until perf_all_cpus() or this process's end. 0 or -errno. */
int perf_one_cpu(void);
void perf_all_cpus(void);

struct perf_watch {
	pid_t pid;	/* of the process that waits for perf */
	int ctl, ack;	/* its --control */
};

/*
 * From now on record page_ref:* of the page at pfn, whoever causes it; of many
 * events those that `only` is true for, a filter by the fields count and val.
 * NULL: all. 0 or -errno.
 */
int perf_watch_page(struct perf_watch *w, uint64_t pfn, const char *only);
/* Stop, and write PERF_DATA and PERF_SCRIPT. 0 or -errno. */
int perf_watch_end(struct perf_watch *w);

struct page_event {
	double seconds;		/* of the guest's clock */
	char name[24];		/* "mod", "mod_unless": of page_ref:page_ref_* */
	int count;		/* references afterwards */
	int val;		/* what was added */
};

/* What is in PERF_SCRIPT, in the order of time; free() it. */
size_t perf_events(struct page_event **events);

/* Can this function be traced on this kernel? */
bool perf_can_trace(const char *function);
/*
 * Let perf ftrace take the time of each call of the function by this process
 * while work(arg) runs, which returns 0 or not. *ns are n durations, in
 * ascending order; free() them. 0, -ECANCELED if the work failed, or -errno.
 */
int perf_time_calls(const char *function, int (*work)(void *arg), void *arg, double **ns,
		    size_t *n);

#endif
