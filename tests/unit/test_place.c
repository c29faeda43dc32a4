// SPDX-License-Identifier: GPL-2.0
/* A folder of somebody else's: nothing outside is read, written or removed by what is in it. */
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "host/base/place.h"
#include "host/run/folder.h"
#include "host/guest/keep.h"
#include "host/run/plan_file.h"
#include "rundir.h"

static char *outside, *inside, *secret;
static struct place p;

static int make_place(void **state)
{
	(void)state;
	outside = xasprintf("%s/outside", top);
	inside = xasprintf("%s/inside", top);
	secret = xasprintf("%s/secret", outside);
	remove_tree(outside);
	remove_tree(inside);
	assert_int_equal(make_dirs(outside), 0);
	put(outside, "secret", "precious");
	assert_int_equal(place_make(&p, inside), 0);
	return 0;
}

/* What is outside is as it was, whatever a test has done. */
static int drop_place(void **state)
{
	char *text = read_file(secret, NULL);
	struct strlist names = { 0 };

	(void)state;
	place_close(&p);
	list_dir(outside, &names);
	if (!text || strcmp(text, "precious") || names.n != 1)
		fail_msg("what is outside was changed");
	strlist_free(&names);
	free(text);
	free(outside);
	free(inside);
	free(secret);
	return 0;
}

static void link_to(const char *to, const char *name)
{
	char *path = xasprintf("%s/%s", inside, name);

	assert_int_equal(symlink(to, path), 0);
	free(path);
}

static void test_files(void **state)
{
	char *text, hex[SHA_HEX];
	struct strlist names = { 0 };
	struct place below;
	size_t len = 0;

	(void)state;
	assert_int_equal(place_dirs(&p, "a/b/c"), 0);
	assert_int_equal(place_dirs(&p, "a/b/c"), 0);
	assert_int_equal(place_write(&p, "a/b/x", "text", 4), 0);
	place_below(&below, &p, "a/b");
	text = place_read(&below, "x", 4, &len);
	assert_string_equal(text, "text");
	assert_int_equal(len, 4);
	free(text);
	assert_null(place_read(&below, "x", 3, NULL));
	assert_int_equal(errno, EFBIG);
	assert_null(place_read(&below, "y", 3, NULL));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(place_sha(&below, "x", hex), 0);
	assert_int_equal(place_list(&below, "", &names), 0);
	assert_int_equal(names.n, 2);
	assert_string_equal(names.v[1], "x");
	strlist_free(&names);
	assert_int_equal(place_write(&p, "a/none/x", "text", 4), -ENOENT);
	assert_int_equal(place_write(&p, "a/b", "text", 4), -EISDIR);
	assert_true(place_has(&p, "a/b/c"));
	assert_int_equal(place_remove(&p, "a"), 0);
	assert_false(place_has(&p, "a"));
	assert_int_equal(place_remove(&p, "a"), 0);
	place_close(&below);
}

static void test_names(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "/", "//", "/etc/passwd", "../outside/secret", "a/../x", "a//x",
		"a/", "a/.", "a/..", "./x", "../outside",
	};
	struct strlist names = { 0 };
	struct place below;

	(void)state;
	assert_int_equal(place_dirs(&p, "a"), 0);
	assert_int_equal(place_write(&p, "a/x", "x", 1), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (place_fd(&p, bad[i]) >= 0 || !place_write(&p, bad[i], "x", 1) ||
		    !place_remove(&p, bad[i]) || place_create(&p, bad[i]) >= 0 ||
		    place_has(&p, bad[i]) || !place_dirs(&p, bad[i]))
			fail_msg("the name '%s' was taken", bad[i]);
		place_below(&below, &p, bad[i]);
		if (place_fd(&below, "secret") >= 0 || !place_remove(&below, "secret") ||
		    !place_write(&below, "secret", "x", 1) || !place_list(&below, "", &names))
			fail_msg("a place below '%s' was one", bad[i]);
		place_close(&below);
	}
	assert_true(place_has(&p, "a/x"));
}

static void test_links(void **state)
{
	static const char *const names[] = { "file", "dir/secret", "a/dir/secret", "loop", "up" };
	char *a = xasprintf("%s/a", inside);

	(void)state;
	assert_int_equal(make_dirs(a), 0);
	link_to(secret, "file");
	link_to(outside, "dir");
	link_to(outside, "a/dir");
	link_to("loop", "loop");
	link_to("../outside/secret", "up");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(place_fd(&p, names[i]), -ELOOP);
	assert_string_equal(place_error(-ELOOP), "is a symbolic link");
	assert_int_equal(place_write(&p, "dir/new", "x", 1), -ELOOP);
	assert_int_equal(place_create(&p, "a/dir/secret"), -ELOOP);
	assert_int_equal(place_dirs(&p, "dir/x"), -ELOOP);
	assert_int_equal(place_dirs(&p, "dir"), -ELOOP);
	assert_int_equal(place_remove(&p, "dir/secret"), -ELOOP);
	/* A link that is written to is replaced; one that is removed is removed itself. */
	assert_int_equal(place_write(&p, "file", "mine", 4), 0);
	assert_int_equal(place_remove(&p, "a"), 0);
	assert_int_equal(place_remove(&p, "dir"), 0);
	close(place_create(&p, "up"));
	free(a);
}

/* Shared by a hard link: a file is made anew, and never cut in place. */
static void test_hard_link(void **state)
{
	char *path = xasprintf("%s/records", inside), *lock = xasprintf("%s/lock", inside);
	int pid, fd;

	(void)state;
	assert_int_equal(link(secret, path), 0);
	assert_int_equal(link(secret, lock), 0);
	fd = place_create(&p, "records");
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	assert_true(place_lock(&p, &pid) < 0);
	unlink(path);
	assert_int_equal(link(secret, path), 0);
	assert_int_equal(place_write(&p, "records", "x", 1), 0);
	free(path);
	free(lock);
}

static void test_no_plain_file(void **state)
{
	char *fifo = xasprintf("%s/fifo", inside), *sparse = xasprintf("%s/sparse", inside);
	char hex[SHA_HEX];
	json_error_t e;
	int pid, fd;

	(void)state;
	alarm(20);
	assert_int_equal(mkfifo(fifo, 0666), 0);
	link_to("/dev/zero", "zero");
	assert_int_equal(place_fd(&p, "fifo"), -EMEDIUMTYPE);
	assert_string_equal(place_error(-EMEDIUMTYPE), "is not a regular file");
	assert_null(place_read(&p, "fifo", 100, NULL));
	assert_null(place_json(&p, "fifo", &e));
	assert_null(place_read(&p, "zero", 100, NULL));
	assert_int_not_equal(place_sha(&p, "fifo", hex), 0);
	assert_int_equal(place_dirs(&p, "d"), 0);
	assert_int_equal(place_fd(&p, "d"), -EMEDIUMTYPE);
	fd = open(sparse, O_WRONLY | O_CREAT, 0666);
	assert_int_equal(ftruncate(fd, 1ll << 40), 0);
	close(fd);
	assert_null(place_read(&p, "sparse", PLACE_MAX, NULL));
	assert_int_equal(errno, EFBIG);
	assert_int_equal(place_sha(&p, "sparse", hex), -EFBIG);
	assert_null(place_json(&p, "sparse", &e));
	assert_int_equal(rename(fifo, sparse), 0);
	free(fifo);
	fifo = xasprintf("%s/lock", inside);
	assert_int_equal(mkfifo(fifo, 0666), 0);
	assert_int_equal(place_lock(&p, &pid), -EMEDIUMTYPE);
	assert_int_equal(place_remove(&p, "lock"), 0);
	if (!geteuid() && !mknod(fifo, S_IFCHR | 0666, makedev(1, 5)))
		assert_int_equal(place_fd(&p, "lock"), -EMEDIUMTYPE);
	alarm(0);
	free(fifo);
	free(sparse);
}

static void test_lock(void **state)
{
	int pid = 0, fd = place_lock(&p, &pid), again, child, status;
	struct place other;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(place_open(&other, inside), 0);
	again = place_lock(&other, &pid);
	assert_int_equal(again, -EWOULDBLOCK);
	assert_int_equal(pid, getpid());
	place_unlock(&p, fd);
	assert_false(place_has(&p, "lock"));
	/* Who is killed holds nothing, and what he has left is no lock. */
	child = fork();
	if (!child)
		_exit(place_lock(&other, &pid) < 0);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(place_has(&p, "lock"));
	fd = place_lock(&p, &pid);
	assert_true(fd >= 0);
	place_unlock(&p, fd);
	place_close(&other);
}

/* All of many at once, again and again: one at a time has it. */
static void test_lock_race(void **state)
{
	int pids[8], status;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		for (int n = 0; !pids[i] && n < 300; n++) {
			int pid, fd = place_lock(&p, &pid), held;

			if (fd < 0)
				continue;
			held = place_create(&p, "held");
			if (held < 0 || place_remove(&p, "held"))
				_exit(1);
			close(held);
			held = openat(p.fd, "mine", O_CREAT | O_EXCL | O_WRONLY, 0666);
			if (held < 0 || close(held) || unlinkat(p.fd, "mine", 0))
				_exit(2);
			place_unlock(&p, fd);
		}
		if (!pids[i])
			_exit(0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		waitpid(pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
}

static char *wrong_plan(const char *text)
{
	json_error_t e;
	json_t *j = json_loads(text, JSON_ALLOW_NUL, &e);
	char *why;

	if (!j)
		fail_msg("%s: %s", text, e.text);
	why = plan_wrong(j);
	json_decref(j);
	return why;
}

static void test_plan(void **state)
{
	static const struct {
		const char *plan, *why;
	} bad[] = {
		{ "[]", "not a plan" },
		{ "{}", "names no run" },
		{ "{\"run\":\"\"}", "names no run" },
		{ "{\"run\":\"a\\nok 1 - x\"}", "`run`" },
		{ "{\"run\":\"a\",\"engine\":\"\\u001b[2J\"}", "`engine`" },
		{ "{\"run\":\"a\",\"engine\":\"\\u009b2J\"}", "`engine`" },
		{ "{\"run\":\"a\",\"engine\":\"\\u202egnp\"}", "`engine`" },
		{ "{\"run\":\"a\",\"x\\n\":1}", "name below" },
		{ "{\"run\":\"a\",\"host\":{\"cpu\":\"\\u0007\"}}", "`cpu`" },
		{ "{\"run\":\"a\",\"command\":[\"x\",\"\\r\"]}", "`command`" },
		{ "{\"run\":\"a\",\"kernels\":[{\"name\":\"6.12\\nnot ok 1 - x\"}]}", "`name`" },
		{ "{\"run\":\"a\",\"kernels\":[{\"name\":\"\"}]}", "usable `name`" },
		{ "{\"run\":\"a\",\"kernels\":[{\"name\":7}]}", "usable `name`" },
		{ "{\"run\":\"a\",\"kernels\":[{\"name\":\"k\"},{\"name\":\"k\"}]}", "the same" },
		{ "{\"run\":\"a\",\"kernels\":{}}", "not a list" },
		{ "{\"run\":\"a\",\"boots\":[{\"id\":\"\"}]}", "usable `id`" },
		{ "{\"run\":\"a\",\"boots\":[{}]}", "usable `id`" },
		{ "{\"run\":\"a\",\"boots\":[{\"id\":\"..\"}]}", "usable `id`" },
		{ "{\"run\":\"a\",\"boots\":[{\"id\":\"a/b\"}]}", "usable `id`" },
		{ "{\"run\":\"a\",\"boots\":[{\"id\":\"a\\u0000b\"}]}", "`id`" },
		{ "{\"run\":\"a\",\"boots\":[{\"id\":\"a\"},{\"id\":\"a\"}]}", "the same" },
		{ "{\"run\":\"a\",\"turns\":[{\"id\":\"../../../x\"}]}", "usable `id`" },
		{ "{\"run\":\"a\",\"turns\":[{\"id\":\".x\"}]}", "usable `id`" },
		{ "{\"run\":\"a\",\"turns\":[{\"id\":\"t\",\"seconds\":-1}]}", "`seconds`" },
		{ "{\"run\":\"a\",\"turns\":[{\"id\":\"t\",\"seed\":\"1\"}]}", "`seed`" },
		{ "{\"run\":\"a\",\"budget_seconds\":1e300}", "`budget_seconds`" },
		{ "{\"run\":\"a\",\"boots\":[{\"id\":\"a\",\"index\":99999999}]}", "`index`" },
	};
	char *why, *big = xasprintf("{\"run\":\"a\",\"boots\":[{\"id\":\"%0300d\"}]}", 1);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		why = wrong_plan(bad[i].plan);
		if (!why || !strstr(why, bad[i].why))
			fail_msg("%s: %s", bad[i].plan, why ? why : "was taken");
		free(why);
	}
	why = wrong_plan(big);
	assert_non_null(why);
	free(why);
	free(big);
	assert_null(wrong_plan("{\"run\":\"a b\","
			       "\"boots\":[{\"id\":\"00-6.12+x_y\",\"index\":0}],"
			       "\"kernels\":[{\"name\":\"x86_64/6.12+\\u00e9\"}]}"));
}

static void test_run_names(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "-x", "--run", ".hidden", "a/../../b", "a/..", "/tmp/x/../y",
		"../a/../b", "a\nb", "\033[2J", "a/b\tc",
	};
	static const char *const good[] = {
		"a", "torture-20261128-1", "reference/6.12", "/tmp/x", "./x", "../x/y", "a b",
		"../../x", "a..b", "...x/y", "x/",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (run_check_name(bad[i]) != PINLAB_USAGE)
			fail_msg("'%s' was taken", bad[i]);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		if (run_check_name(good[i]))
			fail_msg("'%s' was refused", good[i]);
}

/* What an earlier try left is gone; what was laid out stays. */
static void test_earlier_try(void **state)
{
	struct strlist names = { 0 };
	struct place boot;

	(void)state;
	assert_int_equal(place_dirs(&p, "boots/x/series"), 0);
	assert_int_equal(place_dirs(&p, "boots/x/files"), 0);
	place_below(&boot, &p, "boots/x");
	assert_int_equal(place_write(&boot, "config", "c", 1), 0);
	assert_int_equal(place_write(&boot, "series/0001", "c", 1), 0);
	assert_int_equal(place_write(&boot, "files/old.c", "c", 1), 0);
	assert_int_equal(place_write(&boot, "outcome.json", "c", 1), 0);
	link_to(outside, "boots/x/share");
	assert_int_equal(run_forget_try(&boot), 0);
	assert_int_equal(place_list(&boot, "", &names), 0);
	assert_int_equal(names.n, 2);
	assert_true(place_has(&boot, "series/0001"));
	strlist_free(&names);
	place_close(&boot);
}

static void test_keep(void **state)
{
	static const char stream[] = "file a.c 3\nabcfile ../x 1\nyfile b 1\nz";
	struct place boot;

	(void)state;
	assert_int_equal(place_dirs(&p, "b"), 0);
	place_below(&boot, &p, "b");
	assert_int_equal(place_write(&boot, "raw", stream, strlen(stream)), 0);
	assert_int_equal(keep_take(&boot, "raw"), 1);
	assert_true(place_has(&boot, "files/a.c"));
	assert_false(place_has(&boot, "raw"));
	/* Its folder is a link that somebody has put there. */
	assert_int_equal(place_remove(&boot, "files"), 0);
	link_to(outside, "b/files");
	assert_int_equal(place_write(&boot, "raw", stream, strlen(stream)), 0);
	assert_int_equal(keep_take(&boot, "raw"), 0);
	place_close(&boot);
}

static int begin(void **state)
{
	(void)state;
	return test_folder(top) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return remove_tree(top);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_place, drop_place)
	const struct CMUnitTest tests[] = {
		T(test_files), T(test_names), T(test_links), T(test_hard_link),
		T(test_no_plain_file), T(test_lock), T(test_lock_race), T(test_plan),
		T(test_run_names), T(test_earlier_try), T(test_keep),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
