// SPDX-License-Identifier: GPL-2.0
/* samples.tsv and manifest.json */
#include "host/report/files.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host/base/files.h"
#include "host/report/report.h"

#define MANIFEST "manifest.json"
#define DEPTH_MAX 4

/* All four places: what the guest sent comes back out of this file. */
static void sample_line(const struct run *run, const struct boot *b, size_t i, struct text *t)
{
	const struct rec_sample *s = &b->rec.samples[i];
	const struct rec_metric *m = &b->rec.metrics[s->metric];
	uint64_t v = llabs(s->value);

	text_raw(t, "%s\t%s\t%s\t%s\t%s\t%s\t%" PRIu32 "\t%s%" PRIu64 ".%04" PRIu64 "\t%d\n",
		 run->kernels[b->kernel].name, b->id, plan_text(run, "engine"),
		 b->rec.rows[s->row].name, m->name, m->unit, s->repeat, s->value < 0 ? "-" : "",
		 v / VALUE_ONE, v % VALUE_ONE, s->disturbed);
}

void report_samples(const struct run *run, struct text *t)
{
	text_raw(t, "kernel\tboot\tengine\tbenchmark\tmetric\tunit\trepeat\tvalue\tdisturbed\n");
	for (size_t i = 0; i < run->n_boots; i++) {
		if (run->boots[i].role == ROLE_PROFILE)
			continue;
		for (size_t j = 0; j < run->boots[i].rec.n_samples; j++)
			sample_line(run, &run->boots[i], j, t);
	}
}

/* Every file below boots/<id>/, by its path there. */
static void hash_tree(const struct place *p, const char *below, int depth, json_t *out)
{
	struct strlist names = { 0 };

	place_list(p, below, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *rel = xasprintf("%s/%s", below, names.v[i]);
		char hex[SHA_HEX];
		struct stat st;

		if (place_stat(p, rel, &st))
			st.st_mode = 0;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			hash_tree(p, rel, depth + 1, out);
		else if (S_ISREG(st.st_mode))
			json_object_set_new(out, rel, json_string(place_sha(p, rel, hex) ?
								  "unreadable" : hex));
		free(rel);
	}
	strlist_free(&names);
}

static json_t *hash_inputs(const struct run *run)
{
	json_t *files = json_object();
	char hex[SHA_HEX];

	json_object_set_new(files, "plan.json",
			    json_string(place_sha(&run->place, "plan.json", hex) ? "unreadable" :
					hex));
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i];
		char *rel = xasprintf("boots/%s", b->id);

		/* A boot that is not done changes when the run is continued. */
		if (b->there && strcmp(b->outcome, "interrupted"))
			hash_tree(&run->place, rel, 0, files);
		free(rel);
	}
	return files;
}

static json_t *boot_entry(const struct boot *b)
{
	char *text = place_read(&b->place, "qemu.cmd", PLACE_SMALL_MAX, NULL);
	char *rest = text, *line;
	json_t *argv = json_array();

	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			json_array_append_new(argv, json_string(line) ?: json_null());
	free(text);
	return json_pack("{s:s, s:s, s:o}", "id", b->id, "outcome", b->outcome, "qemu", argv);
}

char *report_manifest(const struct run *run, const struct text *samples)
{
	static const char *const copied[] = {
		"run", "started", "suite", "command", "engine", "seed", "host", "qemu",
		"guest_sha256", "image_ext2_sha256", "kernels",
	};
	json_t *m = json_object(), *boots = json_array();
	char hex[SHA_HEX], *text;

	json_object_set_new(m, "format", json_integer(1));
	for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
		json_object_set(m, copied[i], json_object_get(run->plan, copied[i]));
	for (size_t i = 0; i < run->n_boots; i++)
		json_array_append_new(boots, boot_entry(&run->boots[i]));
	json_object_set_new(m, "boots", boots);
	json_object_set_new(m, "inputs", hash_inputs(run));
	sha_string(samples->s, samples->n, hex);
	json_object_set_new(m, "derived", json_pack("{s:s}", "samples.tsv", hex));
	text = json_dumps(m, JSON_INDENT(2));
	json_decref(m);
	return text;
}

static int edited(const struct run *run, const char *file, const char *what)
{
	err("%s: results were edited: %s %s; put it back, or delete %s to accept it", run->dir,
	    file, what, MANIFEST);
	return -ESTALE;
}

/* Did the manifest know the boot that the file belongs to? */
static bool boot_was_done(const json_t *then, const char *file)
{
	const char *id = file + strlen("boots/");
	char *outcome = xasprintf("boots/%.*s/outcome.json", (int)strcspn(id, "/"), id);
	bool done = json_object_get(then, outcome);

	free(outcome);
	return done;
}

static int compare_inputs(const struct run *run, const json_t *then, const json_t *now)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)then, key, v) {
		const json_t *n = json_object_get(now, key);

		if (!n)
			return edited(run, key, "is gone");
		if (!json_equal(v, n))
			return edited(run, key, "differs from " MANIFEST);
	}
	json_object_foreach((json_t *)now, key, v)
		if (!json_object_get(then, key) && boot_was_done(then, key))
			return edited(run, key, "is not in " MANIFEST);
	return 0;
}

int manifest_check(const struct run *run)
{
	json_t *m, *then, *now;
	json_error_t e;
	int ret;

	if (!place_has(&run->place, MANIFEST))
		return 0;
	m = place_json(&run->place, MANIFEST, &e);
	then = json_object_get(m, "inputs");
	now = hash_inputs(run);
	ret = json_is_object(then) ? compare_inputs(run, then, now) :
	      edited(run, MANIFEST, "is no manifest");
	json_decref(now);
	json_decref(m);
	return ret;
}
