/* The visitor's conversations, as a list beside the present one. */
import { W } from './text_chat.js';
import { $, h, sync, setText } from './dom.js';
import { all, under, csrf } from './api.js';

export const chats = under('/api/v1/chats');

let own = [];

export async function refreshShelf() {
	try {
		if (csrf())
			own = await all(chats());
	} catch { /* it stays as it is */ }
}

export function shelve(id, click) {
	$('runsbutton').hidden = $('runs').hidden = !own.length;
	setText($('runsbutton'), `${W.list} (${own.length})`);
	sync($('runlist'), own.map(c => {
		const here = c.chat_id === id && 'page', name = c.title || W.untitled;
		return {
			key: c.chat_id, sig: [here, name].join(),
			make: () => h('li', null, h('a', { href: '#' + c.chat_id, 'aria-current': here,
				onclick: click(c.chat_id) }, h('span', null, name))),
		};
	}));
}

export function openShelf(open = !document.body.classList.contains('listed')) {
	document.body.classList.toggle('listed', open);
	$('runsbutton').setAttribute('aria-expanded', open);
	if (open)
		$('runlist').querySelector('a')?.focus();
}
