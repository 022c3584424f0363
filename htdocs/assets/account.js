/* The account page: who is signed in, what they have, and how they leave. */
import { T } from './text.js';
import { A } from './text_account.js';
import { $, h, button, sync, announce, setText, keep, label, clicks, copyable, dateTime } from './dom.js';
import { get, post, under, newKey, csrf, Problem } from './api.js';
import { card, para, row, problem } from './card.js';
import { form, digits } from './form.js';
import { auth, codeField, ended, sendCode, signIn } from './signin.js';
import * as plans from './plans.js';

const billing = under('/api/v1/billing');
const WAIT = 2000, LOOKS = 60; /* ms between looks for what was bought, and how many */

let S; /* what is known; null: nobody is signed in */

const number = n => new Intl.NumberFormat(navigator.languages).format(n);
const items = list => h('ul', null, ...list);

/* ---- what the server has */

/* An address that this server does not have, or has not for this plan. */
const maybe = url => get(url).catch(p => {
	if (['missing', 'policy'].includes(p.kind))
		return null;
	throw p;
});

/* As the plan has them: a limit of which nothing was used yet is in no summary. */
const limit = u => ({ period: u.window, used: u.used, reserved: 0, hard_limit: u.limit, resets_at: u.resets_at });

async function load() {
	const me = await get(auth('me'));
	const [status, sessions, keys, usage, plan, sold] = await Promise.all([
		get(auth('status')), get(auth('sessions')), get(auth('keys')),
		get('/api/v1/usage/summary'), maybe(billing('status')), maybe(billing('catalog'))]);
	S = { ...S, me, status, plan, sessions: sessions.items, keys: keys.items, limits: plan?.usage?.map(limit) || usage.limits,
		offers: sold?.items || [] };
}

async function show() {
	if (!csrf())
		return enter();
	try {
		await load();
		draw();
	} catch (p) {
		trouble(p);
	}
}

/* A session that has ended leads to the door, anything else is said. A visitor's
 * goes on: it is only not an account's. */
async function trouble(p) {
	if (!(p instanceof Problem))
		throw p;
	if (p.kind === 'session')
		return enter(await ended() ? A.ended : '');
	const el = problem('problem', p, { retry: p.retry && (() => show()) }).make();
	if (p.code === 'second_factor_required')
		el.append(row(button(A.second.need, toSecond, 'go')));
	document.querySelector('.problem')?.remove();
	$('parts').prepend(el);
	el.querySelector('h2').focus();
}

/* Something is done, once, and what it changed is shown. */
let busy;
async function act(url, said) {
	if (busy)
		return;
	busy = true;
	try {
		await post(url, {}, newKey());
		announce(said);
		await load();
		draw();
	} catch (p) {
		trouble(p);
	} finally {
		busy = false;
	}
}

const mine = ({ submit, ...spec }) => form({
	...spec, submit: (values, key) => submit(values, key).catch(p => {
		if (p.kind !== 'session')
			throw p;
		return trouble(p);
	}),
});

/* ---- the door */

function title(words) {
	setText($('title'), words);
	document.title = A.pageTitle;
}

function enter(said) {
	S = null;
	$('out').hidden = true;
	title(A.signIn);
	if (said)
		announce(said);
	signIn(el => {
		$('parts').replaceChildren(...said ? [para(said, '.note')] : [], el);
		said = '';
		el.querySelector('input').focus();
	}, async () => {
		S = { fresh: true };
		await show();
		$('goon')?.focus();
	});
}

/* ---- the parts */

const back = () => keep.get('back') || '/';

const who = () => card('who', S.me.email, S.fresh && row(h('a.go', { id: 'goon', href: back() }, A.goOn)));

/* Where it is paid, changed or ended: a page of the provider's. */
async function visit(name, body) {
	try {
		const { url } = await post(billing(name), { ...body, return_url: location.origin + '/account.html' +
			(body.plan_id ? '?plan=' + body.plan_id : '') }, newKey());
		if (/^https?:/.test(url))
			location.assign(url);
	} catch (p) {
		S.wish = p.code === 'second_factor_required' && (() => visit(name, body));
		trouble(p);
	}
}

const toSecond = () => document.querySelector('.second input, .second button').focus();

const plan = () => plans.plan(S.plan, S.offers, {
	portal: () => visit('portal-session', {}),
	choose: () => document.querySelector('.plans button').focus(),
});

const offers = () => plans.offers(S.offers, S.plan, (plan_id, interval) =>
	visit('checkout-session', { plan_id, interval }));

/* What was bought is in force when the provider has said so. */
const bought = () => S.plan?.plan_id === wanted && plans.subscribed(S.plan);
const nameOf = id => S.offers.find(o => o.plan_id === id)?.name || id;
const coming = () => plans.coming(nameOf(wanted), bought(), back());

let wanted;
async function look(n = LOOKS) {
	if (!S || !n)
		return;
	if (bought())
		return announce(A.plan.here(nameOf(wanted)));
	setTimeout(async () => {
		await show();
		look(n - 1);
	}, WAIT);
}

const usage = () => card('usage', A.usage.head, S.limits.length ? items(S.limits.map(l => {
	const used = l.used + l.reserved, words = A.usage.of(number(used), number(l.hard_limit), l.period);
	return h('li', null, h('span', null, words, h('small', null, l.resets_at && A.usage.resets(dateTime(l.resets_at)))),
		h('meter', { min: 0, max: l.hard_limit || 1, value: used, 'aria-label': words }));
})) : para(A.usage.none));

const sessions = () => card('sessions', A.sessions.head, items(S.sessions.map(s => h('li', null,
	h('span', null, s.current ? h('strong', null, A.sessions.here) : s.agent || A.sessions.unknown,
		h('small', null, A.sessions.since(dateTime(s.created_at), dateTime(s.expires_at)))),
	!s.current && button(A.sessions.revoke,
		() => act(auth('sessions', s.session_id, 'revoke'), A.sessions.revoked), 'quiet',
		{ 'aria-label': `${A.sessions.revoke}: ${s.agent || A.sessions.unknown}, ${dateTime(s.created_at)}` })))));

const scopes = () => h('fieldset', null, h('legend', null, A.keys.may),
	...Object.entries(A.keys.scopes).map(([scope, words], i) => h('label', null,
		h('input', { type: 'checkbox', name: 'scope', value: scope, checked: i === 0 }), words)));

const keyForm = () => mine({
	id: 'newkey', head: A.keys.head, lead: A.keys.lead, go: A.keys.go, body: scopes(),
	fields: [{ label: A.keys.name, name: 'name', maxlength: 100, autocomplete: 'off' }],
	async submit(values, key) {
		const resources = values.getAll('scope').join(' ');
		if (!resources)
			throw A.keys.pick;
		S.made = await post(auth('keys'), { name: values.get('name').trim(), resources }, key);
		announce(A.keys.once);
		await load();
		draw();
		document.querySelector('.made button').focus();
	},
});

const keys = () => S.status.status === 'approved' ? keyForm() :
	card('newkey', A.keys.head, para(A.keys.waiting));

const made = () => card('made', S.made.name, para(A.keys.once),
	h('p', null, ...copyable(S.made.key, A.keys.copy)));

const keyList = () => h('section.card.keys', { 'aria-label': A.keys.head }, items(S.keys.map(k =>
	h('li', null, h('span', null, k.name, h('small', null, A.keys.until(k.scope, dateTime(k.expires_at)))),
		k.revoked_at ? h('small', null, A.keys.revoked) :
			button(A.keys.revoke, () => act(auth('keys', k.key_id, 'revoke'), A.keys.gone), 'quiet',
				{ 'aria-label': `${A.keys.revoke}: ${k.name}` })))));

/* Set up, shown, or switched off: each by a code in the same field. */
const second = () => !S.status.second_factor && !S.begun ? card('second', A.second.head, para(A.second.lead),
	row(button(A.second.go, () => post(auth('totp'), {}, newKey()).then(made => {
		S.begun = made;
		draw();
		document.querySelector('.second input').focus();
	}, trouble)))) : mine({
	id: 'second', head: A.second.head, lead: S.begun ? A.second.key : S.shown ? A.second.done : A.second.on, go: A.second.show,
	fields: [{ ...codeField(S.begun ? A.second.label : A.second.any), inputmode: S.begun ? 'numeric' : 'text' }],
	body: S.begun && h('p', null, ...copyable(S.begun.secret, A.second.copy), ' ', h('a', { href: S.begun.uri }, 'otpauth')),
	more: S.begun ? [] : [h('button.quiet', { type: 'submit', name: 'off', value: 1 }, A.second.off)],
	async submit(values, key) {
		const off = values.get('off');
		const { recovery_codes } = await post(auth('totp', off ? 'disable' : 'verify'), { code: digits(values.get('otp')) }, key);
		Object.assign(S, { begun: 0, codes: recovery_codes, shown: !off && Date.now() });
		announce(off ? A.second.ended : A.second.done);
		await load();
		draw();
		const wish = S.shown && S.wish;
		S.wish = 0;
		if (wish)
			await wish();
	},
});

const codes = () => card('recovery', A.second.codes, h('ul.codes', null, S.codes.map(c => h('li', null, h('code', null, c)))));

const data = () => card('data', A.data.head, para(A.data.note),
	row(h('a.quiet', { href: '/api/v1/account/export', download: 'busdk-account.json' }, A.data.get)));

/* Two steps: the own address typed, then the code that came to it. */
const leave = () => S.leaving ? mine({
	id: 'leave', head: A.leave.head, lead: A.code.sent(S.me.email), go: A.leave.sure, kind: 'danger',
	fields: [codeField(A.leave.code)],
	more: [button(A.leave.keep, () => { S.leaving = false; draw(); })],
	async submit(values, key) {
		await post(auth('delete'), { email: S.me.email, otp: digits(values.get('otp')) }, key);
		gone(A.deleted);
	},
}) : mine({
	id: 'leave', head: A.leave.head, lead: A.leave.lead, go: A.leave.go, kind: 'quiet',
	fields: [{ label: A.leave.label(S.me.email), name: 'typed', autocomplete: 'off', autocapitalize: 'off' }],
	async submit(values, key) {
		if (values.get('typed').trim().toLowerCase() !== S.me.email)
			throw A.leave.differs;
		await get(auth('me')); /* a code would go out without a session too */
		await sendCode(S.me.email, key);
		S.leaving = true;
		draw();
		document.querySelector('.leave input').focus();
	},
});

/* By what a part shows, nothing to leave it out: it is made again when that has
 * changed, and what is typed into another stays. */
const PARTS = {
	who: [who, () => [S.me, S.fresh]],
	coming: [coming, () => wanted && S.plan && [wanted, bought()]],
	plan: [plan, () => S.plan && [S.plan, S.offers.length]],
	offers: [offers, () => S.plan && S.offers.length && [S.offers, S.plan]],
	usage: [usage, () => S.limits],
	sessions: [sessions, () => S.sessions],
	made: [made, () => S.made],
	keys: [keys, () => [S.status, S.made]],
	keyList: [keyList, () => S.keys.length && S.keys],
	second: [second, () => [S.status.second_factor, S.begun, S.shown]],
	codes: [codes, () => S.codes],
	data: [data, () => true],
	leave: [leave, () => [S.me.email, S.leaving]],
};

function draw() {
	title(A.head);
	$('out').hidden = false;
	if (sync($('parts'), Object.entries(PARTS).filter(([, [, shows]]) => shows()).map(([key, [make, shows]]) =>
		({ key, make, sig: JSON.stringify(shows()) }))))
		$('title').focus();
}

/* Drafts and what waits to be sent are not for the next one at this browser. */
function gone(said) {
	try { sessionStorage.clear(); } catch { /* nothing was kept */ }
	enter(said);
}

async function signOut() {
	try {
		await post(auth('logout'), {}, newKey());
	} catch (p) {
		if (p.kind !== 'session')
			return trouble(p);
	}
	gone(A.signedOut);
}

function begin() {
	label({ ...T, ...A });
	$('back').href = back();
	title(A.loading);
	wanted = new URLSearchParams(location.search).get('plan');
	if (wanted)
		history.replaceState(null, '', location.pathname);
	clicks({ out: signOut, skip: () => $('main').focus() });
	/* Another tab may have signed in or out. */
	addEventListener('visibilitychange', () => document.hidden || S && show());
	show().then(() => wanted && look());
}

begin();
