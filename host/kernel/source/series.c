// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/series.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/kernel/source/apply.h"
#include "host/kernel/source/copy.h"
#include "host/mail/patchset.h"
#include "host/mail/touched.h"

/* A line "<before><what><behind>" more. */
static void append(char **all, const char *before, const char *what, const char *behind)
{
	char *more = xasprintf("%s%s%s%s\n", *all, before, what, behind);

	free(*all);
	*all = more;
}

int series_sha(const char *path, const char *bug, char hex[SHA_HEX])
{
	const struct patchset *set;
	char *all = xstrdup(""), strip[16];
	int ret = patchset_get(path, &set);

	for (size_t i = 0; !ret && i < set->n; i++) {
		const struct patch *p = &set->v[i];

		sha_string(p->text, p->text_len, hex);
		/* The same text is another patch with another -p. */
		snprintf(strip, sizeof(strip), p->strip == 1 ? "" : " -p%d", p->strip);
		append(&all, "", hex, strip);
	}
	if (!ret && bug) {
		ret = sha_file(bug, hex);
		if (ret)
			err("the seeded bug %s: %s", bug, strerror(-ret));
		/* Not the same as a series with that patch in it: its entry holds more. */
		append(&all, "bug ", hex, "");
	}
	sha_string(all, strlen(all), hex);
	free(all);
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

int series_touches(const char *patch, struct strlist *touched)
{
	const struct patchset *set;
	int ret = patchset_get(patch, &set);

	for (size_t i = 0; !ret && i < set->n; i++)
		ret = touched_add(touched, set->v[i].diff, set->v[i].diff_len, set->v[i].strip);
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
			append(&new, "", sr->touched.v[i], "");
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
	const struct patchset *set, *on_top = NULL;
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
		ret = patchset_get(path, &set);
	if (!ret && bug)
		ret = patchset_get(bug, &on_top);
	if (!ret)
		ret = apply_all(sr, set, on_top, s, tree);
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
	strlist_free(&sr->listed);
	strlist_free(&sr->touched);
	strlist_free(&sr->changed);
}
