// SPDX-License-Identifier: GPL-2.0
/* What of a machine spoils figures, and that all which is set for a run is put back. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "host/run/machine_facts.h"
#include "host/run/quiet.h"
#include "rundir.h"

#define CPU "/sys/devices/system/cpu"

static char root[64], state[64];
static const struct quiet_place place = { root, state };

/* A machine of two CPUs: path, what it says, what a quiet one says (NULL: the same). */
static const struct {
	const char *path, *is, *quiet;
} files[] = {
	{ CPU "/cpu0/cpufreq/scaling_governor", "schedutil\n", "performance" },
	{ CPU "/cpu1/cpufreq/scaling_governor", "powersave\n", "performance" },
	{ CPU "/cpu0/cpufreq/scaling_available_governors", "performance powersave\n", NULL },
	{ CPU "/cpu1/cpufreq/scaling_available_governors", "performance powersave\n", NULL },
	{ CPU "/cpufreq/boost", "1\n", "0" },
	{ CPU "/smt/active", "1\n", NULL },
	{ CPU "/smt/control", "on\n", "off" },
	{ CPU "/isolated", "\n", NULL },
	{ CPU "/vulnerabilities/spectre_v2", "Mitigation: Retpolines\n", NULL },
	{ CPU "/vulnerabilities/mds", "Not affected\n", NULL },
	{ "/sys/devices/system/node/online", "0-1\n", NULL },
	{ "/proc/sys/kernel/numa_balancing", "0\n", NULL },
	{ "/proc/sys/kernel/nmi_watchdog", "1\n", "0" },
	{ "/proc/loadavg", "1.50 0.90 0.30 1/100 4711\n", NULL },
	{ "/proc/cpuinfo", "flags : fpu hypervisor\n", NULL },
	{ "/proc/stat", "cpu  1000 200 300 4000 500 60 40 250 7 8\ncpu0 1 2 3\n", NULL },
};

static void make_machine(void)
{
	snprintf(root, sizeof(root), "%s/machine", top);
	snprintf(state, sizeof(state), "%s/state", top);
	remove_tree(root);
	unlink(state);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *path = xasprintf("%s%s", root, files[i].path), *slash = strrchr(path, '/');

		*slash = '\0';
		assert_int_equal(make_dirs(path), 0);
		*slash = '/';
		assert_int_equal(write_file(path, files[i].is, strlen(files[i].is)), 0);
		free(path);
	}
}

static bool machine_is(bool quiet)
{
	bool all = true;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *want = quiet && files[i].quiet ? files[i].quiet : files[i].is;
		char *text = in(root, files[i].path + 1);

		all &= !strncmp(text, want, strcspn(want, "\n")) &&
		       strcspn(text, "\n") == strcspn(want, "\n");
		free(text);
	}
	return all;
}

/* A guardian needs its moment. */
static void wait_for(bool quiet)
{
	for (int i = 0; i < 500 && (!machine_is(quiet) || !access(state, F_OK) != quiet); i++)
		usleep(10000);
	assert_true(machine_is(quiet));
	assert_int_equal(!access(state, F_OK), quiet);
}

static bool spoils(const json_t *facts, const char *what)
{
	const json_t *list = json_object_get(facts, "spoils");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strncmp(json_string_value(json_array_get(list, i)), what, strlen(what)))
			return true;
	return false;
}

static void test_facts(void **s)
{
	static const char *const all[] = {
		"frequency governor schedutil, powersave", "turbo", "SMT", "NUMA nodes 0-1",
		"no isolated CPUs", "load 1.50", "this machine is a guest",
	};
	char *nothing = xasprintf("%s/nothing", top);
	struct cpu_times t;
	json_t *facts;

	(void)s;
	make_machine();
	facts = machine_facts(root);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		assert_true(spoils(facts, all[i]));
	assert_int_equal(json_array_size(json_object_get(facts, "spoils")), ARRAY_SIZE(all));
	assert_int_equal(json_object_size(json_object_get(facts, "mitigations")), 1);
	json_decref(facts);
	t = cpu_times_now(root);
	assert_float_equal(t.stolen, 2.5, (1 / 1e9));
	assert_float_equal(t.busy, 16, (1 / 1e9));
	assert_float_equal(t.all, 63.5, (1 / 1e9));

	/* what a machine does not tell is not known, and no fault of it */
	facts = machine_facts(nothing);
	assert_int_equal(json_array_size(json_object_get(facts, "spoils")), 1);
	assert_string_equal(json_string_value(json_object_get(facts, "turbo")), "not known");
	json_decref(facts);
	t = cpu_times_now(nothing);
	assert_float_equal(t.all, 0, 0);
	free(nothing);
}

static void test_put_back(void **s)
{
	json_t *changes;

	(void)s;
	make_machine();
	changes = quiet_begin(&place);
	assert_int_equal(json_array_size(changes), 5);
	wait_for(true);
	/* while it lasts nobody else begins, or takes it for a leftover */
	assert_null(quiet_begin(&place));
	quiet_recover(&place);
	wait_for(true);
	/* somebody has set one himself: that stays */
	put(root, "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "ondemand\n");
	quiet_end();
	assert_true(access(state, F_OK));
	put(root, "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil\n");
	assert_false(machine_is(false));
	put(root, "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave\n");
	assert_true(machine_is(false));
	json_decref(changes);
}

/* A process that makes the machine quiet and stays; its guardian's pid too. */
static pid_t quiet_child(pid_t *guardian)
{
	pid_t pid = fork();
	char *path, *text = NULL;

	if (!pid) {
		if (!quiet_begin(&place))
			_exit(1);
		for (;;)
			pause();
	}
	wait_for(true);
	path = xasprintf("/proc/%d/task/%d/children", pid, pid);
	text = read_file(path, NULL);
	*guardian = text ? atoi(text) : 0;
	assert_true(*guardian > 0);
	free(text);
	free(path);
	return pid;
}

static void test_killed(void **s)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGINT };
	pid_t guardian, pid;

	(void)s;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		make_machine();
		pid = quiet_child(&guardian);
		kill(pid, signals[i]);
		waitpid(pid, NULL, 0);
		wait_for(false);
	}
	/* and Ctrl-C, of which the guardian must not die first */
	make_machine();
	pid = quiet_child(&guardian);
	kill(guardian, SIGINT);
	kill(guardian, SIGTERM);
	kill(guardian, SIGHUP);
	usleep(50000);
	assert_true(machine_is(true));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	wait_for(false);
}

/* Both killed, as by the OOM killer: the next start finds the file. */
static void test_next_start(void **s)
{
	pid_t guardian, pid;

	(void)s;
	make_machine();
	pid = quiet_child(&guardian);
	kill(guardian, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 500 && !kill(guardian, 0); i++) {
		waitpid(guardian, NULL, WNOHANG);
		usleep(10000);
	}
	assert_true(machine_is(true));
	quiet_recover(&place);
	wait_for(false);
	/* a file that was not written to its end: nothing had been set */
	assert_int_equal(write_file(state, "[{\"pa", 5), 0);
	quiet_recover(&place);
	wait_for(false);
}

static void test_nothing_to_set(void **s)
{
	char *nothing = xasprintf("%s/nothing", top);
	const struct quiet_place none = { nothing, state };
	json_t *changes = quiet_begin(&none);

	(void)s;
	assert_non_null(changes);
	assert_int_equal(json_array_size(changes), 0);
	assert_true(access(state, F_OK));
	quiet_end();
	json_decref(changes);
	free(nothing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_put_back),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_next_start),
		cmocka_unit_test(test_nothing_to_set),
	};

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return cmocka_run_group_tests_name("quiet", tests, make_top, remove_top);
}
