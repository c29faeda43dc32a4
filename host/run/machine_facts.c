// SPDX-License-Identifier: GPL-2.0
#include "host/run/machine_facts.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/text.h"

#define CPU		"/sys/devices/system/cpu"
/* Others that take more than this part of a CPU are worth a word. */
#define LOAD_LITTLE	0.3

/* One line of a file, plain; NULL if it is not there. The caller frees. */
static char *line_of(const char *root, const char *path)
{
	char *full = xasprintf("%s%s", root, path), *text = read_file(full, NULL);

	if (text) {
		text[strcspn(text, "\n")] = '\0';
		text_make_plain(text);
	}
	free(full);
	return text;
}

static void set(json_t *facts, const char *key, const char *value)
{
	json_object_set_new(facts, key, json_string(value));
}

static void __attribute__((format(printf, 2, 3)))
spoil(json_t *facts, const char *fmt, ...)
{
	json_t *list = json_object_get(facts, "spoils");
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		no_memory();
	va_end(ap);
	json_array_append_new(list, json_string(s));
	free(s);
}

/* The values of one file of each CPU, each once: "powersave, performance". NULL: none has it. */
static char *of_each_cpu(const char *root, const char *file)
{
	char *dir = xasprintf("%s" CPU, root), *all = NULL;
	struct strlist cpus = { 0 }, values = { 0 };

	list_dir(dir, &cpus);
	for (size_t i = 0; i < cpus.n; i++) {
		char *path, *value;

		if (strncmp(cpus.v[i], "cpu", 3) || !isdigit((unsigned char)cpus.v[i][3]))
			continue;
		path = xasprintf(CPU "/%s/%s", cpus.v[i], file);
		value = line_of(root, path);
		if (value && !strlist_has(&values, value))
			strlist_add(&values, value);
		free(value);
		free(path);
	}
	for (size_t i = 0; i < values.n; i++) {
		char *more = xasprintf("%s%s%s", all ? all : "", all ? ", " : "", values.v[i]);

		free(all);
		all = more;
	}
	strlist_free(&cpus);
	strlist_free(&values);
	free(dir);
	return all;
}

static void frequency(const char *root, json_t *facts)
{
	char *governor = of_each_cpu(root, "cpufreq/scaling_governor");
	char *no_turbo = line_of(root, CPU "/intel_pstate/no_turbo");
	char *boost = line_of(root, CPU "/cpufreq/boost");
	const char *turbo = no_turbo ? (*no_turbo == '0' ? "on" : "off") :
			    boost ? (*boost == '0' ? "off" : "on") : "not known";

	set(facts, "governor", governor ? governor : "none");
	set(facts, "turbo", turbo);
	if (governor && strcmp(governor, "performance"))
		spoil(facts, "frequency governor %s: a CPU's clock follows its load", governor);
	if (!strcmp(turbo, "on"))
		spoil(facts, "turbo: the clock of a CPU depends on what the others do");
	free(governor);
	free(no_turbo);
	free(boost);
}

static void topology(const char *root, json_t *facts)
{
	char *smt = line_of(root, CPU "/smt/active");
	char *isolated = line_of(root, CPU "/isolated");
	char *nodes = line_of(root, "/sys/devices/system/node/online");

	set(facts, "smt", !smt ? "not known" : *smt == '1' ? "on" : "off");
	set(facts, "isolated_cpus", isolated && *isolated ? isolated : "none");
	set(facts, "numa_nodes", nodes ? nodes : "none");
	if (smt && *smt == '1')
		spoil(facts, "SMT: two CPUs share a core");
	if (nodes && strpbrk(nodes, ",-"))
		spoil(facts, "NUMA nodes %s: memory is near or far by luck", nodes);
	if (!isolated || !*isolated)
		spoil(facts, "no isolated CPUs: other tasks may run beside and between");
	free(smt);
	free(isolated);
	free(nodes);
}

static void load(const char *root, json_t *facts)
{
	char *avg = line_of(root, "/proc/loadavg"), *info = NULL, *path;
	double one = avg ? strtod(avg, NULL) : -1;

	path = xasprintf("%s/proc/cpuinfo", root);
	info = read_file(path, NULL);
	json_object_set_new(facts, "load", avg ? json_real(one) : json_string("not known"));
	if (one > LOAD_LITTLE)
		spoil(facts, "load %.2f before the first boot: others are at work", one);
	json_object_set_new(facts, "guest", json_boolean(info && strstr(info, " hypervisor")));
	if (info && strstr(info, " hypervisor"))
		spoil(facts, "this machine is a guest: its CPUs may be taken away");
	free(path);
	free(avg);
	free(info);
}

/* They change what is measured, and are right on both sides: told, and no fault. */
static void mitigations(const char *root, json_t *facts)
{
	char *dir = xasprintf("%s" CPU "/vulnerabilities", root);
	struct strlist names = { 0 };
	json_t *all = json_object();

	list_dir(dir, &names);
	for (size_t i = 0; i < names.n; i++) {
		char *path = xasprintf(CPU "/vulnerabilities/%s", names.v[i]);
		char *text = line_of(root, path);

		if (text && strcmp(text, "Not affected"))
			json_object_set_new(all, names.v[i], json_string(text));
		free(text);
		free(path);
	}
	json_object_set_new(facts, "mitigations", all);
	strlist_free(&names);
	free(dir);
}

json_t *machine_facts(const char *root)
{
	json_t *facts = json_object();

	json_object_set_new(facts, "spoils", json_array());
	frequency(root, facts);
	topology(root, facts);
	load(root, facts);
	mitigations(root, facts);
	return facts;
}

struct cpu_times cpu_times_now(const char *root)
{
	/* user nice system idle iowait irq softirq steal: proc_stat(5), man 5 proc. */
	double v[8] = { 0 }, tick = 1.0 / sysconf(_SC_CLK_TCK);
	struct cpu_times t = { 0 };
	char *line = line_of(root, "/proc/stat"), *s = line;

	if (s && !strncmp(s, "cpu ", 4)) {
		s += 4;
		for (size_t i = 0; i < ARRAY_SIZE(v); i++)
			v[i] = strtod(s, &s) * tick;
		for (size_t i = 0; i < ARRAY_SIZE(v); i++)
			t.all += v[i];
		t.stolen = v[7];
		t.busy = v[0] + v[1] + v[2] + v[5] + v[6];
	}
	free(line);
	return t;
}
