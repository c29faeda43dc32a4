// SPDX-License-Identifier: GPL-2.0
#include "host/native/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/util.h"
#include "host/native/module.h"
#include "host/native/settings.h"

/* Rows are killed, and still have their pins to give back. */
#define UNLOAD_SECONDS	30.0
#define MODULE_LEFT	1
#define SETTINGS_LEFT	2

/* What is told to the guard: a word at a time; 0 is the end in good order. */
static struct {
	pid_t pid;		/* 0: there is none */
	int tell;
} guard;

/*
 * In the guard: until we are gone or say so. False where we are gone without a
 * word.
 */
static bool hear(int from, pid_t *group)
{
	pid_t word;
	ssize_t n;

	for (;;) {
		n = read(from, &word, sizeof(word));
		if (n < 0 && errno == EINTR)
			continue;
		if (n != sizeof(word))
			return false;
		if (!word)
			return true;
		*group = word;
	}
}

static int put_back(const struct settings *before, bool had_module, pid_t group)
{
	char *what = NULL;
	int status = 0, ret;

	if (group)
		kill(-group, SIGKILL);
	ret = had_module ? 0 : module_unload(UNLOAD_SECONDS);
	if (ret) {
		err("the module pinlab is still loaded: %s; run: rmmod pinlab", strerror(-ret));
		status |= MODULE_LEFT;
	}
	if (settings_restore(before, &what)) {
		err("settings of this machine that could not be put back: %s", what);
		status |= SETTINGS_LEFT;
	}
	free(what);
	return status;
}

static void watch(int from, const struct settings *before, bool had_module)
{
	pid_t group = 0;
	bool well;
	int status;

	/* Nobody's terminal, and no signal that is meant for us. */
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, "pinlab-guard");
	well = hear(from, &group);
	status = put_back(before, had_module, group);
	if (!well && !status)
		note("pinlab was ended before it was done; this machine is as it was before");
	fflush(NULL);
	_exit(status);
}

int guard_start(const char *module)
{
	struct settings before;
	bool had_module = module_is_loaded();
	int fds[2], ret = PINLAB_OK;

	if (pipe2(fds, O_CLOEXEC)) {
		err("watching over this machine: %s", strerror(errno));
		return PINLAB_BROKE;
	}
	settings_read(&before);
	fflush(NULL);
	guard.pid = fork();
	if (!guard.pid) {
		close(fds[1]);
		watch(fds[0], &before, had_module);
	}
	settings_free(&before);
	close(fds[0]);
	guard.tell = fds[1];
	if (guard.pid < 0) {
		err("watching over this machine: fork: %s", strerror(errno));
		guard.pid = 0;
		close(guard.tell);
		return PINLAB_BROKE;
	}
	if (module)
		ret = module_load(module);
	if (ret)
		guard_end();
	return ret;
}

void guard_knows(pid_t group)
{
	if (guard.pid && write(guard.tell, &group, sizeof(group)) != sizeof(group))
		note("nobody watches over this machine any more: the guard is gone");
}

int guard_end(void)
{
	pid_t pid = guard.pid;
	int status = 0;

	if (!pid)
		return PINLAB_OK;
	guard_knows(0);
	close(guard.tell);
	guard.pid = 0;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status))
		err("who watches over this machine was killed: look at lsmod, and at /sys/kernel/mm");
	return status ? PINLAB_BROKE : PINLAB_OK;
}
