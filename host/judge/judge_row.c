// SPDX-License-Identifier: GPL-2.0
#include "host/judge/judge_row.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/kernel/offers.h"
#include "include/wire.h"

/*
 * Instructions that a second of the host emulates at most: QEMU's TCG does some
 * 10^9 on the fastest machines there are.
 */
#define INSN_A_SECOND	1e10
#define NS_A_SECOND	1e9

/* Both may fall; everything else that is counted cannot be below nothing. */
#define MAY_SHRINK	"KiB"

void row_broken(struct rec_row *r, const char *fmt, ...)
{
	va_list ap;
	char *why;

	va_start(ap, fmt);
	if (vasprintf(&why, fmt, ap) < 0)
		abort();
	va_end(ap);
	free(r->reason);
	r->reason = why;
	r->verdict = VERDICT_BROKEN;
}

const char *boot_cap(const struct boot *b, const char *name)
{
	for (size_t i = 0; i < b->rec.n_caps; i++)
		if (!strcmp(b->rec.caps[i].name, name))
			return b->rec.caps[i].value;
	return NULL;
}

/* With a newline before and behind each of its lines; NULL if none was kept. */
static char *read_config(const struct boot *b)
{
	char *config = place_read(&b->place, "config", PLACE_SMALL_MAX, NULL);
	char *all = config && *config ? xasprintf("\n%s\n", config) : NULL;

	free(config);
	return all;
}

static int has_option(const char *config, const char *option)
{
	char *line = xasprintf("\n%s=y\n", option);
	int has = config ? !!strstr(config, line) : -1;

	free(line);
	return has;
}

int boot_has_option(const struct boot *b, const char *option)
{
	char *config = read_config(b);
	int has = has_option(config, option);

	free(config);
	return has;
}

static bool is_bench(const struct run *run)
{
	return !strcmp(plan_text(run, "verb"), "bench");
}

static bool is_paths(const struct run *run)
{
	return !strcmp(plan_text(run, "verb"), "paths");
}

/* What is probed once a boot, and where it comes from: see missing() in the guest. */
static const struct {
	const char *reason, *option;	/* NULL: the host has seen to it, whatever the kernel is */
} needs[] = {
	{ "needs the driver", NULL },
	/* Of a run from before kernels were asked name by name. */
	{ WIRE_LACKS WIRE_LACKS_EXCLUSIVE, "CONFIG_EXCLUSIVE_PIN" },
	{ "needs io_uring", "CONFIG_IO_URING" },
	{ "needs a RAM disk", "CONFIG_BLK_DEV_RAM" },
	{ "needs the disk of tools", "CONFIG_VIRTIO_BLK" },
	{ "needs 3 GiB of memory", NULL },
};

/* Lacks the kernel by its own configuration what this row was skipped for? */
static bool may_lack(const char *config, const char *reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (!strncmp(reason, needs[i].reason, strlen(needs[i].reason)))
			return needs[i].option && has_option(config, needs[i].option) != 1;
	return true;
}

/* "needs X (NAME is ...)": is NAME what this kernel was seen not to offer when it was built? */
static bool may_not_offer(const json_t *offers, const char *reason, bool *asked)
{
	static const char *const lacks[] = {
		WIRE_LACKS_EXCLUSIVE, WIRE_LACKS_SHARE, WIRE_LACKS_EXC_DIRTY, WIRE_LACKS_QUERY,
	};
	const char *what = reason + strlen(WIRE_LACKS), *word;
	char name[64] = "";

	*asked = false;
	for (size_t i = 0; i < ARRAY_SIZE(lacks); i++)
		if (!strncmp(reason, WIRE_LACKS, strlen(WIRE_LACKS)) &&
		    !strncmp(what, lacks[i], strlen(lacks[i])) &&
		    sscanf(what + strlen(lacks[i]), " (%63[A-Za-z0-9_]", name) == 1)
			*asked = true;
	word = json_string_value(json_object_get(offers, name));
	return word && strcmp(word, OFFERED_WORD);
}

static void judge_skip(const struct run *run, const struct boot *b, const char *config,
		       struct rec_row *r)
{
	const json_t *offers = json_object_get(run->kernels[b->kernel].json, "offers");
	bool asked, lacks = may_not_offer(offers, r->reason, &asked);
	char *reason;

	/* The machine that runs is as it is. */
	if (!strcmp(plan_text(run, "engine"), "native") ||
	    (offers && asked ? lacks : may_lack(config, r->reason)))
		return;
	reason = xstrdup(r->reason);
	row_broken(r, "could not run, although the kernel has what it needs: %.150s", reason);
	free(reason);
}

/* A row's samples stand together, since rows run one after another. */
struct figures {
	const struct rec_sample *s;
	size_t n;
};

static bool is_impossible(const struct run *run, const struct boot *b, const struct rec_sample *s)
{
	const struct rec_metric *m = &b->rec.metrics[s->metric];
	double all = (double)s->value / VALUE_ONE * s->ops;

	if (!is_bench(run))
		return s->value < 0 && strcmp(m->unit, MAY_SHRINK);
	/* What was measured took a part of the boot's own time. */
	return s->value <= 0 ||
	       (b->seconds > 0 &&
		all > b->seconds * (run->exact ? INSN_A_SECOND : NS_A_SECOND));
}

static bool judge_values(const struct run *run, const struct boot *b, struct rec_row *r,
			 struct figures f)
{
	for (size_t i = 0; i < f.n; i++) {
		const struct rec_metric *m = &b->rec.metrics[f.s[i].metric];

		if (!is_impossible(run, b, &f.s[i]))
			continue;
		row_broken(r, "%s: an impossible value: %g %s, over %llu operations", m->name,
			   (double)f.s[i].value / VALUE_ONE, m->unit,
			   (unsigned long long)f.s[i].ops);
		return false;
	}
	return true;
}

static void judge_metrics(const struct run *run, const struct boot *b, struct rec_row *r,
			  struct figures f, const struct owed *o)
{
	size_t came[RECORDS_METRICS_MAX] = { 0 };
	const json_t *row = json_object_get(o->rows, r->name);
	const char *name;
	json_t *repeats;

	for (size_t i = 0; i < f.n; i++)
		came[f.s[i].metric]++;
	json_object_foreach(json_object_get(row, "metrics"), name, repeats) {
		size_t want = b->role == ROLE_PROFILE ? 1 : json_integer_value(repeats), n = 0;
		bool spoilt = true;

		for (size_t m = 0; m < b->rec.n_metrics; m++)
			n += strcmp(b->rec.metrics[m].name, name) ? 0 : came[m];
		for (size_t i = 0; i < f.n; i++)
			spoilt &= f.s[i].disturbed ||
				  strcmp(b->rec.metrics[f.s[i].metric].name, name);
		if (!n) {
			row_broken(r, "%s: no sample came", name);
			return;
		}
		/* Where none was undisturbed one is sent to say so: the report tells. */
		if (n >= want || (run->exact && spoilt))
			continue;
		row_broken(r, "%s: %zu of %zu repeats came", name, n, want);
		return;
	}
}

static const char *const answers[] = {
	WIRE_SKIP, WIRE_NOT_REACHED, WIRE_REFUSED, WIRE_REFERENCED, WIRE_READ, WIRE_WRITTEN,
	WIRE_USER_KILLED, WIRE_STUCK,
};

static bool is_answer(const char *fact)
{
	size_t n = strcspn(fact, "|");

	for (size_t i = 0; i < ARRAY_SIZE(answers); i++)
		if (strlen(answers[i]) == n && !strncmp(answers[i], fact, n))
			return true;
	return false;
}

/* The first fact of a row, or where it would be: they stand together, as they came. */
static size_t first_fact(const struct boot *b, size_t row)
{
	size_t low = 0, high = b->rec.n_facts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (b->rec.facts[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The answer of a cell; NULL if there is none. */
static const char *cell_answer(const struct boot *b, size_t row, const char *cell)
{
	const struct rec_fact *f = b->rec.facts;

	for (size_t i = first_fact(b, row); i < b->rec.n_facts && f[i].row == row; i++)
		if (!strcmp(f[i].name, cell))
			return f[i].text;
	return NULL;
}

static void judge_cells(const struct boot *b, size_t row, const struct owed *o)
{
	struct rec_row *r = &b->rec.rows[row];
	const json_t *cells = json_object_get(json_object_get(o->rows, r->name), "cells");
	const char *exclusive = boot_cap(b, WIRE_CAP_EXCLUSIVE), *cell, *answer;
	json_t *v;

	/* In crash mode a boot is for one cell. */
	if (b->cell) {
		answer = cell_answer(b, row, b->cell);
		if (!answer || !is_answer(answer))
			row_broken(r, "%s: no answer came", b->cell);
		return;
	}
	json_object_foreach((json_t *)cells, cell, v) {
		/* No kernel can try what it has not. */
		if (exclusive && !strcmp(exclusive, "0") && !strncmp(cell, "exclusive", 9))
			continue;
		answer = cell_answer(b, row, cell);
		if (answer && is_answer(answer))
			continue;
		row_broken(r, "%s: %s", cell, answer ? "an unknown answer" :
			   "no answer came");
		return;
	}
}

static bool has_facts(const struct boot *b, size_t row)
{
	size_t i = first_fact(b, row);

	return i < b->rec.n_facts && b->rec.facts[i].row == row;
}

static void judge_pass(const struct run *run, struct boot *b, size_t row, struct figures f,
		       const struct owed *o)
{
	struct rec_row *r = &b->rec.rows[row];
	const json_t *owes = json_object_get(o->rows, r->name);

	if (!judge_values(run, b, r, f))
		return;
	if (is_paths(run))
		judge_cells(b, row, o);
	else if (is_bench(run))
		judge_metrics(run, b, r, f, o);
	else if (!f.n && json_is_true(json_object_get(owes, "figures")) && !has_facts(b, row))
		row_broken(r, "passed, but gave no figure of what it did");
}

static bool asked_for(const struct run *run, const struct boot *b, const char *row,
		      const struct owed *o)
{
	const char *globs = boot_globs(run, b);

	if (*globs && !globs_pick(globs, row))
		return false;
	/* The suite's own tests are in no list. */
	return !o->planned || json_object_get(o->rows, row) ||
	       (!strncmp(row, WIRE_TEST, strlen(WIRE_TEST)) && strstr(globs, WIRE_TEST));
}

void judge_rows(const struct run *run, struct boot *b, const struct owed *o)
{
	struct records *rec = &b->rec;
	char *config = read_config(b);
	size_t s = 0;

	for (size_t i = 0; i < rec->n_rows; i++) {
		struct rec_row *r = &rec->rows[i];
		struct figures f = { rec->samples + s, 0 };

		for (; s < rec->n_samples && rec->samples[s].row == i; s++)
			f.n++;
		if (!asked_for(run, b, r->name, o))
			row_broken(r, "this row was not asked for");
		else if (r->verdict == VERDICT_SKIP)
			judge_skip(run, b, config, r);
		else if (r->verdict == VERDICT_PASS)
			judge_pass(run, b, i, f, o);
	}
	free(config);
}

static json_t *need_object(json_t *in, const char *key)
{
	json_t *j = json_object_get(in, key);

	if (!j) {
		j = json_object();
		json_object_set_new(in, key, j);
	}
	return j;
}

void owed_add(const struct run *run, const struct boot *b, struct owed *o)
{
	const struct records *rec = &b->rec;
	size_t s = 0;

	for (size_t i = 0; i < rec->n_rows; i++) {
		json_t *row = need_object(o->rows, rec->rows[i].name), *metrics;
		uint32_t n[RECORDS_METRICS_MAX] = { 0 };

		for (; s < rec->n_samples && rec->samples[s].row == i; s++)
			n[rec->samples[s].metric]++;
		if (rec->rows[i].verdict != VERDICT_PASS)
			continue;
		metrics = is_bench(run) ? need_object(row, "metrics") : NULL;
		for (size_t m = 0; m < rec->n_metrics; m++) {
			const char *name = rec->metrics[m].name;
			json_int_t had = json_integer_value(json_object_get(metrics, name));

			if (n[m])
				json_object_set_new(row, "figures", json_true());
			if (metrics && n[m] > had)
				json_object_set_new(metrics, name, json_integer(n[m]));
		}
	}
	for (size_t i = 0; i < rec->n_facts && is_paths(run); i++) {
		const struct rec_fact *f = &rec->facts[i];
		json_t *row = need_object(o->rows, rec->rows[f->row].name);

		if (strcmp(f->name, WIRE_FACT_PATH) && strcmp(f->name, WIRE_FACT_EXPECTED))
			json_object_set_new(need_object(row, "cells"), f->name, json_true());
	}
}
