// SPDX-License-Identifier: GPL-2.0
/* What a process of the model check can do: the driver's work, memory calls, looking. */
#include "guest/model/exec/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/clock.h"
#include "guest/device.h"

#define PM_PRESENT	0x8000000000000000ull
#define PM_PFN		((1ull << 55) - 1)
#define MPOL_MF_MOVE_ALL 4		/* linux/mempolicy.h */

static int driver[MODEL_FILES] = { -1, -1 };
static int pagemap = -1, kpageflags = -1;
static sigjmp_buf fault;
uint32_t agent_zero_pfn;

static int ret(long r)
{
	return r < 0 ? -errno : 0;
}

static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

static int open_all(void)
{
	struct sigaction sa = { .sa_handler = on_fault };

	for (int i = 0; i < MODEL_FILES; i++) {
		/* After a fork these are the parent's. */
		if (driver[i] >= 0)
			close(driver[i]);
		driver[i] = dev_open();
		if (driver[i] < 0)
			return driver[i];
	}
	if (pagemap >= 0)
		close(pagemap);
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (pagemap < 0)
		return -errno;
	if (kpageflags < 0)
		kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	sigaction(SIGBUS, &sa, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	return 0;
}

static int step(struct agent_cmd *c)
{
	return dev_run(driver[c->file], &c->step, 1);
}

uint64_t agent_page_flags(uint32_t pfn)
{
	uint64_t flags = 0;

	if (pread(kpageflags, &flags, sizeof(flags), (off_t)pfn * sizeof(flags)) !=
	    sizeof(flags))
		return 0;
	return flags;
}

/* The small one is known; of huge ones there may be another each time. */
static bool is_zero_page(uint32_t pfn, unsigned int order)
{
	if (order < 9)
		return pfn == agent_zero_pfn;
	return agent_page_flags(pfn) & KPF_ZERO_PAGE;
}

static void fill(struct model_look *l, const struct pinlab_page_info *i)
{
	*l = (struct model_look){
		.pfn = i->pfn, .head = i->pfn & ~((1u << i->order) - 1),
		.refcount = i->refcount, .pincount = i->pincount, .order = i->order,
		.there = 1, .pinned = i->maybe_pinned, .exclusive = i->exclusive,
		.zero = is_zero_page(i->pfn, i->order),
	};
}

static int look_at(struct model_look *l, uintptr_t addr)
{
	struct pinlab_page_info i;
	int err = dev_page(driver[0], (void *)addr, &i);

	if (!err)
		fill(l, &i);
	return err;
}

static bool same_folio(const struct model_look *l, uint32_t pfn)
{
	return l->there && l->order && pfn >= l->head && pfn - l->head < 1u << l->order;
}

static int look(struct agent_cmd *c)
{
	static uint64_t entry[MODEL_PAGES];
	size_t size = c->n * sizeof(entry[0]);

	if (pread(pagemap, entry, size, c->addr / MODEL_PAGE * sizeof(entry[0])) !=
	    (ssize_t)size)
		return -EIO;
	for (unsigned int i = 0; i < c->n; i++) {
		struct model_look *l = &c->look[i];
		uint32_t pfn = entry[i] & PM_PFN;

		memset(l, 0, sizeof(*l));
		if (!(entry[i] & PM_PRESENT))
			continue;
		if (i && same_folio(&l[-1], pfn)) {
			*l = l[-1];
			l->pfn = pfn;
		} else if (look_at(l, c->addr + i * MODEL_PAGE)) {
			l->there = 0;
		}
	}
	return 0;
}

static int look_slot(struct agent_cmd *c)
{
	for (unsigned int i = 0; i < c->n; i++) {
		struct pinlab_page_info info;
		int err = dev_held(driver[c->file], c->slot, c->index + i, &info);

		if (err)
			return err;
		fill(&c->look[i], &info);
	}
	return 0;
}

static int close_file(struct agent_cmd *c)
{
	close(driver[c->file]);
	driver[c->file] = dev_open();
	return driver[c->file] < 0 ? driver[c->file] : 0;
}

static int write_words(struct agent_cmd *c)
{
	/* Without huge pages to give, an access to hugetlb memory is a SIGBUS. */
	if (sigsetjmp(fault, 1))
		return -EFAULT;
	for (unsigned int i = 0; i < c->n; i++)
		if (c->word[i])
			*(volatile uint32_t *)(c->addr + i * MODEL_PAGE) = c->word[i];
	return 0;
}

static int read_words(struct agent_cmd *c)
{
	/* Static: the jump may come back to any page. */
	static volatile unsigned int i;

	for (i = 0; i < c->n; i++) {
		if (!c->word[i])
			continue;
		if (sigsetjmp(fault, 1))
			c->word[i] = AGENT_NO_WORD;
		else
			c->word[i] = *(volatile uint32_t *)(c->addr + i * MODEL_PAGE);
	}
	return 0;
}

/* In the short-lived child: what does it see, and does what it writes stay its own? */
static void child(struct agent_cmd *c)
{
	unsigned int n = c->n;

	close(pagemap);
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (look(c))
		_exit(1);
	for (unsigned int i = 0; i < n; i++)
		c->word[i] = c->look[i].there ? c->look[i].pfn : 0;
	for (unsigned int i = 0; i < n; i += n > 32 ? 64 : 1)
		if (!sigsetjmp(fault, 1) && c->word[i])
			*(volatile uint32_t *)(c->addr + i * MODEL_PAGE) = 0xdead;
	_exit(0);
}

static int fork_child(struct agent_cmd *c)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		child(c);
	waitpid(pid, &status, 0);
	return status ? -EIO : 0;
}

static int map(struct agent_cmd *c)
{
	int flags = MAP_FIXED_NOREPLACE | (c->hugetlb ? MAP_HUGETLB : 0) |
		    (c->fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED);
	void *p = mmap((void *)c->addr, c->n * MODEL_PAGE, PROT_READ | PROT_WRITE, flags, c->fd,
		       (off_t)c->arg * MODEL_PAGE);

	if (p == MAP_FAILED)
		return -errno;
	/* hugetlb knows neither. */
	madvise(p, c->n * MODEL_PAGE, c->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	return 0;
}

static int move(struct agent_cmd *c)
{
	size_t bytes = c->n * MODEL_PAGE;

	return mremap((void *)c->addr, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
		      (void *)c->addr2) == MAP_FAILED ? -errno : 0;
}

static int truncate_and_back(struct agent_cmd *c)
{
	if (ftruncate(c->fd, (off_t)c->arg * MODEL_PAGE))
		return -errno;
	return ret(ftruncate(c->fd, (off_t)c->n * MODEL_PAGE));
}

static int migrate(struct agent_cmd *c)
{
	static void *page[MODEL_PAGES];
	static int node[MODEL_PAGES], status[MODEL_PAGES];

	for (unsigned int i = 0; i < c->n; i++) {
		page[i] = (void *)(c->addr + i * MODEL_PAGE);
		node[i] = c->arg;
	}
	return ret(syscall(SYS_move_pages, 0, (unsigned long)c->n, page, node, status,
			   MPOL_MF_MOVE_ALL));
}

static int write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = ret(write(fd, text, strlen(text)));
	close(fd);
	return err;
}

static int split(const struct agent_cmd *c)
{
	char text[80];

	snprintf(text, sizeof(text), "%d,0x%lx,0x%lx", getpid(), (unsigned long)c->addr,
		 (unsigned long)(c->addr + c->n * MODEL_PAGE));
	return write_to("/sys/kernel/debug/split_huge_pages", text);
}

static int memory(struct agent_cmd *c)
{
	void *p = (void *)c->addr;
	size_t bytes = c->n * MODEL_PAGE;

	switch (c->what) {
	case AG_MAP:
		return map(c);
	case AG_UNMAP:
		return ret(munmap(p, bytes));
	case AG_MOVE:
		return move(c);
	case AG_PROTECT:
		return ret(mprotect(p, bytes, c->arg));
	case AG_ADVISE:
		return ret(madvise(p, bytes, c->arg));
	case AG_PUNCH:
		return ret(fallocate(c->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				     (off_t)c->arg * MODEL_PAGE, bytes));
	case AG_TRUNCATE:
		return truncate_and_back(c);
	case AG_MIGRATE:
		return migrate(c);
	case AG_COMPACT:
		return write_to("/proc/sys/vm/compact_memory", "1");
	case AG_SPLIT:
		return split(c);
	default:
		return -EINVAL;
	}
}

void agent_do(struct agent_cmd *c)
{
	switch (c->what) {
	case AG_OPEN:
		c->err = open_all();
		break;
	case AG_STEP:
		c->err = step(c);
		break;
	case AG_LOOK:
		c->err = look(c);
		break;
	case AG_LOOK_FAULT:
		c->err = look_at(&c->look[0], c->addr);
		break;
	case AG_LOOK_SLOT:
		c->err = look_slot(c);
		break;
	case AG_CLOSE:
		c->err = close_file(c);
		break;
	case AG_WRITE:
		c->err = write_words(c);
		break;
	case AG_READ:
		c->err = read_words(c);
		break;
	case AG_CHILD:
		c->err = fork_child(c);
		break;
	case AG_EXIT:
		_exit(0);
	default:
		c->err = memory(c);
	}
}
