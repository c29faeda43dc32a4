// SPDX-License-Identifier: GPL-2.0
#include "guest/torture/broad.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/machine/command.h"
#include "guest/machine/others_disk.h"
#include "guest/torture/beside.h"

#define OUT		"/tmp/broad.out"
#define RACERS_NICE	10	/* or two of them would leave little to it */
#define TOLD_LINES	20	/* of a program that has failed */

struct broad {
	broad_line line;
	unsigned int seconds;
	struct beside *beside;
	unsigned long runs;
};

/* The last lines of what it has said. */
static void tell_output(struct row *r)
{
	static char lines[TOLD_LINES][200];
	FILE *f = fopen(OUT, "re");
	unsigned long n = 0;

	while (f && fgets(lines[n % TOLD_LINES], sizeof(lines[0]), f))
		n++;
	if (f)
		fclose(f);
	for (unsigned long i = n > TOLD_LINES ? n - TOLD_LINES : 0; i < n; i++) {
		char *s = lines[i % TOLD_LINES];

		s[strcspn(s, "\n")] = '\0';
		torture_detail(r, "%s", s);
	}
	torture_keep(r, OUT, "failed.txt");
}

static int failed(struct row *r, const char *line, int err, int status)
{
	const char *promise = err == -ETIMEDOUT || err == -EBUSY ? PROMISE_STUCK : PROMISE_RESULT;

	if (err)
		torture_finding(r, promise, "%s: %s", line, strerror(-err));
	else if (WIFSIGNALED(status))
		torture_finding(r, promise, "%s: killed by SIG%s", line,
				sigabbrev_np(WTERMSIG(status)));
	else
		torture_finding(r, promise, "%s: exit status %d", line, WEXITSTATUS(status));
	tell_output(r);
	return -1;
}

static int disturb(struct race_round *w)
{
	struct broad *b = w->priv;
	const char *line = b->line(&w->rng);
	int status = 0, err;

	/* Of this thread, and so of the program; racers were started before. */
	setpriority(PRIO_PROCESS, 0, 0);
	err = command_run(line, b->seconds, OUT, &status);
	if (err || status)
		return failed(w->r, line, err, status);
	b->runs++;
	return 0;
}

static int after(struct race_round *w)
{
	struct broad *b = w->priv;
	const char *promise, *said = beside_check(b->beside, &promise);

	return said ? torture_finding(w->r, promise, "%s", said) : 0;
}

int broad_run(struct row *r, broad_line line, unsigned int seconds)
{
	struct broad b = { .line = line, .seconds = seconds };
	const struct race race = {
		.kinds = KINDS_LONGTERM,
		.racers = { OPS_EXC | OPS_FAST, OPS_EXC | OPS_ORDINARY | OP(GET_FAST) },
		.flags = PINLAB_RACE_READ | PINLAB_RACE_SHARE | PINLAB_RACE_DIRTY,
		/* Starting a program forks: private pages are copied. */
		.remaps = true,
		.undelayed = true,
		.priv = &b,
		.disturb = disturb,
		.after = after,
	};
	const char *why = "", *promise, *said;
	int ret = tools_mount(&why);

	if (ret)
		return row_skip(r, "needs %s: %s", why, strerror(-ret));
	b.beside = beside_start(r);
	if (!b.beside)
		return -1;
	torture_fact(r, "beside", "%lu MiB pinned %s", beside_mib(b.beside),
		     beside_how(b.beside));
	setpriority(PRIO_PROCESS, 0, RACERS_NICE);
	ret = race_run(r, &race);
	said = beside_end(b.beside, &promise);
	if (said)
		ret = torture_finding(r, promise, "%s", said);
	torture_figure(r, "runs", "runs", b.runs);
	unlink(OUT);
	return ret;
}
