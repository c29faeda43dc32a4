// SPDX-License-Identifier: GPL-2.0
#include "host/base/util.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t interrupted;

static bool progress_shown;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

static void on_quit(int sig)
{
	static const char said[] =
		"\npinlab: interrupted; nothing is lost, the same command does it again\n";

	(void)sig;
	if (write(STDERR_FILENO, said, sizeof(said) - 1) < 0)
		_exit(PINLAB_INTERRUPTED);
	_exit(PINLAB_INTERRUPTED);
}

static const int interrupts[] = { SIGINT, SIGTERM, SIGHUP };

static void handle_interrupts(void (*handler)(int sig))
{
	struct sigaction sa = { .sa_handler = handler };

	for (size_t i = 0; i < ARRAY_SIZE(interrupts); i++)
		sigaction(interrupts[i], &sa, NULL);
}

void catch_interrupts(void)
{
	handle_interrupts(on_interrupt);
	signal(SIGPIPE, SIG_IGN);
}

void interrupts_quit(bool yes)
{
	handle_interrupts(yes ? on_quit : on_interrupt);
}

void interrupts_hold(bool yes)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(interrupts); i++)
		sigaddset(&set, interrupts[i]);
	sigprocmask(yes ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void say(const char *fmt, va_list ap)
{
	progress_end();
	fputs("pinlab: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void err(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

_Noreturn void no_memory(void)
{
	fputs("pinlab: out of memory\n", stderr);
	exit(PINLAB_BROKE);
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		no_memory();
	va_end(ap);
	return s;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		no_memory();
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		no_memory();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		no_memory();
	return p;
}

void *xgrow(void *p, size_t n, size_t size)
{
	return n & (n - 1) ? p : xrealloc(p, (n ? 2 * n : 1) * size);
}

void strlist_take(struct strlist *l, char *s)
{
	l->v = xgrow(l->v, l->n, sizeof(*l->v));
	l->v[l->n++] = s;
}

void strlist_add(struct strlist *l, const char *s)
{
	strlist_take(l, xstrdup(s));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strlist_sort(struct strlist *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
}

bool strlist_has(const struct strlist *l, const char *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i], s))
			return true;
	return false;
}

void strlist_split(struct strlist *l, const char *s, const char *sep)
{
	while (*s) {
		size_t len = strcspn(s, sep);

		if (len)
			strlist_take(l, xasprintf("%.*s", (int)len, s));
		s += len;
		s += *s != '\0';
	}
}

void strlist_free(struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct strlist){ 0 };
}

bool glob_match(const char *pattern, const char *name)
{
	struct strlist parts = { 0 };
	bool hit = false;

	strlist_split(&parts, pattern, ",");
	for (size_t i = 0; i < parts.n && !hit; i++)
		hit = !fnmatch(parts.v[i], name, 0);
	strlist_free(&parts);
	return hit;
}

bool globs_pick(const char *globs, const char *name)
{
	struct strlist parts = { 0 };
	bool hit = false, out = false;

	strlist_split(&parts, globs, ",");
	for (size_t i = 0; i < parts.n && !out; i++) {
		if (*parts.v[i] == '!')
			out = !fnmatch(parts.v[i] + 1, name, 0);
		else
			hit = hit || !fnmatch(parts.v[i], name, 0);
	}
	strlist_free(&parts);
	return hit && !out;
}

/* Levenshtein distance, case folded; names here are short. */
static size_t distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), diag, up;
	size_t *row = xcalloc(lb + 1, sizeof(*row));

	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t cost = tolower((unsigned char)a[i - 1]) !=
				      tolower((unsigned char)b[j - 1]);

			up = row[j];
			diag += cost;
			if (up + 1 < diag)
				diag = up + 1;
			if (row[j - 1] + 1 < diag)
				diag = row[j - 1] + 1;
			row[j] = diag;
			diag = up;
		}
	}
	diag = row[lb];
	free(row);
	return diag;
}

char *near_names(const char *wrong, const struct strlist *names)
{
	size_t best[3] = { 0 }, n = 0, d[3] = { 0 };

	for (size_t i = 0; i < names->n; i++) {
		size_t len = strlen(wrong) > strlen(names->v[i]) ?
			     strlen(wrong) : strlen(names->v[i]);
		size_t dist = distance(wrong, names->v[i]), at;

		/* Part of a name counts as near: `pin_fst`, but also `fast`. */
		if (*wrong && strstr(names->v[i], wrong))
			dist = 1;
		if (dist * 2 > len)
			continue;
		for (at = n; at > 0 && d[at - 1] > dist; at--)
			if (at < 3) {
				best[at] = best[at - 1];
				d[at] = d[at - 1];
			}
		if (at < 3) {
			best[at] = i;
			d[at] = dist;
			if (n < 3)
				n++;
		}
	}
	switch (n) {
	case 0:
		return NULL;
	case 1:
		return xstrdup(names->v[best[0]]);
	case 2:
		return xasprintf("%s or %s", names->v[best[0]], names->v[best[1]]);
	default:
		return xasprintf("%s, %s or %s", names->v[best[0]], names->v[best[1]],
				 names->v[best[2]]);
	}
}

double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

void progress(const char *what, long done, long total, const char *detail)
{
	static char last[128];
	static double printed;
	static int tty = -1;
	double now = now_seconds();
	bool fresh = strncmp(last, what, sizeof(last) - 1);

	if (tty < 0)
		tty = isatty(STDERR_FILENO);
	if (!fresh && now - printed < (tty ? 0.1 : 10) && (!total || done < total))
		return;
	if (!fresh && !tty && total && done >= total && now - printed < 1)
		return;
	printed = now;
	snprintf(last, sizeof(last), "%s", what);
	if (tty && total) {
		char bar[21];
		int fill = done >= total ? 20 : (int)(20 * done / total);

		memset(bar, '.', 20);
		memset(bar, '#', fill);
		bar[20] = '\0';
		fprintf(stderr, "\r\033[K%.40s [%s] %ld/%ld %.60s", what, bar, done, total,
			detail ? detail : "");
		progress_shown = true;
	} else if (tty) {
		fprintf(stderr, "\r\033[K%.60s %.60s", what, detail ? detail : "");
		progress_shown = true;
	} else if (total) {
		fprintf(stderr, "%s: %ld of %ld%s%s\n", what, done, total, detail ? ", " : "",
			detail ? detail : "");
	} else {
		fprintf(stderr, "%s%s%s\n", what, detail ? ": " : "", detail ? detail : "");
	}
	fflush(stderr);
}

void progress_end(void)
{
	if (progress_shown)
		fputs("\r\033[K", stderr);
	progress_shown = false;
}

char *human_seconds(double s, char *buf, size_t len)
{
	if (s < 10)
		snprintf(buf, len, "%.1f s", s);
	else if (s < 60)
		snprintf(buf, len, "%.0f s", s);
	else if (s < 3600)
		snprintf(buf, len, "%d min %02d s", (int)s / 60, (int)s % 60);
	else
		snprintf(buf, len, "%d h %02d min", (int)s / 3600, (int)s / 60 % 60);
	return buf;
}
