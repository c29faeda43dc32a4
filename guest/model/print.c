// SPDX-License-Identifier: GPL-2.0
/* The model check: a sequence as a C program of its own. */
#include "guest/model/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "guest/model/changes.h"
#include "guest/mem.h"
#include "guest/model/model.h"
#include "guest/model/print_text.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"
#include "guest/model/text.h"

static struct {
	FILE *f;			/* body of main() */
	struct model m;			/* memory only: what is mapped where */
	const struct model_seq *seq;
	const struct model_outcome *out;
	bool several;			/* processes */
} pr FAR_BSS;

__attribute__((format(printf, 1, 2)))
static void put(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(pr.f, fmt, ap);
	va_end(ap);
}

/* "a + 3 * PAGE", as process `by` has it, of the memory of process `in`. */
static const char *address(unsigned int by, unsigned int in, unsigned int region,
			   unsigned int page)
{
	static char buf[80];
	int n;

	if (pr.m.proc[by].home[region] == pr.m.proc[in].home[region])
		n = snprintf(buf, sizeof(buf), "%c", 'a' + region);
	else
		n = snprintf(buf, sizeof(buf), "(char *)%#lx",
			     (unsigned long)model_address(&pr.m, in, region, 0));
	if (page)
		snprintf(buf + n, sizeof(buf) - n, " + %u * PAGE", page);
	return buf;
}

static const char *result(int r)
{
	static char buf[16];

	if (r == -16)
		return "-EBUSY";
	if (r == -14)
		return "-EFAULT";
	if (r == -22)
		return "-EINVAL";
	snprintf(buf, sizeof(buf), "%d", r);
	return buf;
}

static const char *flag_names(unsigned int flags)
{
	return flags & PINLAB_FORCE ? "PINLAB_FORCE" : flags & PINLAB_READ ? "PINLAB_READ" : "0";
}

static void put_by(unsigned int proc)
{
	put("\t");
	if (pr.several)
		put("BY(%u) ", proc);
}

static void put_take(const struct model_op *o, unsigned int n, int want)
{
	const struct model_region *r = &pr.seq->region[o->region];
	unsigned int in = o->op == PINLAB_PIN_REMOTE ? o->target : o->proc;
	const char *p = address(o->proc, in, o->region, o->page);

	put_by(o->proc);
	put("EXPECT(");
	if (o->op == PINLAB_PIN_MEMFD)
		put("take_memfd(%u, %u, fd_%c, %u, %u)", o->file, o->slot, 'a' + r->file,
		    r->offset + o->page, n);
	else if (o->op == PINLAB_PIN_REMOTE)
		put("take_remote(%u, %u, %s, %u, %s, %u)", o->file, o->slot, flag_names(o->flags),
		    o->target, p, n);
	else
		put("%s(%u, %u, %s, %s, %s, %u)", o->times > 1 ? "take_many" : "take", o->file,
		    o->slot, model_pinlab_op_name(o->op), flag_names(o->flags), p,
		    o->times > 1 ? o->times : n);
	put(", %s);\n", result(want));
}

/* What was there is what is written to: a run of writable pages at a time. */
static void put_fill(const struct model_op *o, unsigned int first)
{
	const uint8_t *prot = pr.m.proc[o->proc].prot[o->region];
	unsigned int end = o->page + model_pages(&pr.m, o), len;

	for (unsigned int i = o->page; i < end; i += len ? len : 1) {
		for (len = 0; i + len < end && prot[i + len] == MP_WRITE; len++)
			;
		if (!len)
			continue;
		put_by(o->proc);
		put("fill(%s, %u, %#x);\n", address(o->proc, o->proc, o->region, i), len,
		    first + i);
	}
}

static const char *map_how(enum model_kind kind)
{
	if (kind == MK_ANON_HUGETLB)
		return "HUGETLB";
	return model_kind_unit(kind) > 1 && kind != MK_HUGETLB ? "HUGE" : "SMALL";
}

static void put_map(const struct model_op *o)
{
	const struct model_region *r = &pr.seq->region[o->region];
	const uint8_t *prot = pr.m.proc[o->proc].prot[o->region];
	unsigned int end = o->page + model_pages(&pr.m, o), len;

	for (unsigned int i = o->page; i < end; i += len ? len : 1) {
		for (len = 0; i + len < end && prot[i + len] == MP_NONE; len++)
			;
		if (!len)
			continue;
		put_by(o->proc);
		put("map((unsigned long)%s, %u, ", address(o->proc, o->proc, o->region, i), len);
		if (model_kind_anon(r->kind))
			put("-1, 0, %s);\n", map_how(r->kind));
		else
			put("fd_%c, %u, %s);\n", 'a' + r->file, r->offset + i, map_how(r->kind));
	}
}

static void put_move(const struct model_op *o)
{
	size_t bytes = pr.seq->region[o->region].pages;

	put_by(o->proc);
	put("%c = mremap(%c, %zu * PAGE, %zu * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, %#lxul);\n",
	    'a' + o->region, 'a' + o->region, bytes, bytes,
	    (unsigned long)model_home_address(o->region, o->arg, 0));
}

static void put_advice(const char *p, unsigned int n, const char *advice)
{
	put("madvise(%s, %u * PAGE, %s);\n", p, n, advice);
}

static void put_truncate(const struct model_op *o)
{
	const struct model_region *r = &pr.seq->region[o->region];

	put("if (ftruncate(fd_%c, %u * PAGE) || ftruncate(fd_%c, %u * PAGE))\n"
	    "\t\tdie(\"ftruncate\");\n",
	    'a' + r->file, r->offset + o->page, 'a' + r->file, pr.seq->region[r->file].pages);
}

static void put_memory(const struct model_op *o)
{
	const struct model_region *r = &pr.seq->region[o->region];
	const char *p = address(o->proc, o->proc, o->region, o->page);
	unsigned int n = model_pages(&pr.m, o);

	put_by(o->proc);
	switch (o->what) {
	case MW_UNMAP:
		put("munmap(%s, %u * PAGE);\n", p, n);
		break;
	case MW_PROTECT:
		put("mprotect(%s, %u * PAGE, %s);\n", p, n,
		    o->arg ? "PROT_READ | PROT_WRITE" : "PROT_READ");
		break;
	case MW_DONTNEED:
		put_advice(p, n, "MADV_DONTNEED");
		break;
	case MW_COLD:
		put_advice(p, n, "MADV_COLD");
		break;
	case MW_PAGEOUT:
		put_advice(p, n, "MADV_PAGEOUT");
		break;
	case MW_PUNCH:
		put("fallocate(fd_%c, 3 /* punch a hole */, %u * PAGE, %u * PAGE);\n",
		    'a' + r->file, r->offset + o->page, n);
		break;
	case MW_TRUNCATE:
		put_truncate(o);
		break;
	case MW_MIGRATE:
		put("migrate(%s, %u, %u);\n", p, n, o->arg);
		break;
	case MW_SPLIT:
		put("split(%s, %u);\n", p, n);
		break;
	default:
		put("put_text(\"/proc/sys/vm/compact_memory\", \"1\");\n");
	}
}

/* As the model check did it; `want` is what a take or a change must return. */
static void put_op(unsigned int i, int want)
{
	const struct model_trace *t = &pr.out->trace[i];
	const struct model_op *o = &pr.seq->op[i];
	unsigned int n = model_pages(&pr.m, o);

	switch (o->what) {
	case MW_TAKE:
		put_take(o, n, want);
		break;
	case MW_GIVE:
		put_by(o->proc);
		put("EXPECT(give(%u, %u, %s, %d), %d);\n", o->file, o->slot,
		    model_pinlab_op_name(o->op), t->result, want);
		break;
	case MW_CHANGE:
	case MW_BUG:
		put_by(o->proc);
		put("EXPECT(change(%u, %u, %s, %s, %u), %s);%s\n", o->file, o->slot,
		    model_pinlab_op_name(o->op), flag_names(t->flags), t->pages, result(want),
		    o->what == MW_BUG ? "\t/* must warn, and change nothing */" : "");
		break;
	case MW_CLOSE:
		put_by(o->proc);
		put("reopen(%u);\n", o->file);
		break;
	case MW_FORK:
	case MW_KILL:
		put_by(0);
		put("%s_process(%u);\n", o->what == MW_FORK ? "fork" : "kill", o->proc);
		break;
	case MW_CHILD:
		for (unsigned int r = 0; r < pr.seq->nr_regions; r++) {
			if (!model_kind_anon(pr.seq->region[r].kind))
				continue;
			put_by(o->proc);
			put("child_writes(%c, 1);\n", 'a' + r);
		}
		break;
	case MW_WRITE:
		put_fill(o, (i + 2) << 16);
		break;
	case MW_MAP:
		put_map(o);
		break;
	case MW_MOVE:
		put_move(o);
		break;
	case MW_COUNT:
		break;
	default:
		put_memory(o);
	}
}

static void replay(unsigned int i)
{
	const struct model_op *o = &pr.seq->op[i];

	if (o->what == MW_FORK)
		model_forked(&pr.m, o->proc);
	else if (o->what == MW_KILL)
		model_killed(&pr.m, o->proc);
	else if (o->what >= MW_WRITE && o->what < MW_COUNT && !pr.out->trace[i].result)
		model_memory(&pr.m, o, 1);
}

static void put_region(unsigned int i)
{
	const struct model_region *r = &pr.seq->region[i];
	struct model_op touch = { .what = MW_WRITE, .region = i, .pages = r->touched };
	char name = 'a' + i, file = 'a' + r->file;

	put("\t/* %u pages of %s%s */\n", r->pages, model_kind_name(r->kind),
	    r->file != i ? ", of the same file" : "");
	if (!model_kind_anon(r->kind) && r->file == i)
		put("\tint fd_%c = file(%u, %s);\n", name, r->pages,
		    r->kind == MK_HUGETLB ? "MFD_HUGETLB" : "0");
	put("\tchar *%c = map(%#lxul, %u, ", name, (unsigned long)model_home_address(i, 0, 0),
	    r->pages);
	if (model_kind_anon(r->kind))
		put("-1, 0, %s);\n", map_how(r->kind));
	else
		put("fd_%c, %u, %s);\n", file, r->offset, map_how(r->kind));
	if (r->touched) {
		bool several = pr.several;

		pr.several = false;
		put_fill(&touch, (pr.seq->n + 2) << 16);
		pr.several = several;
	}
}

/* In front of the last operation: what is to be compared with. */
static void put_before(const struct model_fail *f)
{
	const char *p = address(f->proc, f->proc, f->region, f->page);

	switch (f->check) {
	case MC_TRACE:
		put_by(f->proc);
		put("drain();\n");
		put_by(f->proc);
		put("before = refs(info(%s));\n", p);
		break;
	case MC_PLACE:
		put_by(f->proc);
		put("before = info(%s).pfn;\n", p);
		break;
	case MC_WARNING:
	case MC_LOG:
		put_by(0);
		put("put_text(\"/sys/kernel/debug/clear_warn_once\", \"1\");\n");
		put_by(0);
		put("before = complaints();\n");
		break;
	default:
		break;
	}
}

static void put_state(const struct model_fail *f, const char *p)
{
	put_by(f->proc);
	put("EXPECT(pins(info(%s)), %d);\n", p, f->want);
	put_by(f->proc);
	put("EXPECT(info(%s).exclusive, %d);\n", p, f->want_exclusive);
	put_by(f->proc);
	put("EXPECT(info(%s).maybe_pinned, %d);\n", p, f->want > 0);
}

static void put_release(void)
{
	for (unsigned int p = 0; p < MODEL_PROCS; p++) {
		for (unsigned int i = 0; pr.m.proc[p].alive && i < MODEL_FILES; i++) {
			put_by(p);
			put("reopen(%u);\n", i);
		}
	}
	for (unsigned int p = 1; p < MODEL_PROCS; p++) {
		if (!pr.m.proc[p].alive)
			continue;
		put_by(0);
		put("kill_process(%u);\n", p);
	}
}

/* Behind the last operation: the promise. */
static void put_check(const struct model_fail *f)
{
	const char *p = address(f->proc, f->proc, f->region, f->page);
	char end[80];

	snprintf(end, sizeof(end), "%s", p);
	switch (f->check) {
	case MC_STATE:
		put_state(f, end);
		break;
	case MC_TRACE:
		put_by(f->proc);
		put("drain();\n");
		put_by(f->proc);
		put("EXPECT(refs(info(%s)) - before, %d);\n", end, f->want);
		break;
	case MC_PLACE:
		put_by(f->proc);
		put("EXPECT(info(%s).pfn, before);\n", end);
		break;
	case MC_CHILD:
		put_by(f->proc);
		put("EXPECT(child_frame(%s) == (long)info(%s).pfn, 0);\n", end, end);
		break;
	case MC_CONTENT:
		put_by(f->proc);
		put("EXPECT(*(unsigned int *)(%s), %#x);\n", end, f->want);
		break;
	case MC_DIRTY:
		put_by(f->proc);
		put("EXPECT(dirty(info(%s)), 1);\n", end);
		break;
	case MC_COUNTERS:
		if (f->op >= pr.seq->n)
			put_release();
		put_by(0);
		put("EXPECT(balance() - start, %d);\n", f->want);
		break;
	case MC_REFS:
		put_release();
		put_by(0);
		put("drain();\n");
		put_by(0);
		put("EXPECT(refs(info(%s)), %d);\n", end, f->want);
		break;
	case MC_WARNING:
		put_by(0);
		put("EXPECT(complaints() > before, 1);\n");
		break;
	case MC_LOG:
		put_by(0);
		put("EXPECT(complaints(), before);\n");
		break;
	default:
		break;
	}
}

static bool makes_result(unsigned int what)
{
	return what == MW_TAKE || what == MW_GIVE || what == MW_CHANGE || what == MW_BUG;
}

/* Operations that ran, up to the one that shows it; the last is number n - 1. */
static void put_ops(const struct model_fail *f)
{
	unsigned int last = 0;

	for (unsigned int i = 0; i < pr.seq->n; i++)
		if (pr.out->trace[i].ran)
			last = i;
	for (unsigned int i = 0; i <= last && i < pr.seq->n; i++) {
		const struct model_trace *t = &pr.out->trace[i];
		int want = t->result;

		if (!t->ran)
			continue;
		if (i == last)
			put_before(f);
		if (i == f->op && f->check == MC_RESULT && makes_result(pr.seq->op[i].what))
			want = f->want;
		put_op(i, want);
		replay(i);
	}
}

static void put_main(const struct model_fail *f)
{
	put("\nint main(void)\n{\n\tlong start = 0, before = 0;\n\n");
	put("\tshared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, "
	    "-1, 0);\n\tshared->pid[0] = getpid();\n\topen_files();\n");
	if (f->check == MC_COUNTERS)
		put("\tstart = balance();\n");
	for (unsigned int i = 0; i < pr.seq->nr_regions; i++)
		put_region(i);
	put("\n");
	if (f->check == MC_STUCK)
		put("\talarm(30);\n");
	put_ops(f);
	put_check(f);
	if (pr.several)
		put("\tBY(0) finish(0);\n\tpause();\n");
	put("\t(void)start;\n\t(void)before;\n\tfinish(0);\n}\n");
}

void model_print(FILE *f, const struct model_seq *seq, const struct model_outcome *out)
{
	static const struct model_caps all = { .kinds = ~0u, .exclusive = true, .ops = ~0ull,
					       .memfd = true, .nodes = true, .split = true };
	char *body = NULL;
	size_t size;

	pr.seq = seq;
	pr.out = out;
	pr.several = false;
	for (unsigned int i = 0; i < seq->n; i++)
		pr.several |= seq->op[i].what == MW_FORK && out->trace[i].ran;
	model_init(&pr.m, seq, &all);
	pr.f = open_memstream(&body, &size);
	put_main(&out->fail);
	fclose(pr.f);
	fprintf(f, "/*\n * %s: %s\n *\n"
		" * gcc -static -I include this.c; run as root, with pinlab.ko loaded.\n"
		" * Ends with status 1 where the promise is broken.\n */\n",
		out->fail.promise, out->fail.text);
	print_put_parts(f, body);
	fputs(body, f);
	free(body);
}
