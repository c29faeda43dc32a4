// SPDX-License-Identifier: GPL-2.0
#include "host/mail/mail.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/util.h"
#include "host/mail/mime.h"

/* A longer one is no subject that anybody reads. */
#define MAX_SUBJECT 1000

/*
 * "From someone Mon Sep 17 00:00:00 2001": as git tells it, by a time and a year
 * behind it, so that a sentence which begins with "From" is none.
 */
static bool is_from_line(struct span line)
{
	const char *end = line.p + line.n, *colon;
	long year = 0;

	if (!span_starts(line, "From ") || line.n < 20)
		return false;
	while (end > line.p && isspace((unsigned char)end[-1]))
		end--;
	for (colon = end - 2; colon > line.p + 5; colon--)
		if (*colon == ':')
			break;
	if (colon <= line.p + 5 || colon + 3 >= end)
		return false;
	if (!isdigit((unsigned char)colon[-1]) || !isdigit((unsigned char)colon[-2]) ||
	    !isdigit((unsigned char)colon[1]) || !isdigit((unsigned char)colon[2]))
		return false;
	for (const char *c = colon + 4; c < end && isdigit((unsigned char)*c) && year < 10000; c++)
		year = 10 * year + *c - '0';
	return colon[3] == ' ' && year > 90;
}

/* As git mailinfo: what begins here is the patch and no longer the message. */
static bool is_patch_start(struct span line)
{
	if (span_starts(line, "diff -") || span_starts(line, "Index: "))
		return true;
	if (!span_starts(line, "---") || line.n < 4)
		return false;
	if (line.p[3] == ' ' && line.n > 4 && !isspace((unsigned char)line.p[4]))
		return true;
	for (size_t i = 3; i < line.n; i++)
		if (!isspace((unsigned char)line.p[i]))
			return false;
	return true;
}

static void cut_text(struct span text, struct mail *m)
{
	const char *start = text.p;
	struct span rest = text, line;

	while (span_line(&rest, &line) && !is_patch_start(line))
		start = line.p + line.n;
	bytes_add(&m->message, text.p, start - text.p);
	bytes_add(&m->diff, start, text.p + text.n - start);
}

bool diff_has_change(const struct bytes *diff)
{
	static const char *const signs[] = {
		"@@ -", "GIT binary patch", "Binary files ", "old mode ", "new file mode ",
		"deleted file mode ", "rename from ", "copy from ", "@@@ ",
	};
	struct span rest = { diff->p, diff->n }, line;
	bool header = false;

	while (span_line(&rest, &line)) {
		/* A context diff's: it is refused by name, later. */
		if (span_starts(line, "***************"))
			return true;
		header |= span_starts(line, "diff -") || span_starts(line, "+++ ");
		for (size_t i = 0; header && i < ARRAY_SIZE(signs); i++)
			if (span_starts(line, signs[i]))
				return true;
	}
	return false;
}

/* The last "<...>" of a field, without its brackets. */
static char *last_id(struct span header, const char *name)
{
	char *value = mime_field(header, name), *open = value ? strrchr(value, '<') : NULL;
	char *id = open ? xasprintf("%.*s", (int)strcspn(open + 1, ">"), open + 1) : NULL;

	free(value);
	return id;
}

static char *text_field(struct span header, const char *name)
{
	char *s = mime_words(header, name);

	if (!s)
		return xstrdup("");
	if (strlen(s) > MAX_SUBJECT)
		s[MAX_SUBJECT] = '\0';
	for (char *c = s; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = ' ';
	return s;
}

/* A field that no patch has in front by itself ("Index: x" is CVS's). */
static bool is_mail_header(struct span header)
{
	static const char *const fields[] = { "From", "Subject", "Date", "Message-ID" };
	bool is = false;

	for (size_t i = 0; i < ARRAY_SIZE(fields) && !is; i++) {
		char *value = mime_field(header, fields[i]);

		is = value;
		free(value);
	}
	return is;
}

/* Did the way of the mail make "\r\n" of its line ends? Its first field tells. */
static bool header_is_dos(struct span header)
{
	struct span line;

	while (span_line(&header, &line))
		if (!span_starts(line, "From "))
			return span_is_dos(line);
	return false;
}

static const char *parse_one(struct span all, struct mail *m)
{
	struct bytes plain = { 0 }, text = { 0 };
	struct span rest = all, header, line = { 0 };
	const char *why = NULL;

	*m = (struct mail){ .as_is = true };
	header = mime_header(&rest);
	m->is_mail = is_mail_header(header);
	if (!m->is_mail)
		span_line(&(struct span){ all.p, all.n }, &line);
	if (m->is_mail ? header_is_dos(header) : span_is_dos(line)) {
		m->as_is = false;
		span_undos(all, &plain);
		all = (struct span){ plain.p, plain.n };
		rest = all;
		header = mime_header(&rest);
	}
	m->subject = m->is_mail ? text_field(header, "Subject") : xstrdup("");
	m->from = m->is_mail ? text_field(header, "From") : xstrdup("");
	subject_parse(m->subject, &m->is);
	if (m->is_mail) {
		m->id = last_id(header, "Message-ID");
		m->parent = last_id(header, "In-Reply-To");
		if (!m->parent)
			m->parent = last_id(header, "References");
		why = mime_text(header, rest, &text, &m->as_is, &m->flowed);
	} else {
		bytes_add(&text, all.p, all.n);
	}
	if (!why && text.n && memchr(text.p, '\0', text.n))
		why = "holds NUL bytes, so it is not plain text (is it UTF-16?)";
	if (!why)
		cut_text((struct span){ text.p, text.n }, m);
	bytes_free(&text);
	bytes_free(&plain);
	return why;
}

static const char *add_mail(struct mails *out, const char *from, const char *to)
{
	const char *why;

	if (out->n == MAX_MAILS)
		return "holds more mails than a series can have";
	out->v = xrealloc(out->v, (out->n + 1) * sizeof(*out->v));
	why = parse_one((struct span){ from, to - from }, &out->v[out->n]);
	out->n++;
	return why;
}

const char *mails_read(const char *buf, size_t size, struct mails *out)
{
	struct span rest, line, first = { 0 };
	const char *start, *why = NULL;
	bool mbox;

	*out = (struct mails){ 0 };
	/* A byte order mark in front of UTF-8. */
	if (size >= 3 && !memcmp(buf, "\xef\xbb\xbf", 3)) {
		buf += 3;
		size -= 3;
	}
	start = buf;
	rest = (struct span){ buf, size };
	mbox = span_line(&rest, &first) && is_from_line(first);
	while (mbox && !why && span_line(&rest, &line)) {
		if (!is_from_line(line))
			continue;
		why = add_mail(out, start, line.p);
		start = line.p;
	}
	if (!why && size)
		why = add_mail(out, start, buf + size);
	if (why)
		mails_free(out);
	return why;
}

void mails_free(struct mails *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].subject);
		free(m->v[i].from);
		free(m->v[i].id);
		free(m->v[i].parent);
		bytes_free(&m->v[i].message);
		bytes_free(&m->v[i].diff);
	}
	free(m->v);
	*m = (struct mails){ 0 };
}
