// SPDX-License-Identifier: GPL-2.0
/* Folders for the targets that read files, whoever drives them. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/base/files.h"
#include "tests/fuzz/fuzz.h"

static char folder[] = "/dev/shm/pinlab-fuzz-XXXXXX";
static pid_t owner;

void fuzz_drop(void)
{
	if (getpid() == owner)
		remove_tree(folder);
}

const struct place *fuzz_place(void)
{
	static struct place p;

	if (p.path)
		return &p;
	if (!mkdtemp(folder)) {
		memcpy(folder, "/tmp/pinlab-fuzz-XXXXXX", sizeof("/tmp/pinlab-fuzz-XXXXXX"));
		if (!mkdtemp(folder))
			abort();
	}
	owner = getpid();
	atexit(fuzz_drop);
	if (place_open(&p, folder))
		abort();
	return &p;
}

static void copy_folder(const struct place *p, const char *from, const char *to)
{
	struct strlist names = { 0 };

	if (list_dir(from, &names) || place_dirs(p, to))
		abort();
	for (size_t i = 0; i < names.n; i++) {
		char *a = xasprintf("%s/%s", from, names.v[i]);
		char *b = xasprintf("%s/%s", to, names.v[i]);
		struct stat st;

		if (!stat(a, &st) && S_ISDIR(st.st_mode))
			copy_folder(p, a, b);
		else if (place_copy(p, a, b))
			abort();
		free(a);
		free(b);
	}
	strlist_free(&names);
}

const char *fuzz_run(void)
{
	static char *path;

	if (!path) {
		copy_folder(fuzz_place(), "tests/golden/run-icount", "run");
		path = xasprintf("%s/run", folder);
	}
	return path;
}
