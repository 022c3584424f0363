/* Elements, times and money. What the server says only ever becomes a text node. */
import { T } from './text.js';

export const $ = id => document.getElementById(id);

/* h('p.note', {title: 'x', onclick: fn}, 'text', element, …) */
export function h(tag, props, ...kids) {
	const [name, ...classes] = tag.split('.');
	const el = document.createElement(name);
	if (classes[0])
		el.className = classes.join(' ');
	for (const [k, v] of Object.entries(props || {}))
		if (typeof v === 'function')
			el.addEventListener(k.slice(2), v);
		else if (v != null && v !== false)
			el.setAttribute(k, v === true ? '' : v);
	el.append(...kids.flat().filter(k => k != null && k !== false && k !== ''));
	return el;
}

export const button = (label, onclick, kind = 'quiet', props) =>
	h('button.' + kind, { type: 'button', onclick, ...props }, label);

/* A click that opens a tab or a window is the browser's. */
export const plain = fn => e => {
	if (e.ctrlKey || e.metaKey || e.shiftKey)
		return;
	e.preventDefault();
	fn();
};
/* {id: what its click does} */
export const clicks = acts => Object.entries(acts).forEach(([id, fn]) =>
	$(id).addEventListener('click', plain(fn)));

/* The page's own words, where its elements name them. */
export function label(T) {
	const words = name => name.split('.').reduce((t, k) => t[k], T);
	for (const el of document.querySelectorAll('[data-t]'))
		setText(el, words(el.dataset.t));
	for (const el of document.querySelectorAll('[data-label]'))
		el.setAttribute('aria-label', words(el.dataset.label));
}

export function setText(el, text) {
	if (el.textContent !== text)
		el.textContent = text;
}

/*
 * Make the children of `parent` follow `specs`: [{key, sig, make, patch?}]. An
 * element stays while its sig does. Returns whether the focus was lost.
 */
export function sync(parent, specs) {
	const keys = new Set(specs.map(s => s.key));
	const had = parent.contains(document.activeElement);
	const old = new Map();
	for (const el of [...parent.children])
		keys.delete(el.key) ? old.set(el.key, el) : el.remove();
	let next = parent.firstElementChild;
	for (const { key, sig, make, patch } of specs) {
		let el = old.get(key);
		if (el && el.sig !== sig && patch)
			patch(el);
		else if (!el || el.sig !== sig) {
			const was = el;
			el = make();
			if (was === next)
				next = el;
			if (was)
				replace(was, el);
		}
		Object.assign(el, { key, sig });
		if (el === next)
			next = el.nextElementSibling;
		else
			parent.insertBefore(el, next);
	}
	return had && !parent.contains(document.activeElement);
}

/* The focus stays where it was: on the same button, counted from the first. */
function replace(was, el) {
	const stops = x => [...x.querySelectorAll('button, a, input')];
	const at = stops(was).indexOf(document.activeElement);
	was.replaceWith(el);
	stops(el)[at]?.focus();
}

/* Say something to screen readers, once. */
export function announce(text) {
	$('announce').textContent = '';
	setTimeout(() => $('announce').textContent = text, 50);
}

/* An id to copy; without a clipboard the button selects it. */
export function copyable(text, label) {
	const code = h('code', null, text);
	return [code, ' ', button(label, async e => {
		const me = e.currentTarget;
		try {
			await navigator.clipboard.writeText(text);
			setText(me, T.copied);
			announce(T.copied);
		} catch {
			getSelection().selectAllChildren(code);
		}
	})];
}

/* Storage may be forbidden or full; then it lives only in this page. */
export const keep = {
	get(name) {
		try { return JSON.parse(sessionStorage.getItem(name)); } catch { return null; }
	},
	set(name, value) {
		try { sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* as said */ }
	},
};

let skew = 0; /* the server's clock minus ours, ms */
export function setClock(date) {
	const d = Date.parse(date) - Date.now();
	skew = Math.abs(d) > 2000 ? d : 0;
}

const lang = navigator.languages;
const date = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeStyle: 'short' });
export const dateTime = at => date.format(new Date(at));

const unit = (n, unit, unitDisplay = 'narrow') => new Intl.NumberFormat(lang,
	{ style: 'unit', unit, unitDisplay, maximumFractionDigits: n < 10 ? 1 : 0 }).format(n);

/* A duration, at a glance. */
export function span(ms) {
	const s = Math.max(0, Math.round(ms / 1000)), m = Math.floor(s / 60);
	return s < 60 ? unit(s, 'second') :
		m < 60 ? unit(m, 'minute') + ' ' + unit(s % 60, 'second') :
		unit(Math.floor(m / 60), 'hour') + ' ' + unit(m % 60, 'minute');
}

export const bytes = n => n < 1e6 ? unit(n / 1e3, 'kilobyte', 'short') :
	unit(n / 1e6, 'megabyte', 'short');

/* {"amount": minor units, "currency": "eur"} */
export function money({ amount, currency }) {
	const f = new Intl.NumberFormat(lang,
		{ style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' });
	return f.format(amount / 10 ** f.resolvedOptions().maximumFractionDigits);
}

export function ticking(at) {
	const el = h('time.tick', { datetime: at });
	tick(el);
	return el;
}
const tick = el => setText(el, span(Date.now() + skew - Date.parse(el.dateTime)));
setInterval(() => document.querySelectorAll('time.tick').forEach(tick), 1000);

/* The account page leads back to here. */
addEventListener('click', e => e.target.pathname === '/account.html' &&
	keep.set('back', location.pathname + location.hash));
