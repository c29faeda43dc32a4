// SPDX-License-Identifier: GPL-2.0
#include "host/mail/mime.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "host/base/util.h"

/* Parts within parts; a forwarded signed mail has three. */
#define MAX_DEPTH 8
/* What follows in a longer field is not read. */
#define MAX_FIELD 8192
/* RFC 2046 has 70. */
#define MAX_BOUNDARY 250

/* "Subject: ..."; not "diff --git a/x b/x: y". */
static bool is_field(struct span line)
{
	size_t n = 0;

	while (n < line.n && n < 80 && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
		n++;
	return n && n < line.n && line.p[n] == ':';
}

static bool is_blank(struct span line)
{
	return !line.n || *line.p == '\n' ||
	       (*line.p == '\r' && (line.n == 1 || line.p[1] == '\n'));
}

struct span mime_header(struct span *rest)
{
	struct span header = { rest->p, 0 }, at = *rest, line;

	for (bool first = true; span_line(&at, &line); first = false) {
		bool folded = !first && line.n && (*line.p == ' ' || *line.p == '\t');

		if (is_blank(line)) {
			*rest = at;
			return header;
		}
		if (!folded && !is_field(line) && !(first && span_starts(line, "From ")))
			return header;
		header.n += line.n;
		*rest = at;
	}
	return header;
}

char *mime_field(struct span header, const char *name)
{
	struct bytes value = { 0 };
	size_t len = strlen(name);
	struct span line;
	bool in = false;

	while (span_line(&header, &line)) {
		bool folded = line.n && (*line.p == ' ' || *line.p == '\t');

		if ((in && !folded) || value.n > MAX_FIELD)
			break;
		if (!in && (line.n <= len || line.p[len] != ':' || strncasecmp(line.p, name, len)))
			continue;
		if (!in) {
			line.p += len + 1;
			line.n -= len + 1;
		}
		in = true;
		while (line.n && isspace((unsigned char)line.p[line.n - 1]))
			line.n--;
		while (line.n && isspace((unsigned char)*line.p)) {
			line.p++;
			line.n--;
		}
		if (value.n && line.n)
			bytes_add(&value, " ", 1);
		bytes_add(&value, line.p, line.n < MAX_FIELD ? line.n : MAX_FIELD);
	}
	/* A NUL ends it. */
	return value.p;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* As git does it: what is no code stays as it is. `word`: '_' is a blank. */
static void add_quoted(struct span s, bool word, struct bytes *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		int high = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? hex_digit(s.p[i + 2]) : -1;

		if (c == '=' && i + 1 < s.n && s.p[i + 1] == '\n') {
			i++;
			continue;
		}
		if (c == '=' && high >= 0 && low >= 0) {
			c = high << 4 | low;
			i += 2;
		} else if (c == '_' && word) {
			c = ' ';
		}
		bytes_add(out, &c, 1);
	}
}

static void add_base64(struct span s, struct bytes *out)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned int bits = 0, have = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
		const char *at = s.p[i] ? strchr(letters, s.p[i]) : NULL;
		char c;

		if (!at)
			continue;
		bits = (bits << 6 | (at - letters)) & 0xffff;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		c = bits >> have;
		bytes_add(out, &c, 1);
	}
}

/* An encoded word at s: adds what it says. How long it is; 0 if there is none. */
static size_t add_word(const char *s, struct bytes *out)
{
	const char *charset = s + 2, *how, *text, *end;
	struct span what;

	if (strncmp(s, "=?", 2))
		return 0;
	how = strchr(charset, '?');
	text = how && how[1] && how[2] == '?' ? how + 3 : NULL;
	end = text ? strstr(text, "?=") : NULL;
	if (!end)
		return 0;
	what = (struct span){ text, end - text };
	if (how[1] == 'q' || how[1] == 'Q')
		add_quoted(what, true, out);
	else if (how[1] == 'b' || how[1] == 'B')
		add_base64(what, out);
	else
		return 0;
	return end + 2 - s;
}

char *mime_words(struct span header, const char *name)
{
	char *value = mime_field(header, name);
	struct bytes out = { 0 };
	bool after_word = false;

	for (const char *s = value; s && *s;) {
		/* Blanks between two of them are none. */
		size_t blanks = after_word ? strspn(s, " \t") : 0;
		size_t n = add_word(s + blanks, &out);

		n += n ? blanks : 0;
		after_word = n;
		if (!n)
			bytes_add(&out, s, 1);
		s += n ? n : 1;
	}
	if (value && !out.p)
		bytes_add(&out, "", 0);
	free(value);
	return out.p;
}

/* "boundary" of `multipart/mixed; boundary="..."`; NULL. The caller frees. */
static char *parameter(const char *value, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = strchr(value, ';'); s; s = strchr(s, ';')) {
		s++;
		s += strspn(s, " \t");
		if (strncasecmp(s, name, len) || s[len] != '=')
			continue;
		s += len + 1;
		if (*s == '"')
			return xasprintf("%.*s", (int)strcspn(s + 1, "\""), s + 1);
		return xasprintf("%.*s", (int)strcspn(s, "; \t"), s);
	}
	return NULL;
}

static bool is_type(const char *type, const char *what)
{
	return !strncasecmp(type, what, strlen(what));
}

static bool is_patch_name(const char *name)
{
	static const char *const ends[] = { ".patch", ".diff", ".txt" };
	size_t n = name ? strlen(name) : 0;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (n > strlen(ends[i]) && !strcasecmp(name + n - strlen(ends[i]), ends[i]))
			return true;
	return false;
}

/* Text, or what is called a patch; not pictures, signatures and HTML. */
static bool is_wanted(const char *type, struct span header)
{
	char *where, *name;
	bool wanted;

	if (is_type(type, "text/"))
		return !is_type(type, "text/html");
	if (strcasestr(type, "patch") || strcasestr(type, "diff"))
		return true;
	if (!is_type(type, "application/"))
		return false;
	where = mime_field(header, "Content-Disposition");
	name = where ? parameter(where, "filename") : NULL;
	if (!name)
		name = parameter(type, "name");
	wanted = is_patch_name(name);
	free(name);
	free(where);
	return wanted;
}

static const char *add_plain(struct span header, struct span body, const char *type,
			     struct bytes *out, bool *as_is, bool *flowed)
{
	char *how = mime_field(header, "Content-Transfer-Encoding");
	char *format = parameter(type, "format");
	struct bytes text = { 0 };
	const char *why = NULL;
	struct span all, first;

	*flowed |= format && !strcasecmp(format, "flowed");
	free(format);
	if (!how || is_type(how, "7bit") || is_type(how, "8bit") || is_type(how, "binary")) {
		bytes_add(out, body.p, body.n);
		free(how);
		return NULL;
	}
	*as_is = false;
	if (is_type(how, "quoted-printable"))
		add_quoted(body, false, &text);
	else if (is_type(how, "base64"))
		add_base64(body, &text);
	else
		why = "has an encoding that is not supported";
	/* Line ends that the mail's way has put inside of the code. */
	all = (struct span){ text.p, text.n };
	if (span_line(&all, &first)) {
		all = (struct span){ text.p, text.n };
		if (span_is_dos(first))
			span_undos(all, out);
		else
			bytes_add(out, all.p, all.n);
	}
	if (out->n && out->p[out->n - 1] != '\n')
		bytes_add(out, "\n", 1);
	bytes_free(&text);
	free(how);
	return why;
}

static const char *add_body(struct span header, struct span body, int depth, struct bytes *out,
			    bool *as_is, bool *flowed);

/* Is it the line before a part (1), or the one behind the last (2)? */
static int is_border(struct span line, const char *boundary)
{
	size_t n = strlen(boundary);

	if (!span_starts(line, "--") || line.n < n + 2 || memcmp(line.p + 2, boundary, n))
		return 0;
	line.p += n + 2;
	line.n -= n + 2;
	return span_starts(line, "--") ? 2 : is_blank(line) || *line.p == ' ' || *line.p == '\t';
}

static const char *add_part(struct span part, bool one_of_all, int depth, struct bytes *out,
			    bool *as_is, bool *flowed)
{
	struct span header = mime_header(&part);
	char *type = mime_field(header, "Content-Type");
	const char *why = NULL;

	/* Of the same in several forms only the plain one. */
	if (!one_of_all || !type || is_type(type, "text/plain") || is_type(type, "multipart/"))
		why = add_body(header, part, depth, out, as_is, flowed);
	free(type);
	return why;
}

static const char *add_parts(struct span body, const char *boundary, bool one_of_all, int depth,
			     struct bytes *out, bool *as_is, bool *flowed)
{
	struct span part = { NULL, 0 }, line;
	const char *why = NULL;
	int border = 0;

	*as_is = false;
	while (!why && border != 2 && span_line(&body, &line)) {
		border = is_border(line, boundary);
		if (!border) {
			part.n += part.p ? line.n : 0;
			continue;
		}
		if (part.p)
			why = add_part(part, one_of_all, depth, out, as_is, flowed);
		part = (struct span){ line.p + line.n, 0 };
	}
	if (!why && part.p && border != 2)
		why = add_part(part, one_of_all, depth, out, as_is, flowed);
	return why;
}

static const char *add_body(struct span header, struct span body, int depth, struct bytes *out,
			    bool *as_is, bool *flowed)
{
	char *type = mime_field(header, "Content-Type"), *boundary;
	const char *why = NULL;

	if (!type)
		type = xstrdup("text/plain");
	boundary = is_type(type, "multipart/") ? parameter(type, "boundary") : NULL;
	if (depth > MAX_DEPTH)
		why = "has parts within parts, nested too deeply";
	else if (boundary && (!*boundary || strlen(boundary) > MAX_BOUNDARY))
		why = "has parts, but no valid boundary line between them";
	else if (boundary)
		why = add_parts(body, boundary, is_type(type, "multipart/alternative"), depth + 1,
				out, as_is, flowed);
	else if (is_wanted(type, header))
		why = add_plain(header, body, type, out, as_is, flowed);
	else
		*as_is = false;
	free(boundary);
	free(type);
	return why;
}

const char *mime_text(struct span header, struct span body, struct bytes *out, bool *as_is,
		      bool *flowed)
{
	return add_body(header, body, 0, out, as_is, flowed);
}
