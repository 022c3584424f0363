#include "config.h"

#include "verify/verify_json.h"
#include "base/check.h"
#include "base/jw.h"
#include "base/str.h"

/*
 * Job and report as JSON. The job comes from us; the report from a child that
 * has read hostile bytes, so it is read as if that child had written it.
 */
#define JOB_MAX (128u << 10)
#define REPORT_MAX (512u << 10)
#define NEEDLE_MIN 4 /* shorter ones are found everywhere */

/* ---- job ---- */

static const char *const modes[] = {"scan", "page", NULL};
static const char *const artifact_types[] = {"web", "binary", "both", NULL};

static void put_list(struct jw *w, const char *key, const char *const *items, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, items[i]);
	jw_end_array(w);
}

const char *verify_job_write(struct arena *a, const struct verify_job *j)
{
	struct buf b;
	struct jw w;

	buf_init(&b, a, JOB_MAX);
	jw_init(&w, &b);
	jw_object(&w);
	jw_kstr(&w, "mode", j->mode);
	jw_kstr(&w, "tree", j->tree);
	jw_kstr(&w, "manifest", j->manifest);
	jw_kstr(&w, "artifact_type", j->artifact_type);
	jw_kstr(&w, "browser", j->browser == NULL ? "" : j->browser);
	put_list(&w, "platforms", j->platforms, j->platforms_n);
	put_list(&w, "public", j->public, j->public_n);
	jw_key(&w, "needles");
	jw_array(&w);
	for (size_t i = 0; i < j->needles_n; i++) {
		jw_object(&w);
		jw_kstr(&w, "label", j->needles[i].label);
		jw_kstr(&w, "text", j->needles[i].text);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	jw_end_object(&w);
	check(!b.over);
	return buf_str(&b);
}

static bool one_of(const char *s, const char *const *values)
{
	for (; s != NULL && *values != NULL; values++)
		if (strcmp(s, *values) == 0)
			return true;
	return false;
}

/* A text of min to max bytes, copied, or NULL. */
static const char *text_of(struct arena *a, const struct json *j, size_t min, size_t max)
{
	const char *s = json_text(j, NULL);

	if (s == NULL || strlen(s) < min || strlen(s) > max || !str_utf8(s, strlen(s)))
		return NULL;
	return arena_strdup(a, s);
}

static int read_list(struct arena *a, const struct json *list, const char **items, size_t max,
		     size_t *ret_n, struct err *e)
{
	if (json_kind(list) != JSON_ARRAY || json_count(list) > max)
		return err_set(e, E_INVALID, "job: a list of at most %zu texts is expected", max);
	for (size_t i = 0; i < json_count(list); i++)
		if ((items[i] = text_of(a, json_at(list, i), 1, 400)) == NULL)
			return err_set(e, E_INVALID, "job: a text of a list");
	*ret_n = json_count(list);
	return 0;
}

static int read_needles(struct arena *a, const struct json *list, struct verify_job *ret,
			struct err *e)
{
	if (json_kind(list) != JSON_ARRAY || json_count(list) > VERIFY_NEEDLES)
		return err_set(e, E_INVALID, "job: at most %d needles", VERIFY_NEEDLES);
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *j = json_at(list, i);
		struct verify_needle *d = &ret->needles[i];

		d->label = text_of(a, json_get(j, "label"), 1, 40);
		d->text = text_of(a, json_get(j, "text"), NEEDLE_MIN, 400);
		if (d->label == NULL || d->text == NULL)
			return err_set(e, E_INVALID,
				       "job: needle %zu needs a label and %d to 400 bytes", i,
				       NEEDLE_MIN);
	}
	ret->needles_n = json_count(list);
	return 0;
}

int verify_job_read(struct arena *a, const char *text, size_t n, struct verify_job *ret,
		    struct err *e)
{
	const struct json *j = verify_json_parse(a, "job", text, n, JOB_MAX, e);

	memset(ret, 0, sizeof(*ret));
	if (j == NULL)
		return -1;
	ret->mode = text_of(a, json_get(j, "mode"), 1, 10);
	ret->tree = text_of(a, json_get(j, "tree"), 1, 400);
	ret->manifest = text_of(a, json_get(j, "manifest"), 1, 400);
	ret->artifact_type = text_of(a, json_get(j, "artifact_type"), 1, 10);
	ret->browser = text_of(a, json_get(j, "browser"), 0, 400);
	if (!one_of(ret->mode, modes) || !one_of(ret->artifact_type, artifact_types) ||
	    ret->tree == NULL || ret->manifest == NULL || ret->browser == NULL)
		return err_set(e, E_INVALID, "job: mode, tree, manifest, artifact_type or browser");
	if (read_list(a, json_get(j, "platforms"), ret->platforms, COUNT(ret->platforms),
		      &ret->platforms_n, e) < 0 ||
	    read_list(a, json_get(j, "public"), ret->public, COUNT(ret->public), &ret->public_n,
		      e) < 0)
		return -1;
	for (size_t i = 0; i < ret->platforms_n; i++)
		if (!verify_platform_known(ret->platforms[i]))
			return err_set(e, E_INVALID, "job: platform %zu is not one that is built",
				       i);
	return read_needles(a, json_get(j, "needles"), ret, e);
}

/* ---- report ---- */

static void put_entry(struct jw *w, const struct verify_entry *t)
{
	jw_object(w);
	jw_kstr(w, "artifact_id", t->artifact_id);
	jw_kstr(w, "kind", t->kind);
	jw_kstr(w, "name", t->name);
	jw_kstr(w, "path", t->path);
	jw_kstr(w, "sha256", t->sha256);
	jw_kint(w, "size_bytes", t->size);
	jw_kstr(w, "platform", t->platform);
	jw_kstr(w, "entrypoint", t->entrypoint);
	jw_kstr(w, "mime", t->mime);
	jw_end_object(w);
}

const char *verify_report_write(struct arena *a, const struct verify_report *r)
{
	struct buf b;
	struct jw w;

	buf_init(&b, a, REPORT_MAX);
	jw_init(&w, &b);
	jw_object(&w);
	jw_kstr(&w, "code", verify_code_name(r->code));
	jw_kstr(&w, "reason", r->reason);
	jw_key(&w, "artifacts");
	jw_array(&w);
	for (size_t i = 0; i < r->manifest.n; i++)
		put_entry(&w, &r->manifest.entries[i]);
	jw_end_array(&w);
	jw_key(&w, "checks");
	jw_array(&w);
	for (size_t i = 0; i < r->checks_n; i++) {
		jw_object(&w);
		jw_kstr(&w, "name", r->checks[i].name);
		jw_kbool(&w, "ok", r->checks[i].ok);
		jw_kstr(&w, "detail", r->checks[i].detail);
		jw_end_object(&w);
	}
	jw_end_array(&w);
	jw_end_object(&w);
	check(!b.over);
	return buf_str(&b);
}

/* A report speaks only of results that a customer could be given. */
static int hold_against_rules(const struct verify_manifest *m, struct err *e)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct verify_entry *t = &m->entries[i];
		bool web = strcmp(t->kind, "web") == 0;
		const char *mime = web ? verify_mime(t->name) : "application/octet-stream";

		if ((!web && strcmp(t->kind, "binary") != 0) || mime == NULL ||
		    strcmp(mime, t->mime) != 0 || verify_name_problem(t->name, web) != NULL ||
		    web == (*t->platform != '\0'))
			return err_set(e, E_INVALID, "report: artifact %zu is not a result", i);
	}
	return 0;
}

static int read_checks(struct arena *a, const struct json *list, struct verify_report *ret,
		       struct err *e)
{
	if (json_kind(list) != JSON_ARRAY || json_count(list) > COUNT(ret->checks))
		return err_set(e, E_INVALID, "report: at most %zu checks", COUNT(ret->checks));
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *j = json_at(list, i);
		struct verify_check *c = &ret->checks[i];

		c->name = text_of(a, json_get(j, "name"), 1, 40);
		c->detail = text_of(a, json_get(j, "detail"), 0, 4000);
		c->ok = json_flag(json_get(j, "ok"), false);
		if (c->name == NULL || c->detail == NULL ||
		    json_kind(json_get(j, "ok")) != JSON_BOOL)
			return err_set(e, E_INVALID, "report: check %zu", i);
	}
	ret->checks_n = json_count(list);
	return 0;
}

/* Accepted means: every check was fine, and there is something to accept. */
static bool consistent(const struct verify_report *r)
{
	bool all = r->checks_n > 0;

	for (size_t i = 0; i < r->checks_n; i++)
		all = all && r->checks[i].ok;
	return (r->code == VERIFY_OK) == all && (r->code != VERIFY_OK || r->manifest.n > 0);
}

int verify_report_read(struct arena *a, const char *text, size_t n, struct verify_report *ret,
		       struct err *e)
{
	const struct json *j = verify_json_parse(a, "report", text, n, REPORT_MAX, e);
	const char *code;

	memset(ret, 0, sizeof(*ret));
	if (j == NULL)
		return -1;
	code = text_of(a, json_get(j, "code"), 1, 40);
	ret->reason = text_of(a, json_get(j, "reason"), 0, 4000);
	if (code == NULL || ret->reason == NULL)
		return err_set(e, E_INVALID, "report: code or reason");
	ret->code = verify_code_of(code);
	if (verify_entries_read(a, json_get(j, "artifacts"), true, &ret->manifest, e) < 0 ||
	    hold_against_rules(&ret->manifest, e) < 0 ||
	    read_checks(a, json_get(j, "checks"), ret, e) < 0)
		return -1;
	return consistent(ret) ? 0 : err_set(e, E_INVALID, "report: code and checks disagree");
}
