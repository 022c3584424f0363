/* A card, and the one that tells an error. */
import { T } from './text.js';
import { h, button, copyable, span, setText } from './dom.js';

export const card = (kind, head, ...kids) => h('section.card.' + kind, { 'aria-live': 'off' },
	h('h2', { tabindex: -1 }, head), ...kids);

export const para = (text, kind = '') => text && h('p' + kind, null, text);
export const row = (...kids) => h('div.row', null, ...kids);

export const account = words => words && h('a.go', { href: '/account.html' }, words);

/* An error, and what can be done about it. */
export function problem(key, p, acts) {
	const [head, help] = T.problem[p.kind];
	return {
		key, at: Infinity, weight: 2, sig: p.requestId + p.kind + p.until, focus: true,
		make: () => card('stop.problem', head, para(p.message), para(help),
			para(acts.note, '.note'), row(acts.retry && retryButton(p.until, acts.retry),
				p.kind === 'stale' && button(T.reload, () => location.reload(), 'go'),
				account(p.status === 401 ? T.signIn : p.status === 402 && T.plans),
				acts.edit && button(T.edit, acts.edit),
				acts.fresh && button(T.newRun, acts.fresh, 'go')),
			p.requestId && h('p.sum', null, T.requestId, ...copyable(p.requestId, T.copyRequest))),
	};
}

/* Not before `until`. */
export function retryButton(until, fn, label) {
	const left = () => until - Date.now();
	const b = button('', () => left() > 0 || fn(), label ? 'quiet.again' : 'go');
	(function tick() {
		b.setAttribute('aria-disabled', left() > 0);
		setText(b, (label || T.retry) + (left() > 0 ? ` (${span(left())})` : ''));
		if (left() > 0)
			setTimeout(tick, 500);
	})();
	return b;
}
