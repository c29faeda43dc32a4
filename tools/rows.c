// SPDX-License-Identifier: GPL-2.0
#include "rows.h"

#include <stdlib.h>
#include <string.h>

struct loading {
	struct bench_row *rows;
	size_t n;
};

static void one_row(const char *line, void *arg)
{
	struct loading *l = arg;
	struct bench_row *r;
	struct strlist f = { 0 };

	strlist_split(&f, line, "\t");
	if (f.n == 4) {
		l->rows = xrealloc(l->rows, (l->n + 1) * sizeof(*l->rows));
		r = &l->rows[l->n++];
		*r = (struct bench_row){ xstrdup(f.v[0]), xstrdup(f.v[1]), xstrdup(f.v[2]),
					 xstrdup(f.v[3]) };
	}
	strlist_free(&f);
}

size_t rows_load(struct bench_row **rows)
{
	char *guest = xasprintf("%s/build/guest/pinlab-guest", repo_dir());
	struct loading l = { 0 };
	int ret = run_program((char *[]){ guest, "--list", NULL }, NULL, NULL, one_row, &l);

	if (ret || !l.n) {
		err("%s --list failed; run make", guest);
		rows_free(l.rows, l.n);
		l = (struct loading){ 0 };
	}
	free(guest);
	*rows = l.rows;
	return l.n;
}

void rows_free(struct bench_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(rows[i].name);
		free(rows[i].needs);
		free(rows[i].metrics);
		free(rows[i].summary);
	}
	free(rows);
}
