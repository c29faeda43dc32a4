// SPDX-License-Identifier: GPL-2.0
#include "host/run/guest.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

	/* QEMU opens them by their paths, where there is an empty file of ours then. */
	g->records_fd = place_create(&g->place, "records");
	if (g->records_fd < 0)
		return g->records_fd;
	log = place_create(&g->place, "console.log");
	if (log >= 0)
		close(log);
	log = log < 0 ? log : place_create(&g->place, "qemu.log");
	if (log < 0) {
		close(g->records_fd);
		return log;
	}
	records_init(&g->rec);
	g->started = now_seconds();
	g->last_sign = g->started;
	g->first_record = -1;
	g->console_size = 0;
	fflush(NULL);
	g->pid = fork();
	if (!g->pid)
		child(argv, log, parent);
	close(log);
	if (g->pid > 0)
		return 0;
	close(g->records_fd);
	return -EAGAIN;
}

void guest_stop(struct guest *g, enum outcome why, const char *detail)
{
	if (g->stopped || g->pid <= 0)
		return;
	g->stopped = true;
	g->outcome = why;
	snprintf(g->detail, sizeof(g->detail), "%s", detail);
	kill(g->pid, SIGKILL);
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

static void watch_console(struct guest *g)
{
	struct stat st;

	if (place_stat(&g->place, "console.log", &st) || st.st_size == g->console_size)
		return;
	g->console_size = st.st_size;
	g->last_sign = now_seconds();
}

/* The first line in the console that has the text, printable and cut to fit. */
static bool console_line(const struct guest *g, const char *text, char *out, size_t len)
{
	char *log = place_read(&g->place, "console.log", PLACE_MAX, NULL), *s;
	size_t n = 0;

	s = log ? strstr(log, text) : NULL;
	for (; s && *s && *s != '\n' && *s != '\r' && n + 1 < len; s++)
		out[n++] = isprint((unsigned char)*s) ? *s : '?';
	if (n)
		out[n] = '\0';
	free(log);
	return n > 0;
}

static void first_log_line(const struct guest *g, char *out, size_t len)
{
	char *log = place_read(&g->place, "qemu.log", PLACE_MAX, NULL);

	if (log && *log)
		snprintf(out, len, "%.*s", (int)strcspn(log, "\n"), log);
	text_make_plain(out);
	free(log);
}

/*
 * With several CPUs QEMU may run a translation of code that has been patched
 * meanwhile (seen with 7.2): the guest traps on an int3 that is not in its
 * memory any more, and dies of it. The kernel itself shows that: in "Code: .. 66
 * <90>" the byte before the one in brackets is the one that has trapped.
 */
bool console_stale_int3(const char *log)
{
	const char *oops = strstr(log, "Oops: int3");
	const char *code = oops ? strstr(oops, "Code: ") : NULL;
	const char *at = code ? strpbrk(code, "<\n") : NULL;

	return at && *at == '<' && at - code > 9 && strncmp(at - 3, "cc ", 3);
}

static bool is_emulators_fault(const struct guest *g)
{
	char *log = place_read(&g->place, "console.log", PLACE_MAX, NULL);
	bool yes = log && console_stale_int3(log);

	free(log);
	return yes;
}

static void judge(struct guest *g)
{
	bool exited = WIFEXITED(g->status);
	int code = exited ? WEXITSTATUS(g->status) : -1;
	char text[200] = "";

	/* The kernel's last words outrank how QEMU ended, and our own watchdog. */
	if (g->outcome != OUTCOME_INTERRUPTED &&
	    console_line(g, "Kernel panic", text, sizeof(text))) {
		g->outcome = is_emulators_fault(g) ? OUTCOME_EMULATOR : OUTCOME_PANIC;
		snprintf(g->detail, sizeof(g->detail), "%s", text);
		return;
	}
	if (g->stopped)
		return;
	if (*g->rec.error) {
		g->outcome = OUTCOME_GARBLED;
		snprintf(g->detail, sizeof(g->detail), "%s", g->rec.error);
	} else if (!exited || (code && code != g->exit_done)) {
		/* Seen with 7.2 while a PCI BAR was mapped: no word of the guest's own yet. */
		bool emulator = !exited && WTERMSIG(g->status) == SIGSEGV && !g->rec.hello;

		g->outcome = emulator ? OUTCOME_EMULATOR : OUTCOME_QEMU_DIED;
		first_log_line(g, text, sizeof(text));
		snprintf(g->detail, sizeof(g->detail), "%s %d%s%s",
			 exited ? "exit status" : "signal",
			 exited ? code : WTERMSIG(g->status), *text ? ": " : "", text);
	} else if (!g->rec.hello && code == g->exit_done) {
		g->outcome = OUTCOME_NO_RECORDS;
		snprintf(g->detail, sizeof(g->detail), "said done without a record");
	} else if (!g->rec.hello) {
		g->outcome = OUTCOME_INIT_FAILED;
		snprintf(g->detail, sizeof(g->detail),
			 "no record came; the console has what the kernel said");
	} else if (!g->rec.end || g->rec.fill || code != g->exit_done) {
		g->outcome = OUTCOME_TRUNCATED;
		snprintf(g->detail, sizeof(g->detail), "the records stop after line %llu, %s",
			 (unsigned long long)g->rec.line,
			 g->rec.end ? "and the guest did not say done" : "without a trailer");
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
	if (gone != g->pid) {
		watch_console(g);
		check_limits(g);
		return false;
	}
	g->seconds = now_seconds() - g->started;
	g->pid = 0;
	judge(g);
	close(g->records_fd);
	g->records_fd = -1;
	return true;
}

void guest_free(struct guest *g)
{
	records_free(&g->rec);
	free(g->dir);
	free(g->console_path);
	free(g->records_path);
	place_close(&g->place);
	*g = (struct guest){ .records_fd = -1 };
}
