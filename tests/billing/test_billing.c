#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "billing/billing_int.h"
#include "port/crypto.h"
#include "port/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <unistd.h>

#include <cmocka.h>

#include "port/file.h"
#include "tests/lib/arena.h"

#define S1 "whsec_test_secret"
#define B1 "{\"id\":\"evt_test_1\",\"object\":\"event\",\"type\":\"checkout.session.completed\"}"
#define G1 "ca796b857b81e24d595a4c37abf88d2fafb533a32ede6ce4cfc9b0e892a35b08"
#define T1 1700000000
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
#define G1_UPPER "CA796B857B81E24D595A4C37ABF88D2FAFB533A32EDE6CE4CFC9B0E892A35B08"

static int verdict(const char *header, const char *body, const char *secrets, int64_t now)
{
	struct billing_secrets s;
	struct err e = {0};

	assert_int_equal(billing_secrets_parse(a, secrets, &s, &e), 0);
	return billing_verify(a, header, body, strlen(body), &s, now, 300);
}

static void signatures_of_the_provider_are_accepted(void **state)
{
	static const char b2[] = "{\n  \"id\": \"evt_1\",\n  \"object\": \"event\",\n  \"data\": "
				 "{\"object\": {\"name\": \"K\xc3\xa4ytt\xc3\xa4j\xc3\xa4 \xe2\x82\xac\"}}\n}\n";
	static const char b3[] =
		"{\"id\":\"evt_3\",\"object\":\"event\",\"api_version\":\"2025-03-31.basil\","
		"\"created\":1763625600,\"livemode\":false,\"pending_webhooks\":1,\"request\":{\"id\":null,"
		"\"idempotency_key\":null},\"type\":\"checkout.session.completed\",\"data\":{\"object\":{"
		"\"id\":\"cs_test_1\",\"object\":\"checkout.session\",\"client_reference_id\":\"run_01\","
		"\"payment_status\":\"paid\",\"metadata\":{\"run_id\":\"run_01\"}}}}";

	(void)state;
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, S1, T1), BILLING_SIGNED);
	assert_int_equal(verdict("t=1614265330,v1=d3c1e18b6a605a44c03a42a376e2aee23dd91b99203a2410ace1fe06081a0588",
				 b2, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1614265330), BILLING_SIGNED);
	assert_int_equal(verdict("t=1763625600,v1=9e427f5f20d5eed73c3d3bf65875afe40b41fa64f6d261d4a95eb086542bb83e",
				 b3, "whsec_0123456789abcdef0123456789abcdef", 1763625600), BILLING_SIGNED);
	assert_string_equal(billing_sign(a, S1, T1, B1, strlen(B1)), "t=1700000000,v1=" G1);
}

static void several_signatures_and_secrets(void **state)
{
	(void)state;
	assert_int_equal(verdict("t=1700000000,v1=" ZERO ",v1=" G1, B1, S1, T1), BILLING_SIGNED);
	assert_int_equal(verdict("t=1700000000,v1=" G1 ",v1=" ZERO, B1, S1, T1), BILLING_SIGNED);
	assert_int_equal(verdict("v1=" G1 ",t=1700000000", B1, S1, T1), BILLING_SIGNED);
	assert_int_equal(verdict("t=1700000000,v9=x,v1=" G1 ",v0=" ZERO, B1, S1, T1), BILLING_SIGNED);
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, "whsec_a_newer_secret\n" S1 "\r\n", T1),
			 BILLING_SIGNED);
	assert_int_equal(verdict("t=5,v1=" G1 ",t=1700000000", B1, S1, T1), BILLING_SIGNED);
	assert_int_equal(verdict("t=1700000000,t=5,v1=" G1, B1, S1, T1), BILLING_FORGED);
}

static void what_is_refused(void **state)
{
	(void)state;
	assert_int_equal(verdict(NULL, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("", B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=1700000000,v0=" G1, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=1700000000,v1=" G1_UPPER, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=1700000000, v1=" G1, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("v1=" G1, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=-1700000000,v1=" G1, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=1700000000000000000000,v1=" G1, B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=1700000000,v1=" G1 "00", B1, S1, T1), BILLING_MALFORMED);
	assert_int_equal(verdict("t=1700000001,v1=" G1, B1, S1, T1), BILLING_FORGED);
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1 " ", S1, T1), BILLING_FORGED);
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, "whsec_test_secret2", T1), BILLING_FORGED);
	assert_int_equal(verdict(arena_printf(a, "t=1700000000,v1=" G1 ",%05000d", 0), B1, S1, T1),
			 BILLING_MALFORMED);
}

static void the_tolerance_holds_both_ways(void **state)
{
	(void)state;
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, S1, T1 + 300), BILLING_SIGNED);
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, S1, T1 + 301), BILLING_OLD);
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, S1, T1 - 300), BILLING_SIGNED);
	assert_int_equal(verdict("t=1700000000,v1=" G1, B1, S1, T1 - 301), BILLING_FUTURE);
}

static void secrets_are_checked(void **state)
{
	static const char *const bad[] = {"", "\n \n", "whsec_short", S1 "\nx", "sk_test_4eC39HqLyjWDarjtT1zdp7dc",
					   S1 "\nrk_live_4eC39HqLyjWDarjtT1zdp7dc"};
	struct billing_secrets s;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(billing_secrets_parse(a, bad[i], &s, &e), -1);
	assert_int_equal(billing_secrets_parse(a, "\n" S1 "\n\nwhsec_another_secret", &s, &e), 0);
	assert_int_equal(s.n, 2);
}

/* What a process starts with: the whole of a key, and an address that it may go to. */
static void a_key_goes_nowhere_else(void **state)
{
	static const struct {
		const char *key, *url;
		bool live, ok;
	} rows[] = {
#define TEST_KEY "sk_test_4eC39HqLyjWDarjtT1zdp7dc"
#define LIVE_KEY "rk_live_4eC39HqLyjWDarjtT1zdp7dc"
#define STRIPE "https://api.stripe.com"
		{TEST_KEY, STRIPE, false, true}, {TEST_KEY "\r\n", STRIPE, false, true}, {LIVE_KEY, STRIPE, true, true},
		{TEST_KEY, "http://127.0.0.1:1234", false, true}, {TEST_KEY, "http://localhost", false, true},
		{TEST_KEY, "http://[::1]/x", false, true},
		{"sk_test_", STRIPE, false, false}, {"sk_test_short", STRIPE, false, false}, {"", STRIPE, false, false},
		{"s", STRIPE, false, false}, {TEST_KEY " x", STRIPE, false, false}, {"pk_test_4eC39HqLyjWDarjt", STRIPE, false, false},
		{"whsec_0123456789abcdef0123456789abcdef", STRIPE, false, false},
		{TEST_KEY, STRIPE, true, false}, {LIVE_KEY, STRIPE, false, false},
		{TEST_KEY, "http://evil.example", false, false}, {TEST_KEY, "http://127.0.0.1.evil.example", false, false},
		{TEST_KEY, "http://127.0.0.1:80@evil.example", false, false}, {TEST_KEY, "http://localhost@evil.example", false, false},
		{TEST_KEY, "https://x@evil.example", false, false}, {TEST_KEY, "ftp://127.0.0.1", false, false},
		{LIVE_KEY, "http://127.0.0.1:1234", true, false}, {TEST_KEY, "", false, false},
	};
	const char *path = arena_printf(a, "/tmp/bus-test-key-%d", (int)getpid());
	struct conf c = {.billing_provider = "stripe", .stripe_key = path};
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		c.stripe_live = rows[i].live;
		c.stripe_url = rows[i].url;
		assert_int_equal(file_write(path, rows[i].key, strlen(rows[i].key), 0600, &e), 0);
		if ((billing_load(&c, &e) == 0) != rows[i].ok)
			fail_msg("row %zu: %s", i, e.detail);
	}
	unlink(path);
}

static void a_form_is_encoded_as_the_provider_expects(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, a, 4096);
	billing_form(&b, "mode", "payment");
	billing_form(&b, "line_items[0][price]", "price_1");
	billing_form_int(&b, "line_items[0][quantity]", 1);
	billing_form(&b, "success_url", "https://x.example/ok?session_id={CHECKOUT_SESSION_ID}");
	billing_form(&b, "cancel_url", "https://x.example/c");
	billing_form(&b, "client_reference_id", "run_1");
	billing_form(&b, "metadata[run_id]", "run_1");
	billing_form(&b, "metadata[k\xc3\xa9y a]", "v & w=");
	billing_form(&b, "payment_intent_data[metadata][run_id]", "run_1");
	billing_form_int(&b, "expires_at", 1763629200);
	assert_string_equal(buf_str(&b),
		"mode=payment&line_items[0][price]=price_1&line_items[0][quantity]=1&"
		"success_url=https%3A%2F%2Fx.example%2Fok%3Fsession_id%3D%7BCHECKOUT_SESSION_ID%7D&"
		"cancel_url=https%3A%2F%2Fx.example%2Fc&client_reference_id=run_1&metadata[run_id]=run_1&"
		"metadata[k%C3%A9y%20a]=v%20%26%20w%3D&payment_intent_data[metadata][run_id]=run_1&"
		"expires_at=1763629200");
}

#define CHK "chk_abcdefghijklmnopqrstuvwxyz234567"
#define FRAME(type, object) "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"" type "\",\"created\":5," \
	"\"livemode\":true,\"data\":{\"object\":" object "},\"news\":{\"x\":[1]}}"

static int reads(const char *text, struct billing_event *ret)
{
	struct err e = {0};

	return billing_event_read(a, text, strlen(text), ret, &e);
}

static void events_are_read(void **state)
{
	struct billing_event v;

	(void)state;
	assert_int_equal(reads(FRAME("checkout.session.completed",
		"{\"id\":\"cs_1\",\"mode\":\"payment\",\"amount_total\":1900,\"currency\":\"eur\","
		"\"payment_status\":\"paid\",\"payment_intent\":{\"id\":\"pi_1\"},\"metadata\":{\"bus_checkout_id\":\""
		CHK "\"}}"), &v), 0);
	assert_int_equal(v.kind, BILLING_SESSION_COMPLETED);
	assert_true(v.livemode);
	assert_string_equal(v.checkout_id, CHK);
	assert_string_equal(v.payment_intent, "pi_1");
	assert_int_equal(v.amount, 1900);
	assert_int_equal(reads(FRAME("charge.refunded", "{\"id\":\"ch_1\",\"amount\":9,\"amount_refunded\":4,"
		"\"payment_intent\":\"pi_2\"}"), &v), 0);
	assert_int_equal(v.kind, BILLING_REFUND);
	assert_int_equal(v.amount, 4);
	assert_null(v.checkout_id);
	assert_int_equal(reads("{\"id\":\"evt_3\",\"object\":\"v2.core.event\",\"type\":\"v1.billing.meter.no_meter_found\","
			       "\"created\":\"2026-11-20T10:00:00.000Z\",\"livemode\":true}", &v), 0);
	assert_int_equal(v.kind, BILLING_METER_REPORT);
	assert_int_equal(reads(FRAME("v1.billing.meter.no_meter_found", "{}"), &v), 0);
	assert_int_equal(v.kind, BILLING_OTHER); /* a thin one alone says it */
	assert_int_equal(reads(FRAME("refund.failed", "{\"id\":\"re_1\",\"amount\":9,\"status\":\"failed\","
		"\"failure_reason\":\"expired_or_canceled_card\",\"payment_intent\":\"pi_2\"}"), &v), 0);
	assert_int_equal(v.kind, BILLING_REFUND_TOLD);
	assert_int_equal(v.amount, 9);
	assert_string_equal(v.reason, "expired_or_canceled_card");
	assert_int_equal(reads(FRAME("radar.early_fraud_warning.created", "{\"id\":\"issfr_1\",\"fraud_type\":\"misc\"}"), &v), 0);
	assert_int_equal(v.kind, BILLING_FRAUD);
	assert_string_equal(v.reason, "misc");
	assert_int_equal(reads(FRAME("product.deleted", "{\"id\":\"prod_1\"}"), &v), 0);
	assert_int_equal(v.kind, BILLING_CATALOG);
	assert_int_equal(reads(FRAME("a.type.to.come", "{}"), &v), 0);
	assert_int_equal(v.kind, BILLING_OTHER);
	assert_int_equal(reads(FRAME("checkout.session.expired", "[]"), &v), 0);
	assert_null(v.object);
	assert_int_equal(v.amount, -1);
}

/* Who pays, wherever the provider says it, and members that it may add. */
#define WHO "\"email\":\"zoe@example.com\",\"name\":\"Zoe Quast\",\"phone\":\"+49 30 1234567\",\"tax_exempt\":\"none\"," \
	"\"address\":{\"line1\":\"Lindenallee 7\",\"city\":\"Potsdam\",\"postal_code\":\"14467\",\"country\":\"DE\"}"

static void nothing_is_kept_about_who_pays(void **state)
{
	static const char *const personal[] = {
		"zoe", "Zoe", "Quast", "1234567", "Linden", "Potsdam", "14467", "DE", "@", "Geschenk", "visa", "4242"};
	static const char text[] = FRAME("checkout.session.completed",
		"{\"id\":\"cs_1\",\"mode\":\"payment\",\"amount_total\":1900,\"currency\":\"eur\",\"ratio\":0.5,\"paid\":true,"
		"\"payment_status\":\"paid\",\"payment_intent\":{\"id\":\"pi_1\",\"receipt_email\":\"zoe@example.com\"},"
		"\"customer\":\"cus_1\",\"customer_email\":\"zoe@example.com\",\"customer_details\":{" WHO "},"
		"\"shipping\":{" WHO "},\"custom_fields\":[{\"key\":\"note\",\"text\":{\"value\":\"Geschenk\"}}],"
		"\"payment_method_details\":{\"card\":{\"brand\":\"visa\",\"last4\":\"4242\"}},"
		"\"status\":\"zoe@example.com\",\"description\":\"Zoe Quast\",\"some_news\":[\"Zoe\",{\"x\":\"Quast\"},7,null],"
		"\"metadata\":{\"bus_checkout_id\":\"" CHK "\",\"bus_account_id\":\"the team: 1\",\"run_id\":\"run_1\","
		"\"zoe@example.com\":1,\"gift\":\"Geschenk\"}}");
	struct billing_event v, kept;
	const char *is;

	(void)state;
	assert_int_equal(reads(text, &v), 0);
	is = billing_event_kept(a, v.doc);
	for (size_t i = 0; i < COUNT(personal); i++)
		if (strstr(is, personal[i]) != NULL)
			fail_msg("%s is kept: %s", personal[i], is);
	assert_true(strlen(is) < strlen(text));
	assert_non_null(strstr(is, "\"some_news\":[\"\",{\"x\":\"\"},7,null]"));
	assert_non_null(strstr(is, "\"ratio\":0.5,\"paid\":true"));
	assert_int_equal(reads(is, &kept), 0);
	assert_string_equal(kept.id, v.id);
	assert_string_equal(kept.type, v.type);
	assert_int_equal(kept.created, v.created);
	assert_int_equal(kept.amount, 1900);
	assert_string_equal(kept.currency, "eur");
	assert_string_equal(kept.payment_intent, "pi_1");
	assert_string_equal(kept.payment_status, "paid");
	assert_string_equal(kept.checkout_id, CHK);
	assert_string_equal(kept.customer, "cus_1");
	assert_string_equal(kept.account, "the team: 1");
	assert_string_equal(billing_event_kept(a, kept.doc), is);
}

static void frames_that_are_none(void **state)
{
	static const char *const bad[] = {
		"", "{}", "[]", FRAME("x", "{}") "{}", "{\"id\":\"evt_1\",\"object\":\"charge\"}",
		"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"x\",\"created\":5}",
		"{\"id\":\"evt 1\",\"object\":\"event\",\"type\":\"x\",\"created\":5,\"livemode\":false}",
		"{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"x\",\"created\":-5,\"livemode\":false}",
		"{\"id\":\"evt_1\",\"id\":\"evt_2\",\"object\":\"event\",\"type\":\"x\",\"created\":5,\"livemode\":false}",
	};
	struct billing_event v;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(reads(bad[i], &v), -1);
}

#define SUB(status, more) "{\"id\":\"sub_1\",\"object\":\"subscription\",\"status\":\"" status "\",\"livemode\":false," \
	"\"customer\":{\"id\":\"cus_1\"},\"items\":{\"data\":[{\"quantity\":1,\"current_period_start\":1000," \
	"\"current_period_end\":2000,\"price\":{\"id\":\"price_1\",\"unit_amount\":2900,\"currency\":\"eur\"," \
	"\"recurring\":{\"interval\":\"month\"}}}]}" more "}"

static struct billing_subscription subscription(const char *text)
{
	struct billing_subscription s;
	struct err e = {0};

	assert_int_equal(billing_subscription_read(json_parse(a, text, strlen(text), &e), &s, &e), 0);
	return s;
}

static void subscriptions_are_read(void **state)
{
	static const char *const bad[] = {"{}", "[]", "{\"object\":\"subscription\"}",
		"{\"id\":\"sub_1\",\"object\":\"subscription\",\"status\":\"active\"}",
		"{\"id\":\"in_1\",\"object\":\"invoice\",\"status\":\"paid\",\"livemode\":false}"};
	struct billing_subscription s;
	struct err e = {0};

	(void)state;
	s = subscription(SUB("active", ",\"latest_invoice\":\"in_1\""));
	assert_null(s.invoice_id);
	assert_int_equal(s.payments, 0);
	s = subscription(SUB("active", ",\"latest_invoice\":{\"id\":\"in_1\",\"amount_paid\":-1}"));
	assert_int_equal(s.invoice_paid, 0);
	s = subscription(SUB("active", ",\"latest_invoice\":{\"id\":\"in_1\",\"amount_paid\":2900,"
			     "\"status\":\"paid\",\"currency\":\"eur\",\"payments\":"
			     "{\"data\":[{\"payment\":{\"payment_intent\":{\"id\":\"pi_1\"}}},{\"payment\":{}}]}}"));
	assert_string_equal(s.customer, "cus_1");
	assert_string_equal(s.interval, "month");
	assert_int_equal(s.amount, 2900);
	assert_int_equal(s.period_end, 2000);
	assert_int_equal(s.payments, 1);
	assert_string_equal(s.payment[0], "pi_1");
	assert_string_equal(s.invoice_id, "in_1");
	assert_int_equal(s.invoice_paid, 2900);
	/* Where it stood before 2025-03-31. */
	s = subscription("{\"id\":\"sub_1\",\"object\":\"subscription\",\"status\":\"active\",\"livemode\":true,"
			 "\"current_period_start\":1,\"current_period_end\":2,\"cancel_at\":5,\"latest_invoice\":"
			 "{\"payment_intent\":\"pi_2\"}}");
	assert_int_equal(s.period_end, 2);
	assert_true(s.cancel_at_period_end);
	assert_string_equal(s.payment[0], "pi_2");
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(billing_subscription_read(json_parse(a, bad[i], strlen(bad[i]), &e), &s, &e), -1);
}

static void what_a_subscription_gives(void **state)
{
	static const struct {
		const char *text;
		int64_t now, until;
		bool problem;
	} rows[] = {
		{SUB("active", ""), 1500, 2100, false},   {SUB("trialing", ""), 1500, 2100, false},
		{SUB("active", ""), 2099, 2100, false},   {SUB("active", ""), 2100, 0, false},
		{SUB("past_due", ""), 1099, 1100, false}, {SUB("past_due", ""), 1100, 0, false},
		{SUB("unpaid", ""), 1500, 0, false},      {SUB("paused", ""), 1500, 0, false},
		{SUB("canceled", ""), 1500, 0, false},    {SUB("incomplete", ""), 1500, 0, false},
		{SUB("something", ""), 1500, 0, true},
		{SUB("active", ",\"latest_invoice\":{\"currency\":\"usd\"}"), 1500, 0, true},
	};
	const struct billing_price good = {"pro", "eur", "month", 2900}, bad[] = {
		{NULL, NULL, NULL, 0}, {"pro", "usd", "month", 2900}, {"pro", "eur", "year", 2900}, {"pro", "eur", "month", 2901}};
	struct billing_subscription s;
	int64_t until;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		s = subscription(rows[i].text);
		assert_int_equal(billing_subscription_gives(&s, &good, false, rows[i].now, 100, &until) != NULL,
				 rows[i].problem);
		assert_int_equal(until, rows[i].until);
	}
	s = subscription(SUB("active", ""));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_non_null(billing_subscription_gives(&s, &bad[i], false, 1500, 100, &until));
	assert_non_null(billing_subscription_gives(&s, &good, true, 1500, 100, &until));
	s.refunded = true;
	assert_non_null(billing_subscription_gives(&s, &good, false, 1500, 100, &until));
	assert_int_equal(until, 0);
	s.refunded = false;
	s.quantity = 2;
	assert_non_null(billing_subscription_gives(&s, &good, false, 1500, 100, &until));
	assert_int_equal(until, 0);
}

#define CHP "chp_abcdefghijklmnopqrstuvwxyz234567"

static void events_about_subscriptions(void **state)
{
	struct billing_event v;

	(void)state;
	assert_int_equal(reads(FRAME("customer.subscription.updated", "{\"id\":\"sub_1\",\"customer\":\"cus_1\","
		"\"metadata\":{\"bus_checkout_id\":\"" CHP "\",\"bus_account_id\":\"ann\"}}"), &v), 0);
	assert_int_equal(v.kind, BILLING_SUBSCRIPTION);
	assert_string_equal(v.subscription, "sub_1");
	assert_string_equal(v.plan_page, CHP);
	assert_string_equal(v.account, "ann");
	assert_null(v.checkout_id);
	assert_int_equal(reads(FRAME("invoice.paid", "{\"id\":\"in_1\",\"customer\":\"cus_1\",\"parent\":{\"subscription_details\":"
		"{\"subscription\":\"sub_2\",\"metadata\":{\"bus_checkout_id\":\"" CHP "\"}}}}"), &v), 0);
	assert_string_equal(v.subscription, "sub_2");
	assert_string_equal(v.plan_page, CHP);
	assert_null(v.link);
	assert_int_equal(reads(FRAME("invoice.payment_action_required", "{\"hosted_invoice_url\":\"https://x.example/i/1?s=a\","
		"\"next_payment_attempt\":5,\"amount_due\":7}"), &v), 0);
	assert_string_equal(v.link, "https://x.example/i/1?s=a");
	assert_int_equal(v.again, 5);
	assert_int_equal(v.owed, 7);
	assert_int_equal(reads(FRAME("invoice.payment_action_required", "{\"hosted_invoice_url\":\"https://x.example/\\n\\nhttps://y\"}"), &v), 0);
	assert_null(v.link);
	assert_int_equal(reads(FRAME("invoice.payment_failed", "{\"id\":\"in_1\",\"subscription\":\"sub_3\"}"), &v), 0);
	assert_string_equal(v.subscription, "sub_3");
	assert_int_equal(reads(FRAME("customer.deleted", "{\"id\":\"cus_1\"}"), &v), 0);
	assert_int_equal(v.kind, BILLING_CUSTOMER_GONE);
	assert_string_equal(v.customer, "cus_1");
	assert_int_equal(reads(FRAME("checkout.session.completed", "{\"id\":\"cs_1\",\"mode\":\"subscription\","
		"\"subscription\":\"sub_4\",\"client_reference_id\":\"" CHP "\"}"), &v), 0);
	assert_string_equal(v.plan_page, CHP);
	assert_string_equal(v.subscription, "sub_4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_of_the_provider_are_accepted),
		cmocka_unit_test(several_signatures_and_secrets),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(the_tolerance_holds_both_ways),
		cmocka_unit_test(secrets_are_checked),
		cmocka_unit_test(a_key_goes_nowhere_else),
		cmocka_unit_test(a_form_is_encoded_as_the_provider_expects),
		cmocka_unit_test(events_are_read),
		cmocka_unit_test(nothing_is_kept_about_who_pays),
		cmocka_unit_test(frames_that_are_none),
		cmocka_unit_test(subscriptions_are_read),
		cmocka_unit_test(what_a_subscription_gives),
		cmocka_unit_test(events_about_subscriptions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
