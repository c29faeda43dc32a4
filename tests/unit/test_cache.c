// SPDX-License-Identifier: GPL-2.0
/* The cache: what is torn is no entry, and what is used is not removed. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "host/kernel/cache.h"
#include "host/kernel/prune.h"
#include "rundir.h"

#define KERNEL "kernels/k"
#define IMAGE "images/i.cpio"

static char *cache, *kernel, *image;

static void make(const char *text)
{
	char *made = xasprintf("%s/made", top), *series = xasprintf("%s/series", made);

	assert_int_equal(make_dirs(series), 0);
	put(made, "vmlinux", text);
	put(made, "build.json", "{\"name\":\"6.12\",\"flavor\":\"lean\"}");
	put(series, "0001.patch", "p");
	assert_int_equal(cache_put(made, kernel), 0);
	assert_false(file_exists(made));
	put(top, "image", text);
	free(series);
	free(made);
	made = xasprintf("%s/image", top);
	assert_int_equal(cache_put(made, image), 0);
	free(made);
}

/* As another process sees it: this one has looked already. */
static bool usable(const char *path)
{
	int child = fork(), status;

	if (!child)
		_exit(!cache_use(path));
	waitpid(child, &status, 0);
	return !status;
}

static int fresh_cache(void **state)
{
	char *dir;

	(void)state;
	remove_tree(cache);
	dir = xasprintf("%s/kernels", cache);
	assert_int_equal(make_dirs(dir), 0);
	free(dir);
	dir = xasprintf("%s/images", cache);
	assert_int_equal(make_dirs(dir), 0);
	free(dir);
	make("the kernel that was built");
	return 0;
}

static void test_whole(void **state)
{
	char *sums = xasprintf("%s/sums", kernel), *before, *after;

	(void)state;
	assert_true(usable(kernel));
	assert_true(usable(image));
	assert_false(usable("/nonexistent/kernel"));
	before = read_file(sums, NULL);
	/* The same content in another file is read once more, and remembered. */
	put(kernel, "vmlinux", "the kernel that was built");
	assert_true(usable(kernel));
	after = read_file(sums, NULL);
	assert_string_not_equal(before, after);
	assert_true(usable(kernel));
	free(before);
	before = read_file(sums, NULL);
	assert_string_equal(before, after);
	free(before);
	free(after);
	free(sums);
}

/* Each file of an entry, and each way in which it can be less than it was. */
static void test_torn(void **state)
{
	static const struct {
		const char *file, *text;	/* NULL: gone */
	} torn[] = {
		{ KERNEL "/vmlinux", "" },
		{ KERNEL "/vmlinux", "the kernel" },
		{ KERNEL "/vmlinux", "the kernel that was built, and more" },
		{ KERNEL "/vmlinux", "the kernel that was bui1t" },
		{ KERNEL "/vmlinux", NULL },
		{ KERNEL "/build.json", "" },
		{ KERNEL "/series/0001.patch", "q" },
		{ KERNEL "/series/0001.patch", NULL },
		{ KERNEL "/sums", "" },
		{ KERNEL "/sums", "garbage\n" },
		{ IMAGE, "" },
		{ IMAGE, "the kernel" },
		{ IMAGE, "the kernel that was bui1t" },
		{ IMAGE ".sums", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(torn); i++) {
		char *path = xasprintf("%s/%s", cache, torn[i].file);

		fresh_cache(NULL);
		if (torn[i].text)
			put(cache, torn[i].file, torn[i].text);
		else
			unlink(path);
		if (usable(torn[i].file[0] == 'k' ? kernel : image))
			fail_msg("%s: '%s' was taken", torn[i].file, torn[i].text);
		/* Made anew over what is torn, it is one again. */
		make("the kernel that was built");
		assert_true(usable(torn[i].file[0] == 'k' ? kernel : image));
		free(path);
	}
}

/* Written in place, as a disk that lost blocks would show it: its time is another. */
static void test_in_place(void **state)
{
	char *path = xasprintf("%s/vmlinux", kernel);
	int fd = open(path, O_WRONLY);

	(void)state;
	assert_int_equal(pwrite(fd, "\0\0\0", 3, 4), 3);
	close(fd);
	assert_false(usable(kernel));
	assert_int_equal(truncate(path, 10), 0);
	assert_false(usable(kernel));
	free(path);
}

static void age(const char *path, double days)
{
	struct timespec t[2] = { { .tv_sec = time(NULL) - days * 86400 } };

	t[1] = t[0];
	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static bool there(const char *name)
{
	char *path = xasprintf("%s/%s", cache, name);
	bool yes = file_exists(path);

	free(path);
	return yes;
}

static void test_prune(void **state)
{
	char *sums = xasprintf("%s/sums", kernel), *image_sums = xasprintf("%s.sums", image);
	char *half = xasprintf("%s/kernels/.6.12.tmp", cache);
	int go[2], child, status;
	size_t removed;
	char c;

	(void)state;
	assert_int_equal(cache_prune(1, &removed), 0);
	assert_int_equal(removed, 0);
	age(sums, 10);
	age(image_sums, 40);
	assert_int_equal(make_dirs(half), 0);
	age(half, 3);
	/* Somebody has the image in use, for which it is not too old any more either. */
	assert_int_equal(pipe(go), 0);
	child = fork();
	if (!child) {
		bool ok = cache_use(image);

		age(image_sums, 40);
		_exit(write(go[1], "x", 1) != 1 || !ok || pause());
	}
	assert_int_equal(read(go[0], &c, 1), 1);
	assert_true(cache_prune(30, &removed) >= 0);
	assert_true(there(KERNEL));
	assert_true(there(IMAGE));
	assert_false(there("kernels/.6.12.tmp"));
	assert_true(cache_prune(0, &removed) > 0);
	assert_int_equal(removed, 1);
	assert_false(there(KERNEL));
	assert_true(there(IMAGE));
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	assert_true(cache_prune(30, &removed) > 0);
	assert_false(there(IMAGE));
	assert_false(there(IMAGE ".sums"));
	close(go[0]);
	close(go[1]);
	free(sums);
	free(image_sums);
	free(half);
}

static void test_list(void **state)
{
	struct cache_entry *e;
	size_t n = cache_list(&e);

	(void)state;
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++)
		if (!strcmp(e[i].path, KERNEL))
			assert_string_equal(e[i].what, "6.12 lean");
		else
			assert_string_equal(e[i].path, IMAGE);
	cache_list_free(e, n);
	assert_int_equal(cache_room("a build", 1), 0);
	assert_int_equal(cache_room("a build", 1ll << 60), PINLAB_BROKE);
}

static int make_slowly(const char *path, void *arg)
{
	char *made = xasprintf("%s.%d", path, getpid()), *count = xasprintf("%s/count", top);
	int ret, fd = open(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (write(fd, "1", 1) != 1)
		abort();
	close(fd);
	free(count);
	usleep(*(useconds_t *)arg);
	ret = write_file(made, "image", 5);
	if (!ret)
		ret = cache_put(made, path);
	free(made);
	return ret;
}

/*
 * Who has got an entry finds it from then on, whoever else wanted to make it too:
 * it is made once.
 */
static void test_several_at_once(void **state)
{
	char *path = xasprintf("%s/images/several", cache), *count = xasprintf("%s/count", top);
	char *made;
	int status;

	(void)state;
	for (useconds_t i = 0; i < 4; i++) {
		useconds_t us = 4000 * i;

		if (fork())
			continue;
		if (!cache_get(path, make_slowly, &us))
			_exit(1);
		for (int look = 0; look < 100; look++, usleep(500))
			if (!file_exists(path))
				_exit(2);
		_exit(0);
	}
	for (int i = 0; i < 4; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	made = read_file(count, NULL);
	assert_string_equal(made, "1");
	free(made);
	free(count);
	free(path);
}

static int begin(void **state)
{
	(void)state;
	if (!test_folder(top))
		return -1;
	cache = xasprintf("%s/cache", top);
	kernel = xasprintf("%s/" KERNEL, cache);
	image = xasprintf("%s/" IMAGE, cache);
	return setenv("PINLAB_CACHE", cache, 1);
}

static int end(void **state)
{
	(void)state;
	free(cache);
	free(kernel);
	free(image);
	return remove_tree(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_whole, fresh_cache),
		cmocka_unit_test_setup(test_torn, fresh_cache),
		cmocka_unit_test_setup(test_in_place, fresh_cache),
		cmocka_unit_test_setup(test_several_at_once, fresh_cache),
		cmocka_unit_test_setup(test_prune, fresh_cache),
		cmocka_unit_test_setup(test_list, fresh_cache),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
