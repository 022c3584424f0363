/* Is the server reached? The browser knows of the network; the rest we notice. */
import { T } from './text.js';
import { $, announce, setText } from './dom.js';

let linked = true, doubt;

function banner() {
	const sentence = !navigator.onLine ? T.offline : linked ? '' : T.lost;
	setText($('banner'), sentence);
	$('banner').hidden = !sentence;
}

/* What a request has shown; a short gap is not worth a word. */
export function link(up) {
	if (!up) {
		doubt ||= setTimeout(() => { linked = false; announce(T.lost); banner(); }, 1500);
		return;
	}
	clearTimeout(doubt);
	doubt = 0;
	if (linked)
		return;
	linked = true;
	announce(T.back);
	dispatchEvent(new Event('online'));
}

addEventListener('online', banner);
addEventListener('offline', () => { announce(T.offline); banner(); });
banner();
