/* Events as the payment provider sends them, and their signatures.
 * events.mjs BASE SECRET TYPE JSON [T] [LIVE]: sends one; prints the status and the answer. */
import crypto from 'node:crypto';
import http from 'node:http';

export const sign = (secret, t, body) =>
	`t=${t},v1=${crypto.createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')}`;
export const now = () => Math.floor(Date.now() / 1000);
export const event = (id, type, object, livemode = false, created = now()) => JSON.stringify({
	id, object: 'event', api_version: '2026-10-28.endive', created, livemode, pending_webhooks: 1,
	request: { id: null, idempotency_key: null }, type, data: { object },
});
export const session = (page, payment_status, more = {}) => ({
	id: page.session_id, object: 'checkout.session', mode: 'payment', payment_status,
	status: 'complete', amount_total: page.amount, currency: page.currency, payment_intent: `pi_${page.session_id}`,
	client_reference_id: page.checkout_id, customer_details: { email: 'someone@example.org' },
	metadata: { bus_checkout_id: page.checkout_id, run_id: page.run_id }, livemode: false, ...more,
});
export const charge = (page, amount_refunded) => ({
	id: `ch_${page.session_id}`, object: 'charge', amount: page.amount, amount_refunded,
	refunded: amount_refunded === page.amount, currency: page.currency, payment_intent: `pi_${page.session_id}`,
	metadata: {}, livemode: false,
});

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
export const send = (base, body, signature) => new Promise((done) => {
	const req = http.request(`${base}/api/internal/stripe/webhook`, {
		method: 'POST', agent, timeout: 20000,
		headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body),
			...(signature && { 'stripe-signature': signature }) },
	}, (res) => {
		let text = '';
		res.on('data', (d) => { text += d; });
		res.on('end', () => done({ status: res.statusCode, text }));
		res.on('error', () => done({ status: 0, text: '' }));
	});
	req.on('timeout', () => req.destroy());
	req.on('error', () => done({ status: 0, text: '' }));
	req.end(body);
});

if (process.argv[1].endsWith('events.mjs')) {
	const [base, secret, type, object, t, live] = process.argv.slice(2);
	const data = JSON.parse(object), id = data.event_id ?? `evt_${type}_${data.id}`;
	delete data.event_id;
	const created = now() + (data.event_later ?? 0);
	delete data.event_later;
	/* A thin event has no data, and its time in words. */
	const body = data.object !== 'v2.core.event' ? event(id, type, data, live === 'true', created) :
		JSON.stringify({ id, type, livemode: live === 'true', created: new Date().toISOString(), ...data });
	const r = await send(base, body, sign(secret, t || now(), body));
	console.log(r.status, r.text);
	process.exit(0);
}
