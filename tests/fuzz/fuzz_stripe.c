/* A signature header (the first line) and a body from anywhere: taken only when
 * it is signed; what is signed is taken, and not after one byte has changed. As a
 * subscription it gives a plan for a bounded time, or not at all. What is kept of an
 * event reads as the event did. */
#include "config.h"

#include "base/check.h"
#include "billing/billing_int.h"
#include "port/json.h"

#include <stdint.h>
#include <string.h>

#define NOW 1700000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct billing_secrets s = {{"whsec_fuzz_a_secret", "whsec_fuzz_another"}, 2};
	struct arena *a = arena_new(64u << 20);
	const uint8_t *line = n ? memchr(data, '\n', n) : NULL;
	size_t head = line ? (size_t)(line - data) : n, len = line ? n - head - 1 : 0;
	const char *header = arena_strndup(a, (const char *)data, head);
	char *body = arena_strndup(a, line ? (const char *)line + 1 : "", len);
	struct billing_event v;
	const struct billing_price price = {"pro", "eur", "month", 2900};
	struct billing_subscription sub;
	const struct json *j;
	struct err e = {0};
	int64_t until;

	check(billing_verify(a, header, body, len, &s, NOW, 300) != BILLING_SIGNED ||
	      strstr(header, "v1=") != NULL);
	header = billing_sign(a, s.one[1], NOW + 1, body, len);
	check(billing_verify(a, header, body, len, &s, NOW, 300) == BILLING_SIGNED);
	if (billing_event_read(a, body, len, &v, &e) == 0) {
		const char *kept = billing_event_kept(a, v.doc);
		struct billing_event again;

		check(v.id != NULL && v.type != NULL && v.created >= 0);
		check(billing_event_read(a, kept, strlen(kept), &again, &e) == 0);
		check(strcmp(again.id, v.id) == 0 && again.kind == v.kind && again.amount == v.amount);
		check(same(again.payment_intent, v.payment_intent) && same(again.subscription, v.subscription));
		check(same(again.checkout_id, v.checkout_id) && same(again.plan_page, v.plan_page));
	}
	j = json_parse(a, body, len, &e);
	if (j != NULL && billing_subscription_read(j, &sub, &e) == 0) {
		check(sub.id != NULL && sub.payments <= BILLING_PAYMENTS_MAX);
		billing_subscription_gives(&sub, &price, false, NOW, 86400, &until);
		check(until == 0 || until > NOW);
	}
	if (len > 0) {
		body[len / 2] ^= 1;
		check(billing_verify(a, header, body, len, &s, NOW, 300) == BILLING_FORGED);
	}
	arena_free(a);
	return 0;
}
