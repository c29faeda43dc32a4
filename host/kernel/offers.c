// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/offers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/base/util.h"
#include "include/pinlab_uapi.h"

static const char *const names[] = PINLAB_OFFER_NAMES;
static const char *const words[] = PINLAB_OFFER_WORDS;

/* "#define OFFER_NAME NUMBER" */
static const char *word_of(const char *text, const char *name)
{
	char *line = xasprintf("\n#define OFFER_%s ", name);
	const char *at = strstr(text, line);
	long is = at ? strtol(at + strlen(line), NULL, 10) : -1;

	free(line);
	return is >= 0 && is < (long)ARRAY_SIZE(words) ? words[is] : NULL;
}

json_t *offers_of(const char *driver)
{
	const char *slash = strrchr(driver, '/');
	char *path = xasprintf("%.*s/" OFFERS_FILE, slash ? (int)(slash - driver) : 0, driver);
	char *file = read_file(path, NULL), *text = file ? xasprintf("\n%s", file) : NULL;
	json_t *all = text ? json_object() : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names) && all; i++) {
		const char *word = word_of(text, names[i]);

		if (word) {
			json_object_set_new(all, names[i], json_string(word));
		} else {
			json_decref(all);
			all = NULL;
		}
	}
	free(path);
	free(file);
	free(text);
	return all;
}

static bool offers(const json_t *all, enum pinlab_offer name)
{
	const char *word = json_string_value(json_object_get(all, names[name]));

	return word && !strcmp(word, OFFERED_WORD);
}

bool offers_exclusive(const json_t *all)
{
	return offers(all, PINLAB_OFFER_FOLL_EXCLUSIVE) &&
	       (offers(all, PINLAB_OFFER_unpin_exc_pages) ||
		offers(all, PINLAB_OFFER_unpin_exc_pages_dirty_lock));
}
