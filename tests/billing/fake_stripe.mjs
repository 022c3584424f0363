/* A payment provider on loopback: fake_stripe.mjs KEY
 * Says on its first line which port it has taken.
 * Keeps what is made, under idempotency keys as the real one does: the first
 * answer is kept, 500s too; other parameters under a key are refused, and a
 * request whose first is still under way. Parameters that the real one does not
 * know, it does not know either, at any depth; numbers, addresses, metadata and
 * enumerations are checked, lists have pages, and what has to be expanded is left
 * out otherwise. It speaks one version, to forms only.
 *
 * POST /control {"fail": [HOW, …], "base", "secret"}: what goes wrong next, one per
 *   call: - (nothing), 500 (kept), 503, 409, 429, refuse, live (of the other mode), drop (done, and
 *   the line breaks), cut (half an answer), slow (answers late), hang (never).
 * POST /pay {"session", "status"?, "trial"?}: somebody pays; answers the session.
 * POST /change {"id", …}: members of an object change behind our back.
 * POST /bill {"id", "amount", "days"?}: a subscription has another invoice, which is
 *   paid; with days a period of so many begins. Answers the subscription.
 * GET /log: what was asked. GET /all: what there is. */
import http from 'node:http';

const VERSION = '2026-10-28.endive';
const [secret] = process.argv.slice(2);
const kept = new Map(), busy = new Set(), things = new Map(), log = [];
let fail = [], n = 0, port = 0;

const now = () => Math.floor(Date.now() / 1000);
class Refusal extends Error {
	constructor(status, type, code, message) {
		super(message);
		Object.assign(this, { status, body: { error: { type, code, message } } });
	}
}
const refuse = (code, message, status = 400) => { throw new Refusal(status, 'invalid_request_error', code, message); };

/* a[b][0][c]=v → {a: {b: [{c: v}]}} */
function nest(form) {
	const root = {};
	for (const [key, value] of new URLSearchParams(form)) {
		const path = key.split('[').map((p) => p.replace(/\]$/, ''));
		let at = root;
		path.forEach((p, i) => {
			if (i === path.length - 1)
				at[p] = value;
			else
				at = at[p] ??= /^\d+$/.test(path[i + 1]) ? [] : {};
		});
	}
	return root;
}
/* What a parameter may be: each takes the text, and refuses it or not. */
const bad = (code, at) => refuse(code, `Invalid parameter: ${at}`);
const text = (max = 5000) => (v, at) => v.length > max && bad('parameter_invalid_string_too_long', at);
const int = (min = 0, max = 99999999) => (v, at) => (/^-?\d{1,15}$/.test(v) && +v >= min && +v <= max) || bad('parameter_invalid_integer', at);
const like = (pattern) => (v, at) => pattern.test(v) || bad('parameter_invalid', at);
const url = (v, at) => (/^https?:/.test(v) && URL.canParse(v)) || bad('url_invalid', at);
const bool = like(/^(true|false)$/), currency = like(/^[a-z]{3}$/), seconds = int(0, 1e12);
const recurring = { interval: like(/^(day|week|month|year)$/), interval_count: int(1), usage_type: like(/^(licensed|metered)$/), meter: text() };
function metadata(v, at) {
	const all = Object.entries(typeof v === 'object' ? v : bad('parameter_invalid', at));
	if (all.length > 50 || all.some(([k, x]) => k.length > 40 || typeof x !== 'string' || x.length > 500))
		bad('parameter_invalid', at);
}
/* A shape is a function of those, a list of one shape, or an object of them. */
function only(given, shape, at = '') {
	for (const [k, v] of Object.entries(given)) {
		const want = Array.isArray(given) ? shape : Object.hasOwn(shape, k) ? shape[k] : null, here = at ? `${at}[${k}]` : k;
		if (!want)
			refuse('parameter_unknown', `Received unknown parameter: ${here}`);
		if (v === '' && want === metadata) /* none */
			continue;
		if (v === '')
			refuse('parameter_invalid_empty', `You passed an empty string for '${here}'.`);
		if (typeof want !== 'function') {
			if (typeof v !== 'object' || Array.isArray(want) !== Array.isArray(v))
				bad('parameter_invalid', here);
			only(v, Array.isArray(want) ? want[0] : want, here);
		} else if (typeof v === 'object' && want !== metadata)
			bad('parameter_invalid', here);
		else
			want(v, here);
	}
}
function need(given, names) {
	for (const k of names.split(' '))
		if (given[k] === undefined || given[k] === '')
			refuse(given[k] === '' ? 'parameter_invalid_empty' : 'parameter_missing', `Missing required param: ${k}.`);
}
const find = (id, object) => {
	const o = things.get(id);
	return o && (!object || o.object === object) ? o : refuse('resource_missing', `No such ${object}: '${id}'`, 404);
};
const keep = (prefix, object) => {
	const o = { id: object.id ?? `${prefix}_${++n}`, livemode: false, created: now(), ...object };
	things.set(o.id, o);
	return o;
};
const list = (data, url) => ({ object: 'list', data, has_more: false, url });
/* One page of a list, the newest first. */
const paging = { limit: int(1, 100), starting_after: text() };
function paged(f, data, url) {
	const newest = data.reverse(), at = f.starting_after ? newest.findIndex((o) => o.id === f.starting_after) + 1 : 0;
	const limit = +(f.limit ?? 10);
	return { ...list(newest.slice(at, at + limit), url), has_more: newest.length > at + limit };
}
/* What may be expanded of an object of that kind. */
function expands(f, ...known) {
	only(f, { expand: [text()] });
	for (const x of f.expand ?? [])
		known.includes(x) || refuse('', `This property cannot be expanded (${x}).`);
}
const all = (object) => [...things.values()].filter((o) => o.object === object);

function newSession(f) {
	only(f, {
		mode: like(/^(payment|subscription|setup)$/), success_url: url, cancel_url: url, client_reference_id: text(200),
		line_items: [{ price: text(), quantity: int(1), price_data: { currency, unit_amount: int(), product: text(),
			product_data: { name: text(), description: text(), metadata }, recurring } }],
		customer: text(), customer_email: text(800), metadata, payment_intent_data: { metadata, description: text() },
		subscription_data: { metadata, description: text(500), trial_period_days: int(1, 730) }, expires_at: seconds,
	});
	need(f, 'mode line_items success_url');
	const [item] = f.line_items, price = item.price && find(item.price, 'price');
	if (!price === !item.price_data || f.line_items.length !== 1 || (f.customer && f.customer_email))
		refuse('parameter_invalid', 'one price of each item, one customer');
	need(item, 'quantity');
	if (item.price_data)
		need(item.price_data, 'currency unit_amount product_data');
	if (price && (price.type === 'recurring') !== (f.mode === 'subscription'))
		refuse('parameter_invalid', 'a price of the other kind');
	if (price && !price.active)
		refuse('resource_missing', 'The price specified is inactive.');
	if (f.mode === 'payment' ? f.subscription_data : f.payment_intent_data)
		refuse('parameter_unknown', 'not in this mode');
	if (f.customer)
		find(f.customer, 'customer');
	if (+f.expires_at < now() + 1800 || +f.expires_at > now() + 86400)
		refuse('parameter_invalid', 'expires_at must be between 30 minutes and 24 hours from now');
	const trial = +(f.subscription_data?.trial_period_days ?? 0);
	const amount = price ? price.unit_amount : +item.price_data.unit_amount;
	return keep('cs_test', {
		object: 'checkout.session', mode: f.mode, status: 'open', payment_status: 'unpaid',
		url: `http://127.0.0.1:${port}/pay/${n}`, expires_at: +f.expires_at, success_url: f.success_url,
		amount_subtotal: trial ? 0 : amount, amount_total: trial ? 0 : amount,
		currency: price ? price.currency : item.price_data.currency, customer: f.customer ?? null,
		client_reference_id: f.client_reference_id ?? null, metadata: f.metadata ?? {}, subscription: null, payment_intent: null,
		_price: price, _trial: trial, _data: f.subscription_data ?? f.payment_intent_data ?? {},
	});
}

/* Somebody has paid on the session's page. */
function pay({ session, status }) {
	const s = find(session, 'checkout.session');
	if (s.status !== 'open')
		refuse('session_closed', 'not open');
	Object.assign(s, { status: 'complete', url: null, payment_status: s._trial ? 'no_payment_required' : 'paid' });
	if (s.mode === 'payment') {
		s.payment_intent = `pi_${s.id}`;
		return s;
	}
	s.customer ??= keep('cus', { object: 'customer', email: 'someone@example.org' }).id;
	const trial = s._trial ? now() + s._trial * 86400 : null;
	const sub = keep('sub', {
		object: 'subscription', status: status ?? (trial ? 'trialing' : 'active'), customer: s.customer, cancel_at_period_end: false,
		cancel_at: null, canceled_at: null, ended_at: null, trial_end: trial, pause_collection: null, metadata: s._data.metadata ?? {},
		collection_method: 'charge_automatically',
		items: list([{ id: `si_${++n}`, object: 'subscription_item', price: s._price, quantity: 1,
			current_period_start: now(), current_period_end: trial ?? now() + 30 * 86400 }]),
	});
	invoice(sub, s.amount_total, 'subscription_create', `pi_${sub.id}`);
	s.subscription = sub.id;
	return s;
}
function invoice(sub, amount, billing_reason, payment_intent) {
	sub.latest_invoice = keep('in', {
		object: 'invoice', status: 'paid', customer: sub.customer, currency: sub.items.data[0].price.currency, amount_due: amount, amount_paid: amount,
		billing_reason, attempt_count: 1, hosted_invoice_url: null,
		parent: { type: 'subscription_details', subscription_details: { subscription: sub.id, metadata: sub.metadata } },
		payments: list([{ object: 'invoice_payment', status: 'paid', payment: { type: 'payment_intent', payment_intent } }]),
	}).id;
}
function bill({ id, amount, days }) {
	const sub = find(id, 'subscription'), [item] = sub.items.data;
	if (days)
		Object.assign(item, { current_period_start: item.current_period_end, current_period_end: item.current_period_end + days * 86400 });
	invoice(sub, amount, days ? 'subscription_cycle' : 'subscription_update', `pi_in_${++n}`);
	return sub;
}

const product = { id: text(), name: text(), description: text(), active: bool, metadata, tax_code: text(), unit_label: text(12) };

const routes = [
	['POST', '/v1/checkout/sessions', (f) => newSession(f)],
	['GET', '/v1/checkout/sessions/:id', (f, id) => find(id, 'checkout.session')],
	['POST', '/v1/checkout/sessions/:id/expire', (f, id) => {
		const s = find(id, 'checkout.session');
		if (s.status !== 'open')
			refuse('invalid_state', `Only Checkout Sessions with a status in ["open"] can be expired. This is ${s.status}.`);
		return Object.assign(s, { status: 'expired', url: null });
	}],
	['POST', '/v1/refunds', (f) => {
		only(f, { payment_intent: text(), charge: text(), amount: int(1), reason: text(), metadata });
		need(f, 'payment_intent');
		if (all('refund').some((r) => r.payment_intent === f.payment_intent && r.status !== 'failed'))
			refuse('charge_already_refunded', 'The charge has already been refunded.');
		return keep('re', { object: 'refund', status: 'succeeded', payment_intent: f.payment_intent, metadata: f.metadata ?? {} });
	}],
	['POST', '/v1/customers', (f) => only(f, { email: text(512), name: text(256), metadata }) ?? keep('cus', { object: 'customer', email: f.email ?? null, metadata: f.metadata ?? {} })],
	['POST', '/v1/billing_portal/sessions', (f) => {
		only(f, { customer: text(), return_url: url, configuration: text() });
		need(f, 'customer');
		find(f.customer, 'customer');
		return keep('bps', { object: 'billing_portal.session', url: `http://127.0.0.1:${port}/portal/${++n}`, customer: f.customer, return_url: f.return_url });
	}],
	['GET', '/v1/subscriptions/:id', (f, id) => {
		expands(f, 'latest_invoice', 'latest_invoice.payments', 'customer', 'default_payment_method');
		const s = find(id, 'subscription'), { payments, ...invoice } = things.get(s.latest_invoice) ?? {};
		return !f.expand?.some((x) => x.startsWith('latest_invoice')) || !invoice.id ? s
			: { ...s, latest_invoice: f.expand.includes('latest_invoice.payments') ? { ...invoice, payments } : invoice };
	}],
	['POST', '/v1/subscriptions/:id', (f, id) => only(f, { cancel_at_period_end: bool, metadata }) ?? Object.assign(find(id, 'subscription'), { cancel_at_period_end: f.cancel_at_period_end === 'true' })],
	['DELETE', '/v1/subscriptions/:id', (f, id) => {
		if (find(id, 'subscription').status === 'canceled')
			refuse('resource_missing', `No such subscription: ${id}`, 404);
		return Object.assign(things.get(id), { status: 'canceled', canceled_at: now(), ended_at: now() });
	}],
	['POST', '/v1/products', (f) => {
		only(f, product);
		need(f, 'name');
		if (things.has(f.id))
			refuse('resource_already_exists', 'Product already exists.');
		return keep('prod', { object: 'product', id: f.id ?? `prod_${++n}`, name: f.name, active: f.active !== 'false', metadata: f.metadata ?? {} });
	}],
	['GET', '/v1/products/:id', (f, id) => expands(f) ?? find(id, 'product')],
	['POST', '/v1/products/:id', (f, id) => {
		const { id: not, ...may } = product, { active, ...more } = f;
		only(f, may);
		return Object.assign(find(id, 'product'), more, active !== undefined && { active: active === 'true' });
	}],
	['POST', '/v1/prices', (f) => {
		only(f, { product: text(), currency, unit_amount: int(), recurring, lookup_key: text(200), transfer_lookup_key: bool, tax_behavior: text(), metadata, nickname: text(), active: bool });
		need(f, 'product currency unit_amount');
		find(f.product, 'product');
		const old = f.lookup_key && all('price').find((p) => p.lookup_key === f.lookup_key);
		if (old && f.transfer_lookup_key !== 'true')
			refuse('resource_already_exists', `A price already uses that lookup key: ${f.lookup_key}`);
		if (old)
			old.lookup_key = null;
		return keep('price', {
			object: 'price', active: true, type: f.recurring ? 'recurring' : 'one_time', currency: f.currency, unit_amount: +f.unit_amount,
			recurring: f.recurring ? { interval_count: 1, usage_type: 'licensed', meter: null, ...f.recurring } : null,
			lookup_key: f.lookup_key ?? null, product: f.product, billing_scheme: 'per_unit', metadata: f.metadata ?? {},
		});
	}],
	['POST', '/v1/prices/:id', (f, id) => {
		only(f, { active: bool, lookup_key: text(200), transfer_lookup_key: bool, metadata, nickname: text(), tax_behavior: text() });
		return Object.assign(find(id, 'price'), f.active !== undefined && { active: f.active === 'true' });
	}],
	['GET', '/v1/prices', (f) => {
		only(f, { lookup_keys: [text(200)], active: bool, product: text(), currency, type: text(), ...paging });
		if (f.lookup_keys?.length > 10)
			bad('parameter_invalid', 'lookup_keys');
		return paged(f, all('price').filter((p) => (!f.lookup_keys || f.lookup_keys.includes(p.lookup_key))
			&& (!f.product || p.product === f.product) && (f.active === undefined || String(p.active) === f.active)), '/v1/prices');
	}],
	['GET', '/v1/prices/:id', (f, id) => expands(f, 'product') ?? find(id, 'price')],
	['GET', '/v1/billing/meters', (f) => {
		only(f, { status: like(/^(active|inactive)$/), ...paging });
		return paged(f, all('billing.meter').filter((m) => !f.status || m.status === f.status), '/v1/billing/meters');
	}],
	['POST', '/v1/billing/meters', (f) => {
		only(f, { display_name: text(250), event_name: text(100), default_aggregation: { formula: like(/^(sum|count|last)$/) },
			customer_mapping: { event_payload_key: text(100), type: like(/^by_id$/) }, value_settings: { event_payload_key: text(100) } });
		need(f, 'display_name event_name default_aggregation');
		if (all('billing.meter').some((m) => m.event_name === f.event_name && m.status === 'active'))
			refuse('resource_already_exists', 'a meter of that event name');
		return keep('mtr', { object: 'billing.meter', status: 'active', ...f });
	}],
	['POST', '/v1/billing/meter_events', (f) => {
		only(f, { event_name: text(100), identifier: text(100), timestamp: seconds, payload: { value: like(/^\d{1,15}$/), stripe_customer_id: text() } });
		need(f, 'event_name payload');
		if (!all('billing.meter').some((m) => m.event_name === f.event_name && m.status === 'active'))
			refuse('resource_missing', 'no such meter');
		need(f.payload, 'value stripe_customer_id');
		if (things.get(f.payload.stripe_customer_id)?.object !== 'customer')
			bad('parameter_invalid', 'payload');
		if (+f.timestamp < now() - 35 * 86400 || +f.timestamp > now() + 300)
			refuse('timestamp_too_far', 'timestamp');
		if (things.has(`meter:${f.identifier}`)) /* known for a day */
			refuse('duplicate_meter_event', `An event already exists with identifier ${f.identifier}.`);
		const e = { object: 'billing.meter_event', event_name: f.event_name, identifier: f.identifier, payload: f.payload, timestamp: +f.timestamp };
		keep('', { ...e, id: `meter:${f.identifier}` });
		return { ...e, created: now(), livemode: false };
	}],
	['GET', '/v2/core/events/:id', (f, id) => find(id, 'v2.core.event')],
];

function route(method, path) {
	for (const [m, pattern, make] of routes) {
		const hit = m === method && path.match(`^${pattern.replace(':id', '([^/]+)')}$`);
		if (hit)
			return (f) => make(f, decodeURIComponent(hit[1] ?? ''));
	}
	return refuse('', `Unrecognized request URL (${method}: ${path}).`, 404);
}
/* As it is told: without what is ours alone. */
const show = (o) => JSON.parse(JSON.stringify(o, (k, v) => (k.startsWith('_') ? undefined : v)));

function answer(req, path, query, body, what) {
	/* Only POSTs are remembered. */
	const idem = req.method === 'POST' && req.headers['idempotency-key'], asked = `${req.method} ${path} ${body}`;
	if (req.headers.authorization !== `Bearer ${secret}`)
		throw new Refusal(401, 'invalid_request_error', 'api_key_expired', 'Invalid API key');
	if (req.headers['stripe-version'] !== VERSION)
		refuse('', `Invalid Stripe API version: ${req.headers['stripe-version']}`);
	/* A key is not asked for by the real one: without it nothing could be sent again. */
	if (req.method === 'POST' && (!idem || idem.length > 255))
		refuse('parameter_missing', 'no key, or a long one');
	if (req.method === 'POST' && body && req.headers['content-type'] !== 'application/x-www-form-urlencoded')
		refuse('', 'Invalid request: the body has to be a form');
	if (what === '429')
		throw new Refusal(429, 'rate_limit_error', 'rate_limit', 'Too many requests');
	if (idem && busy.has(idem))
		throw new Refusal(409, 'idempotency_error', 'idempotency_key_in_use', 'at work');
	if (idem && kept.has(idem)) {
		const first = kept.get(idem);
		if (first.asked !== asked)
			throw new Refusal(400, 'idempotency_error', 'idempotency_error', 'Keys for idempotent requests can only be used with the same parameters they were first used with.');
		return { ...first.answer, again: true };
	}
	if (what === 'refuse')
		refuse('parameter_invalid_empty', 'refused as asked');
	if (what === '409')
		throw new Refusal(409, 'invalid_request_error', 'idempotency_key_in_use', 'at work');
	if (what === '503') /* nothing is kept of a request that was not begun */
		throw new Refusal(503, 'api_error', 'down', 'away');
	const result = what === '500' ? { status: 500, body: { error: { type: 'api_error', message: 'kept' } } }
		: { status: 200, body: show(route(req.method, path)(nest(req.method === 'POST' ? body : query))) };
	if (what === 'live')
		result.body.livemode = true;
	if (idem)
		kept.set(idem, { asked, answer: result });
	return result;
}

const server = http.createServer((req, res) => {
	const [path, query = ''] = req.url.split('?');
	let text = '';
	req.on('data', (d) => { text += d; });
	req.on('end', async () => {
		const json = (status, body, headers = {}, cut = false) => {
			const out = JSON.stringify(body);
			res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(out), ...headers });
			if (!cut)
				return res.end(out);
			return res.write(out.slice(0, out.length / 2), () => req.socket.destroy());
		};
		try {
			if (path === '/control')
				return json(200, { fail: fail = JSON.parse(text).fail ?? fail });
			if (path === '/log')
				return json(200, log);
			if (path === '/all')
				return json(200, show([...things.values()]));
			if (path === '/pay')
				return json(200, show(pay(JSON.parse(text))));
			if (path === '/bill')
				return json(200, show(bill(JSON.parse(text))));
			if (path === '/keep')
				return json(200, keep('', JSON.parse(text)));
			if (path === '/change') {
				const { id, ...more } = JSON.parse(text);
				return json(200, show(Object.assign(find(id), more)));
			}
		} catch (e) {
			return json(e.status ?? 400, e.body ?? { error: { message: String(e) } });
		}
		const what = fail.shift(), idem = req.headers['idempotency-key'];
		let a;
		try {
			a = answer(req, path, query, text, what);
		} catch (e) {
			a = e instanceof Refusal ? e : { status: 500, body: { error: { type: 'api_error', message: String(e.stack) } } };
		}
		log.push({ method: req.method, url: path, idem, status: what === 'drop' ? 0 : a.status, again: !!a.again,
			form: Object.fromEntries(new URLSearchParams(text)), id: a.body?.id });
		if (what === 'drop')
			return req.socket.destroy();
		if (what === 'hang')
			return undefined;
		if (what === 'slow') {
			busy.add(idem);
			await new Promise((next) => setTimeout(next, 1500));
			busy.delete(idem);
		}
		return json(a.status, a.body, { 'request-id': `req_${++n}`, 'stripe-version': req.headers['stripe-version'] ?? '',
			...(idem && { 'idempotency-key': idem }), ...(a.again && { 'idempotent-replayed': 'true' }),
			...(what === '429' && { 'stripe-rate-limited-reason': 'endpoint-rate' }) }, what === 'cut');
	});
}).listen(0, '127.0.0.1', () => console.log(port = server.address().port));
