// SPDX-License-Identifier: GPL-2.0
#include "guest/identity.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/record.h"
#include "include/wire.h"

#define ID_MAX 20		/* bytes: SHA-1, as the linker makes it */

/* The description of the first build id among these notes; NULL if there is none. */
static const unsigned char *find_id(const char *notes, size_t n, size_t *len)
{
	size_t at = 0;

	while (at + sizeof(Elf64_Nhdr) <= n) {
		const Elf64_Nhdr *h = (const Elf64_Nhdr *)(notes + at);
		size_t name = at + sizeof(*h), desc = name + ((h->n_namesz + 3ul) & ~3ul);

		if (desc + h->n_descsz > n)
			return NULL;
		*len = h->n_descsz;
		if (h->n_type == NT_GNU_BUILD_ID && h->n_namesz == 4 &&
		    !memcmp(notes + name, ELF_NOTE_GNU, 4))
			return (const unsigned char *)notes + desc;
		at = desc + ((h->n_descsz + 3ul) & ~3ul);
	}
	return NULL;
}

static void tell(const char *cap, const char *file)
{
	static char notes[16384] __attribute__((aligned(8)));
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, notes, sizeof(notes));
	char hex[2 * ID_MAX + 1];
	const unsigned char *id;
	size_t len;

	if (fd >= 0)
		close(fd);
	id = n > 0 ? find_id(notes, n, &len) : NULL;
	if (!id || len > ID_MAX)
		return;
	for (size_t i = 0; i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
	record(WIRE_CAP, cap, hex);
}

void identity_tell(void)
{
	tell(WIRE_CAP_KERNEL_ID, "/sys/kernel/notes");
	tell(WIRE_CAP_DRIVER_ID, "/sys/module/pinlab/notes/.note.gnu.build-id");
}
