// SPDX-License-Identifier: GPL-2.0
#include "host/run/boots.h"
#include "host/base/files.h"
#include "host/base/quote.h"
#include "host/kernel/initramfs.h"
#include "host/kernel/others_disk.h"
#include "host/native/guard.h"
#include "host/run/folder.h"
#include "host/guest/guest_clock.h"
#include "host/guest/keep.h"
#include "host/guest/symbols.h"
#include "host/run/machine_facts.h"
#include "include/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Without a sign of it, and in all: a machine in a machine is slow, one that hangs is not. */
#define PROBE_SILENCE	20
#define PROBE_SECONDS	60
#define EMULATOR_TRIES	3

/* What a boot is given besides its kernel. */
struct disks {
	char *initrd;
	char *tools;		/* NULL: none */
};

struct job {
	struct guest guest;
	struct run_boot *boot;	/* NULL: free */
	struct disks disks;
	struct cpu_times began;
	double children;	/* seconds that programs we have waited for had worked then */
};

/* A kernel without PCI has nothing of what the full board is for, and may not come up there. */
static const struct board *board_of(const struct boot_needs *n, const struct kernel *k)
{
	const struct arch *arch = arch_find(k->arch);
	char *path = xasprintf("%s/config", k->dir), *config = NULL;
	bool full;

	if (n->full_board)
		config = read_file(path, NULL);
	full = config && strstr(config, "\nCONFIG_PCI=y");
	free(config);
	free(path);
	return full ? &arch->full : &arch->small;
}

static void spec_argv(const struct run_plan *p, const struct kernel *k, const struct guest *g,
		      const struct disks *d, const struct run_boot *b, struct strlist *argv)
{
	char *image = xasprintf("%s/%s", k->dir, arch_find(k->arch)->image);
	char *plugin = xasprintf("%s/build/insnprof.so", repo_dir());
	char *profile = xasprintf("%s/profile.raw", g->dir);
	char *files = xasprintf("%s/files.raw", g->dir);
	char *job = p->kind->job(p, b);
	char *share = xasprintf("%s/share", g->dir);
	const struct boot_needs n = run_needs(p, b);
	const struct board *board = board_of(&n, k);
	char *words = xasprintf("%s%s%s", p->words ? p->words : "", n.words ? " " : "",
				n.words ? n.words : "");
	struct boot_spec spec = {
		.arch = arch_find(k->arch),
		.engine = p->engine,
		.board = board,
		.cpus = n.cpus,
		.kernel = image,
		.initrd = d->initrd,
		.console = g->console_path,
		.records = g->records_path,
		.plugin = b->role && !strcmp(b->role, "profile") ? plugin : NULL,
		.profile = profile,
		.files = n.files ? files : NULL,
		.tools = d->tools,
		.share = n.share && board == &arch_find(k->arch)->full ? share : NULL,
		.words = words,
		.job = job,
		.memory_mb = n.memory_mb,
		/* The A/A boot has the same seed: what differs is its phase alone. */
		.seed = p->engine->exact ? 1 : p->options->seed + b->index,
	};

	machine_argv(&spec, argv);
	free(share);
	free(words);
	free(job);
	free(files);
	free(image);
	free(plugin);
	free(profile);
}

static void native_argv(const struct run_plan *p, const struct guest *g,
			const struct run_boot *b, struct strlist *argv)
{
	strlist_take(argv, xasprintf("%s/build/guest/pinlab-guest", repo_dir()));
	strlist_add(argv, "--records");
	strlist_add(argv, g->records_path);
	p->kind->native(p, b, argv);
}

static void guest_paths(struct guest *g, char *dir)
{
	*g = (struct guest){ .records_fd = -1, .dir = dir };
	g->console_path = xasprintf("%s/console.log", dir);
	g->records_path = xasprintf("%s/records", dir);
}

/* All of `from` in s become `to`; the result takes s's place. */
static char *replace(char *s, const char *from, const char *to)
{
	char *at;

	while (*from && (at = strstr(s, from))) {
		char *more = xasprintf("%.*s%s%s", (int)(at - s), s, to, at + strlen(from));

		free(s);
		s = more;
	}
	return s;
}

/*
 * An argument for the record: a shell that has these variables set, in the
 * boot's folder, can use it again, on any machine.
 */
static char *portable(const struct guest *g, const char *arg)
{
	char *s = replace(xstrdup(arg), g->dir, ".");

	s = replace(s, cache_dir(), "$PINLAB_CACHE");
	return replace(s, repo_dir(), "$PINLAB");
}

static int write_command(const struct guest *g, const struct strlist *argv)
{
	char *text = xstrdup("");
	int ret;

	for (size_t i = 0; i < argv->n; i++) {
		char *arg = portable(g, argv->v[i]);
		char *more = xasprintf("%s%s\n", text, arg);

		free(arg);
		free(text);
		text = more;
	}
	ret = place_write(&g->place, "qemu.cmd", text, strlen(text));
	free(text);
	return ret;
}

static double children_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What went on beside a boot. With several at once each is the others' other. */
static void note_times(struct job *j)
{
	struct cpu_times now = cpu_times_now("");
	double all = now.all - j->began.all, busy = now.busy - j->began.busy;
	double others = busy - (children_seconds() - j->children);

	if (all <= 0)
		return;
	j->boot->stolen = 100 * (now.stolen - j->began.stolen) / all;
	j->boot->others = others > 0 ? 100 * others / all : 0;
}

static int job_start(struct run_plan *p, struct job *j, struct run_boot *b)
{
	const struct kernel *k = &p->kernels[b->kernel];
	const struct boot_needs n = run_needs(p, b);
	struct strlist argv = { 0 };
	char *id = rest_id(b->id, b->rest.ended), *below = xasprintf("boots/%s", id), *name;
	int ret;

	free(id);
	guest_paths(&j->guest, xasprintf("%s/%s", p->dir, below));
	place_below(&j->guest.place, &p->place, below);
	free(below);
	ret = b->rest.ended ? run_boot_folder(p, b) : 0;
	if (!ret)
		ret = run_forget_try(&j->guest.place);
	if (ret) {
		err("boot %s: clearing its folder: %s", b->id, place_error(ret));
		return ret;
	}
	if (n.share) {
		ret = place_dirs(&j->guest.place, "share");
		if (ret)
			return ret;
	}
	j->guest.limit = run_limit(p, b);
	j->guest.silence = p->options->silence ? p->options->silence : n.silence;
	if (p->engine->qemu) {
		j->disks.initrd = initramfs_get(k);
		if (j->disks.initrd && p->tools)
			j->disks.tools = tools_image_get(k);
		if (!j->disks.initrd || (p->tools && !j->disks.tools))
			return -ENOENT;
		j->guest.exit_done = arch_find(k->arch)->exit_done;
		spec_argv(p, k, &j->guest, &j->disks, b, &argv);
	} else {
		native_argv(p, &j->guest, b, &argv);
	}
	ret = write_command(&j->guest, &argv);
	j->began = cpu_times_now("");
	j->children = children_seconds();
	if (!ret)
		ret = guest_start(&j->guest, &argv);
	if (!ret && !p->engine->qemu)
		guard_knows(j->guest.pid);
	name = shell_word(p->name);
	if (ret)
		err("starting the boot %s: %s; what is there can be continued with --run %s",
		    b->id, place_error(ret), name);
	else
		j->boot = b;
	free(name);
	strlist_free(&argv);
	return ret;
}

/* A profile explains figures and makes none: without it the run is as good. */
static void keep_profile(const struct run_plan *p, const struct job *j)
{
	const struct place *boot = &j->guest.place;
	char *map = xasprintf("%s/System.map", p->kernels[j->boot->kernel].dir);
	int ret;

	if (place_has(boot, "profile.raw")) {
		ret = symbols_resolve(boot, "profile.raw", map, "profile.tsv");
		if (ret)
			note("boot %s: no profile by function: %s", j->boot->id, place_error(ret));
		place_remove(boot, "profile.raw");
	}
	free(map);
}

/* Before outcome.json: that stands for the boot's folder being whole. */
static void keep_files(const struct job *j)
{
	keep_take(&j->guest.place, "files.raw");
	place_remove(&j->guest.place, "share");
}

/* Is it followed by a fresh boot for what is left? */
static bool goes_on(const struct run_plan *p, const struct job *j)
{
	const struct guest *g = &j->guest;
	const struct rest_end end = {
		.outcome = outcome_name(g->outcome), .rec = &g->rec, .seconds = g->seconds,
		.stalled = console_find(&g->console, SPLAT_STALL),
	};
	struct rest *r = &j->boot->rest;
	char *next;

	if (!run_goes_on(p, j->boot) || run_was_host(outcome_name(g->outcome)))
		return false;
	rest_add(r, &end, g->limit);
	if (!r->more)
		return false;
	next = rest_id(j->boot->id, r->ended);
	if (*r->after)
		note("boot %s runs what comes behind %s", next, r->after);
	else
		note("boot %s runs it all again: the kernel did not say why it stopped in %s", next,
		     r->hung);
	free(next);
	return true;
}

static int job_end(struct run_plan *p, struct job *j)
{
	struct guest *g = &j->guest;
	bool host = run_was_host(outcome_name(g->outcome));
	char *name = shell_word(p->name);
	int ret = 0;

	note_times(j);
	if (p->engine->qemu) {
		keep_profile(p, j);
		keep_files(j);
	}
	/* Where the machine is expected to go down that is a result: the report tells. */
	if (g->outcome != OUTCOME_OK && g->outcome != OUTCOME_INTERRUPTED && !j->boot->cell)
		err("boot %s: %s: %s (see %s); %s %s%s%s", j->boot->id, outcome_name(g->outcome),
		    g->detail, g->console_path, host ? "it is made again with --run" :
		    "to make it again: --run", name, host ? "" : " --again ",
		    host ? "" : j->boot->id);
	/*
	 * An interrupted boot is not done. Neither is one that a full disk
	 * cut short: it says nothing about its kernel.
	 */
	if (g->outcome != OUTCOME_OK && free_bytes(p->dir) < 1 << 20) {
		err("the disk of %s is full; make room and continue with --run %s", p->dir,
		    name);
		ret = -ENOSPC;
	} else if (g->outcome == OUTCOME_EMULATOR && j->boot->tries++ < EMULATOR_TRIES) {
		note("boot %s is made again: that was a fault of the emulator", j->boot->id);
	} else if (g->outcome == OUTCOME_HANG && !*j->boot->hung && !j->boot->cell &&
		   !run_goes_on(p, j->boot) &&
		   g->rec.current >= 0 && !console_find(&g->console, SPLAT_STALL)) {
		/* Whose fault it was only shows when it comes again. */
		snprintf(j->boot->hung, sizeof(j->boot->hung), "%s",
			 g->rec.rows[g->rec.current].name);
		note("boot %s is made again: its kernel does not say why it stopped in %s",
		     j->boot->id, j->boot->hung);
	} else if (g->outcome != OUTCOME_INTERRUPTED) {
		ret = run_boot_done(p, j->boot, g);
		if (ret)
			err("cannot write the outcome of boot %s: %s; continue with --run %s",
			    j->boot->id, place_error(ret), name);
		else
			j->boot->done = !goes_on(p, j);
	}
	free(name);
	guest_free(g);
	free(j->disks.initrd);
	free(j->disks.tools);
	j->disks = (struct disks){ NULL };
	j->boot = NULL;
	return ret;
}

/* The first that is neither done nor running: one that is made again comes before the rest. */
static struct run_boot *next_boot(struct run_plan *p, const struct job *jobs, size_t n)
{
	for (size_t i = 0; i < p->n_boots; i++) {
		bool busy = p->boots[i].done;

		for (size_t j = 0; j < n; j++)
			busy |= jobs[j].boot == &p->boots[i];
		if (!busy)
			return &p->boots[i];
	}
	return NULL;
}

static void show(const struct run_plan *p, const struct job *jobs, size_t n, double started,
		 long first)
{
	long done = 0, total = p->n_rows * p->n_boots;
	char detail[80] = "", left[32];
	const char *row = "";
	double passed = now_seconds() - started;

	for (size_t i = 0; i < p->n_boots; i++)
		done += p->boots[i].done ? p->n_rows : 0;
	for (size_t i = 0; i < p->n_boots; i++)
		done += p->boots[i].done ? 0 : p->boots[i].rest.rows;
	for (size_t i = 0; i < n; i++) {
		const struct records *r = &jobs[i].guest.rec;

		if (!jobs[i].boot)
			continue;
		done += r->done;
		if (r->current >= 0)
			row = r->rows[r->current].name;
	}
	/* The suite's own tests are not counted beforehand. */
	if (done > total)
		done = total;
	if (total && done > first && passed > 1)
		snprintf(detail, sizeof(detail), "%s left, %.40s",
			 human_seconds(passed * (total - done) / (done - first), left,
				       sizeof(left)), row);
	progress(p->kind->rows, done, total, detail);
}

static size_t guests_at_once(const struct run_plan *p)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (p->options->jobs)
		return p->options->jobs;
	/* Wall-clock guests must not share a core with one another. */
	return (p->engine->exact || p->kind->side_by_side) && cores > 0 ? cores : 1;
}

int boots_run(struct run_plan *p)
{
	size_t n = guests_at_once(p), running = 0;
	struct job *jobs = xcalloc(n, sizeof(*jobs));
	double started = now_seconds();
	long first = 0;
	int ret = 0;

	for (size_t i = 0; i < p->n_boots; i++)
		first += p->boots[i].done ? p->n_rows : 0;
	do {
		for (size_t i = 0; i < n; i++) {
			struct run_boot *b;

			if (jobs[i].boot && guest_poll(&jobs[i].guest)) {
				int e = job_end(p, &jobs[i]);

				running--;
				ret = ret ? ret : e;
			}
			if (jobs[i].boot || ret || interrupted)
				continue;
			b = next_boot(p, jobs, n);
			if (!b)
				continue;
			ret = job_start(p, &jobs[i], b);
			running += !ret;
		}
		/* One boot that cannot be started or kept: the others are ended too. */
		for (size_t i = 0; i < n && ret; i++)
			if (jobs[i].boot)
				guest_stop(&jobs[i].guest, OUTCOME_INTERRUPTED, "after an error");
		show(p, jobs, n, started, first);
		if (running)
			usleep(30000);
	} while (running);
	progress_end();
	free(jobs);
	if (interrupted)
		return PINLAB_INTERRUPTED;
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

static char *no_job(const struct run_plan *p, const struct run_boot *b)
{
	(void)p;
	(void)b;
	return xstrdup(WIRE_ARG_BENCH "-");
}

/* It came up: what does it time by, and is that the same time as ours? */
static bool probe_clock(const struct guest *g, char *why, size_t len)
{
	struct guest_clock c = guest_clock_of(&g->rec);
	char *wrong = guest_clock_wrong(&g->rec, g->seconds - g->first_record);

	snprintf(why, len, "%s", wrong ? wrong : "");
	if (!wrong)
		snprintf(why, len, "it times by %s; two readings are %.3g ns apart at least, in steps of %.3g ns",
			 c.name, c.resolution, c.step);
	free(wrong);
	return !wrong;
}

bool boots_probe(const struct engine *e, const struct kernel *k, char *why, size_t len)
{
	char dir[] = "/tmp/pinlab-probe.XXXXXX";
	static const struct run_kind probe = {
		.needs = { .memory_mb = 512, .silence = PROBE_SILENCE, .limit = PROBE_SECONDS },
		.job = no_job,
	};
	struct options o = { 0 };
	struct run_plan p = { .kind = &probe, .engine = e, .options = &o };
	struct run_boot b = { 0 };
	struct strlist argv = { 0 };
	struct guest g;
	struct disks disks = { NULL };
	bool ok = false;

	if (!mkdtemp(dir)) {
		snprintf(why, len, "%s: %s", dir, strerror(errno));
		return false;
	}
	disks.initrd = initramfs_get(k);
	guest_paths(&g, xstrdup(dir));
	g.exit_done = arch_find(k->arch)->exit_done;
	g.silence = probe.needs.silence;
	g.limit = probe.needs.limit;
	if (disks.initrd && !place_open(&g.place, dir)) {
		spec_argv(&p, k, &g, &disks, &b, &argv);
		if (!guest_start(&g, &argv)) {
			while (!guest_poll(&g))
				usleep(20000);
			ok = g.outcome == OUTCOME_OK;
			snprintf(why, len, "%s: %s", outcome_name(g.outcome), g.detail);
			if (ok)
				ok = probe_clock(&g, why, len);
		}
	}
	strlist_free(&argv);
	guest_free(&g);
	free(disks.initrd);
	remove_tree(dir);
	return ok;
}
