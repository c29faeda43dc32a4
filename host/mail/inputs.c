// SPDX-License-Identifier: GPL-2.0
#include "host/mail/inputs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "host/base/files.h"
#include "host/base/text.h"
#include "host/base/util.h"
#include "host/mail/patchfile.h"

/* How many names of patches that are left out are shown. */
#define MAX_SHOWN 6
/* Files of one folder. */
#define MAX_FILES 5000

static size_t suffix_len(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && !strcasecmp(name + n - m, suffix) ? m : 0;
}

size_t patch_stem(const char *name)
{
	static const char *const ends[] = { ".mbox", ".mbx", ".patch", ".diff", ".eml", ".txt" };
	size_t zip = suffix_len(name, ".gz");
	char *plain = xasprintf("%.*s", (int)(strlen(name) - zip), name);
	size_t len = strlen(plain), end = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ends) && !end; i++)
		end = suffix_len(plain, ends[i]);
	free(plain);
	return end ? len - end : strlen(name);
}

static bool is_patch_name(const char *name)
{
	return patch_stem(name) < strlen(name) && !suffix_len(name, ".txt") &&
	       !suffix_len(name, ".txt.gz");
}

/* "2-b" before "10-a": by the numbers in it. */
static int by_numbers(const void *a, const void *b)
{
	const char *s = *(char *const *)a, *t = *(char *const *)b;

	while (*s && *t) {
		unsigned long x, y;

		if (!isdigit((unsigned char)*s) || !isdigit((unsigned char)*t)) {
			if (*s != *t)
				return (unsigned char)*s - (unsigned char)*t;
			s++;
			t++;
			continue;
		}
		x = strtoul(s, (char **)&s, 10);
		y = strtoul(t, (char **)&t, 10);
		if (x != y)
			return x < y ? -1 : 1;
	}
	if (*s || *t)
		return *s ? 1 : -1;
	/* "01" and "1". */
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Read and take apart one file. PINLAB_OK, PINLAB_BROKE after saying why not. */
static int add_input(struct inputs *in, const char *dir, const char *name, int strip)
{
	const char *base = strrchr(name, '/');
	struct input *f;
	const char *why;
	char *shown;

	if (!text_is_plain(name)) {
		shown = xstrdup(name);
		text_make_plain(shown);
		err("the series %s: a file with control characters in its name: %s",
		    dir ? dir : "", shown);
		free(shown);
		return PINLAB_BROKE;
	}
	if (in->n == MAX_FILES) {
		err("the series %s: more than %d files", dir, MAX_FILES);
		return PINLAB_BROKE;
	}
	in->v = xrealloc(in->v, (in->n + 1) * sizeof(*in->v));
	f = &in->v[in->n++];
	*f = (struct input){ .name = xstrdup(dir || !base ? name : base + 1), .strip = strip };
	why = patchfile_read(dir, name, &f->text, &f->len);
	if (!why)
		why = mails_read(f->text, f->len, &f->mails);
	if (!why)
		return PINLAB_OK;
	err("the series' patch %s%s%s: %s", dir ? dir : "", dir ? "/" : "", name, why);
	return PINLAB_BROKE;
}

/* "-p0" behind a name in quilt's file. -1 for what is not known here. */
static int strip_of(char *options)
{
	struct strlist words = { 0 };
	int strip = 1;

	strlist_split(&words, options, " \t");
	for (size_t i = 0; i < words.n; i++) {
		const char *w = words.v[i];

		if (!strncmp(w, "-p", 2) && strlen(w) == 3 && isdigit((unsigned char)w[2]))
			strip = w[2] - '0';
		else if (!strcmp(w, "-pab"))
			strip = 1;
		else
			strip = -1;
		if (strip < 0)
			break;
	}
	strlist_free(&words);
	return strip;
}

/*
 * Guards in front of a name, as in series.conf: "+x" takes the patch where x is
 * defined, "-x" does not, "!" turns that round, the last one that applies decides;
 * where none does, a patch whose first guard is a "+" is not taken. Nothing is
 * defined here. *l moves on to the name.
 */
static bool guards_take(char **l)
{
	bool take = **l != '+';

	while (**l == '+' || **l == '-') {
		if ((*l)[1] == '!')
			take = **l == '+';
		*l += strcspn(*l, " ");
		*l += strspn(*l, " ");
	}
	return take;
}

/* One line of such a file: comments and tabs are gone. PINLAB_OK, PINLAB_BROKE after saying why. */
static int read_line(struct inputs *in, const char *dir, char *l)
{
	char *options = l + strcspn(l, " ");
	int strip;

	if (*options)
		*options++ = '\0';
	strip = strip_of(options);
	if (strip >= 0)
		return add_input(in, dir, l, strip);
	err("the series %s: %s has the option '%s', and only -pN is supported", dir, l, options);
	return PINLAB_BROKE;
}

static void say_guarded(const char *dir, const struct strlist *left)
{
	char *shown = xstrdup("");

	for (size_t i = 0; i < left->n && i < MAX_SHOWN; i++) {
		char *more = xasprintf("%s%s%s", shown, *shown ? ", " : "", left->v[i]);

		free(shown);
		shown = more;
	}
	if (left->n)
		note("the series %s: left out by their guards in series.conf, of which none is "
		     "defined here: %s%s", dir, shown, left->n > MAX_SHOWN ? " and others" : "");
	free(shown);
}

/* One name a line, '#' comments, options like -p1 behind the name: quilt's, or series.conf. */
static int read_listed(struct inputs *in, const char *dir, const char *text)
{
	struct strlist lines = { 0 }, left = { 0 };
	int ret = PINLAB_OK;

	in->listed = true;
	strlist_split(&lines, text, "\r\n");
	for (size_t i = 0; i < lines.n && !ret; i++) {
		char *l = lines.v[i];

		/* It is shown in what is said of it. */
		for (char *c = l; *c; c++)
			*c = *c == '\t' ? ' ' : *c;
		text_make_plain(l);
		l[strcspn(l, "#")] = '\0';
		l += strspn(l, " ");
		if (!guards_take(&l))
			strlist_take(&left, xasprintf("%.*s", (int)strcspn(l, " "), l));
		else if (*l)
			ret = read_line(in, dir, l);
	}
	if (!ret)
		say_guarded(dir, &left);
	strlist_free(&lines);
	strlist_free(&left);
	return ret;
}

/* What the folder holds beside what is taken; a clear word where that is not enough. */
static int check_rest(const char *dir, const struct strlist *names, size_t taken)
{
	char *sub = NULL;

	for (size_t i = 0; i < names->n && !sub; i++) {
		char *path = xasprintf("%s/%s", dir, names->v[i]);
		struct strlist in = { 0 };

		list_dir(path, &in);
		for (size_t k = 0; k < in.n && !sub; k++)
			if (names->v[i][0] != '.' &&
			    (is_patch_name(in.v[k]) || !strcmp(in.v[k], "series")))
				sub = xstrdup(names->v[i]);
		if (sub)
			text_make_plain(sub);
		strlist_free(&in);
		free(path);
	}
	if (sub)
		err("the series %s: there are patches in its folder %s too; name that folder, "
		    "or write all into a file `series` in %s, one name per line", dir, sub, dir);
	else if (!taken)
		err("the series %s: no patches there; they must be named *.patch, *.diff, "
		    "*.eml or *.mbox (.gz may follow)", dir);
	free(sub);
	return !taken || sub ? PINLAB_BROKE : PINLAB_OK;
}

/* cur/ and new/, as b4 and mutt keep mails: all files in them are mails. */
static int read_maildir(struct inputs *in, const char *dir)
{
	static const char *const subs[] = { "cur", "new" };
	int ret = PINLAB_OK;

	for (size_t s = 0; s < ARRAY_SIZE(subs); s++) {
		char *path = xasprintf("%s/%s", dir, subs[s]);
		struct strlist names = { 0 };

		list_dir(path, &names);
		if (names.n)
			qsort(names.v, names.n, sizeof(*names.v), by_numbers);
		for (size_t i = 0; i < names.n && !ret; i++)
			if (names.v[i][0] != '.')
				ret = add_input(in, path, names.v[i], 1);
		strlist_free(&names);
		free(path);
	}
	return ret;
}

static int read_folder(struct inputs *in, const char *dir)
{
	struct strlist names = { 0 };
	char *text = NULL;
	size_t len;
	int e = list_dir(dir, &names), ret = PINLAB_OK;

	in->folder = true;
	if (e) {
		err("the series %s: %s", dir, strerror(-e));
		ret = PINLAB_BROKE;
	} else if (strlist_has(&names, "series") && !patchfile_read(dir, "series", &text, &len)) {
		ret = read_listed(in, dir, text);
	} else if (strlist_has(&names, "series.conf") &&
		   !patchfile_read(dir, "series.conf", &text, &len)) {
		ret = read_listed(in, dir, text);
	} else if (strlist_has(&names, "cur") && strlist_has(&names, "new")) {
		ret = read_maildir(in, dir);
	} else {
		if (names.n)
			qsort(names.v, names.n, sizeof(*names.v), by_numbers);
		for (size_t i = 0; i < names.n && !ret; i++)
			if (is_patch_name(names.v[i]))
				ret = add_input(in, dir, names.v[i], 1);
		if (!ret)
			ret = check_rest(dir, &names, in->n);
	}
	free(text);
	strlist_free(&names);
	return ret;
}

int inputs_read(const char *path, struct inputs *in)
{
	struct stat st;

	*in = (struct inputs){ 0 };
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		return read_folder(in, path);
	return add_input(in, NULL, path, 1);
}

void inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++) {
		free(in->v[i].name);
		free(in->v[i].text);
		mails_free(&in->v[i].mails);
	}
	free(in->v);
}
