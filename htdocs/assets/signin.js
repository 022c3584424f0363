/* Signing in: an address, then the code that was sent to it. */
import { A } from './text_account.js';
import { announce, button } from './dom.js';
import { get, post, path, under, newKey, csrf } from './api.js';
import { retryButton } from './card.js';
import { form, digits } from './form.js';

export const auth = under('/api/v1/auth');

const AGAIN = 30000; /* ms before another code is offered */

export const codeField = label => ({
	label, name: 'otp', inputmode: 'numeric', autocomplete: 'one-time-code', autocapitalize: 'off',
});

/* Has the session ended, that of a visitor too? */
export const ended = () => get(path() + '?limit=1').then(() => false, p => p.kind === 'session');

/* A code belongs to the session that asks for it, so there has to be one. */
export async function sendCode(email, key) {
	if (!csrf() || await ended())
		await post('/api/v1/sessions', {}, newKey());
	await post(auth('otp', 'request'), { email }, key);
}

/* Shows itself by show(element); done() when somebody is in. */
export function signIn(show, done) {
	const address = email => show(form({
		id: 'email', head: A.email.head, lead: A.email.lead, go: A.email.go,
		fields: [{ label: A.email.label, name: 'email', type: 'email', autocomplete: 'email', value: email }],
		async submit(values, key) {
			const to = values.get('email').trim();
			await sendCode(to, key);
			code(to);
		},
	}));

	function code(email) {
		const again = fn => retryButton(Date.now() + AGAIN, fn, A.code.again);
		const el = form({
			id: 'code', head: A.code.head, lead: A.code.sent(email), go: A.code.go,
			fields: [codeField(A.code.label)],
			async submit(values, key) {
				const otp = digits(values.get('otp'));
				if (!/^[0-9]{8}$/.test(otp))
					throw A.code.bad;
				await post(auth('otp', 'verify'), { email, otp }, key);
				announce(A.in);
				done();
			},
			more: [again(resend), button(A.code.other, () => address(email))],
		});
		async function resend() {
			const old = el.querySelector('.again');
			old.setAttribute('aria-disabled', true);
			let until = Date.now() + AGAIN;
			try {
				await sendCode(email, newKey());
				announce(A.code.resent);
				el.querySelector('.error').textContent = '';
				el.querySelector('input').value = '';
				el.querySelector('input').focus();
			} catch (p) {
				until = Math.max(p.until || 0, Date.now() + 2000);
				el.querySelector('.error').textContent = p.message;
			}
			old.replaceWith(retryButton(until, resend, A.code.again));
		}
		show(el);
	}

	address('');
}
