/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What on this machine spoils wall-clock figures. Read before a run and kept in
 * plan.json, so that the report can tell. root stands in front of every path: "", or
 * a test's folder.
 */
#ifndef PINLAB_HOST_RUN_MACHINE_FACTS_H
#define PINLAB_HOST_RUN_MACHINE_FACTS_H

#include <jansson.h>

/*
 * {"governor": "powersave", "turbo": "on", ..., "spoils": ["turbo: ...", ...]}. What
 * the machine does not tell is "not known", and what it has not is "none". Sources:
 * Documentation/admin-guide/pm/cpufreq.rst, cputopology.rst and hw-vuln/ of the kernel.
 */
json_t *machine_facts(const char *root);

/* Seconds of all CPUs since the start: all, taken by a hypervisor, spent working. */
struct cpu_times {
	double all, stolen, busy;
};

/* Zeros where /proc/stat cannot be read. */
struct cpu_times cpu_times_now(const char *root);

#endif
