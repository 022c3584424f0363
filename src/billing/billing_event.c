#include "config.h"

#include "base/check.h"
#include "base/id.h"
#include "base/str.h"
#include "billing/billing.h"
#include "port/json.h"

#include <string.h>

#define NAME_MAX_BYTES 255
#define TIME_MAX INT64_C(99999999999)

static const struct {
	const char *type;
	enum billing_kind kind;
	const char *amount; /* member that holds it */
} types[] = {
	{"checkout.session.completed", BILLING_SESSION_COMPLETED, "amount_total"},
	{"checkout.session.async_payment_succeeded", BILLING_SESSION_PAID, "amount_total"},
	{"checkout.session.async_payment_failed", BILLING_SESSION_FAILED, "amount_total"},
	{"checkout.session.expired", BILLING_SESSION_EXPIRED, "amount_total"},
	{"charge.refunded", BILLING_REFUND, "amount_refunded"},
	{"refund.created", BILLING_REFUND_TOLD, "amount"},
	{"refund.updated", BILLING_REFUND_TOLD, "amount"},
	{"refund.failed", BILLING_REFUND_TOLD, "amount"},
	{"charge.refund.updated", BILLING_REFUND_TOLD, "amount"},
	{"radar.early_fraud_warning.created", BILLING_FRAUD, "amount"},
	{"product.updated", BILLING_CATALOG, "amount"},
	{"product.deleted", BILLING_CATALOG, "amount"},
	{"price.updated", BILLING_CATALOG, "unit_amount"},
	{"price.deleted", BILLING_CATALOG, "unit_amount"},
	{"charge.dispute.created", BILLING_DISPUTE_OPEN, "amount"},
	{"charge.dispute.closed", BILLING_DISPUTE_CLOSED, "amount"},
	{"customer.deleted", BILLING_CUSTOMER_GONE, "balance"},
};

/* These say nothing but that there is something to be asked for. */
static enum billing_kind kind_of_thin(const char *type)
{
	return strcmp(type, "v1.billing.meter.error_report_triggered") == 0 ||
	       strcmp(type, "v1.billing.meter.no_meter_found") == 0 ? BILLING_METER_REPORT : BILLING_OTHER;
}

/* Whatever happens to a subscription or an invoice of it is one thing to us:
 * look at it again. */
static enum billing_kind kind_of(const char *type, const char **ret_amount)
{
	*ret_amount = "amount_paid";
	for (size_t i = 0; i < COUNT(types); i++)
		if (strcmp(types[i].type, type) == 0) {
			*ret_amount = types[i].amount;
			return types[i].kind;
		}
	return str_starts(type, "customer.subscription.") || str_starts(type, "invoice.") ? BILLING_SUBSCRIPTION
											 : BILLING_OTHER;
}

static bool name_ok(const char *s)
{
	return s != NULL && *s && strlen(s) <= NAME_MAX_BYTES &&
	       str_only(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", 1,
			NAME_MAX_BYTES);
}

/* A name, or the object of that name when the sender has expanded it. */
static const char *name_of(const struct json *object, const char *key)
{
	const struct json *v = json_get(object, key);
	const char *s = json_kind(v) == JSON_OBJECT ? json_get_text(v, "id", NULL)
						    : json_text(v, NULL);

	return name_ok(s) ? s : NULL;
}

/* An address that may stand in a mail. */
static const char *link_of(const struct json *object, const char *key)
{
	const char *s = json_get_text(object, key, NULL);

	return s != NULL && str_starts(s, "https://") &&
	       str_only(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/?#@!$&'()*+,;=%", 9, 2000)
		       ? s : NULL;
}

/* Our page's name: in the metadata, of an invoice in that of its subscription. */
static const char *page_of(const struct json *o, const struct json *metadata, const char *prefix)
{
	const char *s = json_get_text(metadata, "bus_checkout_id", NULL);

	if (s == NULL)
		s = json_get_text(o, "client_reference_id", NULL);
	return s != NULL && id_valid(s, prefix) ? s : NULL;
}

static void take_subscription(const struct json *o, const char *type, struct billing_event *ret)
{
	const struct json *of = json_get(json_get(o, "parent"), "subscription_details");
	const struct json *metadata = json_get(of != NULL ? of : o, "metadata");

	ret->customer = ret->kind == BILLING_CUSTOMER_GONE ? ret->object : name_of(o, "customer");
	/* An invoice named it directly before 2025-03-31. */
	ret->subscription = str_starts(type, "customer.subscription.") ? ret->object
			  : of != NULL ? name_of(of, "subscription") : name_of(o, "subscription");
	ret->plan_page = page_of(o, metadata, BILLING_PLAN_PREFIX);
	ret->account = json_get_text(metadata, "bus_account_id", NULL);
	if (ret->account != NULL && strlen(ret->account) > 200)
		ret->account = NULL;
	ret->again = json_get_int(o, "next_payment_attempt", -1);
	ret->trial_end = json_get_int(o, "trial_end", -1);
	ret->attempt = json_get_int(o, "attempt_count", -1);
	ret->owed = json_get_int(o, "amount_due", -1);
	ret->link = link_of(o, "hosted_invoice_url");
}

static void take_object(const struct json *o, const char *amount, struct billing_event *ret)
{
	ret->object = name_of(o, "id");
	ret->checkout_id = page_of(o, json_get(o, "metadata"), BILLING_CHECKOUT_PREFIX);
	ret->payment_intent = name_of(o, "payment_intent");
	ret->payment_status = name_of(o, "payment_status");
	ret->status = name_of(o, "status");
	ret->mode = name_of(o, "mode");
	ret->currency = name_of(o, "currency");
	ret->amount = json_get_int(o, amount, -1);
	ret->reason = name_of(o, ret->kind == BILLING_FRAUD ? "fraud_type" : "failure_reason");
}

int billing_event_read(struct arena *a, const char *text, size_t n, struct billing_event *ret,
		       struct err *e)
{
	const struct json *j = json_parse(a, text, n, e), *o;
	const char *frame, *amount;

	*ret = (struct billing_event){.amount = -1};
	if (j == NULL)
		return -1;
	ret->doc = j;
	frame = json_get_text(j, "object", "");
	ret->id = name_of(j, "id");
	ret->type = name_of(j, "type");
	ret->livemode = json_flag(json_get(j, "livemode"), false);
	ret->created = json_get_int(j, "created", -1);
	/* A thin event names its object and says a time in words. */
	if (strcmp(frame, "v2.core.event") == 0 && ret->created < 0)
		ret->created = 0;
	else if (strcmp(frame, "event") != 0)
		return err_set(e, E_BAD_REQUEST, "not an event but %.40s", frame);
	if (ret->id == NULL || ret->type == NULL || ret->created < 0 || ret->created > TIME_MAX ||
	    json_kind(json_get(j, "livemode")) != JSON_BOOL)
		return err_set(e, E_BAD_REQUEST, "an event without a name, type, time or mode");
	o = json_get(json_get(j, "data"), "object");
	if (strcmp(frame, "event") != 0) {
		ret->kind = kind_of_thin(ret->type);
		return 0;
	}
	ret->kind = kind_of(ret->type, &amount);
	if (ret->kind != BILLING_OTHER) {
		take_object(o, amount, ret);
		take_subscription(o, ret->type, ret);
	}
	return 0;
}
