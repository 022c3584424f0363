/* The portal: shows what the server says and passes on what the visitor does. */
import { T } from './text.js';
import { $, h, button, sync, announce, setText, keep, label, plain, clicks, money } from './dom.js';
import { get, post, all, path, newKey, Problem } from './api.js';
import { follow } from './feed.js';
import * as outbox from './outbox.js';
import { building, over, fieldProblem } from './cards.js';
import { conversation, toEnd, stick, jump } from './log.js';
import { link } from './link.js';
import { told, know, refreshRuns, head, list, openRuns } from './status.js';

const MAX = 8000; /* characters */
const ID = /^run_[a-z0-9]{8,64}$/;

let S, feed; /* what is shown, what follows it */

const text = $('text');

/* In the fragment; a payment page comes back with ?run=. */
function idOfPage() {
	const back = new URLSearchParams(location.search).get('run');
	if (back)
		history.replaceState(null, '', '/#' + back);
	const id = location.hash.slice(1);
	return ID.test(id) ? id : null;
}

function go(id, ...made) {
	if (id !== idOfPage())
		history.pushState(null, '', id ? '/#' + id : '/');
	return show(id, ...made);
}

/* A run that was just made brings its message. */
async function show(id, run = null, first) {
	feed?.stop();
	const s = S = {
		id, run, messages: [], events: [], artifacts: [], waiting: outbox.waiting(id),
		problem: null, busy: null, loading: !!id, live: !!first, shown: false,
	};
	if (first)
		s.messages = [{ author: 'visitor', text: first.text, at: run.created_at }];
	text.value = keep.get(draft()) || '';
	edited();
	openRuns(false);
	render();
	if (!id) {
		if (matchMedia('(pointer: fine)').matches)
			text.focus({ preventScroll: true });
		return;
	}
	try {
		await update(s);
		if (s === S)
			watch(s);
	} catch (p) {
		s.loading = false;
		fail(s, p, {
			retry: p.retry && (() => show(id)),
			fresh: ['missing', 'session'].includes(p.kind) && act.fresh,
		});
	}
}

/* The present state; an answer that was overtaken is dropped. */
async function update(s) {
	const [run, messages] = await Promise.all([get(path(s.id)), all(path(s.id, 'messages'))]);
	if (run.artifacts > s.artifacts.length)
		s.artifacts = await all(path(s.id, 'artifacts'));
	s.messages = messages;
	take(s, run);
}

function take(s, run) {
	const old = s.run;
	if (run.last_event_id < old?.last_event_id)
		return;
	s.run = run;
	know(run);
	if (!old || s !== S || !s.live)
		return;
	if (s.problem?.p.kind !== 'scope' && old.phase + old.next_action !== run.phase + run.next_action)
		s.problem = null;
	if (told(old) !== told(run))
		announce(told(run));
}

const upToDate = s => (s.events.at(-1)?.id || 0) >= s.run.last_event_id;

/* The past comes first, then what happens. */
function watch(s) {
	feed = follow(path(s.id, 'events'), {
		events(list) {
			s.events.push(...list);
			render(s);
			if (s.live)
				refresh();
			else if (upToDate(s)) {
				ready(s);
				refresh(); /* what came in between */
			}
		},
		link,
		gone: p => fail(s, p),
	}, () => document.hidden || s.run.phase === 'failed');
}

function ready(s) {
	if (s !== S)
		return;
	s.loading = false;
	render();
	s.live = true;
	/* A failed run may yet be taken up again. */
	if (['delivered', 'cancelled'].includes(s.run.phase) && upToDate(s))
		feed.stop();
}

/* Calls during one are joined. */
async function refresh() {
	const s = S;
	s.again = true;
	if (!s.live || !s.run || s.refreshing)
		return;
	s.refreshing = true;
	try {
		while (s.again && s === S) {
			s.again = false;
			await update(s);
			ready(s);
		}
	} catch (p) {
		if (p.retry)
			setTimeout(() => s === S && refresh(), 2000);
		else
			fail(s, p);
	} finally {
		s.refreshing = false;
	}
}

function fail(s, p, ways) {
	if (!(p instanceof Problem))
		throw p;
	s.problem = { p, ...ways };
	announce(T.problem[p.kind][0]);
	render(s);
}

/* An action in doubt keeps its key: it cannot be done twice. */
const keys = new Map();

async function action(name, part, body) {
	const s = S, url = path(s.id, part), what = url + JSON.stringify(body);
	if (s.busy)
		return null;
	s.busy = name;
	stick();
	s.problem = null;
	render();
	if (!keys.has(what))
		keys.set(what, newKey());
	try {
		const answer = await post(url, body, keys.get(what));
		keys.delete(what);
		if (answer.run_id)
			take(s, answer);
		return answer;
	} catch (p) {
		if (!p.sameKey)
			keys.delete(what);
		fail(s, p, { retry: p.retry && (() => act[name](body)) });
		return null;
	} finally {
		s.busy = null;
		render(s);
		refresh();
	}
}

const act = {
	approve: () => action('approve', 'scope-approval', { scope_hash: S.run.scope.scope_hash }),
	async pay() {
		const return_url = `${location.origin}/?run=${S.id}`;
		const answer = await action('pay', 'checkout', { return_url });
		if (/^https?:/.test(answer?.url))
			location.assign(answer.url);
	},
	cancel: () => action('cancel', 'cancel', {}),
	async contact(body) {
		const s = S;
		s.contact = { ...body, sent: body.code };
		if (await action('contact', 'contact', body))
			s.contact.sent = true;
		else if (s.problem?.p.kind === 'invalid') {
			s.contact.wrong = fieldProblem(s.problem.p);
			s.problem = null;
		}
		render(s);
		document.querySelector('[name=code]')?.focus();
	},
	say: words => outbox.send(S.id, words),
	resend: outbox.retry,
	edit(entry) {
		outbox.drop(entry);
		write(entry.text);
	},
	/* A new run from the words of this one. */
	again() {
		const words = S.messages.find(m => m.author === 'visitor')?.text;
		go(null);
		write(words);
	},
	fresh: () => go(null),
};

const postbox = {
	changed() {
		S.waiting = outbox.waiting(S.id);
		render();
	},
	sent(entry, answer) {
		const run = answer.run || answer, { message } = answer;
		know(run);
		if (entry.run !== S.id)
			return;
		announce(told(run));
		if (!entry.run)
			return go(run.run_id, run, entry);
		S.messages = S.messages.filter(m => m.message_id !== message.message_id).concat(message);
		take(S, run);
		refresh();
	},
	/* What the field can mend goes back into the field. */
	refused(entry, p) {
		if (['invalid', 'large'].includes(p.kind) && entry.run === S.id && !text.value) {
			act.edit(entry);
			textError(fieldProblem(p));
		} else {
			announce(T.problem[p.kind][0]);
		}
	},
	link,
};

function askCancel() {
	const paid = ['paid', 'approved'].includes(S.run.approval?.payment);
	setText($('confirmtext'), paid ? T.confirm.used : T.confirm.free);
	$('confirm').showModal();
}

const draft = () => 'draft:' + (S.id || 'new');

/* Does a message start a new run? */
const starts = () => S.run ? over(S.run) : !S.loading;

const mood = () => !S.run ? starts() ? 'start' : 'other' : over(S.run) ? 'done' :
	building(S.run) ? 'working' : S.run.next_action;

function edited() {
	keep.set(draft(), text.value);
	textError('');
	if (!CSS.supports('field-sizing', 'content')) {
		text.style.height = 'auto';
		text.style.height = text.scrollHeight + 2 + 'px';
	}
}

function write(words) {
	text.value = words;
	edited();
	text.focus();
}

function textError(sentence) {
	setText($('texterror'), sentence);
	$('texterror').hidden = !sentence;
	text.setAttribute('aria-invalid', !!sentence);
	if (sentence)
		announce(sentence);
}

function submit(ask) {
	const words = text.value, n = [...words].length;
	const wrong = !words.trim() ? T.empty : n > MAX ? T.tooLong(n, MAX) : '';
	if (wrong) {
		textError(wrong);
		text.focus();
		return;
	}
	if (ask) {
		keep.set('asked', words);
		write('');
		location.assign('/chat.html');
		return;
	}
	write('');
	stick();
	S.problem = null;
	if (starts() && S.id)
		go(null);
	outbox.send(S.id, words);
}

function render(s = S) {
	if (s !== S)
		return;
	const empty = !S.id && !S.waiting.length;
	document.body.classList.toggle('empty', empty);
	$('new').hidden = $('run').hidden = empty;
	$('intro').hidden = $('ask').hidden = !empty;
	$('composer').hidden = false;
	setText($('label'), T.label[mood()] || T.label.other);
	setText($('effect'), T.hint[mood()] || '');
	list(S.id, id => plain(() => go(id)));
	head(S, askCancel);
	if (!empty)
		conversation(S, act);
	jump();
}

function intro() {
	const I = T.intro, price = money({ amount: 1900, currency: 'eur' });
	$('intro').append(h('h1', null, I.head), h('p.lead', null, I.lead(price)), h('h2', null, I.try),
		h('ul', null, I.examples.map(x => h('li', null, button(x, () => write(x))))),
		h('dl.facts', null, I.facts.map(([head, body]) =>
			h('div', null, h('dt', null, head), h('dd', null, body)))));
}

function wake() {
	feed?.wake();
	if (document.hidden)
		return;
	outbox.flush();
	refreshRuns().then(() => render());
	if (S.run)
		refresh();
	else if (S.problem?.retry)
		S.problem.retry();
}

function begin() {
	label(T);
	intro();
	history.scrollRestoration = 'manual';
	clicks({
		skip: () => text.focus(), home: act.fresh, new: act.fresh,
		runsbutton: () => openRuns(),
		jump() { toEnd(); text.focus({ preventScroll: true }); },
		confirmno: () => $('confirm').close(),
		confirmyes() { $('confirm').close(); act.cancel(); },
	});
	$('composer').addEventListener('submit', e => { e.preventDefault(); submit(e.submitter?.id === 'ask'); });
	text.addEventListener('input', edited);
	text.addEventListener('keydown', e => {
		if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) {
			e.preventDefault();
			submit();
		}
	});
	addEventListener('keydown', e => {
		if (e.key === 'Escape' && document.body.classList.contains('listed')) {
			openRuns(false);
			$('runsbutton').focus();
		}
	});
	addEventListener('popstate', () => idOfPage() !== S.id && show(idOfPage()));
	for (const name of ['online', 'visibilitychange'])
		addEventListener(name, wake);
	/* Who comes back may be another. */
	addEventListener('pageshow', e => e.persisted && show(idOfPage()));
	show(idOfPage());
	outbox.start(postbox);
	refreshRuns(1).then(() => render());
}

begin();
