#include "config.h"

#include "base/str.h"
#include "billing/billing_int.h"
#include "port/json.h"

#include <string.h>

/*
 * What is kept of an event: the names of things, amounts, currencies, states and
 * times, each where it stood, so that it can be read again and has the same effect.
 * Who pays is the provider's to know: of any other text nothing is left but that there
 * was one. So what is kept says nothing about anybody, whoever leaves and whenever it
 * comes, and whatever members the provider adds.
 */

#define TEXT_MAX 255

/* Members whose text is a name that the provider or we have given, or a word of its API. */
static const char *const told[] = {
	"api_version", "balance_transaction", "billing_reason", "billing_scheme", "charge",
	"client_reference_id", "code", "collection_method", "created", "currency", "customer", "dispute",
	"event_name", "failure_code", "failure_reason", "fraud_type", "id", "idempotency_key", "identifier", "interval", "invoice",
	"latest_charge", "latest_invoice", "lookup_key", "meter", "mode", "object", "payment_intent",
	"payment_method", "payment_status", "plan", "price", "product", "reason", "refund", "request",
	"setup_intent", "status", "subscription", "subscription_item", "type", "usage_type",
};

/* What we have put into the metadata of a page. */
static const char *const ours[] = {"bus_account_id", "bus_checkout_id", "run_id"};

static bool among(const char *const *names, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], key) == 0)
			return true;
	return false;
}

static bool stays(const char *key, const char *text)
{
	if (among(ours, COUNT(ours), key))
		return strlen(text) <= TEXT_MAX && strpbrk(text, "\"\\\n\r\t") == NULL;
	/* Where the customer says yes to his bank; it goes into a mail to him. */
	if (str_eq(key, "hosted_invoice_url"))
		return str_starts(text, "https://") && strlen(text) <= 2000 && strpbrk(text, "\"\\\n\r\t <>@") == NULL;
	/* No word of theirs has another letter; an address has. */
	return among(told, COUNT(told), key) &&
	       str_only(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-", 1, TEXT_MAX);
}

struct keep {
	struct arena *a;
	struct buf *b;
	bool more;
};

static void put(struct keep *k, const char *key, const struct json *v);

static int member(void *ctx, const char *key, const struct json *v)
{
	struct keep *k = ctx;

	if (!str_only(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", 1, TEXT_MAX))
		return 0;
	buf_printf(k->b, "%s\"%s\":", k->more ? "," : "", key);
	put(k, key, v);
	k->more = true;
	return 0;
}

static void put(struct keep *k, const char *key, const struct json *v)
{
	const char *text = json_text(v, "");

	switch (json_kind(v)) {
	case JSON_OBJECT:
		buf_putc(k->b, '{');
		k->more = false;
		json_each(v, member, k);
		buf_putc(k->b, '}');
		break;
	case JSON_ARRAY:
		buf_putc(k->b, '[');
		for (size_t i = 0; i < json_count(v); i++) {
			if (i > 0)
				buf_putc(k->b, ',');
			put(k, key, json_at(v, i));
		}
		buf_putc(k->b, ']');
		break;
	case JSON_TEXT:
		jw_escape(k->b, stays(key, text) ? text : "");
		break;
	case JSON_NULL:
	case JSON_BOOL:
	case JSON_INT:
	case JSON_REAL:
		buf_puts(k->b, json_print(k->a, v));
		break;
	}
}

const char *billing_event_kept(struct arena *a, const struct json *doc)
{
	struct buf b;
	struct keep k = {a, &b, false};

	buf_init(&b, a, 2 * BILLING_BODY_MAX);
	put(&k, "", doc);
	check(!b.over);
	return buf_str(&b);
}

int billing_redact(struct work *w, int batch)
{
	const char *body;
	const struct json *doc;
	int64_t id;
	int rc = billing_store_raw(w, &id, &body);

	(void)batch;
	if (rc <= 0)
		return rc;
	doc = json_parse(w->a, body, strlen(body), &w->err);
	err_clear(&w->err);
	return billing_store_redacted(w, id, doc != NULL ? billing_event_kept(w->a, doc) : "{}") < 0 ? -1 : 1;
}
