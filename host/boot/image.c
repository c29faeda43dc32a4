// SPDX-License-Identifier: GPL-2.0
#include "host/boot/image.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/boot/host_files.h"
#include "host/kernel/initramfs.h"

#define SCRIPT_MAX 1048576

bool boot_is_script(void)
{
	return !isatty(STDIN_FILENO);
}

/* Does it run without a loader and libraries, which a guest has not? */
static bool is_static(const char *path)
{
	size_t n = 0;
	char *s = read_file(path, &n);
	const Elf64_Ehdr *h = (const void *)s;
	bool yes = s && n > sizeof(*h) && !memcmp(h->e_ident, ELFMAG, SELFMAG) &&
		   h->e_ident[EI_CLASS] == ELFCLASS64 && h->e_phentsize == sizeof(Elf64_Phdr) &&
		   h->e_phoff <= n && h->e_phnum <= (n - h->e_phoff) / sizeof(Elf64_Phdr);

	for (int i = 0; yes && i < h->e_phnum; i++)
		yes = ((const Elf64_Phdr *)(s + h->e_phoff))[i].p_type != PT_INTERP;
	free(s);
	return yes;
}

static const char *find_busybox(void)
{
	static const char *const places[] = { "/usr/bin/busybox", "/bin/busybox" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (is_static(places[i]))
			return places[i];
	err("the guest's shell is busybox, without libraries: none in /usr/bin or /bin; run apt-get install --no-install-recommends busybox-static");
	return NULL;
}

/* All of standard input, into a file. */
static int keep_script(const char *path)
{
	char *script = xcalloc(SCRIPT_MAX + 1, 1);
	size_t n = 0;
	ssize_t got = 1;
	int ret;

	while (got && n <= SCRIPT_MAX && !interrupted) {
		got = read(STDIN_FILENO, script + n, SCRIPT_MAX + 1 - n);
		if (got < 0 && errno != EINTR)
			break;
		n += got > 0 ? got : 0;
		got = got < 0 ? 1 : got;
	}
	if (got < 0)
		ret = -errno;
	else
		ret = n > SCRIPT_MAX ? -EFBIG : write_file(path, script, n);
	free(script);
	if (ret)
		err("the script on standard input: %s (at most 1 MiB are taken)", strerror(-ret));
	return interrupted ? PINLAB_INTERRUPTED : ret ? PINLAB_BROKE : PINLAB_OK;
}

/* A word of TERM goes into a shell's file. */
static bool is_plain(const char *s)
{
	return s && *s && strlen(s) < 64 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+") ==
	       strlen(s);
}

static int put_settings(const char *path, bool share)
{
	const char *term = getenv("TERM");
	struct winsize w = { 0 };
	char *text, *size;
	int ret;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &w) || !w.ws_row || !w.ws_col)
		size = xstrdup("");
	else
		size = xasprintf("rows=%u\ncolumns=%u\n", w.ws_row, w.ws_col);
	text = xasprintf("term=%s\n%sshare=%s\n", is_plain(term) ? term : "linux", size,
			 share ? "9p" : "copy");
	ret = write_file(path, text, strlen(text));
	free(size);
	free(text);
	return ret;
}

static void say_left(const struct host_files *f, const char *cwd)
{
	if (f->left)
		note("/host is a copy of %s, without %zu of its files and folders: %s%s", cwd,
		     f->left, f->first_left, f->left > 1 ? ", ..." : "");
}

static void last_line(const char *line, void *arg)
{
	char **last = arg;

	free(*last);
	*last = xstrdup(line);
}

static int pack(const char *base, const char *busybox, const char *dir, const char *cwd,
		const char *out)
{
	char *script = xasprintf("%s/scripts/mkshell", repo_dir());
	char *settings = xasprintf("%s/settings", dir), *names = xasprintf("%s/names", dir);
	char *input = boot_is_script() ? xasprintf("%s/script", dir) : xstrdup("");
	char *said = NULL;
	int ret = run_program((char *[]){ script, (char *)base, (char *)busybox, settings, input,
					  (char *)cwd, names, (char *)out, NULL }, NULL, NULL,
			      last_line, &said);

	if (ret && !interrupted)
		err("packing the guest's files into %s: %s", out,
		    said ? said : "scripts/mkshell failed");
	free(said);
	free(input);
	free(names);
	free(settings);
	free(script);
	return ret;
}

char *boot_image(const struct kernel *k, const char *dir, const char *cwd, bool share)
{
	const char *busybox = find_busybox();
	char *base = busybox ? initramfs_get(k) : NULL, *out = xasprintf("%s/initrd.cpio", dir);
	char *settings = xasprintf("%s/settings", dir), *names = xasprintf("%s/names", dir);
	char *script = xasprintf("%s/script", dir);
	struct host_files files = { 0 };
	int ret = base ? 0 : -ENOENT;

	if (!ret && boot_is_script())
		ret = keep_script(script);
	if (!ret) {
		ret = put_settings(settings, share);
		ret = ret ? ret : share ? write_file(names, "", 0) :
		      host_files_list(cwd, names, &files);
		if (ret)
			err("the guest's files in %s: %s", dir, strerror(-ret));
	}
	if (!ret) {
		say_left(&files, cwd);
		ret = pack(base, busybox, dir, cwd, out);
	}
	if (ret) {
		free(out);
		out = NULL;
	}
	free(files.first_left);
	free(script);
	free(names);
	free(settings);
	free(base);
	return out;
}
