// SPDX-License-Identifier: GPL-2.0
/* Records of /dev/kmsg, as the guest reads them: one a line. */
#include <stdlib.h>
#include <string.h>

#include "guest/machine/kmsg.h"
#include "host/base/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct complaint c = { .n = 0 };
	unsigned long kinds = 0;

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) : size;
		char *record = strndup((const char *)data, n);

		kmsg_take(&c, record);
		free(record);
		data += n + !!end;
		size -= n + !!end;
	}
	for (unsigned int i = 0; i < c.n_kinds; i++)
		kinds += c.times[i];
	if (kinds > c.warnings || !text_is_plain(c.text))
		abort();
	return 0;
}
