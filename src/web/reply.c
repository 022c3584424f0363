#include "config.h"

#include "web/web_int.h"
#include "base/check.h"
#include "base/jw.h"
#include "base/log.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/fcgi.h"
#include "port/jwt.h"

#include <stdio.h>
#include <string.h>

void reply_header(struct req *r, const char *name, const char *fmt, ...)
{
	va_list ap;
	size_t from;

	buf_printf(&r->head_lines, "%s: ", name);
	from = r->head_lines.n;
	va_start(ap, fmt);
	buf_vprintf(&r->head_lines, fmt, ap);
	va_end(ap);
	check(strpbrk(buf_str(&r->head_lines) + from, "\r\n") == NULL);
	buf_puts(&r->head_lines, "\r\n");
}

int reply_text(struct req *r, int status, const char *type, const char *text)
{
	r->status = status;
	r->type = type;
	r->text = text;
	r->text_len = strlen(text);
	return 0;
}

int reply_json(struct req *r, int status, const char *json)
{
	return reply_text(r, status, "application/json", json);
}

int reply_empty(struct req *r, int status)
{
	r->status = status;
	return 0;
}

int reply_file(struct req *r, const char *store_path, const char *type)
{
	const char *by = req_param(r, "BUS_SENDFILE");

	if (str_eq(by, "nginx"))
		reply_header(r, "X-Accel-Redirect", "/_store/%s", store_path);
	else if (str_eq(by, "apache"))
		reply_header(r, "X-Sendfile", "%s/%s", r->w.conf->store, store_path);
	else
		return fail(&r->w, E_INTERNAL, "the web server did not say how it sends files");
	r->status = 200;
	r->type = type;
	return 0;
}

const char *cookie_name(const struct req *r, const char *name)
{
	return arena_printf(r->w.a, "%s%s%s", r->web->secure ? "__Host-" : "", name, r->web->cookie_tail);
}

const char *req_cookie(const struct req *r, const char *name)
{
	const char *p = req_param(r, "HTTP_COOKIE"), *want = cookie_name(r, name);
	size_t n = strlen(want);

	while (p != NULL && *p) {
		p += strspn(p, " ;");
		if (strncmp(p, want, n) == 0 && p[n] == '=')
			return arena_strndup(r->w.a, p + n + 1, strcspn(p + n + 1, ";"));
		p = strchr(p, ';');
	}
	return NULL;
}

char *csrf_token(const struct req *r, const char *token_hash)
{
	unsigned char mac[32];
	const char *text = arena_printf(r->w.a, "csrf\n%s", token_hash);

	crypto_hmac(r->web->secret, sizeof(r->web->secret), text, strlen(text), mac);
	return str_base32(r->w.a, mac, 20);
}

void reply_session(struct req *r, const char *token)
{
	const char *more = r->web->secure ? "; Secure" : "";
	int64_t age = r->w.conf->session_ttl_s;

	reply_cookie(r, "bus_session", token, age);
	reply_header(r, "Set-Cookie", "%s=%s; Path=/; SameSite=Strict; Max-Age=%lld%s",
		     cookie_name(r, "bus_csrf"),
		     csrf_token(r, crypto_sha256_hex(r->w.a, token, strlen(token))), (long long)age,
		     more);
}

void reply_cookie(struct req *r, const char *name, const char *value, int64_t age_s)
{
	reply_header(r, "Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
		     cookie_name(r, name), value, (long long)age_s, r->web->secure ? "; Secure" : "");
}

void reply_session_end(struct req *r)
{
	static const char past[] = "Thu, 01 Jan 1970 00:00:00 GMT";
	const char *more = r->web->secure ? "; Secure" : "";

	reply_header(r, "Set-Cookie", "%s=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=%s%s",
		     cookie_name(r, "bus_session"), past, more);
	reply_header(r, "Set-Cookie", "%s=; Path=/; SameSite=Strict; Max-Age=0; Expires=%s%s",
		     cookie_name(r, "bus_csrf"), past, more);
}

char *req_sign(struct req *r, const struct jwt *t)
{
	return jwt_sign(r->w.a, r->web->token_key, sizeof(r->web->token_key), t);
}

void req_secret(const struct req *r, const char *purpose, unsigned char to[32])
{
	crypto_hmac(r->web->secret, sizeof(r->web->secret), purpose, strlen(purpose), to);
}

/* Is the caller a client of OpenAI's interface? */
static bool speaks_openai(const struct req *r)
{
	const char *uri = req_param(r, "REQUEST_URI");

	return uri != NULL && str_starts(uri, "/v1/");
}

const char *reply_openai_error(struct arena *a, const struct err *e, const char *trace)
{
	const struct err_row *row = err_row(e->id);
	struct buf b;
	struct jw j;

	buf_init(&b, a, 4096);
	jw_init(&j, &b);
	jw_object(&j);
	jw_key(&j, "error");
	jw_object(&j);
	jw_kstr(&j, "message", row->sentence);
	jw_kstr(&j, "type", row->status == 401   ? "authentication_error"
			    : row->status == 403 ? "permission_error"
			    : e->id == E_QUOTA   ? "insufficient_quota"
			    : row->status == 429 ? "rate_limit_error"
			    : row->status >= 500 ? "server_error"
						 : "invalid_request_error");
	jw_kstr(&j, "param", e->nfields > 0 ? e->fields[0].name : NULL);
	jw_kstr(&j, "code", e->id == E_QUOTA ? "insufficient_quota" : row->code);
	jw_end_object(&j);
	jw_kstr(&j, "request_id", trace);
	jw_end_object(&j);
	return buf_str(&b);
}

/* OpenAI's shape, and what its clients ask about trying again: they would
 * repeat each 409 and 429 by themselves. */
static void openai_problem(struct req *r)
{
	const struct err_row *row = err_row(r->w.err.id);

	reply_header(r, "x-should-retry", row->retryable ? "true" : "false");
	reply_json(r, r->w.err.id == E_QUOTA ? 429 : row->status,
		   reply_openai_error(r->w.a, &r->w.err, r->w.trace));
}

/* When to come again, where nobody has said it better. */
static void tell_wait(struct req *r)
{
	int status = err_row(r->w.err.id)->status;

	if ((status == 503 || r->w.err.id == E_RATE || r->w.err.id == E_IDEM_BUSY) &&
	    strstr(buf_str(&r->head_lines), "Retry-After: ") == NULL)
		reply_header(r, "Retry-After", status == 503 ? "2" : "1");
}

/* RFC 9457. The sentence comes from the table, never from the detail. */
void reply_problem(struct req *r)
{
	const struct err_row *row = err_row(r->w.err.id);
	struct buf b;
	struct jw j;

	if (row->status == 401)
		reply_header(r, "WWW-Authenticate", "Bearer");
	tell_wait(r);
	if (speaks_openai(r)) {
		openai_problem(r);
		return;
	}
	buf_init(&b, r->w.a, 16384);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "type", arena_printf(r->w.a, "urn:busdk:problem:%s", row->code));
	jw_kstr(&j, "title", row->sentence);
	jw_kint(&j, "status", row->status);
	jw_kstr(&j, "code", row->code);
	jw_kstr(&j, "detail", row->sentence);
	jw_kstr(&j, "request_id", r->w.trace);
	jw_kbool(&j, "retryable", row->retryable);
	jw_key(&j, "errors");
	jw_array(&j);
	for (size_t i = 0; i < r->w.err.nfields; i++) {
		jw_object(&j);
		jw_kstr(&j, "field", r->w.err.fields[i].name);
		jw_kstr(&j, "code", r->w.err.fields[i].code);
		jw_end_object(&j);
	}
	jw_end_array(&j);
	jw_end_object(&j);
	reply_text(r, row->status, "application/problem+json", buf_str(&b));
}

int reply_refusal(struct req *r, enum err_id id, const char *detail)
{
	fail(&r->w, id, "%s", detail);
	reply_problem(r);
	log_put(LOG_INFO, "refused", "id", r->w.trace, "route", r->route->id, "code", err_row(id)->code,
		"detail", detail, NULL);
	err_clear(&r->w.err);
	return 0;
}

/* nginx passes the status on as it is: without a reason, and so without the
 * space that RFC 9112 §4 asks for before it, strict clients stumble. */
static const char *reason(int status)
{
	switch (status) {
	case 200: return "OK";
	case 201: return "Created";
	case 202: return "Accepted";
	case 204: return "No Content";
	case 303: return "See Other";
	case 304: return "Not Modified";
	case 401: return "Unauthorized";
	case 404: return "Not Found";
	case 429: return "Too Many Requests";
	default: return status < 400 ? "Done" : status < 500 ? "Refused" : "Failed";
	}
}

static void head_line(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, name);
	buf_puts(b, ": ");
	buf_puts(b, value);
	buf_puts(b, "\r\n");
}

/* What each answer says that its handler has not said itself. */
static void head(struct req *r, struct buf *b)
{
	const char *lines = buf_str(&r->head_lines);

	buf_printf(b, "Status: %d %s\r\n", r->status, reason(r->status));
	head_line(b, "X-Request-Id", r->w.trace);
	head_line(b, "X-Content-Type-Options", "nosniff");
	if (r->type != NULL)
		head_line(b, "Content-Type", r->type);
	if (strstr(lines, "Cache-Control:") == NULL)
		head_line(b, "Cache-Control", "no-store");
	if (strstr(lines, "Content-Security-Policy:") == NULL)
		head_line(b, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
	if (r->text != NULL && !r->stream)
		buf_printf(b, "Content-Length: %zu\r\n", r->text_len);
	buf_puts(b, lines);
	buf_puts(b, "\r\n");
}

int reply_send(struct req *r)
{
	struct buf b;

	check(!r->head_lines.over);
	buf_init(&b, r->w.a, HEAD_MAX + 1024);
	head(r, &b);
	check(!b.over);
	if (fcgi_write(r->f, buf_str(&b), b.n) < 0)
		return -1;
	return r->head || r->text == NULL ? 0 : fcgi_write(r->f, r->text, r->text_len);
}

int reply_begin(struct req *r, int status, const char *type)
{
	reply_empty(r, status);
	r->type = type;
	r->begun = true;
	return reply_send(r);
}

int reply_piece(struct req *r, const char *text)
{
	return r->head ? 0 : fcgi_write(r->f, text, strlen(text));
}
