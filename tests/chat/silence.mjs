/*
 * An upstream that says nothing for a while, and OpenAI's client before it:
 *   silence.mjs serve PORT SECONDS
 *   silence.mjs ask TOKEN SECONDS NAME=BASE_URL…   all of them beside each other
 */
import http from 'node:http';

const [what, ...args] = process.argv.slice(2);

if (what === 'serve') {
	const [port, seconds] = args.map(Number);
	const chunk = (o) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...o })}\n\n`;
	const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
	http.createServer((req, res) => {
		let text = '';
		req.on('data', (d) => { text += d; });
		req.on('end', () => setTimeout(() => {
			const message = { role: 'assistant', content: 'at last' };
			if (!text || !JSON.parse(text).stream) {
				res.setHeader('Content-Type', 'application/json');
				return res.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'm', usage,
					choices: [{ index: 0, message, finish_reason: 'stop' }] }));
			}
			res.setHeader('Content-Type', 'text/event-stream');
			res.write(chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'at ' }, finish_reason: null }] }));
			res.write(chunk({ choices: [{ index: 0, delta: { content: 'last' }, finish_reason: 'stop' }] }));
			res.end(`${chunk({ choices: [], usage })}data: [DONE]\n\n`);
		}, text ? seconds * 1000 : 0));
	}).listen(port, '127.0.0.1');
} else {
	const { default: OpenAI } = await import('openai');
	const [apiKey, silence, ...fronts] = args;
	let n = 0, failed = 0;
	const ok = (name, good, why = '') => {
		console.log(`${good ? 'ok' : 'not ok'} ${++n} - ${name}${good ? '' : ` # ${why}`}`);
		failed += !good;
	};
	/* What the client does not show: when the head came, what it said, each comment. */
	const watched = (seen) => async (url, init) => {
		const r = await fetch(url, init);
		seen.head = Date.now() - seen.from;
		seen.encoding = r.headers.get('content-encoding');
		const count = new TransformStream({ transform(piece, to) {
			if (Buffer.from(piece).toString().startsWith(':')) seen.beats.push(Date.now() - seen.from);
			to.enqueue(piece);
		} });
		return new Response(r.body.pipeThrough(count), { status: r.status, headers: r.headers });
	};
	const ask = async (name, baseURL, stream) => {
		const seen = { from: Date.now(), beats: [] };
		const client = new OpenAI({ baseURL, apiKey, maxRetries: 0, fetch: watched(seen) });
		let text = '';
		try {
			const answer = await client.chat.completions.create({ model: 'late', stream, messages: [{ role: 'user', content: 'hi' }] });
			if (stream)
				for await (const part of answer) text += part.choices[0]?.delta?.content ?? '';
			else
				text = answer.choices[0].message.content;
		} catch (e) {
			text = String(e);
		}
		const took = Date.now() - seen.from, gaps = [0, ...seen.beats, took].map((t, i, all) => t - (all[i - 1] ?? 0));
		ok(`${name}, stream ${stream}: the answer arrives`, text === 'at last', text);
		ok(`${name}, stream ${stream}: not before its time`, took >= silence * 1000, took);
		if (!stream) return;
		ok(`${name}: the head is there at once`, seen.head < 2000, seen.head);
		ok(`${name}: nothing is packed`, seen.encoding === null, seen.encoding);
		ok(`${name}: signs of life all the while`, seen.beats.length >= silence / 15 && Math.max(...gaps) < 16000, JSON.stringify(gaps));
	};
	await Promise.all(fronts.flatMap((f) => {
		const [name, url] = f.split(/=(.*)/);
		return [ask(name, url, true), ask(name, url, false)];
	}));
	console.log(`1..${n}`);
	process.exit(failed ? 1 : 0);
}
