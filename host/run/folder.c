// SPDX-License-Identifier: GPL-2.0
#include "host/run/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/text.h"
#include "host/run/plan_file.h"

/* What run_lay_out() and its like put into a boot's folder, before any try. */
static const char *const laid_out[] = { "config", "series" };

static const char *name_wrong(const char *name)
{
	const char *part = name;
	bool down = false;

	if (!*name)
		return "is empty";
	if (*name == '-')
		return "begins with a dash, as an option does";
	if (!text_is_plain(name))
		return "has a control character in it";
	if (!strchr(name, '/') && !plan_good_id(name))
		return *name == '.' ? "begins with a dot" : "is too long";
	for (size_t n; *part; part += n + (part[n] == '/')) {
		n = strcspn(part, "/");
		if (n > 255)
			return "has a part that is too long";
		if (n == 2 && !strncmp(part, "..", 2) && down)
			return "has .. as a part";
		down |= n && strncmp(part, "..", n);
	}
	return NULL;
}

int run_check_name(const char *name)
{
	const char *why = name_wrong(name);
	char shown[64];

	if (!why)
		return PINLAB_OK;
	snprintf(shown, sizeof(shown), "%s", name);
	text_make_plain(shown);
	err("--run '%s': the name %s; a plain name is a folder below results/, a name with a slash is a path",
	    shown, why);
	return PINLAB_USAGE;
}

void run_remove_half_written(const struct place *p, const char *folder)
{
	struct strlist names = { 0 };

	place_list(p, folder, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = xasprintf("%s%s%s", folder, *folder ? "/" : "", names.v[i]);
		size_t n = strlen(names.v[i]);

		if (*names.v[i] == '.' && n > 4 && !strcmp(names.v[i] + n - 4, ".tmp"))
			place_remove(p, path);
		free(path);
	}
	strlist_free(&names);
}

int run_hold(const char *dir, const char *name, struct place *p, int *lock)
{
	char who[32] = "";
	int pid = 0, ret;

	*lock = -1;
	if (run_check_name(name))
		return PINLAB_USAGE;
	ret = place_make(p, dir);
	*lock = ret ? ret : place_lock(p, &pid);
	if (*lock >= 0) {
		run_remove_half_written(p, "");
		return PINLAB_OK;
	}
	if (*lock != -EWOULDBLOCK) {
		err("cannot write the run folder %s: %s", dir, place_error(*lock));
		return PINLAB_BROKE;
	}
	if (pid > 0)
		snprintf(who, sizeof(who), ", process %d,", pid);
	err("the run %s is under way: another pinlab%s has it; wait for it, or use another --run name",
	    name, who);
	return PINLAB_USAGE;
}

int run_forget_try(const struct place *boot)
{
	struct strlist names = { 0 };
	/* It says that the rest is whole: who is killed in between leaves no half of a boot. */
	int ret = place_remove(boot, "outcome.json");

	if (!ret)
		ret = place_list(boot, "", &names);
	for (size_t i = 0; i < names.n && !ret; i++) {
		bool keep = false;

		for (size_t k = 0; k < ARRAY_SIZE(laid_out); k++)
			keep |= !strcmp(names.v[i], laid_out[k]);
		if (!keep)
			ret = place_remove(boot, names.v[i]);
	}
	strlist_free(&names);
	return ret;
}

int run_print_file(const char *dir, const char *file, const char *until)
{
	char *text, *rest, *line;
	struct place p;
	int ret = place_open(&p, dir);

	if (ret) {
		err("cannot open the run folder %s: %s", dir, place_error(ret));
		return PINLAB_BROKE;
	}
	text = place_read(&p, file, PLACE_MAX, NULL);
	for (rest = text; rest && (line = strsep(&rest, "\n"));) {
		if ((until && !strncmp(line, until, strlen(until))) || (!rest && !*line))
			break;
		text_make_plain(line);
		puts(line);
	}
	free(text);
	ret = place_trouble(&p) ? PINLAB_BROKE : PINLAB_OK;
	place_close(&p);
	return ret;
}

bool run_asked_again(const char *again, const char *id, bool well)
{
	return again && (glob_match(again, id) || (!strcmp(again, "failed") && !well));
}

bool run_was_host(const char *outcome)
{
	static const char *const words[] = { "interrupted", "qemu-died", "emulator", "host" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(outcome, words[i]))
			return true;
	return false;
}
