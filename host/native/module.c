// SPDX-License-Identifier: GPL-2.0
#include "host/native/module.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/base/files.h"

#define NAME		"pinlab"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define ENFORCED	"/sys/module/module/parameters/sig_enforce"

/* The release that it was built for, as it stands in .modinfo; NULL: it says none. */
static char *built_for(const char *path)
{
	static const char word[] = "vermagic=";
	size_t len = 0;
	char *all = read_file(path, &len), *at, *release = NULL;

	at = all ? memmem(all, len, word, strlen(word)) : NULL;
	if (at) {
		at += strlen(word);
		release = xasprintf("%.*s", (int)strcspn(at, " "), at);
	}
	free(all);
	return release;
}

/* "integrity" or "confidentiality"; NULL: it is not locked down. */
static char *lockdown(void)
{
	char *all = read_file(LOCKDOWN, NULL), *from = all ? strchr(all, '[') : NULL, *is = NULL;

	if (from)
		is = xasprintf("%.*s", (int)strcspn(from + 1, "]"), from + 1);
	free(all);
	if (is && strcmp(is, "none"))
		return is;
	free(is);
	return NULL;
}

static bool only_signed(void)
{
	char *s = read_file(ENFORCED, NULL);
	bool yes = s && *s == 'Y';

	free(s);
	return yes;
}

char *module_obstacle(void)
{
	char *locked = lockdown(), *why = NULL;

	if (!file_exists("/proc/modules"))
		why = xstrdup("this kernel has no modules (CONFIG_MODULES)");
	else if (locked)
		why = xasprintf("this kernel is locked down (%s) and takes signed modules only: boot it with lockdown=none and without Secure Boot",
				locked);
	else if (only_signed())
		why = xstrdup("this kernel takes signed modules only (module.sig_enforce): sign it with a key that the kernel knows");
	else if (geteuid())
		why = xstrdup("loading a module needs root");
	free(locked);
	return why;
}

static void refused(const char *path, int e)
{
	char *release = built_for(path), *why = module_obstacle();
	struct utsname u;

	uname(&u);
	if (why && (e == EPERM || e == EKEYREJECTED || e == ENOKEY || e == ENOSYS))
		err("--module %s: %s, or leave --module out: the rows that need the driver are skipped",
		    path, why);
	else if (release && strcmp(release, u.release))
		err("--module %s: it is built for %s, and this machine runs %s; make module builds one for that",
		    path, release, u.release);
	else if (e == EEXIST)
		err("--module %s: a module " NAME " is loaded already; run: rmmod " NAME, path);
	else
		err("--module %s: the kernel does not take it: %s; dmesg may say more, and make module builds one for this kernel",
		    path, strerror(e));
	free(release);
	free(why);
}

int module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e = 0;

	if (fd < 0) {
		err("--module %s: %s; make module builds one for this kernel", path,
		    strerror(errno));
		return PINLAB_BROKE;
	}
	if (syscall(SYS_finit_module, fd, "", 0))
		e = errno;
	close(fd);
	if (!e)
		return PINLAB_OK;
	refused(path, e);
	return PINLAB_BROKE;
}

bool module_is_loaded(void)
{
	return file_exists("/sys/module/" NAME "/initstate");
}

int module_unload(double seconds)
{
	double until = now_seconds() + seconds;

	while (module_is_loaded()) {
		if (!syscall(SYS_delete_module, NAME, O_NONBLOCK))
			return 0;
		if ((errno != EAGAIN && errno != EBUSY) || now_seconds() > until)
			return errno == ENOENT ? 0 : -errno;
		usleep(50000);
	}
	return 0;
}
