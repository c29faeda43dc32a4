// SPDX-License-Identifier: GPL-2.0
#include "util.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <limits.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t interrupted;

static bool progress_shown;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

void catch_interrupts(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGHUP, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
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

static void no_memory(void)
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

void strlist_take(struct strlist *l, char *s)
{
	if (!(l->n & (l->n - 1)))
		l->v = xrealloc(l->v, (l->n ? 2 * l->n : 1) * sizeof(*l->v));
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

static void drop_last(char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	if (n > m && !strcmp(path + n - m, end))
		path[n - m] = '\0';
}

const char *repo_dir(void)
{
	static char dir[PATH_MAX];

	if (!*dir) {
		ssize_t n = readlink("/proc/self/exe", dir, sizeof(dir) - 1);
		char *slash;

		if (n < 0) {
			err("cannot tell where ./pinlab lies: %s; is /proc mounted?",
			    strerror(errno));
			exit(PINLAB_BROKE);
		}
		dir[n] = '\0';
		slash = strrchr(dir, '/');
		*(slash == dir ? slash + 1 : slash) = '\0';
		/* The programs themselves lie in build/ and build/tests/. */
		drop_last(dir, "/tests");
		drop_last(dir, "/build");
	}
	return dir;
}

/* Relative or not, as the user wrote it; the caller frees. */
static char *cache_as_said(void)
{
	const char *s = getenv("PINLAB_CACHE");

	if (s && *s)
		return xstrdup(s);
	s = getenv("XDG_CACHE_HOME");
	if (s && *s)
		return xasprintf("%s/pinlab", s);
	s = getenv("HOME");
	return xasprintf("%s/.cache/pinlab", s && *s ? s : "/root");
}

const char *cache_dir(void)
{
	static char *dir;
	char *said, cwd[PATH_MAX];

	if (dir)
		return dir;
	said = cache_as_said();
	/* make and QEMU run in other folders than we do. */
	if (*said == '/' || !getcwd(cwd, sizeof(cwd)))
		return dir = said;
	dir = xasprintf("%s/%s", cwd, said);
	free(said);
	return dir;
}

int make_dirs(const char *path)
{
	char *p = xstrdup(path);
	int ret = 0;

	for (char *s = p + 1; !ret; s++) {
		if (*s != '/' && *s)
			continue;
		char c = *s;

		*s = '\0';
		if (mkdir(p, 0777) && errno != EEXIST)
			ret = -errno;
		*s = c;
		if (!c)
			break;
	}
	free(p);
	return ret;
}

bool file_exists(const char *path)
{
	return !access(path, F_OK);
}

char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "re");
	size_t n = 0, cap = 0, got;
	char *buf = NULL;

	if (!f)
		return NULL;
	do {
		if (cap - n < 4097) {
			cap = cap ? 2 * cap : 8192;
			buf = xrealloc(buf, cap);
		}
		got = fread(buf + n, 1, cap - n - 1, f);
		n += got;
	} while (got);
	if (ferror(f)) {
		int e = errno;

		fclose(f);
		free(buf);
		errno = e;
		return NULL;
	}
	fclose(f);
	buf[n] = '\0';
	if (len)
		*len = n;
	return buf;
}

int write_file(const char *path, const void *data, size_t len)
{
	char *tmp = xasprintf("%s.%d.tmp", path, getpid());
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	const char *p = data;
	int ret = 0;

	if (fd < 0) {
		ret = -errno;
		goto out;
	}
	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			ret = -errno;
			break;
		}
		p += n;
		len -= n;
	}
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
out:
	free(tmp);
	return ret;
}

int copy_file(const char *from, const char *to)
{
	size_t len;
	char *data = read_file(from, &len);
	int ret;

	if (!data)
		return -errno;
	ret = write_file(to, data, len);
	free(data);
	return ret;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int remove_tree(const char *path)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS))
		return errno == ENOENT ? 0 : -errno;
	return 0;
}

int list_dir(const char *path, struct strlist *out)
{
	DIR *d = opendir(path);
	struct dirent *e;

	if (!d)
		return -errno;
	while ((e = readdir(d)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			strlist_add(out, e->d_name);
	closedir(d);
	strlist_sort(out);
	return 0;
}

long long free_bytes(const char *path)
{
	struct statvfs v;

	if (statvfs(path, &v))
		return -errno;
	return (long long)v.f_bavail * v.f_frsize;
}

static void to_hex(const unsigned char *d, unsigned int n, char hex[SHA_HEX])
{
	for (unsigned int i = 0; i < n && i < 32; i++)
		sprintf(hex + 2 * i, "%02x", d[i]);
}

void sha_string(const char *s, size_t len, char hex[SHA_HEX])
{
	unsigned char d[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (!EVP_Digest(s, len, d, &n, EVP_sha256(), NULL))
		no_memory();
	to_hex(d, n, hex);
}

int sha_file(const char *path, char hex[SHA_HEX])
{
	unsigned char d[EVP_MAX_MD_SIZE], buf[65536];
	EVP_MD_CTX *ctx;
	unsigned int n = 0;
	FILE *f = fopen(path, "re");
	size_t got;
	int ret = 0;

	if (!f)
		return -errno;
	ctx = EVP_MD_CTX_new();
	if (!ctx || !EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
		no_memory();
	while ((got = fread(buf, 1, sizeof(buf), f)) > 0)
		EVP_DigestUpdate(ctx, buf, got);
	if (ferror(f))
		ret = -EIO;
	EVP_DigestFinal_ex(ctx, d, &n);
	EVP_MD_CTX_free(ctx);
	fclose(f);
	to_hex(d, n, hex);
	return ret;
}

struct line_buf {
	char buf[8192];
	size_t n;
};

/* Over-long lines are handed on in pieces: nothing is dropped. */
static void feed_lines(struct line_buf *lb, void (*line)(const char *, void *), void *arg)
{
	size_t start = 0;

	for (size_t i = 0; i < lb->n; i++) {
		if (lb->buf[i] != '\n')
			continue;
		lb->buf[i] = '\0';
		if (line)
			line(lb->buf + start, arg);
		start = i + 1;
	}
	if (!start && lb->n == sizeof(lb->buf) - 1) {
		lb->buf[lb->n] = '\0';
		if (line)
			line(lb->buf, arg);
		start = lb->n;
	}
	memmove(lb->buf, lb->buf + start, lb->n - start);
	lb->n -= start;
}

static void child_exec(char *const argv[], const char *dir, char *const env[], int out)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	signal(SIGPIPE, SIG_DFL);
	if (dir && chdir(dir)) {
		fprintf(stderr, "%s: %s\n", dir, strerror(errno));
		_exit(127);
	}
	for (; env && *env; env++)
		putenv(*env);
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int run_program(char *const argv[], const char *dir, char *const env[],
		void (*line)(const char *line, void *arg), void *arg)
{
	struct line_buf lb = { .n = 0 };
	double deadline = 0;
	int p[2], status;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC))
		return -errno;
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		close(p[0]);
		close(p[1]);
		return -errno;
	}
	if (!pid)
		child_exec(argv, dir, env, p[1]);
	close(p[1]);
	setpgid(pid, pid);
	for (;;) {
		struct pollfd pfd = { .fd = p[0], .events = POLLIN };
		ssize_t n;

		if (interrupted && !deadline) {
			kill(-pid, SIGTERM);
			deadline = now_seconds() + 3;
		}
		if (deadline && now_seconds() > deadline)
			kill(-pid, SIGKILL);
		if (poll(&pfd, 1, 200) <= 0)
			continue;
		n = read(p[0], lb.buf + lb.n, sizeof(lb.buf) - 1 - lb.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		lb.n += n;
		feed_lines(&lb, line, arg);
	}
	close(p[0]);
	if (lb.n) {
		lb.buf[lb.n] = '\0';
		if (line)
			line(lb.buf, arg);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void first_line(const char *line, void *arg)
{
	char **out = arg;

	if (!*out)
		*out = xstrdup(line);
}

char *program_line(char *const argv[])
{
	char *out = NULL;

	if (run_program(argv, NULL, NULL, first_line, &out)) {
		free(out);
		return NULL;
	}
	return out;
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
