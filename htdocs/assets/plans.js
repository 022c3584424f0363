/* Plans: the one in force, what blocks it and what helps, and those that are sold. */
import { A } from './text_account.js';
import { h, button, money } from './dom.js';
import { card, para, row } from './card.js';

const P = A.plan, number = n => new Intl.NumberFormat(navigator.languages).format(n);
const OVER = ['canceled', 'incomplete', 'incomplete_expired', 'missing'];

/* One that goes on, or that the provider can be asked about. */
export const subscribed = p => !!p.subscription && !OVER.includes(p.subscription.status);

const standing = p => p.operator_disabled ? 'disabled' : p.trial ? 'trialing' : p.status;
const stop = p => p.next_action === 'update_payment' ? 'update_payment' :
	p.blocked_reason || (p.subscription_inactive && 'inactive');
const OPERATORS = ['payment_disputed', 'operator_disabled'];

/* The plan in force. act: {portal(), choose()}. */
export function plan(p, offers, act) {
	const why = stop(p), helps = why && !OPERATORS.includes(why);
	const manage = helps && (subscribed(p) || why === 'update_payment');
	return card(why ? 'plan.stop' : 'plan', P.head,
		p.status === 'missing' ? para(P.none) :
			h('p', null, h('strong', null, p.plan_id), ' ', P.status[standing(p)] || p.status),
		p.cancel_at_period_end && para(P.ending, '.note'),
		why && para(P.stop[why]),
		p.features?.length > 0 && para(`${P.features}: ${p.features.join(', ')}`, '.note'),
		p.support?.status === 'active' && para(support(p.support), '.note'),
		row(helps && !manage && offers.length > 0 && button(P.choose, act.choose, 'go'),
			p.subscription && button(P.portal, act.portal, manage ? 'go' : 'quiet')));
}

const support = s => [`${P.support}: ${s.level}`, s.window &&
	P.window(s.window.days.join(', '), s.window.from, s.window.to), s.open != null && P.open[s.open]]
	.filter(Boolean).join(' · ');

const facts = o => h('small', null, [
	o.limits.map(l => P.limit(number(l.hard_limit), l.period)).join(', '),
	o.support.level !== 'none' && support(o.support),
	o.trial_days > 0 && P.trial(o.trial_days)].filter(Boolean).join(' · '));

/* What is sold: a button for each price, unless the provider changes what is there. */
export const offers = (list, p, buy) => card('plans', P.sold,
	para(subscribed(p) ? P.change : P.lead, '.note'),
	h('ul', null, list.map(o => h('li', null, h('span', null, h('strong', null, o.name), facts(o)),
		o.prices.map(x => {
			const words = P.price(money(x), x.interval);
			return subscribed(p) ? h('small', null, words) :
				button(words, () => buy(o.plan_id, x.interval), 'quiet', { 'aria-label': `${o.name}: ${words}` });
		}), o.plan_id === p.plan_id && h('small', null, P.yours)))));

/* Back from a payment page: what was bought, or that it is waited for. */
export const coming = (name, here, back) => card('coming', here ? P.here(name) : P.coming,
	para(here ? P.hereNote : P.comingNote), row(h('a.go', { href: back }, A.goOn)));
