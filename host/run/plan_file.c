// SPDX-License-Identifier: GPL-2.0
#include "host/run/plan_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/text.h"

#define ID_MAX		200
#define NAME_MAX_LEN	255
#define TEXT_MAX	(1 << 20)
/* A year, in seconds: no boot, night or share of one is longer. */
#define SECONDS_MAX	(366l * 86400)

bool plan_good_id(const char *s)
{
	size_t n = strlen(s);

	return n && n <= ID_MAX && *s != '.' && !strchr(s, '/') && text_is_plain(s);
}

static char *texts_wrong(const json_t *j, const char *of)
{
	const char *key;
	char *why = NULL;
	json_t *v;
	size_t i;

	if (json_is_string(j)) {
		if (strlen(json_string_value(j)) != json_string_length(j) ||
		    !text_is_plain(json_string_value(j)))
			return xasprintf("a control character in its `%s`", of);
		if (json_string_length(j) > TEXT_MAX)
			return xasprintf("its `%s` is too long", of);
	}
	json_object_foreach((json_t *)j, key, v) {
		why = text_is_plain(key) ? texts_wrong(v, key) :
		      xasprintf("a control character in a name below its `%s`", of);
		if (why)
			return why;
	}
	json_array_foreach(j, i, v) {
		why = texts_wrong(v, of);
		if (why)
			return why;
	}
	return NULL;
}

/* The names of a list's entries: there, not too long, each once; ids are more than that. */
static char *names_wrong(const json_t *plan, const char *list, const char *key, bool id)
{
	const json_t *all = json_object_get(plan, list), *j;
	json_t *seen = json_object();
	char *why = NULL;
	size_t i;

	if (all && !json_is_array(all))
		why = xasprintf("its `%s` is not a list", list);
	for (i = 0; !why && i < json_array_size(all); i++) {
		const char *s;

		j = json_array_get(all, i);
		s = json_string_value(json_object_get(j, key));
		if (!s || (id && !plan_good_id(s)))
			why = xasprintf("entry %zu of its `%s` has no usable `%s`", i + 1, list,
					key);
		else if (!*s || strlen(s) > NAME_MAX_LEN)
			why = xasprintf("entry %zu of its `%s` has no usable `%s`", i + 1, list,
					key);
		else if (json_object_get(seen, s))
			why = xasprintf("two of its `%s` have the same `%s`", list, key);
		else
			json_object_set_new(seen, s, json_true());
	}
	json_decref(seen);
	return why;
}

static char *number_wrong(const json_t *j, const char *key, json_int_t max)
{
	const json_t *v = json_object_get(j, key);

	if (!v || (json_is_integer(v) && json_integer_value(v) >= 0 &&
		   json_integer_value(v) <= max))
		return NULL;
	return xasprintf("its `%s` is not a whole number from 0 to %lld", key, (long long)max);
}

static char *numbers_wrong(const json_t *plan)
{
	static const char *const lists[] = { "boots", "turns" };
	static const struct {
		const char *key;
		json_int_t max;
	} numbers[] = {
		{ "seed", INT64_MAX }, { "skew", INT64_MAX }, { "index", 1 << 20 },
		{ "seconds", SECONDS_MAX }, { "budget_seconds", SECONDS_MAX },
		{ "next_turn", 1 << 30 },
	};
	char *why = NULL;
	json_t *j;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(numbers); k++) {
		why = number_wrong(plan, numbers[k].key, numbers[k].max);
		for (size_t l = 0; l < ARRAY_SIZE(lists) && !why; l++)
			json_array_foreach(json_object_get(plan, lists[l]), i, j)
				if (!why)
					why = number_wrong(j, numbers[k].key, numbers[k].max);
		if (why)
			break;
	}
	return why;
}

char *plan_wrong(const json_t *plan)
{
	const json_t *format = json_object_get(plan, "format");
	const char *run = json_string_value(json_object_get(plan, "run"));
	char *why;

	if (!json_is_object(plan))
		return xstrdup("it is not a plan");
	if (format && json_integer_value(format) != PLAN_FORMAT)
		return xasprintf("it is not of format %d: another version of pinlab wrote it",
				 PLAN_FORMAT);
	why = texts_wrong(plan, PLAN_FILE);
	if (!why && (!run || !*run))
		why = xstrdup("it names no run");
	if (!why && strlen(run) > 4 * NAME_MAX_LEN)
		why = xstrdup("its `run` is too long");
	why = why ? why : names_wrong(plan, "kernels", "name", false);
	why = why ? why : names_wrong(plan, "boots", "id", true);
	why = why ? why : names_wrong(plan, "turns", "id", true);
	return why ? why : numbers_wrong(plan);
}

json_t *plan_load(const struct place *p)
{
	json_error_t e;
	json_t *plan = place_json(p, PLAN_FILE, &e);
	char *why = plan ? plan_wrong(plan) : NULL;

	if (plan && !why)
		return plan;
	if (!plan)
		why = e.line > 0 ? xasprintf("line %d: %s", e.line, e.text) : xstrdup(e.text);
	text_make_plain(why);
	err("%s/" PLAN_FILE ": %s; the run cannot be read without it", p->path, why);
	free(why);
	json_decref(plan);
	return NULL;
}

json_t *plan_side_file(const struct place *p, const char *name)
{
	json_error_t e;
	json_t *j = place_json(p, name, &e);
	char *why = j ? texts_wrong(j, name) : NULL;

	if (!j && place_has(p, name))
		why = xstrdup(e.text);
	if (!why)
		return j;
	text_make_plain(why);
	note("%s/%s is left out: %s", p->path, name, why);
	free(why);
	json_decref(j);
	return NULL;
}

json_t *plan_peek(const char *dir)
{
	struct place p;
	json_t *plan;
	json_error_t e;
	char *why = NULL;

	if (place_open(&p, dir))
		return NULL;
	plan = place_json(&p, PLAN_FILE, &e);
	if (plan)
		why = plan_wrong(plan);
	if (why) {
		json_decref(plan);
		plan = NULL;
	}
	free(why);
	place_close(&p);
	return plan;
}

bool plan_is_of(const char *dir, const char *verb)
{
	json_t *plan = plan_peek(dir);
	const char *s = json_string_value(json_object_get(plan, "verb"));
	bool yes = s && !strcmp(s, verb);

	json_decref(plan);
	return yes;
}
