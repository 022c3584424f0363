#include "config.h"

#include "verify/verify_leak.h"
#include "verify/verify_open.h"
#include "base/check.h"
#include "base/str.h"
#include "port/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/*
 * The scan, in the order in which it reports. Whatever can still be looked at
 * after a failure is looked at, so that a worker hears of all of it at once;
 * the first row that failed gives the code.
 */
#define INDEX_MAX (512u << 20)

enum { MANIFEST, NAMES, KINDS, FOLDER, SOURCE, FILES, CHECKSUMS, FORMS, ROWS };
static const char *const row_names[ROWS] = {
	"manifest", "names", "kinds", "folder", "source", "files", "checksums", "formats",
};

_Static_assert(ROWS + VERIFY_DETECTORS <= COUNT(((struct verify_report *)0)->checks),
	       "room for every check");

struct scan {
	struct arena *a;
	const struct verify_job *j;
	int dir;
	struct verify_manifest results;
	struct verify_leak *leak;
	size_t total;      /* bytes of all results */
	const char *out;   /* folder of the results, below the tree */
	size_t extra;      /* files there that are no results */
	struct arena *index; /* of the source */
	struct row {
		bool done;
		enum verify_code code; /* VERIFY_OK while nothing failed */
		const char *detail;
	} rows[ROWS];
};

/* Keep the first failure of a row; with VERIFY_OK, say what was fine. */
static void note(struct scan *s, int row, enum verify_code code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static void note(struct scan *s, int row, enum verify_code code, const char *fmt, ...)
{
	struct row *r = &s->rows[row];
	va_list ap;

	if (r->code != VERIFY_OK)
		return;
	va_start(ap, fmt);
	r->detail = arena_vprintf(s->a, fmt, ap);
	va_end(ap);
	r->code = code;
	r->done = true;
}

static const char *shown(struct scan *s, const char *text)
{
	return verify_show(s->a, text, strlen(text));
}

/* ---- manifest ---- */

static bool read_manifest(struct scan *s)
{
	enum verify_code code = VERIFY_BROKEN;
	struct err e = {0};
	size_t skipped = 0;

	if (s->dir < 0)
		err_set(&e, E_UNAVAILABLE, "the tree: %s", strerror(errno));
	else
		code = verify_job_manifest(s->a, s->dir, s->j, &s->results, &skipped, &e);
	if (code == VERIFY_OK)
		note(s, MANIFEST, VERIFY_OK, "%zu results; %zu of evidence or log left out",
		     s->results.n, skipped);
	else
		note(s, MANIFEST, code, "%s", shown(s, e.detail));
	return code == VERIFY_OK;
}

/* ---- names ---- */

static void look_at_names(struct scan *s)
{
	for (size_t i = 0; i < s->results.n; i++) {
		const struct verify_entry *t = &s->results.entries[i];
		const char *slash = strrchr(t->path, '/'), *why;
		enum verify_code code;

		why = verify_name_leak(t->name, &code);
		if (why == NULL)
			why = verify_name_leak(slash == NULL ? t->path : slash + 1, &code);
		if (why != NULL)
			note(s, NAMES, code, "%s: %s", shown(s, t->name), why);
		why = verify_name_problem(t->name, strcmp(t->kind, "web") == 0);
		if (why != NULL)
			note(s, NAMES, VERIFY_NAME, "%s: %s", shown(s, t->name), why);
	}
	note(s, NAMES, VERIFY_OK, "%zu names", s->results.n);
}

/* ---- kinds ---- */

static bool agreed(const struct verify_job *j, const char *kind)
{
	return strcmp(j->artifact_type, "both") == 0 || strcmp(j->artifact_type, kind) == 0;
}

static size_t count_binaries(const struct scan *s, const char *platform)
{
	size_t n = 0;

	for (size_t i = 0; i < s->results.n; i++)
		n += strcmp(s->results.entries[i].kind, "binary") == 0 &&
		     strcmp(s->results.entries[i].platform, platform) == 0;
	return n;
}

static bool promised(const struct verify_job *j, const char *platform)
{
	for (size_t i = 0; i < j->platforms_n; i++)
		if (strcmp(j->platforms[i], platform) == 0)
			return true;
	return false;
}

static const char *kind_problem(const struct scan *s, const struct verify_entry *t)
{
	bool web = strcmp(t->kind, "web") == 0;

	if (strcmp(t->kind, "archive") == 0)
		return "archives are not delivered";
	if (!agreed(s->j, t->kind))
		return "a kind that was not agreed";
	if (web)
		return *t->platform ? "a web file for a platform" : NULL;
	if (!promised(s->j, t->platform))
		return "a program for a platform that was not promised";
	if (count_binaries(s, t->platform) > 1)
		return "a second program for the same platform";
	if (*t->entrypoint && strcmp(t->entrypoint, t->name) != 0)
		return "a program whose entry point is another file";
	if ((strcmp(t->platform, "windows-amd64") == 0) != str_ends(t->name, ".exe"))
		return "the ending .exe belongs to Windows, and only there";
	return NULL;
}

static void look_at_kinds(struct scan *s)
{
	const char *why;

	for (size_t i = 0; i < s->results.n; i++) {
		const struct verify_entry *t = &s->results.entries[i];

		why = kind_problem(s, t);
		if (why != NULL)
			note(s, KINDS, VERIFY_KIND, "%s: %s", shown(s, t->name), why);
	}
	if (agreed(s->j, "binary") && s->j->platforms_n == 0)
		note(s, KINDS, VERIFY_MISSING, "no platform was promised");
	for (size_t i = 0; agreed(s->j, "binary") && i < s->j->platforms_n; i++)
		if (count_binaries(s, s->j->platforms[i]) == 0)
			note(s, KINDS, VERIFY_MISSING, "no program for %s", s->j->platforms[i]);
	if (agreed(s->j, "web") && verify_entry_page(&s->results, &why) == NULL)
		note(s, KINDS, VERIFY_MISSING, "%s", why);
	note(s, KINDS, VERIFY_OK, "as agreed: %s", s->j->artifact_type);
}

/* ---- folder ---- */

static bool is_named(const struct scan *s, const char *path)
{
	for (size_t i = 0; i < s->results.n; i++)
		if (strcmp(s->results.entries[i].path, path) == 0)
			return true;
	return strcmp(path, s->j->manifest) == 0;
}

static int visit_result(void *ctx, const char *below, bool special)
{
	struct scan *s = ctx;
	const char *path = arena_printf(s->a, "%s/%s", s->out, below);

	if (special)
		note(s, FOLDER, VERIFY_FILE, "%s: a link or a special file", shown(s, path));
	s->extra += !is_named(s, path);
	return 0;
}

/* Where the manifest lies, the results lie; at the root, they lie in dist/. */
static const char *out_folder(struct arena *a, const char *manifest)
{
	const char *slash = strrchr(manifest, '/');

	return slash == NULL ? "dist" : arena_strndup(a, manifest, (size_t)(slash - manifest));
}

static void look_at_folder(struct scan *s)
{
	const char *path = arena_printf(s->a, "%s/%s", s->j->tree, s->out);
	struct err e = {0};

	if (file_exists(path) && file_walk(path, 2000, visit_result, s, &e) < 0)
		note(s, FOLDER, VERIFY_FILE, "%s", shown(s, e.detail));
	note(s, FOLDER, VERIFY_OK, "%zu other files stay behind", s->extra);
}

/* ---- files ---- */

static void read_source(struct scan *s)
{
	struct verify_shingles *index = NULL;
	size_t files, windows;
	struct err e = {0};

	if (verify_source_read(s->index, s->j, s->out, &index, &e) < 0) {
		note(s, SOURCE, VERIFY_BROKEN, "%s", shown(s, e.detail));
	} else {
		verify_shingles_count(index, &files, &windows);
		note(s, SOURCE, VERIFY_OK, "%zu windows of %zu files to compare with", windows,
		     files);
	}
	s->leak = verify_leak_new(s->a, s->j, index);
}

static void look_at_file(struct scan *s, struct arena *a, struct verify_entry *t)
{
	size_t left = VERIFY_TOTAL_MAX - s->total;
	struct verify_file f;
	struct err e = {0};
	enum verify_code code;
	const char *why;

	code = verify_entry_read(a, s->dir, t, left < VERIFY_FILE_MAX ? left : VERIFY_FILE_MAX, &f,
				 &e);
	if (code != VERIFY_OK) {
		note(s, code == VERIFY_CHECKSUM ? CHECKSUMS : FILES, code, "%s: %s",
		     shown(s, t->name), shown(s, e.detail));
		return;
	}
	s->total += f.n;
	t->sha256 = arena_strdup(s->a, f.sha256);
	t->size = (int64_t)f.n;
	t->mime = strcmp(t->kind, "web") == 0 ? verify_mime(t->name) : "application/octet-stream";
	why = verify_form_problem(a, t, f.p, f.n);
	if (why != NULL)
		note(s, FORMS, VERIFY_KIND, "%s: %s", shown(s, t->name), shown(s, why));
	verify_leak_file(s->leak, t->name, f.p, f.n);
}

static void look_at_files(struct scan *s)
{
	for (size_t i = 0; i < s->results.n; i++) {
		struct arena *a = arena_new(VERIFY_FILE_MAX + (1u << 20));

		look_at_file(s, a, &s->results.entries[i]);
		arena_free(a);
	}
	note(s, FILES, VERIFY_OK, "%zu bytes in %zu files", s->total, s->results.n);
	note(s, CHECKSUMS, VERIFY_OK, "all as claimed");
	note(s, FORMS, VERIFY_OK, "all what they say they are");
}

/* ---- report ---- */

static void add_check(struct verify_report *r, const char *name, enum verify_code code,
		      const char *detail)
{
	r->checks[r->checks_n++] = (struct verify_check){name, code == VERIFY_OK, detail};
	if (code != VERIFY_OK && r->code == VERIFY_OK) {
		r->code = code;
		r->reason = detail;
	}
}

static void write_report(struct scan *s, struct verify_report *ret)
{
	const struct verify_leak *l = s->leak;

	for (int i = 0; i < ROWS; i++)
		if (s->rows[i].done)
			add_check(ret, row_names[i], s->rows[i].code, s->rows[i].detail);
	for (size_t i = 0; l != NULL && i < verify_detectors_n; i++)
		add_check(ret, verify_detectors[i].name,
			  l->found[i] == NULL ? VERIFY_OK : verify_detectors[i].code,
			  l->found[i] != NULL ? l->found[i] :
			  arena_printf(s->a, "nothing in %zu layers, %llu bytes", l->layers,
				       (unsigned long long)l->bytes));
	if (ret->code == VERIFY_OK)
		ret->manifest = s->results;
}

void verify_scan(struct arena *a, const struct verify_job *j, struct verify_report *ret)
{
	struct scan s = {.a = a, .j = j, .index = arena_new(INDEX_MAX)};

	memset(ret, 0, sizeof(*ret));
	ret->reason = "";
	s.out = out_folder(a, j->manifest);
	s.dir = open(j->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (read_manifest(&s)) {
		look_at_names(&s);
		look_at_kinds(&s);
		look_at_folder(&s);
		read_source(&s);
		look_at_files(&s);
	}
	write_report(&s, ret);
	if (s.dir >= 0)
		close(s.dir);
	arena_free(s.index);
}
