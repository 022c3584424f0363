/* A form in a card: labelled fields, one button, and in words what went wrong. */
import { T } from './text.js';
import { A } from './text_account.js';
import { h, setText, span } from './dom.js';
import { newKey, Problem } from './api.js';
import { card, para, row } from './card.js';

/* What of a code was typed or pasted: the blanks and dashes of mail are none of it. */
export const digits = text => text.replace(/[\s\u2010-\u2015-]/g, '');

const words = p => [p.field ? T.unusable : p.message || T.problem[p.kind][0],
	p.tries && A.code.left(+p.tries), p.until > Date.now() && A.wait(span(p.until - Date.now()))]
	.filter(Boolean).join(' ');

const field = (error, { label, ...props }) => h('label', null, label,
	h('input', { required: true, 'aria-describedby': error.id, ...props }));

/*
 * {id, head, lead, fields: [{label, name, …}], body, go, kind, submit(values, key), more}.
 * What submit() throws as a text or a Problem is said at the fields. The same
 * values keep their key while it is unknown what became of them.
 */
export function form({ id, head, lead, fields = [], body, go, kind = 'go', submit, more = [] }) {
	const error = h('p.error', { id: id + '-error', role: 'alert' });
	const send = h('button.' + kind, { type: 'submit' }, go);
	const inputs = fields.map(f => field(error, f));
	let key, busy;

	function say(text) {
		setText(error, text);
		for (const i of inputs)
			i.lastChild.setAttribute('aria-invalid', !!text);
		if (text)
			inputs[0]?.lastChild.focus();
	}

	async function onsubmit(e) {
		e.preventDefault();
		if (busy)
			return;
		busy = true;
		send.setAttribute('aria-disabled', true);
		say('');
		try {
			await submit(new FormData(e.target, e.submitter), key ||= newKey());
			key = null;
		} catch (p) {
			if (p instanceof Error && !(p instanceof Problem))
				throw p;
			if (!p.sameKey)
				key = null;
			say(typeof p === 'string' ? p : words(p));
		} finally {
			busy = false;
			send.removeAttribute('aria-disabled');
		}
	}

	return card(id, head, para(lead), h('form', {
		onsubmit, oninput() { key = null; }, novalidate: true,
	}, ...inputs, body, error, row(send, ...more)));
}
