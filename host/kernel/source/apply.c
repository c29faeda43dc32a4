// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/apply.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/base/files.h"
#include "host/kernel/source/git.h"
#include "host/base/text.h"
#include "host/kernel/source/copy.h"
#include "host/mail/touched.h"

/* One patch on its way into the tree. */
struct try {
	const struct patch *patch;
	const char *what;	/* "series", "seeded bug" */
	const char *tree;
	char *file;		/* its diff */
};

int copy_original(const struct source *s, const char *name, const char *tree)
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

/* Is a part of the name a link in the base? What lies behind it may be anywhere. */
static bool is_beyond_link(const struct source *s, const char *name)
{
	char *path = xasprintf("%s/%s", s->linux_dir, name);
	size_t base = strlen(s->linux_dir);
	bool link = false;
	struct stat st;

	for (char *c = path + base + 1; !link; c++) {
		char was = *c;

		if (was && was != '/')
			continue;
		*c = '\0';
		link = !lstat(path, &st) && S_ISLNK(st.st_mode);
		*c = was;
		if (!was)
			break;
	}
	free(path);
	return link;
}

/* What git apply said of one patch. */
struct verdict {
	char *first;		/* "error: ..." */
	char *file;		/* "patch failed: FILE:LINE" */
	long line;
};

static void apply_line(const char *line, void *arg)
{
	static const char failed[] = "error: patch failed: ";
	struct verdict *v = arg;
	const char *colon = strrchr(line, ':');

	if (!strncmp(line, "error: ", 7) && !v->first)
		v->first = plain_line(line + 7);
	if (!strncmp(line, "fatal: ", 7) && !v->first)
		v->first = plain_line(line + 7);
	if (!strncmp(line, failed, strlen(failed)) && !v->file) {
		v->file = xasprintf("%.*s", (int)(colon - line - strlen(failed)),
				    line + strlen(failed));
		v->line = atol(colon + 1);
	}
}

/* As strict as git am: a hunk may have moved, but must fit in all its lines. */
static int run_apply(const struct try *t, const char *option, struct verdict *v)
{
	/* Else a repository that the cache lies in decides what the names are relative to. */
	char *const env[] = { "GIT_DIR=/nonexistent/.git", NULL };
	char *strip = xasprintf("-p%d", t->patch->strip);
	const char *const args[] = {
		"apply", "--whitespace=nowarn", strip, t->file, option, NULL
	};
	int ret = git_run(t->tree, args, env, v ? apply_line : NULL, v);

	free(strip);
	return ret;
}

static void explain(const struct try *t, const struct verdict *v)
{
	const struct patch *p = t->patch;
	char *where;

	if (!run_apply(t, "-R", NULL))
		where = xstrdup(": the tree has it already");
	else if (v->file)
		where = hunk_shown(p->diff, p->diff_len, p->strip, v->file, v->line);
	else
		where = xasprintf(": %s", v->first ? v->first : "git does not say why");
	text_make_plain(where);
	err("the %s does not apply: patch %s%s%s%s", t->what, p->shown,
	    *where == ':' ? "" : " fails in ", where,
	    p->flowed ? " (it came as format=flowed: a mail program may have changed its spaces)" :
	    "");
	free(where);
}

static int try_patch(struct try *t)
{
	struct verdict v = { 0 };
	int ret = write_file(t->file, t->patch->diff, t->patch->diff_len);

	if (ret) {
		err("writing %s: %s", t->file, strerror(-ret));
		return ret;
	}
	ret = run_apply(t, NULL, &v);
	if (ret && !interrupted)
		explain(t, &v);
	free(v.first);
	free(v.file);
	return ret ? -EINVAL : 0;
}

/* The names of all patches, and the base's files of these names. */
static int copy_originals(struct series *sr, const struct patchset *set, const char *what,
			  const struct source *s, const char *tree)
{
	int ret = 0;

	for (size_t i = 0; i < set->n && !ret; i++) {
		const struct patch *p = &set->v[i];
		size_t from = sr->touched.n;

		ret = touched_add(&sr->touched, p->diff, p->diff_len, p->strip);
		if (ret)
			err("the %s touches more than %d files", what, MAX_TOUCHED);
		for (size_t k = from; k < sr->touched.n && !ret; k++) {
			if (is_beyond_link(s, sr->touched.v[k])) {
				text_make_plain(sr->touched.v[k]);
				err("the %s does not apply: patch %s changes %s, which is a "
				    "symbolic link in this tree, or behind one", what, p->shown,
				    sr->touched.v[k]);
				sr->misfit = true;
				ret = -ELOOP;
			} else {
				ret = copy_original(s, sr->touched.v[k], tree);
			}
		}
	}
	return ret;
}

static int apply_set(struct series *sr, const struct patchset *set, const char *what,
		     const char *tree)
{
	struct try t = { .what = what, .tree = tree };
	int ret = 0;

	for (size_t i = 0; i < set->n && !ret; i++) {
		const struct patch *p = &set->v[i];
		/* All begin with their place; that of a bug is behind the series. */
		char *name = xasprintf("%04zu%s", sr->patches.n + 1, p->name + 4);
		char *path = xasprintf("%s/%s", sr->scratch, name);
		char *line = xasprintf(p->strip == 1 ? "%s" : "%s -p%d", name, p->strip);

		t.patch = p;
		t.file = xasprintf("%s/diff", sr->scratch);
		ret = write_file(path, p->text, p->text_len);
		if (ret)
			err("writing %s: %s", path, strerror(-ret));
		strlist_take(&sr->patches, path);
		strlist_take(&sr->listed, line);
		free(name);
		if (!ret) {
			ret = try_patch(&t);
			sr->misfit = ret;
		}
		free(t.file);
	}
	return ret;
}

/* Names that no header gave; there ought to be none. */
static struct {
	struct strlist *touched;
	size_t skip;
} seen;

static int see_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)ftw;
	if (flag == FTW_D)
		return 0;
	if (flag != FTW_F || !S_ISREG(st->st_mode)) {
		err("the series does not apply: a patch makes something that is not a regular file");
		return -1;
	}
	if (!strlist_has(seen.touched, path + seen.skip))
		strlist_add(seen.touched, path + seen.skip);
	return 0;
}

static bool changes_nothing(const struct series *sr, const struct source *s, const char *tree)
{
	bool same = true;

	for (size_t i = 0; i < sr->touched.n && same; i++) {
		char *was = xasprintf("%s/%s", s->linux_dir, sr->touched.v[i]);
		char *is = xasprintf("%s/%s", tree, sr->touched.v[i]);

		same = is_folder(was) || (!file_exists(was) && !file_exists(is)) ||
		       same_content(was, is);
		free(was);
		free(is);
	}
	return same;
}

int apply_all(struct series *sr, const struct patchset *set, const struct patchset *bug,
	      const struct source *s, const char *tree)
{
	int ret = make_dirs(tree);

	if (!ret)
		ret = copy_originals(sr, set, "series", s, tree);
	if (!ret && bug)
		ret = copy_originals(sr, bug, "seeded bug", s, tree);
	if (!ret)
		ret = apply_set(sr, set, "series", tree);
	if (!ret && bug)
		ret = apply_set(sr, bug, "seeded bug", tree);
	seen.touched = &sr->touched;
	seen.skip = strlen(tree) + 1;
	if (!ret && nftw(tree, see_one, 32, FTW_PHYS))
		ret = -EINVAL;
	if (!ret && changes_nothing(sr, s, tree)) {
		err("the series changes nothing: with all its patches the tree is as before");
		sr->misfit = true;
		ret = -EINVAL;
	}
	return ret;
}
