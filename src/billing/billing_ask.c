#include "config.h"

#include "base/str.h"
#include "billing/billing_int.h"
#include "port/file.h"
#include "port/http.h"
#include "port/json.h"

#include <string.h>

#define KEY_MAX 512
#define ANSWER_MAX (1u << 20)
#define CALL_TIMEOUT (20 * CLOCK_S)

static int read_key(struct work *w, const char **ret)
{
	char *key = file_read(w->a, w->conf->stripe_key, KEY_MAX, NULL, &w->err);

	if (key == NULL)
		return -1;
	key[strcspn(key, "\r\n")] = '\0';
	*ret = key;
	return 0;
}

/* A refusal that no repetition cures, in words for operators. */
static const char *refusal(struct work *w, const struct http_answer *h, const struct json *j)
{
	const struct json *e = json_get(j, "error");

	return arena_printf(w->a, "%d %.60s %.60s: %.200s", h->status, json_get_text(e, "type", "-"),
			    json_get_text(e, "code", "-"), json_get_text(e, "message", "-"));
}

static int ask(struct work *w, struct http_call *call, const char *path, const char *idem,
	       struct billing_answer *ret)
{
	const char *headers[6], *key, *should;
	struct http_answer h = {0};
	struct err e = {0};
	size_t n = 0;

	check(!w->open); /* nobody waits for the provider under a lock */
	*ret = (struct billing_answer){0};
	if (read_key(w, &key) < 0)
		return -1;
	headers[n++] = arena_printf(w->a, "Authorization: Bearer %s", key);
	headers[n++] = arena_printf(w->a, "Stripe-Version: %s", w->conf->stripe_version);
	headers[n++] = "Accept: application/json";
	if (idem != NULL)
		headers[n++] = arena_printf(w->a, "Idempotency-Key: %s", idem);
	if (call->body != NULL)
		headers[n++] = "Content-Type: application/x-www-form-urlencoded";
	headers[n] = NULL;
	call->headers = headers;
	call->url = arena_printf(w->a, "%s%s", w->conf->stripe_url, path);
	call->timeout_us = CALL_TIMEOUT;
	call->answer_max = ANSWER_MAX;
	if (http_do(w->a, call, &h, &w->err) < 0)
		return -1;
	ret->status = h.status;
	ret->at_s = h.at_s;
	ret->json = json_parse(w->a, h.body, h.body_len, &e);
	if (h.status == 200 && ret->json != NULL)
		return 0;
	should = http_header(w->a, &h, "Stripe-Should-Retry");
	ret->why = refusal(w, &h, ret->json);
	ret->code = json_get_text(json_get(ret->json, "error"), "code", "");
	/* What is wrong with our key is cured by another key, not by another page. */
	if (str_eq(should, "true") || h.status == 401 || h.status == 403 || h.status == 409 ||
	    h.status == 429 || h.status >= 500 || h.status < 400)
		return fail(w, E_UNAVAILABLE, "%s: %s", path, ret->why);
	return 1;
}

int billing_ask_post(struct work *w, const char *path, const char *idem, struct buf *form,
		     struct billing_answer *ret)
{
	struct http_call call = {.method = "POST", .body = buf_str(form), .body_len = form->n};

	check(!form->over);
	return ask(w, &call, path, idem, ret);
}

int billing_ask_delete(struct work *w, const char *path, const char *idem, struct billing_answer *ret)
{
	struct http_call call = {.method = "DELETE"};

	return ask(w, &call, path, idem, ret);
}

int billing_ask_get(struct work *w, const char *path, struct billing_answer *ret)
{
	struct http_call call = {.method = "GET"};

	return ask(w, &call, path, NULL, ret);
}
