// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/others_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DISK		"/dev/vda"
#define ROOT		"/tools"
#define LABEL		"pinlab-tools"	/* as scripts/mktools gives it */
#define LABEL_AT	(1024 + 120)	/* of the ext2 superblock */
#define KILL_SECONDS	10		/* until a killed program counts as stuck */
#define REPORT_FD	3

/* Elsewhere than in our guest the first disk is somebody's own. */
static int check_disk(void)
{
	char label[16] = "";
	int fd = open(DISK, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (pread(fd, label, sizeof(label), LABEL_AT) != sizeof(label) ||
	    strncmp(label, LABEL, sizeof(label)))
		err = -ENODEV;
	close(fd);
	return err;
}

static const struct {
	const char *source, *target, *type;
	unsigned long flags;
} mounts[] = {
	{ DISK, ROOT, "ext2", MS_RDONLY },
	{ "proc", ROOT "/proc", "proc" },
	{ "sysfs", ROOT "/sys", "sysfs" },
	{ "debugfs", ROOT "/sys/kernel/debug", "debugfs" },
	{ "tracefs", ROOT "/sys/kernel/tracing", "tracefs" },
	{ "devtmpfs", ROOT "/dev", "devtmpfs" },
	{ "tmpfs", ROOT "/dev/shm", "tmpfs" },
	{ "/tmp", ROOT "/tmp", NULL, MS_BIND },
	{ NULL }
};

int tools_mount(const char **why)
{
	int err;

	if (!access(ROOT "/versions", F_OK))
		return 0;
	*why = "the disk of tools";
	err = check_disk();
	for (size_t i = 0; mounts[i].source && !err; i++) {
		*why = mounts[i].type ? mounts[i].type : mounts[i].source;
		/* Most are there; where one cannot be made, mount() says so. */
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].source, mounts[i].target, mounts[i].type, mounts[i].flags,
			  NULL))
			err = -errno;
	}
	/* All or nothing: that it is there means that it is whole. */
	if (err)
		umount2(ROOT, MNT_DETACH);
	return err;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

/* Parent of a process; 0 if it is gone. Its name may hold anything. */
static pid_t parent_of(const char *pid)
{
	char path[64], stat[512], *end;
	int fd, parent = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	stat[n > 0 ? n : 0] = '\0';
	end = strrchr(stat, ')');
	if (!end || sscanf(end, ") %*c %d", &parent) != 1)
		return 0;
	return parent;
}

static void kill_children(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;

	while (proc && (d = readdir(proc)))
		if (atoi(d->d_name) > 0 && parent_of(d->d_name) == getpid())
			kill(atoi(d->d_name), SIGKILL);
	if (proc)
		closedir(proc);
}

/*
 * Programs put children into groups and sessions of their own. But who loses
 * his parent becomes a child of ours, so in the end nothing escapes.
 */
static int kill_all(pid_t pid)
{
	double end = now() + KILL_SECONDS;
	pid_t gone;

	kill(-pid, SIGKILL);
	do {
		kill_children();
		do {
			gone = waitpid(-1, NULL, WNOHANG);
		} while (gone > 0);
		if (gone < 0)
			return 0;
		nap();
	} while (now() < end);
	return -EBUSY;
}

static int enter(const char *out_path)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int out = open(out_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    chroot(ROOT) || chdir("/tmp"))
		return -errno;
	return 0;
}

static int start(const char *const argv[], pid_t *pid)
{
	static char *const env[] = {
		"PATH=/bin", "HOME=/tmp", "LC_ALL=C", "TERM=dumb", NULL
	};
	posix_spawnattr_t attr;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	return -posix_spawn(pid, argv[0], NULL, &attr, (char *const *)argv, env);
}

struct ended {
	int err, status;
};

/* In a process that is there for this alone. */
static void supervise(const char *const argv[], unsigned int seconds, const char *out_path,
		      pid_t parent, struct ended *e)
{
	double end = now() + seconds;
	pid_t pid, gone;
	int status, stuck;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	e->err = enter(out_path);
	if (!e->err)
		e->err = start(argv, &pid);
	if (e->err)
		return;
	while ((gone = waitpid(-1, &status, WNOHANG)) != pid) {
		if (now() > end || getppid() != parent) {
			e->err = -ETIMEDOUT;
			break;
		}
		if (!gone)
			nap();
	}
	if (gone == pid)
		e->status = status;
	stuck = kill_all(pid);
	if (stuck)
		e->err = stuck;
}

int tools_run(const char *const argv[], unsigned int seconds, const char *out_path, int *status)
{
	struct ended e = { .err = -EIO };
	pid_t parent = getpid(), pid;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid) {
		/* Whatever the caller has open must not outlive him here. */
		if (fds[1] != REPORT_FD)
			dup3(fds[1], REPORT_FD, O_CLOEXEC);
		close_range(REPORT_FD + 1, ~0u, 0);
		supervise(argv, seconds, out_path, parent, &e);
		_exit(write(REPORT_FD, &e, sizeof(e)) != sizeof(e));
	}
	if (pid < 0)
		e.err = -errno;
	close(fds[1]);
	if (pid > 0 && read(fds[0], &e, sizeof(e)) != sizeof(e))
		e.err = -EIO;
	close(fds[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (!e.err)
		*status = e.status;
	return e.err;
}
