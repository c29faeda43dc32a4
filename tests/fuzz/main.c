// SPDX-License-Identifier: GPL-2.0
/*
 * Drives a target without a fuzzer of its own: all inputs of the corpus, then
 * mutations of them for some seconds. The input that a target dies of is kept.
 *
 *	fuzz_NAME [-s SEED] [-t SECONDS] [-k FILE] CORPUS...
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "tests/fuzz/fuzz.h"

#define INPUT_MAX (1 << 16)
/* One input may take so long, with the sanitizers' help. */
#define INPUT_SECONDS 20

extern void __sanitizer_set_death_callback(void (*f)(void)) __attribute__((weak));

struct input {
	char *data;
	size_t len;
};

static struct input *corpus;
static size_t n_corpus;
static const char *keep = "fuzz.input";
static uint8_t now[INPUT_MAX];
static size_t now_len;
static uint64_t state;

/* xorshift64*: the same inputs from the same seed, anywhere. */
static uint64_t next(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * UINT64_C(2685821657736338717) >> 16) % below;
}

static void died(void)
{
	int fd = open(keep, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || write(fd, now, now_len) < 0)
		return;
	close(fd);
	dprintf(2, "the input that it died of: %s\n", keep);
	fuzz_drop();
}

static void on_alarm(int sig)
{
	(void)sig;
	dprintf(2, "an input takes more than %d s\n", INPUT_SECONDS);
	died();
	_exit(1);
}

static void add_input(const char *path)
{
	struct strlist names = { 0 };
	struct input in = { NULL };

	if (!list_dir(path, &names)) {
		for (size_t i = 0; i < names.n; i++) {
			char *below = xasprintf("%s/%s", path, names.v[i]);

			add_input(below);
			free(below);
		}
		strlist_free(&names);
		return;
	}
	in.data = read_file(path, &in.len);
	if (!in.data)
		return;
	if (in.len > INPUT_MAX)
		in.len = INPUT_MAX;
	corpus = xrealloc(corpus, (n_corpus + 1) * sizeof(*corpus));
	corpus[n_corpus++] = in;
}

/* In memory of just its size: what is read behind it is seen. */
static void run(void)
{
	uint8_t *data = xcalloc(now_len ? now_len : 1, 1);

	memcpy(data, now, now_len);
	alarm(INPUT_SECONDS);
	LLVMFuzzerTestOneInput(data, now_len);
	alarm(0);
	free(data);
}

/* n bytes at `at` become room for m. */
static void resize(size_t at, size_t n, size_t m)
{
	if (now_len - n + m > INPUT_MAX)
		return;
	memmove(now + at + m, now + at + n, now_len - at - n);
	now_len += m - n;
}

static void insert_piece(size_t at)
{
	static const char *const pieces[] = {
		"\n", "\t", "\"", "..", "/", "\\u0000", "\\u001b[2J", "\x1b[2J", "-1", "0",
		"18446744073709551615", "9223372036854775808", "1e309", "null", "{", "}", "[", "]",
		"%s%n", "file ", "sample\t", "result\t", "end\t", "begin\t", "From ", "diff --git a/",
		"--- a/", "+++ b/", "@@ -1 +1 @@\n", "Subject: [PATCH 2/3] ", "=?utf-8?q?=41?=",
		"Content-Transfer-Encoding: base64\n", "BUG: ", "WARNING: ", "Kernel panic", "\xff\xfe",
		"\xe2\x80\xae",
	};
	const char *s = pieces[next(ARRAY_SIZE(pieces))];
	size_t n = strlen(s);

	if (now_len + n > INPUT_MAX)
		return;
	resize(at, 0, n);
	memcpy(now + at, s, n);
}

static void add_part_of_another(size_t at)
{
	const struct input *in = &corpus[next(n_corpus)];
	size_t from = in->len ? next(in->len) : 0, n = in->len ? 1 + next(in->len - from) : 0;

	if (n > 4096)
		n = 4096;
	if (now_len + n > INPUT_MAX)
		return;
	resize(at, 0, n);
	memcpy(now + at, in->data + from, n);
}

static void mutate(void)
{
	size_t at = next(now_len + 1), n = now_len - at ? 1 + next(now_len - at) : 0;

	switch (next(8)) {
	case 0:
	case 1:
		if (at < now_len)
			now[at] ^= 1 << next(8);
		break;
	case 2:
		if (at < now_len)
			now[at] = next(256);
		break;
	case 3:
		resize(at, n > 64 ? 1 + next(64) : n, 0);
		break;
	case 4:
		now_len = at;
		break;
	case 5:
		add_part_of_another(at);
		break;
	default:
		insert_piece(at);
	}
}

static unsigned long fuzz(double seconds)
{
	double end = now_seconds() + seconds;
	unsigned long n = 0;

	while (now_seconds() < end) {
		const struct input *in = &corpus[next(n_corpus)];

		memcpy(now, in->data, in->len);
		now_len = in->len;
		for (size_t i = 1 + next(6); i; i--)
			mutate();
		run();
		n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	double seconds = 2;
	unsigned long n;
	int c;

	state = 1;
	while ((c = getopt(argc, argv, "s:t:k:")) != -1) {
		if (c == 's')
			state = strtoull(optarg, NULL, 10);
		else if (c == 't')
			seconds = atof(optarg);
		else if (c == 'k')
			keep = optarg;
		else
			return 2;
	}
	state = state * 2 + 1;
	add_input("tests/fuzz/corpus/empty");
	for (; optind < argc; optind++)
		add_input(argv[optind]);
	if (!n_corpus) {
		fprintf(stderr, "%s: no input; name files or folders of them\n", argv[0]);
		return 2;
	}
	/* What a target says of bad input is not looked at here; sanitizers write to 2 itself. */
	stderr = fopen("/dev/null", "we");
	if (!stderr)
		return 2;
	signal(SIGALRM, on_alarm);
	signal(SIGABRT, SIG_DFL);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(died);
	for (size_t i = 0; i < n_corpus; i++) {
		memcpy(now, corpus[i].data, corpus[i].len);
		now_len = corpus[i].len;
		run();
	}
	n = fuzz(seconds);
	printf("%zu inputs of the corpus, %lu made of them\n", n_corpus, n);
	return 0;
}
