/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PINLAB_GUEST_MODEL_EXEC_PROC_H
#define PINLAB_GUEST_MODEL_EXEC_PROC_H

#include "guest/model/exec/agent.h"

int agents_start(struct agents *a);
/* Fork process p. 0 or -errno. */
int agent_fork(struct agents *a, unsigned int p);
/* Have it do a->cmd. 0, or -errno: what the call returned, or -EPIPE where it is gone. */
int agent_call(struct agents *a, unsigned int p);
/* SIGKILL, and wait for the end. */
void agent_kill(struct agents *a, unsigned int p);

#endif
