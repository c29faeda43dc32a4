// SPDX-License-Identifier: GPL-2.0
/* What a series comes in: an mbox, a mail, a patch. */
#include <stdlib.h>

#include "host/mail/mail.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* With a NUL behind it, as a file that was read has. */
	char *text = xcalloc(size + 1, 1);
	struct mails m;

	for (size_t i = 0; i < size; i++)
		text[i] = data[i];
	mails_read(text, size, &m);
	for (size_t i = 0; i < m.n; i++)
		diff_has_change(&m.v[i].diff);
	mails_free(&m);
	free(text);
	return 0;
}
