/* SPDX-License-Identifier: GPL-2.0 */
/* What the end-to-end tests share: call ./pinlab, look at what it says and leaves. */
#ifndef PINLAB_TESTS_E2E_H
#define PINLAB_TESTS_E2E_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/base/util.h"

static char *results;	/* a folder of our own, so that results/ stays the user's */

struct said {
	char *text;
	int status;
};

static inline void keep(const char *line, void *arg)
{
	struct said *s = arg;
	char *more = xasprintf("%s%s\n", s->text ? s->text : "", line);

	free(s->text);
	s->text = more;
}

/* Runs ./pinlab with these words. The caller frees text. */
static inline struct said pinlab(const char *words, ...)
{
	struct strlist argv = { 0 };
	struct said s = { .text = xstrdup("") };
	char *line, **v;
	va_list ap;

	va_start(ap, words);
	if (vasprintf(&line, words, ap) < 0)
		abort();
	va_end(ap);
	strlist_take(&argv, xasprintf("%s/pinlab", repo_dir()));
	strlist_split(&argv, line, " ");
	v = xcalloc(argv.n + 1, sizeof(*v));
	memcpy(v, argv.v, argv.n * sizeof(*v));
	s.status = run_program(v, repo_dir(), NULL, keep, &s);
	free(v);
	free(line);
	strlist_free(&argv);
	return s;
}

static inline void expect(const struct said *s, int status, const char *text)
{
	if (s->status != status || !strstr(s->text, text))
		print_error("expected status %d and \"%s\", got status %d and:\n%s\n", status, text,
			    s->status, s->text);
	assert_int_equal(s->status, status);
	assert_non_null(strstr(s->text, text));
}

/* One call, what it returns and says, and nothing else of it. */
static inline void check(int status, const char *text, const char *words)
{
	struct said s = pinlab("%s", words);

	expect(&s, status, text);
	free(s.text);
}

static inline char *path_of(const char *run, const char *file)
{
	return xasprintf("%s/%s/%s", results, run, file);
}

static inline char *text_of(const char *run, const char *file)
{
	char *path = path_of(run, file), *text = read_file(path, NULL);

	if (!text)
		fail_msg("%s: %s", path, strerror(errno));
	free(path);
	return text;
}

static inline void same_file(const char *a, const char *b, const char *file)
{
	char *x = text_of(a, file), *y = text_of(b, file);

	assert_string_equal(x, y);
	free(x);
	free(y);
}

/* A report breaks its lines where it must: one blank for each run of them. */
static inline char *unbroken(const char *text)
{
	char *flat = xstrdup(text), *to = flat;

	for (const char *s = text; *s; s++)
		if (!strchr("\n ", *s) || (to > flat && to[-1] != ' '))
			*to++ = *s == '\n' ? ' ' : *s;
	*to = '\0';
	return flat;
}

static inline void contains(const char *run, const char *file, const char *text)
{
	char *all = text_of(run, file), *flat = unbroken(all);

	if (!strstr(all, text) && !strstr(flat, text))
		fail_msg("%s/%s lacks \"%s\":\n%s", run, file, text, all);
	free(flat);
	free(all);
}

/*
 * ./pinlab with `argv`, NULL terminated, killed with SIGKILL a moment after this
 * boot of the run has its outcome.
 */
static inline void killed_after(const char *run, const char *boot, char *const argv[],
				unsigned int us)
{
	char *exe = xasprintf("%s/pinlab", repo_dir());
	char *outcome = xasprintf("%s/%s/boots/%s/outcome.json", results, run, boot);
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
			_exit(127);
		execv(exe, argv);
		_exit(127);
	}
	for (int i = 0; i < 3000 && !file_exists(outcome); i++)
		usleep(20000);
	usleep(us);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	free(outcome);
	free(exe);
}

static inline int start(void **state)
{
	char dir[] = "/tmp/pinlab-e2e.XXXXXX";

	(void)state;
	results = mkdtemp(dir) ? xstrdup(dir) : NULL;
	return !results;
}

static inline int finish(void **state)
{
	(void)state;
	return getenv("PINLAB_KEEP") ? 0 : remove_tree(results);
}

#endif
