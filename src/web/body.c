#include "config.h"

#include "web/web_int.h"
#include "base/str.h"
#include "port/fcgi.h"
#include "port/json.h"

#include <string.h>
#include <strings.h>

#define PIECE 16384u

/* Room is made for what was announced (0: nothing was) and one byte that is too
 * many: a request that waits for a model for minutes keeps no more than it needs. */
static int read_all(struct req *r, size_t announced)
{
	size_t max = r->route->body_max;
	struct buf b;
	long got;

	buf_init(&b, r->w.a, max + 1);
	do {
		size_t left = announced > b.n ? announced - b.n + 1 : announced > 0 ? 1 : PIECE;
		size_t room = left < max + 1 - b.n ? left : max + 1 - b.n;

		room = room < PIECE ? room : PIECE;
		got = fcgi_read(r->f, buf_room(&b, room), room);
		buf_added(&b, got > 0 ? (size_t)got : 0);
	} while (got > 0 && b.n <= max); /* one byte too many is enough to know */
	if (got < 0)
		return fail(&r->w, E_BAD_REQUEST, "the body was cut short");
	if (b.n > max)
		return fail(&r->w, E_TOO_LARGE, "body over %zu bytes", max);
	r->body = buf_str(&b);
	r->body_len = b.n;
	return 0;
}

static int check_type(struct req *r)
{
	const char *type = req_param(r, "CONTENT_TYPE");
	size_t n = type ? strcspn(type, "; ") : 0;

	if (n == strlen("application/json") && strncasecmp(type, "application/json", n) == 0)
		return 0;
	return fail(&r->w, E_MEDIA_TYPE, "content type %.60s", type ? type : "none");
}

int body_read(struct req *r)
{
	const char *length = req_param(r, "CONTENT_LENGTH");
	const struct shape *s = r->route->input;
	int64_t n = 0;

	if (r->route->method == METHOD_GET || (s == NULL && !r->route->raw))
		return 0; /* a body nobody asked for is drained at the end */
	if (length != NULL && *length && !str_int(length, 0, INT64_MAX, &n))
		return fail(&r->w, E_BAD_REQUEST, "content length %.30s", length);
	if (n > (int64_t)r->route->body_max)
		return fail(&r->w, E_TOO_LARGE, "body of %lld bytes", (long long)n);
	if (read_all(r, (size_t)n) < 0)
		return -1;
	if (n > 0 && (size_t)n != r->body_len)
		return fail(&r->w, E_BAD_REQUEST, "body of %zu bytes, %lld announced", r->body_len,
			    (long long)n);
	if (r->body_len > 0 && check_type(r) < 0)
		return -1;
	if (s == NULL)
		return 0;
	r->in = arena_alloc(r->w.a, s->size);
	if (r->body_len == 0)
		r->body = "{}", r->body_len = 2;
	return json_read(r->w.a, r->body, r->body_len, s, r->in, &r->w.err);
}

static int read_parameter(struct req *r, const char *p, size_t n)
{
	const char *eq = memchr(p, '=', n);
	size_t key = eq ? (size_t)(eq - p) : n;
	char *name = str_unpercent(r->w.a, p, key, true);
	char *value = eq ? str_unpercent(r->w.a, eq + 1, n - key - 1, true) : arena_strdup(r->w.a, "");
	const struct field *f = name ? shape_find(r->route->query, name) : NULL;
	const char *why = NULL;
	int64_t v;
	size_t i;

	if (name == NULL || value == NULL)
		return fail(&r->w, E_BAD_REQUEST, "bad escape in the query");
	if (f == NULL && r->route->any_query)
		return 0;
	if (f == NULL)
		return fail_field(&r->w, name, "unknown");
	i = (size_t)(f - r->route->query->fields);
	if (r->query[i] != NULL)
		return fail_field(&r->w, name, "given_twice");
	if (f->type != F_INT)
		why = shape_text_problem(f, value, strlen(value));
	else if (!str_int(value, INT64_MIN, INT64_MAX, &v))
		why = "not_an_integer";
	else
		why = shape_int_problem(f, v);
	if (why != NULL)
		return fail_field(&r->w, name, why);
	r->query[i] = value;
	return 0;
}

int query_read(struct req *r, const char *text)
{
	int rc = 0;

	for (const char *p = text; *p && rc == 0; p += *p == '&') {
		size_t n = strcspn(p, "&");

		if (n > 0)
			rc = read_parameter(r, p, n);
		p += n;
	}
	return rc;
}

const char *req_query(const struct req *r, const char *name)
{
	const struct field *f = shape_find(r->route->query, name);

	return f == NULL ? NULL : r->query[f - r->route->query->fields];
}

int64_t req_query_int(const struct req *r, const char *name, int64_t dflt)
{
	const char *s = req_query(r, name);

	str_int(s, INT64_MIN, INT64_MAX, &dflt);
	return dflt;
}
