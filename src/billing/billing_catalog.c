#include "config.h"

#include "base/id.h"
#include "base/jw.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "port/json.h"

#include <string.h>

/*
 * The catalog at the provider: a product for each plan that is sold, a price
 * for each of its prices, the meter. What is there is read first, so that it
 * can be run again whatever happened to the last time. A price is never
 * changed: a new one takes over its lookup key, and the old one is retired.
 */

#define FORM_MAX 8192

static void step(struct billing_sync *s, const char *object, const char *name, const char *action,
		 const char *detail)
{
	jw_object(s->out);
	jw_kstr(s->out, "object", object);
	jw_kstr(s->out, "name", name);
	jw_kstr(s->out, "action", action);
	jw_kstr(s->out, "detail", detail);
	jw_end_object(s->out);
	s->changes += strcmp(action, "keep") != 0 && strcmp(action, "differs") != 0;
}

static int refused(struct work *w, const char *what, const struct billing_answer *an)
{
	return fail(w, E_RESOURCE, "%s: %s", what, an->why);
}

/* One change; the state was read before, so each has a key of its own. */
static int change(struct work *w, const char *path, struct buf *f, struct billing_answer *an)
{
	return billing_ask_post(w, path, arena_printf(w->a, "catalog:%s", id_new(w->a, "")), f, an);
}

static int post(struct work *w, const char *path, struct buf *f, struct billing_answer *an)
{
	int rc = change(w, path, f, an);

	return rc > 0 ? refused(w, path, an) : rc;
}

static int product(struct work *w, struct billing_sync *s, const struct billing_sold *p)
{
	struct billing_answer an;
	struct buf f;
	int rc = billing_ask_get(w, arena_printf(w->a, "/v1/products/%s", p->product), &an);
	bool missing = rc > 0 && str_eq(an.code, "resource_missing");

	if (rc < 0 || (rc > 0 && !missing))
		return rc < 0 ? -1 : refused(w, p->product, &an);
	if (!missing && str_eq(json_get_text(an.json, "name", NULL), p->name) &&
	    json_flag(json_get(an.json, "active"), false)) {
		step(s, "product", p->product, "keep", p->name);
		return 0;
	}
	step(s, "product", p->product, missing ? "create" : "update", p->name);
	if (!s->apply)
		return 0;
	buf_init(&f, w->a, FORM_MAX);
	if (missing)
		billing_form(&f, "id", p->product);
	billing_form(&f, "name", p->name);
	billing_form(&f, "active", "true");
	billing_form(&f, "metadata[bus_plan]", p->plan);
	return post(w, missing ? "/v1/products" : arena_printf(w->a, "/v1/products/%s", p->product), &f, &an);
}

static bool ours(const struct json *there, const struct billing_sold *p)
{
	return str_eq(json_get_text(there, "product", NULL), p->product);
}

/* The same amount each month, for each one, whatever is used. */
static bool same(const struct json *there, const struct billing_sold *p)
{
	const struct json *recurring = json_get(there, "recurring");

	return ours(there, p) && json_get_int(there, "unit_amount", -1) == p->amount &&
	       str_eq(json_get_text(there, "currency", NULL), p->currency) &&
	       str_eq(json_get_text(there, "billing_scheme", NULL), "per_unit") &&
	       str_eq(json_get_text(recurring, "interval", NULL), p->interval) &&
	       json_get_int(recurring, "interval_count", 0) == 1 &&
	       str_eq(json_get_text(recurring, "usage_type", NULL), "licensed");
}

static bool our_mode(const struct work *w, const struct json *there)
{
	bool live = w->conf->stripe_live;

	return json_flag(json_get(there, "livemode"), !live) == live;
}

static int record(struct work *w, const char *price_id, const struct billing_sold *p)
{
	return work_begin(w, NULL) < 0 || billing_store_price_put(w, price_id, p) < 0 ||
	       work_commit(w, NULL) < 0 ? -1 : 0;
}

/* One that is there no more is retired. */
static int retire(struct work *w, const char *price_id)
{
	const char *path = arena_printf(w->a, "/v1/prices/%s", price_id);
	struct billing_answer an;
	struct buf f;
	int rc;

	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "active", "false");
	rc = change(w, path, &f, &an);
	if (rc > 0 && str_eq(an.code, "resource_missing"))
		return 0;
	return rc > 0 ? refused(w, path, &an) : rc;
}

static int price(struct work *w, struct billing_sync *s, const struct billing_sold *p)
{
	const char *detail = arena_printf(w->a, "%lld %s each %s", (long long)p->amount, p->currency, p->interval);
	const struct json *there;
	struct billing_answer an;
	const char *old;
	struct buf f;
	int rc = billing_ask_get(w, arena_printf(w->a, "/v1/prices?lookup_keys[0]=%s&active=true", p->lookup_key),
				 &an);

	if (rc != 0)
		return rc < 0 ? -1 : refused(w, p->lookup_key, &an);
	there = json_at(json_get(an.json, "data"), 0);
	old = json_get_text(there, "id", NULL);
	if (old != NULL && (!ours(there, p) || !our_mode(w, there)))
		return fail(w, E_CONFLICT, "%s: the lookup key belongs to %s of another product or mode; it is left alone",
			    p->lookup_key, old);
	if (old != NULL && same(there, p)) {
		step(s, "price", p->lookup_key, "keep", detail);
		return s->apply ? record(w, old, p) : 0;
	}
	step(s, "price", p->lookup_key, old ? "replace" : "create", detail);
	if (!s->apply)
		return 0;
	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "product", p->product);
	billing_form(&f, "currency", p->currency);
	billing_form_int(&f, "unit_amount", p->amount);
	billing_form(&f, "recurring[interval]", p->interval);
	billing_form(&f, "lookup_key", p->lookup_key);
	billing_form(&f, "transfer_lookup_key", "true");
	billing_form(&f, "metadata[bus_plan]", p->plan);
	if (post(w, "/v1/prices", &f, &an) < 0)
		return -1;
	if (!same(an.json, p) || !our_mode(w, an.json))
		return fail(w, E_UPSTREAM, "%s: another price than was asked for, or of the other mode",
			    p->lookup_key);
	if (record(w, arena_strdup(w->a, json_get_text(an.json, "id", "")), p) < 0)
		return -1;
	return old ? retire(w, old) : 0;
}

/* Prices of ours that lost their lookup key to another, and were not retired: a
 * crash came in between. What somebody else has made of the product stays. */
static int leftovers(struct work *w, struct billing_sync *s, const struct billing_sold *p)
{
	struct billing_answer an;
	const struct json *list;
	int rc = billing_ask_get(w, arena_printf(w->a, "/v1/prices?product=%s&active=true&limit=100", p->product), &an);

	if (rc != 0)
		return rc < 0 ? -1 : refused(w, p->product, &an);
	list = json_get(an.json, "data");
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *there = json_at(list, i);
		const char *id = json_get_text(there, "id", "");

		if (json_get_text(there, "lookup_key", NULL) != NULL ||
		    !str_eq(json_get_text(json_get(there, "metadata"), "bus_plan", NULL), p->plan))
			continue;
		step(s, "price", id, "retire", "replaced");
		if (s->apply && retire(w, id) < 0)
			return -1;
	}
	return 0;
}

static int meter(struct work *w, struct billing_sync *s)
{
	struct billing_answer an;
	const struct json *list;
	struct buf f;
	int rc = billing_ask_get(w, "/v1/billing/meters?status=active&limit=100", &an);

	if (rc != 0)
		return rc < 0 ? -1 : refused(w, "meters", &an);
	list = json_get(an.json, "data");
	for (size_t i = 0; i < json_count(list); i++)
		if (str_eq(json_get_text(json_at(list, i), "event_name", NULL), BILLING_METER)) {
			const char *how = json_get_text(json_get(json_at(list, i), "default_aggregation"), "formula", "-");

			step(s, "meter", BILLING_METER, str_eq(how, "sum") ? "keep" : "differs", how);
			return 0;
		}
	step(s, "meter", BILLING_METER, "create", "sum");
	if (!s->apply)
		return 0;
	buf_init(&f, w->a, FORM_MAX);
	billing_form(&f, "display_name", "Usage of models, in micro-units");
	billing_form(&f, "event_name", BILLING_METER);
	billing_form(&f, "default_aggregation[formula]", "sum");
	billing_form(&f, "customer_mapping[event_payload_key]", "stripe_customer_id");
	billing_form(&f, "customer_mapping[type]", "by_id");
	billing_form(&f, "value_settings[event_payload_key]", "value");
	return post(w, "/v1/billing/meters", &f, &an);
}

int billing_catalog_sync(struct work *w, struct billing_sync *s)
{
	const struct billing_sold *sold;
	const char *const *unsold;
	size_t n, gone;

	if (!str_eq(w->conf->billing_provider, "stripe"))
		return fail(w, E_INVALID, "billing_provider is %s: there is no catalog elsewhere",
			    w->conf->billing_provider);
	if (billing_store_sold(w, &sold, &n) < 0 || billing_store_unsold(w, &unsold, &gone) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool first = i == 0 || !str_eq(sold[i].product, sold[i - 1].product);
		bool last = i + 1 == n || !str_eq(sold[i].product, sold[i + 1].product);

		if ((first && product(w, s, &sold[i]) < 0) || price(w, s, &sold[i]) < 0 ||
		    (last && leftovers(w, s, &sold[i]) < 0))
			return -1;
	}
	for (size_t i = 0; i < gone; i++) {
		step(s, "price", unsold[i], "retire", "sold no more");
		if (s->apply && (retire(w, unsold[i]) < 0 || work_begin(w, NULL) < 0 ||
				 billing_store_price_off(w, unsold[i]) < 0 || work_commit(w, NULL) < 0))
			return -1;
	}
	return meter(w, s);
}
