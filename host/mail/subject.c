// SPDX-License-Identifier: GPL-2.0
#include "host/mail/subject.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/base/util.h"

/* "12" of "12/34"; -1 for what is no number of a patch. */
static int small_number(const char *s, size_t n)
{
	if (!n || n > 4 || strspn(s, "0123456789") < n)
		return -1;
	return atoi(s);
}

static void number_of(const char *w, size_t n, struct subject *s)
{
	const char *slash = memchr(w, '/', n);
	int a = slash ? small_number(w, slash - w) : -1;
	int b = slash ? small_number(slash + 1, w + n - slash - 1) : -1;

	if (a < 0 || b < 1)
		return;
	s->numbered = true;
	s->n = a;
	s->m = b;
}

/* "v2", also at the end of "PATCHv2". */
static void version_of(const char *w, size_t n, struct subject *s)
{
	size_t digits = n > 1 && (*w == 'v' || *w == 'V') ? strspn(w + 1, "0123456789") : 0;

	if (digits > 0 && digits <= 4 && digits < n)
		s->version = atoi(w + 1);
}

static void word(const char *w, size_t n, struct subject *s)
{
	number_of(w, n, s);
	version_of(w, n, s);
	if (n >= 5 && !strncasecmp(w, "patch", 5)) {
		s->patch = true;
		version_of(w + 5, n - 5, s);
	} else if (n >= 3 && !strncasecmp(w, "rfc", 3)) {
		s->patch = true;
		version_of(w + 3, n - 3, s);
	} else if (n == 6 && (!strncasecmp(w, "resend", n) || !strncasecmp(w, "repost", n))) {
		s->resend = true;
	}
}

/* "Re: ", "RE[2]: ", "AW: ", ...: how long it is. */
static size_t reply_word(const char *s)
{
	static const char *const words[] = { "re", "aw", "sv", "fwd", "fw", "wg", "antw" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (strncasecmp(s, words[i], n))
			continue;
		if (s[n] == '[' && strspn(s + n + 1, "0123456789") &&
		    s[n + 1 + strspn(s + n + 1, "0123456789")] == ']')
			n += 2 + strspn(s + n + 1, "0123456789");
		if (s[n] == ':')
			return n + 1;
	}
	return 0;
}

void subject_parse(const char *text, struct subject *s)
{
	*s = (struct subject){ .version = 1 };
	for (;;) {
		size_t re;

		text += strspn(text, " \t");
		re = reply_word(text);
		if (re) {
			s->reply = true;
			text += re;
			continue;
		}
		if (*text != '[' || !strchr(text, ']'))
			break;
		for (text++; *text != ']';) {
			size_t n = strcspn(text, " \t,;]");

			if (n)
				word(text, n, s);
			text += n;
			text += strspn(text, " \t,;");
		}
		text++;
	}
	s->title = text;
}
