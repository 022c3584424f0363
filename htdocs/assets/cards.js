/*
 * The conversation as blocks, messages and cards: {key, at, sig, make, patch?, focus?}.
 */
import { T } from './text.js';
import { path, post, newKey } from './api.js';
import { h, $, button, sync, copyable, ticking, span, dateTime, bytes, money } from './dom.js';
import { card, para, row, problem, account } from './card.js';

const BUILDING = ['authorized', 'repo_ready', 'worker_running', 'artifact_pending'];
const READY = ['artifact_ready', 'delivered'];

/* Events that the conversation shows by itself; all others are steps. */
const TOLD = ['run.requested', 'message.added', 'quote.ready', 'scope.approved',
	'approval.requested'];

const short = e => e.type.replace('bus.build.', '');
const timeOf = (S, type) => S.events.findLast(e => short(e) === type)?.at;

export const building = run => BUILDING.includes(run.phase);
export const over = run => ['delivered', 'failed', 'cancelled'].includes(run.phase);

/* How far a run has come: the index into T.trip. */
export const stage = S => READY.includes(S.run.phase) ? 4 :
	building(S.run) || timeOf(S, 'run.authorized') ? 3 :
	S.run.approval?.scope_approved_at ? 2 : S.run.scope ? 1 : 0;

const doing = (S, name, label, fn) => button(S.busy === name ? T.busy : label, fn, 'go',
	{ 'aria-disabled': !!S.busy && 'true' });

const message = (m, key, at, note) => ({
	key, at, weight: 0, sig: m.text + note,
	make: () => h('div.msg.' + (m.author === 'assistant' ? 'ours' : 'mine'), null,
		h('span.unseen', null, m.author === 'assistant' ? T.assistant : T.you),
		para(m.text), h('small', null, note)),
});

/* The n-th message of the visitor is the same block before and after it was sent. */
function messages(S, act) {
	let n = 0;
	const key = m => m.author === 'assistant' ? m.message_id : 'mine-' + n++;
	return [...S.messages.map(m => message(m, key(m), m.at,
		m.queued && building(S.run) ? T.queued : '')), ...S.waiting.flatMap(e => [
		message(e, key(e), Infinity, e.problem ? '' : e.waits ? T.unsent : T.sending),
		...e.problem ? [problem('problem-' + e.key, e.problem, {
			retry: e.problem.retry && (() => act.resend(e)), edit: () => act.edit(e),
		})] : []])];
}

/* The question, if it was not said yet, and an answer by a tap. */
function ask(S, act) {
	const { next_action, question } = S.run;
	const told = S.loading ||
		S.messages.findLast(m => m.author === 'assistant')?.text.includes(question);
	return next_action === 'answer' && question && !S.waiting.length && {
		key: 'ask', at: Infinity, sig: question + told,
		make: () => h('div.msg.ours.ask', null, told ? null : para(question),
			button(T.useDefault, () => act.say(T.useDefault + '.'))),
	};
}

function scope(S, act) {
	const { scope: s, next_action, approval } = S.run;
	const open = next_action === 'approve_scope', approved = approval?.scope_approved_at, W = T.scope;
	const list = (head, items) => items?.length && h('div', null, h('h3', null, head),
		h('ul', null, items.map(x => h('li', null, x))));
	const term = (name, ...value) => h('div', null, h('dt', null, name), h('dd', null, ...value));
	return s && {
		key: 'scope-' + s.scope_hash, at: timeOf(S, 'quote.ready') || S.run.updated_at, focus: open,
		sig: [open, approved, S.busy].join(),
		make: () => card('scope', approved ? W.done : W.head,
			para(s.title, '.name'), para(s.summary),
			h('div.cols', null, list(W.features, s.features), list(W.not, s.not_included)),
			h('dl', null,
				s.platforms?.length > 0 && term(W.platforms,
					s.platforms.map(p => T.platform[p] || p).join(', ')),
				s.price && term(W.price, h('strong.price', null, money(s.price)), W.fixed)),
			open && row(doing(S, 'approve', W.go, act.approve),
				button(W.change, () => $('text').focus())),
			para(approved ? W.approved(dateTime(approved)) : open && W.note, '.note')),
	};
}

function contact(S, act) {
	const C = T.contact, { email, sent, wrong } = S.contact || {};
	const field = (name, label, props) => h('label', null, label, h('input', { name, required: name === 'email',
		'aria-invalid': wrong && !sent === (name === 'email') && 'true', 'aria-describedby': 'wrong',
		...props }));
	/* A code is of the address it went to; without one, another is sent. */
	const onsubmit = e => {
		e.preventDefault();
		const { code, ...to } = Object.fromEntries(new FormData(e.target));
		act.contact(code && to.email === email ? { ...to, code } : to);
	};
	return S.run.next_action === 'give_contact' && {
		key: 'contact', at: Infinity, sig: [sent, wrong].join(), focus: true,
		make: () => card('contact', C.head, para(sent ? C.sent(email) : C.lead), h('form', { onsubmit },
			field('email', C.email, { type: 'email', autocomplete: 'email', value: email }),
			sent && field('code', C.code, { inputmode: 'numeric', autocomplete: 'one-time-code' }),
			h('p.error', { id: 'wrong' }, wrong), h('button.go', { type: 'submit' }, C.go))),
	};
}

export const fieldProblem = p => p.field ? T.unusable : p.message || T.problem[p.kind][0];

const pay = (S, act) => S.run.next_action === 'pay' && {
	key: 'pay', at: S.run.approval?.scope_approved_at, sig: S.busy, focus: true,
	make: () => card('pay', T.pay.head(S.run.scope?.price ? money(S.run.scope.price) : ''),
		para(T.pay.lead), row(doing(S, 'pay', T.pay.go, act.pay))),
};

function wait(S) {
	const { phase, next_action, approval } = S.run;
	const since = timeOf(S, 'approval.requested') || approval?.scope_approved_at;
	return phase === 'quoted' && next_action === 'wait' && since && {
		key: 'wait', at: since, sig: since, focus: true,
		make: () => card('wait', T.wait.head,
			h('p', null, T.since(dateTime(since)), ticking(since)), para(T.wait.lead),
			para(T.wait.next, '.note')),
	};
}

function steps(S) {
	const begun = timeOf(S, 'run.authorized');
	const events = S.events.filter(e => !TOLD.includes(short(e)) &&
		(begun || !/run\.(failed|cancelled)$/.test(e.type)));
	const live = building(S.run), last = events.at(-1);
	const between = (a, b) => span(Date.parse(b.at) - Date.parse(a.at));
	const step = (e, i) => {
		const next = events[i + 1], now = live && !next;
		return h('li' + (/failed|cancelled/.test(e.type) ? '.bad' : now ? '.now' : ''),
			{ 'aria-current': now && 'step' }, h('span', null, e.text),
			now ? ticking(e.at) : next && h('time', null, between(e, next)));
	};
	return last && {
		key: 'steps', at: events[0].at, sig: last.id + S.run.phase,
		make: () => card('steps', begun && !live ?
			T.steps.done(events.length, between(events[0], last)) : T.steps.head,
		h('ol', null, events.map(step))),
	};
}

const R = T.result;
const SYSTEM = /Win/.test(navigator.userAgent) ? 'windows' :
	/Mac/.test(navigator.userAgent) ? 'darwin' : 'linux';
const system = a => String(a.platform).split('-')[0];
const fits = a => a.preview_available || system(a) === SYSTEM;

function result(S) {
	const items = S.artifacts.toSorted((a, b) => fits(b) - fits(a));
	const first = items.find(a => a.preview_available);
	const patch = el => sync(el.querySelector('ul'), items.map(a => ({
		key: a.artifact_id, sig: '', make: () => file(S.id, a, a === first),
	})));
	return items.length && READY.includes(S.run.phase) && {
		key: 'result', at: S.artifacts[0].verified_at, sig: items.length, patch, focus: true,
		make: () => {
			const el = card('result', R.head, para(R.lead), h('ul.files'));
			patch(el);
			return el;
		},
	};
}

function file(run, a, first) {
	const how = a.kind === 'web' ? R.web(a.entrypoint) : R[system(a)]?.(a.name);
	const facts = (...list) => list.filter(Boolean).join(' · ');
	return h('li', null,
		a.preview_available && preview(run, a, first),
		row(h(fits(a) ? 'a.go' : 'a.quiet', {
			download: a.name, href: path(run, 'artifacts', a.artifact_id, 'download'),
		}, R.download(a.name)), h('span.note', null, facts(bytes(a.size_bytes),
			T.platform[a.platform] || a.platform, system(a) === SYSTEM && R.yours))),
		how && h('details', null, h('summary', null, R.run), h('pre', null, how)),
		h('p.sum', null, R.sum, ...copyable(a.sha256, R.copySum)),
		h('p.note', null, facts(a.verified_at && R.verified(dateTime(a.verified_at)),
			a.reproducible && R.same), ' ',
		h('a', { href: path(run, 'artifacts', a.artifact_id, 'provenance'),
			download: a.name + '.provenance.json' }, R.provenance)));
}

/* The built page, in a frame of its own origin. An address is good for one load. */
function preview(run, a, start) {
	const box = h('div.stage');
	const ticket = async (use, inside) => {
		try {
			const { url } = await post(path(run, 'artifacts', a.artifact_id, 'preview'), { inside }, newKey());
			if (!/^https?:/.test(url) || new URL(url).origin === location.origin)
				throw Error(T.unusable);
			use(url);
		} catch (e) {
			use();
			box.replaceChildren(h('p.error', { role: 'alert' }, e.message || T.problem[e.kind]?.[0]));
		}
	};
	const load = () => {
		box.replaceChildren(para(R.opening, '.note'));
		ticket(src => src && box.replaceChildren(h('iframe', {
			src, title: R.preview(a.name), referrerpolicy: 'no-referrer', allow: '',
			sandbox: 'allow-scripts allow-forms allow-modals allow-downloads',
		})), true);
	};
	/* The window is opened within the click, before the ticket is there. */
	const tab = () => {
		const win = window.open('', '_blank') || window;
		win.opener = null;
		ticket(url => url ? win.location.assign(url) : win.close());
	};
	if (start)
		load();
	return h('div', null, row(button(start ? R.reload : R.load, load),
		button(R.open, tab)), box);
}

function ending(S, act) {
	const { phase, status_message, updated_at } = S.run, W = T[phase];
	return ['failed', 'cancelled'].includes(phase) && {
		key: phase, at: timeOf(S, 'run.' + phase) || updated_at, sig: status_message, focus: true,
		make: () => card(phase, W.head, para(status_message), para(W.cost),
			row(button(W.again, act.again, 'go'))),
	};
}

function blocked(S, act) {
	const { blocked: b, status, status_message, phase } = S.run;
	const kind = status.match(/^blocked_by_(\w+)/)?.[1];
	const [head, help] = b ? [T.blocked.head] : T.problem[kind] || T.problem.policy;
	return (b || kind) && !over(S.run) && {
		key: 'blocked', at: Infinity, sig: [status, status_message, S.busy].join(), focus: true,
		make: () => card('stop', head, para(b?.reason || status_message), para(help),
			row(kind === 'billing' && phase === 'quoted' ? doing(S, 'pay', T.pay.go, act.pay) :
				!b && /billing|quota/.test(kind) ? account(T.plans) : button(T.blocked.other, act.fresh, 'go'))),
	};
}

export function blocks(S, act) {
	const parts = S.run ? [scope, contact, pay, wait, steps, result, ending, blocked, ask]
		.map(f => f(S, act)).filter(Boolean) : [];
	const time = b => b.at === Infinity ? Infinity : Date.parse(b.at) || 0;
	return [...messages(S, act), ...parts,
		...S.problem ? [problem('problem', S.problem.p, S.problem)] : []].sort((a, b) =>
		time(a) === time(b) ? (a.weight ?? 1) - (b.weight ?? 1) : time(a) - time(b));
}
