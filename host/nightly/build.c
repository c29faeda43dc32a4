// SPDX-License-Identifier: GPL-2.0
/* The clock of a night, and what has to be built before its first boot. */
#include "host/nightly/build.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "host/base/files.h"
#include "host/nightly/compare.h"
#include "host/nightly/divide.h"
#include "host/nightly/nightly.h"
#include "host/nightly/open.h"
#include "host/nightly/run.h"

/* With less than this nobody waits for a kernel of the second flavor. */
#define SECOND_SECONDS	600

volatile sig_atomic_t night_out_of_time;

static void on_alarm(int sig)
{
	(void)sig;
	night_out_of_time = 1;
	interrupted = 1;
}

void night_alarm(double seconds)
{
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
	struct itimerval t = { .it_value = { .tv_sec = seconds,
					     .tv_usec = (seconds - (long)seconds) * 1e6 } };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

bool night_was_alarm(void)
{
	if (!night_out_of_time)
		return false;
	night_out_of_time = 0;
	interrupted = 0;
	return true;
}

static size_t count_patches(const struct kernel *k)
{
	char *dir = xasprintf("%s/series", k->dir);
	struct strlist names = { 0 };
	size_t n;

	list_dir(dir, &names);
	n = names.n - strlist_has(&names, "series");
	strlist_free(&names);
	free(dir);
	return n;
}

/* What a report says of a kernel, whether it was booted or not. */
static void describe(struct nightly *n, size_t cell)
{
	const struct kernel *k = n->kernels[cell];
	json_t *j = json_array_get(json_object_get(n->plan, "cells"), cell);
	const struct {
		const char *key, *value;
	} texts[] = {
		{ "arch", k->arch }, { "base", k->base }, { "base_version", k->base_version },
		{ "variant", k->variant }, { "release", k->release },
		{ "compiler", k->compiler }, { "key", k->key },
		{ "series_sha256", k->series_sha }, { "config_sha256", k->config_sha },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		json_object_set_new(j, texts[i].key,
				    night_string(texts[i].value ? texts[i].value : ""));
	json_object_set_new(j, "patches", json_integer(k->dir ? count_patches(k) : 0));
	json_object_set_new(j, "built", json_boolean(k->driver));
}

static void note_build(struct nightly *n, size_t cell, const char *how, double seconds)
{
	json_array_append_new(json_object_get(n->clock, "builds"),
			      json_pack("{s:s, s:s, s:s, s:f}", "kernel", n->kernels[cell]->name,
					"flavor", n->kernels[cell]->flavor, "how", how, "seconds",
					seconds));
}

/* PINLAB_OK also where it cannot be built, or not in so many seconds. */
static int build_one(struct nightly *n, size_t cell, double seconds)
{
	struct kernel *k = n->kernels[cell];
	double began = now_seconds();
	int ret;

	if (night_out_of_time || seconds <= 0 ||
	    (seconds < SECOND_SECONDS && strcmp(k->flavor, n->kernels[0]->flavor))) {
		note_build(n, cell, "left", 0);
		return PINLAB_OK;
	}
	note("building %s, flavor %s", k->name, k->flavor);
	ret = kernel_get(k);
	if (ret == PINLAB_INTERRUPTED && !night_out_of_time)
		return ret;
	/* Half of what is needed is nothing that can be booted. */
	if (ret) {
		free(k->driver);
		k->driver = NULL;
	}
	describe(n, cell);
	note_build(n, cell, !ret ? "built" : night_out_of_time ? "cut" : "failed",
		   now_seconds() - began);
	ret = night_save(n, "plan.json", n->plan);
	return ret ? ret : night_tick(n, "");
}

int night_build(struct nightly *n)
{
	size_t ready = 0;
	int ret = PINLAB_OK;
	double end;

	for (size_t i = 0; i < n->n && !interrupted; i++) {
		if (!kernel_cached(n->kernels[i]))
			continue;
		describe(n, i);
		ready++;
	}
	if (interrupted)
		return PINLAB_INTERRUPTED;
	/* Where there is something to boot already, half of the time is for that. */
	end = now_seconds() + night_left(n) / (ready ? 2 : 1);
	if (end > now_seconds())
		night_alarm(end - now_seconds());
	for (size_t i = 0; i < n->n && !ret; i++)
		if (!n->kernels[i]->driver)
			ret = build_one(n, i, end - now_seconds());
	night_alarm(0);
	night_was_alarm();
	return ret ? ret : night_save(n, "plan.json", n->plan);
}
