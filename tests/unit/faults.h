/* SPDX-License-Identifier: GPL-2.0 */
/* What can be wrong with what a boot has left, and how it is put there. */
#ifndef PINLAB_TESTS_UNIT_FAULTS_H
#define PINLAB_TESTS_UNIT_FAULTS_H

#include "makerun.h"

#include <ctype.h>

/* A boot's stream, taken apart: bodies without number and checksum. */
static inline void read_bodies(const char *dir, const char *boot, struct strlist *out)
{
	char *file = xasprintf("boots/%s/records", boot), *text = in(dir, file);
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		char *body = strchr(line, '\t') + 1;

		*strrchr(body, '\t') = '\0';
		strlist_add(out, body);
	}
	free(text);
	free(file);
}

/* Sealed again, with an `end` that counts what is there. */
static inline void write_bodies(const char *dir, const char *boot, const struct strlist *l,
				bool end)
{
	char *file = xasprintf("boots/%s/records", boot);
	struct stream st = { 0 };

	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->v[i], "end\t", 4))
			stream_add(&st, l->v[i]);
	if (end) {
		char *body = xasprintf("end\t%lu", st.seq);

		stream_add(&st, body);
		free(body);
	}
	put(dir, file, st.s ? st.s : "");
	stream_free(&st);
	free(file);
}

struct fault {
	const char *name;
	/* Which lines of a boot stay (NULL: all), and what becomes of them. */
	bool (*keep)(const char *body, size_t n);
	char *(*change)(const char *body);
	bool no_end;
	const char *outcome;		/* NULL: as it is */
	bool remove;			/* outcome.json, records */
	const char *verbs;		/* those that it applies to; NULL: all */
};

static inline bool is(const char *body, const char *type)
{
	size_t n = strlen(type);

	return !strncmp(body, type, n) && body[n] == '\t';
}

static size_t rows_begun;

/* Rows behind the first are gone, and nothing else. */
static bool first_row(const char *body, size_t n)
{
	rows_begun = n ? rows_begun : 0;
	rows_begun += is(body, "begin");
	return rows_begun <= 1;
}

static bool no_samples(const char *body, size_t n)
{
	(void)n;
	return !is(body, "sample");
}

static bool no_facts(const char *body, size_t n)
{
	(void)n;
	return !is(body, "fact");
}

static bool hello_alone(const char *body, size_t n)
{
	(void)body;
	return !n;
}

/* Of each figure the first repeat alone. */
static bool one_repeat(const char *body, size_t n)
{
	(void)n;
	return !is(body, "sample") || strstr(body, "\t0\t");
}

static bool one_metric(const char *body, size_t n)
{
	(void)n;
	return !is(body, "sample") || !strstr(body, "\tunpin\t");
}

static bool without_ids(const char *body, size_t n)
{
	(void)n;
	return strncmp(body, "cap\tkernel_id", 13);
}

/* The value is the fifth field behind the type. */
static char *with_value(const char *body, const char *value)
{
	const char *at = body, *end;

	if (!is(body, "sample"))
		return xstrdup(body);
	for (int i = 0; i < 5; i++)
		at = strchr(at, '\t') + 1;
	end = strchr(at, '\t');
	return xasprintf("%.*s%s%s", (int)(at - body), body, value, end);
}

static char *value_zero(const char *body)
{
	return with_value(body, "0");
}

static char *value_minus(const char *body)
{
	return with_value(body, "-1");
}

static char *value_huge(const char *body)
{
	return with_value(body, "1e300");
}

static char *value_absurd(const char *body)
{
	return with_value(body, "999999999999");
}

static char *value_nan(const char *body)
{
	return with_value(body, "nan");
}

static char *no_driver(const char *body)
{
	if (is(body, "cap"))
		return xstrdup(strstr(body, "driver\t") ? "cap\tdriver\t0" : body);
	return xstrdup(body);
}

static char *other_kernel(const char *body)
{
	return xstrdup(strncmp(body, "cap\tkernel_id", 13) ? body :
		       "cap\tkernel_id\tffffffffffffffffffffffffffffffffffffffff");
}

static char *other_driver(const char *body)
{
	return xstrdup(strncmp(body, "cap\tdriver_id", 13) ? body :
		       "cap\tdriver_id\tffffffffffffffffffffffffffffffffffffffff");
}

/* What a guest says of rows whose driver is not there, by itself. */
static char *all_skipped(const char *body)
{
	char *row, *out;

	if (!is(body, "result"))
		return xstrdup(body);
	row = xstrdup(strchr(body, '\t') + 1);
	row[strcspn(row, "\t")] = '\0';
	out = xasprintf("result\t%s\tSKIP\tneeds the driver (/dev/pinlab)", row);
	free(row);
	return out;
}

static char *all_broken(const char *body)
{
	char *all = all_skipped(body), *at = strstr(all, "\tSKIP\t");

	if (at)
		memcpy(at, "\tFAIL\t", 6);
	return all;
}

static char *strange_row(const char *body)
{
	char *out = xstrdup(body);

	for (char *s = out; (s = strchr(s, '\t'));)
		if (isalpha((unsigned char)*++s) && !is(body, "cap") && !is(body, "hello")) {
			*s = 'Z';
			break;
		}
	return out;
}

#define BENCH		"bench"
#define TORTURE		"torture,nightly"
#define NOT_BENCH	"torture,nightly,paths"

static const struct fault faults[] = {
	{ .name = "boot dropped", .remove = true },
	{ .name = "records empty", .keep = hello_alone, .no_end = true },
	{ .name = "end at once", .keep = hello_alone },
	{ .name = "end after a row", .keep = first_row },
	{ .name = "records cut", .no_end = true },
	{ .name = "rows begun, no samples", .keep = no_samples, .verbs = BENCH },
	{ .name = "no facts", .keep = no_facts, .verbs = "paths" },
	{ .name = "repeats lost", .keep = one_repeat, .verbs = BENCH },
	{ .name = "metric lost", .keep = one_metric, .verbs = BENCH },
	{ .name = "value 0", .change = value_zero, .verbs = BENCH },
	{ .name = "value -1", .change = value_minus, .verbs = "bench,torture,nightly" },
	{ .name = "value 1e300", .change = value_huge, .verbs = "bench,torture,nightly" },
	{ .name = "value absurd", .change = value_absurd, .verbs = BENCH },
	{ .name = "value nan", .change = value_nan, .verbs = "bench,torture,nightly" },
	{ .name = "driver absent", .change = no_driver },
	{ .name = "all skipped", .change = all_skipped },
	{ .name = "all failed", .change = all_broken },
	{ .name = "other rows", .change = strange_row },
	{ .name = "other kernel", .change = other_kernel },
	{ .name = "other driver", .change = other_driver },
	{ .name = "kernel unproved", .keep = without_ids },
	{ .name = "panic", .no_end = true, .outcome = "panic" },
	{ .name = "hang", .no_end = true, .outcome = "hang" },
	{ .name = "timeout", .no_end = true, .outcome = "timeout" },
	{ .name = "truncated", .no_end = true, .outcome = "truncated" },
	{ .name = "QEMU died", .no_end = true, .outcome = "qemu-died" },
	{ .name = "emulator", .no_end = true, .outcome = "emulator" },
	{ .name = "interrupted", .no_end = true, .outcome = "interrupted" },
	{ .name = "init failed", .keep = hello_alone, .no_end = true, .outcome = "init-failed" },
	{ .name = "no such outcome", .outcome = "fine" },
};

static inline void damage(const char *dir, const char *boot, const struct fault *f)
{
	struct strlist all = { 0 }, kept = { 0 };
	char *sub = xasprintf("%s/boots/%s", dir, boot), *path;

	read_bodies(dir, boot, &all);
	for (size_t i = 0; i < all.n; i++)
		if (!f->keep || f->keep(all.v[i], i))
			strlist_take(&kept, f->change ? f->change(all.v[i]) : xstrdup(all.v[i]));
	write_bodies(dir, boot, &kept, !f->no_end);
	if (f->outcome) {
		char *text = xasprintf("{\"outcome\": \"%s\", \"detail\": \"\", \"seconds\": 12.5}",
				       f->outcome);

		put(sub, "outcome.json", text);
		free(text);
	}
	if (f->remove) {
		path = xasprintf("%s/outcome.json", sub);
		unlink(path);
		free(path);
		put(sub, "records", "");
	}
	strlist_free(&all);
	strlist_free(&kept);
	free(sub);
}

#endif
