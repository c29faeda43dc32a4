/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a kernel says that something is wrong with itself: the words, once, for
 * the host, which reads whole consoles, and for the guest, which tells whose
 * row it was. The forms are those of 5.10 to 7.x; which of them one kernel has
 * does not matter.
 */
#ifndef PINLAB_SPLAT_H
#define PINLAB_SPLAT_H

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum splat_kind {
	SPLAT_NONE,
	SPLAT_LOST,		/* lines of the log are missing: nobody knows what they said */
	SPLAT_WARNING,		/* WARN() and its kind */
	SPLAT_STALL,		/* the kernel's own watchdogs: lockup, hung task, RCU stall */
	SPLAT_LOCKDEP,
	SPLAT_LEAK,		/* kmemleak */
	SPLAT_BAD_PAGE,		/* page state, rss counters, page tables, swap entries */
	SPLAT_REFCOUNT,
	SPLAT_CORRUPTION,	/* lists, file systems, stacks */
	SPLAT_SLUB,
	SPLAT_SANITIZER,	/* KASAN, KFENCE, KCSAN, KMSAN, UBSAN */
	SPLAT_BUG,		/* BUG(), "BUG:" */
	SPLAT_OOPS,		/* a trap of the kernel's own code */
	SPLAT_PANIC,
	SPLAT_UNKNOWN,		/* a dump whose first words are none of these */
};

enum splat_place {
	SPLAT_START,		/* of the message, behind "subsystem: " too */
	SPLAT_WITHIN,		/* anywhere in it */
};

struct splat_word {
	enum splat_kind kind;
	enum splat_place place;
	const char *word;
	const char *more;	/* to be found behind it; NULL: nothing */
};

/* The first that fits counts: the narrower ones stand first. */
static const struct splat_word splat_words[] = {
	{ SPLAT_PANIC, SPLAT_START, "Kernel panic - not syncing" },
	{ SPLAT_PANIC, SPLAT_START, "PANIC: " },
	{ SPLAT_SANITIZER, SPLAT_START, "BUG: KASAN: " },
	{ SPLAT_SANITIZER, SPLAT_START, "KASAN: " },
	{ SPLAT_SANITIZER, SPLAT_START, "BUG: KFENCE: " },
	{ SPLAT_SANITIZER, SPLAT_START, "BUG: KCSAN: " },
	{ SPLAT_SANITIZER, SPLAT_START, "BUG: KMSAN: " },
	{ SPLAT_SANITIZER, SPLAT_START, "UBSAN: " },
	{ SPLAT_STALL, SPLAT_START, "BUG: soft lockup" },
	{ SPLAT_STALL, SPLAT_START, "BUG: workqueue lockup" },
	{ SPLAT_STALL, SPLAT_START, "BUG: spinlock lockup" },
	{ SPLAT_STALL, SPLAT_WITHIN, "Watchdog detected hard LOCKUP" },
	{ SPLAT_STALL, SPLAT_START, "INFO: rcu" },
	{ SPLAT_STALL, SPLAT_WITHIN, "detected stalls on CPUs/tasks" },
	{ SPLAT_STALL, SPLAT_WITHIN, "self-detected stall on CPU" },
	{ SPLAT_STALL, SPLAT_WITHIN, "detected expedited stalls" },
	{ SPLAT_STALL, SPLAT_WITHIN, " kthread starved for " },
	{ SPLAT_STALL, SPLAT_WITHIN, " kthread timer wakeup didn't happen for " },
	{ SPLAT_STALL, SPLAT_START, "INFO: task ", " blocked " },
	{ SPLAT_STALL, SPLAT_START, "unregister_netdevice: waiting for " },
	{ SPLAT_STALL, SPLAT_WITHIN, " non-responsive CSD lock " },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: possible " },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: inconsistent lock state" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: suspicious RCU usage" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: bad unlock balance" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: bad contention" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: held lock freed" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: lock held when returning to user space" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: Nested lock was not taken" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: ", "lock order detected" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: ", "still has locks held" },
	{ SPLAT_LOCKDEP, SPLAT_START, "WARNING: ", "deadlock detected!" },
	{ SPLAT_LOCKDEP, SPLAT_START, "[ BUG: " },
	{ SPLAT_LOCKDEP, SPLAT_START, "[ INFO: " },
	{ SPLAT_LOCKDEP, SPLAT_START, "BUG: Invalid wait context" },
	{ SPLAT_LOCKDEP, SPLAT_START, "BUG: MAX_LOCK" },
	{ SPLAT_LOCKDEP, SPLAT_START, "BUG: MAX_STACK_TRACE_ENTRIES" },
	{ SPLAT_LOCKDEP, SPLAT_START, "INFO: possible " },
	{ SPLAT_LOCKDEP, SPLAT_START, "INFO: suspicious RCU usage" },
	{ SPLAT_LOCKDEP, SPLAT_START, "INFO: inconsistent lock state" },
	{ SPLAT_LOCKDEP, SPLAT_START, "INFO: trying to register non-static key" },
	{ SPLAT_LEAK, SPLAT_WITHIN, "new suspected memory leaks" },
	{ SPLAT_LEAK, SPLAT_START, "BUG: memory leak" },
	{ SPLAT_LEAK, SPLAT_START, "unreferenced object 0x" },
	{ SPLAT_BAD_PAGE, SPLAT_START, "BUG: Bad page" },
	{ SPLAT_BAD_PAGE, SPLAT_START, "BUG: Bad rss-counter" },
	{ SPLAT_BAD_PAGE, SPLAT_START, "BUG: non-zero pgtables_bytes" },
	{ SPLAT_BAD_PAGE, SPLAT_START, "page dumped because: " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": Bad swap file entry " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": Bad swap offset entry " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": Unused swap offset entry " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": Unused swap file entry " },
	{ SPLAT_BAD_PAGE, SPLAT_START, "unrecognized swap entry 0x" },
	{ SPLAT_BAD_PAGE, SPLAT_START, "PAGETABLE BUG #" },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": bad pte " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": bad pmd " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": bad pud " },
	{ SPLAT_BAD_PAGE, SPLAT_WITHIN, ": bad pgd " },
	{ SPLAT_REFCOUNT, SPLAT_START, "refcount_t: " },
	{ SPLAT_CORRUPTION, SPLAT_START, "list_add corruption" },
	{ SPLAT_CORRUPTION, SPLAT_START, "list_add double add" },
	{ SPLAT_CORRUPTION, SPLAT_START, "list_del corruption" },
	{ SPLAT_CORRUPTION, SPLAT_START, "pagealloc: memory corruption" },
	{ SPLAT_CORRUPTION, SPLAT_START, "pagealloc: single bit error" },
	{ SPLAT_CORRUPTION, SPLAT_START, "detected buffer overflow" },
	{ SPLAT_CORRUPTION, SPLAT_START, "tree is corrupted: " },
	{ SPLAT_CORRUPTION, SPLAT_WITHIN, "(): Double-freed CB " },
	{ SPLAT_CORRUPTION, SPLAT_START, "Thread overran stack, or stack corrupted" },
	{ SPLAT_CORRUPTION, SPLAT_START, "ODEBUG: " },
	{ SPLAT_CORRUPTION, SPLAT_START, "VFS: Busy inodes after unmount" },
	{ SPLAT_CORRUPTION, SPLAT_START, "EXT4-fs error (" },
	{ SPLAT_CORRUPTION, SPLAT_START, "EXT2-fs (", "): error: " },
	{ SPLAT_CORRUPTION, SPLAT_START, "FAT-fs (", "): error, " },
	{ SPLAT_CORRUPTION, SPLAT_START, "Kernel memory ", " attempt detected " },
	{ SPLAT_CORRUPTION, SPLAT_START, "corrupted stack end detected" },
	{ SPLAT_OOPS, SPLAT_START, "BUG: kernel NULL pointer dereference" },
	{ SPLAT_OOPS, SPLAT_START, "BUG: unable to handle " },
	{ SPLAT_OOPS, SPLAT_START, "BUG: ", "stack guard page was hit" },
	{ SPLAT_OOPS, SPLAT_WITHIN, "kernel stack overflow (" },
	{ SPLAT_OOPS, SPLAT_START, "Insufficient stack space to handle exception" },
	{ SPLAT_OOPS, SPLAT_START, "Unable to handle kernel " },
	{ SPLAT_OOPS, SPLAT_START, "kernel tried to execute " },
	{ SPLAT_OOPS, SPLAT_START, "unable to execute userspace code" },
	{ SPLAT_OOPS, SPLAT_START, "Corrupted page table at address " },
	{ SPLAT_OOPS, SPLAT_START, "Fixing recursive fault but reboot is needed!" },
	{ SPLAT_OOPS, SPLAT_START, "Oops: " },
	{ SPLAT_OOPS, SPLAT_START, "Internal error: " },
	{ SPLAT_OOPS, SPLAT_START, "SError Interrupt on CPU" },
	{ SPLAT_OOPS, SPLAT_START, "general protection fault" },
	{ SPLAT_OOPS, SPLAT_START, "double fault: " },
	{ SPLAT_OOPS, SPLAT_START, "control protection fault: " },
	{ SPLAT_OOPS, SPLAT_START, "Missing ENDBR: " },
	{ SPLAT_BUG, SPLAT_START, "kernel BUG at " },
	{ SPLAT_BUG, SPLAT_START, "Kernel BUG at " },
	{ SPLAT_BUG, SPLAT_START, "Fatal kernel bug" },
	{ SPLAT_BUG, SPLAT_START, "huh, entered softirq " },
	{ SPLAT_BUG, SPLAT_START, "schedule_timeout: wrong timeout value " },
	{ SPLAT_BUG, SPLAT_START, "unchecked MSR access error: " },
	{ SPLAT_BUG, SPLAT_START, "cannot create duplicate filename " },
	{ SPLAT_BUG, SPLAT_START, "EEVDF scheduling fail" },
	{ SPLAT_BUG, SPLAT_START, "irq ", ": nobody cared " },
	{ SPLAT_BUG, SPLAT_WITHIN, ", something is seriously wrong." },
	{ SPLAT_BUG, SPLAT_WITHIN, ", don't try to register things with the same name " },
	{ SPLAT_BUG, SPLAT_START, "BUG: " },
	{ SPLAT_SLUB, SPLAT_START, "BUG ", ": " },
	{ SPLAT_SLUB, SPLAT_START, "Slab ", ": Padding overwritten" },
	{ SPLAT_WARNING, SPLAT_START, "WARNING: CPU: ", " at " },
	{ SPLAT_WARNING, SPLAT_START, "WARNING: ", " at " },
	{ SPLAT_BUG, SPLAT_START, "WARNING: " },
	{ SPLAT_LOST, SPLAT_WITHIN, " printk messages dropped **" },
};

/*
 * Begins like a complaint, and is none. Good kernels print these: at every boot,
 * of a CPU that has bugs, of a page that cannot be moved because it is pinned.
 */
static const char *const splat_harmless[] = {
	"Command line: ", "Kernel command line: ", "Unknown kernel command line parameters ",
	"WARNING: workqueue cpumask: online intersect > possible intersect",
	"WARNING: 'bootconfig' found on the kernel command line",
	"Spectre V2 : WARNING: ", "RETBleed: WARNING: ", "ITS: WARNING: ",
	"Speculative Return Stack Overflow: WARNING: ", "mtrr_cleanup: WARNING: ",
	"ODEBUG: selftest passed", "ODEBUG: Out of memory", "ODEBUG: out of memory",
	"page dumped because: migration failure", "page dumped because: isolation failed",
	"page dumped because: unmovable page", "page dumped because: gup_test",
};

static inline bool splat_begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Behind "subsystem: ", as pr_fmt() puts it before a message; NULL if there is none. */
static inline const char *splat_subsystem(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("_-/.# ", text[n])))
		n++;
	return n && n <= 40 && text[n] == ':' && text[n + 1] == ' ' ? text + n + 2 : NULL;
}

static inline bool splat_fits(const struct splat_word *w, const char *text)
{
	const char *at = strstr(text, w->word);

	if (!at || (w->more && !strstr(at + strlen(w->word), w->more)))
		return false;
	if (w->place == SPLAT_WITHIN)
		return true;
	for (int i = 0; text && i < 3; i++, text = splat_subsystem(text))
		if (splat_begins(text, w->word))
			return true;
	return false;
}

/* "divide error: 0000 [#1] PREEMPT SMP": die() ends whatever it says like this. */
static inline bool splat_is_die(const char *text)
{
	for (const char *s = text; (s = strstr(s, " [#")); s++) {
		const char *hex = s;

		while (hex > text && isxdigit((unsigned char)hex[-1]))
			hex--;
		if (s - hex >= 4 && hex - text > 2 && !strncmp(hex - 2, ": ", 2) &&
		    isdigit((unsigned char)s[3]))
			return true;
	}
	return false;
}

/*
 * Which kind of complaint a message begins: without level, time and caller.
 * Two blanks before it make it part of something longer.
 */
static inline enum splat_kind splat_kind_of(const char *text)
{
	const size_t words = sizeof(splat_words) / sizeof(*splat_words);
	const size_t harmless = sizeof(splat_harmless) / sizeof(*splat_harmless);

	if (*text == ' ' || *text == '\t')
		return SPLAT_NONE;
	for (size_t i = 0; i < harmless; i++)
		if (splat_begins(text, splat_harmless[i]))
			return SPLAT_NONE;
	for (size_t i = 0; i < words; i++)
		if (splat_fits(&splat_words[i], text))
			return splat_words[i].kind;
	return splat_is_die(text) ? SPLAT_OOPS : SPLAT_NONE;
}

#endif
