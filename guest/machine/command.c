// SPDX-License-Identifier: GPL-2.0
#include "guest/machine/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/machine/others_disk.h"

#define MAX_BYTES	4096
#define MAX_WORDS	256

int command_run(const char *line, unsigned int seconds, const char *out_path, int *status)
{
	char words[MAX_BYTES], *argv[MAX_WORDS + 1], *save;
	int n = 0;

	if (strlen(line) >= sizeof(words))
		return -E2BIG;
	strcpy(words, line);
	for (char *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (n == MAX_WORDS)
			return -E2BIG;
		argv[n++] = w;
	}
	argv[n] = NULL;
	return tools_run((const char *const *)argv, seconds, out_path, status);
}
