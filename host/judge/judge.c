// SPDX-License-Identifier: GPL-2.0
#include "host/judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "host/judge/judge_row.h"
#include "include/wire.h"

/* Boots whose own account is to be believed, so far. */
static bool may_owe(const struct run *run, const struct boot *b)
{
	return b->ok && !kernel_is_bug(&run->kernels[b->kernel]);
}

static void owe_row(const char *name, const json_t *row, long repeats, struct owed *o)
{
	struct strlist metrics = { 0 }, cells = { 0 };
	json_t *m = json_object(), *c = json_object();
	bool once = json_is_true(json_object_get(row, "once"));

	strlist_split(&metrics, json_text(row, "metrics"), ",");
	for (size_t i = 0; i < metrics.n; i++)
		json_object_set_new(m, metrics.v[i], json_integer(once ? 1 : repeats));
	strlist_split(&cells, json_text(row, "cells"), ",");
	for (size_t i = 0; i < cells.n; i++)
		json_object_set_new(c, cells.v[i], json_true());
	json_object_set_new(o->rows, name, json_pack("{s:o, s:o}", "metrics", m, "cells", c));
	strlist_free(&metrics);
	strlist_free(&cells);
}

/* What the plan lists for this boot's globs. */
static void owed_planned(const struct run *run, const struct boot *b, struct owed *o)
{
	const json_t *expect = json_object_get(run->plan, "expect"), *row;
	json_t *rows = json_object_get(expect, "rows");
	long repeats = json_integer_value(json_object_get(expect, "repeats"));
	const char *name, *globs = boot_globs(run, b);

	o->planned = true;
	/* In crash mode each boot has a path of its own: many boots, and one row each. */
	row = strpbrk(globs, "*?[,!\\") ? NULL : json_object_get(rows, globs);
	if (row && (b->role == ROLE_CRASH || !json_is_true(json_object_get(row, "crash"))))
		owe_row(globs, row, repeats, o);
	if (row)
		return;
	json_object_foreach(rows, name, row)
		if ((b->role == ROLE_CRASH || !json_is_true(json_object_get(row, "crash"))) &&
		    globs_pick(globs, name))
			owe_row(name, row, repeats, o);
}

/* A run of before: what boots of the same globs have, taken together. */
static void owed_by_others(const struct run *run, const struct boot *b, struct owed *o)
{
	const char *globs = boot_globs(run, b);

	for (size_t i = 0; i < run->n_boots; i++)
		if ((may_owe(run, &run->boots[i]) || &run->boots[i] == b) &&
		    !strcmp(boot_globs(run, &run->boots[i]), globs))
			owed_add(run, &run->boots[i], o);
}

static bool same_debt(const struct run *run, const struct boot *x, const struct boot *y)
{
	return kernel_is_bug(&run->kernels[x->kernel]) == kernel_is_bug(&run->kernels[y->kernel]) &&
	       !strcmp(boot_globs(run, x), boot_globs(run, y));
}

static bool has_row(const struct boot *b, json_t *index, const char *row)
{
	for (size_t i = json_object_size(index); i < b->rec.n_rows; i++)
		json_object_set_new(index, b->rec.rows[i].name, json_true());
	return json_object_get(index, row);
}

/* A boot that ends at its first failure owes nothing behind it. */
static bool has_stopped(const struct run *run, const struct boot *b)
{
	bool stops = b->role != ROLE_OTHERS &&
		     (json_is_true(json_object_get(run->plan, "stop")) ||
		      kernel_is_bug(&run->kernels[b->kernel]));

	for (size_t i = 0; i < b->rec.n_rows && stops; i++)
		if (b->rec.rows[i].verdict == VERDICT_FAIL)
			return true;
	return false;
}

static void add_missing(const struct run *run, struct boot *b, const struct owed *o)
{
	struct records *rec = &b->rec;
	json_t *index = json_object(), *v;
	size_t room = rec->n_rows;
	const char *row;

	if (has_stopped(run, b))
		o = NULL;
	json_object_foreach(o ? o->rows : NULL, row, v) {
		if (has_row(b, index, row))
			continue;
		if (rec->n_rows == room) {
			room = 2 * room + 1;
			rec->rows = xrealloc(rec->rows, room * sizeof(*rec->rows));
		}
		rec->rows[rec->n_rows] = (struct rec_row){ xstrdup(row), xstrdup(""),
							   VERDICT_NONE };
		row_broken(&rec->rows[rec->n_rows++],
			   "not run: the guest said that it was done, without this row");
		json_object_set_new(index, row, json_true());
	}
	/* The first allocation is at least as large as records.c takes it to be. */
	json_decref(index);
}

/* Boots of one debt are judged by it, that it is put together once. */
static void judge_all_rows(struct run *run)
{
	bool *judged = xcalloc(run->n_boots, sizeof(*judged));
	bool planned = json_object_get(run->plan, "expect");

	for (size_t i = 0; i < run->n_boots; i++) {
		struct owed o = { .rows = json_object() };

		if (!judged[i] && planned)
			owed_planned(run, &run->boots[i], &o);
		else if (!judged[i])
			owed_by_others(run, &run->boots[i], &o);
		for (size_t k = i; k < run->n_boots && !judged[i]; k++) {
			struct boot *b = &run->boots[k];

			if (judged[k] || (k != i && !same_debt(run, &run->boots[i], b)))
				continue;
			judged[k] = k != i;
			judge_rows(run, b, &o);
			if (b->ok)
				add_missing(run, b, &o);
		}
		judged[i] = true;
		json_decref(o.rows);
	}
	free(judged);
}

/* What a kernel's own entry in the plan says that it has: -1 where it does not say. */
static int has_exclusive(const struct run *run, const struct boot *b)
{
	const json_t *j = json_object_get(run->kernels[b->kernel].json, "exclusive");

	return json_is_boolean(j) ? json_is_true(j) : boot_has_option(b, "CONFIG_EXCLUSIVE_PIN");
}

static bool other_id(const struct run *run, struct boot *b, const char *planned, const char *cap,
		     const char *what)
{
	const char *want = json_text(run->kernels[b->kernel].json, planned);
	const char *is = boot_cap(b, cap);
	char *why;

	if (!*want || (is && !strcmp(is, want)))
		return false;
	why = is ? xasprintf("the guest ran another %s: build id %.40s, %.40s was planned", what,
			     is, want) :
		   xasprintf("the guest has not proved which %s it ran", what);
	boot_set_outcome(b, "other-kernel", why, "");
	free(why);
	return true;
}

/* Is it the kernel that was to be booted, with what it has and its driver? */
static void judge_identity(const struct run *run, struct boot *b)
{
	const char *exclusive = boot_cap(b, WIRE_CAP_EXCLUSIVE);
	const char *driver = boot_cap(b, WIRE_CAP_DRIVER);
	bool native = !strcmp(plan_text(run, "engine"), "native");
	int has;

	/* What went down before its first words has claimed nothing. */
	if (!b->ok && !b->rec.n_rows)
		return;
	if (other_id(run, b, "build_id", WIRE_CAP_KERNEL_ID, "kernel") ||
	    other_id(run, b, "driver_build_id", WIRE_CAP_DRIVER_ID, "driver"))
		return;
	if (driver && strcmp(driver, "1") && !native) {
		boot_set_outcome(b, "no-driver",
				 "the driver was not loaded: nothing that needs it could run", "");
		return;
	}
	has = exclusive && !native ? has_exclusive(run, b) : -1;
	if (has >= 0 && has != !strcmp(exclusive, "1"))
		boot_set_outcome(b, "other-kernel", has ?
				 "built with exclusive pins, and the guest has none" :
				 "built without exclusive pins, and the guest has them", "");
}

/*
 * Of each row the first boot that passed it: under its kernel's number, and
 * under its base and flavor where it has no variant. A variant may have more
 * than its base, and a base less.
 */
static void note_passed(const struct run *run, size_t boot, struct index *passed)
{
	const struct boot *b = &run->boots[boot];
	const json_t *j = run->kernels[b->kernel].json;

	for (size_t r = 0; r < b->rec.n_rows; r++) {
		const struct rec_row *row = &b->rec.rows[r];

		if (row->verdict != VERDICT_PASS)
			continue;
		index_need(passed, boot, "%zu\t%s", b->kernel, row->name);
		if (!*json_text(j, "variant"))
			index_need(passed, boot, "%s\t%s\t%s", json_text(j, "base"),
				   json_text(j, "flavor"), row->name);
	}
}

/* The first boot that passed a row which this one skips, of this kernel or of one like it. */
static const struct boot *passed_elsewhere(const struct run *run, const struct boot *b,
					   const struct index *passed, const char *row)
{
	const json_t *j = run->kernels[b->kernel].json;
	long same = index_find(passed, "%zu\t%s", b->kernel, row);
	long like = index_find(passed, "%s\t%s\t%s", json_text(j, "base"),
			       json_text(j, "flavor"), row);

	if (same < 0 || (like >= 0 && like < same))
		same = like;
	return same < 0 ? NULL : &run->boots[same];
}

/* bench: what one boot of a kernel runs another runs too, and a variant what its base does. */
static void judge_skips(struct run *run)
{
	struct index passed = { NULL };

	for (size_t i = 0; i < run->n_boots; i++)
		note_passed(run, i, &passed);
	for (size_t i = 0; i < run->n_boots; i++) {
		const struct boot *b = &run->boots[i], *other;

		for (size_t r = 0; r < b->rec.n_rows; r++) {
			struct rec_row *row = &b->rec.rows[r];
			char *reason;

			other = row->verdict == VERDICT_SKIP ?
				passed_elsewhere(run, b, &passed, row->name) : NULL;
			if (!other)
				continue;
			reason = xstrdup(row->reason);
			row_broken(row, "skipped, while %s ran it: %.150s", other->id, reason);
			free(reason);
		}
	}
	index_free(&passed);
}

/* What no boot can be blamed for: one that the plan itself has not. */
static void judge_layout(struct run *run)
{
	bool bench = !strcmp(plan_text(run, "verb"), "bench");
	bool native = !strcmp(plan_text(run, "engine"), "native"), aa = false;

	for (size_t k = 0; k < run->n_kernels; k++) {
		bool any = false;

		for (size_t i = 0; i < run->n_boots; i++)
			any |= run->boots[i].kernel == k && run->boots[i].role != ROLE_AA &&
			       run->boots[i].role != ROLE_PROFILE;
		if (!any)
			strlist_take(&run->faults, xasprintf("%s was not booted",
							     run->kernels[k].name));
	}
	for (size_t i = 0; i < run->n_boots; i++)
		aa |= run->boots[i].role == ROLE_AA;
	if (bench && !native && !aa)
		strlist_add(&run->faults, "no second boot of the baseline: nothing shows whether it agrees with itself");
}

void judge_run(struct run *run)
{
	judge_layout(run);
	for (size_t i = 0; i < run->n_boots; i++)
		judge_identity(run, &run->boots[i]);
	judge_all_rows(run);
	if (!strcmp(plan_text(run, "verb"), "bench"))
		judge_skips(run);
}
