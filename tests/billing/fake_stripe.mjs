/* A payment provider on loopback: fake_stripe.mjs PORT KEY
 * Answers under idempotency keys as the real one does (the first answer is kept,
 * 500s too; other parameters under a key are refused). POST /control sets what
 * goes wrong next: {"fail": ["500", "refuse", "drop", "live"]}, one per call.
 * GET /log tells what was asked. */
import http from 'node:http';

const [port, secret] = process.argv.slice(2);
const kept = new Map(), log = [];
let fail = [], n = 0;

const error = (status, type, code, message) => ({ status, body: { error: { type, code, message } } });
const make = {
	'/v1/checkout/sessions': (f) => ({
		id: `cs_test_${++n}`, object: 'checkout.session', livemode: false, status: 'open', payment_status: 'unpaid',
		mode: f.mode, url: `http://127.0.0.1:${port}/pay/${n}`, expires_at: +f.expires_at,
		amount_total: +f['line_items[0][price_data][unit_amount]'], currency: f['line_items[0][price_data][currency]'],
		client_reference_id: f.client_reference_id,
		metadata: { bus_checkout_id: f['metadata[bus_checkout_id]'], run_id: f['metadata[run_id]'] },
	}),
	'/v1/refunds': (f) => ({ id: `re_${++n}`, object: 'refund', status: 'succeeded', payment_intent: f.payment_intent }),
};

function answer(req, text) {
	const idem = req.headers['idempotency-key'], what = fail.shift();
	if (req.headers.authorization !== `Bearer ${secret}`)
		return error(401, 'invalid_request_error', 'api_key_expired', 'Invalid API key');
	if (!idem || !/^\d{4}-\d\d-\d\d\.[a-z]+$/.test(req.headers['stripe-version'] ?? ''))
		return error(400, 'invalid_request_error', 'parameter_missing', 'no key or version');
	if (kept.has(idem)) {
		const first = kept.get(idem);
		return first.text === text ? { ...first.answer, again: true }
			: error(400, 'idempotency_error', 'idempotency_error', 'other parameters under this key');
	}
	if (what === 'refuse')
		return error(400, 'invalid_request_error', 'parameter_invalid_empty', 'refused as asked');
	if (what === '409')
		return error(409, 'invalid_request_error', 'idempotency_key_in_use', 'at work');
	if (what === '503') /* nothing is kept of a request that was not begun */
		return error(503, 'api_error', 'down', 'away');
	const body = make[req.url](Object.fromEntries(new URLSearchParams(text)));
	if (what === 'live')
		body.livemode = true;
	const result = { status: 200, body };
	kept.set(idem, { text, answer: result });
	return what === 'drop' ? null : result; /* made, and the line breaks */
}

http.createServer((req, res) => {
	let text = '';
	req.on('data', (d) => { text += d; });
	req.on('end', () => {
		const json = (status, body, headers = {}) => {
			res.writeHead(status, { 'content-type': 'application/json', ...headers });
			res.end(JSON.stringify(body));
		};
		if (req.url === '/control') {
			fail = JSON.parse(text).fail;
			return json(200, {});
		}
		if (req.url === '/log')
			return json(200, log);
		if (!make[req.url] || req.method !== 'POST')
			return json(404, { error: { type: 'invalid_request_error', message: 'no such address' } });
		const a = answer(req, text);
		log.push({ url: req.url, idem: req.headers['idempotency-key'], status: a?.status ?? 0, again: !!a?.again,
			form: Object.fromEntries(new URLSearchParams(text)), id: a?.body?.id });
		if (a === null)
			return req.socket.destroy();
		json(a.status, a.body, { 'request-id': `req_${n}`, ...(a.again && { 'idempotent-replayed': 'true' }) });
	});
}).listen(+port, '127.0.0.1');
