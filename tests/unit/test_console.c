// SPDX-License-Identifier: GPL-2.0
/*
 * tests/consoles/NAME.log are real consoles, cut; NAME.want says how each was
 * made and what has to be read in it: kind, how often, where, lines, title; or
 * nothing, for a kernel that has nothing to complain of.
 */
#include "makerun.h"

#include "host/guest/console.h"

static char *found(const struct console *c)
{
	struct text t = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		const struct splat *s = &c->splats[i];
		char *place = console_place(s);

		text_raw(&t, "%s\t%lu\t%s\t%lu-%lu\t%s\n", console_kind_name(s->kind), s->count,
			 s->where == CONSOLE_ANYWHERE ? "-" : place, s->first, s->last, s->title);
		free(place);
	}
	if (c->panic)
		text_raw(&t, "panic: %s\n", c->panic_text);
	if (c->stale_int3)
		text_raw(&t, "a stale int3 of QEMU's\n");
	return t.s ? t.s : xstrdup("");
}

/* What is said of it stands before what is wanted of it, behind '#'. */
static void check_console(const char *path, const char *want_path)
{
	char *want = read_file(want_path, NULL), *got, *rest;
	struct console c;
	int fd;

	if (!want)
		fail_msg("%s is missing", want_path);
	for (rest = want; *rest == '#'; rest += *rest == '\n')
		rest += strcspn(rest, "\n");
	assert_true(rest > want);
	fd = open(path, O_RDONLY);
	assert_int_equal(console_parse_fd(fd, &c), 0);
	close(fd);
	got = found(&c);
	if (getenv("PINLAB_UPDATE_GOLDEN")) {
		char *all = xasprintf("%.*s%s", (int)(rest - want), want, got);

		assert_int_equal(write_file(want_path, all, strlen(all)), 0);
		free(all);
	} else if (strcmp(rest, got)) {
		fail_msg("%s: read as\n%swanted:\n%s", path, got, rest);
	}
	console_free(&c);
	free(got);
	free(want);
}

static void each_console(void (*fn)(const char *path, const char *want), size_t least)
{
	char *dir = xasprintf("%s/tests/consoles", repo_dir());
	struct strlist names = { 0 };
	size_t n = 0;

	assert_int_equal(list_dir(dir, &names), 0);
	for (size_t i = 0; i < names.n; i++) {
		size_t len = strlen(names.v[i]);
		char *path, *want;

		if (len < 4 || strcmp(names.v[i] + len - 4, ".log"))
			continue;
		path = xasprintf("%s/%s", dir, names.v[i]);
		want = xasprintf("%s/%.*s.want", dir, (int)len - 4, names.v[i]);
		fn(path, want);
		free(path);
		free(want);
		n++;
	}
	assert_true(n >= least);
	strlist_free(&names);
	free(dir);
}

static void test_real_consoles(void **state)
{
	(void)state;
	each_console(check_console, 25);
}

/* Cut anywhere, with carriage returns, with levels and callers: the same is found. */
static void check_forms(const char *path, const char *want)
{
	static const char *const levels[] = { "<4>", "" };
	static const char *const callers[] = { "[    T1] ", "[   C0] " };
	char *log = read_file(path, NULL), *a, *b;
	struct console whole, parts;
	struct text other = { 0 };
	unsigned int n = 0;

	(void)want;
	console_init(&whole);
	console_init(&parts);
	console_feed(&whole, log, strlen(log));
	console_end(&whole);
	for (const char *s = log; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		int len = strcspn(s, "\r\n"), stamp = 0;

		if (*s == '[' && s[14] == ' ' && s[13] == ']')
			stamp = 15;
		text_raw(&other, "%s%.*s%s%.*s\r\n", stamp ? levels[n & 1] : "", stamp, s,
			 stamp ? callers[n & 1] : "", len - stamp, s + stamp);
		n++;
	}
	for (size_t i = 0; other.s && other.s[i]; i++)
		console_feed(&parts, other.s + i, 1);
	console_end(&parts);
	a = found(&whole);
	b = found(&parts);
	assert_string_equal(a, b);
	free(a);
	free(b);
	text_free(&other);
	console_free(&whole);
	console_free(&parts);
	free(log);
}

static void test_forms(void **state)
{
	(void)state;
	each_console(check_forms, 25);
}

static const struct {
	const char *text;
	enum splat_kind kind;
	const char *title;
} lines[] = {
	{ "WARNING: CPU: 1 PID: 52 at mm/gup.c:84 try_get_folio+0x137/0x190", SPLAT_WARNING,
	  "WARNING at mm/gup.c:84 try_get_folio" },
	{ "WARNING: mm/gup.c:84 at try_get_folio+0x137/0x190, CPU#1: init/52", SPLAT_WARNING,
	  "WARNING at mm/gup.c:84 try_get_folio" },
	{ "WARNING: possible circular locking dependency detected", SPLAT_LOCKDEP, NULL },
	{ "WARNING: possible recursive locking detected", SPLAT_LOCKDEP, NULL },
	{ "WARNING: possible irq lock inversion dependency detected", SPLAT_LOCKDEP, NULL },
	{ "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", SPLAT_LOCKDEP, NULL },
	{ "WARNING: inconsistent lock state", SPLAT_LOCKDEP, NULL },
	{ "WARNING: suspicious RCU usage", SPLAT_LOCKDEP, NULL },
	{ "WARNING: bad unlock balance detected!", SPLAT_LOCKDEP, NULL },
	{ "WARNING: held lock freed!", SPLAT_LOCKDEP, NULL },
	{ "WARNING: lock held when returning to user space!", SPLAT_LOCKDEP, NULL },
	{ "WARNING: init/52 still has locks held!", SPLAT_LOCKDEP, NULL },
	{ "[ BUG: Invalid wait context ]", SPLAT_LOCKDEP, NULL },
	{ "INFO: trying to register non-static key.", SPLAT_LOCKDEP, NULL },
	{ "BUG: MAX_LOCKDEP_CHAIN_HLOCKS too low!", SPLAT_LOCKDEP, NULL },
	{ "BUG: sleeping function called from invalid context at mm/slub.c:12", SPLAT_BUG,
	  "BUG: sleeping function called from invalid context at mm/slub.c:12" },
	{ "BUG: scheduling while atomic: init/1/0x00000002", SPLAT_BUG, NULL },
	{ "BUG: using smp_processor_id() in preemptible [00000000] code: init/1", SPLAT_BUG, NULL },
	{ "BUG kmalloc-64 (Not tainted): Redzone overwritten", SPLAT_SLUB,
	  "BUG kmalloc-64 (Not tainted): Redzone overwritten" },
	{ "BUG kmalloc-64 (Tainted: G    B      O     ): Right Redzone overwritten", SPLAT_SLUB,
	  NULL },
	{ "BUG: KASAN: slab-use-after-free in splat_init+0x12/0x20", SPLAT_SANITIZER,
	  "BUG: KASAN: slab-use-after-free in splat_init" },
	{ "BUG: KFENCE: out-of-bounds read in test+0x1/0x2", SPLAT_SANITIZER, NULL },
	{ "BUG: KCSAN: data-race in a / b", SPLAT_SANITIZER, NULL },
	{ "UBSAN: array-index-out-of-bounds in mm/gup.c:12:3", SPLAT_SANITIZER, NULL },
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", SPLAT_STALL, NULL },
	{ "rcu: INFO: rcu_preempt self-detected stall on CPU", SPLAT_STALL, NULL },
	{ "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-...D } 8 jiffies",
	  SPLAT_STALL, NULL },
	{ "rcu: rcu_preempt kthread starved for 5252 jiffies! g-1 f0x0", SPLAT_STALL, NULL },
	{ "INFO: rcu_tasks detected stalls on tasks:", SPLAT_STALL, NULL },
	{ "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [init:1]", SPLAT_STALL,
	  "watchdog: BUG: soft lockup - CPU#N stuck for Ns! [init:N]" },
	{ "NMI watchdog: Watchdog detected hard LOCKUP on cpu 0", SPLAT_STALL, NULL },
	{ "watchdog: CPU1: Watchdog detected hard LOCKUP on cpu 1", SPLAT_STALL, NULL },
	{ "INFO: task init:52 blocked for more than 20 seconds.", SPLAT_STALL, NULL },
	{ "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 30s!",
	  SPLAT_STALL, NULL },
	{ "unregister_netdevice: waiting for lo to become free. Usage count = 2", SPLAT_STALL,
	  NULL },
	{ "general protection fault, probably for non-canonical address 0xdead000000000100: 0000 [#1]",
	  SPLAT_OOPS,
	  "general protection fault, probably for non-canonical address ADDR: N [#N]" },
	{ "Oops: general protection fault, probably for non-canonical address 0xdead", SPLAT_OOPS,
	  NULL },
	{ "BUG: unable to handle page fault for address: ffffc90000000000", SPLAT_OOPS,
	  "BUG: unable to handle page fault for address: ADDR" },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000008", SPLAT_OOPS, NULL },
	{ "BUG: TASK stack guard page was hit at 00000000 (stack is 0..1)", SPLAT_OOPS, NULL },
	{ "Oops: int3: 0000 [#1] PREEMPT SMP", SPLAT_OOPS, NULL },
	{ "invalid opcode: 0000 [#1] PREEMPT SMP NOPTI", SPLAT_OOPS, NULL },
	{ "double fault: 0000 [#1] SMP", SPLAT_OOPS, NULL },
	{ "Internal error: Oops: 0000000096000045 [#1] PREEMPT SMP", SPLAT_OOPS, NULL },
	{ "Unable to handle kernel paging request at virtual address ffff", SPLAT_OOPS, NULL },
	{ "traps: PANIC: double fault, error_code: 0x0", SPLAT_PANIC, NULL },
	{ "Kernel panic - not syncing: Fatal exception", SPLAT_PANIC, NULL },
	{ "kernel BUG at mm/gup.c:2346!", SPLAT_BUG, "kernel BUG at mm/gup.c:2346!" },
	{ "BUG: Bad page state in process init  pfn:0001e", SPLAT_BAD_PAGE, NULL },
	{ "BUG: Bad page map in process init  pte:1 pmd:2", SPLAT_BAD_PAGE, NULL },
	{ "BUG: Bad rss-counter state mm:ffff type:MM_ANONPAGES val:1", SPLAT_BAD_PAGE, NULL },
	{ "BUG: non-zero pgtables_bytes on freeing mm: 4096", SPLAT_BAD_PAGE, NULL },
	{ "page dumped because: VM_BUG_ON_PAGE(1)", SPLAT_BAD_PAGE, NULL },
	{ "get_swap_device: Bad swap file entry 3ffffffffffff", SPLAT_BAD_PAGE, NULL },
	{ "mm/pgtable-generic.c:56: bad pmd 00000000(1)", SPLAT_BAD_PAGE, NULL },
	{ "refcount_t: saturated; leaking memory.", SPLAT_REFCOUNT, NULL },
	{ "list_del corruption. next->prev should be ffff, but was dead", SPLAT_CORRUPTION, NULL },
	{ "list_add double add: new=ffff, prev=ffff, next=ffff.", SPLAT_CORRUPTION, NULL },
	{ "pagealloc: memory corruption", SPLAT_CORRUPTION, NULL },
	{ "pagealloc: single bit error", SPLAT_CORRUPTION, NULL },
	{ "detected buffer overflow in strlcpy", SPLAT_CORRUPTION, NULL },
	{ "memcpy: detected buffer overflow: 8 byte write of buffer size 4", SPLAT_CORRUPTION,
	  NULL },
	{ "rcu: call_rcu(): Double-freed CB 00000000(1)->f+0x0/0x1()!!!", SPLAT_CORRUPTION, NULL },
	{ "Thread overran stack, or stack corrupted", SPLAT_CORRUPTION, NULL },
	{ "FAT-fs (nullb0): error, corrupted directory (invalid entries)", SPLAT_CORRUPTION, NULL },
	{ "_swap_info_get: Unused swap file entry 00001", SPLAT_BAD_PAGE, NULL },
	{ "unrecognized swap entry 0x7c00000000000001", SPLAT_BAD_PAGE, NULL },
	{ "Kernel BUG at f+0x1/0x2 [verbose debug info unavailable]", SPLAT_BUG, NULL },
	{ "jump_label: Fatal kernel bug, unexpected op at f+0x1/0x2", SPLAT_BUG, NULL },
	{ "huh, entered softirq 6 TASKLET ffff with preempt_count 00000100, exited with 00000101?",
	  SPLAT_BUG, NULL },
	{ "schedule_timeout: wrong timeout value ffffffffffffffff", SPLAT_BUG, NULL },
	{ "unchecked MSR access error: WRMSR to 0x1 (tried to write 0x1) at rIP: 0xffff (f+0x1)",
	  SPLAT_BUG, NULL },
	{ "sysfs: cannot create duplicate filename '/kernel/a'", SPLAT_BUG, NULL },
	{ "kobject (ffff): tried to init an initialized object, something is seriously wrong.",
	  SPLAT_BUG, NULL },
	{ "kobject_add_internal failed for a with -EEXIST, don't try to register things with the same name in the same directory.",
	  SPLAT_BUG, NULL },
	{ "irq 9: nobody cared (try booting with the \"irqpoll\" option)", SPLAT_BUG, NULL },
	{ "EEVDF scheduling fail, picking leftmost", SPLAT_BUG, NULL },
	{ "smp: csd: Detected non-responsive CSD lock (#1) on CPU#0, waiting 5000 ns for CPU#01 f.",
	  SPLAT_STALL, NULL },
	{ "init: Corrupted page table at address 7f00", SPLAT_OOPS, NULL },
	{ "unable to execute userspace code (SMEP?) (uid: 0)", SPLAT_OOPS, NULL },
	{ "Fixing recursive fault but reboot is needed!", SPLAT_OOPS, NULL },
	{ "Bad pagetable: 000d [#1] PREEMPT SMP", SPLAT_OOPS, NULL },
	{ "stack segment: 0000 [#2] PREEMPT SMP", SPLAT_OOPS, NULL },
	{ "simd exception: 0000 [#1] SMP", SPLAT_OOPS, NULL },
	{ "BUG kmalloc-8: Right Redzone overwritten", SPLAT_SLUB, NULL },
	{ "WARNING: circular locking deadlock detected!", SPLAT_LOCKDEP, NULL },
	{ "usercopy: Kernel memory exposure attempt detected from SLUB object", SPLAT_CORRUPTION,
	  NULL },
	{ "EXT4-fs error (device nullb0): ext4_lookup:1: inode #2", SPLAT_CORRUPTION, NULL },
	{ "EXT2-fs (ram0): error: ext2_free_blocks: bit already cleared", SPLAT_CORRUPTION, NULL },
	{ "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)", SPLAT_LEAK,
	  NULL },
	{ "** 40 printk messages dropped **", SPLAT_LOST, NULL },
	/* Ordinary. */
	{ "Speculative Return Stack Overflow: WARNING: See https://kernel.org/doc for options.",
	  SPLAT_NONE, NULL },
	{ "page dumped because: migration failure", SPLAT_NONE, NULL },
	{ "page dumped because: unmovable page", SPLAT_NONE, NULL },
	{ "ODEBUG: selftest passed", SPLAT_NONE, NULL },
	{ "workqueue: f hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND",
	  SPLAT_NONE, NULL },
	{ "clocksource: timekeeping watchdog on CPU1: Marking clocksource 'tsc' as unstable",
	  SPLAT_NONE, NULL },
	{ "kcsan: selftest: 3/3 tests passed", SPLAT_NONE, NULL },
	{ "show [#1] of 0000", SPLAT_NONE, NULL },
	{ "hrtimer: interrupt took 20000 ns", SPLAT_NONE, NULL },
	{ "traps: a[52] trap divide error ip:401000 sp:7ffe error:0 in a[401000+1000]", SPLAT_NONE,
	  NULL },
	{ "a[52]: segfault at 0 ip 401000 sp 7ffe error 4 in a[401000+1000]", SPLAT_NONE, NULL },
	{ "rcu: \tRCU restricting CPUs from NR_CPUS=8 to nr_cpu_ids=2.", SPLAT_NONE, NULL },
	{ "[Firmware Bug]: TSC doesn't count with P0 frequency!", SPLAT_NONE, NULL },
	{ "Command line: console=ttyS0 BUG: WARNING: x Kernel panic", SPLAT_NONE, NULL },
	{ "Kernel command line: BUG: x", SPLAT_NONE, NULL },
	{ "    WARNING: of an environment", SPLAT_NONE, NULL },
	{ "MDS CPU bug present and SMT on, data leak possible.", SPLAT_NONE, NULL },
	{ "Spectre V2 : WARNING: Unprivileged eBPF is enabled with eIBRS on", SPLAT_NONE, NULL },
	{ "kasan: KernelAddressSanitizer initialized (generic)", SPLAT_NONE, NULL },
	{ "INFO: lockdep is turned off.", SPLAT_NONE, NULL },
	{ "Memory failure: 0x10029: Sending SIGBUS to init:4448 due to hardware memory corruption",
	  SPLAT_NONE, NULL },
	{ "Memory failure: 0x1fef9: recovery action for dirty LRU page: Failed", SPLAT_NONE, NULL },
	{ "Soft offline: 0x1f398: page migration failed 1, type 0xffe00000002011c", SPLAT_NONE,
	  NULL },
	{ "mce: CPU supports 10 MCE banks", SPLAT_NONE, NULL },
	{ "init invoked oom-killer: gfp_mask=0xcc0, order=0", SPLAT_NONE, NULL },
	{ "Out of memory: Killed process 52 (init)", SPLAT_NONE, NULL },
	{ "warn_alloc: 12 callbacks suppressed", SPLAT_NONE, NULL },
	{ "Warning: unable to open an initial console.", SPLAT_NONE, NULL },
	{ "init: page allocation failure: order:9, mode:0xcc0", SPLAT_NONE, NULL },
	{ "Debugging options: BUG checks, WARNING lines", SPLAT_NONE, NULL },
	{ "", SPLAT_NONE, NULL },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char title[CONSOLE_TEXT_MAX];

		if (splat_kind_of(lines[i].text) != lines[i].kind)
			fail_msg("'%s' is read as %s", lines[i].text,
				 console_kind_name(splat_kind_of(lines[i].text)));
		console_title(splat_kind_of(lines[i].text), lines[i].text, title);
		if (lines[i].title)
			assert_string_equal(title, lines[i].title);
	}
}

static const struct {
	const char *name, *log, *want;
} made[] = {
	{ "in a row, and where not",
	  "[    1.000000] BUG: a\n[    1.100000] pinlab: begin race/fork\n[    1.200000] BUG: b\n"
	  "[    1.300000] pinlab: end race/fork\n[    1.400000] BUG: c\n",
	  "bug\t1\tbefore the first row\t1-1\tBUG: a\nbug\t1\tin race/fork\t3-3\tBUG: b\n"
	  "bug\t1\tafter race/fork\t5-5\tBUG: c\n" },
	{ "a program's words are no kernel's",
	  "[    1.000000] Linux version 6.12\nBUG: says a program\n\rKernel panic - not syncing\n",
	  "" },
	{ "the kernel's behind a program's",
	  "[    1.000000] x\nhello [    1.200000] BUG: a\n", "bug\t1\t-\t2-2\tBUG: a\n" },
	{ "two kernels' lines on one, cut", "[    1.000000] a[    1.000001] BUG: b[    1.000002] c",
	  "bug\t1\t-\t1-1\tBUG: b\n" },
	{ "without times", "<4>BUG: a\nKernel panic - not syncing: x\n",
	  "bug\t1\t-\t1-2\tBUG: a\npanic: Kernel panic - not syncing: x\n" },
	{ "a form that nobody knows", "[    1.000000] ------------[ cut here ]------------\n"
	  "[    1.000000] mm is not amused\n",
	  "unknown\t1\t-\t2-2\tmm is not amused\n" },
	{ "a stack that nobody has announced", "[    1.000000] something: odd\n"
	  "[    1.000000] CPU: 0 UID: 0 PID: 1 Comm: init Not tainted 6.12\n"
	  "[    1.000000] Call Trace:\n", "unknown\t1\t-\t3-3\tCall Trace:\n" },
	{ "an unknown form behind a warning that has ended",
	  "[    1.000000] WARNING: CPU: 0 PID: 1 at mm/a.c:1 f+0x1/0x2\n"
	  "[    1.000000] ---[ end trace 0000000000000000 ]---\n[    1.000000] Call Trace:\n",
	  "warning\t1\t-\t1-2\tWARNING at mm/a.c:1 f\nunknown\t1\t-\t3-3\tCall Trace:\n" },
	{ "a page, and the BUG() that it is dumped for",
	  "[    1.000000] page dumped because: VM_BUG_ON_PAGE(1)\n"
	  "[    1.000000] ------------[ cut here ]------------\n"
	  "[    1.000000] kernel BUG at mm/a.c:1!\n",
	  "bad-page\t1\t-\t1-3\tpage dumped because: VM_BUG_ON_PAGE(N)\n" },
	{ "tainted, and no word of it", "[    1.000000] CPU: 0 UID: 0 PID: 1 Comm: init Tainted: G        W  O       6.12.117 #1\n",
	  "lost\t1\t-\t1-1\ttainted [W], and no line before says by what\n" },
	{ "no more than there is room for, and counted",
	  "[    1.000000] BUG: a\n[    1.100000] BUG: a\n[    1.200000] BUG: a\n",
	  "bug\t3\t-\t1-1\tBUG: a\n" },
	{ "an empty one", "", "" },
};

static void test_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		struct console c;
		char *got;

		console_init(&c);
		console_feed(&c, made[i].log, strlen(made[i].log));
		console_end(&c);
		got = found(&c);
		if (strcmp(got, made[i].want))
			fail_msg("%s: read as\n%swanted:\n%s", made[i].name, got, made[i].want);
		free(got);
		console_free(&c);
	}
}

/* Random bytes and random words, for as long as nothing breaks: bounds hold. */
static void test_noise(void **state)
{
	static const char *const pieces[] = {
		"[    1.000000] ", "BUG: ", "\n", "\r", "WARNING: CPU: 1 PID: 2 at a.c:1 b+0x1/0x2",
		"Call Trace:", "RIP: 0010:", "+0x", "------------[ cut here ]------------\n",
		"pinlab: begin ", "Oops: int3", "Code: <", "<4>", "[", "0x", "Kernel panic - not syncing: ",
		" Tainted: G W", "CPU: ", ".c:", ": ", "\xff\x00\x01", "INFO: task ", " blocked ",
	};
	unsigned long seed = 1;
	struct console c;

	(void)state;
	console_init(&c);
	for (int i = 0; i < 300000; i++) {
		const char *p;

		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		p = pieces[(seed >> 33) % ARRAY_SIZE(pieces)];
		console_feed(&c, p, strlen(p));
		if (!(seed >> 50 & 7)) {
			char number[32];

			console_feed(&c, number, sprintf(number, "%lx", seed));
		}
	}
	console_end(&c);
	assert_true(c.n <= CONSOLE_SPLATS_MAX);
	for (size_t i = 0; i < c.n; i++)
		for (const char *s = c.splats[i].text; *s; s++)
			assert_true(*s >= ' ' && *s <= '~');
	console_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_real_consoles),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests_name("console", tests, make_top, remove_top);
}
