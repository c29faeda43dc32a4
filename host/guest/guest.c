// SPDX-License-Identifier: GPL-2.0
#include "host/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/text.h"

/* A guest that floods its console or its records is stopped here. */
#define FILE_LIMIT (256ul << 20)

const char *outcome_name(enum outcome o)
{
	static const char *const names[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_PANIC] = "panic",
		[OUTCOME_HANG] = "hang",
		[OUTCOME_TIMEOUT] = "timeout",
		[OUTCOME_TRUNCATED] = "truncated",
		[OUTCOME_GARBLED] = "garbled",
		[OUTCOME_NO_RECORDS] = "no-records",
		[OUTCOME_INIT_FAILED] = "init-failed",
		[OUTCOME_QEMU_DIED] = "qemu-died",
		[OUTCOME_EMULATOR] = "emulator",
		[OUTCOME_HOST] = "host",
		[OUTCOME_INTERRUPTED] = "interrupted",
	};

	return names[o];
}

/* So long after the kernel's own word that it is stuck a record has to come. */
#define STALL_SECONDS 90

static void child(const struct strlist *argv, int log, pid_t parent)
{
	struct rlimit limit = { FILE_LIMIT, FILE_LIMIT };
	char **args = xcalloc(argv->n + 1, sizeof(*args));
	int null = open("/dev/null", O_RDONLY);

	memcpy(args, argv->v, argv->n * sizeof(*args));
	/* Ctrl-C is for the runner, which then ends its guests in order. */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(125);
	setrlimit(RLIMIT_FSIZE, &limit);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (null < 0)
		_exit(126);
	dup2(null, 0);
	dup2(log, 1);
	dup2(log, 2);
	signal(SIGPIPE, SIG_DFL);
	execvp(args[0], args);
	dprintf(2, "%s: %s\n", args[0], strerror(errno));
	_exit(127);
}

int guest_start(struct guest *g, const struct strlist *argv)
{
	pid_t parent = getpid();
	int log;

	console_init(&g->console);
	g->stalled = -1;
	/* QEMU opens them by their paths, where there is an empty file of ours then. */
	g->records_fd = place_create(&g->place, "records");
	if (g->records_fd < 0)
		return g->records_fd;
	g->console_fd = place_create(&g->place, "console.log");
	log = g->console_fd < 0 ? g->console_fd : place_create(&g->place, "qemu.log");
	if (log < 0) {
		close(g->records_fd);
		if (g->console_fd >= 0)
			close(g->console_fd);
		return log;
	}
	records_init(&g->rec);
	g->started = now_seconds();
	g->last_sign = g->started;
	g->first_record = -1;
	fflush(NULL);
	g->pid = fork();
	if (!g->pid)
		child(argv, log, parent);
	close(log);
	if (g->pid > 0) {
		/* As child() does: whoever comes first. */
		setpgid(g->pid, g->pid);
		return 0;
	}
	close(g->records_fd);
	close(g->console_fd);
	return -EAGAIN;
}

void guest_stop(struct guest *g, enum outcome why, const char *detail)
{
	if (g->stopped || g->pid <= 0)
		return;
	g->stopped = true;
	g->outcome = why;
	snprintf(g->detail, sizeof(g->detail), "%s", detail);
	/* Natively rows are processes of this machine. */
	kill(-g->pid, SIGKILL);
}

static void read_records(struct guest *g)
{
	char buf[16384], text[128];
	ssize_t n;

	while ((n = read(g->records_fd, buf, sizeof(buf))) > 0) {
		g->last_sign = now_seconds();
		if (g->first_record < 0)
			g->first_record = g->last_sign - g->started;
		if (!*g->rec.error && records_feed(&g->rec, buf, n))
			guest_stop(g, OUTCOME_GARBLED, g->rec.error);
	}
	if (n < 0 && errno != EINTR && errno != EAGAIN) {
		snprintf(text, sizeof(text), "its records cannot be read: %s", strerror(errno));
		guest_stop(g, OUTCOME_HOST, text);
	}
}

/*
 * Until the guest program speaks, what the kernel prints is the sign of life. From
 * then on records are: a kernel that is wedged may complain of that for ever.
 */
static void watch_console(struct guest *g)
{
	char buf[16384];
	ssize_t n;

	while ((n = read(g->console_fd, buf, sizeof(buf))) > 0) {
		console_feed(&g->console, buf, n);
		if (!g->rec.hello)
			g->last_sign = now_seconds();
	}
	if (g->stalled < 0 && console_find(&g->console, SPLAT_STALL))
		g->stalled = now_seconds();
}

static void first_log_line(const struct guest *g, char *out, size_t len)
{
	char *log = place_read(&g->place, "qemu.log", PLACE_MAX, NULL);

	if (log && *log)
		snprintf(out, len, "%.*s", (int)strcspn(log, "\n"), log);
	text_make_plain(out);
	free(log);
}

/* QEMU ends well when somebody asks it to: that is not the guest's doing either. */
static bool was_told_to_end(const char *log_line)
{
	return strstr(log_line, "terminating on signal");
}

static void judge(struct guest *g)
{
	bool exited = WIFEXITED(g->status);
	int code = exited ? WEXITSTATUS(g->status) : -1;
	char text[200] = "";

	first_log_line(g, text, sizeof(text));
	/* The kernel's last words outrank how QEMU ended, and our own watchdog. */
	if (g->outcome != OUTCOME_INTERRUPTED && g->console.panic) {
		g->outcome = g->console.stale_int3 ? OUTCOME_EMULATOR : OUTCOME_PANIC;
		snprintf(g->detail, sizeof(g->detail), "%s", g->console.panic_text);
		return;
	}
	if (g->stopped)
		return;
	if (*g->rec.error) {
		g->outcome = OUTCOME_GARBLED;
		snprintf(g->detail, sizeof(g->detail), "%s", g->rec.error);
	} else if (was_told_to_end(text)) {
		g->outcome = OUTCOME_QEMU_DIED;
		snprintf(g->detail, sizeof(g->detail), "%s", text);
	} else if (!exited || (code && code != g->exit_done)) {
		/* Seen with 7.2 while a PCI BAR was mapped: no word of the guest's own yet. */
		bool emulator = !exited && WTERMSIG(g->status) == SIGSEGV && !g->rec.hello;

		g->outcome = emulator ? OUTCOME_EMULATOR : OUTCOME_QEMU_DIED;
		snprintf(g->detail, sizeof(g->detail), "%s %d%s%s",
			 exited ? "exit status" : "signal",
			 exited ? code : WTERMSIG(g->status), *text ? ": " : "", text);
	} else if (!g->rec.hello && code == g->exit_done) {
		g->outcome = OUTCOME_NO_RECORDS;
		snprintf(g->detail, sizeof(g->detail), "said that it was done, and left no record");
	} else if (!g->rec.hello) {
		g->outcome = OUTCOME_INIT_FAILED;
		snprintf(g->detail, sizeof(g->detail),
			 "no record came; the console has what the kernel said");
	} else if (!g->rec.end || g->rec.fill || code != g->exit_done) {
		g->outcome = OUTCOME_TRUNCATED;
		snprintf(g->detail, sizeof(g->detail), "the records stop after line %llu, %s",
			 (unsigned long long)g->rec.line,
			 g->rec.end ? "and the guest did not say done" : "without a trailer");
	} else if (g->exit_done && !g->console.done) {
		/* The guest has said all; QEMU could not write some of it (a limit, a disk). */
		g->outcome = OUTCOME_HOST;
		snprintf(g->detail, sizeof(g->detail), "the console was cut off behind its line %lu",
			 g->console.lines);
	} else {
		g->outcome = OUTCOME_OK;
	}
}

/* Is it stopped, or traced, by somebody here? Then its silence is not the guest's. */
static bool is_frozen(const struct guest *g)
{
	char path[64], text[512] = "", *state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", g->pid);
	f = fopen(path, "re");
	if (f) {
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		fclose(f);
	}
	/* "PID (NAME) STATE": the name may have anything in it. */
	state = strrchr(text, ')');
	return state && state[1] == ' ' && (state[2] == 'T' || state[2] == 't');
}

static void check_limits(struct guest *g)
{
	bool late;
	double now = now_seconds();
	char text[128];

	if (interrupted) {
		guest_stop(g, OUTCOME_INTERRUPTED, "by the user");
		return;
	}
	late = now - g->started > g->limit;
	if ((late || now - g->last_sign > g->silence) && is_frozen(g)) {
		guest_stop(g, OUTCOME_HOST, "QEMU was stopped (SIGSTOP, a debugger), not the guest");
	} else if (late) {
		snprintf(text, sizeof(text), "still running after %.0f s (--timeout)", g->limit);
		guest_stop(g, OUTCOME_TIMEOUT, text);
	} else if (g->stalled >= 0 && now - g->stalled > STALL_SECONDS &&
		   now - g->last_sign > STALL_SECONDS) {
		snprintf(text, sizeof(text), "%.100s",
			 console_find(&g->console, SPLAT_STALL)->text);
		guest_stop(g, OUTCOME_HANG, text);
	} else if (now - g->last_sign > g->silence) {
		snprintf(text, sizeof(text), "nothing came for %.0f s%s%.60s", g->silence,
			 g->rec.current >= 0 ? ", last in " : "",
			 g->rec.current >= 0 ? g->rec.rows[g->rec.current].name : "");
		guest_stop(g, OUTCOME_HANG, text);
	}
}

bool guest_poll(struct guest *g)
{
	pid_t gone = waitpid(g->pid, &g->status, WNOHANG);

	read_records(g);
	watch_console(g);
	if (gone != g->pid) {
		check_limits(g);
		return false;
	}
	g->seconds = now_seconds() - g->started;
	g->pid = 0;
	console_end(&g->console);
	judge(g);
	close(g->console_fd);
	close(g->records_fd);
	g->records_fd = -1;
	return true;
}

void guest_free(struct guest *g)
{
	records_free(&g->rec);
	console_free(&g->console);
	free(g->dir);
	free(g->console_path);
	free(g->records_path);
	place_close(&g->place);
	*g = (struct guest){ .records_fd = -1 };
}
