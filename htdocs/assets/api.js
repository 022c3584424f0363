/*
 * The way to the server. The session is a cookie that scripts cannot read; a
 * write has an idempotency key, so that it can be sent again.
 */
import { setClock } from './dom.js';

export const under = base => (...parts) => [base, ...parts].join('/');
export const path = under('/api/v1/build-runs');

/* The readable half of the session; without it there is none. */
export const csrf = () => document.cookie.match(
	`\\bbus_csrf${location.port && '_' + location.port}=([^;]*)`)?.[1] || '';

export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)),
	b => b.toString(16).padStart(2, '0')).join('');

/* By code, else by status: the kinds of T.problem. */
const KINDS = {
	billing_required: 'billing', quota_exceeded: 'quota', resource_unavailable: 'resource',
	busy: 'resource', insufficient_scope: 'policy', csrf_failed: 'stale', scope_changed: 'scope',
	code_refused: 'invalid', second_factor_required: 'other',
	0: 'network', 401: 'session', 402: 'billing', 403: 'policy', 404: 'missing', 409: 'conflict',
	413: 'large', 422: 'invalid', 429: 'rate',
};

export class Problem extends Error {
	constructor(status, body, headers) {
		super(body?.detail || body?.title || '');
		this.status = status;
		this.code = body?.code;
		this.kind = KINDS[this.code] || KINDS[status] || (status > 500 ? 'down' : 'other');
		this.requestId = body?.request_id || headers?.get('X-Request-Id') || '';
		this.field = body?.errors?.[0]?.code;
		this.limit = headers?.get('x-bus-limit') || '';
		this.tries = headers?.get('x-bus-tries-left') || '';
		this.resets = headers?.get('x-bus-resets') || '';
		this.until = Date.now() + 1000 * (headers?.get('Retry-After') || 0);
		/* May it go out again under its key? */
		this.sameKey = [0, 429, 502, 503, 504].includes(status) ||
			this.code === 'idempotency_in_progress';
		this.retry = this.sameKey || status >= 500;
	}
}

/* fetch() whose every failure is a Problem, except being aborted. */
export async function open(url, init) {
	let res;
	try {
		res = await fetch(url, { cache: 'no-store', ...init });
	} catch (e) {
		throw e.name === 'AbortError' ? e : new Problem(0);
	}
	setClock(res.headers.get('Date'));
	if (!res.ok)
		throw new Problem(res.status, await res.json().catch(() => null), res.headers);
	return res;
}

async function json(url, init) {
	const limit = AbortSignal.timeout(40000);
	const res = await open(url, {
		...init, signal: init.signal ? AbortSignal.any([limit, init.signal]) : limit,
	});
	try {
		return JSON.parse(await res.text() || '{}');
	} catch {
		throw new Problem(0); /* cut off on the way */
	}
}

const Accept = 'application/json';

export const get = (url, signal) => json(url, { headers: { Accept }, signal });

export const post = (url, body, key, method = 'POST') => json(url, {
	method,
	body: JSON.stringify(body),
	headers: { Accept, 'Content-Type': Accept, 'Idempotency-Key': key, 'X-CSRF-Token': csrf() },
});

export async function all(url) {
	const items = [];
	for (let cursor = '', pages = 40; pages--;) {
		const page = await get(url + cursor);
		items.push(...page.items);
		if (!page.next_cursor)
			break;
		cursor = '?cursor=' + encodeURIComponent(page.next_cursor);
	}
	return items;
}
