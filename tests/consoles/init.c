// SPDX-License-Identifier: GPL-2.0
/* Process 1 of a console that is to be made: loads splat.ko as splat=NAME says, and ends. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	char line[4096] = "", what[64] = "what=";
	int fd;

	mkdir("/proc", 0755);
	mount("proc", "/proc", "proc", 0, NULL);
	fd = open("/proc/cmdline", O_RDONLY);
	if (read(fd, line, sizeof(line) - 1) < 0 || !strstr(line, "splat="))
		return 1;
	sscanf(strstr(line, "splat=") + 6, "%50s", what + 5);
	/* Without an end of its line: the kernel's next message comes behind it. */
	printf("init: what the user says, BUG: and WARNING: ");
	fflush(stdout);
	fd = open("/splat.ko", O_RDONLY);
	/* In a process that ends: its memory is looked at then. */
	if (!fork()) {
		syscall(SYS_finit_module, fd, what, 0);
		_exit(0);
	}
	wait(NULL);
	printf("init: done\n");
	sleep(3);
	reboot(RB_AUTOBOOT);
	return 0;
}
