// SPDX-License-Identifier: GPL-2.0
/* A run folder into memory. */
#include "host/judge/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/text.h"
#include "host/judge/complaint.h"
#include "host/judge/judge.h"
#include "host/judge/profile.h"
#include "host/run/plan_file.h"
#include "host/run/rest.h"

/* A plan is written by pinlab itself; past these it is not one. */
#define KERNELS_MAX 512
#define BOOTS_MAX 4096

static uint32_t add_row(struct run *run, const char *name)
{
	size_t i = index_need(&run->row_index, run->n_rows, "%s", name);

	if (i < run->n_rows)
		return i;
	run->rows = xgrow(run->rows, run->n_rows, sizeof(*run->rows));
	run->rows[run->n_rows++] = xstrdup(name);
	return i;
}

static uint32_t add_figure(struct run *run, uint32_t row, const struct rec_metric *m)
{
	size_t i = index_need(&run->figure_index, run->n_figures, "%s\t%s\t%s",
			      run->rows[row], m->name, m->unit);

	if (i < run->n_figures)
		return i;
	run->figures = xgrow(run->figures, run->n_figures, sizeof(*run->figures));
	run->figures[run->n_figures++] = (struct figure){ row, xstrdup(m->name),
							  xstrdup(m->unit), NO_FIGURE };
	return i;
}

/* Rows and figures get one number for the whole run, in the order they first came. */
static void number_boot(struct run *run, struct boot *b)
{
	const struct records *r = &b->rec;
	uint32_t last = UINT32_MAX;
	uint32_t seen[RECORDS_METRICS_MAX];

	b->row_of = xcalloc(r->n_rows, sizeof(*b->row_of));
	for (size_t i = 0; i < r->n_rows; i++)
		b->row_of[i] = add_row(run, r->rows[i].name);
	b->figure_of = xcalloc(r->n_samples, sizeof(*b->figure_of));
	for (size_t i = 0; i < r->n_samples; i++) {
		const struct rec_sample *s = &r->samples[i];

		if (s->row != last)
			memset(seen, 0xff, sizeof(seen));
		last = s->row;
		if (seen[s->metric] == NO_FIGURE)
			seen[s->metric] = add_figure(run, b->row_of[s->row],
						     &r->metrics[s->metric]);
		b->figure_of[i] = seen[s->metric];
	}
}

/* Rows that no boot may have, and of each the kernel's first boot that did not come to it. */
static void number_unrun(struct run *run, size_t boot)
{
	const struct boot *b = &run->boots[boot];

	for (size_t i = 0; i < b->unrun.n; i++) {
		add_row(run, b->unrun.v[i]);
		index_need(&run->kernels[b->kernel].unrun, boot, "%s", b->unrun.v[i]);
	}
}

static void find_spoilt(struct boot *b)
{
	const struct rec_sample *all = b->rec.samples;

	b->spoilt = xcalloc(b->rec.n_rows, sizeof(*b->spoilt));
	for (size_t i = 0, end; i < b->rec.n_samples; i = end) {
		bool clean = false;

		for (end = i; end < b->rec.n_samples &&
		     b->figure_of[b->order[end]] == b->figure_of[b->order[i]]; end++)
			clean |= !all[b->order[end]].disturbed;
		b->spoilt[all[b->order[i]].row] |= !clean;
	}
}

/* A row's windows stand together, as its samples do. */
static void find_windows(struct boot *b)
{
	b->window = xcalloc(b->rec.n_rows, sizeof(*b->window));
	for (size_t i = b->rec.n_windows; i-- > 0;)
		b->window[b->rec.windows[i].row] = i;
}

/* Of two numbers by their keys, the lower first; equal ones stay as they were. */
static int by_key(const void *x, const void *y, void *keys)
{
	const uint32_t *a = x, *b = y, *key = keys;

	if (key[*a] != key[*b])
		return key[*a] < key[*b] ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* 0 to n - 1, sorted by their keys. */
static uint32_t *sorted(uint32_t *key, size_t n)
{
	uint32_t *v = xcalloc(n, sizeof(*v));
	bool done = true;

	for (size_t i = 0; i < n; i++) {
		v[i] = i;
		done &= !i || key[i - 1] <= key[i];
	}
	if (!done)
		qsort_r(v, n, sizeof(*v), by_key, key);
	return v;
}

static void sort_boot(struct boot *b)
{
	b->order = sorted(b->figure_of, b->rec.n_samples);
	find_spoilt(b);
	find_windows(b);
}

static double percent(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : -1;
}

/* Counting sort: for each row the boots that have it. */
static void link_rows(struct run *run)
{
	uint32_t *next = xcalloc(run->n_rows + 1, sizeof(*next));
	size_t n = 0;

	run->row_start = xcalloc(run->n_rows + 1, sizeof(*run->row_start));
	for (size_t i = 0; i < run->n_boots; i++)
		for (size_t r = 0; r < run->boots[i].rec.n_rows; r++, n++)
			run->row_start[run->boots[i].row_of[r] + 1]++;
	for (size_t i = 0; i < run->n_rows; i++)
		run->row_start[i + 1] += run->row_start[i];
	memcpy(next, run->row_start, (run->n_rows + 1) * sizeof(*next));
	run->row_in = xcalloc(n, sizeof(*run->row_in));
	for (size_t i = 0; i < run->n_boots; i++)
		for (size_t r = 0; r < run->boots[i].rec.n_rows; r++)
			run->row_in[next[run->boots[i].row_of[r]]++] =
				(struct row_in){ &run->boots[i], r };
	free(next);
}

/* Each row's figures, one after the other. */
static void link_figures(struct run *run)
{
	run->first_figure = xcalloc(run->n_rows, sizeof(*run->first_figure));
	memset(run->first_figure, 0xff, run->n_rows * sizeof(*run->first_figure));
	for (size_t i = run->n_figures; i-- > 0;) {
		run->figures[i].next = run->first_figure[run->figures[i].row];
		run->first_figure[run->figures[i].row] = i;
	}
}

static void read_outcome(struct boot *b)
{
	json_error_t e;
	json_t *o;

	if (!place_has(&b->place, "outcome.json")) {
		boot_set_outcome(b, "missing", "this boot was not run to its end", "");
		return;
	}
	o = place_json(&b->place, "outcome.json", &e);
	if (!o || !*json_text(o, "outcome")) {
		boot_set_outcome(b, "missing", "outcome.json: ", o ? "says no outcome" : e.text);
	} else {
		b->there = true;
		boot_set_outcome(b, json_text(o, "outcome"), "", json_text(o, "detail"));
		b->seconds = json_number_value(json_object_get(o, "seconds"));
		b->first_record = json_number_value(json_object_get(o, "first_record_seconds"));
		b->stolen = percent(o, "stolen_percent");
		b->others = percent(o, "others_percent");
		snprintf(b->hung_before, sizeof(b->hung_before), "%s",
			 json_text(o, "hung_before"));
		text_make_plain(b->hung_before);
	}
	/* Lines of reports: what a machine has printed, or a stranger has written. */
	text_make_plain(b->outcome);
	text_make_plain(b->detail);
	json_decref(o);
}

/* A first try stopped in a row, and its kernel did not say why: the second decides. */
static void read_first_try(struct boot *b)
{
	const char *row = b->hung_before;

	if (!*row)
		return;
	b->hung_again = !strcmp(b->outcome, "hang") && boot_last_row(b) &&
			!strcmp(boot_last_row(b), row);
	if (b->ok)
		boot_set_outcome(b, "hung-once", "a first try stopped, the second did not; in ",
				 row);
}

/* The records themselves are read again: an outcome is not taken on trust. */
static void read_records(const struct run *run, struct boot *b)
{
	int fd = place_fd(&b->place, "records");
	int ret = fd < 0 ? fd : place_note(&b->place, "records", records_parse_fd(fd, &b->rec));

	if (fd >= 0)
		close(fd);
	if (!b->ok)
		return;
	if (ret == -EBADMSG)
		boot_set_outcome(b, "garbled", "records: ", b->rec.error);
	else if (ret)
		boot_set_outcome(b, "no-records", "records: ", place_error(ret));
	else if (!b->rec.end)
		boot_set_outcome(b, "truncated", "the records have no end", "");
	else if (strcmp(b->rec.release, json_text(run->kernels[b->kernel].json, "release")))
		boot_set_outcome(b, "garbled", "the guest ran another kernel: ", b->rec.release);
	else if (b->rec.clock_insn != run->exact)
		boot_set_outcome(b, "garbled", "the guest's clock is not the engine's", "");
	else if (!b->rec.n_rows)
		boot_set_outcome(b, "no-records", "the guest ran no row", "");
}

static int bad_plan(struct run *run, const char *what)
{
	err("%s/plan.json: %s; the run cannot be read without it", run->dir, what);
	return -EINVAL;
}

static void load_files(struct run *run, struct boot *b)
{
	char *below = xasprintf("boots/%s", b->id);

	b->dir = xasprintf("%s/%s", run->dir, below);
	place_below(&b->place, &run->place, below);
	free(below);
	read_outcome(b);
	read_records(run, b);
	read_first_try(b);
	complaint_load(run, b);
	b->profile = profile_load(&b->place, "profile.tsv");
}

static int load_boot(struct run *run, struct boot *b, const json_t *j)
{
	static const char *const roles[] = {
		[ROLE_BASE] = "base", [ROLE_AA] = "aa", [ROLE_TEST] = "test",
		[ROLE_PROFILE] = "profile", [ROLE_BIG] = "big", [ROLE_OTHERS] = "others",
		[ROLE_CRASH] = "crash",
	};
	const char *id = json_text(j, "id");
	int k = run_kernel(run, json_text(j, "kernel"));

	records_init(&b->rec);
	if (k < 0)
		return bad_plan(run, "a boot of a kernel that is not listed");
	b->kernel = k;
	for (b->role = ROLE_BASE; b->role <= ROLE_OTHERS; b->role++)
		if (!strcmp(json_text(j, "role"), roles[b->role]))
			break;
	if (b->role > ROLE_OTHERS)
		return bad_plan(run, "a boot whose role is none of base, aa, test, profile, big, crash, others");
	b->id = xstrdup(id);
	b->rows = json_string_value(json_object_get(j, "rows"));
	b->cell = json_string_value(json_object_get(j, "cell"));
	b->seed = json_integer_value(json_object_get(j, "seed"));
	b->first = b - run->boots;
	b->last = true;
	load_files(run, b);
	return 0;
}

/* It stopped, its kernel did not say why, and the next one came past that row. */
static void judge_hang(struct boot *b, const struct boot *next)
{
	const char *row = boot_last_row(b);

	if (strcmp(b->outcome, "hang") || !row || console_find(&b->console, SPLAT_STALL))
		return;
	for (size_t i = 0; i < next->rec.n_rows; i++) {
		char *name;

		if (strcmp(next->rec.rows[i].name, row) ||
		    next->rec.rows[i].verdict == VERDICT_NONE)
			continue;
		name = xstrdup(row);
		boot_set_outcome(b, "hung-once", "it stopped, and the next boot did not; in ",
				 name);
		free(name);
		return;
	}
}

/* The boots that went on for one of the plan, behind all of the plan's. */
static void load_rest(struct run *run, size_t first)
{
	const struct boot *of;
	size_t before = first;

	for (unsigned int i = 1; i <= REST_MAX; i++) {
		char *id = rest_id(run->boots[first].id, i);
		char *there = xasprintf("boots/%s/outcome.json", id);
		bool any = place_has(&run->place, there);
		struct boot *b;

		free(there);
		if (!any) {
			free(id);
			return;
		}
		run->boots = xrealloc(run->boots, (run->n_boots + 1) * sizeof(*run->boots));
		b = &run->boots[run->n_boots];
		of = &run->boots[first];
		*b = (struct boot){ .id = id, .kernel = of->kernel, .role = of->role,
				    .rows = of->rows, .cell = of->cell, .seed = of->seed,
				    .first = first, .last = true };
		records_init(&b->rec);
		run->boots[before].last = false;
		load_files(run, b);
		judge_hang(&run->boots[before], b);
		before = run->n_boots++;
	}
}

static int load_kernels(struct run *run)
{
	json_t *j = json_object_get(run->plan, "kernels");

	run->n_kernels = json_array_size(j);
	if (!run->n_kernels || run->n_kernels > KERNELS_MAX) {
		run->n_kernels = 0;
		return bad_plan(run, "it lists no kernels, or too many");
	}
	run->kernels = xcalloc(run->n_kernels, sizeof(*run->kernels));
	for (size_t i = 0; i < run->n_kernels; i++) {
		run->kernels[i].json = json_array_get(j, i);
		run->kernels[i].name = json_text(run->kernels[i].json, "name");
		if (!*run->kernels[i].name)
			return bad_plan(run, "a kernel without a name");
		index_need(&run->kernel_index, i, "%s", run->kernels[i].name);
	}
	return 0;
}

static void link_boots(struct run *run)
{
	for (size_t i = run->n_boots; i-- > 0;) {
		struct run_kernel *k = &run->kernels[run->boots[i].kernel];

		run->boots[i].next = k->boots;
		k->boots = &run->boots[i];
	}
}

/* By what judge_run() has left of them. */
static void link_bad(struct run *run)
{
	for (size_t i = run->n_boots; i-- > 0;) {
		struct run_kernel *k = &run->kernels[run->boots[i].kernel];

		if (run->boots[i].ok)
			continue;
		run->boots[i].next_bad = k->bad;
		k->bad = &run->boots[i];
	}
}

static int load_boots(struct run *run)
{
	json_t *j = json_object_get(run->plan, "boots");
	int ret = 0;

	run->n_boots = json_array_size(j);
	if (!run->n_boots || run->n_boots > BOOTS_MAX) {
		run->n_boots = 0;
		return bad_plan(run, "it lists no boots, or too many");
	}
	run->n_planned = run->n_boots;
	run->boots = xcalloc(run->n_boots, sizeof(*run->boots));
	for (size_t i = 0; !ret && i < run->n_planned; i++)
		ret = load_boot(run, &run->boots[i], json_array_get(j, i));
	if (ret)
		return ret;
	/* Figures of a boot that went down are none. */
	for (size_t i = 0; i < run->n_planned && strcmp(plan_text(run, "verb"), "bench"); i++)
		load_rest(run, i);
	link_boots(run);
	judge_run(run);
	for (size_t i = 0; i < run->n_boots; i++)
		number_boot(run, &run->boots[i]);
	for (size_t i = 0; i < run->n_boots; i++)
		number_unrun(run, i);
	for (size_t i = 0; i < run->n_boots; i++)
		sort_boot(&run->boots[i]);
	link_rows(run);
	link_figures(run);
	link_bad(run);
	return 0;
}

/* What run->place has. */
static int load(struct run *run)
{
	int ret;

	run->dir = xstrdup(run->place.path);
	if (!place_has(&run->place, PLAN_FILE)) {
		if (place_trouble(&run->place))
			return -EIO;
		err("%s: no plan.json in it, so it is no run; see ./pinlab list runs", run->dir);
		return -ENOENT;
	}
	run->plan = plan_load(&run->place);
	if (!run->plan)
		return -EINVAL;
	if (json_integer_value(json_object_get(run->plan, "format")) != 1)
		return bad_plan(run, "it is not of format 1: another version of pinlab wrote it");
	run->name = plan_text(run, "run");
	if (!*run->name || !*plan_text(run, "engine"))
		return bad_plan(run, "it names no run, or no engine");
	run->exact = !strcmp(plan_text(run, "engine"), "icount");
	run->clocks = json_is_true(json_object_get(run->plan, "clocks"));
	run->delta = json_number_value(json_object_get(run->plan, "delta_percent")) / 100;
	run->seed = json_integer_value(json_object_get(run->plan, "seed"));
	ret = load_kernels(run);
	ret = ret ? ret : load_boots(run);
	return ret ? ret : place_trouble(&run->place);
}

int run_load(const char *dir, struct run *run)
{
	int ret;

	*run = (struct run){ 0 };
	ret = place_open(&run->place, dir);
	if (!ret)
		return load(run);
	if (ret == -ENOENT)
		err("%s: no plan.json in it, so it is no run; see ./pinlab list runs", dir);
	else
		err("%s: %s; see ./pinlab list runs", dir, place_error(ret));
	return ret;
}

int run_load_below(const struct place *of, const char *name, struct run *run)
{
	*run = (struct run){ 0 };
	place_below(&run->place, of, name);
	return load(run);
}
