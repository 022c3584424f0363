#include "config.h"

#include "verify/verify_json.h"
#include "verify/verify_open.h"
#include "base/check.h"
#include "base/str.h"

#include <strings.h>

/*
 * The manifest: {"artifacts": [ … ]}, each row with the fields below, and
 * nothing else. `version` may say 1. What a worker writes here is a claim;
 * this file only makes sure that it is a readable one.
 */

static const char *const kinds[] = {"web", "binary", "archive", "evidence", "log", NULL};

struct row {
	struct verify_entry entry;
	bool source_included;
};

#define AT(member) offsetof(struct row, member)
static const struct field row_fields[] = {
	{"artifact_id", F_TOKEN, F_REQUIRED, 1, 40, NULL, NULL, AT(entry.artifact_id), NULL},
	{"kind", F_ENUM, F_REQUIRED, 0, 0, kinds, NULL, AT(entry.kind), NULL},
	{"name", F_TEXT, F_REQUIRED, 1, 240, NULL, NULL, AT(entry.name), NULL},
	{"path", F_TEXT, F_REQUIRED, 1, 400, NULL, NULL, AT(entry.path), NULL},
	{"sha256", F_TOKEN, F_REQUIRED, 64, 64, NULL, NULL, AT(entry.sha256), NULL},
	{"size_bytes", F_INT, F_REQUIRED, 0, VERIFY_FILE_MAX, NULL, NULL, AT(entry.size), NULL},
	{"platform", F_TEXT, F_NULLABLE, 0, 40, NULL, NULL, AT(entry.platform), NULL},
	{"entrypoint", F_TEXT, F_NULLABLE, 0, 240, NULL, NULL, AT(entry.entrypoint), NULL},
	{"source_included", F_BOOL, F_REQUIRED, 0, 0, NULL, NULL, AT(source_included), NULL},
};
/* What a report says about a file is the same, with our type instead. */
static const struct field checked_fields[] = {
	{"artifact_id", F_TOKEN, F_REQUIRED, 1, 40, NULL, NULL, AT(entry.artifact_id), NULL},
	{"kind", F_ENUM, F_REQUIRED, 0, 0, kinds, NULL, AT(entry.kind), NULL},
	{"name", F_TEXT, F_REQUIRED, 1, 240, NULL, NULL, AT(entry.name), NULL},
	{"path", F_TEXT, F_REQUIRED, 1, 400, NULL, NULL, AT(entry.path), NULL},
	{"sha256", F_TOKEN, F_REQUIRED, 64, 64, NULL, NULL, AT(entry.sha256), NULL},
	{"size_bytes", F_INT, F_REQUIRED, 0, VERIFY_FILE_MAX, NULL, NULL, AT(entry.size), NULL},
	{"platform", F_TEXT, F_REQUIRED, 0, 40, NULL, NULL, AT(entry.platform), NULL},
	{"entrypoint", F_TEXT, F_REQUIRED, 0, 240, NULL, NULL, AT(entry.entrypoint), NULL},
	{"mime", F_TEXT, F_REQUIRED, 0, 80, NULL, NULL, AT(entry.mime), NULL},
};
static const struct shape claimed = {"manifest row", row_fields, COUNT(row_fields),
				     sizeof(struct row)};
static const struct shape checked = {"report row", checked_fields, COUNT(checked_fields),
				     sizeof(struct row)};

static bool printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e)
			return false;
	return true;
}

/* Relative, below the tree, without tricks; NULL when fine. */
static const char *path_problem(const char *path)
{
	size_t n;

	if (!printable(path) || strchr(path, '\\') != NULL)
		return "a character that no path needs";
	for (const char *s = path; ; s += n + 1) {
		n = strcspn(s, "/");
		if (n == 0)
			return "an empty part, or absolute";
		if (s[0] == '.' && (n == 1 || (n == 2 && s[1] == '.')))
			return "a step to another folder";
		if (s[n] == '\0')
			return NULL;
	}
}

static const char *entry_problem(const struct verify_entry *t)
{
	static const char id[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	if (!str_only(t->artifact_id, id, 1, 40) || t->artifact_id[0] == '-')
		return "artifact_id: only [a-z0-9-], 1 to 40";
	if (!printable(t->name))
		return "name: only printable ASCII";
	if (path_problem(t->path) != NULL)
		return path_problem(t->path);
	if (!str_only(t->sha256, "0123456789abcdef", 64, 64))
		return "sha256: 64 lower-case hexadecimal digits";
	if (*t->platform && !verify_platform_known(t->platform))
		return "platform: not one that is built";
	return printable(t->entrypoint) ? NULL : "entrypoint: only printable ASCII";
}

/* The same place, or one the folder of the other, on a system without case. */
static bool clash(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), less = n < m ? n : m;

	return strncasecmp(a, b, less) == 0 &&
	       (n == m || (n < m ? b[less] : a[less]) == '/');
}

static int read_row(struct arena *a, const struct json *j, const struct shape *shape,
		    struct verify_manifest *m, struct err *e)
{
	struct row r = {{.platform = "", .entrypoint = "", .mime = ""}, false};
	const char *why;

	if (json_fill(a, j, shape, &r, e) < 0)
		return -1;
	why = r.source_included ? "source_included: must be false" : entry_problem(&r.entry);
	if (why != NULL)
		return err_set(e, E_INVALID, "%s", why);
	for (size_t i = 0; i < m->n; i++) {
		if (strcmp(m->entries[i].artifact_id, r.entry.artifact_id) == 0)
			return err_set(e, E_INVALID, "artifact_id: twice");
		if (clash(m->entries[i].name, r.entry.name))
			return err_set(e, E_INVALID, "name: clashes with that of row %zu", i);
	}
	m->entries[m->n++] = r.entry;
	return 0;
}

/* The names of the wrong fields, for the reason. */
static const char *fields_text(struct arena *a, const struct err *e)
{
	struct buf b;

	buf_init(&b, a, 1024);
	buf_puts(&b, verify_show(a, e->detail, strlen(e->detail)));
	for (size_t i = 0; i < e->nfields; i++)
		buf_printf(&b, " %s (%s)",
			   verify_show(a, e->fields[i].name, strlen(e->fields[i].name)),
			   e->fields[i].code);
	return buf_str(&b);
}

int verify_entries_read(struct arena *a, const struct json *rows, bool report,
			struct verify_manifest *ret, struct err *e)
{
	memset(ret, 0, sizeof(*ret));
	if (json_kind(rows) != JSON_ARRAY || json_count(rows) > VERIFY_ENTRIES)
		return err_set(e, E_INVALID, "artifacts: a list of at most %d rows",
			       VERIFY_ENTRIES);
	for (size_t i = 0; i < json_count(rows); i++) {
		struct err in = {0};

		if (read_row(a, json_at(rows, i), report ? &checked : &claimed, ret, &in) < 0)
			return err_set(e, E_INVALID, "row %zu: %s", i, fields_text(a, &in));
	}
	return 0;
}

const struct json *verify_json_parse(struct arena *a, const char *what, const char *text, size_t n,
				     size_t max, struct err *e)
{
	const struct json *j = NULL;
	struct err in = {0};

	if (n > max)
		err_set(e, E_INVALID, "%s: more than %zu bytes", what, max);
	else if ((j = json_parse(a, text, n, &in)) == NULL)
		err_set(e, E_INVALID, "%s: %s", what, in.detail);
	return j;
}

static int known_member(void *ctx, const char *key, const struct json *v)
{
	(void)ctx;
	if (strcmp(key, "version") == 0)
		return json_int(v, 0) == 1 ? 0 : -1;
	return strcmp(key, "artifacts") == 0 ? 0 : -1;
}

int verify_manifest_read(struct arena *a, const char *text, size_t n, struct verify_manifest *ret,
			 struct err *e)
{
	const struct json *j = verify_json_parse(a, "manifest", text, n, VERIFY_MANIFEST_MAX, e);

	memset(ret, 0, sizeof(*ret));
	if (j == NULL)
		return -1;
	if (json_kind(j) != JSON_OBJECT || json_each(j, known_member, NULL) != 0)
		return err_set(e, E_INVALID,
			       "manifest: an object with artifacts (and version 1) only");
	if (verify_entries_read(a, json_get(j, "artifacts"), false, ret, e) < 0)
		return -1;
	return ret->n ? 0 : err_set(e, E_INVALID, "artifacts: none");
}
