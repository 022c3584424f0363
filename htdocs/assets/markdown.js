/*
 * What a model wrote, as elements. Raw HTML in it is text, pictures are their
 * description (an address would be asked for by looking), and what the parser
 * makes goes through a sanitizer that knows a short list.
 */
import { Marked } from '../vendor/marked.js';
import DOMPurify from '../vendor/purify.js';

const text = s => String(s).replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);

const marked = new Marked({
	gfm: true, breaks: true,
	renderer: {
		html: token => text(token.text),
		image: token => text(token.text || token.href),
		heading({ tokens }) {
			return `<h3>${this.parser.parseInline(tokens)}</h3>`;
		},
	},
});

const ALLOWED = {
	ALLOWED_TAGS: ['a', 'b', 'blockquote', 'br', 'code', 'del', 'em', 'h3', 'hr', 'i', 'li', 'ol', 'p',
		'pre', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'ul'],
	ALLOWED_ATTR: ['href', 'start'],
	ALLOW_DATA_ATTR: false, ALLOW_ARIA_ATTR: false,
	ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
	RETURN_DOM_FRAGMENT: true,
};

export function markdown(words) {
	const part = DOMPurify.sanitize(marked.parse(words), ALLOWED);
	for (const a of part.querySelectorAll('a')) {
		a.rel = 'noopener noreferrer nofollow';
		a.target = '_blank';
	}
	return part;
}
