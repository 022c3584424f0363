/* The sentences of the page of conversations. */
import { T } from './text.js';

T.problem.session = ['You are not signed in', 'A conversation belongs to the browser or the account it was started in.'];
T.problem.signin = ['Sign in to go on', 'Conversations without an account are not offered here.'];

export const W = {
	pageTitle: 'busdk: ask a model', page: name => `${name} – busdk`,
	head: 'Ask a model', build: 'Build a tool',
	lead: 'The answer is written on the server: you can reload, close the page or look on from a second one, and nothing is lost.',
	run: 'This is a conversation. It does not build anything and starts no run.',
	list: 'Chats', fresh: 'New chat', label: 'Your message', untitled: 'New conversation',
	model: 'Model', auto: 'Automatic', away: (name, why) => `${name} (${why || 'not available'})`,
	stop: 'Stop', stopping: 'Stopping…', again: 'Answer again', rename: 'Rename', remove: 'Delete',
	name: 'New title', save: 'Save', keepIt: 'Keep it',
	sure: 'Delete this conversation?', sureText: 'Its words are gone at once. What it has cost stays in your usage.',
	deleted: 'This conversation was deleted.',
	state: {
		answering: 'Writing…', complete: '', stopped: 'Stopped', failed: 'This did not work',
		interrupted: 'Interrupted on our side',
	},
	ended: 'The answer is there.',
	used: (n, state) => state === 'reserved' ? `at most ${n} units` :
		state === 'estimated' ? `${n} units, estimated` : `${n} units`,
	tokens: n => `${n} tokens`,
	left: (percent, period, n) => `${percent} left of your limit (${period}): ${n} units.`,
	limit: (name, when) => `It is the limit for: ${name}.` + (when ? ` It begins anew on ${when}.` : ''),
};
