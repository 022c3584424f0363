/*
 * The portal when things go wrong: no connection, lost answers, refused
 * streams, and every kind of error a server may answer with.
 */
import { SOON, ok, is, look } from './lib.mjs';

/* The texts the server has of the visitor in this run. */
const told = (page, id) => page.evaluate(async id => {
	const texts = [];
	for (let cursor = ''; cursor !== null;) {
		const page = await (await fetch(`/api/v1/build-runs/${id}/messages${cursor}`)).json();
		texts.push(...page.items.filter(m => m.author === 'visitor').map(m => m.text));
		cursor = page.next_cursor ? `?cursor=${encodeURIComponent(page.next_cursor)}` : null;
	}
	return texts;
}, id);

const times = async (page, id, text) => (await told(page, id)).filter(t => t === text).length;

/* Done when the server has it and the page no longer waits. */
const sent = (page, text) => page.waitForFunction(text => {
	const mine = [...document.querySelectorAll('.mine')]
		.filter(m => m.querySelector('p').textContent === text);
	return mine.length === 1 && !mine[0].querySelector('small').textContent;
}, text);

/* Answer the next write to this part of a run by `answer`. */
function once(page, part, answer) {
	let done = false;
	return page.route(new RegExp(`/${part}$`), route => {
		if (done || route.request().method() !== 'POST')
			return route.fallback();
		done = true;
		return answer(route);
	});
}

export async function network(context, page, { toScope, type, card, idOf }) {
	context.expected = true;
	await toScope(page, 'A packing checklist: passport, tickets, charger');
	const id = idOf(page);

	await context.setOffline(true);
	await page.locator('#banner:not([hidden])').waitFor();
	await type(page, 'Please add: umbrella');
	await page.locator('.mine small').filter({ hasText: 'Not sent yet' }).waitFor();
	ok(true, 'offline, a message waits and says so');
	await look(page, 'offline');
	await context.setOffline(false);
	await sent(page, 'Please add: umbrella');
	is(await times(page, id, 'Please add: umbrella'), 1, 'back online it goes out once');
	await page.locator('#banner').waitFor({ state: 'hidden' });

	let lost = 0;
	const keys = new Set();
	await page.route(/\/messages$/, async route => {
		const request = route.request();
		if (request.method() !== 'POST')
			return route.continue();
		keys.add(request.headers()['idempotency-key']);
		if (lost++)
			return route.continue();
		await route.fetch();
		await route.abort(); /* done, but the answer never arrives */
	});
	await type(page, 'Please add: sunscreen');
	await sent(page, 'Please add: sunscreen');
	is(await times(page, id, 'Please add: sunscreen'), 1, 'a lost answer makes no second message');
	ok(lost > 1 && keys.size === 1, 'because the same key was sent again');
	await page.unroute(/\/messages$/);

	/* A write that hangs over a reload is sent again by the next page. */
	await page.route(/\/messages$/, route => route.request().method() === 'POST' ?
		route.abort() : route.continue());
	await type(page, 'Please add: map');
	await page.locator('.mine small').filter({ hasText: 'Not sent yet' }).waitFor();
	await page.unroute(/\/messages$/);
	await page.reload();
	await sent(page, 'Please add: map');
	is(await times(page, id, 'Please add: map'), 1, 'what waits survives a reload');

	const polls = [];
	await page.route(/\/events\?/, route => {
		if (/event-stream/.test(route.request().headers().accept))
			return route.fulfill(answer(503, 'busy'));
		polls.push(route.request().url());
		return route.continue();
	});
	await page.reload();
	await card(page, 'scope').waitFor();
	const tab = await context.newPage();
	await tab.goto(page.url());
	await card(tab, 'scope').waitFor();
	await type(tab, 'Please add: book');
	await sent(page, 'Please add: book');
	ok(polls.some(u => /wait=25/.test(u)), 'without a stream, long polling brings what happens');
	await page.unroute(/\/events\?/);

	/* As a web server ends a stream whose worker has died: as if it were whole. */
	let cut = 0;
	await page.route(/\/events\?/, route =>
		/event-stream/.test(route.request().headers().accept) && cut++ < 2 ?
			route.fulfill({ contentType: 'text/event-stream', body: 'retry: 2000\n\n: beat\n\n' }) :
			route.continue());
	await page.reload();
	await card(page, 'scope').waitFor();
	await type(tab, 'Please add: scarf');
	await sent(page, 'Please add: scarf');
	ok(cut > 2, 'a stream that ends without its end is taken up again');
	await page.unroute(/\/events\?/);

	await page.reload();
	await card(page, 'scope').waitFor();
	await page.fill('#text', 'I am writing here');
	await type(tab, 'Please add: pen');
	await sent(page, 'Please add: pen');
	is(await page.evaluate(() => document.activeElement.id), 'text',
		'a new card never takes the focus from a writer');
	await page.fill('#text', '');

	await page.evaluate(() => scrollTo(0, 0));
	await page.locator('#jump').waitFor();
	await type(tab, 'Please add: towel');
	await sent(page, 'Please add: towel');
	is(await page.evaluate(() => scrollY), 0, 'nor the page from somebody who has scrolled up');
	await page.locator('#jump').click();
	await page.waitForFunction(() => document.getElementById('jump').hidden);
	ok(true, 'who comes to the latest by a button');
	await tab.close();
	context.expected = false;
}

/* A payment page elsewhere: away and back, nothing is lost. */
export async function payment(context, page, { toScope, card, idOf }) {
	await toScope(page, 'Count words and characters of a text');
	const id = idOf(page);
	await page.getByRole('button', { name: 'Approve scope' }).click();
	if (!await card(page, 'pay').waitFor().then(() => true, () => false))
		return ok(true, 'a payment page # SKIP this server asks for no payment');
	await page.fill('#text', 'half a thought');
	let asked;
	await once(page, 'checkout', route => {
		asked = route.request().postDataJSON().return_url;
		return route.fulfill({ status: 201, json: { url: asked, provider: 'test', expires_at: null } });
	});
	await Promise.all([page.waitForEvent('load'), card(page, 'pay').getByRole('button').click()]);
	await page.waitForURL(url => url.hash === `#${id}`);
	await card(page, 'pay').waitFor();
	is(new URL(asked).origin, new URL(page.url()).origin,
		'the payment page is told to come back here');
	is(new URL(page.url()).search, '', 'coming back shows the run under its own address');
	is(await page.inputValue('#text'), 'half a thought', 'and the draft is still there');
}

const PROBLEMS = [
	[401, 'unauthenticated', 'session'], [402, 'billing_required', 'Payment'],
	[402, 'quota_exceeded', 'limit'], [403, 'insufficient_scope', 'Not allowed'],
	[403, 'csrf_failed', 'out of date'], [404, 'not_found', 'found'],
	[409, 'scope_changed', 'scope has changed'], [409, 'conflict', 'not possible'],
	[413, 'payload_too_large', 'Too much'], [503, 'resource_unavailable', 'Not available'],
	[503, 'unavailable', 'not available'], [500, 'internal', 'did not work'],
];

const STOPS = [['billing', 'Payment is needed'], ['quota', 'limit is reached'],
	['resource', 'Not available'], ['policy', 'Not allowed']];

const answer = (status, code, more) => ({
	status, contentType: 'application/problem+json', ...more,
	body: JSON.stringify({
		type: 'about:blank', title: 'Refused', status, code, detail: `The sentence of ${code}.`,
		request_id: `req_${code}`, errors: status === 422 ? [{ field: 'text', code: 'too_long' }] : [],
	}),
});

export async function problems(context, page, { toScope, card }) {
	context.expected = true;
	await toScope(page, 'Count words and characters of a text');
	const approve = page.getByRole('button', { name: 'Approve scope' });
	const problem = card(page, 'problem');
	for (const [status, code, head] of PROBLEMS) {
		await once(page, 'scope-approval', route => route.fulfill(answer(status, code)));
		await approve.click();
		await problem.filter({ hasText: `req_${code}` }).waitFor();
		const words = await problem.innerText();
		ok(words.toLowerCase().includes(head.toLowerCase()) && words.includes(`The sentence of ${code}.`),
			`${status} ${code}: a card of its own, with the sentence and the id`, words);
		is(await problem.getByRole('button', { name: 'Try again' }).count(), status >= 500 ? 1 : 0,
			'a retry is offered only where it is safe');
	}
	await look(page, 'error');

	/* 429: not before the server said so, then once. */
	const keys = [];
	await once(page, 'messages', route => {
		keys.push(route.request().headers()['idempotency-key']);
		return route.fulfill(answer(429, 'rate_limited', { headers: { 'Retry-After': '2' } }));
	});
	await page.fill('#text', 'Please count lines too');
	await page.press('#text', 'Enter');
	const retry = page.locator('.problem').filter({ hasText: 'req_rate_limited' })
		.getByRole('button', { name: /^Try again/ });
	await retry.waitFor();
	is(await retry.getAttribute('aria-disabled'), 'true', 'after 429 the retry waits as told');
	await page.waitForFunction(() => [...document.querySelectorAll('.problem button')]
		.some(b => b.textContent === 'Try again' && b.ariaDisabled === 'false'));
	const again = page.waitForRequest(r => /\/messages$/.test(r.url()) && r.method() === 'POST');
	await retry.click();
	is((await again).headers()['idempotency-key'], keys[0], 'and goes out under the same key');
	await sent(page, 'Please count lines too');

	await once(page, 'messages', route => route.fulfill(answer(422, 'validation_failed')));
	await page.fill('#text', 'Something the server refuses');
	await page.press('#text', 'Enter');
	await page.locator('#texterror:not([hidden])').waitFor();
	is(await page.inputValue('#text'), 'Something the server refuses',
		'a refused text is back in the field');
	is(await page.getAttribute('#text', 'aria-invalid'), 'true', 'with the reason at the field');
	await look(page, 'fielderror');
	await page.fill('#text', '');

	/* The states a run can be stopped in. */
	const run = new RegExp(`${new URL(page.url()).hash.slice(1)}$`);
	for (const [kind, head] of STOPS) {
		await page.route(run, async route => {
			const got = await route.fetch();
			await route.fulfill({ response: got, json: { ...await got.json(), status: `blocked_by_${kind}`,
				status_message: `The sentence of ${kind}.`, next_action: 'none' } });
		});
		await page.reload();
		await card(page, 'stop').waitFor();
		const words = await card(page, 'stop').innerText();
		ok(words.includes(head) && words.includes(`The sentence of ${kind}.`),
			`stopped by ${kind}: a card of its own`, words);
		const help = await card(page, 'stop').locator('.go').innerText();
		is(help, { billing: 'Ask for approval', quota: 'See the plans' }[kind] || 'Describe something else', `stopped by ${kind}: what helps`);
		await page.unroute(run);
	}
	await page.reload();
	await approve.waitFor();

	/* A stale scope: the new one is shown and must be approved anew. */
	await once(page, 'scope-approval', route => route.fulfill(answer(409, 'scope_changed')));
	await approve.click();
	await problem.waitFor();
	ok(await approve.isVisible(), 'after a changed scope the approval is asked for again');
	await approve.click();
	await problem.waitFor({ state: 'detached', timeout: SOON });
	context.expected = false;
}

/* A page that the browser kept is shown again after its session has gone. */
export async function restored(context, page, { toScope, card }) {
	await toScope(page, 'Count words and characters of a text');
	const cookies = await context.cookies();
	context.expected = true;
	await context.clearCookies();
	await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
	await card(page, 'problem').filter({ hasText: 'session' }).waitFor();
	await page.evaluate(() => dispatchEvent(new Event('online')));
	await page.waitForFunction(() => !document.querySelector('#runlist li'));
	is(await page.locator('.msg, .card.scope').count(), 0, 'nothing of the conversation or of other runs is shown');
	await context.addCookies(cookies);
	context.expected = false;
}
