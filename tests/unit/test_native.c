// SPDX-License-Identifier: GPL-2.0
/*
 * The guard over the machine that native runs on, with a knob of this machine that
 * harms nobody: is it as before, and is what ran gone, however the run ended?
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/base/util.h"
#include "host/native/guard.h"
#include "host/native/module.h"

#define KNOB "/sys/kernel/rcu_expedited"

static char read_knob(void)
{
	int fd = open(KNOB, O_RDONLY | O_CLOEXEC);
	char c = '?';

	if (fd < 0 || read(fd, &c, 1) != 1)
		c = '?';
	if (fd >= 0)
		close(fd);
	return c;
}

static bool write_knob(char c)
{
	int fd = open(KNOB, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, &c, 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

static char other(char c)
{
	return c == '0' ? '1' : '0';
}

static void ask_for_knob(void)
{
	if (write_knob(read_knob()))
		return;
	print_message("needs root, and " KNOB " to be writable\n");
	skip();
}

/* Up to five seconds. */
static bool becomes(char c)
{
	for (int i = 0; i < 500 && read_knob() != c; i++)
		usleep(10000);
	return read_knob() == c;
}

static void restores_at_the_end(void **state)
{
	char before;

	(void)state;
	ask_for_knob();
	before = read_knob();
	assert_int_equal(guard_start(NULL), PINLAB_OK);
	assert_true(write_knob(other(before)));
	assert_int_equal(guard_end(), PINLAB_OK);
	assert_int_equal(read_knob(), before);
	assert_int_equal(guard_end(), PINLAB_OK);
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid) {
		setpgid(pid, pid);
		return pid;
	}
	setpgid(0, 0);
	/* Not a word of it is to be caught, as of a row. */
	execlp("sleep", "sleep", "60", NULL);
	_exit(127);
}

static void restores_after_sigkill(void **state)
{
	pid_t row, run;
	char before;
	int status;

	(void)state;
	ask_for_knob();
	before = read_knob();
	row = sleeper();
	run = fork();
	if (!run) {
		/* What the guard says is part of it, and no TAP. */
		dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
		if (guard_start(NULL) || !write_knob(other(before)))
			_exit(1);
		guard_knows(row);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(run, &status, 0), run);
	assert_true(WIFSIGNALED(status));
	assert_true(becomes(before));
	assert_int_equal(waitpid(row, &status, 0), row);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void changes_nothing_without_module(void **state)
{
	(void)state;
	assert_int_equal(guard_start("/nowhere/pinlab.ko"), PINLAB_BROKE);
	assert_false(module_is_loaded());
	assert_int_equal(guard_end(), PINLAB_OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(restores_at_the_end),
		cmocka_unit_test(restores_after_sigkill),
		cmocka_unit_test(changes_nothing_without_module),
	};

	return cmocka_run_group_tests_name("native", tests, NULL, NULL);
}
