// SPDX-License-Identifier: GPL-2.0
#include "host/base/index.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/base/util.h"

/* Most names fit: no memory is taken for them. */
#define SHORT 256

static char *name_of(char buf[SHORT], const char *fmt, va_list ap)
{
	va_list again;
	char *s = buf;
	int n;

	va_copy(again, ap);
	n = vsnprintf(buf, SHORT, fmt, ap);
	if (n >= SHORT && vasprintf(&s, fmt, again) < 0)
		no_memory();
	va_end(again);
	return s;
}

static long find(const struct index *x, const char *name)
{
	const json_t *j = json_object_get(x->names, name);

	return j ? (long)json_integer_value(j) : -1;
}

long index_find(const struct index *x, const char *fmt, ...)
{
	char buf[SHORT], *name;
	va_list ap;
	long i;

	va_start(ap, fmt);
	name = name_of(buf, fmt, ap);
	va_end(ap);
	i = find(x, name);
	if (name != buf)
		free(name);
	return i;
}

size_t index_need(struct index *x, size_t n, const char *fmt, ...)
{
	char buf[SHORT], *name;
	va_list ap;
	long i;

	va_start(ap, fmt);
	name = name_of(buf, fmt, ap);
	va_end(ap);
	i = find(x, name);
	if (i < 0) {
		if (!x->names)
			x->names = json_object();
		/* Not checked: names need not be UTF-8. */
		if (json_object_set_new_nocheck(x->names, name, json_integer(n)))
			no_memory();
		i = n;
	}
	if (name != buf)
		free(name);
	return i;
}

void index_free(struct index *x)
{
	json_decref(x->names);
	x->names = NULL;
}
