// SPDX-License-Identifier: GPL-2.0
#include "host/run/runs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/run/folder.h"
#include "host/run/plan_file.h"

static bool is_run(const char *dir)
{
	struct place p;
	bool yes = !place_open(&p, dir);

	/* Where the disk fails it may be one: whoever reads it will tell. */
	yes = yes && (place_has(&p, PLAN_FILE) || place_failed(&p));

	place_close(&p);
	return yes;
}

static void list_below(const char *dir, const char *prefix, bool deeper, struct strlist *names)
{
	struct strlist found = { 0 };

	list_dir(dir, &found);
	for (size_t i = 0; i < found.n; i++) {
		char *path = xasprintf("%s/%s", dir, found.v[i]);
		char *name = xasprintf("%s%s", prefix, found.v[i]);

		if (is_run(path)) {
			strlist_add(names, name);
		} else if (deeper) {
			char *below = xasprintf("%s/", name);

			list_below(path, below, false, names);
			free(below);
		}
		free(name);
		free(path);
	}
	strlist_free(&found);
}

static char *below_results(const char *name)
{
	return xasprintf("%s/results%s%s", repo_dir(), *name ? "/" : "", name);
}

void runs_list(struct strlist *names)
{
	char *dir = below_results("");

	list_below(dir, "", true, names);
	free(dir);
}

char *runs_find(const char *name)
{
	struct strlist names = { 0 };
	char *dir, *near;

	if (run_check_name(name))
		return NULL;
	if (strchr(name, '/') && is_run(name))
		return xstrdup(name);
	dir = below_results(name);
	if (is_run(dir))
		return dir;
	runs_list(&names);
	near = near_names(name, &names);
	err("no run is called %s%s%s; see ./pinlab list runs", name, near ? "; near it: " : "",
	    near ? near : "");
	free(near);
	free(dir);
	strlist_free(&names);
	return NULL;
}

static char *started(const char *dir)
{
	json_t *plan = plan_peek(dir);
	const char *s = json_string_value(json_object_get(plan, "started"));
	char *copy = xstrdup(s ? s : "");

	json_decref(plan);
	return copy;
}

char *runs_newest(void)
{
	struct strlist names = { 0 };
	char *best = NULL, *best_time = NULL;

	runs_list(&names);
	for (size_t i = 0; i < names.n; i++) {
		char *dir = below_results(names.v[i]), *when = started(dir);

		/* Equal times: the later name. Reference runs are not the user's last one. */
		if (!strchr(names.v[i], '/') && (!best || strcmp(when, best_time) >= 0)) {
			free(best);
			free(best_time);
			best = dir;
			best_time = when;
		} else {
			free(dir);
			free(when);
		}
	}
	free(best_time);
	strlist_free(&names);
	if (!best)
		err("there is no run in results/ yet; ./pinlab bench makes one");
	return best;
}
