// SPDX-License-Identifier: GPL-2.0
#include "host/guest/keep.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/util.h"
#include "include/wire.h"

#define FILES_MAX 64
#define NAME_MAX_LEN 160

/* No slash, no leading dot: it cannot leave its folder or hide. */
static bool good_name(const char *s, size_t len)
{
	if (!len || len > NAME_MAX_LEN || *s == '.')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("._-+", s[i]))
			return false;
	return true;
}

/* One file at `at`: how many bytes it and its head take, 0 if it is none. */
static size_t take_one(const char *at, size_t left, const struct place *boot)
{
	const char *name = at + strlen(WIRE_FILE), *size, *data;
	const char *line = memchr(at, '\n', left);
	size_t bytes;
	char *path, *end;
	int ret;

	if (!line || strncmp(at, WIRE_FILE, strlen(WIRE_FILE)))
		return 0;
	size = memchr(name, ' ', line - name);
	if (!size || !good_name(name, size - name) || !isdigit((unsigned char)size[1]))
		return 0;
	bytes = strtoul(size + 1, &end, 10);
	data = line + 1;
	if (end != line || bytes > left - (data - at))
		return 0;
	path = xasprintf("files/%.*s", (int)(size - name), name);
	ret = place_write(boot, path, data, bytes);
	if (ret)
		err("keeping %s/%s: %s", boot->path, path, place_error(ret));
	free(path);
	return ret ? 0 : data - at + bytes;
}

int keep_take(const struct place *boot, const char *stream)
{
	char *text;
	size_t len = 0, at = 0, used;
	int n = 0;

	text = place_read(boot, stream, PLACE_MAX, &len);
	if (text && len && !place_dirs(boot, "files")) {
		while (at < len && n < FILES_MAX && (used = take_one(text + at, len - at, boot))) {
			at += used;
			n++;
		}
		if (at < len)
			note("%s/%s: %zu bytes after the first %d files are not a file", boot->path,
			     stream, len - at, n);
	}
	place_remove(boot, stream);
	free(text);
	return n;
}
