// SPDX-License-Identifier: GPL-2.0
#include "host/kernel/source/git.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/base/files.h"
#include "host/base/process.h"
#include "host/base/text.h"

/*
 * What could make git write other bytes than the commit has, or run something.
 * GIT_NO_LAZY_FETCH is newer than many a git: without a protocol nothing is
 * fetched either.
 */
static const char *const settings[] = {
	"core.autocrlf=false", "core.eol=lf", "core.safecrlf=false", "core.hooksPath=/dev/null",
	"core.fsmonitor=false", "core.untrackedCache=false", "core.sparseCheckout=false",
	"core.attributesFile=/dev/null", "core.excludesFile=/dev/null", "core.quotePath=true",
	"protocol.allow=never", "gc.auto=0", "maintenance.auto=false", "advice.detachedHead=false",
	"color.ui=never",
};

static const char *const environment[] = {
	"LC_ALL=C", "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1",
	"GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_PAGER=cat", "PAGER=cat",
};

int git_run(const char *dir, const char *const *args, char *const env[],
	    void (*line)(const char *line, void *arg), void *arg)
{
	struct strlist argv = { 0 };
	const char *tmp = getenv("TMPDIR");
	int ret;

	strlist_split(&argv, "env -i", " ");
	strlist_take(&argv, xasprintf("PATH=%s", getenv("PATH")));
	if (tmp)
		strlist_take(&argv, xasprintf("TMPDIR=%s", tmp));
	for (size_t i = 0; i < ARRAY_SIZE(environment); i++)
		strlist_add(&argv, environment[i]);
	for (; env && *env; env++)
		strlist_add(&argv, *env);
	strlist_add(&argv, "git");
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		strlist_add(&argv, "-c");
		strlist_add(&argv, settings[i]);
	}
	strlist_add(&argv, "-c");
	strlist_take(&argv, xasprintf("safe.directory=%s", dir));
	strlist_add(&argv, "-C");
	strlist_add(&argv, dir);
	for (; *args; args++)
		strlist_add(&argv, *args);
	strlist_take(&argv, NULL);
	ret = run_program(argv.v, NULL, NULL, line, arg);
	strlist_free(&argv);
	return ret;
}

char *plain_line(const char *text)
{
	char *out = xasprintf("%.*s", (int)strcspn(text, "\r\n"), text);

	text_make_plain(out);
	return out;
}

static void hear(const char *line, void *arg)
{
	struct git_said *said = arg;
	bool complaint = !strncmp(line, "fatal: ", 7) || !strncmp(line, "error: ", 7);

	if (!said->first)
		said->first = xstrdup(line);
	if (!*line || (said->why && !strncmp(said->why, "fatal: ", 7)) ||
	    (said->why && !strncmp(said->why, "error: ", 7) && strncmp(line, "fatal: ", 7)))
		return;
	if (complaint || !said->why || !strchr(said->why, ':')) {
		free(said->why);
		said->why = plain_line(line);
	}
}

int git_quiet(const char *dir, const char *const *args, char *const env[], struct git_said *said)
{
	return git_run(dir, args, env, said ? hear : NULL, said);
}

void git_said_free(struct git_said *said)
{
	free(said->why);
	free(said->first);
	*said = (struct git_said){ 0 };
}

/* Without what git puts in front. */
static const char *reason(const struct git_said *said)
{
	const char *why = said->why;

	if (!why)
		return "git does not say why";
	return !strncmp(why, "fatal: ", 7) || !strncmp(why, "error: ", 7) ? why + 7 : why;
}

static bool is_id(const char *s)
{
	size_t n = s ? strspn(s, "0123456789abcdef") : 0;

	return (n == 40 || n == 64) && !s[n];
}

char *git_commit(const char *tree, const char *ref)
{
	char *spec = xasprintf("%s^{commit}", ref), *commit = NULL, *shown = plain_line(ref);
	const char *const args[] = { "rev-parse", "--verify", spec, NULL };
	struct git_said said = { 0 };
	/* git would take it for an option, and has no ref of such a name. */
	bool sound = *ref && *ref != '-' && text_is_plain(ref);
	int ret = sound ? git_quiet(tree, args, NULL, &said) : 0;

	if (!sound)
		err("%s@%s: give a commit, tag or branch after the @", tree, shown);
	else if (!ret && is_id(said.first))
		commit = xstrdup(said.first);
	else if (!interrupted)
		err("%s@%s: no such commit there: git says: %s", tree, ref, reason(&said));
	git_said_free(&said);
	free(shown);
	free(spec);
	return commit;
}

/* The text of a file; what git says on stderr comes the same way. */
static void keep_lines(const char *line, void *arg)
{
	char **text = arg, *more = xasprintf("%s%s\n", *text, line);

	free(*text);
	*text = more;
}

char *git_file(const char *tree, const char *commit, const char *name)
{
	char *what = xasprintf("%s:%s", commit, name), *text = xstrdup(""), *shown;
	const char *const args[] = { "cat-file", "blob", what, NULL };

	if (git_run(tree, args, NULL, keep_lines, &text)) {
		shown = plain_line(strstr(text, "fatal: ") ? strstr(text, "fatal: ") + 7 : text);
		if (!interrupted)
			err("%s: no %s at the commit %.12s: git says: %s", tree, name, commit,
			    shown);
		free(shown);
		free(text);
		text = NULL;
	}
	free(what);
	return text;
}

/*
 * A repository of our own that borrows the objects of the user's: his
 * configuration (filters, line ends, a sparse work tree, hooks, from where to
 * fetch what is missing) is not read, and his index and HEAD are not touched.
 * The attributes that stand in it win over those of the tree.
 */
static int own_repository(const char *tree, const char *commit, const char *git_dir,
			  struct git_said *said)
{
	static const char attributes[] = "* -text -ident -filter -working-tree-encoding\n";
	const char *const init[] = {
		"init", "-q", "--bare", "--template=", strlen(commit) == 64 ?
		"--object-format=sha256" : "--object-format=sha1", git_dir, NULL,
	};
	const char *const where[] = { "rev-parse", "--git-path", "objects", NULL };
	char *path, *objects = NULL, *line;
	int ret = git_quiet(tree, where, NULL, said);

	if (!ret && said->first) {
		path = *said->first == '/' ? xstrdup(said->first) :
		       xasprintf("%s/%s", tree, said->first);
		objects = realpath(path, NULL);
		free(path);
	}
	git_said_free(said);
	if (!objects)
		return -1;
	ret = remove_tree(git_dir);
	if (!ret)
		ret = git_quiet("/", init, NULL, said);
	path = xasprintf("%s/info", git_dir);
	if (!ret)
		ret = make_dirs(path);
	free(path);
	path = xasprintf("%s/info/attributes", git_dir);
	if (!ret)
		ret = write_file(path, attributes, sizeof(attributes) - 1);
	free(path);
	path = xasprintf("%s/objects/info", git_dir);
	if (!ret)
		ret = make_dirs(path);
	free(path);
	path = xasprintf("%s/objects/info/alternates", git_dir);
	line = xasprintf("%s\n", objects);
	if (!ret)
		ret = write_file(path, line, strlen(line));
	free(path);
	free(line);
	free(objects);
	return ret ? -1 : 0;
}

/* Every file that differs from the commit, is missing, or is too many. */
struct differing {
	long n;
	char *first;
};

static void count_line(const char *line, void *arg)
{
	struct differing *d = arg;

	if (!d->n++)
		d->first = plain_line(line);
}

/*
 * An index without sizes and times: git then reads each file and compares its
 * hash. What lies in the tree beside the commit's files counts as well.
 */
static int verify(const char *commit, const char *git_dir, const char *index, const char *to,
		  struct git_said *said)
{
	char *env = xasprintf("GIT_INDEX_FILE=%s", index);
	char *where = xasprintf("--git-dir=%s", git_dir), *work = xasprintf("--work-tree=%s", to);
	const char *const read[] = { where, work, "read-tree", commit, NULL };
	const char *const refresh[] = { where, work, "update-index", "-q", "--refresh", NULL };
	const char *const diff[] = { where, work, "diff-files", "--name-only", NULL };
	const char *const others[] = { where, work, "ls-files", "--others", NULL };
	struct differing d = { 0 };
	int ret;

	unlink(index);
	ret = git_quiet(to, read, (char *[]){ env, NULL }, said);
	/* Its status tells of what differs, and that is listed by the next. */
	if (!ret)
		git_quiet(to, refresh, (char *[]){ env, NULL }, NULL);
	if (!ret)
		ret = git_run(to, diff, (char *[]){ env, NULL }, count_line, &d);
	if (!ret)
		ret = git_run(to, others, (char *[]){ env, NULL }, count_line, &d);
	if (!ret && d.n) {
		git_said_free(said);
		said->why = xasprintf("%ld files are not as the commit has them; the first is "
				      "%s", d.n, d.first);
	}
	unlink(index);
	free(work);
	free(where);
	free(env);
	ret = ret || d.n ? -1 : 0;
	free(d.first);
	return ret;
}

static int write_out(const char *commit, const char *git_dir, const char *index, const char *to,
		     struct git_said *said)
{
	char *env = xasprintf("GIT_INDEX_FILE=%s", index), *stale = xasprintf("%s.lock", index);
	char *where = xasprintf("--git-dir=%s", git_dir), *work = xasprintf("--work-tree=%s", to);
	const char *const args[] = { where, work, "read-tree", "--reset", "-u", commit, NULL };
	int ret;

	/* Left by a git that was killed; the base's lock tells that none runs. */
	unlink(stale);
	ret = git_quiet(to, args, (char *[]){ env, NULL }, said);
	free(work);
	free(where);
	free(stale);
	free(env);
	return ret ? -1 : 0;
}

int git_checkout(const char *tree, const char *commit, const char *dir, const char *to,
		 struct git_said *said)
{
	char *git_dir = xasprintf("%s/git", dir), *index = xasprintf("%s/index", dir);
	char *again = xasprintf("%s/index.verify", dir);
	int ret = -1;

	/* First from what an earlier commit left; where that is torn, from nothing. */
	for (int fresh = 0; fresh < 2 && ret && !interrupted; fresh++) {
		git_said_free(said);
		if (fresh && (remove_tree(to) || (unlink(index) && errno != ENOENT)))
			break;
		ret = make_dirs(to);
		if (!ret)
			ret = own_repository(tree, commit, git_dir, said);
		if (!ret)
			ret = write_out(commit, git_dir, index, to, said);
		if (!ret)
			ret = verify(commit, git_dir, again, to, said);
	}
	free(again);
	free(index);
	free(git_dir);
	return ret;
}
