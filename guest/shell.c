// SPDX-License-Identifier: GPL-2.0
#include "guest/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* /dev/console never becomes a controlling terminal: what stands behind it does. */
static void console_name(char *path, size_t len)
{
	FILE *f = fopen("/sys/class/tty/console/active", "re");
	char line[64] = "", *last;

	if (f && !fgets(line, sizeof(line), f))
		*line = '\0';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	last = strrchr(line, ' ');
	snprintf(path, len, "/dev/%s", *line ? last ? last + 1 : line : "console");
}

/*
 * The session's leader: when it goes, the kernel hangs the terminal up, and what
 * was not sent yet is lost. So it only waits, and sees to it that all is sent.
 */
static void lead(pid_t shell)
{
	int status = 0;

	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	while (waitpid(shell, &status, 0) < 0 && errno == EINTR)
		;
	tcdrain(STDOUT_FILENO);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void child(const char *program, const sigset_t *signals)
{
	char path[80];
	pid_t shell;
	int fd;

	setsid();
	console_name(path, sizeof(path));
	fd = open(path, O_RDWR);
	if (fd >= 0) {
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
	}
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	shell = fork();
	if (shell > 0)
		lead(shell);
	execl(program, program, NULL);
	fprintf(stderr, "pinlab-guest: %s: %s\n", program, strerror(errno));
	_exit(127);
}

bool shell_run(const char *program)
{
	int status, sig;
	sigset_t signals;
	pid_t shell, pid;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	/* halt, poweroff and reboot of busybox. */
	sigaddset(&signals, SIGUSR1);
	sigaddset(&signals, SIGUSR2);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	shell = fork();
	if (shell < 0) {
		fprintf(stderr, "pinlab-guest: %s: %s\n", program, strerror(errno));
		return false;
	}
	if (!shell)
		child(program, &signals);
	for (;;) {
		if (sigwait(&signals, &sig) || sig != SIGCHLD) {
			tcdrain(STDOUT_FILENO);
			return true;
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (pid == shell)
				return WIFEXITED(status) && !WEXITSTATUS(status);
	}
}
