// SPDX-License-Identifier: GPL-2.0
/* The memory of a cell, and who holds it. */
#include "guest/paths/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest/device.h"
#include "guest/paths/cell.h"
#include "guest/paths/kvm.h"
#include "guest/paths/path.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

static int take_secret(struct path_cell *c)
{
	c->fd = syscall(SYS_memfd_secret, O_CLOEXEC);
	if (c->fd < 0)
		return cell_skip(c, "memfd_secret: %s", strerror(errno));
	c->mem = (struct mem){ .kind = MEM_NONE, .fd = c->fd, .bytes = PAGE_BYTES };
	if (ftruncate(c->fd, PAGE_BYTES))
		return cell_skip(c, "memfd_secret: ftruncate: %s", strerror(errno));
	c->addr = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	if (c->addr == MAP_FAILED)
		return cell_skip(c, "memfd_secret: mmap: %s", strerror(errno));
	memcpy(c->addr, c->said->canary, PAGE_BYTES);
	return 0;
}

static int take_guest_memfd(struct path_cell *c)
{
	struct pinlab_owned q = { .fd = -1, .buf = (uintptr_t)c->said->canary };
	int err = kvm_guest_memfd(PAGE_BYTES, &c->vm, &c->fd);

	if (err)
		return cell_skip(c, "guest_memfd (CONFIG_KVM_SW_PROTECTED_VM): %s",
				 strerror(-err));
	c->mem = (struct mem){ .kind = MEM_NONE, .fd = c->fd, .bytes = PAGE_BYTES };
	q.fd = c->fd;
	q.keep = c->path->frees;
	err = cell_owned(c, PINLAB_OWNED_FIND, &q);
	if (!err)
		err = cell_owned(c, PINLAB_OWNED_POKE, &q);
	return err ? cell_skip(c, "the page of guest_memfd: %s", strerror(-err)) : 0;
}

int cell_take_memory(struct path_cell *c)
{
	const char *why = "";
	int err;

	if (c->scheme == SCHEME_MEMFD_SECRET)
		return take_secret(c);
	if (c->scheme == SCHEME_GUEST_MEMFD)
		return take_guest_memfd(c);
	err = mem_alloc(&c->mem, c->kind, PAGE_BYTES, &why);
	if (err)
		return cell_skip(c, "%s: %s", why, strerror(-err));
	c->addr = c->mem.addr;
	c->fd = c->mem.fd;
	memcpy(c->addr, c->said->canary, PAGE_BYTES);
	return 0;
}

static int pin(struct path_cell *c, enum pinlab_op op)
{
	struct pinlab_step s = { .op = op, .calls = 1, .batch = 1, .addr = (uintptr_t)c->addr };
	int err;

	err = dev_step(c->drv, &s);
	if (err)
		return cell_skip(c, "pinning it: %s", strerror(-err));
	if (s.done != 1)
		return cell_skip(c, "pinning it: %s", strerror(s.err ? -s.err : EBUSY));
	return 0;
}

int cell_hold(struct path_cell *c)
{
	struct pinlab_owned q = { .addr = (uintptr_t)c->addr, .fd = -1, .keep = c->path->frees };
	int err;

	if (c->scheme == SCHEME_LONGTERM && pin(c, PINLAB_PIN_LT_FAST))
		return 1;
	if (c->scheme == SCHEME_EXCLUSIVE && pin(c, PINLAB_EXC_FAST))
		return 1;
	if (c->scheme == SCHEME_GUEST_MEMFD)
		return 0;
	if (c->scheme == SCHEME_MEMFD_SECRET) {
		q.fd = c->fd;
		q.addr = 0;
	}
	err = cell_owned(c, PINLAB_OWNED_FIND, &q);
	return err ? cell_skip(c, "finding the page: %s", strerror(-err)) : 0;
}
