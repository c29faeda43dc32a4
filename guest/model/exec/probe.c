// SPDX-License-Identifier: GPL-2.0
/* The model check: what the kernel at hand gives. */
#include "guest/model/exec/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/model/exec/agent.h"
#include "guest/model/exec/proc.h"
#include "guest/model/rules.h"
#include "guest/torture/torture.h"

#define MTHP_SWITCH "/sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled"
#define PROBE_ADDR 0x300000000000ul

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	/* What this would have turned on is then found missing. */
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return;
	close(fd);
}

void model_mthp(bool on)
{
	put_text(MTHP_SWITCH, on ? "madvise" : "never");
}

static int backing(enum model_kind kind)
{
	int fd;

	if (model_kind_anon(kind))
		return -1;
	fd = memfd_create("model", MFD_CLOEXEC | (kind == MK_HUGETLB ? MFD_HUGETLB : 0));
	if (fd >= 0 && ftruncate(fd, model_kind_unit(kind) * MODEL_PAGE))
		return -1;
	return fd;
}

/* One folio of this kind: is it as large as it should be, and how many references has it? */
static void probe_kind(struct agents *a, struct model_caps *caps, enum model_kind kind)
{
	struct agent_cmd *c = a->cmd;
	unsigned int unit = model_kind_unit(kind), n = unit;

	*c = (struct agent_cmd){ .what = AG_MAP, .addr = PROBE_ADDR, .n = n,
				 .fd = backing(kind), .hugetlb = kind == MK_ANON_HUGETLB,
				 .huge = unit > 1 && !model_kind_hugetlb(kind) };
	if (!model_kind_anon(kind) && c->fd < 0)
		return;
	if (agent_call(a, 0))
		return;
	memset(c->word, 1, n * sizeof(c->word[0]));
	c->what = AG_WRITE;
	if (!agent_call(a, 0)) {
		torture_drain();
		c->what = AG_LOOK;
		c->n = 1;
		if (!agent_call(a, 0) && c->look[0].there && 1u << c->look[0].order == unit) {
			caps->kinds |= 1u << kind;
			caps->refs[kind] = c->look[0].refcount;
		}
	}
	c->what = AG_UNMAP;
	c->n = n;
	agent_call(a, 0);
	if (c->fd >= 0)
		close(c->fd);
}

/* Page frame of what a private page shows before it is written to. */
static uint32_t find_zero_page(struct agents *a)
{
	struct agent_cmd *c = a->cmd;

	*c = (struct agent_cmd){ .what = AG_MAP, .addr = PROBE_ADDR, .n = 1, .fd = -1 };
	if (agent_call(a, 0))
		return 0;
	c->what = AG_LOOK_FAULT;
	return agent_call(a, 0) ? 0 : c->look[0].pfn;
}

static bool has_movable(void)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	unsigned long present = 0;
	bool movable = false;
	char line[128];

	while (f && fgets(line, sizeof(line), f)) {
		if (strstr(line, "zone "))
			movable = strstr(line, "Movable");
		if (movable && sscanf(line, " present %lu", &present) == 1 && present)
			break;
	}
	if (f)
		fclose(f);
	return present;
}

static int probe(struct model_caps *caps)
{
	struct agents a;
	int err = agents_start(&a);

	if (err)
		return err;
	if (!dev_is_there())
		return -ENODEV;
	caps->exclusive = dev_has_exclusive();
	caps->ops = dev_caps()->ops;
	caps->memfd = dev_has_memfd();
	caps->nodes = !access("/sys/devices/system/node/node1", F_OK);
	caps->split = !access("/sys/kernel/debug/split_huge_pages", W_OK);
	caps->movable = has_movable();
	for (int k = 0; k < MK_NR; k++)
		probe_kind(&a, caps, k);
	caps->zero_pfn = find_zero_page(&a);
	return 0;
}

int model_probe(struct model_caps *caps)
{
	struct model_caps *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	if (shared == MAP_FAILED)
		return -errno;
	/* Where it is mounted already this does nothing. */
	if (access("/sys/kernel/debug/split_huge_pages", F_OK))
		mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	model_mthp(true);
	pid = fork();
	if (!pid)
		_exit(probe(shared) ? 1 : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return -ENODEV;
	*caps = *shared;
	agent_zero_pfn = caps->zero_pfn;
	munmap(shared, sizeof(*shared));
	return 0;
}
