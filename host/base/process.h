/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_HOST_BASE_PROCESS_H
#define PINLAB_HOST_BASE_PROCESS_H

#include "host/base/util.h"

/*
 * Run a program (argv ends in NULL, searched in PATH). Each line that it
 * prints, stdout and stderr together, goes to line() without its newline;
 * NULL drops it. Runs in a process group of its own, which is ended with
 * SIGTERM, then SIGKILL, when `interrupted` is set. dir and env may be NULL;
 * env holds "NAME=value" strings that are added.
 * Returns the exit status, 128 + signal, or -errno if it could not be started.
 */
int run_program(char *const argv[], const char *dir, char *const env[],
		void (*line)(const char *line, void *arg), void *arg);
/* First line of the output, the caller frees; NULL if the program fails. */
char *program_line(char *const argv[]);

#endif
