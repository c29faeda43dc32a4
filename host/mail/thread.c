// SPDX-License-Identifier: GPL-2.0
#include "host/mail/thread.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/base/text.h"

/* Of a title, as it is shown. */
#define SHOWN 60

static const char no_diff[] = "no diff in it";
static const char copy[] = "a copy";

char *letter_shown(const struct letter *l)
{
	const char *text = l->name ? l->name : *l->mail->subject ? l->mail->subject : "a mail";
	char *s = xasprintf(l->name ? "%.*s" : "\"%.*s\"", SHOWN, text);

	text_make_plain(s);
	return s;
}

static bool is_in(const struct letter *l)
{
	return !l->left;
}

static bool same_diff(const struct mail *a, const struct mail *b)
{
	return a->diff.n == b->diff.n && (!a->diff.n || !memcmp(a->diff.p, b->diff.p, a->diff.n));
}

/* The mail of that id among them; NULL. */
static const struct letter *find_id(const struct letter *all, size_t n, const char *id)
{
	for (size_t i = 0; id && i < n; i++)
		if (all[i].mail->id && !strcmp(all[i].mail->id, id))
			return &all[i];
	return NULL;
}

/* What the mail itself says of it. */
static void sort_out(struct letter *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct mail *m = all[i].mail;
		const struct subject *s = &m->is;

		if (find_id(all, i, m->id))
			all[i].left = copy;
		else if (s->numbered && !s->n && !s->reply)
			all[i].left = "the cover letter";
		else if (!diff_has_change(&m->diff))
			all[i].left = no_diff;
		else if (s->reply)
			all[i].left = "a reply";
		else if (s->numbered && s->n > s->m)
			all[i].left = "its number is higher than the series is long";
	}
}

static size_t count(const struct letter *all, size_t n, bool numbered)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += is_in(&all[i]) && all[i].mail->is.numbered == numbered;
	return sum;
}

/*
 * A patch without a number beside those that have one: it answers one of them,
 * or nobody can tell what it is. false: the latter.
 */
static bool drop_fixups(struct letter *all, size_t n, char **why)
{
	for (size_t i = 0; i < n; i++) {
		char *shown;

		if (!is_in(&all[i]) || all[i].mail->is.numbered)
			continue;
		if (all[i].mail->parent) {
			all[i].left = "a fix-up without a number";
			continue;
		}
		shown = letter_shown(&all[i]);
		*why = xasprintf("some patches are numbered n/m, and %s is not: which are "
				 "meant? Put those into a folder with a file `series` that "
				 "has their names, one per line",
				 shown);
		free(shown);
		return false;
	}
	return true;
}

/* Versions of one series: a later one, or the same sent again. */
static int age(const struct subject *s)
{
	return 2 * s->version + s->resend;
}

static bool same_series(const struct subject *a, const struct subject *b)
{
	return age(a) == age(b) && a->m == b->m;
}

/* The letter that is n of the series of `of`; NULL. */
static const struct letter *nth(const struct letter *all, size_t n, const struct subject *of,
				int number)
{
	for (size_t i = 0; i < n; i++)
		if (is_in(&all[i]) && all[i].mail->is.n == number &&
		    same_series(&all[i].mail->is, of))
			return &all[i];
	return NULL;
}

static bool is_whole(const struct letter *all, size_t n, const struct subject *of)
{
	for (int i = 1; i <= of->m; i++)
		if (!nth(all, n, of, i))
			return false;
	return true;
}

static char *missing_of(const struct letter *all, size_t n, const struct subject *of)
{
	char *list = xstrdup(""), *more;
	int gone = 0;

	for (int i = 1; i <= of->m; i++) {
		if (nth(all, n, of, i) || ++gone > 4)
			continue;
		more = xasprintf("%s%s%d/%d", list, gone > 1 ? ", " : "", i, of->m);
		free(list);
		list = more;
	}
	if (gone > 4) {
		more = xasprintf("%s and %d more", list, gone - 4);
		free(list);
		list = more;
	}
	more = xasprintf("%s %s missing", list, gone == 1 ? "is" : "are");
	free(list);
	return more;
}

/* One patch twice is a copy; two that say the same number are a riddle. */
static bool drop_copies(struct letter *all, size_t n, char **why)
{
	for (size_t i = 0; i < n; i++) {
		const struct subject *s = &all[i].mail->is;
		const struct letter *first = is_in(&all[i]) ? nth(all, i, s, s->n) : NULL;

		if (!first)
			continue;
		if (!same_diff(first->mail, all[i].mail)) {
			*why = xasprintf("two different patches are numbered %d/%d; give one "
					 "series at a time", s->n, s->m);
			return false;
		}
		all[i].left = copy;
	}
	return true;
}

static char *version_shown(const struct subject *s)
{
	return xasprintf("v%d%s, %d patches", s->version, s->resend ? " sent again" : "", s->m);
}

static bool was_looked_at(const struct letter *all, size_t before, const struct subject *of)
{
	for (size_t i = 0; i < before; i++)
		if (is_in(&all[i]) && same_series(&all[i].mail->is, of))
			return true;
	return false;
}

/* The series to take: the newest that is whole. NULL after filling `why`. */
static const struct subject *choose(const struct letter *all, size_t n, char **note, char **why)
{
	const struct subject *best = NULL, *newest = NULL, *rival = NULL;
	char *taken, *missing;

	for (size_t i = 0; i < n; i++) {
		const struct subject *s = &all[i].mail->is;

		if (!is_in(&all[i]))
			continue;
		if (!newest || age(s) > age(newest))
			newest = s;
		if ((best && age(s) < age(best)) || was_looked_at(all, i, s) ||
		    !is_whole(all, n, s))
			continue;
		rival = best && age(s) == age(best) ? s : NULL;
		best = s;
	}
	if (!newest)
		return NULL;
	if (!best) {
		*why = missing_of(all, n, newest);
		return NULL;
	}
	if (rival) {
		*why = xasprintf("two whole series in it, one of %d patches and one of %d; "
				 "give one series at a time", best->m, rival->m);
		return NULL;
	}
	taken = version_shown(best);
	if (age(newest) > age(best)) {
		missing = missing_of(all, n, newest);
		*note = xasprintf("%s, is taken: of v%d, %s", taken, newest->version, missing);
		free(missing);
	}
	for (size_t i = 0; i < n && !*note; i++)
		if (is_in(&all[i]) && age(&all[i].mail->is) < age(best))
			*note = xasprintf("%s, is taken: the newest", taken);
	free(taken);
	return best;
}

static bool select_numbered(struct letter *all, size_t n, bool chosen, char **note, char **why)
{
	const struct subject *best;

	if (!drop_fixups(all, n, why) || !drop_copies(all, n, why))
		return false;
	if (chosen && n == 1) {
		if (all->mail->is.m > 1 && !*note)
			*note = xasprintf("only patch %d/%d of a series is in it",
					  all->mail->is.n, all->mail->is.m);
		return true;
	}
	best = choose(all, n, note, why);
	for (size_t i = 0; best && i < n; i++)
		if (is_in(&all[i]) && !same_series(&all[i].mail->is, best))
			all[i].left = "of another version";
	return best;
}

/* Without numbers: all in order, but what a later version or its author replaces. */
static void select_plain(struct letter *all, size_t n)
{
	bool tagged = false;

	for (size_t i = 0; i < n; i++)
		tagged |= is_in(&all[i]) && all[i].mail->is.patch;
	for (size_t i = 0; i < n; i++) {
		const struct mail *m = all[i].mail;
		const struct letter *up = find_id(all, n, m->parent);

		if (!is_in(&all[i]) || !m->is_mail)
			continue;
		if (tagged && !m->is.patch && m->parent)
			all[i].left = "no [PATCH] in its subject";
		else if (up && is_in(up) && strcmp(up->mail->from, m->from))
			all[i].left = "another author's, in answer to a patch";
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n && is_in(&all[i]); j++) {
			const struct mail *a = all[i].mail, *b = all[j].mail;

			if (i == j || !is_in(&all[j]) || !a->is_mail || !b->is_mail)
				continue;
			if (age(&b->is) > age(&a->is) &&
			    ((*a->is.title && !strcasecmp(a->is.title, b->is.title)) ||
			     (a->id && b->parent && !strcmp(a->id, b->parent))))
				all[i].left = "of another version";
			else if (j < i && age(&b->is) == age(&a->is) && same_diff(a, b) &&
				 !strcmp(a->subject, b->subject))
				all[i].left = copy;
		}
	}
}

static int by_number(const void *a, const void *b)
{
	const struct letter *x = a, *y = b;

	return x->mail->is.n - y->mail->is.n;
}

/* Those that are in to the front, without changing their order. */
static void pack(struct letter *all, size_t n)
{
	struct letter *new = xcalloc(n, sizeof(*new));
	size_t k = 0;

	for (int in = 1; in >= 0; in--)
		for (size_t i = 0; i < n; i++)
			if (is_in(&all[i]) == in)
				new[k++] = all[i];
	memcpy(all, new, n * sizeof(*new));
	free(new);
}

size_t thread_select(struct letter *all, size_t n, bool chosen, char **note, char **why)
{
	size_t numbered, plain;

	*note = *why = NULL;
	sort_out(all, n);
	/* It says that it is a reply, but it is what the user named. */
	if (chosen && n == 1 && all->left && diff_has_change(&all->mail->diff)) {
		*note = xasprintf("it is taken, though it is %s", all->left);
		all->left = NULL;
	}
	numbered = count(all, n, true);
	plain = count(all, n, false);
	if (!numbered && !plain) {
		*why = xstrdup("no patch in it: nothing would change");
		for (size_t i = 0; i < n; i++)
			if (all[i].left != no_diff && diff_has_change(&all[i].mail->diff)) {
				free(*why);
				*why = xasprintf("no patch in it, only %s with a diff",
						 all[i].left);
				break;
			}
		return 0;
	}
	if (numbered) {
		if (!select_numbered(all, n, chosen, note, why))
			return 0;
		pack(all, n);
		numbered = count(all, n, true);
		qsort(all, numbered, sizeof(*all), by_number);
		return numbered;
	}
	select_plain(all, n);
	pack(all, n);
	return count(all, n, false);
}
