// SPDX-License-Identifier: GPL-2.0
/*
 * The witness: who holds which kind of pin on which folio.
 *
 * A pin is claimed here right after the kernel has given it, and the claim is
 * withdrawn right before the pin is given back; dropping exclusivity is noted
 * before it is done, taking it again afterwards. So whatever is claimed at one
 * moment is really held at that moment, and two claims that the contract does
 * not allow beside each other are a broken promise, without any doubt about
 * who came first. What is held a little longer than it is claimed is not seen.
 *
 * A claim is one cmpxchg on a word of the folio's own and an event in a ring
 * of this CPU: no lock that would put racing operations in order.
 */
#include <linux/mmzone.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/sched/clock.h>
#include <linux/sched/debug.h>
#include <linux/sort.h>
#include <linux/stacktrace.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "pinlab.h"

/* A folio's word, by the frame number of its first page. */
#define P_ONE		1ull			/* bits 0..23: ordinary pins */
#define X_ONE		BIT_ULL(24)		/* bits 24..39: exclusive ones */
#define OWNER_SHIFT	40			/* bits 40..63: whose request */
#define P_OF(w)		((u32)((w) & (X_ONE - 1)))
#define X_OF(w)		((u32)((w) >> 24 & 0xffff))
#define OWNER_OF(w)	((u32)((w) >> OWNER_SHIFT))

#define RING_EVENTS	4096	/* of one CPU, a power of two */
#define SHOWN_EVENTS	24
#define KEPT_FINDINGS	8
#define STACK_DEPTH	14

struct event {
	u64 ns;
	unsigned long pfn;	/* of the folio's first page; 0: not known */
	unsigned long addr;
	u32 pid;
	s16 ret;
	u8 op;
	u8 what;		/* enum pinlab_event */
	s32 refs;		/* of the folio at that moment, a hint */
	u32 cpu;
};

static atomic64_t *words;
static unsigned long nr_words;
static struct event **rings;	/* by CPU */
static DEFINE_PER_CPU(u32, ring_at);
static atomic_t requests;

static DEFINE_SPINLOCK(findings_lock);
static struct pinlab_finding *findings;
static u32 first_finding, nr_findings, missed_findings;
static struct event shown[2 * SHOWN_EVENTS];	/* under findings_lock */

u32 pinlab_request(void)
{
	return atomic_inc_return(&requests) & 0xffffff;
}

void pinlab_event(enum pinlab_event what, u32 op, unsigned long addr, struct folio *folio,
		  long ret)
{
	int cpu = get_cpu();
	struct event *e = &rings[cpu][this_cpu_inc_return(ring_at) & (RING_EVENTS - 1)];

	*e = (struct event){
		.ns = local_clock(),
		.pfn = folio ? folio_pfn(folio) : 0,
		.addr = addr,
		.pid = task_pid_nr(current),
		.ret = ret,
		.op = op,
		.what = what,
		.refs = folio ? folio_ref_count(folio) : 0,
		.cpu = cpu,
	};
	put_cpu();
}

const char *pinlab_op_name(u32 op)
{
	static const char *const names[PINLAB_NR_OPS] = {
		[PINLAB_NOP] = "nop",
		[PINLAB_GET_FAST] = "get-fast",
		[PINLAB_PIN_FAST] = "pin-fast",
		[PINLAB_PIN_SLOW] = "pin-slow",
		[PINLAB_PIN_REMOTE] = "pin-remote",
		[PINLAB_PIN_LT_FAST] = "pin-longterm-fast",
		[PINLAB_PIN_LT_SLOW] = "pin-longterm-slow",
		[PINLAB_EXC_FAST] = "exclusive-fast",
		[PINLAB_EXC_SLOW] = "exclusive-slow",
		[PINLAB_PIN_MEMFD] = "pin-memfd",
		[PINLAB_PUT] = "put",
		[PINLAB_UNPIN] = "unpin",
		[PINLAB_UNPIN_DIRTY] = "unpin-dirty",
		[PINLAB_UNPIN_EXC] = "unpin-exclusive",
		[PINLAB_UNPIN_EXC_DIRTY] = "unpin-exclusive-dirty",
		[PINLAB_DROP] = "drop",
		[PINLAB_RETAKE] = "retake",
		[PINLAB_HIDE] = "hide",
		[PINLAB_SHOW] = "show",
	};

	return op < PINLAB_NR_OPS ? names[op] : "?";
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return x->ns < y->ns ? -1 : x->ns > y->ns;
}

/* The last events of this folio on each CPU, put in order. */
static u32 collect(unsigned long pfn)
{
	u32 n = 0, i;
	int cpu;

	for_each_possible_cpu(cpu) {
		u32 at = per_cpu(ring_at, cpu), of_cpu = 0;

		for (i = 0; i < RING_EVENTS && of_cpu < SHOWN_EVENTS; i++) {
			const struct event *e = &rings[cpu][(at - i) & (RING_EVENTS - 1)];

			if (!e->ns || e->pfn != pfn)
				continue;
			if (n == ARRAY_SIZE(shown))
				break;
			shown[n++] = *e;
			of_cpu++;
		}
	}
	sort(shown, n, sizeof(shown[0]), by_time, NULL);
	return n;
}

static __printf(2, 3) void line(struct pinlab_finding *f, const char *fmt, ...)
{
	va_list ap;

	if (f->n == PINLAB_FINDING_LINES)
		return;
	va_start(ap, fmt);
	vscnprintf(f->line[f->n++], PINLAB_FINDING_LINE, fmt, ap);
	va_end(ap);
}

static void add_history(struct pinlab_finding *f, unsigned long pfn, u32 *other)
{
	static const char *const what[] = {
		[EVENT_TAKEN] = "given", [EVENT_GIVING] = "gives back",
		[EVENT_DROPPING] = "drops", [EVENT_RETAKEN] = "has taken again",
		[EVENT_REFUSED] = "refused",
	};
	u32 n = collect(pfn), i = n > SHOWN_EVENTS ? n - SHOWN_EVENTS : 0;
	u64 now = local_clock();

	line(f, "history of the folio at pfn %#lx, times in ns before now:", pfn);
	for (; i < n; i++) {
		const struct event *e = &shown[i];

		line(f, "%10lld cpu %u pid %u %s %s: %d, address %#lx, refcount %#x",
		     e->ns - now, e->cpu, e->pid, what[e->what], pinlab_op_name(e->op), e->ret,
		     e->addr, e->refs);
		if (e->pid != task_pid_nr(current))
			*other = e->pid;
	}
}

static void add_stack(struct pinlab_finding *f)
{
#ifdef CONFIG_STACKTRACE
	unsigned long stack[STACK_DEPTH];
	unsigned int n = stack_trace_save(stack, STACK_DEPTH, 2), i;

	line(f, "stack of pid %d:", task_pid_nr(current));
	for (i = 0; i < n; i++)
		line(f, "  %pS", (void *)stack[i]);
#endif
}

/* The other party's stack goes to the kernel's log: there is no other way to it for a module. */
static void show_other(u32 nr)
{
	struct pid *pid = nr ? find_get_pid(nr) : NULL;
	struct task_struct *task = pid ? get_pid_task(pid, PIDTYPE_PID) : NULL;

	put_pid(pid);
	if (!task)
		return;
	pr_info("pinlab: witness: the other party, pid %u:\n", nr);
	sched_show_task(task);
	put_task_struct(task);
}

void pinlab_violation(const char *promise, struct folio *folio, const char *fmt, ...)
{
	struct pinlab_finding *f;
	char text[256];
	u32 other = 0;
	va_list ap;

	va_start(ap, fmt);
	vscnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);

	spin_lock(&findings_lock);
	if (nr_findings == KEPT_FINDINGS) {
		missed_findings++;
		spin_unlock(&findings_lock);
		return;
	}
	f = &findings[(first_finding + nr_findings++) % KEPT_FINDINGS];
	memset(f, 0, sizeof(*f));
	strscpy(f->promise, promise, sizeof(f->promise));
	f->ns = ktime_get_ns();
	if (folio)
		scnprintf(f->text, sizeof(f->text),
			  "%s (pid %d, cpu %d, folio of order %u at pfn %#lx: refcount %#x, pin count %#x)",
			  text, task_pid_nr(current), raw_smp_processor_id(),
			  folio_order(folio), folio_pfn(folio), folio_ref_count(folio),
			  compat_pincount(folio));
	else
		scnprintf(f->text, sizeof(f->text), "%s (pid %d)", text,
			  task_pid_nr(current));
	if (folio)
		add_history(f, folio_pfn(folio), &other);
	if (other)
		line(f, "the other party is pid %u, its stack is in the console", other);
	add_stack(f);
	pr_err("pinlab: witness: %s: %s\n", promise, f->text);
	spin_unlock(&findings_lock);
	show_other(other);
}

int pinlab_finding_take(struct pinlab_finding *out)
{
	int ret = -ENODATA;

	spin_lock(&findings_lock);
	if (nr_findings) {
		*out = findings[first_finding];
		out->missed = missed_findings;
		first_finding = (first_finding + 1) % KEPT_FINDINGS;
		nr_findings--;
		missed_findings = nr_findings ? missed_findings : 0;
		ret = 0;
	}
	spin_unlock(&findings_lock);
	return ret;
}

static atomic64_t *word_of(struct folio *folio)
{
	unsigned long pfn = folio_pfn(folio);

	return pfn < nr_words ? &words[pfn] : NULL;
}

bool pinlab_is_exclusive(struct folio *folio)
{
	atomic64_t *word = word_of(folio);

	if (PINLAB_HAS_QUERY)
		return PINLAB_HAS_EXCLUSIVE && folio_maybe_exclusive_pinned(folio);
	return word && X_OF(atomic64_read(word));
}

/* What a holder may rely on for as long as it holds. */
static void check_flags(struct folio *folio, bool exclusive, const char *when)
{
	if (!folio_maybe_dma_pinned(folio))
		pinlab_violation(PROMISE_FLAG, folio,
				 "%s: pinned, and folio_maybe_dma_pinned() says no",
				 when);
	if (!PINLAB_HAS_EXCLUSIVE || !PINLAB_HAS_QUERY)
		return;
	if (exclusive && !folio_maybe_exclusive_pinned(folio))
		pinlab_violation(PROMISE_FLAG, folio,
				 "%s: pinned exclusively, and folio_maybe_exclusive_pinned() says no",
				 when);
	if (!exclusive && folio_maybe_exclusive_pinned(folio))
		pinlab_violation(PROMISE_BESIDE, folio,
				 "%s: an ordinary pin is held on a folio that is exclusive", when);
}

static void judge(struct folio *folio, u64 old, bool exclusive, u32 request)
{
	if (exclusive && X_OF(old) && OWNER_OF(old) != request)
		pinlab_violation(PROMISE_TWO_OWNERS, folio,
				 "an exclusive pin was given, and request %#x holds %u exclusively already",
				 OWNER_OF(old), X_OF(old));
	if (exclusive && P_OF(old))
		pinlab_violation(PROMISE_BESIDE, folio,
				 "an exclusive pin was given beside %u ordinary ones", P_OF(old));
	if (!exclusive && X_OF(old))
		pinlab_violation(PROMISE_BESIDE, folio,
				 "an ordinary pin was given beside the exclusive one of request %#x",
				 OWNER_OF(old));
}

/* The zero page belongs to everybody: GUP hands it out without a pin. */
static bool is_nobodys(struct page *page, bool exclusive)
{
	if (page != ZERO_PAGE(0))
		return false;
	if (exclusive)
		pinlab_violation(PROMISE_FLAG, page_folio(page),
				 "the zero page was given exclusively");
	return true;
}

void pinlab_claim(struct page *page, bool exclusive, u32 request)
{
	struct folio *folio = page_folio(page);
	atomic64_t *word = word_of(folio);
	u64 new;
	s64 old;

	if (!word || is_nobodys(page, exclusive))
		return;
	old = atomic64_read(word);
	do {
		new = old + (exclusive ? X_ONE : P_ONE);
		if (exclusive && !X_OF(old))
			new = (new & ((1ull << OWNER_SHIFT) - 1)) | (u64)request << OWNER_SHIFT;
	} while (!atomic64_try_cmpxchg(word, &old, new));
	judge(folio, old, exclusive, request);
	check_flags(folio, exclusive, "right after it was given");
}

/* Withdraw; a broken kernel may have made nonsense of what there was. */
static void withdraw(atomic64_t *word, bool exclusive)
{
	u64 one = exclusive ? X_ONE : P_ONE;
	s64 old = atomic64_read(word);

	do {
		if (!(exclusive ? X_OF(old) : P_OF(old)))
			return;
	} while (!atomic64_try_cmpxchg(word, &old, old - one));
}

void pinlab_unclaim(struct page *page, bool exclusive)
{
	struct folio *folio = page_folio(page);
	atomic64_t *word = word_of(folio);

	if (!word || page == ZERO_PAGE(0))
		return;
	check_flags(folio, exclusive, "right before it is given back");
	withdraw(word, exclusive);
}

/* All exclusive claims of this folio become ordinary ones: exclusivity is the folio's. */
void pinlab_claim_dropped(struct page *page)
{
	struct folio *folio = page_folio(page);
	atomic64_t *word = word_of(folio);
	s64 old;
	u64 new;

	if (!word)
		return;
	check_flags(folio, true, "right before it is dropped");
	old = atomic64_read(word);
	do {
		new = old - X_OF(old) * X_ONE + X_OF(old) * P_ONE;
	} while (!atomic64_try_cmpxchg(word, &old, new));
}

void pinlab_claim_retaken(struct page *page, u32 request)
{
	atomic64_t *word = word_of(page_folio(page));

	if (!word)
		return;
	withdraw(word, false);
	pinlab_claim(page, true, request);
}

/* The pins that a folio's counter holds; `own` references are the asker's. */
static long counted_pins(struct folio *folio, int own)
{
	int pins = pinlab_unmarked_pins(folio);

	return pins >= 0 ? pins : (pinlab_unmarked_refs(folio) - own) / GUP_PIN_COUNTING_BIAS;
}

/* `most`: references that the folio may have, besides the one taken to look. */
static void audit_refs(struct folio *folio, int most, struct pinlab_audit *a)
{
	int refs = folio_ref_count(folio) - 1;

	if (refs > 0 && refs <= most)
		return;
	a->bad++;
	pinlab_violation(PROMISE_COUNT, folio,
			 "at rest the folio has %d references, it had %d before", refs, most);
}

static void audit_page(struct page *page, struct pinlab_audit *a)
{
	struct folio *folio = page_folio(page);
	atomic64_t *word = word_of(folio);
	u64 w = word ? atomic64_read(word) : 0;
	long pins = counted_pins(folio, 1), claimed = (long)P_OF(w) + X_OF(w);
	bool exclusive = pinlab_is_exclusive(folio);

	a->looked++;
	if (page == ZERO_PAGE(0) || !word || (pins == claimed && exclusive == !!X_OF(w)))
		return;
	a->bad++;
	pinlab_violation(PROMISE_COUNT, folio,
			 "at rest the folio has %ld pins%s, held are %u ordinary and %u exclusive ones",
			 pins, exclusive ? " and is exclusive" : "", P_OF(w), X_OF(w));
}

int pinlab_audit(struct pinlab_audit *a)
{
	u32 i;

	a->looked = 0;
	a->bad = 0;
	if (a->pages > PINLAB_SLOT_PAGES)
		return -EINVAL;
	for (i = 0; i < a->pages; i++) {
		s32 __user *refs = u64_to_user_ptr(a->refs);
		struct page *page;
		s32 most = 0;

		if (a->refs && get_user(most, refs + i))
			return -EFAULT;

		if (get_user_pages_fast(a->addr + i * PAGE_SIZE, 1, 0, &page) != 1)
			continue;
		audit_page(page, a);
		if (most)
			audit_refs(page_folio(page), most, a);
		put_page(page);
		cond_resched();
	}
	return 0;
}

int pinlab_witness_init(void)
{
	int cpu;

	nr_words = PHYS_PFN(__pa(high_memory - 1)) + 1;
	words = vzalloc(array_size(nr_words, sizeof(*words)));
	findings = vzalloc(KEPT_FINDINGS * sizeof(*findings));
	rings = kcalloc(nr_cpu_ids, sizeof(*rings), GFP_KERNEL);
	if (!words || !findings || !rings)
		goto fail;
	for_each_possible_cpu(cpu) {
		rings[cpu] = vzalloc(RING_EVENTS * sizeof(**rings));
		if (!rings[cpu])
			goto fail;
	}
	return 0;
fail:
	pinlab_witness_exit();
	return -ENOMEM;
}

void pinlab_witness_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		if (rings)
			vfree(rings[cpu]);
	kfree(rings);
	vfree(findings);
	vfree(words);
}
