/* The conversation: where the reader is, and where the focus goes. */
import { $, sync } from './dom.js';
import { blocks } from './cards.js';

const page = document.scrollingElement, log = $('log');
let sticky; /* go to the end with the next change, wherever we are */

const atEnd = () => page.scrollHeight - page.scrollTop - innerHeight < 80;
export const toEnd = () => page.scrollTo(0, page.scrollHeight);
export const stick = () => { sticky = true; };
export const jump = () => { $('jump').hidden = atEnd() || $('run').hidden; };

addEventListener('scroll', () => { sticky &&= atEnd(); jump(); }, { passive: true });

export function conversation(S, act) {
	const had = new Set([...log.children].map(el => el.key));
	const specs = S.loading && !S.live ? [] : blocks(S, act);
	const element = spec => [...log.children].find(el => el.key === spec?.key);
	const stay = !sticky && !atEnd();
	log.setAttribute('aria-live', S.live || !S.id ? 'polite' : 'off');
	log.hidden = !specs.length;
	const lost = sync(log, specs);
	const opened = !S.shown && !S.loading && !S.live;
	const card = (S.live || opened) && element(specs.findLast(b => b.focus && !had.has(b.key)));
	if (lost || card && !opened && !stay && mayTakeFocus())
		(card?.querySelector?.('h2') || $('title')).focus({ preventScroll: true });
	if (card && (opened || !stay)) {
		card.scrollIntoView();
		sticky = false;
	} else if (opened || !stay) {
		toEnd();
	}
	if (!S.loading)
		S.shown = true;
}

/* A new card takes the focus, but never from somebody who is writing. */
function mayTakeFocus() {
	const a = document.activeElement;
	return a === document.body || a === $('text') && !a.value;
}
