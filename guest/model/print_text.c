// SPDX-License-Identifier: GPL-2.0
/* The functions that a printed program may need; each is printed where it is called. */
#include "guest/model/print_text.h"
#include "guest/model/print.h"

#include <stdbool.h>
#include <string.h>

/* In order; name "": always. */
static const struct print_part {
	const char *name;
	const char *text;
} print_parts[] = {
	{ "",
	"#define _GNU_SOURCE\n"
	"#include <errno.h>\n"
	"#include <fcntl.h>\n"
	"#include <sched.h>\n"
	"#include <signal.h>\n"
	"#include <stdio.h>\n"
	"#include <stdlib.h>\n"
	"#include <string.h>\n"
	"#include <sys/ioctl.h>\n"
	"#include <sys/klog.h>\n"
	"#include <sys/mman.h>\n"
	"#include <sys/syscall.h>\n"
	"#include <sys/wait.h>\n"
	"#include <unistd.h>\n"
	"#include \"pinlab_uapi.h\"\n"
	"\n"
	"#define PAGE 4096ul\n"
	"\n"
	"static int dev[2];\t/* two open files of /dev/pinlab: two owners */\n"
	"static int me;\t\t/* number of this process */\n"
	"static struct shared {\n"
	"\tvolatile int turn, status;\n"
	"\tpid_t pid[3];\n"
	"} *shared;\n"
	"\n"
	"static __attribute__((noreturn)) void finish(int status)\n"
	"{\n"
	"\tfflush(stdout);\n"
	"\tshared->status = status;\n"
	"\tfor (int i = 1; !me && i < 3; i++)\n"
	"\t\tif (shared->pid[i])\n"
	"\t\t\tkill(shared->pid[i], SIGKILL);\n"
	"\t_exit(status);\n"
	"}\n"
	"\n"
	"static __attribute__((noreturn)) void die(const char *what)\n"
	"{\n"
	"\tperror(what);\n"
	"\tfinish(2);\n"
	"}\n"
	"\n"
	"static void open_files(void)\n"
	"{\n"
	"\tfor (int i = 0; i < 2; i++)\n"
	"\t\tif ((dev[i] = open(\"/dev/pinlab\", O_RDWR)) < 0)\n"
	"\t\t\tdie(\"/dev/pinlab\");\n"
	"}\n" },
	{ "BY",
	"\n"
	"/* All processes run the same lines; BY(n) is done by process n, when it is due. */\n"
	"static int line, by;\n"
	"\n"
	"static int begin(int n)\n"
	"{\n"
	"\tline++;\n"
	"\tby = n;\n"
	"\twhile (me == n && shared->turn != line - 1) {\n"
	"\t\tif (shared->status)\n"
	"\t\t\tfinish(shared->status);\n"
	"\t\tusleep(100);\n"
	"\t}\n"
	"\treturn me == n;\n"
	"}\n"
	"\n"
	"static int end(void)\n"
	"{\n"
	"\tif (me == by)\n"
	"\t\tshared->turn = line;\n"
	"\treturn 0;\n"
	"}\n"
	"\n"
	"#define BY(n) for (int go = begin(n); go; go = end())\n" },
	{ "EXPECT",
	"\n"
	"static void expect(int line, const char *what, long got, long want)\n"
	"{\n"
	"\tif (got == want)\n"
	"\t\treturn;\n"
	"\tprintf(\"line %d: %s: %ld, the contract says %ld\\n\", line, what, got, want);\n"
	"\tfinish(1);\n"
	"}\n"
	"\n"
	"#define EXPECT(call, want) expect(__LINE__, #call, call, want)\n" },
	{ "map",
	"\n"
	"/* Pages at this very address; of large folios, where that is left to us. */\n"
	"enum { SMALL, HUGE, HUGETLB };\n"
	"\n"
	"static char *map(unsigned long addr, int pages, int fd, int offset, int how)\n"
	"{\n"
	"\tint flags = MAP_FIXED | (how == HUGETLB ? MAP_HUGETLB : 0) |\n"
	"\t\t    (fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);\n"
	"\tvoid *p = mmap((void *)addr, pages * PAGE, PROT_READ | PROT_WRITE, flags, fd,\n"
	"\t\t       offset * PAGE);\n"
	"\n"
	"\tif (p == MAP_FAILED)\n"
	"\t\tdie(\"mmap\");\n"
	"\tmadvise(p, pages * PAGE, how == HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);\n"
	"\treturn p;\n"
	"}\n" },
	{ "file",
	"\n"
	"static int file(int pages, int flags)\n"
	"{\n"
	"\tint fd = memfd_create(\"pinned\", flags);\n"
	"\n"
	"\tif (fd < 0 || ftruncate(fd, pages * PAGE))\n"
	"\t\tdie(\"memfd_create\");\n"
	"\treturn fd;\n"
	"}\n" },
	{ "fill",
	"\n"
	"/* A number of its own in each page. */\n"
	"static void fill(char *p, int pages, unsigned int first)\n"
	"{\n"
	"\tfor (int i = 0; i < pages; i++)\n"
	"\t\t*(volatile unsigned int *)(p + i * PAGE) = first + i;\n"
	"}\n" },
	{ "info",
	"\n"
	"static struct pinlab_page_info info(const char *p)\n"
	"{\n"
	"\tstruct pinlab_page_info i = { .addr = (unsigned long)p };\n"
	"\n"
	"\tif (ioctl(dev[0], PINLAB_IOC_PAGE_INFO, &i))\n"
	"\t\tdie(\"PINLAB_IOC_PAGE_INFO\");\n"
	"\treturn i;\n"
	"}\n" },
	{ "slot_info",
	"\n"
	"static struct pinlab_page_info slot_info(int owner, int slot, int index)\n"
	"{\n"
	"\tstruct pinlab_page_info i = { .slot = slot, .index = index };\n"
	"\n"
	"\tif (ioctl(dev[owner], PINLAB_IOC_PAGE_INFO, &i))\n"
	"\t\tdie(\"PINLAB_IOC_PAGE_INFO\");\n"
	"\treturn i;\n"
	"}\n" },
	{ "pins",
	"\n"
	"/* Bit 30 is \"exclusive\"; a small folio has a pin for each 1,024 references. */\n"
	"static int pins(struct pinlab_page_info i)\n"
	"{\n"
	"\treturn i.pincount >= 0 ? i.pincount & ~(1 << 30) : (i.refcount & ~(1 << 30)) / 1024;\n"
	"}\n" },
	{ "dirty",
	"\n"
	"static int dirty(struct pinlab_page_info i)\n"
	"{\n"
	"\tunsigned long head = i.pfn & ~((1ul << i.order) - 1), flags = 0;\n"
	"\tint fd = open(\"/proc/kpageflags\", O_RDONLY);\n"
	"\n"
	"\tif (pread(fd, &flags, 8, head * 8) != 8)\n"
	"\t\tdie(\"/proc/kpageflags\");\n"
	"\tclose(fd);\n"
	"\treturn flags >> 4 & 1;\n"
	"}\n" },
	{ "drain",
	"\n"
	"/* Unmapping a page empties a CPU's batches of LRU moves, which hold references. */\n"
	"static void drain(void)\n"
	"{\n"
	"\tfor (int cpu = 0; cpu < 64; cpu++) {\n"
	"\t\tcpu_set_t one;\n"
	"\t\tchar *p;\n"
	"\n"
	"\t\tCPU_ZERO(&one);\n"
	"\t\tCPU_SET(cpu, &one);\n"
	"\t\tif (sched_setaffinity(0, sizeof(one), &one))\n"
	"\t\t\tcontinue;\n"
	"\t\tp = mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);\n"
	"\t\t*(volatile char *)p = 1;\n"
	"\t\tmunmap(p, PAGE);\n"
	"\t}\n"
	"}\n" },
	{ "refs",
	"\n"
	"static long refs(struct pinlab_page_info i)\n"
	"{\n"
	"\treturn i.refcount & ~(1 << 30);\n"
	"}\n" },
	{ "step",
	"\n"
	"/* Pages, or -errno where there were none. */\n"
	"static long step(int owner, struct pinlab_step s)\n"
	"{\n"
	"\tstruct pinlab_run run = { (unsigned long)&s, 1, PINLAB_CLOCK_NS };\n"
	"\n"
	"\tif (ioctl(dev[owner], PINLAB_IOC_RUN, &run))\n"
	"\t\tdie(\"PINLAB_IOC_RUN\");\n"
	"\treturn s.done ? (long)s.done : s.failed ? -EBUSY : s.err;\n"
	"}\n" },
	{ "take",
	"\n"
	"/* One request for these pages, into a slot of one of the owners. */\n"
	"static long take(int owner, int slot, int op, int flags, char *p, int pages)\n"
	"{\n"
	"\treturn step(owner, (struct pinlab_step){ .op = op, .flags = flags, .slot = slot,\n"
	"\t\t    .calls = 1, .batch = pages, .addr = (unsigned long)p });\n"
	"}\n" },
	{ "take_many",
	"\n"
	"/* The same page many times. */\n"
	"static long take_many(int owner, int slot, int op, int flags, char *p, int times)\n"
	"{\n"
	"\treturn step(owner, (struct pinlab_step){ .op = op, .flags = flags, .slot = slot,\n"
	"\t\t    .calls = times, .batch = 1, .addr = (unsigned long)p });\n"
	"}\n" },
	{ "take_remote",
	"\n"
	"/* From the memory of process n. */\n"
	"static long take_remote(int owner, int slot, int flags, int n, char *p, int pages)\n"
	"{\n"
	"\treturn step(owner, (struct pinlab_step){ .op = PINLAB_PIN_REMOTE, .flags = flags,\n"
	"\t\t    .slot = slot, .calls = 1, .batch = pages, .addr = (unsigned long)p,\n"
	"\t\t    .pid = shared->pid[n] });\n"
	"}\n" },
	{ "take_memfd",
	"\n"
	"static long take_memfd(int owner, int slot, int fd, int page, int pages)\n"
	"{\n"
	"\treturn step(owner, (struct pinlab_step){ .op = PINLAB_PIN_MEMFD, .slot = slot,\n"
	"\t\t    .calls = 1, .batch = pages, .addr = page * PAGE, .pid = fd });\n"
	"}\n" },
	{ "give",
	"\n"
	"/* The slot's first pages, all at once. */\n"
	"static long give(int owner, int slot, int op, int pages)\n"
	"{\n"
	"\treturn step(owner, (struct pinlab_step){ .op = op, .slot = slot, .calls = 1,\n"
	"\t\t    .batch = pages });\n"
	"}\n" },
	{ "change",
	"\n"
	"/* The slot's first pages, one after the other; they stay in the slot. */\n"
	"static long change(int owner, int slot, int op, int flags, int pages)\n"
	"{\n"
	"\treturn step(owner, (struct pinlab_step){ .op = op, .flags = flags, .slot = slot,\n"
	"\t\t    .calls = pages, .batch = 1 });\n"
	"}\n" },
	{ "reopen",
	"\n"
	"/* All that the owner holds is released. */\n"
	"static void reopen(int owner)\n"
	"{\n"
	"\tclose(dev[owner]);\n"
	"\tdev[owner] = open(\"/dev/pinlab\", O_RDWR);\n"
	"}\n" },
	{ "fork_process",
	"\n"
	"static void fork_process(int n)\n"
	"{\n"
	"\tpid_t pid = fork();\n"
	"\n"
	"\tif (pid < 0)\n"
	"\t\tdie(\"fork\");\n"
	"\tif (pid) {\n"
	"\t\tshared->pid[n] = pid;\n"
	"\t\treturn;\n"
	"\t}\n"
	"\tme = n;\n"
	"\tclose(dev[0]);\n"
	"\tclose(dev[1]);\n"
	"\topen_files();\n"
	"}\n" },
	{ "kill_process",
	"\n"
	"static void kill_process(int n)\n"
	"{\n"
	"\tkill(shared->pid[n], SIGKILL);\n"
	"\twaitpid(shared->pid[n], NULL, 0);\n"
	"\tshared->pid[n] = 0;\n"
	"}\n" },
	{ "child_frame",
	"\n"
	"/* Page frame that a child has at this address after fork(). */\n"
	"static long child_frame(char *p)\n"
	"{\n"
	"\tlong *frame = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);\n"
	"\tpid_t pid = fork();\n"
	"\n"
	"\tif (!pid) {\n"
	"\t\t*frame = info(p).pfn;\n"
	"\t\t_exit(0);\n"
	"\t}\n"
	"\twaitpid(pid, NULL, 0);\n"
	"\treturn *frame;\n"
	"}\n" },
	{ "child_writes",
	"\n"
	"/* A child writes to what is its own, and goes. */\n"
	"static void child_writes(char *p, int pages)\n"
	"{\n"
	"\tpid_t pid = fork();\n"
	"\n"
	"\tfor (int i = 0; !pid && i < pages; i++)\n"
	"\t\t*(volatile unsigned int *)(p + i * PAGE) = 0xdead;\n"
	"\tif (!pid)\n"
	"\t\t_exit(0);\n"
	"\twaitpid(pid, NULL, 0);\n"
	"}\n" },
	{ "migrate",
	"\n"
	"static void migrate(char *p, int pages, int node)\n"
	"{\n"
	"\tfor (int i = 0; i < pages; i++) {\n"
	"\t\tvoid *page = p + i * PAGE;\n"
	"\t\tint status;\n"
	"\n"
	"\t\tsyscall(SYS_move_pages, 0, 1ul, &page, &node, &status, 4 /* MOVE_ALL */);\n"
	"\t}\n"
	"}\n" },
	{ "put_text",
	"\n"
	"static void put_text(const char *path, const char *text)\n"
	"{\n"
	"\tint fd = open(path, O_WRONLY);\n"
	"\n"
	"\tif (fd < 0 || write(fd, text, strlen(text)) < 0)\n"
	"\t\tperror(path);\n"
	"\tclose(fd);\n"
	"}\n" },
	{ "split",
	"\n"
	"static void split(char *p, int pages)\n"
	"{\n"
	"\tchar text[80];\n"
	"\tint fd = open(\"/sys/kernel/debug/split_huge_pages\", O_WRONLY);\n"
	"\n"
	"\tsnprintf(text, sizeof(text), \"%d,%p,%p\", getpid(), p, p + pages * PAGE);\n"
	"\tif (fd < 0 || write(fd, text, strlen(text)) < 0)\n"
	"\t\tperror(\"split_huge_pages\");\n"
	"\tclose(fd);\n"
	"}\n" },
	{ "balance",
	"\n"
	"/* Pins taken less pins released, in all of the machine. */\n"
	"static long balance(void)\n"
	"{\n"
	"\tlong taken = 0, released = 0;\n"
	"\tchar text[128];\n"
	"\tFILE *f = fopen(\"/proc/sys/vm/stat_refresh\", \"r\");\n"
	"\n"
	"\twhile (f && fgets(text, sizeof(text), f))\n"
	"\t\t;\n"
	"\tif (f)\n"
	"\t\tfclose(f);\n"
	"\tf = fopen(\"/proc/vmstat\", \"r\");\n"
	"\twhile (f && fgets(text, sizeof(text), f)) {\n"
	"\t\tsscanf(text, \"nr_foll_pin_acquired %ld\", &taken);\n"
	"\t\tsscanf(text, \"nr_foll_pin_released %ld\", &released);\n"
	"\t}\n"
	"\tif (f)\n"
	"\t\tfclose(f);\n"
	"\treturn taken - released;\n"
	"}\n" },
	{ "complaints",
	"\n"
	"/* Lines of the kernel's log that begin a warning or a bug. */\n"
	"static long complaints(void)\n"
	"{\n"
	"\tstatic char log[1 << 20];\n"
	"\tint n = klogctl(3, log, sizeof(log) - 1);\n"
	"\tlong found = 0;\n"
	"\n"
	"\tlog[n < 0 ? 0 : n] = 0;\n"
	"\tfor (char *s = log; (s = strpbrk(s, \"WB\")); s++)\n"
	"\t\tfound += !strncmp(s, \"WARNING: \", 9) || !strncmp(s, \"BUG: \", 5);\n"
	"\treturn found;\n"
	"}\n" },
	{ NULL, NULL },
};

/* Is this function called in what is printed so far? */
static bool called(const char *text, const char *name)
{
	char call[40];

	snprintf(call, sizeof(call), "%s(", name);
	for (const char *s = text; (s = strstr(s, call)); s++)
		if (s == text || strchr(" \t(!", s[-1]))
			return true;
	return false;
}

void print_put_parts(FILE *f, const char *body)
{
	const struct print_part *p = print_parts;
	bool needed[40] = { false };
	unsigned int n = 0;

	while (p[n].name)
		n++;
	for (unsigned int i = n; i-- > 0;) {
		needed[i] = !*p[i].name || called(body, p[i].name);
		for (unsigned int k = i + 1; k < n && !needed[i]; k++)
			needed[i] = needed[k] && called(p[k].text, p[i].name);
	}
	for (unsigned int i = 0; i < n; i++)
		if (needed[i])
			fputs(p[i].text, f);
}
