/* The sentences of the account page. */
export const A = {
	pageTitle: 'busdk: account',
	skip: 'Skip to the account', back: 'Back', signOut: 'Sign out',
	head: 'Your account', signIn: 'Sign in', loading: 'Loading your account…',
	signedOut: 'You are signed out.', ended: 'Your session has ended. Sign in again.',
	deleted: 'Your account is deleted.',
	email: {
		head: 'Your e-mail address',
		lead: 'We send a one-time code to it; there is no password. What you have made in this browser comes along.',
		label: 'Email address', go: 'Send a code',
	},
	code: {
		head: 'The code from the e-mail', sent: to => `A code of eight digits was sent to ${to}.`,
		label: 'One-time code', go: 'Sign in', again: 'Send another code', other: 'Use another address',
		resent: 'Another code is on its way. Only the newest one is good.',
		bad: 'A code has eight digits.',
		left: n => n > 1 ? `${n} tries are left.` : n === 1 ? 'One try is left.' :
			'No try is left: ask for another code.',
	},
	in: 'You are signed in.', goOn: 'Go on where you were',
	wait: span => `Try again in ${span}.`,
	plan: {
		head: 'Plan', none: 'No paid plan. Builds are paid for one by one.',
		status: {
			active: 'Active', trialing: 'Trial', past_due: 'A payment is late', canceled: 'Ended',
			incomplete: 'Not finished', missing: 'None', disabled: 'Switched off by the operator',
		},
		features: 'Included', portal: 'Change or end the plan, invoices', choose: 'Choose a plan',
		ending: 'It ends with the period that is paid for.',
		stop: {
			billing_required: 'Calls of models need a plan.', quota_exceeded: 'A limit of the plan is reached. A larger plan goes on at once; otherwise it goes on when the limit begins anew.',
			inactive: 'Your subscription is not in force any more.', update_payment: 'A payment did not arrive. The plan goes on when it is there.',
			payment_disputed: 'A payment is in dispute; the operator can lift it.', operator_disabled: 'The operator has switched this account off.',
		},
		support: 'Support', window: (days, from, to) => `${days} ${from} to ${to} UTC`, open: { true: 'open now', false: 'closed now' },
		sold: 'Plans', lead: 'A subscription, until you end it. The next page shows what is charged before you pay.',
		change: 'You have a subscription: change or end it above.', yours: 'Your plan',
		price: (money, interval) => `${money} each ${interval}`, limit: (n, period) => `${n} units (${period})`,
		trial: n => `the first subscription begins with ${n} free days`,
		here: name => `The plan ${name} is in force.`, hereNote: 'Its limits count from now on.',
		coming: 'We are waiting to hear of the payment.', comingNote: 'It takes some moments. If you did not pay, nothing is charged.',
	},
	usage: {
		head: 'Usage', none: 'No limit applies to this account yet.',
		of: (used, limit, period) => `${used} of ${limit} units (${period})`,
		resets: at => `Begins anew on ${at}.`,
	},
	sessions: {
		head: 'Where you are signed in', here: 'This browser', unknown: 'Another program',
		since: (from, to) => `Since ${from}, until ${to}`, revoke: 'Sign out there',
		revoked: 'That session has ended.',
	},
	keys: {
		head: 'API keys', lead: 'For programs that call models in your name.', name: 'What it is for',
		may: 'What it may do', go: 'Create a key', once: 'Copy it now: it is shown this once.',
		copy: 'Copy the key', revoke: 'Revoke', revoked: 'Revoked', gone: 'The key is revoked.',
		until: (scope, at) => `${scope}; until ${at}`, pick: 'Choose what it may do.',
		waiting: 'You can have keys once the operator has approved your account.',
		scopes: {
			'llm:proxy': 'Call models', 'usage:read': 'Read usage', 'billing:read': 'Read billing status',
			'billing:setup': 'Set up billing',
		},
	},
	second: {
		head: 'Second factor', lead: 'An authenticator app shows a new code every 30 seconds. Large payments ask for it, and the page of invoices and payment.',
		go: 'Set it up', key: 'Put the key into the app, then enter its code.', copy: 'Copy the key',
		on: 'Enter its code before a large payment, or a change of how you pay.', label: 'Code of the app', any: 'Code of the app, or a recovery code',
		show: 'Confirm', need: 'Show it', off: 'Switch it off', done: 'Confirmed. It counts for a while.', ended: 'It is switched off.',
		codes: 'Recovery codes, each good once. Keep them; you see them once.',
	},
	data: {
		head: 'Your data', get: 'Download everything', note: 'One JSON file with all that is kept about you.',
	},
	leave: {
		head: 'Delete the account',
		lead: 'Your address, sessions, keys, conversations, messages and what was made are deleted for good. What was ordered and used stays without your name.',
		label: mail => `Type ${mail} to confirm`, go: 'Send a code to delete', differs: 'That is another address.',
		code: 'Code from the e-mail', sure: 'Delete for good', keep: 'Keep the account',
	},
};
