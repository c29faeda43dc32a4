// SPDX-License-Identifier: GPL-2.0
/* The model check: names. */
#include "guest/model/text.h"
#include "guest/model/model.h"

static const char *const kinds[MK_NR] = {
	"anon", "anon-mthp", "anon-thp", "anon-hugetlb", "shmem", "shmem-thp", "hugetlb",
};

const char *model_kind_name(enum model_kind kind)
{
	return kinds[kind];
}

const char *model_pinlab_op_name(unsigned int op)
{
	static const char *const names[PINLAB_NR_OPS] = {
		"PINLAB_NOP", "PINLAB_GET_FAST", "PINLAB_PIN_FAST", "PINLAB_PIN_SLOW",
		"PINLAB_PIN_REMOTE", "PINLAB_PIN_LT_FAST", "PINLAB_PIN_LT_SLOW",
		"PINLAB_EXC_FAST", "PINLAB_EXC_SLOW", "PINLAB_PIN_MEMFD", "PINLAB_PUT",
		"PINLAB_UNPIN", "PINLAB_UNPIN_DIRTY", "PINLAB_UNPIN_EXC",
		"PINLAB_UNPIN_EXC_DIRTY", "PINLAB_DROP", "PINLAB_RETAKE",
	};

	return op < PINLAB_NR_OPS ? names[op] : "?";
}

static const char *const what_names[MW_NR] = {
	"take", "give", "change", "caller's bug", "close", "fork", "kill", "child", "write",
	"munmap", "mmap", "mremap", "mprotect", "MADV_DONTNEED", "MADV_COLD", "MADV_PAGEOUT",
	"punch hole", "truncate", "move_pages", "compact", "split", "count",
};

const char *model_op_text(const struct model_seq *seq, const struct model_op *o, char *buf,
			  size_t size)
{
	const char *what = what_names[o->what], *op = model_pinlab_op_name(o->op) + 7;
	const char *kind = o->region < MODEL_REGIONS ? kinds[seq->region[o->region].kind] : "";

	switch (o->what) {
	case MW_TAKE:
		snprintf(buf, size, "%s%s of %u pages at %u of region %u (%s), process %u%s",
			 op, o->flags & PINLAB_READ ? " (read)" : "", o->pages, o->page,
			 o->region, kind, o->proc, o->times > 1 ? ", many times" : "");
		break;
	case MW_GIVE:
	case MW_CHANGE:
	case MW_BUG:
		snprintf(buf, size, "%s%s of %u pages of file %u, slot %u, process %u",
			 o->what == MW_BUG ? "caller's bug: " : "", op, o->pages, o->file,
			 o->slot, o->proc);
		break;
	case MW_CLOSE:
	case MW_FORK:
	case MW_KILL:
	case MW_CHILD:
	case MW_COMPACT:
	case MW_COUNT:
		snprintf(buf, size, "%s, process %u", what, o->proc);
		break;
	default:
		snprintf(buf, size, "%s of %u pages at %u of region %u (%s), process %u", what,
			 o->pages, o->page, o->region, kind, o->proc);
	}
	return buf;
}
