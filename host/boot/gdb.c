// SPDX-License-Identifier: GPL-2.0
#include "host/boot/gdb.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host/base/files.h"

/* Bytes that grow. */
struct part {
	char *s;
	size_t n, room;
};

static void part_add(struct part *p, const void *data, size_t n)
{
	if (p->n + n > p->room) {
		p->room = 2 * (p->n + n);
		p->s = xrealloc(p->s, p->room);
	}
	memcpy(p->s + p->n, data, n);
	p->n += n;
}

/* "ffffffff81000000 T _stext": functions only, those from _text to _etext. */
static void read_map(char *text, struct part *symbols, struct part *names, uint64_t *first,
		     uint64_t *end)
{
	Elf64_Sym sym = { 0 };
	char *line, *save = NULL;

	part_add(symbols, &sym, sizeof(sym));
	part_add(names, "", 1);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *type;
		uint64_t addr = strtoull(line, &type, 16);

		if (*type != ' ' || !type[1] || type[2] != ' ')
			continue;
		if (!strcmp(type + 3, "_text"))
			*first = addr;
		if (!strcmp(type + 3, "_etext"))
			*end = addr;
		if (!strchr("tTwW", type[1]))
			continue;
		sym = (Elf64_Sym){
			.st_name = names->n, .st_shndx = 1, .st_value = addr,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
		};
		part_add(symbols, &sym, sizeof(sym));
		part_add(names, type + 3, strlen(type + 3) + 1);
	}
}

int gdb_write_symbols(const char *map, int machine, const char *path)
{
	static const char section_names[] = "\0.text\0.symtab\0.strtab\0.shstrtab";
	char *text = read_file(map, NULL);
	struct part symbols = { 0 }, names = { 0 }, out = { 0 };
	uint64_t first = 0, end = 0;
	Elf64_Ehdr head = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = machine, .e_version = EV_CURRENT,
		.e_ehsize = sizeof(head), .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 5,
		.e_shstrndx = 4,
	};
	int ret;

	if (!text)
		return -errno;
	read_map(text, &symbols, &names, &first, &end);
	head.e_shoff = sizeof(head) + symbols.n + names.n + sizeof(section_names);
	head.e_shoff = (head.e_shoff + 7) & ~7ul;
	Elf64_Shdr sections[5] = {
		[1] = { .sh_name = 1, .sh_type = SHT_NOBITS, .sh_addr = first,
			.sh_flags = SHF_ALLOC | SHF_EXECINSTR, .sh_offset = sizeof(head),
			.sh_size = end - first, .sh_addralign = 4096 },
		[2] = { .sh_name = 7, .sh_type = SHT_SYMTAB, .sh_offset = sizeof(head),
			.sh_size = symbols.n, .sh_link = 3, .sh_info = 1, .sh_addralign = 8,
			.sh_entsize = sizeof(Elf64_Sym) },
		[3] = { .sh_name = 15, .sh_type = SHT_STRTAB, .sh_size = names.n,
			.sh_offset = sizeof(head) + symbols.n, .sh_addralign = 1 },
		[4] = { .sh_name = 23, .sh_type = SHT_STRTAB, .sh_size = sizeof(section_names),
			.sh_offset = sizeof(head) + symbols.n + names.n, .sh_addralign = 1 },
	};
	part_add(&out, &head, sizeof(head));
	part_add(&out, symbols.s, symbols.n);
	part_add(&out, names.s, names.n);
	part_add(&out, section_names, sizeof(section_names));
	while (out.n < head.e_shoff)
		part_add(&out, "", 1);
	part_add(&out, sections, sizeof(sections));
	ret = write_file(path, out.s, out.n);
	free(text);
	free(symbols.s);
	free(names.s);
	free(out.s);
	return ret;
}
