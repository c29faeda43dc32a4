// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/others.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/machine/command.h"
#include "guest/machine/kmsg.h"
#include "guest/machine/others_disk.h"
#include "guest/torture/leaks.h"

#define OUT		"/tmp/others.out"	/* of one program */
#define ALL		"/tmp/others.all"
#define SETTLE_TRIES	40	/* of 50 ms: pins go with RCU and workers */
#define EXIT_SKIP	4	/* KSFT_SKIP */

struct tally {
	unsigned int pass, fail, skip;
	char end[200];		/* of the program that ended the list; "": all went well */
};

/* "ok 5 # SKIP why"; true if it is a result. */
static bool count_result(struct tally *t, const char *line)
{
	unsigned int n;

	if (sscanf(line, "ok %u", &n) == 1) {
		if (strstr(line, "# SKIP"))
			t->skip++;
		else
			t->pass++;
		return true;
	}
	if (sscanf(line, "not ok %u", &n) != 1)
		return false;
	/* What is expected to fail on this kernel. */
	if (strstr(line, "# XFAIL"))
		t->pass++;
	else
		t->fail++;
	return true;
}

static void append(FILE *all, const char *line)
{
	if (all)
		fputs(line, all);
}

static void read_output(struct tally *t, const char *program, int status, FILE *all)
{
	FILE *f = fopen(OUT, "re");
	char line[512];
	bool tap = false;

	append(all, "$ ");
	append(all, program);
	append(all, "\n");
	while (f && fgets(line, sizeof(line), f)) {
		tap |= count_result(t, line);
		append(all, line);
	}
	if (f)
		fclose(f);
	unlink(OUT);
	if (tap)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIP)
		t->skip++;
	else if (status)
		t->fail++;
	else
		t->pass++;
}

static void how_it_ended(struct tally *t, const char *line, int err, int status)
{
	char how[64] = "";

	if (err == -ETIMEDOUT)
		snprintf(how, sizeof(how), "timeout");
	else if (err)
		snprintf(how, sizeof(how), "%s", err == -EBUSY ? "stuck" : strerror(-err));
	else if (WIFSIGNALED(status))
		snprintf(how, sizeof(how), "SIG%s", sigabbrev_np(WTERMSIG(status)));
	else if (WEXITSTATUS(status) && WEXITSTATUS(status) != EXIT_SKIP)
		snprintf(how, sizeof(how), "exit %d", WEXITSTATUS(status));
	if (*how)
		snprintf(t->end, sizeof(t->end), "%s of %s", how, line);
}

/* -ENOENT: this base has no such program. */
static int run_all(struct tally *t, const char *const *lines, unsigned int seconds)
{
	FILE *all = fopen(ALL, "we");
	int err = 0;

	for (; *lines && !*t->end && err != -ENOENT; lines++) {
		int status = -1;

		err = command_run(*lines, seconds, OUT, &status);
		how_it_ended(t, *lines, err, status);
		read_output(t, *lines, err ? -1 : status, all);
	}
	if (all)
		fclose(all);
	return err == -ENOENT ? err : 0;
}

static void pins_text(char *text, size_t size, long before)
{
	long left = 0;

	for (int i = 0; i < SETTLE_TRIES; i++) {
		left = torture_pins_balance() - before;
		if (!left)
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
	if (left)
		snprintf(text, size, "pins %+ld", left);
	else
		snprintf(text, size, "pins balance");
}

/* "WARNING: CPU: 1 PID: 104 at mm/gup.c:2620 ...": all but what is chance. */
static const char *gist(const char *complaint)
{
	const char *at = strstr(complaint, " at ");

	return !strncmp(complaint, "WARNING: CPU", 12) && at ? at + 1 : complaint;
}

/* torture is not to see them: they are part of what is said here. */
static void log_text(char *text, size_t size)
{
	struct complaint c;

	kmsg_read(&c);
	if (c.warnings + c.others)
		snprintf(text, size, "log: %u complaints, first: %s", c.warnings + c.others,
			 gist(c.text));
	else
		snprintf(text, size, "log clean");
	kmsg_rearm();
}

int others_run(struct row *r, const char *const *lines, unsigned int seconds, bool tests)
{
	struct tally t = { .end = "" };
	char pins[64], log[256], counts[80] = "";
	const char *why = "";
	long before;
	int err = tools_mount(&why);

	if (err)
		return row_skip(r, "needs %s: %s", why, strerror(-err));
	before = torture_pins_balance();
	err = run_all(&t, lines, seconds);
	pins_text(pins, sizeof(pins), before);
	log_text(log, sizeof(log));
	if (tests)
		snprintf(counts, sizeof(counts), "pass %u, fail %u, skip %u; ", t.pass, t.fail,
			 t.skip);
	if (err)
		row_skip(r, "needs %.*s, which this base has not", (int)strcspn(*lines, " "),
			 *lines);
	else
		torture_fact(r, WIRE_FACT_VERDICT,
			     "%s%s; %s; %s", counts, *t.end ? t.end : "exit 0",
			     pins, log);
	torture_keep(r, ALL, "txt");
	unlink(ALL);
	return err ? 1 : 0;
}
