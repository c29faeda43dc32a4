// SPDX-License-Identifier: GPL-2.0
#include "host/native/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/util.h"

struct setting {
	char *path;
	char *value;		/* as it is to be written */
};

/*
 * Those that scenarios and benchmarks write, and those by which a machine is made
 * quiet. In the order in which they are put back: a CPU has its frequency only once
 * it is there.
 */
static const char *const patterns[] = {
	"/sys/devices/system/cpu/cpu[0-9]*/online",
	"/sys/devices/system/cpu/smt/control",
	"/sys/devices/system/cpu/intel_pstate/no_turbo",
	"/sys/devices/system/cpu/cpufreq/boost",
	"/sys/devices/system/cpu/cpufreq/policy*/scaling_governor",
	"/sys/devices/system/cpu/cpufreq/policy*/scaling_max_freq",
	"/sys/devices/system/cpu/cpufreq/policy*/scaling_min_freq",
	"/sys/kernel/mm/hugepages/*/nr_hugepages",
	"/sys/kernel/mm/hugepages/*/nr_overcommit_hugepages",
	"/sys/kernel/mm/ksm/merge_across_nodes",
	"/sys/kernel/mm/ksm/pages_to_scan",
	"/sys/kernel/mm/ksm/run",
	"/sys/kernel/mm/ksm/sleep_millisecs",
	"/sys/kernel/mm/ksm/smart_scan",
	"/sys/kernel/mm/transparent_hugepage/defrag",
	"/sys/kernel/mm/transparent_hugepage/enabled",
	"/sys/kernel/mm/transparent_hugepage/hugepages-*/enabled",
	"/sys/kernel/mm/transparent_hugepage/hugepages-*/shmem_enabled",
	"/sys/kernel/mm/transparent_hugepage/khugepaged/defrag",
	"/sys/kernel/mm/transparent_hugepage/shmem_enabled",
	"/sys/kernel/rcu_expedited",
	"/sys/kernel/tracing/buffer_size_kb",
	"/sys/kernel/tracing/tracing_on",
	"/proc/sys/debug/kprobes-optimization",
	"/proc/sys/kernel/core_pattern",
	"/proc/sys/kernel/core_uses_pid",
	"/proc/sys/kernel/nmi_watchdog",
	"/proc/sys/kernel/numa_balancing",
	"/proc/sys/kernel/perf_event_paranoid",
	"/proc/sys/kernel/printk",
	"/proc/sys/kernel/printk_devkmsg",
	"/proc/sys/kernel/randomize_va_space",
	"/proc/sys/vm/overcommit_memory",
	"/proc/sys/vm/swappiness",
};

/* One line, without its end; of "always [madvise] never" the one that holds. */
static char *read_value(const char *path)
{
	char text[4096], *from = text, *end;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return NULL;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	end = strchr(text, '[') ? strchr(strchr(text, '['), ']') : NULL;
	if (end) {
		from = strchr(text, '[') + 1;
		*end = '\0';
	}
	/* A ring buffer that nobody has used yet: "7 (expanded: 1408)". */
	end = strstr(from, " (");
	if (end)
		*end = '\0';
	return xstrdup(from);
}

static int write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK), ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

void settings_read(struct settings *s)
{
	*s = (struct settings){ NULL };
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		glob_t found;

		if (glob(patterns[i], 0, NULL, &found))
			continue;
		for (size_t j = 0; j < found.gl_pathc; j++) {
			char *value = read_value(found.gl_pathv[j]);

			if (!value)
				continue;
			s->v = xrealloc(s->v, (s->n + 1) * sizeof(*s->v));
			s->v[s->n++] = (struct setting){ xstrdup(found.gl_pathv[j]), value };
		}
		globfree(&found);
	}
}

size_t settings_restore(const struct settings *s, char **what)
{
	size_t bad = 0;

	*what = NULL;
	for (size_t i = 0; i < s->n; i++) {
		char *now = read_value(s->v[i].path), *then, *more;
		int ret = 0;

		if (now && strcmp(now, s->v[i].value)) {
			ret = write_value(s->v[i].path, s->v[i].value);
			/* A pool of huge pages takes what there is, and says nothing. */
			then = ret ? NULL : read_value(s->v[i].path);
			if (then && strcmp(then, s->v[i].value))
				ret = -EBUSY;
			free(then);
		}
		free(now);
		if (!ret)
			continue;
		more = xasprintf("%s%s%s: %s, it was %s", *what ? *what : "", bad ? "; " : "",
				 s->v[i].path, strerror(-ret), s->v[i].value);
		free(*what);
		*what = more;
		bad++;
	}
	return bad;
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].path);
		free(s->v[i].value);
	}
	free(s->v);
	*s = (struct settings){ NULL };
}
