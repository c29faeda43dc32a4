// SPDX-License-Identifier: GPL-2.0
/* What system calls on the memory make of the model: mappings, contents, files. */
#include "guest/model/changes.h"

#include "guest/model/model.h"
#include "guest/model/rules.h"
#include "guest/model/state.h"

/* What is mapped there now is something new. */
static void new_page(struct model *m, const struct model_op *o, unsigned int page)
{
	m->proc[o->proc].at[o->region][page] = 0;
	if (model_kind_anon(m->seq->region[o->region].kind))
		*model_stamp(m, o->proc, o->region, page) = 0;
}

static void change_page(struct model *m, const struct model_op *o, unsigned int page,
			uint32_t stamp)
{
	uint8_t *prot = &m->proc[o->proc].prot[o->region][page];

	switch (o->what) {
	case MW_WRITE:
		if (*prot == MP_WRITE)
			*model_stamp(m, o->proc, o->region, page) = stamp + page;
		break;
	case MW_UNMAP:
		*prot = MP_NONE;
		new_page(m, o, page);
		break;
	case MW_MAP:
		if (*prot == MP_NONE)
			new_page(m, o, page);
		*prot = *prot == MP_NONE ? MP_WRITE : *prot;
		break;
	case MW_DONTNEED:
		if (*prot != MP_NONE)
			new_page(m, o, page);
		break;
	case MW_PROTECT:
		if (*prot != MP_NONE)
			*prot = o->arg ? MP_WRITE : MP_READ;
		break;
	}
}

/* Where the file's pages [from, to) are mapped nothing can be said any more. */
static void forget_file_places(struct model *m, unsigned int file, unsigned int from,
			       unsigned int to)
{
	for (unsigned int r = 0; r < m->seq->nr_regions; r++) {
		const struct model_region *reg = &m->seq->region[r];

		if (model_kind_anon(reg->kind) || reg->file != file)
			continue;
		for (unsigned int i = 0; i < reg->pages; i++) {
			if (reg->offset + i < from || reg->offset + i >= to)
				continue;
			for (unsigned int p = 0; p < MODEL_PROCS; p++)
				m->proc[p].at[r][i] = 0;
		}
	}
}

/*
 * A large folio of which only a part is cut off may stay as it is, with that
 * part cleared, or go: a pin keeps it from being split.
 */
static void cut_page(struct model *m, unsigned int file, unsigned int page, unsigned int from,
		     unsigned int to)
{
	struct model_cache *c = &m->cache[file];
	const struct model_folio *f = c->pfn[page] ? model_folio_of(m, c->pfn[page]) : NULL;
	unsigned int n = f ? 1u << f->order : 1, first = page & ~(n - 1);

	c->stamp[page] = 0;
	if (first >= from && first + n <= to) {
		c->pfn[page] = 0;
		c->unsure[page] = 0;
		forget_file_places(m, file, page, page + 1);
		return;
	}
	for (unsigned int i = first; i < first + n && i < MODEL_PAGES; i++)
		c->unsure[i] = 1;
	forget_file_places(m, file, first, first + n);
}

static void cut_file(struct model *m, const struct model_op *o)
{
	const struct model_region *r = &m->seq->region[o->region];
	unsigned int from = r->offset + o->page, to = from + model_pages(m, o);

	if (o->what == MW_TRUNCATE)
		to = MODEL_PAGES;
	for (unsigned int i = from; i < to; i++)
		cut_page(m, r->file, i, from, to);
}

void model_memory(struct model *m, const struct model_op *o, uint32_t stamp)
{
	unsigned int n = model_pages(m, o);

	switch (o->what) {
	case MW_PUNCH:
	case MW_TRUNCATE:
		cut_file(m, o);
		return;
	case MW_MOVE:
		m->proc[o->proc].home[o->region] = o->arg;
		return;
	case MW_PAGEOUT:
		m->reclaimed = true;
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		change_page(m, o, o->page + i, stamp);
}
