#include "config.h"

#include "base/str.h"
#include "billing/billing_int.h"
#include "port/file.h"
#include "port/http.h"
#include "port/json.h"

#include <string.h>

#define KEY_MAX 512
#define FORM_MAX 16384
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

/* One POST under a key that follows from our row. */
static int post(struct work *w, const char *path, const char *idem, struct buf *form,
		const struct json **ret, const char **ret_why)
{
	struct http_call call = {.method = "POST", .body = buf_str(form), .body_len = form->n,
				 .timeout_us = CALL_TIMEOUT, .answer_max = ANSWER_MAX};
	const char *headers[6], *key, *should;
	struct http_answer h = {0};
	struct err e = {0};

	if (read_key(w, &key) < 0)
		return -1;
	headers[0] = arena_printf(w->a, "Authorization: Bearer %s", key);
	headers[1] = arena_printf(w->a, "Stripe-Version: %s", w->conf->stripe_version);
	headers[2] = arena_printf(w->a, "Idempotency-Key: %s", idem);
	headers[3] = "Content-Type: application/x-www-form-urlencoded";
	headers[4] = "Accept: application/json";
	headers[5] = NULL;
	call.headers = headers;
	call.url = arena_printf(w->a, "%s%s", w->conf->stripe_url, path);
	check(!form->over);
	if (http_do(w->a, &call, &h, &w->err) < 0)
		return -1;
	*ret = json_parse(w->a, h.body, h.body_len, &e);
	if (h.status == 200 && *ret != NULL)
		return 0;
	should = http_header(w->a, &h, "Stripe-Should-Retry");
	*ret_why = refusal(w, &h, *ret);
	/* What is wrong with our key is cured by another key, not by another page. */
	if (str_eq(should, "true") || h.status == 401 || h.status == 403 || h.status == 409 ||
	    h.status == 429 || h.status >= 500 || h.status < 400)
		return fail(w, E_UNAVAILABLE, "%s: %s", path, *ret_why);
	return 1;
}

int billing_call_session(struct work *w, const struct billing_checkout_row *c,
			 struct billing_session *ret, const char **ret_why)
{
	const struct json *j;
	struct buf f;
	int rc;

	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "mode", "payment");
	billing_form(&f, "line_items[0][quantity]", "1");
	billing_form(&f, "line_items[0][price_data][currency]", c->currency);
	billing_form_int(&f, "line_items[0][price_data][unit_amount]", c->amount);
	billing_form(&f, "line_items[0][price_data][product_data][name]", c->title);
	billing_form(&f, "success_url", c->return_url);
	billing_form(&f, "cancel_url", c->return_url);
	billing_form(&f, "client_reference_id", c->checkout_id);
	billing_form(&f, "metadata[bus_checkout_id]", c->checkout_id);
	billing_form(&f, "metadata[run_id]", c->run_id);
	billing_form(&f, "payment_intent_data[metadata][bus_checkout_id]", c->checkout_id);
	billing_form(&f, "payment_intent_data[metadata][run_id]", c->run_id);
	billing_form_int(&f, "expires_at", c->expires_at / CLOCK_S);
	rc = post(w, "/v1/checkout/sessions", c->idem_key, &f, &j, ret_why);
	if (rc != 0)
		return rc;
	ret->id = json_get_text(j, "id", "");
	ret->url = json_get_text(j, "url", "");
	if (*ret->id == '\0' || strlen(ret->id) > 255 || strlen(ret->url) > 4096 ||
	    !str_starts(ret->url, "http"))
		*ret_why = "a session without a name or an address";
	else if (json_flag(json_get(j, "livemode"), !c->livemode) != c->livemode)
		*ret_why = "a session of the other mode";
	else
		return 0;
	return 1;
}

int billing_call_refund(struct work *w, const struct billing_checkout_row *c, const char **ret_why)
{
	const struct json *j;
	struct buf f;

	if (c->payment_intent == NULL) {
		*ret_why = "the payment has no name";
		return 1;
	}
	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "payment_intent", c->payment_intent);
	billing_form(&f, "metadata[bus_checkout_id]", c->checkout_id);
	billing_form(&f, "metadata[run_id]", c->run_id);
	return post(w, "/v1/refunds", arena_printf(w->a, "refund:%s", c->checkout_id), &f, &j, ret_why);
}
