/* What is not confirmed yet. A message keeps its key over reloads: it arrives once. */
import { newKey, path, post } from './api.js';
import { keep } from './dom.js';

const entries = keep.get('outbox') || []; /* {key, run, text, at, waits?, problem?} */
let on, sending, timer, fails = 0;

function changed() {
	keep.set('outbox', entries.map(e => ({ ...e, problem: undefined })));
	on.changed();
}

/* Messages on the way to a run; null: those that start one. */
export const waiting = run => entries.filter(e => e.run === run);

export function send(run, text) {
	entries.push({ key: newKey(), run, text, at: new Date().toISOString() });
	flush();
}

export function drop(entry) {
	entries.splice(entries.indexOf(entry), 1);
	changed();
}

export function retry(entry) {
	entry.problem = null;
	flush();
}

/* In order; a refused message holds back those after it. */
export async function flush() {
	changed();
	clearTimeout(timer);
	if (sending)
		return;
	sending = true;
	const next = () => entries.find((e, i) =>
		!entries.some((o, j) => j <= i && o.run === e.run && o.problem));
	for (let e; (e = next());) {
		try {
			const answer = await (e.run ? post(path(e.run, 'messages'), { text: e.text }, e.key) :
				post(path(), { message: e.text }, e.key));
			fails = 0;
			on.link(true);
			entries.splice(entries.indexOf(e), 1);
			on.sent(e, answer);
		} catch (p) {
			if (p.status !== 0 && p.code !== 'idempotency_in_progress') {
				e.problem = p;
				if (!p.sameKey)
					e.key = newKey();
				on.refused(e, p);
			} else {
				e.waits = true;
				on.link(p.status !== 0);
				timer = setTimeout(flush, Math.min(20000, 1000 * 2 ** fails++));
				break;
			}
		}
		changed();
	}
	sending = false;
	changed();
}

export function start(handlers) {
	on = handlers;
	flush();
}
