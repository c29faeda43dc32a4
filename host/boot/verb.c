// SPDX-License-Identifier: GPL-2.0
/* ./pinlab boot: a guest with its console on the terminal, and a shell in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/boot/gdb.h"
#include "host/boot/image.h"
#include "host/boot/terminal.h"
#include "host/kernel/kconfig.h"
#include "host/kernel/names.h"
#include "host/run/catalog.h"
#include "host/run/plan.h"
#include "host/run/prepare.h"
#include "host/run/verb.h"
#include "include/wire.h"

/* What fits for rows that need "memory"; others, and a copy of /host, have room beside. */
#define MEMORY_MB 3072
/* For timed scenarios, where nobody says how long. */
#define DEFAULT_SECONDS 20

struct session {
	struct run_plan plan;		/* engine alone */
	struct kernel *k;		/* one of all[n] */
	struct kernel *all;
	size_t n;
	char *job;			/* words of the kernel's command line */
	char dir[64], cwd[4096];
	char *initrd;
	bool share;
};

/* The names of each kind of row, and the key that they go by. */
static void load_names(struct strlist *names, const char **keys)
{
	struct scenario_line *scenarios;
	struct path_line *paths;
	struct bench_row *rows;
	size_t n;

	keys[0] = WIRE_ARG_BENCH;
	n = rows_load(&rows);
	for (size_t i = 0; i < n; i++)
		strlist_add(&names[0], rows[i].name);
	rows_free(rows, n);
	keys[1] = WIRE_ARG_TORTURE;
	n = scenarios_load(&scenarios);
	for (size_t i = 0; i < n; i++)
		strlist_add(&names[1], scenarios[i].name);
	scenarios_free(scenarios, n);
	keys[2] = WIRE_ARG_PATHS;
	n = paths_load(&paths);
	for (size_t i = 0; i < n; i++)
		strlist_add(&names[2], paths[i].name);
	paths_free(paths, n);
}

static bool any_hit(const char *said, const struct strlist *names)
{
	char *both = xasprintf("%s,%s/*", said, said);
	bool hit = false;

	for (size_t i = 0; i < names->n && !hit; i++)
		hit = glob_match(both, names->v[i]);
	free(both);
	return hit;
}

/* A row that is of another kind than the first one. */
static int check_kinds(const struct options *o, const struct strlist *names, size_t kind)
{
	static const char *const words[] = { "a benchmark", "a scenario", "a path" };

	for (size_t i = 1; i < o->args.n && kind < 3; i++)
		for (size_t k = 0; k < 3; k++)
			if (k != kind && any_hit(o->args.v[i], &names[k]) &&
			    !any_hit(o->args.v[i], &names[kind])) {
				err("boot: give rows of one kind only: %s is %s, %s %s",
				    o->args.v[0], words[kind], o->args.v[i], words[k]);
				return PINLAB_USAGE;
			}
	return PINLAB_OK;
}

/* Rows of one kind, by the first of them: a guest has one list of rows to do. */
static int choose_job(struct session *s, const struct options *o)
{
	struct strlist names[3] = { { 0 } }, every = { 0 };
	char *said = xstrdup(""), *globs;
	size_t kind = 0;
	const char *keys[3];
	long count;

	load_names(names, keys);
	while (kind < 3 && !any_hit(o->args.v[0], &names[kind]))
		kind++;
	if (check_kinds(o, names, kind))
		goto out;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < names[i].n && kind == 3; j++)
			strlist_add(&every, names[i].v[j]);
	for (size_t i = 0; i < o->args.n; i++) {
		char *more = xasprintf("%s%s%s", said, i ? "," : "", o->args.v[i]);

		free(said);
		said = more;
	}
	globs = names_resolve("", kind == 1 ? "scenario" : kind == 2 ? "path" : "benchmark", said,
			      kind == 3 ? &every : &names[kind], &count);
	if (globs)
		s->job = kind == 1 ?
			xasprintf("%s%s " WIRE_ARG_SEED "%ld " WIRE_ARG_SECONDS "%ld", keys[1],
				  globs, o->seed, o->duration ? o->duration : DEFAULT_SECONDS) :
			xasprintf("%s%s", keys[kind == 3 ? 0 : kind], globs);
	free(globs);
out:
	free(said);
	strlist_free(&every);
	for (size_t i = 0; i < 3; i++)
		strlist_free(&names[i]);
	return s->job ? PINLAB_OK : PINLAB_USAGE;
}

/* Of those that the options stand for it is the last: the series, not its baseline. */
static int choose_kernel(struct session *s, const struct options *o)
{
	int ret = kernels_parse(o->kernels, o->base, &o->series, o->flavor, &s->all, &s->n);

	if (ret)
		return ret;
	if (o->kernels && s->n > 1 && !o->series.n) {
		err("boot --kernels %s: give one kernel only", o->kernels);
		return PINLAB_USAGE;
	}
	s->k = &s->all[s->n - 1];
	if (!o->dry_run)
		ret = check_qemu(s->k, 1);
	return ret ? ret : kernels_get(s->k, 1);
}

static bool has(const char *config, const char *option)
{
	return config && strstr(config, option);
}

static bool can_share(const struct kernel *k)
{
	char *path = xasprintf("%s/config", k->dir), *config = read_file(path, NULL);
	bool yes = has(config, "\nCONFIG_PCI=y") && has(config, "\nCONFIG_NET_9P_VIRTIO=y") &&
		   has(config, "\nCONFIG_9P_FS=y");

	free(config);
	free(path);
	return yes;
}

static int make_files(struct session *s)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || *tmp != '/' || strlen(tmp) > 30)
		tmp = "/tmp";
	snprintf(s->dir, sizeof(s->dir), "%s/pinlab-boot.XXXXXX", tmp);
	if (!getcwd(s->cwd, sizeof(s->cwd))) {
		err("the current folder, which is the guest's /host: %s", strerror(errno));
		return PINLAB_BROKE;
	}
	if (!mkdtemp(s->dir)) {
		err("%s: %s", s->dir, strerror(errno));
		*s->dir = '\0';
		return PINLAB_BROKE;
	}
	s->share = can_share(s->k);
	s->initrd = boot_image(s->k, s->dir, s->cwd, s->share);
	return s->initrd ? PINLAB_OK : interrupted ? PINLAB_INTERRUPTED : PINLAB_BROKE;
}

/* For a shell: as it is, or in single quotes. */
static char *quote(const char *s)
{
	char *out = xcalloc(4 * strlen(s) + 3, 1), *o = out;

	if (*s && !strpbrk(s, " \t\n'\"\\$`!*?[]{}()<>|&;#~^"))
		return strcpy(out, s);
	*o++ = '\'';
	for (; *s; s++) {
		if (*s == '\'')
			o = stpcpy(o, "'\\''");
		else
			*o++ = *s;
	}
	*o = '\'';
	return out;
}

static void print_command(const struct strlist *argv)
{
	for (size_t i = 0; i < argv->n; i++) {
		char *q = quote(argv->v[i]);

		printf("%s%s", i ? " " : "", q);
		free(q);
	}
	printf("\n");
}

static int say_gdb(const struct session *s, const char *socket)
{
	char *map = xasprintf("%s/System.map", s->k->dir);
	char *symbols = xasprintf("%s/symbols", s->dir);
	char *vmlinux = xasprintf("%s/vmlinux", s->k->dir), *q = quote(vmlinux);
	int ret = gdb_write_symbols(map, arch_find(s->k->arch)->elf_machine, symbols);

	if (ret)
		err("symbols for gdb in %s: %s", symbols, strerror(-ret));
	else
		note("the guest waits for a debugger; in another terminal:\n"
		     "  gdb %s -ex 'symbol-file %s' -ex 'target remote %s'\n"
		     "then `hbreak FUNCTION` (break does not work before the kernel has mapped itself) and `continue`.\n"
		     "Functions have names. Source lines need a kernel built with debug information: a flavor of your own\n"
		     "(kernels/flavors/NAME.config: `#INCLUDE# lean`, CONFIG_DEBUG_INFO_NONE=n, CONFIG_DEBUG_INFO_DWARF4=y),\n"
		     "whose full vmlinux is in builds/ of the cache until another kernel is built there.",
		     q, symbols, socket);
	free(q);
	free(vmlinux);
	free(symbols);
	free(map);
	return ret ? PINLAB_BROKE : PINLAB_OK;
}

static int status_of(const struct session *s, const struct terminal_end *e)
{
	const struct arch *a = arch_find(s->k->arch);
	int code = WIFEXITED(e->status) ? WEXITSTATUS(e->status) : -1;

	if (interrupted)
		return PINLAB_INTERRUPTED;
	if (e->console.panic)
		err("the kernel went down: %s", e->console.panic_text);
	else if (e->timeout)
		err("the guest was ended at its time limit");
	else if (e->left || code == a->exit_done)
		return PINLAB_OK;
	else if (code == WIRE_EXIT_FAILED_STATUS)
		return PINLAB_FAIL;
	else if (code == 127)
		err("%s cannot be started; run scripts/packages run", a->qemu);
	else
		err("the guest ended before its shell did (QEMU: %s %d)",
		    WIFEXITED(e->status) ? "status" : "signal",
		    WIFEXITED(e->status) ? code : WTERMSIG(e->status));
	return PINLAB_BROKE;
}

static int start(struct session *s, struct options *o)
{
	const struct arch *arch = arch_find(s->k->arch);
	char *image = xasprintf("%s/%s", s->k->dir, arch->image);
	char *socket = o->gdb ? xasprintf("%s/gdb", s->dir) : NULL;
	char *flavor = flavor_boot(s->k->flavor);
	/* Addresses as in System.map; and a script wants to hear its own words. */
	char *words = xasprintf("%s%s%s", flavor ? flavor : "", o->gdb ? " nokaslr" : "",
				boot_is_script() ? " quiet" : "");
	char *job = xasprintf("%s%s" WIRE_ARG_SHELL "/bin/guest-shell", s->job ? s->job : "",
			      s->job ? " " : "");
	struct boot_spec spec = {
		.arch = arch,
		.engine = s->plan.engine,
		.board = s->share ? &arch->full : &arch->small,
		.kernel = image,
		.initrd = s->initrd,
		.share = s->share ? s->cwd : NULL,
		.share_readonly = true,
		.gdb = socket,
		.words = words,
		.job = job,
		.memory_mb = MEMORY_MB,
		.seed = o->seed,
	};
	struct strlist argv = { 0 };
	struct terminal_end end = { 0 };
	int ret = flavor ? PINLAB_OK : PINLAB_BROKE;

	machine_argv(&spec, &argv);
	if (!ret && o->gdb)
		ret = say_gdb(s, socket);
	if (!ret && o->dry_run) {
		print_command(&argv);
		note("its files are in %s; remove them when you are done", s->dir);
	} else if (!ret) {
		ret = terminal_run(&argv, o->timeout, &end);
		if (ret)
			err("starting %s: %s", arch->qemu, strerror(-ret));
		ret = ret ? PINLAB_BROKE : status_of(s, &end);
		console_free(&end.console);
	}
	strlist_free(&argv);
	free(job);
	free(words);
	free(flavor);
	free(socket);
	free(image);
	return ret;
}

static int run(const struct verb *v, struct options *o)
{
	const char *engine = o->engine ? o->engine : v->engine;
	struct session s = { .plan = { .options = o } };
	int ret = verb_check_engine(v, engine);

	if (!ret && strcmp(engine, "auto"))
		ret = engine_choose(&s.plan, engine, NULL, NULL);
	if (!ret && o->args.n)
		ret = choose_job(&s, o);
	if (!ret)
		ret = choose_kernel(&s, o);
	if (!ret && !s.plan.engine)
		ret = engine_choose(&s.plan, engine, s.k, v->engine);
	if (!ret)
		ret = make_files(&s);
	if (!ret)
		ret = start(&s, o);
	if (*s.dir && !(o->dry_run && !ret))
		remove_tree(s.dir);
	free(s.initrd);
	free(s.job);
	kernels_free(s.all, s.n);
	return ret;
}

PINLAB_VERB(boot) = {
	.place		= 50,
	.name		= "boot",
	.summary	= "a guest's console on the terminal, and a shell in it",
	.usage		= "[OPTIONS] [-- ROWS]",
	.about		=
"Boots a kernel with pinlab's driver and program, and gives you a shell in the\n"
"guest. The current folder can be read there: /host, mounted where the kernel\n"
"has 9p (--flavor full), else a copy of up to 64 MiB of it. ROWS are benchmarks,\n"
"scenarios or paths; they run first, and what they record is shown. If standard\n"
"input is not a terminal, the shell reads its commands from it.\n",
	.notes		=
"To leave: exit or poweroff in the shell; Ctrl-A x ends the guest at once, and\n"
"Ctrl-A Ctrl-A sends it a Ctrl-A. All other keys, Ctrl-C too, go to the guest.\n"
"\n"
"Exit status 0: the shell ended well, or the guest was left; 1: the shell's last\n"
"command failed; 3: the kernel went down, or the guest ended in another way.\n",
	.examples	=
"  ./pinlab boot\n"
"  ./pinlab boot --kernels 6.12 -- pin_fast/anon\n"
"  echo 'uname -r; cat /host/notes.txt' | ./pinlab boot --kernels 6.12\n"
"  ./pinlab boot --kernels 6.12+exclusive --gdb\n",
	.options	= (const struct takes[]){
		{ "kernels", "one kernel: BASE or BASE+VARIANT (default: 6.12+exclusive)" },
		{ "series", "this kernel: an mbox or a folder of patches on --base" },
		{ "base" },
		{ "flavor", "Kconfig set: lean (default), torture, debug, full" },
		{ "engine",
		  "mttcg (default), icount, kvm, or auto: kvm if a guest boots under it" },
		{ "gdb" },
		{ "dry-run" },
		{ "duration", "seconds for all timed scenarios of ROWS together (default 20)" },
		{ "seed", "seed of the scenarios of ROWS (default 1)" },
		{ "timeout", "seconds after which the guest is ended (default: never)" },
		{ NULL }
	},
	.max_args	= 64,
	.no_args	= "too many rows; use globs",
	.engine		= "mttcg",
	.flavor		= "lean",
	.refused	= (const struct refusal[]){
		{ "native", "the running kernel has a shell already; use mttcg or kvm" },
		{ NULL }
	},
	.run		= run,
};
