#include "config.h"

#include "base/jw.h"
#include "base/str.h"
#include "billing/billing_int.h"
#include "port/http.h"

#include <string.h>

#define EVENT_MAX 16384
#define SEND_TIMEOUT (10 * CLOCK_S)

void billing_local_session(struct work *w, const struct billing_page_row *c,
			   struct billing_session *ret)
{
	ret->id = arena_printf(w->a, "cs_local_%s", strchr(c->checkout_id, '_') + 1);
	ret->url = arena_printf(w->a, "%s/api/v1/local-payments/%s", w->conf->public_url,
				c->checkout_id);
}

/* To our own front door, like anybody else's. One name for one deed: who presses
 * twice sends the same event again. */
int billing_local_event(struct work *w, const char *name, const char *type, const char *object)
{
	int64_t now = clock_now() / CLOCK_S; /* not the unit's: that may be a fixed clock */
	struct http_call call = {.method = "POST", .timeout_us = SEND_TIMEOUT, .answer_max = 65536};
	const char *headers[3] = {"Content-Type: application/json"};
	struct billing_secrets secrets;
	struct http_answer h;
	struct buf b;
	struct jw j;

	buf_init(&b, w->a, 2 * EVENT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "id", arena_printf(w->a, "evt_local_%s_%s", name, type));
	jw_kstr(&j, "object", "event");
	jw_kstr(&j, "type", type);
	jw_kint(&j, "created", now);
	jw_kbool(&j, "livemode", false);
	jw_key(&j, "data");
	jw_object(&j);
	jw_key(&j, "object");
	jw_raw(&j, object);
	jw_end_object(&j);
	jw_end_object(&j);
	check(!b.over);
	if (billing_secrets_read(w, &secrets) < 0)
		return -1;
	call.body = buf_str(&b);
	call.body_len = b.n;
	headers[1] = arena_printf(w->a, "Stripe-Signature: %s",
				  billing_sign(w->a, secrets.one[0], now, call.body, call.body_len));
	call.headers = headers;
	call.url = arena_printf(w->a, "http://%s/api/internal/stripe/webhook", w->conf->listen);
	if (http_do(w->a, &call, &h, &w->err) < 0)
		return -1;
	return h.status == 200 ? 0 : fail(w, E_UNAVAILABLE, "our own hook says %d", h.status);
}

static void start(struct jw *j, struct buf *b, struct work *w, const struct billing_page_row *c)
{
	buf_init(b, w->a, EVENT_MAX);
	jw_init(j, b);
	jw_object(j);
	jw_key(j, "metadata");
	jw_object(j);
	jw_kstr(j, "bus_checkout_id", c->checkout_id);
	jw_kstr(j, "run_id", c->run_id);
	jw_end_object(j);
	jw_kstr(j, "currency", c->currency);
	jw_kstr(j, "payment_intent", arena_printf(w->a, "pi_local_%s", c->checkout_id));
}

int billing_local_pay(struct work *w, const struct billing_page_row *c, const char *type,
		      const char *status)
{
	struct buf b;
	struct jw j;

	start(&j, &b, w, c);
	jw_kstr(&j, "id", c->session_id);
	jw_kstr(&j, "object", "checkout.session");
	jw_kstr(&j, "mode", "payment");
	jw_kstr(&j, "payment_status", status);
	jw_kint(&j, "amount_total", c->amount);
	jw_end_object(&j);
	return billing_local_event(w, c->checkout_id, type, buf_str(&b));
}

int billing_local_refund(struct work *w, const struct billing_page_row *c)
{
	struct buf b;
	struct jw j;

	start(&j, &b, w, c);
	jw_kstr(&j, "id", arena_printf(w->a, "ch_local_%s", c->checkout_id));
	jw_kstr(&j, "object", "charge");
	jw_kint(&j, "amount", c->amount);
	jw_kint(&j, "amount_refunded", c->amount);
	jw_end_object(&j);
	return billing_local_event(w, c->checkout_id, "charge.refunded", buf_str(&b));
}
