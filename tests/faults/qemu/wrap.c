// SPDX-License-Identifier: GPL-2.0
/* Process 1 of a guest whose kernel warns before the guest's own program has begun. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp)
{
	int fd = open("/splat.ko", O_RDONLY | O_CLOEXEC);

	(void)argc;
	syscall(SYS_finit_module, fd, "what=warn", 0);
	execve("/init", argv, envp);
	return 1;
}
