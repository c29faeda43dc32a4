// SPDX-License-Identifier: GPL-2.0
/* The model check: a sequence from its start to its end, and what the kernel has. */
#include "guest/mem.h"
#include "guest/model/exec/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/model/exec/end.h"
#include "guest/model/exec/give.h"
#include "guest/model/exec/look.h"
#include "guest/model/exec/memory.h"
#include "guest/model/exec/proc.h"
#include "guest/model/exec/take.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"
#include "guest/torture/torture.h"

#define STUCK_MS	30000
#define SAME_CPU	16	/* sequences */

static int kill_process(struct run *run, const struct model_op *o)
{
	run->out->trace[run->at].ran = true;
	agent_kill(&run->agents, o->proc);
	model_killed(&run->m, o->proc);
	return exec_check_all(run);
}

static int close_file(struct run *run, unsigned int proc, unsigned int file)
{
	run->agents.cmd->what = AG_CLOSE;
	run->agents.cmd->file = file;
	if (exec_call(run, proc))
		return -1;
	model_closed(&run->m, proc, file);
	return 0;
}

static int run_op(struct run *run, const struct model_op *o)
{
	switch (o->what) {
	case MW_TAKE:
		return exec_take(run, o);
	case MW_GIVE:
		return exec_give(run, o);
	case MW_CHANGE:
		return exec_change(run, o);
	case MW_BUG:
		return run_bug(run, o);
	case MW_CLOSE:
		run->out->trace[run->at].ran = true;
		return close_file(run, o->proc, o->file) || exec_check_all(run) ? -1 : 0;
	case MW_FORK:
		return exec_fork(run, o);
	case MW_KILL:
		return kill_process(run, o);
	case MW_CHILD:
		return exec_child(run, o);
	case MW_COUNT:
		return exec_count(run);
	default:
		return exec_memory(run, o);
	}
}

static int run_ops(struct run *run)
{
	for (run->at = 0; run->at < run->seq->n; run->at++) {
		const struct model_op *o = &run->seq->op[run->at];

		if (!model_applies(&run->m, o))
			continue;
		run->out->ran++;
		if (run_op(run, o))
			return -1;
	}
	return 0;
}

/* In this process, whatever becomes of it: out->fail says. */
static void run_sequence(struct run *run)
{
	int err = agents_start(&run->agents);

	if (err)
		exec_fail(run, MC_SETUP, PROMISE_RESULT, "no process: %s", strerror(-err));
	else if (!exec_begin(run) && !run_ops(run) && !exec_end(run))
		run->out->done = true;
	for (unsigned int p = 1; p < MODEL_PROCS; p++)
		agent_kill(&run->agents, p);
}

/*
 * All processes share one CPU: only one of them works at a time, and to wake
 * another CPU takes longer than what is then done there. Now and then it is
 * another one.
 */
static void choose_cpu(uint64_t number)
{
	static cpu_set_t all;
	unsigned int at;
	cpu_set_t one;

	if (!CPU_COUNT(&all) && sched_getaffinity(0, sizeof(all), &all))
		return;
	at = number / SAME_CPU % CPU_COUNT(&all);
	CPU_ZERO(&one);
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && !at--)
			CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static void child(const struct model_seq *seq, const struct model_caps *caps,
		  unsigned int flags, long balance, struct model_outcome *out)
{
	static struct run FAR_BSS run;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	setpgid(0, 0);
	run.seq = seq;
	run.out = out;
	run.strict = flags & MODEL_STRICT;
	run.count = flags & MODEL_COUNT;
	run.balance = balance;
	model_init(&run.m, seq, caps);
	run_sequence(&run);
	_exit(0);
}

/* Until it is over: the pipe's other end is closed with the last process that has it. */
static void wait_for(pid_t pid, int fd, struct model_outcome *out)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n, status;

	do {
		n = poll(&p, 1, STUCK_MS);
	} while (n < 0 && errno == EINTR);
	if (n == 1) {
		waitpid(pid, &status, 0);
		if (!status || out->fail.check != MC_NONE)
			return;
		out->fail = (struct model_fail){ .check = MC_STUCK, .promise = PROMISE_STUCK };
		snprintf(out->fail.text, sizeof(out->fail.text),
			 "the process was killed by signal %d", WTERMSIG(status));
		return;
	}
	kill(-pid, SIGKILL);
	out->fail = (struct model_fail){ .check = MC_STUCK, .promise = PROMISE_STUCK };
	snprintf(out->fail.text, sizeof(out->fail.text), "it did not end within %d s",
		 STUCK_MS / 1000);
	if (poll(&p, 1, STUCK_MS) == 1)
		waitpid(pid, &status, 0);
}

void model_run(const struct model_seq *seq, const struct model_caps *caps,
	       unsigned int flags, long balance, struct model_outcome *out)
{
	static struct model_outcome *shared;
	int alive[2];
	pid_t pid;

	if (!shared)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(out, 0, sizeof(*out));
	memset(shared, 0, sizeof(*shared));
	if (pipe2(alive, O_CLOEXEC)) {
		out->fail.check = MC_SETUP;
		return;
	}
	choose_cpu(seq->number);
	pid = fork();
	if (!pid) {
		close(alive[0]);
		child(seq, caps, flags, balance, shared);
	}
	close(alive[1]);
	if (pid < 0)
		shared->fail.check = MC_SETUP;
	else
		wait_for(pid, alive[0], shared);
	close(alive[0]);
	*out = *shared;
}
