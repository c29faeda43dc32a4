// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/series.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && !strcmp(name + n - m, suffix);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* quilt's file: one name a line, '#' comments, options like -p1 behind the name. */
static void names_of_series_file(const char *text, struct strlist *names)
{
	struct strlist lines = { 0 };

	strlist_split(&lines, text, "\r\n");
	for (size_t i = 0; i < lines.n; i++) {
		char *l = lines.v[i] + strspn(lines.v[i], " \t");

		l[strcspn(l, " \t#")] = '\0';
		if (*l)
			strlist_add(names, l);
	}
	strlist_free(&lines);
}

static int patches_of_folder(const char *dir, struct strlist *patches)
{
	char *path = xasprintf("%s/series", dir), *text = read_file(path, NULL);
	struct strlist names = { 0 };
	int ret = 0;

	if (text)
		names_of_series_file(text, &names);
	else
		ret = list_dir(dir, &names);
	for (size_t i = 0; i < names.n; i++)
		if (text || has_suffix(names.v[i], ".patch") || has_suffix(names.v[i], ".diff"))
			strlist_take(patches, xasprintf("%s/%s", dir, names.v[i]));
	strlist_free(&names);
	free(text);
	free(path);
	return ret;
}

/* What a series is made of as it lies there: an mbox counts as one file. */
static int files_of(const char *path, struct strlist *files)
{
	int ret = 0;

	if (is_folder(path))
		ret = patches_of_folder(path, files);
	else
		strlist_add(files, path);
	if (!ret && !files->n)
		ret = -ENOENT;
	if (ret)
		err("the series %s: %s", path,
		    ret == -ENOENT ? "no patches there" : strerror(-ret));
	return ret;
}

int series_sha(const char *path, const char *bug, char hex[SHA_HEX])
{
	struct strlist files = { 0 };
	char *all = xstrdup("");
	int ret = files_of(path, &files);

	if (bug)
		strlist_add(&files, bug);
	for (size_t i = 0; i < files.n && !ret; i++) {
		char *more;

		ret = sha_file(files.v[i], hex);
		if (ret)
			err("the series' patch %s: %s", files.v[i], strerror(-ret));
		/* Not the same as a series with that patch in it: its entry holds more. */
		more = xasprintf("%s%s%s\n", all, bug && i + 1 == files.n ? "bug " : "", hex);
		free(all);
		all = more;
	}
	sha_string(all, strlen(all), hex);
	free(all);
	strlist_free(&files);
	return ret;
}

struct mail {
	long number;		/* n of "[PATCH v2 n/m]"; 0 where it says none */
	char *path;
	char *slug;		/* the subject, as in a file's name */
};

static int by_number(const void *a, const void *b)
{
	const struct mail *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return strverscmp(x->path, y->path);
}

/* The n of "Subject: [PATCH v2 n/m] ..." as git mailinfo -k prints it. */
static long patch_number(const char *info)
{
	const char *subject = strstr(info, "Subject: "), *end, *slash;

	if (!subject)
		return 0;
	subject += strlen("Subject: ");
	end = strpbrk(subject, "]\n");
	slash = *subject == '[' ? strchr(subject, '/') : NULL;
	if (!end || *end != ']' || !slash || slash > end)
		return 0;
	while (slash > subject && slash[-1] >= '0' && slash[-1] <= '9')
		slash--;
	return atol(slash);
}

/* "mm-gup-add-FOLL_EXCLUSIVE" from the subject, as git format-patch names files. */
static char *slug_of(const char *info)
{
	const char *subject = strstr(info, "Subject: "), *end;
	char *slug = xcalloc(64, 1);
	size_t n = 0;

	subject = subject ? subject + strlen("Subject: ") : "patch";
	end = *subject == '[' ? strchr(subject, ']') : NULL;
	for (const char *c = end ? end + 1 : subject; *c && *c != '\n' && n < 52; c++)
		if (isalnum((unsigned char)*c) || *c == '_')
			slug[n++] = *c;
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	while (n && slug[n - 1] == '-')
		slug[--n] = '\0';
	return slug;
}

static void keep_text(const char *line, void *arg)
{
	char **all = arg, *more = xasprintf("%s%s\n", *all, line);

	free(*all);
	*all = more;
}

/* Decode one mail with git mailinfo; false if it carries no patch (a cover letter, a reply). */
static bool decode_mail(const char *mail, struct mail *m)
{
	char *msg = xasprintf("%s.msg", mail), *body = xasprintf("%s.diff", mail);
	char *info = xstrdup(""), *text, *whole, *diff, *head;
	bool has_diff = false;
	char *cmd = "exec git mailinfo -k \"$1\" \"$2\" < \"$3\"";

	if (!run_program((char *[]){ "sh", "-c", cmd, "sh", msg, body, (char *)mail, NULL }, NULL,
			 NULL, keep_text, &info)) {
		diff = read_file(body, NULL);
		text = read_file(msg, NULL);
		has_diff = diff && (!strncmp(diff, "--- ", 4) || strstr(diff, "\n--- a/") ||
				    strstr(diff, "\ndiff --git ") || !strncmp(diff, "diff ", 5));
		if (has_diff) {
			m->number = patch_number(info);
			m->slug = slug_of(info);
			m->path = xasprintf("%s.patch", mail);
			head = strstr(info, "Subject: ");
			whole = xasprintf("%s\n%s---\n%s", head ? head : info, text ? text : "",
					  diff);
			write_file(m->path, whole, strlen(whole));
			free(whole);
		}
		free(diff);
		free(text);
	}
	free(info);
	free(msg);
	free(body);
	return has_diff;
}

/* An mbox from a list: other encodings, out of order, replies between the patches. */
static int split_mbox(struct series *sr, const char *path)
{
	char *dir = xasprintf("%s/mail", sr->scratch), *out = xasprintf("-o%s", dir);
	struct strlist mails = { 0 };
	char *const argv[] = { "git", "mailsplit", "--keep-cr", out, (char *)path, NULL };
	struct mail *m = NULL;
	size_t n = 0;
	int ret = make_dirs(dir);

	if (!ret && run_program(argv, NULL, NULL, NULL, NULL))
		ret = -EINVAL;
	if (!ret)
		ret = list_dir(dir, &mails);
	m = xcalloc(mails.n, sizeof(*m));
	for (size_t i = 0; i < mails.n && !ret; i++) {
		char *mail = xasprintf("%s/%s", dir, mails.v[i]);

		n += decode_mail(mail, &m[n]);
		free(mail);
	}
	if (n)
		qsort(m, n, sizeof(*m), by_number);
	for (size_t i = 0; i < n; i++) {
		char *path = xasprintf("%s/%04zu-%s.patch", sr->scratch, i + 1, m[i].slug);

		if (rename(m[i].path, path))
			ret = -errno;
		strlist_take(&sr->patches, path);
		free(m[i].path);
		free(m[i].slug);
	}
	free(m);
	strlist_free(&mails);
	free(dir);
	free(out);
	return ret;
}

static bool is_mbox(const char *path)
{
	char *text = read_file(path, NULL);
	bool yes = text && !strncmp(text, "From ", 5);

	free(text);
	return yes;
}

static int find_patches(struct series *sr, const char *path)
{
	int ret = 0;

	if (is_folder(path) || !is_mbox(path))
		return files_of(path, &sr->patches);
	ret = split_mbox(sr, path);
	if (!ret && !sr->patches.n)
		ret = -ENOENT;
	if (ret && !interrupted)
		err("the mbox %s: %s", path, ret == -ENOENT ? "no mail in it carries a patch" :
		    ret == -EINVAL ? "git mailsplit cannot read it" : strerror(-ret));
	return ret;
}

/* A path of a diff header without its first part; NULL for /dev/null and what leaves the tree. */
static char *tree_path(const char *s, bool strip)
{
	size_t len = strcspn(s, "\t\n\r");
	char *path = xasprintf("%.*s", (int)len, s), *p = path;

	if (strip)
		p = strchr(path, '/') ? strchr(path, '/') + 1 : path + strlen(path);
	if (!*p || *path == '/' || *p == '/' || !strncmp(p, "../", 3) || strstr(p, "/../")) {
		free(path);
		return NULL;
	}
	p = xstrdup(p);
	free(path);
	return p;
}

static void note_touched(struct strlist *touched, const char *text)
{
	static const struct {
		const char *head;
		bool strip;
	} heads[] = {
		{ "--- ", true }, { "+++ ", true }, { "rename from ", false },
		{ "rename to ", false }, { "copy from ", false }, { "copy to ", false },
	};

	for (const char *l = text; l; l = strchr(l, '\n')) {
		l += *l == '\n';
		for (size_t i = 0; i < ARRAY_SIZE(heads); i++) {
			size_t n = strlen(heads[i].head);
			char *path = strncmp(l, heads[i].head, n) ? NULL :
				     tree_path(l + n, heads[i].strip);

			if (path && !strlist_has(touched, path))
				strlist_add(touched, path);
			free(path);
		}
	}
}

int series_touches(const char *patch, struct strlist *touched)
{
	char *text = read_file(patch, NULL);

	if (!text)
		return -errno;
	note_touched(touched, text);
	free(text);
	return 0;
}

static int make_parent(const char *path)
{
	char *dir = xstrdup(path);
	int ret;

	*strrchr(dir, '/') = '\0';
	ret = make_dirs(dir);
	free(dir);
	return ret;
}

/*
 * A copy with its mode, and its times if wanted. Not by running cp: it has to
 * work after Ctrl-C as well. -ENOENT if there is no such file.
 */
static int copy_with_mode(const char *from, const char *to, bool times)
{
	struct stat st;
	int ret;

	if (stat(from, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EISDIR;
	ret = make_parent(to);
	if (!ret)
		ret = copy_file(from, to);
	if (!ret && chmod(to, st.st_mode & 07777))
		ret = -errno;
	if (!ret && times &&
	    utimensat(AT_FDCWD, to, (struct timespec[]){ st.st_atim, st.st_mtim }, 0))
		ret = -errno;
	return ret;
}

/* What `patch` said about one patch. */
struct verdict {
	char *file;		/* being patched now */
	char *failed;		/* "mm/gup.c, hunk 2 (line 120)"; the first one */
	char *last;
};

static void patch_line(const char *line, void *arg)
{
	struct verdict *v = arg;
	const char *at = strstr(line, "FAILED at ");

	if (!strncmp(line, "patching file ", 14)) {
		free(v->file);
		v->file = xstrdup(line + 14);
	} else if (!strncmp(line, "Hunk #", 6) && at && !v->failed) {
		v->failed = xasprintf("%s, hunk %ld at line %ld", v->file ? v->file : "a file",
				      atol(line + 6), atol(at + 10));
	} else if (!strncmp(line, "|+++ ", 5) && !v->failed) {
		char *path = tree_path(line + 5, true);

		v->failed = xasprintf("%s, which is not in this tree", path ? path : line + 5);
		free(path);
	}
	free(v->last);
	v->last = xstrdup(line);
}

/* As strict as git am: a hunk may have moved, but must fit in all its lines. */
static int try_patch(const char *patch, const char *what, const char *tree)
{
	char *const argv[] = {
		"env", "LC_ALL=C", "patch", "-p1", "-f", "-F0", "--no-backup-if-mismatch", "-r",
		"-", "-i", (char *)patch, NULL,
	};
	const char *name = strrchr(patch, '/') + 1;
	struct verdict v = { 0 };
	int ret = run_program(argv, tree, NULL, patch_line, &v);

	if (ret && !interrupted)
		err("the %s does not apply: patch %s fails in %s", what, name,
		    v.failed ? v.failed : v.last ? v.last : "a way that patch does not tell");
	free(v.file);
	free(v.failed);
	free(v.last);
	return ret ? -EINVAL : 0;
}

/* The base's file to where patches are tried; 0 if there is none, or no plain one. */
static int copy_original(const struct source *s, const char *name, const char *tree)
{
	char *from = xasprintf("%s/%s", s->linux_dir, name);
	char *to = xasprintf("%s/%s", tree, name);
	int ret = copy_with_mode(from, to, false);

	/* A new file, or text that looked like a header. */
	if (ret == -ENOENT || ret == -EISDIR || ret == -ENOTDIR)
		ret = 0;
	if (ret)
		err("copying %s to %s: %s", from, to, strerror(-ret));
	free(from);
	free(to);
	return ret;
}

/* Apply all of it to copies in scratch/tree; the source tree is only read. */
static int rehearse(struct series *sr, struct source *s, const char *tree, bool bug)
{
	int ret = make_dirs(tree);

	for (size_t i = 0; i < sr->patches.n; i++) {
		int e = series_touches(sr->patches.v[i], &sr->touched);

		if (e) {
			err("the series' patch %s: %s", sr->patches.v[i], strerror(-e));
			return e;
		}
	}
	for (size_t i = 0; i < sr->touched.n && !ret; i++)
		ret = copy_original(s, sr->touched.v[i], tree);
	for (size_t i = 0; i < sr->patches.n && !ret; i++) {
		ret = try_patch(sr->patches.v[i],
				bug && i + 1 == sr->patches.n ? "seeded bug" : "series", tree);
		sr->misfit = ret;
	}
	return ret;
}

/* Originals to saved/files, names of new files to saved/new; whole by rename. */
static int save_originals(struct series *sr, struct source *s)
{
	char *tmp = xasprintf("%s/saving", s->dir), *saved = xasprintf("%s/saved", s->dir);
	char *list = xasprintf("%s/new", tmp), *new = xstrdup("");
	int ret = remove_tree(tmp);

	if (!ret)
		ret = make_dirs(tmp);
	for (size_t i = 0; i < sr->touched.n && !ret; i++) {
		char *from = xasprintf("%s/%s", s->linux_dir, sr->touched.v[i]);
		char *to = xasprintf("%s/files/%s", tmp, sr->touched.v[i]);

		ret = copy_with_mode(from, to, true);
		if (ret == -EISDIR)
			ret = 0;
		if (ret == -ENOENT || ret == -ENOTDIR) {
			keep_text(sr->touched.v[i], &new);
			ret = 0;
		}
		free(from);
		free(to);
	}
	if (!ret)
		ret = write_file(list, new, strlen(new));
	if (!ret && rename(tmp, saved))
		ret = -errno;
	free(new);
	free(list);
	free(saved);
	free(tmp);
	return ret;
}

static bool same_content(const char *a, const char *b)
{
	size_t n = 0, m = 0;
	char *x = read_file(a, &n), *y = x ? read_file(b, &m) : NULL;
	bool same = y && n == m && !memcmp(x, y, n);

	free(x);
	free(y);
	return same;
}

/*
 * The file is not there with this series. `last` remembers that it was removed:
 * should it come back as the base has it, then it is new all the same, because
 * there may be an object of something else under its name.
 */
static int take_out(struct series *sr, const char *name, const char *to, const char *kept)
{
	static const char gone[] = "removed by a series\n";
	char *was = read_file(kept, NULL);
	bool is_gone = !was || !strcmp(was, gone);
	int ret = 0;

	free(was);
	if (!file_exists(to) && is_gone)
		return 0;
	strlist_add(&sr->changed, name);
	if (*kept)
		ret = make_parent(kept);
	if (*kept && !ret)
		ret = write_file(kept, gone, strlen(gone));
	if (!ret && unlink(to) && errno != ENOENT && errno != ENOTDIR)
		ret = -errno;
	return ret;
}

static int install_one(struct series *sr, const char *name, const char *from, const char *to,
		       const char *kept)
{
	bool as_last = same_content(from, kept);
	int ret = 0;

	if (is_folder(to))
		return 0;	/* text that looked like a header */
	if (!file_exists(from))
		return take_out(sr, name, to, kept);
	/* These objects have never seen it otherwise than as the base has it. */
	if (*kept && !file_exists(kept) && same_content(from, to))
		return 0;
	if (!as_last)
		strlist_add(&sr->changed, name);
	if (!*kept)
		return copy_with_mode(from, to, false);
	if (!as_last)
		ret = copy_with_mode(from, kept, false);
	return ret ? ret : copy_with_mode(kept, to, true);
}

static int install(struct series *sr, struct source *s, const char *tree, const char *last)
{
	int ret = 0;

	for (size_t i = 0; i < sr->touched.n && !ret; i++) {
		char *from = xasprintf("%s/%s", tree, sr->touched.v[i]);
		char *to = xasprintf("%s/%s", s->linux_dir, sr->touched.v[i]);
		char *kept = last ? xasprintf("%s/%s", last, sr->touched.v[i]) : xstrdup("");

		ret = install_one(sr, sr->touched.v[i], from, to, kept);
		free(from);
		free(to);
		free(kept);
	}
	return ret;
}

/* Add files of `last` that this series does not touch: the base's content is wanted there. */
static int add_last(struct series *sr, struct source *s, const char *tree, const char *last,
		    const char *sub)
{
	char *dir = xasprintf("%s%s", last, sub);
	struct strlist names = { 0 };
	int ret = 0;

	list_dir(dir, &names);
	for (size_t i = 0; i < names.n && !ret; i++) {
		char *name = xasprintf("%s/%s", sub, names.v[i]);
		char *path = xasprintf("%s%s", last, name);

		if (is_folder(path)) {
			ret = add_last(sr, s, tree, last, name);
		} else if (!strlist_has(&sr->touched, name + 1)) {
			strlist_add(&sr->touched, name + 1);
			ret = copy_original(s, name + 1, tree);
		}
		free(name);
		free(path);
	}
	strlist_free(&names);
	free(dir);
	return ret;
}

int series_load(struct series *sr, const char *path, const char *bug, struct source *s)
{
	char *tree;
	int ret;

	*sr = (struct series){ .scratch = xasprintf("%s/scratch", s->dir) };
	tree = xasprintf("%s/tree", sr->scratch);
	ret = remove_tree(sr->scratch);
	if (!ret)
		ret = make_dirs(sr->scratch);
	if (ret)
		err("making room for a series in %s: %s", sr->scratch, strerror(-ret));
	if (!ret)
		ret = find_patches(sr, path);
	if (!ret && bug)
		strlist_add(&sr->patches, bug);
	if (!ret)
		ret = rehearse(sr, s, tree, bug);
	free(tree);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

int series_push(struct series *sr, struct source *s, const char *last)
{
	char *tree = xasprintf("%s/tree", sr->scratch);
	int ret = last ? add_last(sr, s, tree, last, "") : 0;

	if (!ret)
		ret = save_originals(sr, s);
	if (!ret)
		ret = install(sr, s, tree, last);
	if (ret)
		err("putting the series into %s: %s", s->linux_dir, strerror(-ret));
	free(tree);
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

/*
 * Put back every file below saved/files, with its times. By renaming, which
 * needs no room on a full disk; one that was put back before is not there again.
 */
static int put_back(const char *from, const char *to)
{
	struct strlist names = { 0 };
	int ret = list_dir(from, &names);

	for (size_t i = 0; i < names.n && !ret; i++) {
		char *a = xasprintf("%s/%s", from, names.v[i]);
		char *b = xasprintf("%s/%s", to, names.v[i]);

		if (is_folder(a)) {
			ret = put_back(a, b);
		} else {
			ret = make_parent(b);
			if (!ret && rename(a, b))
				ret = -errno;
		}
		free(a);
		free(b);
	}
	strlist_free(&names);
	return ret;
}

static void remove_new(const struct source *s, const char *names)
{
	struct strlist new = { 0 };

	strlist_split(&new, names, "\n");
	for (size_t i = 0; i < new.n; i++) {
		char *path = xasprintf("%s/%s", s->linux_dir, new.v[i]);
		char *slash;

		unlink(path);
		/* Folders that came with it are empty now; others stay by themselves. */
		while ((slash = strrchr(path, '/')) && strcmp(path, s->linux_dir)) {
			*slash = '\0';
			if (rmdir(path))
				break;
		}
		free(path);
	}
	strlist_free(&new);
}

int series_pop(struct source *s)
{
	char *saved = xasprintf("%s/saved", s->dir), *files = xasprintf("%s/files", saved);
	char *list = xasprintf("%s/new", saved), *old = xasprintf("%s/saved.old", s->dir);
	char *new = read_file(list, NULL);
	int ret = 0;

	if (new) {
		if (file_exists(files))
			ret = put_back(files, s->linux_dir);
		if (!ret)
			remove_new(s, new);
		/* Only what is gone at once cannot be left half: rename, then remove. */
		remove_tree(old);
		if (!ret && rename(saved, old))
			ret = -errno;
	}
	remove_tree(old);
	free(new);
	free(old);
	free(list);
	free(files);
	free(saved);
	return ret;
}

void series_free(struct series *sr)
{
	if (sr->scratch)
		remove_tree(sr->scratch);
	free(sr->scratch);
	strlist_free(&sr->patches);
	strlist_free(&sr->touched);
	strlist_free(&sr->changed);
}
