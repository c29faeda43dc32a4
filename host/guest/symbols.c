// SPDX-License-Identifier: GPL-2.0
#include "host/guest/symbols.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"
#include "host/base/util.h"

/* The upper half of a 64-bit address space is the kernel's. */
#define KERNEL_HALF (UINT64_C(1) << 63)

struct symbol {
	uint64_t addr;
	const char *name;
	uint64_t count;		/* in the window that is being read */
};

struct map {
	char *text;
	struct symbol *v;	/* by address; two more at the end: module, user */
	size_t n;
	uint64_t end;		/* of the kernel's text */
};

static int by_addr(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static int by_count(const void *a, const void *b)
{
	const struct symbol *x = *(struct symbol *const *)a, *y = *(struct symbol *const *)b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void add_symbol(struct map *m, char *line)
{
	char *type, *name;
	uint64_t addr = strtoull(line, &type, 16);

	if (*type != ' ' || !type[1] || type[2] != ' ')
		return;
	name = type + 3;
	if (!strcmp(name, "_etext"))
		m->end = addr;
	if (!strchr("tTwW", type[1]))
		return;
	if (!(m->n & (m->n - 1)))
		m->v = xrealloc(m->v, ((m->n ? 2 * m->n : 1) + 2) * sizeof(*m->v));
	m->v[m->n++] = (struct symbol){ addr, name, 0 };
}

static int load_map(struct map *m, const char *path)
{
	char *rest, *line;

	*m = (struct map){ .text = read_file(path, NULL) };
	if (!m->text)
		return -errno;
	for (rest = m->text; (line = strsep(&rest, "\n"));)
		add_symbol(m, line);
	if (!m->n)
		return -EINVAL;
	qsort(m->v, m->n, sizeof(*m->v), by_addr);
	if (!m->end)
		m->end = m->v[m->n - 1].addr + 1;
	m->v[m->n] = (struct symbol){ .name = "[pinlab.ko]" };
	m->v[m->n + 1] = (struct symbol){ .name = "[user]" };
	return 0;
}

static struct symbol *find(struct map *m, uint64_t addr)
{
	size_t lo = 0, hi = m->n;

	if (addr < KERNEL_HALF)
		return &m->v[m->n + 1];
	if (addr < m->v[0].addr || addr >= m->end)
		return &m->v[m->n];
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->v[mid].addr <= addr)
			lo = mid;
		else
			hi = mid;
	}
	return &m->v[lo];
}

static void put_window(FILE *out, struct map *m, unsigned long window)
{
	struct symbol **hit = xcalloc(m->n + 2, sizeof(*hit));
	size_t n = 0;

	for (size_t i = 0; i < m->n + 2; i++)
		if (m->v[i].count)
			hit[n++] = &m->v[i];
	qsort(hit, n, sizeof(*hit), by_count);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%lu\t%s\t%" PRIu64 "\n", window, hit[i]->name, hit[i]->count);
		hit[i]->count = 0;
	}
	free(hit);
}

static void convert(FILE *in, FILE *out, struct map *m)
{
	unsigned long window, now = 0;
	uint64_t addr, count;
	bool any = false;

	while (fscanf(in, "%lu %" SCNx64 " %" SCNu64, &window, &addr, &count) == 3) {
		if (any && window != now)
			put_window(out, m, now);
		now = window;
		any = true;
		find(m, addr)->count += count;
	}
	if (any)
		put_window(out, m, now);
}

int symbols_resolve(const struct place *boot, const char *raw, const char *system_map,
		    const char *tsv)
{
	struct map m;
	FILE *in, *out;
	char *text = NULL;
	size_t len = 0;
	int ret = load_map(&m, system_map), fd;

	if (ret)
		goto out;
	fd = place_fd(boot, raw);
	in = fd < 0 ? NULL : fdopen(fd, "r");
	if (!in) {
		ret = fd < 0 ? fd : -errno;
		goto out;
	}
	out = open_memstream(&text, &len);
	if (!out)
		ret = -errno;
	else
		convert(in, out, &m);
	fclose(in);
	if (out && fclose(out))
		ret = -errno;
	if (!ret)
		ret = place_write(boot, tsv, text, len);
	free(text);
out:
	free(m.text);
	free(m.v);
	return ret;
}
