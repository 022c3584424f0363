/* A storm of deliveries: storm.mjs BASE SECRET PAGES DELIVERIES PARALLEL SEED
 * PAGES is a JSON file of payment pages, each with a fate; one of a plan has the
 * provider's session and subscription instead, and is told in every state that it
 * may have had. All events of all
 * fates, many times each, in any order, among forged and stale ones; before, those of
 * each page once in the order that it has the number of: all orders of a fate have to
 * be there. A delivery
 * that fails is repeated, as the provider does. Prints what came of it. */
import fs from 'node:fs';
import { charge, event, now, send, session, sign } from './events.mjs';

const [base, secret, file, deliveries, parallel, seed] = process.argv.slice(2);
let state = +seed || 1;
const random = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
const pick = (list) => list[Math.floor(random() * list.length)];
const good = [], bad = [];
const S = 'checkout.session.';

/* What must not have any effect. */
function hostile(name, object, currency) {
	bad.push(() => { /* signed, and of the other mode */
		const b = event(`evt_${name}_live`, `${S}completed`, object, true);
		return [b, sign(secret, now(), b)];
	}, () => { /* forged */
		const b = event(`evt_${name}_forged`, `${S}completed`, object);
		return [b, sign('whsec_not_the_secret', now(), b)];
	}, () => { /* kept for an hour, and of the future */
		const b = event(`evt_${name}_old`, `${S}completed`, object);
		return [b, sign(secret, now() + pick([-3600, 3600]), b)];
	}, () => { /* changed on the way */
		const b = event(`evt_${name}_changed`, `${S}completed`, object);
		return [b.replace(currency, 'usd'), sign(secret, now(), b)];
	});
}

/* A subscription: its page is complete, and it is told in states of any time. What
 * counts is what the provider says when it is asked. */
function subscription({ session: page, subscription: s, checkout_id }) {
	const e = (name, type, object) => good.push(event(`evt_${checkout_id}_${name}`, type, object));
	const invoice = (status) => ({ id: s.latest_invoice, object: 'invoice', status, customer: s.customer, currency: page.currency,
		parent: { type: 'subscription_details', subscription_details: { subscription: s.id, metadata: s.metadata } } });
	e('completed', `${S}completed`, page);
	e('amount', `${S}completed`, { ...page, amount_total: page.amount_total - 1 });
	e('expired', `${S}expired`, page);
	e('created', 'customer.subscription.created', { ...s, status: 'incomplete' });
	for (const status of ['active', 'past_due', 'unpaid', 'paused', 'trialing'])
		e(`updated_${status}`, 'customer.subscription.updated', { ...s, status });
	e('paused', 'customer.subscription.paused', { ...s, status: 'paused' });
	e('resumed', 'customer.subscription.resumed', s);
	e('trial', 'customer.subscription.trial_will_end', s);
	e('deleted', 'customer.subscription.deleted', { ...s, status: 'canceled' });
	for (const [type, status] of [['paid', 'paid'], ['payment_failed', 'open'], ['payment_action_required', 'open'], ['voided', 'void'], ['marked_uncollectible', 'uncollectible']])
		e(type, `invoice.${type}`, invoice(status));
	hostile(checkout_id, page, page.currency);
}

/* The n-th order of a list. */
function ordered(list, n) {
	const rest = [...list], out = [];
	for (let left = rest.length; left > 0; left--)
		out.push(...rest.splice(n % left, 1)), n = Math.floor(n / left);
	return out;
}
const first = [], orders = {};

for (const p of JSON.parse(fs.readFileSync(file))) {
	if (p.subscription) {
		subscription(p);
		continue;
	}
	const own = [], e = (name, type, object) => own.push(event(`evt_${p.checkout_id}_${name}`, type, object));
	const done = (status, more) => e(`completed_${status}`, `${S}completed`, session(p, status, more));
	if (['paid', 'twice', 'refunded', 'disputed', 'both'].includes(p.fate))
		done('paid');
	if (p.fate === 'twice') /* two events that speak of one payment */
		e('async', `${S}async_payment_succeeded`, session(p, 'paid'));
	if (p.fate === 'async') {
		done('unpaid');
		e('async', `${S}async_payment_succeeded`, session(p, 'paid'));
	}
	if (p.fate === 'failed') {
		done('unpaid');
		e('failed', `${S}async_payment_failed`, session(p, 'unpaid'));
	}
	if (p.fate === 'expired')
		e('expired', `${S}expired`, session(p, 'unpaid'));
	if (p.fate === 'refunded') {
		e('part', 'charge.refunded', charge(p, 1));
		e('whole', 'charge.refunded', charge(p, p.amount));
	}
	if (p.fate === 'disputed') {
		e('dispute', 'charge.dispute.created', { ...charge(p, 0), id: `du_${p.session_id}`, status: 'needs_response' });
		e('closed', 'charge.dispute.closed', { ...charge(p, 0), id: `du_${p.session_id}`, status: 'won' });
	}
	if (p.fate === 'both') { /* the page before was paid too, and that is given back */
		e('first', `${S}completed`, session(p.first, 'paid'));
		e('back', 'charge.refunded', charge(p.first, p.first.amount));
	}
	if (p.fate === 'amount')
		done('paid', { amount_total: p.amount - 1 });
	if (p.fate === 'currency')
		done('paid', { currency: 'usd' });
	first.push(ordered(own, p.order));
	(orders[p.fate] ??= new Set()).add(first.at(-1).map((b) => own.indexOf(b)).join());
	orders[p.fate].all = own.reduce((n, _, i) => n * (i + 1), 1);
	e('later', 'a.type.to.come', { id: `x_${p.session_id}` });
	good.push(...own);
	hostile(p.checkout_id, session(p, 'paid'), p.currency);
}

const plan = good.map((body) => ({ body }));
while (plan.length < +deliveries)
	plan.push(random() < 0.2 ? { bad: pick(bad) } : { body: pick(good) });
for (let i = plan.length - 1; i > 0; i--) {
	const k = Math.floor(random() * (i + 1));
	[plan[i], plan[k]] = [plan[k], plan[i]];
}

const out = { deliveries: plan.length, events: good.length, accepted: 0, duplicates: 0, refused: 0, repeated: 0, wrong: 0, lost: 0 };
async function one({ body, bad: make }) {
	for (let turn = 0; turn < 200; turn++) {
		const [text, signature] = make ? make() : [body, sign(secret, now(), body)];
		const r = await send(base, text, signature);
		if (r.status === 200 || r.status === 400) {
			out.wrong += (r.status === 200) === !!make;
			out.refused += r.status === 400;
			out.accepted += r.status === 200;
			out.duplicates += r.text.includes('"duplicate":true');
			return;
		}
		out.repeated++;
		await new Promise((next) => setTimeout(next, 20 + 20 * turn));
	}
	out.lost++;
}
await Promise.all(first.map(async (list) => {
	for (const body of list)
		await one({ body });
}));
await Promise.all(Array.from({ length: +parallel }, async () => {
	while (plan.length)
		await one(plan.pop());
}));
out.orders = first.length;
const missing = Object.entries(orders).filter(([, of]) => of.size !== of.all).map(([fate, of]) => `${fate}: ${of.size} orders of ${of.all}`);
console.log(JSON.stringify(out), ...missing);
process.exit(out.wrong || out.lost || missing.length ? 1 : 0);
