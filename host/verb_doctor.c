// SPDX-License-Identifier: GPL-2.0
/* ./pinlab doctor: what this machine can and cannot do, and why. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host/base/arch.h"
#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/source/bases.h"
#include "host/native/module.h"
#include "host/kernel/prune.h"
#include "host/kernel/names.h"
#include "host/kernel/ready.h"
#include "host/kernel/source/source.h"
#include "host/run/boots.h"
#include "host/run/verb.h"

/* A compiler and a guest side by side, on each of two cores. */
#define NEEDED_MEMORY (2LL << 30)
/* With everything built already: images, a run's folder. */
#define NEEDED_BYTES_CACHED (256LL << 20)

/* Without what is NEEDED `make bench` cannot run; the rest is good to know. */
enum weight { NEEDED, USEFUL };

static struct {
	int missing;		/* of what is needed */
} health;

static void __attribute__((format(printf, 4, 5)))
tell(bool good, enum weight w, const char *what, const char *fmt, ...)
{
	va_list ap;

	if (!good && w == NEEDED)
		health.missing++;
	printf("%-5s %-18s ", good ? "ok" : w == NEEDED ? "NO" : "no", what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static void keep_missing(const char *line, void *arg)
{
	char **list = arg, *more;

	if (strncmp(line, "missing ", 8))
		return;
	more = xasprintf("%s %s", *list ? *list : "", line + 8);
	free(*list);
	*list = more;
}

static void check_packages(const char *group, const char *what, enum weight w)
{
	char *script = xasprintf("%s/scripts/packages", repo_dir()), *missing = NULL;
	int ret = run_program((char *[]){ script, "--list", (char *)group, NULL }, NULL, NULL,
			      keep_missing, &missing);

	if (ret)
		tell(false, w, what, "scripts/packages failed");
	else if (missing)
		tell(false, w, what, "missing:%s; run scripts/packages %s", missing, group);
	else
		tell(true, w, what, "all there");
	free(missing);
	free(script);
}

static void check_program(const char *program, enum weight w, const char *hint)
{
	char *version = program_line((char *[]){ (char *)program, "--version", NULL });

	tell(version, w, program, "%s", version ? version : hint);
	free(version);
}

static void seek_plugin(const char *line, void *arg)
{
	bool *found = arg;

	*found |= !!strstr(line, "-plugin ");
}

static void check_plugin(void)
{
	bool found = false;

	run_program((char *[]){ (char *)arch_find(NULL)->qemu, "-help", NULL }, NULL, NULL,
		    seek_plugin, &found);
	tell(found, USEFUL, "QEMU plugins", found ? "instruction profiles by function" :
	     "this QEMU was built without; figures have no profile by function");
}

static void check_machine(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	long long memory = (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	tell(true, USEFUL, "cores", "%ld", cores);
	tell(memory >= NEEDED_MEMORY, NEEDED, "memory", "%lld MiB%s", memory >> 20,
	     memory >= NEEDED_MEMORY ? "" : ", two guests and a compiler need 2048");
}

static long entries(const char *kind)
{
	char *dir = xasprintf("%s/%s", cache_dir(), kind);
	struct strlist names = { 0 };
	long n = 0;

	list_dir(dir, &names);
	/* What is being built has a dot in front. */
	for (size_t i = 0; i < names.n; i++)
		n += names.v[i][0] != '.';
	strlist_free(&names);
	free(dir);
	return n;
}

/* The default kernel, if it needs no building. */
static bool cached_kernel(struct kernel **k, size_t *n)
{
	if (kernels_parse(NULL, NULL, NULL, NULL, k, n))
		return false;
	for (size_t i = 0; i < *n; i++)
		if (!kernel_cached(&(*k)[i]))
			return false;
	return true;
}

static void check_cache(bool cached)
{
	const char *dir = cache_dir();
	struct cache_entry *all;
	size_t n = cache_list(&all);
	long long have, held = 0, need = cached ? NEEDED_BYTES_CACHED : SOURCE_BYTES;
	char *results = xasprintf("%s/results", repo_dir()), *why = ready_to_write(results);

	for (size_t i = 0; i < n; i++)
		held += all[i].bytes;
	cache_list_free(all, n);
	tell(!why, NEEDED, "results", "%s%s", why ? why : results,
	     why ? "; pinlab has to lie where you can write" : "");
	free(results);
	free(why);
	why = ready_cache();
	if (why) {
		tell(false, NEEDED, "cache", "%s", why);
		free(why);
		return;
	}
	make_dirs(dir);
	have = free_bytes(dir);
	tell(true, USEFUL, "cache", "%s: %ld kernels, %ld drivers, %lld MiB in all (./pinlab list cache)",
	     dir, entries("kernels"), entries("drivers"), held >> 20);
	tell(have >= need, NEEDED, "disk", "%lld MiB free there, %lld needed", have >> 20,
	     need >> 20);
}

static void last_line(const char *line, void *arg)
{
	char **last = arg;

	free(*last);
	*last = xstrdup(line);
}

/* The smallest file that apt itself would fetch, by apt's own means and proxies. */
static bool sources_reachable(void)
{
	static char script[] =
		"set -e; f=$(mktemp); trap 'rm -f \"$f\"' EXIT\n"
		"uri=$(apt-get indextargets --format '$(REPO_URI)dists/$(RELEASE)/InRelease' | head -n1)\n"
		"/usr/lib/apt/apt-helper -o Acquire::http::Timeout=5 -o Acquire::https::Timeout=5 "
		"-o Acquire::Retries=0 download-file \"$uri\" \"$f\"";
	char *last = NULL;
	int ret = run_program((char *[]){ "bash", "-c", script, NULL }, NULL, NULL, last_line,
			      &last);

	free(last);
	return !ret;
}

static void check_sources(bool cached)
{
	struct strlist bases = { 0 };
	bool reachable = sources_reachable();

	tell(reachable, USEFUL, "package sources", reachable ? "reachable" :
	     "not reachable by apt, or this is no Debian machine");
	bases_list(&bases);
	for (size_t i = 0; i < bases.n; i++) {
		char *version = source_cached(bases.v[i]);
		char *tarball = xasprintf("/usr/src/linux-source-%s.tar.xz", bases.v[i]);
		char *what = xasprintf("source of %s", bases.v[i]);
		bool installed = file_exists(tarball);
		bool is_default = !strcmp(bases.v[i], "6.12");

		tell(version || installed || reachable, is_default && !cached ? NEEDED : USEFUL,
		     what, "%s", version ? version : installed ? "installed in /usr/src" :
		     reachable ? "to be downloaded" :
		     "neither in the cache nor in /usr/src, and no network to get it");
		free(version);
		free(tarball);
		free(what);
	}
	strlist_free(&bases);
}

static void check_kvm(const struct kernel *k)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	char why[256] = "";

	if (fd < 0) {
		tell(false, USEFUL, "engine kvm", "/dev/kvm: %s%s", strerror(errno),
		     errno == EACCES ? "; adduser YOU kvm, which is its group, and log in again" :
		     errno == ENOENT ? "; no virtualization here, or the firmware has it off" : "");
		return;
	}
	close(fd);
	if (!k)
		tell(false, USEFUL, "engine kvm", "/dev/kvm opens; whether a guest boots is "
		     "known once a kernel is built (make kernel)");
	else if (boots_probe(engine_find("kvm"), k, why, sizeof(why)))
		tell(true, USEFUL, "engine kvm", "a probe guest came up: %s", why);
	else
		tell(false, USEFUL, "engine kvm", "/dev/kvm opens, but a probe guest: %s", why);
}

/* The rows that need no driver run anywhere. */
static void check_native(void)
{
	struct utsname u;
	char *headers, *why = module_obstacle();

	uname(&u);
	headers = xasprintf("/lib/modules/%s/build/Makefile", u.release);
	if (why)
		tell(false, USEFUL, "engine native", "without the driver: %s", why);
	else if (!file_exists(headers))
		tell(false, USEFUL, "engine native",
		     "without the driver: no headers of %s are installed; on Debian: apt-get install linux-headers-%s",
		     u.release, u.release);
	else
		tell(true, USEFUL, "engine native", "with the driver: make module builds it for %s",
		     u.release);
	free(headers);
	free(why);
}

static void check_counters(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);

	if (fd >= 0)
		tell(true, USEFUL, "hardware counters", "instructions can be counted");
	else
		tell(false, USEFUL, "hardware counters", "%s; not needed for icount",
		     errno == EACCES || errno == EPERM ?
		     "not allowed (kernel.perf_event_paranoid)" :
		     "this machine does not offer them");
	if (fd >= 0)
		close(fd);
}

static int run(const struct verb *v, struct options *o)
{
	struct kernel *k = NULL;
	size_t n = 0;
	bool cached;

	(void)v;
	(void)o;
	check_packages("build", "build packages", NEEDED);
	check_packages("run", "run packages", NEEDED);
	check_packages("test", "test packages", USEFUL);
	check_packages("tools", "tools for torture", USEFUL);
	check_program("gcc", NEEDED, "does not run; see scripts/packages build");
	check_program("ld", NEEDED, "does not run; see scripts/packages build");
	check_program(arch_find(NULL)->qemu, NEEDED, "does not run; see scripts/packages run");
	check_plugin();
	check_machine();
	cached = cached_kernel(&k, &n);
	check_cache(cached);
	check_sources(cached);
	check_kvm(cached ? k : NULL);
	check_native();
	check_counters();
	kernels_free(k, n);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	printf("\n%s\n", health.missing ? "`make bench` cannot run here: see the lines with NO." :
	       cached ? "`make bench` can run here; its kernels are built." :
	       "`make bench` can run here; it builds two kernels first.");
	return health.missing ? PINLAB_BROKE : PINLAB_OK;
}

PINLAB_VERB(doctor) = {
	.place		= 100,
	.name		= "doctor",
	.summary	= "what this machine can and cannot do, and why",
	.about		=
"Exit status 0 if `make bench` can run here, 3 if not.\n",
	.run		= run,
};
