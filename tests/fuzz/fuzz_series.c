// SPDX-License-Identifier: GPL-2.0
/* What a series comes in: an mbox, a mail, a patch; and what of it is the series. */
#include <stdlib.h>
#include <string.h>

#include "host/mail/mail.h"
#include "host/mail/thread.h"
#include "host/mail/touched.h"
#include "tests/fuzz/fuzz.h"

static void use(const struct mails *m)
{
	struct letter *all = xcalloc(m->n + 1, sizeof(*all));
	struct strlist touched = { 0 };
	char *note = NULL, *why = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct bytes *d = &m->v[i].diff;

		all[i].mail = &m->v[i];
		free(letter_shown(&all[i]));
		touched_add(&touched, d->p, d->n, i % 3);
		free(hunk_shown(d->p, d->n, 1, "mm/a.c", 1));
	}
	for (size_t i = 0; i < touched.n; i++)
		if (*touched.v[i] == '/' || strstr(touched.v[i], "/../"))
			abort();
	if (m->n)
		thread_select(all, m->n, m->n == 1, &note, &why);
	free(note);
	free(why);
	strlist_free(&touched);
	free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mails m;

	mails_read((const char *)data, size, &m);
	use(&m);
	mails_free(&m);
	return 0;
}
