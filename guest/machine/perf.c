// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/perf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/child.h"
#include "guest/machine/knob.h"
#include "guest/machine/others_disk.h"

#define PERF		"/bin/perf"
#define PERF_SAYS	"/tmp/watch.says"
#define PERF_CALLS	"/tmp/watch.calls"
#define CTL		"/tmp/watch.ctl"
#define ACK		"/tmp/watch.ack"
#define TRACING		"/sys/kernel/tracing/"
#define BUFFER_KB	TRACING "buffer_size_kb"
#define CPUS		"/sys/devices/system/cpu/"
/* On a loaded host perf takes seconds to start under TCG. */
#define START_SECONDS	20
#define PERF_SECONDS	200

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void nap(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static bool has_line(const char *path, const char *wanted)
{
	FILE *f = fopen(path, "re");
	char line[256];
	bool hit = false;

	while (f && !hit && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n ")] = '\0';
		hit = !strcmp(line, wanted);
	}
	if (f)
		fclose(f);
	return hit;
}

/* The first one has no such file, or keeps it at "1". */
static int set_cpus(const char *online)
{
	DIR *dir = opendir(CPUS);
	int err = dir ? 0 : -errno, cpu;
	struct dirent *d;
	char path[64], end;

	while (dir && !err && (d = readdir(dir))) {
		if (sscanf(d->d_name, "cpu%d%c", &cpu, &end) != 1 || !cpu)
			continue;
		snprintf(path, sizeof(path), CPUS "cpu%d/online", cpu);
		if (!has_line(path, online))
			err = knob_write(path, online);
	}
	if (dir)
		closedir(dir);
	return err;
}

void perf_all_cpus(void)
{
	set_cpus("1");
}

/* Whoever is killed meanwhile must not leave those who come next with one CPU. */
static int guard(void)
{
	int fds[2];
	pid_t pid;
	char c;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = child_fork();
	if (!pid) {
		/* The row is killed with its group. */
		setsid();
		close(fds[1]);
		while (read(fds[0], &c, 1) > 0)
			;
		perf_all_cpus();
		_exit(0);
	}
	close(fds[0]);
	return pid < 0 ? -errno : 0;
}

int perf_one_cpu(void)
{
	static bool guarded;
	int err = guarded ? 0 : guard();

	guarded = true;
	return err ? err : set_cpus("0");
}

/* tools_run() waits, so it does that in a process of its own, whose status is this. */
static pid_t start(const char *const argv[], const char *out_path)
{
	pid_t pid = child_fork();
	int status, err;

	if (pid)
		return pid;
	err = tools_run(argv, PERF_SECONDS, out_path, &status);
	if (err)
		_exit(-err & 0x7f);
	_exit(WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : EIO);
}

/* 0, or -errno: of tools_run(), or -EIO if perf itself failed. */
static int wait_for(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EIO;
}

static void give_up(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* perf answers each command with a line. */
static int command(const struct perf_watch *w, const char *word)
{
	struct pollfd p = { .fd = w->ack, .events = POLLIN };
	char answer[16];

	if (write(w->ctl, word, strlen(word)) != (ssize_t)strlen(word))
		return -errno;
	if (poll(&p, 1, START_SECONDS * 1000) != 1)
		return -ETIMEDOUT;
	return read(w->ack, answer, sizeof(answer)) > 0 ? 0 : -EIO;
}

/* Open at both ends, so that it does not matter who comes first. */
static int open_fifo(const char *path)
{
	unlink(path);
	if (mkfifo(path, 0600))
		return -errno;
	return open(path, O_RDWR | O_CLOEXEC);
}

static void close_fifos(struct perf_watch *w)
{
	if (w->ctl >= 0)
		close(w->ctl);
	if (w->ack >= 0)
		close(w->ack);
	unlink(CTL);
	unlink(ACK);
}

int perf_watch_page(struct perf_watch *w, uint64_t pfn, const char *only)
{
	char filter[3500];
	const char *const argv[] = {
		PERF, "record", "-q", "-a", "-B", "-m", "1024", "-e", "page_ref:*",
		"--filter", filter, "--delay", "-1", "--control", "fifo:" CTL "," ACK,
		"-o", PERF_DATA, NULL
	};
	int err;

	snprintf(filter, sizeof(filter), "pfn == %llu%s%s%s", (unsigned long long)pfn,
		 only ? " && (" : "", only ? only : "", only ? ")" : "");
	w->ctl = open_fifo(CTL);
	w->ack = open_fifo(ACK);
	err = w->ctl < 0 || w->ack < 0 ? -EIO : 0;
	w->pid = err ? 0 : start(argv, PERF_SAYS);
	if (!err)
		err = command(w, "enable\n");
	if (!err)
		return 0;
	give_up(w->pid);
	close_fifos(w);
	return err;
}

int perf_watch_end(struct perf_watch *w)
{
	static const char *const argv[] = {
		PERF, "script", "-i", PERF_DATA, "-F", "comm,pid,cpu,time,event,trace", NULL
	};
	int err = command(w, "stop\n");

	if (err)
		give_up(w->pid);
	else
		err = wait_for(w->pid);
	close_fifos(w);
	unlink(PERF_SAYS);
	return err ? err : wait_for(start(argv, PERF_SCRIPT));
}

/* "init 63 [000] 1.234567: page_ref:page_ref_mod: pfn=0x1 flags= count=2 mapcount=0 ... val=1" */
static bool read_event(const char *line, struct page_event *e)
{
	const char *cpu = strchr(line, '['), *name = strstr(line, ":page_ref_");
	const char *count = strstr(line, " count="), *val = strstr(line, " val=");

	if (!cpu || !name || !count || !val || sscanf(cpu, "[%*d] %lf", &e->seconds) != 1 ||
	    sscanf(name, ":page_ref_%23[a-z_]", e->name) != 1)
		return false;
	e->count = strtol(count + strlen(" count="), NULL, 0);
	e->val = strtol(val + strlen(" val="), NULL, 0);
	return true;
}

/* Room for one more; false if there is none. */
static bool grow(void **list, size_t n, size_t size)
{
	void *more;

	if (n & (n - 1))
		return true;
	more = realloc(*list, (n ? 2 * n : 1) * size);
	if (more)
		*list = more;
	return more;
}

size_t perf_events(struct page_event **events)
{
	FILE *f = fopen(PERF_SCRIPT, "re");
	struct page_event e;
	char line[1000];
	void *list = NULL;
	size_t n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (read_event(line, &e) && grow(&list, n, sizeof(e)))
			((struct page_event *)list)[n++] = e;
	if (f)
		fclose(f);
	*events = list;
	return n;
}

bool perf_can_trace(const char *function)
{
	return has_line(TRACING "available_filter_functions", function);
}

/* perf has come so far that it only waits. */
static int wait_for_tracer(pid_t pid)
{
	double end = now() + START_SECONDS;

	while (!has_line(TRACING "current_tracer", "function_graph") ||
	       !has_line(TRACING "tracing_on", "1")) {
		siginfo_t info = { .si_pid = 0 };

		if (now() > end || waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) ||
		    info.si_pid)
			return -ETIMEDOUT;
		nap(5);
	}
	return 0;
}

/* tools_run() tells no process, but this is the only perf that runs. */
static void interrupt_perf(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *d;
	char path[64];

	while (proc && (d = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%.20s/comm", d->d_name);
		if (atoi(d->d_name) > 0 && has_line(path, "perf"))
			kill(atoi(d->d_name), SIGINT);
	}
	if (proc)
		closedir(proc);
}

/* A signal is the only end of perf ftrace. One alone may fall between its look and its wait. */
static int end_tracer(pid_t pid)
{
	double end = now() + START_SECONDS;
	siginfo_t info = { .si_pid = 0 };

	do {
		interrupt_perf();
		nap(20);
		if (now() > end) {
			give_up(pid);
			return -ETIMEDOUT;
		}
	} while (!waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid);
	return wait_for(pid);
}

/*
 * " 0) + 22.744 us   |  pin_user_pages();", or "}" for it where something came
 * between begin and end.
 */
static size_t read_calls(double **ns)
{
	FILE *f = fopen(PERF_CALLS, "re");
	char line[256], *us, *bar;
	void *list = NULL;
	size_t n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		us = strchr(line, ')');
		bar = strchr(line, '|');
		if (!us || !bar || line[0] == '#')
			continue;
		us += strcspn(us, "0123456789");
		if (us < bar && grow(&list, n, sizeof(**ns)))
			((double *)list)[n++] = strtod(us, NULL) * 1000;
	}
	if (f)
		fclose(f);
	*ns = list;
	return n;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/*
 * Not "perf ftrace latency": its buckets are powers of two, and each is named by
 * half of its bounds (make_histogram() against display_histogram() in 6.1's
 * builtin-ftrace.c). -T besides -G keeps all other functions as they are.
 */
int perf_time_calls(const char *function, int (*work)(void *arg), void *arg, double **ns,
		    size_t *n)
{
	char self[16], kb[64] = "";
	const char *const argv[] = {
		PERF, "ftrace", "trace", "-G", function, "-T", function, "-p", self, NULL
	};
	int err, worked = 0, ended;
	pid_t pid;

	snprintf(self, sizeof(self), "%d", getpid());
	/* "7 (expanded: 1408)" is a buffer that is there for the first who traces. */
	knob_read(BUFFER_KB, kb, sizeof(kb));
	kb[strspn(kb, "0123456789")] = '\0';
	pid = start(argv, PERF_CALLS);
	err = wait_for_tracer(pid);
	if (!err)
		worked = work(arg);
	ended = end_tracer(pid);
	/* perf leaves off what it has found on; and the kernel keeps what has grown. */
	knob_write(TRACING "tracing_on", "1");
	knob_write(BUFFER_KB, kb);
	err = err ? err : worked ? -ECANCELED : ended;
	*n = err ? 0 : read_calls(ns);
	unlink(PERF_CALLS);
	if (*n)
		qsort(*ns, *n, sizeof(**ns), by_size);
	return err;
}
