#include "config.h"

#include "tree.h"
#include "base/check.h"
#include "port/crypto.h"
#include "port/file.h"

#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char tree_source[] =
	"// Package calc works out what the customer pays for.\n"
	"package calc\n"
	"\n"
	"import (\n"
	"\t\"errors\"\n"
	"\t\"math\"\n"
	")\n"
	"\n"
	"var errRange = errors.New(\"the rate must lie between nought and one hundred per cent, \" "
	"+\n"
	"\t\"and the amount must not be negative when interest is to be added to it\")\n"
	"\n"
	"// Compound adds interest so many times a year.\n"
	"func Compound(amount, rate float64, perYear, years int) (float64, error) {\n"
	"\tif rate < 0 || rate > 1 || amount < 0 {\n"
	"\t\treturn 0, errRange\n"
	"\t}\n"
	"\tsteps := float64(perYear * years)\n"
	"\tfactor := 1 + rate/float64(perYear)\n"
	"\tvalue := amount * math.Pow(factor, steps)\n"
	"\trounded := math.Round(value*100) / 100\n"
	"\treturn rounded, nil\n"
	"}\n";

const char tree_notes[] =
	"# What the builder is told\n"
	"\n"
	"Write the program into src, run the tests until they pass, then fill the list of "
	"results.\n"
	"Never tell the customer which model or which folder was used, and keep all progress\n"
	"messages to one short sentence. Ask for help when the request cannot be met with the\n"
	"building blocks that the template offers.\n";

void tree_open(struct tree *t)
{
	memset(t, 0, sizeof(*t));
	t->a = arena_new(1u << 30);
	strcpy(t->root, "/tmp/busdk-tree-XXXXXX");
	check(mkdtemp(t->root) != NULL);
	buf_init(&t->rows, t->a, 256 * 1024);
	t->job = (struct verify_job){.mode = "scan", .tree = t->root,
				     .manifest = "dist/manifest.json", .artifact_type = "web",
				     .browser = "", .public_n = 1, .public = {"public"}};
	tree_puts(t, "src/calc.go", tree_source);
	tree_puts(t, "src/notes.md", tree_notes);
}

void tree_close(struct tree *t)
{
	struct err e = {0};

	file_remove_tree(t->root, &e);
	arena_free(t->a);
}

const char *tree_path(struct tree *t, const char *path)
{
	return arena_printf(t->a, "%s/%s", t->root, path);
}

void tree_put(struct tree *t, const char *path, const void *p, size_t n)
{
	char *full = arena_strdup(t->a, tree_path(t, path));
	char *slash = strrchr(full, '/');
	struct err e = {0};

	*slash = '\0';
	check(file_mkdirs(full, 0755, &e) == 0);
	*slash = '/';
	check(file_write(full, p, n, 0644, &e) == 0);
}

void tree_puts(struct tree *t, const char *path, const char *text)
{
	tree_put(t, path, text, strlen(text));
}

void tree_row(struct tree *t, const char *kind, const char *name, const char *path,
	      const char *platform, const char *entrypoint)
{
	struct err e = {0};
	size_t n;
	char *p = file_read(t->a, tree_path(t, path), 300u << 20, &n, &e);

	check(p != NULL);
	buf_printf(&t->rows,
		   "%s{\"artifact_id\":\"a%zu\",\"kind\":\"%s\",\"name\":\"%s\",\"path\":\"%s\","
		   "\"sha256\":\"%s\",\"size_bytes\":%zu,\"source_included\":false",
		   t->rows.n ? ",\n" : "", t->rows.n, kind, name, path,
		   crypto_sha256_hex(t->a, p, n), n);
	if (platform != NULL)
		buf_printf(&t->rows, ",\"platform\":\"%s\"", platform);
	if (entrypoint != NULL)
		buf_printf(&t->rows, ",\"entrypoint\":\"%s\"", entrypoint);
	buf_puts(&t->rows, "}");
}

void tree_manifest(struct tree *t)
{
	tree_puts(t, "dist/manifest.json",
		  arena_printf(t->a, "{\"version\":1,\"artifacts\":[%s]}\n", buf_str(&t->rows)));
}

void tree_scan(struct tree *t, struct verify_report *ret)
{
	tree_manifest(t);
	verify_scan(t->a, &t->job, ret);
}

const struct verify_check *tree_check(const struct verify_report *r, const char *name)
{
	const struct verify_check *c = NULL;

	for (size_t i = 0; i < r->checks_n; i++)
		if (strcmp(r->checks[i].name, name) == 0)
			c = &r->checks[i];
	check(c != NULL);
	return c;
}

const char *tree_page(struct tree *t, const char *extra)
{
	return arena_printf(
		t->a,
		"<!doctype html>\n<html lang=\"en\">\n<head><meta "
		"charset=\"utf-8\"><title>Interest</title>\n"
		"</head>\n<body>\n<h1>Interest</h1>\n<p>What it comes to after some years.</p>\n"
		"<script>\nconst rows = [];\nfunction add(year, value) { rows.push([year, value]); "
		"}\n"
		"</script>\n%s\n</body>\n</html>\n",
		extra);
}

void tree_web(struct tree *t, const void *page, size_t n)
{
	tree_put(t, "dist/index.html", page, n);
	tree_row(t, "web", "index.html", "dist/index.html", NULL, "index.html");
}

void tree_binary(struct tree *t, const char *platform, const void *p, size_t n)
{
	const char *name = strcmp(platform, "windows-amd64") == 0 ? "tool.exe" : "tool";
	const char *path = arena_printf(t->a, "dist/%s", name);

	t->job.artifact_type = "binary";
	t->job.platforms_n = 1;
	t->job.platforms[0] = platform;
	tree_put(t, path, p, n);
	tree_row(t, "binary", name, path, platform, NULL);
}

void tree_put_page(struct tree *t)
{
	const char *page = tree_page(t, "");

	tree_web(t, page, strlen(page));
}

bool tree_gives(struct tree *t, const char *code, const char *check)
{
	struct verify_report r;
	bool ok;

	verify_scan(t->a, &t->job, &r);
	ok = strcmp(verify_code_name(r.code), code) == 0 &&
	     (r.code == VERIFY_OK) == (r.manifest.n > 0) &&
	     (check == NULL || !tree_check(&r, check)->ok);
	if (!ok)
		printf("%s, not %s (%s)\n", verify_code_name(r.code), code, r.reason);
	tree_close(t);
	return ok;
}

static void leave(int sig)
{
	(void)sig;
	_exit(70);
}

bool tree_aborts(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	check(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, leave);
		fn();
		_exit(0);
	}
	check(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 70;
}
