// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/build_id.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of a kernel that a user has built: nothing in it is taken on trust. */
struct image {
	const unsigned char *at;
	size_t n;
};

static const void *part(const struct image *f, size_t from, size_t n)
{
	return from > f->n || n > f->n - from ? NULL : f->at + from;
}

static bool id_of_notes(const struct image *f, const Elf64_Shdr *s, char hex[BUILD_ID_HEX])
{
	size_t at = 0;

	while (s->sh_size >= sizeof(Elf64_Nhdr) && at <= s->sh_size - sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *h = part(f, s->sh_offset + at, sizeof(*h));
		size_t name = at + sizeof(*h), desc;
		const unsigned char *id, *who;

		if (!h)
			return false;
		desc = name + ((h->n_namesz + 3ul) & ~3ul);
		who = part(f, s->sh_offset + name, 4);
		id = part(f, s->sh_offset + desc, h->n_descsz);
		if (who && id && h->n_type == NT_GNU_BUILD_ID && h->n_namesz == 4 &&
		    !memcmp(who, ELF_NOTE_GNU, 4) && 2ul * h->n_descsz < BUILD_ID_HEX) {
			for (size_t i = 0; i < h->n_descsz; i++)
				snprintf(hex + 2 * i, 3, "%02x", id[i]);
			return true;
		}
		at = desc + ((h->n_descsz + 3ul) & ~3ul);
	}
	return false;
}

static int find_id(const struct image *f, char hex[BUILD_ID_HEX])
{
	const Elf64_Ehdr *e = part(f, 0, sizeof(*e));

	if (!e || memcmp(e->e_ident, ELFMAG, SELFMAG) || e->e_ident[EI_CLASS] != ELFCLASS64)
		return -ENOEXEC;
	for (size_t i = 0; i < e->e_shnum; i++) {
		const Elf64_Shdr *s = part(f, e->e_shoff + i * sizeof(*s), sizeof(*s));

		if (s && s->sh_type == SHT_NOTE && part(f, s->sh_offset, s->sh_size) &&
		    id_of_notes(f, s, hex))
			return 0;
	}
	return -ENOENT;
}

int build_id(const char *path, char hex[BUILD_ID_HEX])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;
	struct image f;
	struct stat st;

	*hex = '\0';
	if (fd < 0)
		return -errno;
	ret = fstat(fd, &st) ? -errno : st.st_size ? 0 : -ENOEXEC;
	if (!ret) {
		f.n = st.st_size;
		f.at = mmap(NULL, f.n, PROT_READ, MAP_PRIVATE, fd, 0);
		ret = f.at == MAP_FAILED ? -errno : 0;
	}
	close(fd);
	if (ret)
		return ret;
	ret = find_id(&f, hex);
	munmap((void *)f.at, f.n);
	return ret;
}
