// SPDX-License-Identifier: GPL-2.0
#include "host/mail/touched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/mail/bytes.h"

/* One letter of a name in quotes, at s[*i], which is moved on to its last. */
static size_t unescape(const char *s, size_t len, size_t *i, char *out)
{
	static const char codes[] = "a\ab\bt\tn\nv\vf\fr\r";
	const char *code;
	size_t digits = 0;
	int value = 0;

	*out = s[*i];
	if (s[*i] != '\\' || *i + 1 >= len)
		return 1;
	while (digits < 3 && *i + 1 + digits < len && s[*i + 1 + digits] >= '0' &&
	       s[*i + 1 + digits] <= '7')
		value = 8 * value + s[*i + 1 + digits++] - '0';
	if (digits) {
		*i += digits;
		*out = value;
		return 1;
	}
	(*i)++;
	*out = s[*i];
	for (code = codes; *code; code += 2)
		if (*code == s[*i])
			*out = code[1];
	return 1;
}

/*
 * A name of a diff's header without its first `strip` parts; NULL for what
 * leaves the tree, which git refuses too. Names with odd letters are in quotes,
 * as in C; behind others there may be a tab and a time.
 */
static char *tree_path(const char *s, size_t len, int strip)
{
	char *path = xcalloc(len + 1, 1), *p = path, *out;
	size_t n = 0;

	if (len && *s == '"') {
		for (size_t i = 1; i < len && s[i] != '"'; i++)
			n += unescape(s, len, &i, &path[n]);
	} else {
		n = strcspn(memcpy(path, s, len), "\t\r");
	}
	path[n] = '\0';
	for (; p && strip > 0; strip--)
		p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL;
	out = p && *p && *path != '/' && *p != '/' && strncmp(p, "../", 3) && !strstr(p, "/../") ?
	      xstrdup(p) : NULL;
	free(path);
	return out;
}

static int add_name(struct strlist *touched, char *name)
{
	if (!name || strlist_has(touched, name)) {
		free(name);
		return 0;
	}
	strlist_take(touched, name);
	return touched->n > MAX_TOUCHED ? -E2BIG : 0;
}

/*
 * "diff --git a/NAME b/NAME": all that names a file of which only the mode
 * changes, or an empty one. The names are the same, or the lines below have them.
 */
static int add_git_names(struct strlist *touched, struct span line, int strip)
{
	size_t skip = strlen("diff --git "), half;
	const char *s = line.p + skip;
	size_t len = line.n - skip;

	if (len && *s == '"')
		return add_name(touched, tree_path(s, len, strip));
	half = len / 2;
	if (len % 2 == 0 || s[half] != ' ')
		return 0;
	return add_name(touched, tree_path(s, half, strip));
}

int touched_add(struct strlist *touched, const char *diff, size_t len, int strip)
{
	/* Behind these stands no "a/". */
	const int bare = strip ? strip - 1 : 0;
	const struct {
		const char *head;
		int strip;
	} heads[] = {
		{ "--- ", strip }, { "+++ ", strip }, { "rename from ", bare },
		{ "rename to ", bare }, { "copy from ", bare }, { "copy to ", bare },
		{ "Index: ", strip }, { "Index: ", 0 },
	};
	struct span rest = { diff, len }, line;
	int ret = 0;

	while (!ret && span_line(&rest, &line)) {
		while (line.n && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
			line.n--;
		if (span_starts(line, "diff --git "))
			ret = add_git_names(touched, line, strip);
		for (size_t i = 0; i < ARRAY_SIZE(heads) && !ret; i++) {
			size_t n = strlen(heads[i].head);

			if (span_starts(line, heads[i].head))
				ret = add_name(touched, tree_path(line.p + n, line.n - n,
								  heads[i].strip));
		}
	}
	return ret;
}

char *hunk_shown(const char *diff, size_t len, int strip, const char *file, long at)
{
	struct span rest = { diff, len }, line;
	bool here = false;
	int hunk = 0;

	while (span_line(&rest, &line)) {
		char *name = NULL;

		if (span_starts(line, "+++ ") || span_starts(line, "--- "))
			name = tree_path(line.p + 4, line.n - 4 - (line.p[line.n - 1] == '\n'),
					 strip);
		if (name && !strcmp(name, file))
			here = true;
		else if (span_starts(line, "diff -") || (span_starts(line, "--- ") && hunk))
			here = false;
		free(name);
		if (!here)
			hunk = 0;
		if (here && span_starts(line, "@@ -") && ++hunk && atol(line.p + 4) == at)
			return xasprintf("%s, hunk %d at line %ld", file, hunk, at);
	}
	return xasprintf("%s, at line %ld", file, at);
}
