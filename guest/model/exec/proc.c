// SPDX-License-Identifier: GPL-2.0
/* The processes of a sequence of the model check. */
#include "guest/model/exec/proc.h"
#include "guest/model/exec/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int agents_start(struct agents *a)
{
	memset(a, 0, sizeof(*a));
	a->cmd = mmap(NULL, sizeof(*a->cmd), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (a->cmd == MAP_FAILED)
		return -errno;
	a->proc[0].pid = getpid();
	a->cmd->what = AG_OPEN;
	agent_do(a->cmd);
	return a->cmd->err;
}

static void serve(struct agent_cmd *c, int to, int from)
{
	char b;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(to, &b, 1) == 1) {
		agent_do(c);
		if (write(from, &b, 1) != 1)
			break;
	}
	_exit(0);
}

int agent_fork(struct agents *a, unsigned int p)
{
	int to[2], from[2], pid, err;

	if (pipe2(to, O_CLOEXEC))
		return -errno;
	if (pipe2(from, O_CLOEXEC)) {
		close(to[0]);
		close(to[1]);
		return -EMFILE;
	}
	pid = fork();
	err = pid < 0 ? -errno : 0;
	if (!pid) {
		close(to[1]);
		close(from[0]);
		serve(a->cmd, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	if (pid < 0) {
		close(to[1]);
		close(from[0]);
		return err;
	}
	a->proc[p].pid = pid;
	a->proc[p].to = to[1];
	a->proc[p].from = from[0];
	a->cmd->what = AG_OPEN;
	return agent_call(a, p);
}

int agent_call(struct agents *a, unsigned int p)
{
	char b = 'g';

	if (!p) {
		agent_do(a->cmd);
		return a->cmd->err;
	}
	if (write(a->proc[p].to, &b, 1) != 1 || read(a->proc[p].from, &b, 1) != 1)
		return -EPIPE;
	return a->cmd->err;
}

void agent_kill(struct agents *a, unsigned int p)
{
	if (!a->proc[p].pid)
		return;
	kill(a->proc[p].pid, SIGKILL);
	waitpid(a->proc[p].pid, NULL, 0);
	close(a->proc[p].to);
	close(a->proc[p].from);
	memset(&a->proc[p], 0, sizeof(a->proc[p]));
}
