/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A program under watch: its calls on files below some folders are counted, and
 * from one of them on something happens to it: an error, or SIGKILL in the middle
 * of the call. Which calls there are and what they return is the real kernel's
 * doing, by a seccomp filter that asks us; QEMU, which inherits it, goes unharmed.
 * What the program opens for writing elsewhere is noted.
 */
#ifndef PINLAB_TESTS_FAULTS_WATCH_H
#define PINLAB_TESTS_FAULTS_WATCH_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/util.h"

/* Which argument of a call names its file, and how. */
struct watched_call {
	int number;
	const char *name;
	int fd_arg;		/* a descriptor; -1: none */
	int path_arg;		/* a path, relative to fd_arg where that is one; -1: none */
};

static const struct watched_call watched[] = {
	{ SYS_openat, "openat", 0, 1 }, { SYS_read, "read", 0, -1 },
	{ SYS_write, "write", 0, -1 }, { SYS_pwrite64, "pwrite64", 0, -1 },
	{ SYS_fsync, "fsync", 0, -1 }, { SYS_ftruncate, "ftruncate", 0, -1 },
	{ SYS_rename, "rename", -1, 0 }, { SYS_renameat, "renameat", 0, 1 },
	{ SYS_renameat2, "renameat2", 0, 1 }, { SYS_unlink, "unlink", -1, 0 },
	{ SYS_unlinkat, "unlinkat", 0, 1 }, { SYS_mkdir, "mkdir", -1, 0 },
	{ SYS_mkdirat, "mkdirat", 0, 1 }, { SYS_getdents64, "getdents64", 0, -1 },
};

#define N_WATCHED ARRAY_SIZE(watched)

struct watch {
	const char *below;	/* only what lies below it counts */
	const char *only;	/* only calls of this name; NULL: all */
	long at;		/* the call that it happens to, from 1 on; 0: none */
	long calls;		/* so many in a row; 0: that one, -1: it and all behind it */
	int error;		/* 0: SIGKILL */
	/* What came of it. */
	long counted;
	char hit[160];		/* the call that it happened to; "" : there was none */
	int status;		/* exit status, or 128 + signal */
};

static inline int install_filter(void)
{
	struct sock_filter code[N_WATCHED + 4];
	struct sock_fprog prog = { .filter = code };

	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						       offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N_WATCHED; i++)
		code[prog.len++] = (struct sock_filter)
			BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, watched[i].number, N_WATCHED - i, 0);
	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
		       &prog);
}

static inline void path_of_fd(pid_t pid, int fd, char path[PATH_MAX])
{
	char link[64];
	ssize_t n;

	if (fd == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/%d/cwd", pid);
	else
		snprintf(link, sizeof(link), "/proc/%d/fd/%d", pid, fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n < 0 ? 0 : n] = '\0';
}

static inline void path_of_call(pid_t pid, const struct watched_call *c,
				const struct seccomp_data *d, char path[PATH_MAX])
{
	char mem[64], name[PATH_MAX] = "", dir[PATH_MAX] = "";
	int fd;

	if (c->fd_arg >= 0)
		path_of_fd(pid, (int)d->args[c->fd_arg], dir);
	else
		path_of_fd(pid, AT_FDCWD, dir);
	if (c->path_arg >= 0) {
		snprintf(mem, sizeof(mem), "/proc/%d/mem", pid);
		fd = open(mem, O_RDONLY | O_CLOEXEC);
		/* A string may end right before a page that is not there. */
		for (size_t i = 0; fd >= 0 && i < sizeof(name) - 1; i++)
			if (pread(fd, name + i, 1, d->args[c->path_arg] + i) != 1 || !name[i])
				break;
		if (fd >= 0)
			close(fd);
	}
	if (c->path_arg < 0)
		snprintf(path, PATH_MAX, "%s", dir);
	else if (*name == '/')
		snprintf(path, PATH_MAX, "%s", name);
	else
		snprintf(path, PATH_MAX, "%.2000s/%.2000s", dir, name);
}

/* One call: true where it is to go wrong. */
static inline bool is_hit(struct watch *w, pid_t pid, const struct seccomp_data *d)
{
	const struct watched_call *c = watched;
	size_t n = strlen(w->below);
	char path[PATH_MAX];
	bool hit;

	while (c->number != d->nr)
		c++;
	path_of_call(pid, c, d, path);
	if (strncmp(path, w->below, n) || (path[n] && path[n] != '/') ||
	    (w->only && strcmp(w->only, c->name)))
		return false;
	w->counted++;
	hit = w->at && w->counted >= w->at &&
	      (w->calls < 0 || w->counted <= w->at + (w->calls ? w->calls - 1 : 0));
	if (hit && !*w->hit)
		snprintf(w->hit, sizeof(w->hit), "%s %.120s", c->name, path + n);
	return hit;
}

/* Answers until nobody is left who could ask. */
static inline void answer(struct watch *w, pid_t pid, int fd)
{
	struct seccomp_notif ask;
	struct seccomp_notif_resp reply;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (poll(&p, 1, -1) > 0 && (p.revents & POLLIN)) {
		bool hit;

		memset(&ask, 0, sizeof(ask));
		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &ask))
			continue;
		hit = ask.pid == (unsigned int)pid && is_hit(w, pid, &ask.data);
		if (hit && !w->error)
			kill(pid, SIGKILL);
		reply = (struct seccomp_notif_resp){ .id = ask.id, .error = hit ? -w->error : 0,
			.flags = hit ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE };
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

static inline int exit_of(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Runs it to its end, with what it says in the file `log`. 0, or -errno: no watching here. */
static inline int watch_run(struct watch *w, char *const argv[], const char *log)
{
	int *fd = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), status = 0, ret;
	pid_t pid;

	if (fd == MAP_FAILED || out < 0)
		return -errno;
	*fd = INT_MIN;
	w->counted = 0;
	*w->hit = '\0';
	fflush(NULL);
	/* The descriptor to answer by comes to us through a table that both share. */
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		int filter;

		setpgid(0, 0);
		filter = install_filter();
		filter = filter < 0 ? -errno : filter;
		unshare(CLONE_FILES);
		*fd = filter;
		dup2(out, 1);
		dup2(out, 2);
		execv(argv[0], argv);
		_exit(127);
	}
	while (pid > 0 && *fd == INT_MIN && !waitpid(pid, &status, WNOHANG))
		usleep(1000);
	close(out);
	ret = pid < 0 ? -EAGAIN : *fd < 0 ? *fd : 0;
	if (!ret) {
		answer(w, pid, *fd);
		close(*fd);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	w->status = exit_of(status);
	munmap(fd, 4096);
	return ret;
}

#endif
