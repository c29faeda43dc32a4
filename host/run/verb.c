// SPDX-License-Identifier: GPL-2.0
/* The list of verbs, and what those that boot kernels have in common. */
#include "host/run/verb.h"

#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/base/quote.h"
#include "host/kernel/kconfig.h"
#include "host/native/guard.h"
#include "host/run/boots.h"
#include "host/run/plan.h"
#include "host/run/plan_file.h"
#include "host/run/prepare.h"
#include "host/run/quiet.h"

/* Set by the linker around what PINLAB_VERB() leaves. */
extern const struct verb *const __start_pinlab_verbs[];
extern const struct verb *const __stop_pinlab_verbs[];

static int by_place(const void *a, const void *b)
{
	const struct verb *const *x = a, *const *y = b;

	return (*x)->place - (*y)->place;
}

const struct verb *const *verbs_all(void)
{
	static const struct verb **all;
	size_t n = 0;

	if (all)
		return all;
	for (const struct verb *const *v = __start_pinlab_verbs; v != __stop_pinlab_verbs; v++)
		n++;
	all = xcalloc(n + 1, sizeof(*all));
	memcpy(all, __start_pinlab_verbs, n * sizeof(*all));
	qsort(all, n, sizeof(*all), by_place);
	return all;
}

const struct verb *verb_find(const char *name)
{
	for (const struct verb *const *v = verbs_all(); *v; v++)
		if (!strcmp((*v)->name, name))
			return *v;
	return NULL;
}

const struct verb *verb_of_run(const char *dir)
{
	json_t *plan = plan_peek(dir);
	const char *name = json_string_value(json_object_get(plan, "verb"));
	const struct verb *v = name ? verb_find(name) : NULL;

	json_decref(plan);
	return v && v->derive ? v : NULL;
}

int verb_check_engine(const struct verb *v, const char *engine)
{
	for (const struct refusal *r = v->refused; r && r->engine; r++) {
		if (strcmp(r->engine, engine))
			continue;
		err("%s --engine %s: %s", v->name, engine, r->why);
		return PINLAB_USAGE;
	}
	return PINLAB_OK;
}

/* The running kernel is there as it is: what says of another one is a mistake. */
static int check_native(const struct verb *v, const struct options *o, bool native)
{
	const char *said = o->kernels ? "kernels" : o->base ? "base" : o->series.n ? "series" :
			   o->flavor ? "flavor" : NULL;

	if (native && said) {
		err("%s --engine native --%s: native always uses the running kernel", v->name,
		    said);
		return PINLAB_USAGE;
	}
	if (!native && o->module) {
		err("%s --module %s: goes with --engine native only; guests have their own",
		    v->name, o->module);
		return PINLAB_USAGE;
	}
	return PINLAB_OK;
}

/* Every mistake that can be seen now is told before anything is built. */
static int check(const struct verb *v, struct run_plan *p, struct options *o)
{
	const char *engine = o->engine ? o->engine : v->engine;
	int ret = verb_check_engine(v, engine);

	if (!ret && v->kind->check)
		ret = v->kind->check(o);
	/* Whether kvm works shows with a kernel. */
	if (!ret && strcmp(engine, "auto"))
		ret = engine_choose(p, engine, NULL, NULL);
	if (!ret)
		ret = check_native(v, o, p->engine && !p->engine->qemu);
	if (!ret && o->quiet_machine && p->engine && p->engine->exact) {
		err("%s --quiet-machine: engine %s counts instructions, whatever the machine does; it goes with kvm and native",
		    v->name, engine);
		ret = PINLAB_USAGE;
	}
	if (!ret && !o->flavor)
		o->flavor = v->flavor;
	return ret ? ret : v->kind->resolve(p);
}

static int prepare(const struct verb *v, struct run_plan *p, struct options *o)
{
	int ret = PINLAB_OK;

	if (p->engine && !p->engine->qemu)
		return native_prepare(p, o);
	if (v->kind->add_kernels)
		ret = v->kind->add_kernels(p, o);
	if (!ret)
		ret = kernels_prepare(p, o);
	if (!ret && !p->engine)
		ret = engine_choose(p, "auto", p->kernels, v->engine);
	if (!ret) {
		p->words = flavor_boot(o->flavor);
		ret = p->words ? PINLAB_OK : PINLAB_BROKE;
	}
	return ret;
}

/* Before the plan is written, which tells how the machine is then. */
static int begin_quiet(struct run_plan *p)
{
	if (!p->options->quiet_machine)
		return PINLAB_OK;
	p->quiet = quiet_begin(&quiet_here);
	return p->quiet ? PINLAB_OK : PINLAB_BROKE;
}

static int go(const struct verb *v, struct run_plan *p)
{
	char *rows = NULL, *name;
	int ret, verdict;

	p->name = p->options->run ? xstrdup(p->options->run) : run_new_name(v->name);
	p->dir = run_path(p->name);
	v->kind->lay_out(p);
	ret = begin_quiet(p);
	if (!ret)
		ret = run_open(p);
	if (ret)
		return ret;
	if (p->n_rows > 1)
		rows = xasprintf(" of %ld %s", p->n_rows, v->kind->rows);
	note("run %s: %zu boots%s under %s (%s)", p->name, p->n_boots, rows ? rows : "",
	     p->engine->name, p->engine_why);
	free(rows);
	ret = boots_run(p);
	/* Before anything is said of the run: a machine that is left changed breaks it. */
	if (guard_end() && !ret)
		ret = PINLAB_BROKE;
	quiet_end();
	name = shell_word(p->name);
	if (ret == PINLAB_INTERRUPTED)
		err("interrupted; what is there is kept, continue with --run %s", name);
	free(name);
	/* What is there is reported; only a second interrupt ends that too. */
	interrupted = 0;
	interrupts_quit(true);
	verdict = v->derive(p->dir);
	interrupts_quit(false);
	if (report_show(p) && !ret)
		ret = PINLAB_BROKE;
	return ret ? ret : verdict;
}

int run_verb(const struct verb *v, struct options *o)
{
	struct run_plan p = { .verb = v->name, .kind = v->kind, .options = o };
	int ret = check(v, &p, o);

	if (!ret)
		ret = prepare(v, &p, o);
	if (!ret)
		ret = go(v, &p);
	if (guard_end() && !ret)
		ret = PINLAB_BROKE;
	quiet_end();
	if (v->kind->release)
		v->kind->release(&p);
	run_plan_free(&p);
	return ret;
}
