/* Conversations: shows what the server has of them and passes on what is said. */
import { T } from './text.js';
import { W } from './text_chat.js';
import { $, h, button, sync, announce, setText, keep, label, plain, clicks } from './dom.js';
import { get, post, newKey, csrf, Problem } from './api.js';
import { follow } from './feed.js';
import { link } from './link.js';
import { said, left } from './said.js';
import { chats, refreshShelf, shelve, openShelf } from './shelf.js';

const MAX = 8000, ID = /^chat_[a-z2-7]{16,64}$/;
const text = $('text'), page = document.scrollingElement;

let S, feed, drawn;

const idOfPage = () => ID.test(location.hash.slice(1)) ? location.hash.slice(1) : null;
const last = () => S.messages.at(-1);
const answering = () => last()?.state === 'answering';
const draft = () => 'chat:' + (S.id || 'new');

/* ---- what the server has */

async function load(s) {
	const first = await get(chats(s.id)), { items } = first;
	for (let next = first.next_cursor; next;) {
		const more = await get(chats(s.id) + '?cursor=' + encodeURIComponent(next));
		items.push(...more.items);
		next = more.next_cursor;
	}
	s.chat = first.chat;
	s.messages = items;
}

async function show(id) {
	feed?.stop();
	const s = S = { id, chat: null, messages: [], problem: null, busy: false, stopping: false };
	text.value = keep.get(draft()) || '';
	edited();
	openShelf(false);
	render();
	if (!id)
		return;
	try {
		await load(s);
		if (s === S)
			watch(s);
		render();
		page.scrollTo(0, page.scrollHeight);
	} catch (p) {
		fail(p, { retry: p.retry && (() => show(id)), fresh: p.status === 404 && fresh });
	}
}

function watch(s) {
	feed = follow(chats(s.id, 'events'), {
		events: list => s === S && list.forEach(e => happened(s, e)),
		link, gone: p => s === S && fail(p, {}),
	}, () => document.hidden && !answering(), s.chat.last_event_id);
}

/* A piece that is known already comes again after a reload: its place tells. */
function piece(s, { message_id, from, text: words }) {
	const m = s.messages.find(x => x.message_id === message_id);
	if (!m || from > m.chars)
		again(s);
	else if (from === m.chars) {
		m.text += words;
		m.chars += [...words].length;
	}
}

function put(s, m) {
	const i = s.messages.findIndex(x => x.message_id === m.message_id);
	if (i < 0)
		s.messages.push({ text: '', chars: 0, ...m });
	else
		s.messages[i] = { ...s.messages[i], ...m };
}

function happened(s, { type, data }) {
	const what = type.replace('bus.chat.', '');
	if (what === 'message.added')
		put(s, data.message);
	else if (what === 'answer.started') {
		if (data.again)
			while (s.messages.length && last().author === 'assistant')
				s.messages.pop();
		put(s, data.message);
		s.chat.title = data.title;
		s.problem = null;
	} else if (what === 'answer.piece')
		piece(s, data);
	else if (what === 'answer.ended')
		ended(s, data.message);
	else if (what === 'renamed')
		s.chat.title = data.title;
	else if (what === 'deleted') {
		announce(W.deleted);
		fresh();
		shelf();
		return;
	}
	render();
}

function ended(s, m) {
	const mine = s.messages.find(x => x.message_id === m.message_id);
	const whole = mine?.chars === m.chars;
	put(s, { ...m, chars: mine?.chars || 0 });
	s.stopping = false;
	announce(W.state[m.state] || W.ended);
	limits();
	shelf();
	/* Where the answer is read on for its usage, that is known a little later. */
	if (!whole || m.usage?.state === 'reserved')
		setTimeout(() => again(s), whole ? 3000 : 0);
}

async function again(s) {
	try {
		await load(s);
		render();
	} catch (p) {
		if (!p.retry)
			fail(p, {});
	}
}

/* ---- what the visitor does */

function fail(p, ways) {
	if (!(p instanceof Problem))
		throw p;
	if (p.kind === 'session' && (csrf() || !S.id))
		p.kind = 'signin';
	S.problem = { p, ...ways };
	announce(T.problem[p.kind][0]);
	render();
}

/* The same thing keeps its key until it is known what became of it, over reloads too. */
const keys = new Map(keep.get('chatkeys') || []);
const forget = what => keys.delete(what) && keep.set('chatkeys', [...keys]);

async function send(url, body, fn, method) {
	const s = S, what = url + JSON.stringify(body);
	if (s.busy)
		return;
	s.busy = true;
	s.problem = null;
	render();
	if (!keys.has(what))
		keep.set('chatkeys', [...keys.set(what, newKey())]);
	try {
		const doc = await post(url, body, keys.get(what), method);
		forget(what);
		s.busy = false;
		await fn?.(doc);
	} catch (p) {
		s.busy = false;
		if (!p.sameKey)
			forget(what);
		if (s === S)
			fail(p, { retry: p.kind !== 'missing' && (() => send(url, body, fn, method)) });
	}
	render();
}

const choice = () => $('model').value ? { model: $('model').value } : {};

function submit() {
	const words = text.value, n = [...words].length;
	if (answering() || S.busy)
		return;
	textError(!words.trim() ? T.empty : n > MAX ? T.tooLong(n, MAX) : '');
	if (!words.trim() || n > MAX)
		return text.focus();
	say(words);
}

/* The words stay in the field until the server has them. */
function say(words) {
	if (!S.id)
		return send(chats(), {}, async chat => {
			history.pushState(null, '', '#' + chat.chat_id);
			keep.set('chat:new', '');
			keep.set('chat:' + chat.chat_id, words);
			await show(chat.chat_id);
			say(words);
		});
	send(chats(S.id, 'messages'), { text: words, ...choice() }, doc => {
		if (text.value === words)
			text.value = '';
		edited();
		took(doc);
	});
}

function took({ message, answer }) {
	for (const m of [message, answer])
		if (m && !S.messages.some(x => x.message_id === m.message_id))
			S.messages.push({ text: '', chars: 0, ...m });
	render();
	page.scrollTo(0, page.scrollHeight);
}

function retry() {
	send(chats(S.id, 'retry'), choice(), doc => {
		while (last()?.author === 'assistant' && last().message_id !== doc.answer.message_id)
			S.messages.pop();
		took(doc);
	});
}

function stop() {
	S.stopping = true;
	render();
	post(chats(S.id, 'stop'), {}, newKey()).catch(p => {
		S.stopping = false;
		fail(p, { retry: stop });
	});
}

function go(id) {
	history.pushState(null, '', id ? '#' + id : location.pathname);
	return show(id);
}
const fresh = () => go(null);

/* ---- the page */

function textError(sentence) {
	setText($('texterror'), sentence);
	$('texterror').hidden = !sentence;
	text.setAttribute('aria-invalid', !!sentence);
}

function edited() {
	keep.set(draft(), text.value);
	textError('');
	if (!CSS.supports('field-sizing', 'content')) {
		text.style.height = 'auto';
		text.style.height = text.scrollHeight + 2 + 'px';
	}
}

async function limits() {
	try {
		if (csrf())
			setText($('left'), left((await get('/api/v1/usage/summary')).limits));
	} catch { /* it is told with the next answer */ }
}

const shelf = () => refreshShelf().then(render);

async function models() {
	const list = await get('/api/v1/models').catch(() => ({ data: [] }));
	$('model').replaceChildren(h('option', { value: '' }, W.auto), ...list.data.map(({ id, bus }) =>
		h('option', { value: id, disabled: bus.availability !== 'available' },
			bus.availability === 'available' ? id : W.away(id, bus.unavailable_reason))));
	$('model').value = keep.get('chatmodel') || '';
	if ($('model').selectedIndex < 0)
		$('model').value = '';
}

/* At most once for each picture that the screen shows. */
function render() {
	drawn ||= requestAnimationFrame(() => { drawn = 0; draw(); });
}

function draw() {
	const empty = !S.id && !S.problem, atEnd = page.scrollHeight - page.scrollTop - innerHeight < 80;
	const name = S.chat?.title || W.untitled;
	document.body.classList.toggle('empty', empty);
	$('new').hidden = $('intro').hidden = !empty;
	$('new').hidden = $('run').hidden = empty;
	$('build').hidden = !!S.id;
	$('composer').hidden = false;
	setText($('title'), name);
	document.title = S.id ? W.page(name) : W.pageTitle;
	const held = document.activeElement === $('stop');
	$('send').hidden = answering();
	$('send').setAttribute('aria-disabled', S.busy);
	$('stop').hidden = !answering();
	if (held && !answering())
		text.focus({ preventScroll: true });
	setText($('stop'), S.stopping ? W.stopping : W.stop);
	sync($('state'), S.chat ? [
		{ key: 'rename', sig: '', make: () => button(W.rename, naming) },
		{ key: 'remove', sig: '', make: () => button(W.remove, () => $('confirm').showModal()) },
	] : []);
	sync($('log'), said(S, { retry }));
	$('log').hidden = !S.messages.length && !S.problem;
	shelve(S.id, id => plain(() => go(id)));
	if (atEnd)
		page.scrollTo(0, page.scrollHeight);
	jump();
}

const jump = () => {
	$('jump').hidden = $('run').hidden || page.scrollHeight - page.scrollTop - innerHeight < 80;
};

function naming() {
	$('name').value = S.chat.title;
	$('naming').showModal();
}

function rename() {
	const title = $('name').value.trim();
	$('naming').close();
	if (title)
		send(chats(S.id), { title }, chat => { S.chat = chat; shelf(); }, 'PATCH');
}

function remove() {
	const s = S;
	$('confirm').close();
	send(chats(s.id), {}, () => { if (s === S) { fresh(); shelf(); } }, 'DELETE');
}

function begin() {
	label({ ...T, chat: W });
	clicks({
		skip: () => text.focus(), new: fresh, stop, confirmyes: remove, nameyes: rename,
		confirmno: () => $('confirm').close(), nameno: () => $('naming').close(),
		runsbutton: () => openShelf(),
		jump: () => page.scrollTo(0, page.scrollHeight),
		build() {
			keep.set('draft:new', text.value);
			location.assign('/');
		},
	});
	$('composer').addEventListener('submit', e => { e.preventDefault(); submit(); });
	$('model').addEventListener('change', () => keep.set('chatmodel', $('model').value));
	text.addEventListener('input', edited);
	text.addEventListener('keydown', e => {
		if (e.key === 'Enter' && !e.shiftKey && !e.isComposing && e.keyCode !== 229) {
			e.preventDefault();
			submit();
		}
	});
	addEventListener('keydown', e => {
		if (e.key === 'Escape' && document.body.classList.contains('listed')) {
			openShelf(false);
			$('runsbutton').focus();
		}
	});
	$('name').addEventListener('keydown', e => {
		if (e.key === 'Enter' && !e.isComposing) {
			e.preventDefault();
			rename();
		}
	});
	addEventListener('scroll', jump, { passive: true });
	addEventListener('popstate', () => idOfPage() !== S.id && show(idOfPage()));
	for (const name of ['online', 'visibilitychange'])
		addEventListener(name, () => { feed?.wake(); });
	models();
	show(idOfPage());
	const asked = keep.get('asked'); /* on the first screen */
	keep.set('asked', null);
	if (asked && !S.id) {
		text.value = asked; /* they stay until the server has them */
		edited();
		say(asked);
	}
	limits();
	shelf();
}

begin();
