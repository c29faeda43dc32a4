// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/ready.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/text.h"

/* Blanks and colons end a name in a makefile; the shell and make have a use for the rest. */
static const char trouble[] = " \t\r\n:;,#$%&'\"`()<>|*?[]{}\\!=";

/* The folder itself, or the one above it that is there. The caller frees. */
static char *existing(const char *dir)
{
	char *path = xstrdup(dir), *slash;

	while (!file_exists(path) && (slash = strrchr(path, '/')))
		slash[slash == path] = '\0';
	return path;
}

char *ready_to_write(const char *dir)
{
	char *there = existing(dir), *why = NULL;

	if (access(there, W_OK | X_OK))
		why = xasprintf("%s: %s", there, strerror(errno));
	free(there);
	return why;
}

/* The letter of a path that make would stumble over; 0: none. */
static char odd_letter(const char *path)
{
	const char *at = strpbrk(path, trouble);

	return at ? *at : 0;
}

char *ready_cache(void)
{
	const char *dir = cache_dir();
	char *there, *why, *reason = NULL;
	char odd = odd_letter(dir);
	struct statvfs v;

	if (odd || !text_is_plain(dir)) {
		why = xstrdup(dir);
		text_make_plain(why);
		reason = xasprintf("%s: make cannot build in a folder with %s in its path; "
				   "PINLAB_CACHE sets another one", why,
				   odd == ' ' ? "a blank" : odd == ':' ? "a colon" :
				   "such a letter");
		free(why);
		return reason;
	}
	there = existing(dir);
	why = ready_to_write(dir);
	if (why)
		reason = xasprintf("%s; PINLAB_CACHE sets another cache folder", why);
	else if (!statvfs(there, &v) && v.f_flag & ST_NOEXEC)
		reason = xasprintf("%s: no program may be run there (a mount with noexec), and "
				   "building a kernel runs its own; PINLAB_CACHE sets another folder",
				   there);
	free(why);
	free(there);
	return reason;
}

int ready_for_run(const char *dir)
{
	char *why = ready_cache(), *unwritable = ready_to_write(dir);

	if (why)
		err("the cache cannot be used: %s", why);
	if (unwritable)
		err("the run's folder cannot be written: %s; --run PATH, with a slash in it, puts "
		    "it elsewhere", unwritable);
	free(unwritable);
	if (!why && !unwritable)
		return PINLAB_OK;
	free(why);
	return PINLAB_BROKE;
}
