/* The provider's own client on the provider that our code has spoken to:
 * client.mjs PORT KEY FILE. FILE is JSON of what our database holds: {"plan":
 * page, "subscription", "price", "customer"}; each is read back with the right
 * fields. Then the client meets what our own does: replays, conflicts, limits,
 * failures that are kept, answers that are lost or late. */
import fs from 'node:fs';
import Stripe from 'stripe';

const [port, key, file] = process.argv.slice(2);
const ours = JSON.parse(fs.readFileSync(file));
const client = (more = {}) => new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, timeout: 5000, ...more });
const stripe = client(), patient = client({ maxNetworkRetries: 4 });
const goesWrong = (...fail) => fetch(`http://127.0.0.1:${port}/control`, { method: 'POST', body: JSON.stringify({ fail }) });
let n = 0, bad = 0;
const ok = (what, have, want = true) => {
	const good = JSON.stringify(have) === JSON.stringify(want);
	console.log(`${good ? 'ok' : 'not ok'} ${++n} - ${what}${good ? '' : `: have ${JSON.stringify(have)}, want ${JSON.stringify(want)}`}`);
	bad += !good;
};
const fails = async (call) => {
	try {
		await call();
		return 'nothing';
	} catch (e) {
		return `${e.type} ${e.statusCode ?? '-'} ${e.code ?? '-'}`;
	}
};

/* What we made. */
const s = await stripe.checkout.sessions.retrieve(ours.plan.session_id);
ok('our page', [s.object, s.mode, s.status, s.amount_total + (ours.plan.trial_days ? ours.plan.amount : 0), s.currency, s.client_reference_id, s.livemode],
	['checkout.session', 'subscription', 'complete', ours.plan.amount, ours.plan.currency, ours.plan.subject, false]);
ok('with our names', s.metadata, { bus_checkout_id: ours.plan.checkout_id, bus_account_id: ours.plan.subject, bus_plan: ours.plan.plan, bus_features: ours.plan.features });
const sub = await stripe.subscriptions.retrieve(s.subscription, { expand: ['latest_invoice'] });
ok('its subscription is the one that we know', [sub.id, sub.customer, sub.items.data[0].price.id], [ours.subscription.subscription_id, ours.subscription.customer_id, ours.price.price_id]);
ok('under the same names', sub.metadata.bus_checkout_id, ours.plan.checkout_id);
ok('with its invoice', sub.latest_invoice.parent.subscription_details.subscription, sub.id);
const prices = await stripe.prices.list({ lookup_keys: [ours.price.lookup_key], active: true });
ok('our price, by its lookup key', prices.data.map((p) => [p.id, p.unit_amount, p.currency, p.recurring.interval]),
	[[ours.price.price_id, ours.price.amount, ours.price.currency, ours.price.interval]]);
const product = await stripe.products.retrieve(prices.data[0].product);
ok('our product', [product.id, product.active, product.metadata.bus_plan], [`bus_prod_${ours.price.plan}`, true, ours.price.plan]);
const meters = await stripe.billing.meters.list({ status: 'active' });
ok('our meter', meters.data.map((m) => [m.event_name, m.default_aggregation.formula, m.customer_mapping.event_payload_key]), [['bus_llm_micro', 'sum', 'stripe_customer_id']]);
ok('usage that we have told is known there', await fails(() => stripe.billing.meterEvents.create({ event_name: 'bus_llm_micro',
	identifier: ours.usage, payload: { stripe_customer_id: ours.subscription.customer_id, value: '8' } })), 'StripeInvalidRequestError 400 duplicate_meter_event');
const runs = await stripe.checkout.sessions.create({ mode: 'payment', success_url: 'https://x.example/', line_items: [{ quantity: 1,
	price_data: { currency: 'eur', unit_amount: 1900, product_data: { name: 'a run' } } }], expires_at: Math.floor(Date.now() / 1000) + 3600 });
ok('the client makes pages as we do', [runs.mode, runs.amount_total, runs.status], ['payment', 1900, 'open']);
ok('and closes them once', [(await stripe.checkout.sessions.expire(runs.id)).status, await fails(() => stripe.checkout.sessions.expire(runs.id))],
	['expired', 'StripeInvalidRequestError 400 invalid_state']);
ok('what is not there', await fails(() => stripe.subscriptions.retrieve('sub_none')), 'StripeInvalidRequestError 404 resource_missing');
ok('another key', await fails(() => client().products.retrieve(product.id, {}, { apiKey: 'sk_test_other' })), 'StripeAuthenticationError 401 api_key_expired');
ok('a parameter that does not exist', await fails(() => stripe.prices.create({ product: product.id, currency: 'eur', unit_amount: 1, colour: 'red' })), 'StripeInvalidRequestError 400 parameter_unknown');

/* The same under failure. */
const make = (c, idempotencyKey, email = 'a@example.org') => c.customers.create({ email }, { idempotencyKey });
const first = await make(stripe, 'k1'), again = await make(stripe, 'k1');
ok('a repeated key replays', [again.id, again.lastResponse.headers['idempotent-replayed']], [first.id, 'true']);
ok('with other parameters it is refused', await fails(() => make(stripe, 'k1', 'b@example.org')), 'StripeIdempotencyError 400 idempotency_error');
await goesWrong('slow');
const late = make(stripe, 'k2');
await new Promise((next) => setTimeout(next, 300));
ok('while the first is under way', (await fails(() => make(stripe, 'k2'))).replace(/^\w+ /, ''), '409 idempotency_key_in_use');
const waited = make(patient, 'k2');
ok('who waits has what the first got', (await waited).id, (await late).id);
await goesWrong('429');
ok('a limit is not repeated without being told to', await fails(() => make(patient, 'k3')), 'StripeRateLimitError 429 rate_limit');
await goesWrong('500');
ok('a failure that is kept', [await fails(() => make(stripe, 'k4')), await fails(() => make(stripe, 'k4'))], ['StripeAPIError 500 -', 'StripeAPIError 500 -']);
for (const [how, name] of [['drop', 'a line that breaks'], ['cut', 'half an answer'], ['hang', 'no answer']]) {
	await goesWrong(how);
	const retrying = client({ maxNetworkRetries: 2, timeout: 1500 });
	/* The client itself gives up on half an answer; its caller asks again. */
	const c = await make(retrying, `k-${how}`).catch(() => make(retrying, `k-${how}`));
	const all = (await (await fetch(`http://127.0.0.1:${port}/log`)).json()).filter((l) => l.idem === `k-${how}`);
	ok(`${name}: asked twice, made once`, [all.length, all[0].id, all[1].again], [2, c.id, true]);
}
await goesWrong('503', '503');
ok('one that comes back', typeof (await make(patient, 'k5')).id, 'string');
console.log(`1..${n}`);
process.exit(bad ? 1 : 0);
