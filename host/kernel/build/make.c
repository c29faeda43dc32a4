// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build/make.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/kernel/build/compiler.h"

/* "  CC      mm/gup.o": kbuild's short form of a command that ran. */
static bool is_step(const char *line)
{
	return line[0] == ' ' && line[1] == ' ' && line[2] >= 'A' && line[2] <= 'Z';
}

static bool is_compile(const char *line)
{
	static const char *const steps[] = { "  CC ", "  AS ", "  HOSTCC ", "  LD " };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		if (!strncmp(line, steps[i], strlen(steps[i])))
			return true;
	return false;
}

void show_batch(const struct batch *b, const char *now)
{
	double left = b->each * (b->total - b->done) - (now_seconds() - b->start);
	char took[32], detail[128];

	if (left > 0)
		snprintf(detail, sizeof(detail), "%s left; %s",
			 human_seconds(left, took, sizeof(took)), now);
	else
		snprintf(detail, sizeof(detail), "%s", now);
	progress(b->what, b->done, b->total, detail);
}

static void show_progress(struct make *m, const char *line)
{
	double passed = now_seconds() - m->start;
	char left[32], detail[96];

	if (!m->expected && !m->batch) {
		snprintf(detail, sizeof(detail), "%ld, %.40s", m->done, line + 2);
		progress(m->what, 0, 0, detail);
		return;
	}
	if (m->done > m->expected)
		m->expected = m->done;
	if (m->batch) {
		snprintf(detail, sizeof(detail), "%.60s %ld/%ld", m->what, m->done, m->expected);
		show_batch(m->batch, detail);
		return;
	}
	if (!m->done || (m->done < 20 && m->expected > 40))
		*detail = '\0';
	else if (m->done < m->expected)
		snprintf(detail, sizeof(detail), "%s left",
			 human_seconds(passed / m->done * (m->expected - m->done), left,
				       sizeof(left)));
	else
		snprintf(detail, sizeof(detail), "%.40s", line + 2);
	progress(m->what, m->done, m->expected, *detail ? detail : NULL);
}

static void make_line(const char *line, void *arg)
{
	struct make *m = arg;

	if (m->log)
		fprintf(m->log, "%s\n", line);
	if (strstr(line, "No space left on device"))
		m->disk_full = true;
	if (!m->stop && !strncmp(line, "make", 4) && strstr(line, ": *** "))
		m->stop = xstrdup(line);
	if (is_step(line)) {
		m->done += is_compile(line);
		if (m->what)
			show_progress(m, line);
	} else if (*line && strncmp(line, "make", 4) && m->said.n < MAX_SHOWN) {
		strlist_add(&m->said, line);
	}
}

/* The compiler's lines, with paths as they stand in the tree and its patches. */
static void explain(const struct make *m, int status, const char *tree, const char *what)
{
	size_t len = strlen(tree);
	char *why;

	for (size_t i = 0; i < m->said.n; i++) {
		const char *l = m->said.v[i];

		fprintf(stderr, "  %s\n", strncmp(l, tree, len) ? l : l + len + 1);
	}
	if (m->disk_full)
		why = xstrdup("the disk is full");
	else if (status < 0)
		why = xasprintf("make does not start: %s", strerror(-status));
	else if (status > 128)
		why = xasprintf("make was ended by a signal (%s)", strsignal(status - 128));
	else if (m->said.n)
		why = xstrdup("see the lines above");
	else
		why = xstrdup(m->stop ? m->stop : "no reason given");
	err("%s failed: %s; the whole log is %s", what, why, m->log_path);
	free(why);
}

int run_make(struct build *b, const char *out, struct make *m, const char *failure,
	     const char *const *goals)
{
	static const char *const stamps[] = {
		"LC_ALL=C", "KBUILD_BUILD_TIMESTAMP=2024-01-01 00:00:00 +0000",
		"KBUILD_BUILD_USER=pinlab", "KBUILD_BUILD_HOST=pinlab", "KBUILD_BUILD_VERSION=1",
	};
	struct strlist argv = { 0 };
	const char *home = getenv("HOME"), *tmp = getenv("TMPDIR");
	int ret;

	strlist_split(&argv, "env -i", " ");
	strlist_take(&argv, xasprintf("PATH=%s", getenv("PATH")));
	if (home)
		strlist_take(&argv, xasprintf("HOME=%s", home));
	if (tmp)
		strlist_take(&argv, xasprintf("TMPDIR=%s", tmp));
	for (size_t i = 0; i < ARRAY_SIZE(stamps); i++)
		strlist_add(&argv, stamps[i]);
	strlist_split(&argv, "make -Otarget -C", " ");
	strlist_add(&argv, b->s->linux_dir);
	strlist_take(&argv, xasprintf("-j%ld", sysconf(_SC_NPROCESSORS_ONLN)));
	strlist_take(&argv, xasprintf("O=%s", out));
	strlist_take(&argv, xasprintf("ARCH=%s", b->arch->make));
	strlist_take(&argv, xasprintf("CROSS_COMPILE=%s", cross_prefix(b->arch)));
	for (; *goals; goals++)
		strlist_add(&argv, *goals);
	strlist_take(&argv, NULL);
	/* One a variant: the others are built after one that fails. */
	m->log_path = xasprintf("%s/builds/%s/log%s%s", cache_dir(), b->s->id,
				*b->k->variant ? "." : "", b->k->variant);
	m->log = fopen(m->log_path, "we");
	m->batch = b->batch;
	m->start = now_seconds();
	ret = run_program(argv.v, NULL, NULL, make_line, m);
	if (m->log)
		fclose(m->log);
	if (ret || !m->batch)
		progress_end();
	if (ret && !interrupted)
		explain(m, ret, b->s->linux_dir, failure);
	m->own_fault = ret > 0 && ret < 127 && !m->disk_full && !interrupted;
	strlist_free(&argv);
	strlist_free(&m->said);
	free(m->stop);
	free(m->log_path);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	return ret ? PINLAB_BROKE : PINLAB_OK;
}
