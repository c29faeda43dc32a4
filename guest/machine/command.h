/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MACHINE_COMMAND_H
#define PINLAB_GUEST_MACHINE_COMMAND_H

/* tools_run() of a line whose words stand between blanks: "/bin/fio --version". */
int command_run(const char *line, unsigned int seconds, const char *out_path, int *status);

#endif
