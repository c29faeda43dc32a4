// SPDX-License-Identifier: GPL-2.0
#include "guest/row.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/record.h"
#include "include/wire.h"

static struct row_outcome *outcome;

static int verdict(struct row *r, const char *what, const char *fmt, va_list ap)
{
	struct row_outcome *o = r->out;

	/* The first reason is the cause; what follows are its effects. */
	if (*o->verdict)
		return 0;
	snprintf(o->verdict, sizeof(o->verdict), "%s", what);
	vsnprintf(o->reason, sizeof(o->reason), fmt, ap);
	return 0;
}

int row_fail(struct row *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verdict(r, WIRE_FAIL, fmt, ap);
	va_end(ap);
	return -1;
}

int row_skip(struct row *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verdict(r, WIRE_SKIP, fmt, ap);
	va_end(ap);
	return 1;
}

/* The process of a row. */
static void child_row(struct row *r, void (*body)(struct row *r))
{
	r->drv = dev_open();
	body(r);
	if (!*r->out->verdict)
		strcpy(r->out->verdict, WIRE_PASS);
	fflush(NULL);
	_exit(0);
}

/* Its status as waitpid() gives it; -1 if it had to be killed after `limit` seconds. */
static int wait_for_row(pid_t pid, double limit)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	struct timespec start, now;
	int status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (waitpid(pid, &status, limit ? WNOHANG : 0) != pid) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (limit && now.tv_sec - start.tv_sec > limit) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		nanosleep(&nap, NULL);
	}
	return status;
}

static void run_child(struct row *r, void (*body)(struct row *r), double limit)
{
	struct row_outcome *o = r->out;
	int status;
	pid_t pid = fork();

	if (!pid)
		child_row(r, body);
	if (pid < 0) {
		row_fail(r, "fork: %s", strerror(errno));
		return;
	}
	status = wait_for_row(pid, limit);
	if (status == -1) {
		*o->verdict = '\0';
		row_fail(r, "did not end: killed %.0f s after its start", limit);
	} else if (WIFSIGNALED(status)) {
		*o->verdict = '\0';
		row_fail(r, "killed by signal %d", WTERMSIG(status));
	} else if (!*o->verdict || status) {
		*o->verdict = '\0';
		row_fail(r, "ended with status %d and no verdict", WEXITSTATUS(status));
	}
}

bool row_run(struct row *r, unsigned int needs, const struct row_body *b)
{
	const char *need = needs_missing(needs);

	r->out = outcome;
	*r->out->verdict = '\0';
	*r->out->reason = '\0';
	record(WIRE_BEGIN, r->name);
	if (need) {
		row_skip(r, "needs %s", need);
	} else {
		if (b->before)
			b->before(r);
		run_child(r, b->run, b->limit);
		if (b->after)
			b->after(r);
	}
	record(WIRE_RESULT, r->name, r->out->verdict, r->out->reason);
	return strcmp(r->out->verdict, WIRE_FAIL);
}

void row_overrule(struct row *r)
{
	/* A pass or a skip gives way; the first failure stays. */
	if (strcmp(r->out->verdict, WIRE_FAIL))
		*r->out->verdict = '\0';
}

/* Which counts mark an exclusive folio: by a page and, if there is one to be had, a huge one. */
static void weigh(void)
{
	struct mem small = { .fd = -1 }, large = { .fd = -1 };
	struct pinlab_weigh w = { 0 };
	const char *why;
	int dev = dev_open();

	if (!mem_alloc(&small, MEM_ANON, PAGE_BYTES, &why))
		w.small = (uintptr_t)small.addr;
	if (!mem_alloc(&large, MEM_ANON_THP, HUGE_BYTES, &why))
		w.large = (uintptr_t)large.addr;
	if (dev >= 0) {
		dev_weigh(dev, &w);
		close(dev);
	}
	mem_free(&small);
	mem_free(&large);
}

void rows_begin(void)
{
	record(WIRE_CAP, WIRE_CAP_DRIVER, dev_is_there() ? "1" : "0");
	record(WIRE_CAP, WIRE_CAP_EXCLUSIVE, dev_has_exclusive() ? "1" : "0");
	if (dev_has_exclusive())
		weigh();
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
