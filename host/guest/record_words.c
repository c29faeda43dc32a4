// SPDX-License-Identifier: GPL-2.0
#include "host/guest/record_words.h"

#include <ctype.h>
#include <string.h>

#include "host/guest/records.h"

bool record_is_name(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || (s[n] && strchr("_-+./:@=,%~", s[n])))
		n++;
	return n && !s[n] && n <= RECORDS_NAME_MAX;
}

bool record_is_count(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s || strlen(s) > 19)
		return false;
	for (; *s; s++) {
		if (!isdigit((unsigned char)*s))
			return false;
		v = 10 * v + (*s - '0');
	}
	*out = v;
	return v <= max;
}

bool record_is_value(const char *s, int64_t *out)
{
	bool minus = *s == '-';
	size_t whole, part = 0;
	int64_t v = 0;

	s += minus;
	whole = strspn(s, "0123456789");
	if (!whole || whole > 12)
		return false;
	for (size_t i = 0; i < whole; i++)
		v = 10 * v + (s[i] - '0');
	s += whole;
	if (*s == '.') {
		part = strspn(++s, "0123456789");
		if (!part || part > 4)
			return false;
	}
	for (size_t i = 0; i < 4; i++)
		v = 10 * v + (i < part ? s[i] - '0' : 0);
	*out = minus ? -v : v;
	return !s[part];
}
