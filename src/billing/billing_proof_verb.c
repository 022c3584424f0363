#include "config.h"

#include "base/id.h"
#include "base/jw.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "billing/billing_sql.h"
#include "cli/cli.h"
#include "port/file.h"
#include "port/http.h"
#include "port/json.h"
#include "port/jwt.h"
#include "usage/usage.h"

#include <string.h>
#include <time.h>

/*
 * `bus proof billing`: a plan is sold, paid for, used up and metered on the stack
 * that runs, over its own addresses, with the local provider in Stripe's place.
 * Everything has a name of its own; at the end the subscription ends and the
 * plan is sold no more.
 */

#define CALL_MICRO 1000
#define USED_MICRO 600
#define WAIT_S 90

struct proof {
	struct cli *c;
	struct work *w;
	const char *name, *token, *url, *usage_id, *subscription_id;
	struct jw *out;
	int failed;
};

/* A step of the proof: what was seen. */
static int seen(struct proof *p, const char *step, bool ok, const char *detail)
{
	jw_object(p->out);
	jw_kstr(p->out, "step", step);
	jw_kstr(p->out, "result", ok ? "ok" : "failed");
	jw_kstr(p->out, "seen", detail);
	jw_end_object(p->out);
	p->failed += !ok;
	return ok ? 0 : 1;
}

static const char *ask_text(struct proof *p, const struct pg_stmt *stmt, const char *arg)
{
	const char *text = NULL;

	return billing_store_text(p->w, stmt, arg, &text) < 0 ? NULL : text;
}

/* Until the reaper has come to it. */
static const char *await(struct proof *p, const struct pg_stmt *stmt, const char *arg, const char *want)
{
	const struct timespec tick = {.tv_nsec = 200000000};
	int64_t end = clock_now() + WAIT_S * CLOCK_S;
	const char *have;

	do {
		have = ask_text(p, stmt, arg);
		if (have == NULL || str_eq(have, want))
			break;
		nanosleep(&tick, NULL);
	} while (clock_now() < end);
	return have ? have : "nothing";
}

static int send(struct proof *p, const char *path, const char *body, struct http_answer *ret)
{
	const char *headers[] = {"Content-Type: application/json",
				 arena_printf(p->w->a, "Authorization: Bearer %s", p->token), NULL};
	struct http_call call = {.method = "POST", .body = body, .body_len = strlen(body), .headers = headers,
				 .timeout_us = 40 * CLOCK_S, .answer_max = 1u << 20};

	call.url = arena_printf(p->w->a, "http://%s%s", p->c->conf.listen, path);
	return http_do(p->w->a, &call, ret, &p->w->err);
}

static int sign(struct proof *p)
{
	struct jwt t = {.sub = p->name, .aud = "ai.hg.fi/api", .scope = "billing:read billing:setup",
			.iat = clock_now() / CLOCK_S};
	size_t n;
	char *key = file_read(p->w->a, p->c->conf.token_secret, 4096, &n, &p->w->err);

	if (key == NULL)
		return -1;
	while (n > 0 && (key[n - 1] == '\n' || key[n - 1] == '\r'))
		n--;
	t.exp = t.iat + 600;
	p->token = jwt_sign(p->w->a, jwt_key(key, n).bytes, sizeof(struct jwt_key), &t);
	return 0;
}

static int begin(struct proof *p)
{
	struct work *w = p->w;

	cli_progress("a plan and an account");
	if (work_begin(w, NULL) < 0 || billing_store_proof(w, p->name, CALL_MICRO) < 0 || work_commit(w, NULL) < 0)
		return -1;
	seen(p, "catalog item", true, ask_text(p, &billing_sql_proof_offer, p->name));
	seen(p, "account mapping", true, ask_text(p, &billing_sql_proof_account, p->name));
	seen(p, "entitlement refused", str_eq(ask_text(p, &billing_sql_proof_decision, p->name), "billing_required"),
	     ask_text(p, &billing_sql_proof_decision, p->name));
	return 0;
}

static int buy(struct proof *p)
{
	const char *have, *base = p->c->conf.public_url;
	const struct json *j;
	struct http_answer h;

	cli_progress("checkout");
	if (send(p, "/api/v1/billing/checkout-session", arena_printf(p->w->a, "{\"plan_id\":\"%s\"}", p->name), &h) < 0)
		return -1;
	j = h.status == 200 ? json_parse(p->w->a, h.body, h.body_len, &p->w->err) : NULL;
	p->url = json_get_text(j, "url", "");
	if (seen(p, "checkout", j != NULL && str_starts(p->url, base), j ? p->url : h.body) != 0)
		return 1;
	if (send(p, arena_printf(p->w->a, "%s/pay", p->url + strlen(base)), "", &h) < 0)
		return -1;
	cli_progress("the webhook");
	have = await(p, &billing_sql_proof_event, p->name, "checkout.session.completed done");
	if (seen(p, "webhook", h.status == 303 && str_ends(have, " done"), have) != 0)
		return 1;
	cli_progress("the entitlement");
	have = await(p, &billing_sql_proof_decision, p->name, "billing_active");
	return seen(p, "entitlement granted", str_eq(have, "billing_active"), have);
}

static int use(struct proof *p)
{
	const struct usage_ask ask = {.subject = p->name, .model = "proof", .backend = "proof", .feature = "proof",
				      .price_version = "proof", .micro = CALL_MICRO,
				      .until_us = clock_now() + 3600 * CLOCK_S};
	struct usage_grant g, second;
	const char *have, *want;
	bool refused;

	cli_progress("a call, and one too many");
	if (usage_reserve(p->w, &ask, &g) < 0)
		return -1;
	p->usage_id = g.usage_id;
	refused = usage_reserve(p->w, &ask, &second) < 0 && p->w->err.id == E_QUOTA;
	err_clear(&p->w->err);
	have = ask_text(p, &billing_sql_proof_decision, p->name);
	if (seen(p, "quota", refused && str_eq(have, "quota_exceeded"), have) != 0)
		return 1;
	if (DB(p->w, *usage_settle_all, NULL, arena_printf(p->w->a, "[%s]",
		usage_settlement(p->w, g.usage_id, USAGE_POSTED, USED_MICRO, 0, NULL, "proof", NULL))) < 0)
		return -1;
	want = arena_printf(p->w->a, "posted %d", USED_MICRO);
	have = ask_text(p, &billing_sql_proof_usage, g.usage_id);
	if (seen(p, "usage record", str_eq(have, want), have ? have : "nothing") != 0)
		return 1;
	cli_progress("the meter");
	want = arena_printf(p->w->a, "sent %d %s", USED_MICRO, BILLING_METER);
	have = await(p, &billing_sql_proof_export, g.usage_id, want);
	return seen(p, "usage export", str_eq(have, want), have);
}

static int leave(struct proof *p)
{
	const char *have;
	struct http_answer h;

	cli_progress("the end");
	p->subscription_id = ask_text(p, &billing_sql_proof_subscription, p->name);
	if (p->subscription_id != NULL &&
	    send(p, arena_printf(p->w->a, "/api/v1/local-subscriptions/%s/end", p->subscription_id), "", &h) < 0)
		return -1;
	have = await(p, &billing_sql_proof_decision, p->name, "billing_required");
	seen(p, "subscription ended", str_eq(have, "billing_required"), have);
	return billing_store_proof_end(p->w, p->name);
}

static const char stripe_instead[] =
	"The same with Stripe in test mode: billing_provider = stripe, a key that begins with sk_test_ in the file of "
	"stripe_key, the endpoint's secret in that of stripe_webhook_secret, an endpoint for "
	"/api/internal/stripe/webhook; then bus billing preflight, bus billing catalog sync --apply, and a checkout "
	"with a test card.";

static int billing(struct cli *c)
{
	static const char *const columns[] = {"step", "result", "seen", NULL};
	struct proof p = {.c = c, .w = &c->w, .name = arena_printf(c->w.a, "proof-%s", id_new(c->w.a, "") + 12)};
	struct buf b;
	struct jw j;
	int rc;

	if (!str_eq(c->conf.billing_provider, "local"))
		return fail(&c->w, E_INVALID, "billing_provider is %s: this proof moves no money, it takes local. %s",
			    c->conf.billing_provider, stripe_instead);
	buf_init(&b, c->w.a, 65536);
	jw_init(&j, &b);
	p.out = &j;
	jw_array(&j);
	rc = sign(&p) < 0 ? -1 : begin(&p);
	if (rc == 0)
		rc = buy(&p);
	if (rc == 0)
		rc = use(&p);
	if (rc >= 0 && leave(&p) < 0)
		rc = -1;
	cli_progress_end();
	if (rc < 0)
		return -1;
	jw_end_array(&j);
	if (c->json ? cli_json(c, arena_printf(c->w.a, "{\"ok\":%s,\"provider\":\"local\",\"steps\":%s,\"stripe\":\"%s\"}",
					       p.failed ? "false" : "true", buf_str(&b), stripe_instead)) < 0
		    : cli_table(c, buf_str(&b), columns) < 0)
		return -1;
	if (!c->json)
		cli_out("\n%s\n", stripe_instead);
	return p.failed ? 1 : 0;
}

const struct verb billing_proof_verbs[] = {
	{.name = "proof billing", .db = "operator", .run = billing,
	 .doc = "a plan is sold, paid for, used up and metered; with the local provider"},
	{0},
};
