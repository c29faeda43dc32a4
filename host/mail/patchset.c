// SPDX-License-Identifier: GPL-2.0
#include "host/mail/patchset.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/mail/inputs.h"
#include "host/mail/thread.h"

/* How many left out mails are named, before it is only how many. */
#define MAX_NAMED 6

/* "mm-gup-add-FOLL_EXCLUSIVE" from a title, as git format-patch names files. */
static char *slug_of(const char *title)
{
	char *slug = xcalloc(64, 1);
	size_t n = 0;

	for (const char *c = *title ? title : "patch"; *c && n < 52; c++)
		if (isalnum((unsigned char)*c) || *c == '_')
			slug[n++] = *c;
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	while (n && slug[n - 1] == '-')
		slug[--n] = '\0';
	return slug;
}

/* Each name is one of its own and begins with its place, as git format-patch does it. */
static char *name_of(const struct input *f, const struct mail *m, size_t number)
{
	const char *slash = strrchr(f->name, '/'), *base = slash ? slash + 1 : f->name;
	char *stem = f->mails.n == 1 ? xasprintf("%.*s", (int)patch_stem(base), base) :
		     slug_of(m->is.title);
	bool numbered = strspn(stem, "0123456789") == 4 && (size_t)atol(stem) == number;
	char *name;

	for (char *c = stem; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._+-", *c))
			*c = '-';
	name = numbered ? xasprintf("%.100s.patch", stem) :
	       xasprintf("%04zu-%.100s.patch", number, stem);
	free(stem);
	return name;
}

/* The file as it is where that is the patch; else out of a mail. Takes over shown. */
static void add_patch(struct patchset *ps, const struct input *f, const struct mail *m,
		      char *shown)
{
	struct patch *p = &ps->v[ps->n++];
	struct bytes text = { 0 };
	char *head;

	*p = (struct patch){
		.name = name_of(f, m, ps->n), .shown = shown, .strip = f->strip,
		.flowed = m->flowed,
		.diff = xcalloc(m->diff.n + 1, 1), .diff_len = m->diff.n,
	};
	memcpy(p->diff, m->diff.p, m->diff.n);
	if (f->mails.n == 1 && m->as_is) {
		bytes_add(&text, f->text, f->len);
	} else {
		if (m->is_mail) {
			head = xasprintf("From: %s\nSubject: %s\n\n", m->from, m->subject);
			bytes_add(&text, head, strlen(head));
			free(head);
		}
		bytes_add(&text, m->message.p, m->message.n);
		bytes_add(&text, m->diff.p, m->diff.n);
	}
	p->text = text.p;
	p->text_len = text.n;
}

static void add_text(char **all, const char *sep, const char *more)
{
	char *both = xasprintf("%s%s%s", *all, **all ? sep : "", more);

	free(*all);
	*all = both;
}

/* What is not of the series, by name as far as there is room for it. */
static char *left_shown(const struct letter *all, size_t n, bool folder)
{
	char *list = xstrdup(""), *one, *shown;
	size_t named = 0, more = 0, silent = 0;

	for (size_t i = 0; i < n; i++) {
		const struct mail *m = all[i].mail;

		/* A thread is mostly talk. */
		if (!folder && !diff_has_change(&m->diff) && (m->is.reply || !m->is.numbered)) {
			silent++;
		} else if (named == MAX_NAMED) {
			more++;
		} else {
			shown = letter_shown(&all[i]);
			one = xasprintf("%s (%s)", shown, all[i].left);
			add_text(&list, ", ", one);
			free(shown);
			free(one);
			named++;
		}
	}
	one = xasprintf("%zu more", more);
	if (more)
		add_text(&list, " and ", one);
	free(one);
	one = xasprintf("%zu mails without a diff", silent);
	if (silent)
		add_text(&list, ", ", silent == 1 ? "a mail without a diff" : one);
	free(one);
	return list;
}

static void say_note(const char *path, size_t taken, char *notice, const struct letter *left,
		     size_t n_left, bool folder)
{
	char *list = left_shown(left, n_left, folder);

	if (notice || *list)
		note("the series %s: %zu patch%s%s%s%s%s", path, taken, taken == 1 ? "" : "es",
		     notice ? "; " : "", notice ? notice : "", *list ? "; left out: " : "", list);
	free(list);
}

/* What is no unified diff: git would not know what to do with it. */
static const char *check_diff(const struct mail *m)
{
	struct span rest = { m->diff.p, m->diff.n }, line;

	while (span_line(&rest, &line)) {
		if (span_starts(line, "@@@ ") || span_starts(line, "diff --cc ") ||
		    span_starts(line, "diff --combined "))
			return "it is the diff of a merge, which cannot be applied";
		if (span_starts(line, "***************"))
			return "it is a context diff; make a unified one (diff -u)";
		if (span_starts(line, "Binary files "))
			return "it changes a binary file without saying how; git format-patch "
			       "--binary makes one that can be applied";
		if (span_starts(line, "new file mode 12") || span_starts(line, "new mode 12"))
			return "it makes a symbolic link, which is not supported here";
		if (span_starts(line, "new file mode 16") || span_starts(line, "new mode 16"))
			return "it changes a submodule, which is not supported here";
	}
	return NULL;
}

static int check_all(const char *path, const struct letter *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *why = check_diff(all[i].mail);
		char *shown;

		if (!why)
			continue;
		shown = letter_shown(&all[i]);
		err("the series %s: %s: %s", path, shown, why);
		free(shown);
		return PINLAB_BROKE;
	}
	return PINLAB_OK;
}

/* By a file `series`: all in its order, but what holds no diff. */
static size_t select_listed(struct letter *all, size_t n)
{
	size_t in = 0;

	for (size_t i = 0; i < n; i++) {
		struct letter l = all[i];

		if (!diff_has_change(&l.mail->diff)) {
			all[i].left = "no diff in it";
			continue;
		}
		memmove(&all[in + 1], &all[in], (i - in) * sizeof(*all));
		all[in++] = l;
	}
	return in;
}

static const struct input *input_of(const struct inputs *in, const struct mail *m)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->v[i].mails.n && m >= in->v[i].mails.v &&
		    m < in->v[i].mails.v + in->v[i].mails.n)
			return &in->v[i];
	return NULL;
}

static int select_patches(struct inputs *in, const char *path, struct patchset *ps)
{
	size_t total = 0, n = 0, taken;
	char *notice = NULL, *why = NULL;
	struct letter *all;
	bool one, box;
	int ret = PINLAB_OK;

	for (size_t i = 0; i < in->n; i++)
		total += in->v[i].mails.n;
	all = xcalloc(total + 1, sizeof(*all));
	for (size_t i = 0; i < in->n; i++)
		for (size_t k = 0; k < in->v[i].mails.n; k++)
			all[n++] = (struct letter){
				.mail = &in->v[i].mails.v[k],
				.name = in->v[i].mails.n == 1 ? in->v[i].name : NULL,
			};
	box = strcasestr(path, ".mbox") || strcasestr(path, ".mbx");
	one = !in->folder && !box;
	if (total > MAX_MAILS)
		why = xasprintf("more than %d mails", MAX_MAILS);
	taken = why ? 0 : in->listed ? select_listed(all, n) :
		n ? thread_select(all, n, one, &notice, &why) : 0;
	if (!taken) {
		err("the series %s: %s", path, why ? why :
		    "no patch in it: nothing would change");
		ret = PINLAB_BROKE;
	}
	if (!ret)
		ret = check_all(path, all, taken);
	ps->v = xcalloc(taken + 1, sizeof(*ps->v));
	for (size_t i = 0; i < taken && !ret; i++)
		add_patch(ps, input_of(in, all[i].mail), all[i].mail, letter_shown(&all[i]));
	if (!ret)
		say_note(path, taken, notice, all + taken, n - taken, in->folder);
	free(notice);
	free(why);
	free(all);
	return ret;
}

static struct {
	struct known {
		char *path;
		struct patchset set;
	} **v;
	size_t n;
} known;

int patchset_get(const char *path, const struct patchset **out)
{
	struct inputs in;
	struct known *k;
	int ret;

	for (size_t i = 0; i < known.n; i++)
		if (!strcmp(known.v[i]->path, path)) {
			*out = &known.v[i]->set;
			return PINLAB_OK;
		}
	k = xcalloc(1, sizeof(*k));
	ret = inputs_read(path, &in);
	if (!ret)
		ret = select_patches(&in, path, &k->set);
	inputs_free(&in);
	if (ret) {
		free(k->set.v);
		free(k);
		return ret;
	}
	k->path = xstrdup(path);
	known.v = xrealloc(known.v, (known.n + 1) * sizeof(*known.v));
	known.v[known.n++] = k;
	*out = &k->set;
	return PINLAB_OK;
}
