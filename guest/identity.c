// SPDX-License-Identifier: GPL-2.0
#include "guest/identity.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/record.h"
#include "include/wire.h"

#define NOTES_MAX 16384
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
	/* Given back: pages of this process would be in each row's, for fork() to copy. */
	char *notes = mmap(NULL, NOTES_MAX, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = notes == MAP_FAILED ? -1 : open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, notes, NOTES_MAX);
	char hex[2 * ID_MAX + 1];
	const unsigned char *id;
	size_t len;

	if (fd >= 0)
		close(fd);
	id = n > 0 ? find_id(notes, n, &len) : NULL;
	for (size_t i = 0; id && len <= ID_MAX && i < len; i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
	if (id && len <= ID_MAX)
		record(WIRE_CAP, cap, hex);
	if (notes != MAP_FAILED)
		munmap(notes, NOTES_MAX);
}

void identity_tell(void)
{
	tell(WIRE_CAP_KERNEL_ID, "/sys/kernel/notes");
	tell(WIRE_CAP_DRIVER_ID, "/sys/module/pinlab/notes/.note.gnu.build-id");
}
