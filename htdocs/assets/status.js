/* Names and looks of runs: in the tab, as a head, in the list. */
import { T } from './text.js';
import { $, h, button, sync, setText, copyable, dateTime } from './dom.js';
import { all, path, csrf, post, newKey } from './api.js';
import { over, stage } from './cards.js';

let runs = []; /* the visitor's own */

const needsYou = run => !over(run) &&
	['answer', 'approve_scope', 'give_contact', 'pay'].includes(run.next_action);
const word = run => needsYou(run) ? T.needsYou : T.status[run.status] || run.status;
export const told = run => `${word(run)}. ${run.status_message}`;
const nameOf = run => run.scope?.title || T.untitled(dateTime(run.created_at));

/* The colour of a run's dot, and of the icon in the tab. */
const tone = run => needsYou(run) ? 'you' : run.status === 'completed' ? 'done' :
	/^(failed|blocked)/.test(run.status) ? 'bad' : run.phase === 'cancelled' ? 'off' : 'busy';
const COLOUR = { you: '#b97f00', done: '#0b6b4f', bad: '#b3261e', off: '#6b7772', busy: '#2f6fde' };
const dot = run => h('span.dot.' + tone(run), { 'aria-hidden': 'true' });

const icon = colour => 'data:image/svg+xml,' + encodeURIComponent(
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">' +
	`<circle cx="16" cy="16" r="12" fill="#fff" stroke="${colour}" stroke-width="8"/></svg>`);

export function head(S, cancel) {
	const run = S.run;
	const title = run?.scope?.title || S.messages[0]?.text || S.waiting[0]?.text ||
		(S.problem ? T.problem[S.problem.p.kind][0] : T.loading);
	setText($('title'), title.slice(0, 90));
	document.title = run ? T.page(word(run), nameOf(run)) : T.pageTitle;
	const href = icon(COLOUR[run ? tone(run) : 'done']);
	if ($('icon').getAttribute('href') !== href)
		$('icon').setAttribute('href', href);
	const at = run ? stage(S) : 0, bad = /failed|cancelled/.test(run?.phase) ? 'bad' : 'here';
	const kind = i => i < at || run?.phase === 'delivered' ? 'past' : i > at ? 'next' : bad;
	sync($('trip'), S.problem && !run ? [] : T.trip.map((name, i) => ({
		key: name, sig: kind(i),
		make: () => h('li.' + kind(i), { 'aria-current': i === at && 'step' }, name),
	})));
	sync($('state'), run ? [{
		key: 'state', sig: word(run) + run.status_message,
		make: () => h('p', null, dot(run), h('strong', null, word(run)), ' ',
			h('span', null, run.status_message)),
	}, {
		key: 'id', sig: run.run_id,
		make: () => h('p.sum', null, ...copyable(run.run_id, T.copyId)),
	}, ...over(run) ? [] : [{
		key: 'cancel', sig: '', make: () => button(T.cancel, cancel, 'quiet', { id: 'cancel' }),
	}]] : []);
}

export function know(run) {
	runs = [run, ...runs.filter(r => r.run_id !== run.run_id)];
}

export async function refreshRuns(first) {
	try {
		runs = csrf() ? await all(path()) : [];
	} catch (e) {
		if (first && e.status === 401)
			await post('/api/v1/sessions', {}, newKey()).catch(() => 0);
	}
}

export function list(id, click) {
	$('runsbutton').hidden = $('runs').hidden = !runs.length;
	setText($('runsbutton'), `${T.runs} (${runs.length})`);
	runs.sort((a, b) => a.created_at < b.created_at ? 1 : -1);
	sync($('runlist'), runs.map(run => {
		const here = run.run_id === id && 'page';
		return {
			key: run.run_id, sig: [here, nameOf(run), word(run)].join(),
			make: () => h('li', null, h('a', {
				href: '/?run=' + run.run_id, 'aria-current': here, onclick: click(run.run_id) },
				dot(run), h('span', null, nameOf(run)), h('small', null, word(run)))),
		};
	}));
}

/* Left out, it toggles. */
export function openRuns(open = !document.body.classList.contains('listed')) {
	document.body.classList.toggle('listed', open);
	$('runsbutton').setAttribute('aria-expanded', open);
	if (open)
		$('runlist').querySelector('a').focus();
}
