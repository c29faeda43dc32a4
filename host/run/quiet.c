// SPDX-License-Identifier: GPL-2.0
#include "host/run/quiet.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/files.h"

const struct quiet_place quiet_here = { "", "/run/pinlab-quiet-machine" };

/* Set in this order, and put back in the other: without SMT a sibling's files are not there. */
static const struct setting {
	const char *glob, *now;
	const char *offered;	/* beside it: the values that may be set; NULL: any */
} settings[] = {
	{ "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", "performance",
	  "scaling_available_governors" },
	{ "/sys/devices/system/cpu/intel_pstate/no_turbo", "1", NULL },
	{ "/sys/devices/system/cpu/cpufreq/boost", "0", NULL },
	{ "/proc/sys/kernel/numa_balancing", "0", NULL },
	{ "/proc/sys/kernel/nmi_watchdog", "0", NULL },
	{ "/sys/kernel/mm/ksm/run", "0", NULL },
	{ "/sys/devices/system/cpu/smt/control", "off", NULL },
};

static int guardian_pipe = -1, state_fd = -1;
static pid_t guardian;

static char *value_of(const char *root, const char *path)
{
	char *full = xasprintf("%s%s", root, path), *text = read_file(full, NULL);

	if (text)
		text[strcspn(text, "\n")] = '\0';
	free(full);
	return text;
}

static int set_value(const char *root, const char *path, const char *value)
{
	char *full = xasprintf("%s%s", root, path);
	int fd = open(full, O_WRONLY | O_TRUNC | O_CLOEXEC), ret = 0;

	if (fd < 0 || write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		ret = -errno;
	if (fd >= 0)
		close(fd);
	free(full);
	return ret;
}

static bool is_offered(const char *root, const char *path, const struct setting *s)
{
	char *dir, *beside, *offered;
	struct strlist values = { 0 };
	bool yes;

	if (!s->offered)
		return true;
	dir = xstrdup(path);
	*strrchr(dir, '/') = '\0';
	beside = xasprintf("%s/%s", dir, s->offered);
	offered = value_of(root, beside);
	strlist_split(&values, offered ? offered : "", " ");
	yes = strlist_has(&values, s->now);
	strlist_free(&values);
	free(offered);
	free(beside);
	free(dir);
	return yes;
}

static void add_change(json_t *changes, const char *root, const char *path,
		       const struct setting *s)
{
	char *was = value_of(root, path);
	/* Of SMT that is not there, or is off for ever, nothing can be said. */
	bool smt = !strcmp(s->now, "off");

	if (was && strcmp(was, s->now) && is_offered(root, path, s) && (!smt || !strcmp(was, "on")))
		json_array_append_new(changes, json_pack("{s:s, s:s, s:s}", "path", path, "was",
							 was, "now", s->now));
	free(was);
}

/* What there is to change, and nothing is changed yet. */
static json_t *find_changes(const char *root)
{
	json_t *changes = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		char *pattern = xasprintf("%s%s", root, settings[i].glob);
		glob_t g = { 0 };

		if (!glob(pattern, 0, NULL, &g))
			for (size_t k = 0; k < g.gl_pathc; k++)
				add_change(changes, root, g.gl_pathv[k] + strlen(root),
					   &settings[i]);
		globfree(&g);
		free(pattern);
	}
	return changes;
}

static const char *text_of(const json_t *change, const char *key)
{
	const char *s = json_string_value(json_object_get(change, key));

	return s ? s : "";
}

/* A file that somebody else has set meanwhile keeps what he wants. 0, or the last -errno. */
static int put_back(const char *root, const json_t *changes)
{
	int ret = 0;

	for (size_t i = json_array_size(changes); i-- > 0;) {
		const json_t *c = json_array_get(changes, i);
		char *is = value_of(root, text_of(c, "path"));
		int e = 0;

		if (is && !strcmp(is, text_of(c, "now")))
			e = set_value(root, text_of(c, "path"), text_of(c, "was"));
		if (e)
			err("--quiet-machine: %s cannot be set back to %s: %s; set it by hand",
			    text_of(c, "path"), text_of(c, "was"), strerror(-e));
		ret = e ? e : ret;
		free(is);
	}
	return ret;
}

/* Waits until the other end of the pipe is gone, and with it who held it. */
static void guard(const struct quiet_place *q, const json_t *changes, int from)
{
	char c;

	setsid();
	for (int s = 1; s < NSIG; s++)
		if (s != SIGCHLD)
			signal(s, SIG_IGN);
	while (read(from, &c, 1) < 0 && errno == EINTR)
		;
	if (!put_back(q->root, changes))
		unlink(q->state);
	_exit(0);
}

static int start_guardian(const struct quiet_place *q, const json_t *changes)
{
	sigset_t all, before;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	/* A Ctrl-C that comes before it ignores them must not end it. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	guardian = fork();
	if (!guardian) {
		close(ends[1]);
		guard(q, changes, ends[0]);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(ends[0]);
	if (guardian < 0) {
		close(ends[1]);
		return -EAGAIN;
	}
	guardian_pipe = ends[1];
	return 0;
}

/*
 * The file with the old values, on the disk before anything changes. It is locked
 * from here on, by this process and by the guardian, for as long as one of them lives.
 */
static int write_state(const struct quiet_place *q, const json_t *changes)
{
	char *text = json_dumps(changes, JSON_INDENT(1));
	int fd = open(q->state, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644), ret = 0;

	if (fd < 0)
		ret = -errno;
	else if (flock(fd, LOCK_EX | LOCK_NB))
		ret = -EBUSY;
	else if (ftruncate(fd, 0) || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
		 fsync(fd))
		ret = -errno;
	if (ret && fd >= 0)
		close(fd);
	else
		state_fd = fd;
	free(text);
	return ret;
}

static int set_all(const struct quiet_place *q, const json_t *changes)
{
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *c = json_array_get(changes, i);
		int ret = set_value(q->root, text_of(c, "path"), text_of(c, "now"));

		if (!ret)
			continue;
		err("--quiet-machine: %s cannot be set to %s: %s; run as root, or without it",
		    text_of(c, "path"), text_of(c, "now"), strerror(-ret));
		return ret;
	}
	return 0;
}

/* Does a run hold it, or its guardian? */
static bool is_held(const struct quiet_place *q)
{
	int fd = open(q->state, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return held;
}

/* The guardian is there before the first change. */
static int begin(const struct quiet_place *q, const json_t *changes)
{
	int ret = start_guardian(q, changes);

	if (ret)
		err("--quiet-machine: no process that puts all back: %s", strerror(-ret));
	if (!ret)
		ret = set_all(q, changes);
	if (ret)
		quiet_end();
	return ret;
}

json_t *quiet_begin(const struct quiet_place *q)
{
	json_t *changes = find_changes(q->root);
	int ret = is_held(q) ? -EBUSY : 0;

	if (!ret && !json_array_size(changes))
		return changes;
	if (!ret)
		ret = write_state(q, changes);
	if (ret == -EBUSY)
		err("--quiet-machine: another run holds %s: wait for its end", q->state);
	else if (ret)
		err("--quiet-machine: %s: %s; run as root, or without it", q->state,
		    strerror(-ret));
	else if (!begin(q, changes))
		return changes;
	json_decref(changes);
	return NULL;
}

void quiet_end(void)
{
	if (guardian_pipe >= 0) {
		close(guardian_pipe);
		guardian_pipe = -1;
		while (waitpid(guardian, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (state_fd >= 0)
		close(state_fd);
	state_fd = -1;
}

void quiet_recover(const struct quiet_place *q)
{
	int fd = open(q->state, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	json_error_t e;
	json_t *changes;

	if (fd < 0)
		return;
	/* Locked: its run lives, or its guardian. Only who may set them can have written it. */
	if (flock(fd, LOCK_EX | LOCK_NB) || fstat(fd, &st) ||
	    (st.st_uid && st.st_uid != geteuid())) {
		close(fd);
		return;
	}
	changes = json_loadfd(fd, 0, &e);
	if (geteuid() && !*q->root)
		note("a run with --quiet-machine was killed and has left settings behind; run any ./pinlab as root to put them back (%s)",
		     q->state);
	else if (!put_back(q->root, changes) && !unlink(q->state))
		note("settings that a killed run with --quiet-machine had left are put back");
	json_decref(changes);
	close(fd);
}
