/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of host faults share: a cache and a home of their own, runs that
 * are started, ended in some way and taken up again, and what has to hold after
 * that: the same figures, no process, no file that nobody wants.
 */
#ifndef PINLAB_TESTS_FAULTS_FAULTS_H
#define PINLAB_TESTS_FAULTS_FAULTS_H

#include "tests/e2e.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "tests/faults/watch.h"
#include "tests/unit/folder.h"

#define KERNELS "6.12,6.12+exclusive"
#define SECONDS_MAX 600		/* for one call of ./pinlab, on a busy machine */

static char *cache, *outside;	/* both below `results`; nothing may come into the second */
static unsigned long seed;

/* PINLAB_FAULTS=N: so many moments. make test-faults has all of them, make test a tenth. */
static inline long moments(long all)
{
	const char *said = getenv("PINLAB_FAULTS");

	return !said ? (all + 9) / 10 : !strcmp(said, "all") ? all : atol(said);
}

static inline void seed_begin(void)
{
	const char *said = getenv("PINLAB_SEED");

	seed = said ? strtoul(said, NULL, 10) : 1;
	print_message("# PINLAB_SEED=%lu\n", seed);
	srand48(seed);
}

/* ------ what is there ------ */

static struct strlist *walked;

static inline int walk_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	strlist_add(walked, path);
	return 0;
}

/* All paths below a folder, sorted. */
static inline void tree_of(const char *dir, struct strlist *out)
{
	*out = (struct strlist){ 0 };
	walked = out;
	nftw(dir, walk_one, 16, FTW_PHYS);
	strlist_sort(out);
}

static inline char *tree_text(const char *dir)
{
	struct strlist l;
	char *text = xstrdup("");

	tree_of(dir, &l);
	for (size_t i = 0; i < l.n; i++) {
		char *more = xasprintf("%s%s\n", text, l.v[i]);

		free(text);
		text = more;
	}
	strlist_free(&l);
	return text;
}

static inline bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

/* What a run that is over leaves behind is what it is for. */
static inline void nothing_left(const char *dir)
{
	static const char *const bad[] = {
		".tmp", "/lock", "/profile.raw", "/files.raw", "/share",
	};
	struct strlist l;

	tree_of(dir, &l);
	for (size_t i = 0; i < l.n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(bad); k++)
			if (ends_in(l.v[i], bad[k]))
				fail_msg("%s was left behind", l.v[i]);
	strlist_free(&l);
	tree_of(outside, &l);
	if (l.n != 1)
		fail_msg("%s has come where nothing may", l.v[1]);
	strlist_free(&l);
}

/* A process that has our folder in its command; 0: none. */
static inline pid_t process_of_ours(void)
{
	struct dirent *e;
	pid_t found = 0;
	DIR *d = opendir("/proc");

	while (!found && (e = readdir(d))) {
		char *path = xasprintf("/proc/%s/cmdline", e->d_name);
		size_t n = 0;
		char *text = atoi(e->d_name) > 0 && atoi(e->d_name) != getpid() ?
			     read_file(path, &n) : NULL;

		for (size_t i = 0; i + 1 < n; i++)
			text[i] = text[i] ? text[i] : ' ';
		if (text && strstr(text, results))
			found = atoi(e->d_name);
		free(text);
		free(path);
	}
	closedir(d);
	return found;
}

/* A process that is killed has its while to go. */
static inline void no_process(void)
{
	pid_t pid = 0;

	for (int i = 0; i < 250; i++) {
		pid = process_of_ours();
		if (!pid)
			return;
		usleep(20000);
	}
	fail_msg("process %d was left behind", pid);
}

/* ------ ./pinlab ------ */

struct proc {
	pid_t pid;
	char *log;
};

/* The words of a call, as execv() wants them; free with words_free(). */
static inline char **words_of(const char *fmt, ...)
{
	struct strlist l = { 0 };
	char *line, **v;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		abort();
	va_end(ap);
	strlist_take(&l, xasprintf("%s/pinlab", repo_dir()));
	strlist_split(&l, line, " ");
	v = xcalloc(l.n + 1, sizeof(*v));
	memcpy(v, l.v, l.n * sizeof(*v));
	free(l.v);
	free(line);
	return v;
}

static inline void words_free(char **v)
{
	for (size_t i = 0; v[i]; i++)
		free(v[i]);
	free(v);
}

/* In a process group of its own; what it says goes into a file of this name. */
static inline struct proc begin(const char *name, char *const words[])
{
	struct proc p = { .log = path_of(name, "") };

	p.log[strlen(p.log) - 1] = '\0';
	fflush(NULL);
	p.pid = fork();
	if (!p.pid) {
		int out = open(p.log, O_WRONLY | O_CREAT | O_TRUNC, 0666);

		setpgid(0, 0);
		dup2(out, 1);
		dup2(out, 2);
		execv(words[0], words);
		_exit(127);
	}
	setpgid(p.pid, p.pid);
	return p;
}

static inline bool ended(const struct proc *p, int *status)
{
	int raw;

	if (waitpid(p->pid, &raw, WNOHANG) != p->pid)
		return false;
	*status = exit_of(raw);
	return true;
}

static inline char *log_of(const struct proc *p)
{
	char *text = read_file(p->log, NULL);

	return text ? text : xstrdup("");
}

/* Waits for its end: exit status, or 128 + signal. */
static inline int end(struct proc *p)
{
	double until = now_seconds() + SECONDS_MAX;
	int status = -1;

	while (!ended(p, &status)) {
		if (now_seconds() > until) {
			kill(-p->pid, SIGKILL);
			fail_msg("no end after %d s: %s", SECONDS_MAX, log_of(p));
		}
		usleep(5000);
	}
	free(p->log);
	p->log = NULL;
	return status;
}

static inline void status_is(int status, int want, const char *log, const char *when)
{
	char *path, *text;

	if (status == want)
		return;
	path = path_of(log, "");
	path[strlen(path) - 1] = '\0';
	text = read_file(path, NULL);
	fail_msg("%s: exit status %d, not %d:\n%s", when, status, want, text ? text : "");
}

/* A guest of this runner; 0: it has none now. */
static inline pid_t guest_of(pid_t runner)
{
	char *path = xasprintf("/proc/%d/task/%d/children", runner, runner);
	char *text = read_file(path, NULL), *rest = text, *word;
	pid_t found = 0;

	while (rest && !found && (word = strsep(&rest, " ")) && *word) {
		char *comm = xasprintf("/proc/%s/comm", word), *name = read_file(comm, NULL);

		if (name && !strncmp(name, "qemu-system", 11))
			found = atoi(word);
		free(name);
		free(comm);
	}
	free(text);
	free(path);
	return found;
}

/* ------ runs ------ */

/* The same figures, and the same bytes that guests sent. */
static inline void same_run(const char *a, const char *b)
{
	char *dir = path_of(a, "boots");
	struct strlist boots = { 0 };

	same_file(a, b, "samples.tsv");
	assert_int_equal(list_dir(dir, &boots), 0);
	assert_true(boots.n > 0);
	for (size_t i = 0; i < boots.n; i++) {
		char *records = xasprintf("boots/%s/records", boots.v[i]);

		same_file(a, b, records);
		free(records);
	}
	strlist_free(&boots);
	free(dir);
}

static inline void run_words(char *const v[], int *status)
{
	struct proc p = begin("log", v);

	*status = end(&p);
}

/* ------ beginning and end ------ */

static inline void shell_or_fail(const char *fmt, ...)
{
	char *line;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		abort();
	va_end(ap);
	ret = run_program((char *[]){ "sh", "-c", line, NULL }, NULL, NULL, NULL, NULL);
	if (ret)
		fail_msg("%s: status %d", line, ret);
	free(line);
}

/* A cache of our own, so that what is done to it is done to no other. */
static inline int own_cache(const char *kernels, const char *flavor)
{
	struct said s = pinlab("kernel --kernels %s --flavor %s", kernels, flavor);
	struct strlist lines = { 0 };

	if (s.status)
		print_error("%s", s.text);
	assert_int_equal(s.status, PINLAB_OK);
	strlist_split(&lines, s.text, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		/* NAME, a tab, the folder. */
		char *dir = strchr(lines.v[i], '\t');

		if (dir)
			shell_or_fail("mkdir -p '%s/kernels' && cp -a '%s' '%s/kernels/'", cache,
				      dir + 1, cache);
	}
	/* Another test may store a driver meanwhile, whose temporary name goes from under cp. */
	shell_or_fail("cd '%s' && mkdir -p '%s/sources/6.12' && { cp -a drivers '%s/' || { sleep 1; cp -a drivers '%s/'; }; }",
		      cache_dir(), cache, cache, cache);
	shell_or_fail("cp '%s/sources/6.12/content' '%s/sources/6.12/'", cache_dir(), cache);
	strlist_free(&lines);
	free(s.text);
	return 0;
}

/* The first thing in main(). PINLAB_TEST=PATTERN: some of its tests. */
static inline void begin_faults(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	cmocka_set_test_filter(getenv("PINLAB_TEST"));
}

/* In memory: what is synced to a disk is what takes the time. */
static inline int start_faults(void **state)
{
	char dir[TEST_FOLDER];

	(void)state;
	if (!test_folder(dir))
		return -1;
	results = xstrdup(dir);
	seed_begin();
	cache = xasprintf("%s/cache", results);
	outside = xasprintf("%s/outside", results);
	make_dirs(outside);
	return 0;
}

static inline int start_with_kernels(void **state)
{
	int ret = start_faults(state);

	if (!ret)
		ret = own_cache(KERNELS, "lean");
	setenv("PINLAB_CACHE", cache, 1);
	setenv("TMPDIR", outside, 1);
	setenv("HOME", outside, 1);
	return ret;
}

#endif
