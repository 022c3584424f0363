/* A conversation as blocks for sync(): what was said, and how an answer ended. */
import { T } from './text.js';
import { W } from './text_chat.js';
import { h, button } from './dom.js';
import { markdown } from './markdown.js';
import { problem } from './card.js';

const number = new Intl.NumberFormat(navigator.languages);

function facts(m) {
	const u = m.usage, tokens = Object.values(u?.tokens || {}).reduce((a, n) => a + n, 0);
	return [W.state[m.state], m.model, tokens && W.tokens(number.format(tokens)),
		u && m.state !== 'answering' && W.used(number.format(u.quantity), u.state)].filter(Boolean).join(' · ');
}

const mine = m => ({
	key: m.message_id, sig: m.text,
	make: () => h('div.msg.mine', null, h('h2.unseen', null, T.you), h('p', null, m.text)),
});

function answer(m, last, act) {
	const fill = el => {
		el.querySelector('.md').replaceChildren(markdown(m.text));
		el.querySelector('small').textContent = facts(m);
		el.querySelector('.row').replaceChildren(...last && m.state !== 'answering' ?
			[button(W.again, act.retry)] : []);
		el.dataset.state = m.state;
	};
	return {
		key: m.message_id, sig: [m.state, m.chars, m.usage?.state, last].join(), patch: fill,
		make() {
			const el = h('div.msg.ours.answer', { 'aria-live': 'off' }, h('h2.unseen', null, T.assistant),
				h('div.md'), h('small'), h('div.row'));
			fill(el);
			return el;
		},
	};
}

/* An error with the limit that it is about. */
export function trouble(S) {
	const { p, ...ways } = S.problem;
	return problem('problem', p, {
		...ways, note: p.limit && W.limit(p.limit, p.resets && new Date(p.resets).toLocaleString()),
	});
}

export const said = (S, act) => [
	...S.messages.map((m, i) => m.author === 'visitor' ? mine(m) :
		answer(m, i === S.messages.length - 1, act)),
	...S.problem ? [trouble(S)] : [],
];

/* What is left of the tightest limit of the account. */
export function left(limits) {
	const tight = limits.toSorted((a, b) => a.remaining - b.remaining)[0];
	const percent = tight && new Intl.NumberFormat(navigator.languages, { style: 'percent' });
	return tight ? W.left(percent.format(tight.remaining / (tight.hard_limit || 1)), tight.period,
		number.format(tight.remaining)) : '';
}
