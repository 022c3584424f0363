/*
 * Events, in order and each once. The stream is read with fetch: an EventSource
 * hides the status of an answer and events of unknown type.
 */
import { get, open } from './api.js';

const SILENCE = 45000; /* the server's beat is 15 s at most */
const BACK = 60000;    /* how long to poll after a stream was refused */
const SLOW = 20000;    /* between the looks of a hidden page */

/*
 * What comes at the address `events` after `last`. on.events(list) gets it, on.link(up)
 * whether the server is reached, on.gone(problem) ends it. slow(): a look now and then will do.
 */
export function follow(events, on, slow, last = 0) {
	let stopped, wake, abort, streamAfter = 0;

	const pause = ms => new Promise(done => {
		wake = done;
		setTimeout(done, ms);
	});

	function take(list) {
		const fresh = list.filter(e => e?.id > last);
		if (stopped || !fresh.length)
			return;
		last = fresh.at(-1).id;
		on.events(fresh);
	}

	async function poll(wait) {
		const page = await get(`${events}?after=${last}&wait=${wait}`, abort.signal);
		on.link(true);
		take(page.events);
		return page.events.length;
	}

	async function stream() {
		const res = await open(`${events}?after=${last}`, {
			headers: { 'Accept': 'text/event-stream', 'Last-Event-ID': last }, signal: abort.signal,
		});
		on.link(true);
		if (res.status === 204) /* over */
			return pause(SLOW);
		const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
		for (let text = ''; ;) {
			const silent = setTimeout(() => reader.cancel(), SILENCE);
			const { value, done } = await reader.read().finally(() => clearTimeout(silent));
			if (done)
				return;
			const frames = (text + value).replaceAll('\r', '').split('\n\n');
			text = frames.pop();
			take(frames.map(parse));
		}
	}

	async function round() {
		const began = Date.now();
		if (slow()) {
			if (!await poll(0))
				await pause(SLOW);
		} else if (began < streamAfter) {
			await poll(25);
		} else {
			await stream();
			if (Date.now() - began < 1000) /* as bad as none */
				await pause(1000);
		}
	}

	async function loop() {
		for (let fails = 0; !stopped;) {
			abort = new AbortController();
			try {
				await round();
				fails = 0;
			} catch (e) {
				if (abort.signal.aborted)
					continue;
				if ([401, 403, 404].includes(e.status))
					return on.gone(e);
				if (e.status === 503 && Date.now() > streamAfter) {
					streamAfter = Date.now() + BACK;
					continue;
				}
				on.link(false);
				await pause(Math.min(15000, 500 * 2 ** fails++));
			}
		}
	}

	loop();
	return {
		stop() { stopped = true; abort.abort(); wake?.(); },
		wake() { slow() ? abort.abort() : wake?.(); },
	};
}

/* A frame of the stream; what is unreadable is null. */
function parse(frame) {
	const data = frame.split('\n').filter(l => l.startsWith('data:')).map(l => l.slice(5));
	try { return JSON.parse(data.join('\n')); } catch { return null; }
}
