// SPDX-License-Identifier: GPL-2.0
#include "host/torture/again.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/quote.h"
#include "host/kernel/names.h"

/* Does word i give this option: "--base X" or "--base=X"? Then its value; else NULL. */
static const char *value_of(const json_t *command, size_t i, const char *option)
{
	const char *word = json_string_value(json_array_get(command, i));
	size_t n = strlen(option);

	if (!word || strncmp(word, option, n))
		return NULL;
	return word[n] == '=' ? word + n + 1 :
	       word[n] ? NULL : json_string_value(json_array_get(command, i + 1));
}

static bool gives(const char *path, const char *variant)
{
	char *name = series_name(path);
	bool same = !strcmp(name, variant);

	free(name);
	return same;
}

static void add_option(struct strlist *words, const char *option, const char *value)
{
	strlist_add(words, option);
	strlist_add(words, value);
}

void torture_again(const struct run *run, const struct boot *b, const char *row, struct text *t)
{
	const json_t *boots = json_object_get(run->plan, "boots");
	const json_t *command = json_object_get(run->plan, "command");
	const struct run_kernel *k = &run->kernels[b->kernel];
	const json_t *j = json_array_get(boots, b - run->boots);
	struct strlist words = { 0 };

	strlist_split(&words, "./pinlab torture", " ");
	add_option(&words, "--flavor", json_text(k->json, "flavor"));
	add_option(&words, "--kernels", k->name);
	for (size_t i = 0; i < json_array_size(command); i++) {
		const char *base = value_of(command, i, "--base");
		const char *series = value_of(command, i, "--series");

		if (base)
			add_option(&words, "--base", base);
		if (series && gives(series, json_text(k->json, "variant")))
			add_option(&words, "--series", series);
	}
	add_option(&words, "--scenarios", row);
	strlist_add(&words, "--seed");
	strlist_take(&words, xasprintf("%lld", (long long)
				       json_integer_value(json_object_get(j, "seed"))));
	text_line(t, "    to see it again:");
	text_command(t, &words);
	strlist_free(&words);
}
