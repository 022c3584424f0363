/*
 * Scripted upstreams: a server that misbehaves in as many ways as there are
 * cases, and what the gateway must make of each. The model's name upstream
 * says which script is played.
 *
 *   upstreams.mjs models PORT          prints the models file
 *   upstreams.mjs run PORT BASE TOKEN  plays all cases, prints TAP
 *   upstreams.mjs serve PORT           answers, until it is ended
 *
 * Prices: one micro-unit for an input token, two for an output token.
 */
import net from 'node:net';

const usage = (p, c, more = {}) => ({ prompt_tokens: p, completion_tokens: c, total_tokens: p + c, ...more });
const chunk = (text, more = {}) => ({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content: text }, finish_reason: null }], ...more });
const last = (u) => ({ id: 'c', object: 'chat.completion.chunk', choices: [], usage: u });
const completion = (u) => ({ id: 'c', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }], ...(u ? { usage: u } : {}) });
const ev = (o, nl = '\n') => `data: ${typeof o === 'string' ? o : JSON.stringify(o)}${nl}${nl}`;
const SSE = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';
const json = (body, status = '200 OK', more = '') => {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n${more}Connection: close\r\n\r\n${text}`;
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const all = (...parts) => async (s) => { for (const p of parts) { s.write(p); await wait(2); } s.end(); };
const bytes = (text, step, ms) => async (s) => {
	const b = Buffer.from(text);
	for (let i = 0; i < b.length && !s.destroyed; i += step) { s.write(b.subarray(i, i + step)); await wait(ms); }
	s.end();
};
const good = ev(chunk('hel')) + ev(chunk('lo €😀')) + ev(last(usage(10, 5))) + ev('[DONE]');
const paid = { state: 'posted', micro: 20 };

const named = (type, more) => `event: ${type}\n${ev({ type, ...more })}`;
const response = (b, status, more = {}) => ({ id: 'r', object: 'response', status, instructions: b.instructions, output: [], ...more });
const flood = (event) => async (s, b) => {
	s.write(SSE);
	for (let i = 1; i <= 20000 && !s.destroyed; i++) if (!s.write(event(i, b))) await new Promise((d) => { s.once('drain', d); s.once('close', d); });
	s.end(ev(last(usage(10, 20000))) + ev('[DONE]'));
};
const odds = Array.from({ length: 20 }, (_, i) => ({ token: ` word${i}`, logprob: -0.123456789, bytes: [32, 119, 111, 114, 100, 49] }));
const word = (i) => ({ id: 'c', object: 'text_completion', created: 1, model: 'm', choices: [{ index: i, text: ' word', logprobs: null, finish_reason: null }] });
const echoed = async (s, b) => {
	s.write(SSE + named('response.created', { response: response(b, 'in_progress') }) + named('response.in_progress', { response: response(b, 'in_progress') }));
	s.end(named('response.output_text.delta', { delta: 'hi' }) + named('response.completed', { response: response(b, 'completed', { usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } }) }));
};

/* name: [script, streamed?, expectation]. Expectation: status; text the answer
 * holds; the state and micro-units of its usage; code of the error; how many
 * pieces it has at the most. Another path and body may be asked for. */
const cases = {
	'stream': [all(SSE, good), true, { status: 200, text: 'lo €😀', ...paid }],
	'stream-crlf': [all(SSE, good.replaceAll('\n', '\r\n')), true, { status: 200, text: 'lo €😀', ...paid }],
	'stream-cr': [all(SSE, good.replaceAll('\n', '\r')), true, { status: 200, text: 'lo €😀', ...paid }],
	'stream-bom': [all(SSE, '\ufeff' + good), true, { status: 200, text: 'hel', ...paid }],
	'stream-comments': [all(SSE, ': ping\n\n', good.replaceAll('data: {', ': x\ndata: {')), true, { status: 200, text: 'hel', ...paid }],
	'stream-no-space': [all(SSE, good.replaceAll('data: ', 'data:')), true, { status: 200, text: 'hel', ...paid }],
	'stream-named': [all(SSE, good.replaceAll('data: {', 'event: x\nid: 4\nretry: 5\ndata: {')), true, { status: 200, text: 'hel', ...paid }],
	'stream-lines': [all(SSE, `data: {"choices":[{"index":0,\ndata: "delta":{"content":"two lines"}}]}\n\n`, good), true, { status: 200, text: 'two lines', ...paid }],
	'stream-bytes': [bytes(SSE + good, 1, 0), true, { status: 200, text: 'lo €😀', ...paid }],
	'stream-sevens': [bytes(SSE + good, 7, 0), true, { status: 200, text: 'lo €😀', ...paid }],
	'stream-chunked': [all('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n', ...[good.slice(0, 50), good.slice(50)].map((t) => `${Buffer.byteLength(t).toString(16)}\r\n${t}\r\n`), '0\r\n\r\n'), true, { status: 200, text: 'hel', ...paid }],
	'stream-two-usages': [all(SSE, ev(chunk('a')), ev(last(usage(1, 1))), ev(last(usage(10, 5))), ev('[DONE]')), true, { status: 200, ...paid }],
	'stream-usage-each': [all(SSE, ev(chunk('a', { usage: usage(10, 1) })), ev(chunk('b', { usage: usage(10, 5) })), ev('[DONE]')), true, { status: 200, text: '"b"', ...paid }],
	'stream-usage-null': [all(SSE, ev(chunk('a', { usage: null })), good), true, { status: 200, ...paid }],
	'stream-cached': [all(SSE, ev(last(usage(10, 5, { prompt_tokens_details: { cached_tokens: 4 }, completion_tokens_details: { reasoning_tokens: 2 } }))), ev('[DONE]')), true, { status: 200, ...paid }],
	'stream-usage-no-done': [all(SSE, ev(chunk('a')), ev(last(usage(10, 5)))), true, { status: 200, ...paid }],
	'stream-no-usage': [all(SSE, ev(chunk('a')), ev('[DONE]')), true, { status: 200, state: 'estimated' }],
	'stream-usage-negative': [all(SSE, ev(last(usage(-1, 5))), ev('[DONE]')), true, { status: 200, state: 'estimated' }],
	'stream-usage-words': [all(SSE, ev(last({ prompt_tokens: '10', completion_tokens: 5 })), ev('[DONE]')), true, { status: 200, state: 'estimated' }],
	'stream-usage-fraction': [all(SSE, ev(last(usage(1.5, 5))), ev('[DONE]')), true, { status: 200, state: 'estimated' }],
	'stream-usage-absurd': [all(SSE, ev(last(usage(9e15, 5))), ev('[DONE]')), true, { status: 200, state: 'estimated' }],
	'stream-usage-overlap': [all(SSE, ev(last(usage(10, 5, { prompt_tokens_details: { cached_tokens: 11 } }))), ev('[DONE]')), true, { status: 200, state: 'estimated' }],
	'stream-usage-over-reserve': [all(SSE, ev(chunk('a')), ev(last(usage(10, 5000))), ev('[DONE]')), true, { status: 200, state: 'posted', micro: 'reserve' }],
	'stream-error': [all(SSE, ev(chunk('a')), ev({ error: { message: 'secret upstream words', code: 'x' } })), true, { status: 200, text: 'answer_unfinished', hides: 'secret upstream words', state: 'estimated' }],
	'stream-error-first': [all(SSE, ev({ error: { message: 'secret upstream words' } })), true, { status: 200, text: 'upstream_failed', hides: 'secret upstream words', state: 'released' }],
	'stream-cut': [async (s) => { s.write(SSE + ev(chunk('a'))); await wait(20); s.destroy(); }, true, { status: 200, text: 'answer_unfinished', state: 'estimated' }],
	'stream-cut-inside': [async (s) => { s.write(SSE + ev(chunk('a')) + 'data: {"choi'); await wait(20); s.end(); }, true, { status: 200, text: 'answer_unfinished', hides: '"choi\n', state: 'estimated' }],
	'stream-cut-first': [async (s) => { s.write(SSE.slice(0, 20)); await wait(20); s.destroy(); }, true, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'stream-ends-early': [all(SSE, ev(chunk('a'))), true, { status: 200, text: 'answer_unfinished', state: 'estimated' }],
	'stream-empty': [all(SSE), true, { status: 200, text: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'stream-endless': [async (s) => { s.write(SSE); const t = ev(chunk('x'.repeat(4000))); while (!s.destroyed) { if (!s.write(t)) await new Promise((d) => { s.once('drain', d); s.once('close', d); }); } }, true, { status: 200, text: 'answer_unfinished', state: 'estimated' }],
	/* An upstream that ignores its bound is cut there, and not later; */
	'bound-ignored': [flood(() => ev(chunk('a'))), true, { status: 200, text: 'answer_unfinished', most: 36, state: 'estimated' }],
	'bound-ignored-usage': [flood((i) => ev(chunk('a', { usage: usage(10, i * 20) }))), true, { status: 200, text: 'answer_unfinished', most: 4, state: 'estimated' }],
	'bound-ignored-calls': [flood(() => ev({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'a' } }] } }] })), true, { status: 200, text: 'answer_unfinished', most: 36, state: 'estimated' }],
	/* an honest one is not, however much stands beside what it writes. */
	'honest-odds': [async (s, b) => { s.write(SSE); for (let i = 0; i < b.max_completion_tokens; i++) s.write(ev(chunk('w', { choices: [{ index: 0, delta: { content: 'w' }, logprobs: { content: [{ token: 'w', logprob: -1, bytes: [119], top_logprobs: odds }] }, finish_reason: null }] }))); s.end(ev(last(usage(10, 5))) + ev('[DONE]')); }, true, { status: 200, text: '[DONE]', body: { max_tokens: 300, logprobs: true, top_logprobs: 20 }, ...paid }],
	'honest-prompts': [async (s, b) => { s.write(SSE); for (let t = 0; t < b.max_tokens; t++) for (let i = 0; i < b.prompt.length; i++) s.write(ev(word(i))); s.end(ev(last(usage(10, 5))) + ev('[DONE]')); }, true, { status: 200, text: '[DONE]', path: '/v1/completions', body: { messages: undefined, prompt: Array(64).fill('say') }, ...paid }],
	'honest-echo': [async (s, b) => { s.write(SSE); for (let t = 0; t < 2000 + b.max_tokens; t++) s.write(ev(word(0))); s.end(ev(last(usage(10, 5))) + ev('[DONE]')); }, true, { status: 200, text: '[DONE]', path: '/v1/completions', body: { messages: undefined, echo: true, prompt: 'word '.repeat(2000) }, ...paid }],
	'honest-instructions': [echoed, true, { status: 200, text: 'response.completed', path: '/v1/responses', body: { messages: undefined, max_tokens: undefined, max_output_tokens: 16, input: 'hi', instructions: 'be kind '.repeat(7500) }, ...paid }],
	'honest-book': [echoed, true, { status: 200, text: 'response.completed', path: '/v1/responses', body: { messages: undefined, max_tokens: undefined, max_output_tokens: 16, input: 'hi', instructions: 'be kind '.repeat(140000) }, ...paid }],
	'stream-usage-first': [async (s) => { s.write(SSE + ev(chunk('a', { usage: usage(10, 1) }))); for (let i = 0; i < 5; i++) s.write(ev(chunk('b'))); await wait(20); s.destroy(); }, true, { status: 200, text: 'answer_unfinished', state: 'estimated' }],
	'stream-usage-first-done': [all(SSE, ev(last(usage(10, 1))), ev(chunk('b')), ev('[DONE]')), true, { status: 200, text: '[DONE]', state: 'estimated' }],
	'old-name': [all(json(completion(usage(10, 5)))), false, { status: 200, text: 'hello', ...paid }],
	'stream-huge-line': [all(SSE, 'data: ' + 'x'.repeat(1 << 21) + '\n\n'), true, { status: 200, text: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'stream-silent': [async (s) => { s.write(SSE); await wait(6000); s.destroy(); }, true, { status: 200, text: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'stream-no-head': [async (s) => { await wait(6000); s.destroy(); }, true, { status: 200, text: 'answer_unfinished', state: 'estimated', retried: 'false', head: 3000 }],
	'stream-late': [async (s) => { await wait(1700); s.write(SSE + good); s.end(); }, true, { status: 200, text: 'hel', head: 1500, ...paid }],
	'stream-pauses': [bytes(SSE + good, 200, 600), true, { status: 200, text: 'hel', ...paid }],
	'whole': [all(json(completion(usage(10, 5)))), false, { status: 200, text: 'hello', ...paid }],
	'whole-100': [all('HTTP/1.1 100 Continue\r\n\r\n', json(completion(usage(10, 5)))), false, { status: 200, text: 'hello', ...paid }],
	'whole-text-type': [all(json(completion(usage(10, 5))).replace('application/json', 'text/plain')), false, { status: 200, text: 'hello', ...paid }],
	'whole-bytes': [bytes(json(completion(usage(10, 5))), 1, 0), false, { status: 200, text: 'hello', ...paid }],
	'whole-no-usage': [all(json(completion())), false, { status: 200, text: 'hello', state: 'estimated' }],
	'whole-error': [all(json({ error: { message: 'secret upstream words' } })), false, { status: 502, code: 'upstream_failed', hides: 'secret', state: 'released' }],
	'whole-html': [all(json('<html>login</html>')), false, { status: 502, code: 'answer_unfinished', hides: 'login', state: 'estimated', retried: 'false' }],
	'whole-nothing': [all(json('')), false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'whole-twice': [all(json('{"usage":{},"usage":{"prompt_tokens":1}}')), false, { status: 200, state: 'estimated' }],
	'whole-short': [async (s) => { s.write(json(completion(usage(10, 5))).slice(0, -20)); await wait(20); s.end(); }, false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'whole-large': [async (s) => { s.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"'); for (let i = 0; i < 200 && !s.destroyed; i++) { s.write('x'.repeat(65536)); await wait(0); } s.end(); }, false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'whole-packed': [all(json('\x1f\x8b\x08').replace('Connection', 'Content-Encoding: gzip\r\nConnection')), false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'whole-slow': [async (s) => { await new Promise((d) => s.once('close', d)); }, false, { status: 502, code: 'answer_unfinished', retried: 'false', state: 'estimated' }],
	'whole-error-paid': [all(json({ error: { message: 'secret' }, usage: usage(10, 5) })), false, { status: 502, code: 'answer_unfinished', hides: 'secret', ...paid }],
	'whole-8-mib': [async (s) => { const t = json(completion(usage(10, 5))), pad = (8 << 20) - t.slice(t.indexOf('\r\n\r\n') + 4).length; s.end(t.replace(/: \d+\r/, `: ${8 << 20}\r`) + ' '.repeat(pad)); }, false, { status: 502, code: 'answer_unfinished', state: 'estimated' }],
	'stream-as-json': [all(json(completion(usage(10, 5)))), true, { status: 200, text: '"delta":{"role":"assistant","content":"hello"}', hides: '"usage":{', ...paid }],
	'stream-as-json-error': [all(json({ error: { message: 'secret' } })), true, { status: 200, text: 'upstream_failed', hides: 'secret', state: 'released' }],
	'stream-as-html': [all(SSE.replace('event-stream', 'html'), '<html>login</html>'), true, { status: 200, text: 'answer_unfinished', hides: 'login', state: 'estimated' }],
	'lost-once': [async (s) => { await wait(30); s.destroy(); }, false, { status: 502, code: 'answer_unfinished', retried: 'false', state: 'estimated', calls: 1 }],
	'no-connection': [all(json(completion(usage(10, 5)))), false, { status: 200, text: 'hello', fallback: '1', ...paid }],
	'vectors': [all(json({ object: 'list', data: [{ object: 'embedding', index: 0, embedding: 'x'.repeat(9 << 20) }], usage: { prompt_tokens: 10, total_tokens: 10 } })), false, { status: 200, text: 'xxxx', path: '/v1/embeddings', body: { messages: undefined, max_tokens: undefined, input: Array(1000).fill('hi') }, state: 'posted', micro: 10 }],
	'provider-tools': [all(json({ ...response({}, 'completed'), output: [{ type: 'web_search_call', id: 'a' }, { type: 'web_search_call', id: 'b' }], usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 } })), false, { status: 200, path: '/v1/responses', body: { messages: undefined, max_tokens: undefined, max_output_tokens: 16, input: 'hi', tools: [{ type: 'web_search' }] }, state: 'posted', micro: 22 }],
	'status-429': [all(json({ error: { message: 'slow down' } }, '429 Too Many', 'Retry-After: 7\r\n')), false, { status: 429, code: 'rate_limited', retry: '7', state: 'released' }],
	'status-500': [all(json({ error: { message: 'secret' } }, '500 Oops')), false, { status: 503, code: 'resource_unavailable', hides: 'secret', state: 'released' }],
	'status-401': [all(json({ error: { message: 'bad key sk-secret' } }, '401 No')), false, { status: 503, code: 'resource_unavailable', hides: 'sk-secret', state: 'released' }],
	'status-400': [all(json({ error: { message: 'messages is too strange', param: 'messages', code: 'odd' } }, '400 Bad')), false, { status: 400, code: 'odd', text: 'too strange', state: 'released' }],
	'status-400-stream': [all(json({ error: { message: 'messages is too strange', code: 'odd' } }, '400 Bad')), true, { status: 400, code: 'odd', state: 'released' }],
	'status-302': [all('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'), false, { status: 502, code: 'upstream_failed', state: 'released' }],
	'status-204': [all('HTTP/1.1 204 None\r\n\r\n'), false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'head-endless': [async (s) => { s.write('HTTP/1.1 200 OK\r\n'); for (let i = 0; i < 3000 && !s.destroyed; i++) { s.write(`X-${i}: ${'y'.repeat(200)}\r\n`); if (i % 50 === 0) await wait(1); } s.end(); }, false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'head-long': [all('HTTP/1.1 200 OK\r\nX-Y: ' + 'y'.repeat(200000) + '\r\n\r\n{}'), false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'head-slow': [async (s) => { for (const c of 'HTTP/1.1 200 OK\r\n') { if (s.destroyed) return; s.write(c); await wait(300); } s.end(); }, false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'head-nonsense': [all('\x00\x01\x02 what\r\n\r\n'), false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'head-none': [async (s) => s.destroy(), false, { status: 502, code: 'answer_unfinished', state: 'estimated', retried: 'false' }],
	'anthropic': [all(json({ ...completion(), usage: { input_tokens: 6, cache_read_input_tokens: 3, cache_creation_input_tokens: 1, output_tokens: 5 } })), false, { status: 200, ...paid }],
	'gemini': [all(json({ ...completion(), usage: { promptTokenCount: 10, cachedContentTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 1 } })), false, { status: 200, ...paid }],
	'xai': [all(json(completion(usage(10, 3, { total_tokens: 15, completion_tokens_details: { reasoning_tokens: 2 } })))), false, { status: 200, ...paid }],
	'error-endless': [async (s) => { s.write('HTTP/1.1 500 Oops\r\nContent-Type: text/plain\r\n\r\n'); while (!s.destroyed) { s.write('x'.repeat(65536)); await wait(5); } }, false, { status: 200, text: 'hello', fallback: '1', ...paid }],
	'fallback-slow': [all(json(completion(usage(10, 5)))), false, { status: 200, text: 'hello', fallback: '1', retry: null, overhead: 1400000, ...paid }],
	'fallback': [all(json(completion(usage(10, 5)))), false, { status: 200, text: 'hello', fallback: '1', ...paid }],
	'denied': [all(json({ error: { message: 'who are you' } }, '401 No')), false, { status: 200, text: 'hello', fallback: '1', ...paid }],
	'resting': [all(json({ error: { message: 'slow down' } }, '429 Too Many', 'Retry-After: 30\r\n')), false, { status: 200, text: 'hello', fallback: '1', ...paid }],
	'nobody': [null, false, { status: 503, code: 'resource_unavailable', state: 'released' }],
};

const rates = (input, output) => ({ version: 't', from: '2026-01-01T00:00:00Z', input, cached_input: input, cache_write: input, output, reasoning: output, audio: output, image: input, tool_unit: 1 });
const vendorOf = (name) => (['anthropic', 'gemini', 'xai'].includes(name) ? name : 'openai');

function models(port) {
	const at = (id, p, more = {}) => ({ id, kind: 'openai_api', url: `http://127.0.0.1:${p}/v1`, connect_ms: 1000, idle_ms: 2000, ...more });
	const route = (backend, model) => ({ backend, model, usage: vendorOf(model) });
	/* Each case has a backend of its own: one's failures must not open another's circuit. */
	const backends = Object.keys(cases).map((name) => at(name, name === 'nobody' ? 1 : port, name === 'old-name' ? { bound: 'max_tokens' } : {}));
	/* The deaf one never answers the handshake: nothing has left when its time is up. */
	backends.push(at('sdk', port), at('dead', 1), at('deaf', port, { url: `https://127.0.0.1:${port}/v1` }), at('busy', port), at('draining', port, { on_disconnect: 'drain' }), { id: 'static', kind: 'static' });
	const rows = Object.keys(cases).map((name) => ({ id: name, routes: name === 'fallback' ? [route('dead', 'x'), route(name, name)] : [route(name, name)] }));
	for (const name of ['hang', 'hang-drain', 'hang-first', 'hang-whole', 'hang-finish', 'slow-sdk'])
		rows.push({ id: name, routes: [{ backend: name === 'hang-drain' ? 'draining' : 'stream', model: name, usage: 'openai' }] });
	rows.push(...Object.keys(sdk).map((id) => ({ id, routes: [route('sdk', id)] })));
	rows.push({ id: 'gpt-5.5', routes: [route('sdk', 'sdk-codex')] });
	for (const m of rows) {
		if (m.id === 'lost-once') m.routes.push(route('stream', m.id));
		if (m.id === 'resting' || m.id === 'denied') m.routes.push(route('stream', 'whole'));
		if (m.id === 'error-endless') m.routes.push(route('stream', 'whole'));
		if (m.id === 'fallback-slow') m.routes.unshift(route('busy', 'busy'));
		if (m.id === 'no-connection') m.routes.unshift(route('deaf', m.id));
	}
	rows.push({ id: 'bus-static', routes: [route('static', 'static')] }, { id: 'bus-embed', max_output_tokens: 0, routes: [route('static', 'static')] });
	return {
		backends,
		models: rows.map((m) => ({
			backend_class: 'openai_api', capabilities: [], uses: ['chat'], plan_feature: 'chat', owned_by: 'test',
			context_tokens: 100000, max_output_tokens: 1000, image_tokens: 100, template_tokens: 0, ...m,
			prices: [rates(1000000, 2000000), ...(m.id === 'whole' ? [{ ...rates(2000000, 4000000), version: 't-priority', tier: 'priority' }] : [])], cost: [rates(500000, 1000000)],
		})),
	};
}

/* Calls that hang until told: what the gateway does when its client leaves. */
const hung = { open: 0, closed: 0, finished: 0 };
async function hang(s, model) {
	const finish = model === 'hang-finish', most = { 'hang-drain': 10, 'hang-finish': 10 }[model] ?? 200;
	hung.open++;
	s.once('close', () => hung.closed++);
	if (model === 'hang-first' || model === 'hang-whole')
		return;
	s.write(SSE + ev(chunk('a')));
	if (finish)
		s.write(ev({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }));
	for (let i = 0; i < most && !s.destroyed; i++) { if (!finish) s.write(ev(chunk('b'))); await wait(100); }
	if (!s.destroyed) { hung.finished++; s.write(ev(last(usage(10, 5))) + ev('[DONE]')); s.end(); }
}

/* What OpenAI's client is tried with. */
const sdk = {
	'sdk-flaky': (s, b, nth) => s.end(nth < 3 ? json({ error: { message: 'not now' } }, '503 Busy') : json(completion(usage(10, 5)))),
	'sdk-tired': (s, b, nth) => s.end(nth < 2 ? json({ error: { message: 'slow down' } }, '429 Too Many', 'Retry-After: 1\r\n') : json(completion(usage(10, 5)))),
	'sdk-strict': (s) => s.end(json({ error: { message: 'no such voice', param: 'voice', code: 'bad_voice' } }, '400 Bad')),
	'sdk-tools': (s, b) => {
		const said = b.messages.at(-1), call = { id: 'call_1', type: 'function', function: { name: b.tools[0].function.name, arguments: '{"city":"Oulu","days":[1,2]}' } };
		s.end(json({ ...completion(usage(10, 5)), choices: [said.role === 'tool'
			? { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: `${said.tool_call_id}: ${said.content}` } }
			: { index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [call] } }] }));
	},
	/* A turn of Codex: it is to run a command, and then to say what came of it. */
	'sdk-codex': (s, b) => {
		const done = b.input.find((i) => i.type === 'function_call_output'), out = /from-\d+-codex/.exec(JSON.stringify(done?.output ?? ''))?.[0];
		const item = done ? { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: `It printed ${out}.`, annotations: [] }] }
			: { type: 'function_call', id: 'item_1', call_id: 'call_1', name: 'exec_command', arguments: '{"cmd":"echo from-$((40 + 2))-codex","login":false}', status: 'completed' };
		s.end(SSE + named('response.created', { response: { id: 'resp_1', status: 'in_progress' } }) + named('response.output_item.done', { output_index: 0, item })
			+ named('response.completed', { response: { id: 'resp_1', status: 'completed', usage: { input_tokens: 1000, input_tokens_details: { cached_tokens: 200 }, output_tokens: 50, output_tokens_details: { reasoning_tokens: 10 }, total_tokens: 1050 } } }));
	},
	'sdk-asked': (s, b, nth, asked) => s.end(json({ asked, hung })),
};

function serve(port) {
	const seen = {}, asked = {};
	const server = net.createServer((s) => {
		let text = '';
		s.on('error', () => {});
		s.on('data', (d) => {
			text += d;
			const at = text.indexOf('\r\n\r\n');
			const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
			if (at < 0 || Buffer.byteLength(text.slice(at + 4)) < length)
				return;
			const body = JSON.parse(text.slice(at + 4));
			asked[body.model] = (asked[body.model] ?? 0) + 1;
			seen[body.model] = { head: text.slice(0, at), body };
			text = '';
			if (body.model === 'busy') /* for a second and a half, and then it says so */
				setTimeout(() => s.end(json({ error: { message: 'slow down' } }, '429 Too Many', 'Retry-After: 7\r\n')), 1500);
			else if (sdk[body.model])
				sdk[body.model](s, body, asked[body.model], asked);
			else if (body.model.startsWith('hang'))
				hang(s, body.model);
			else
				cases[body.model][0](s, body).catch(() => s.destroy());
		});
	});
	return new Promise((done) => server.listen(port, '127.0.0.1', () => done({ server, seen, asked })));
}

async function run(port, base, token) {
	const { server, seen, asked } = await serve(port);
	const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
	let n = 0, failed = 0;
	const ok = (what, good, why = '') => {
		console.log(`${good ? 'ok' : 'not ok'} ${++n} - ${what}${good ? '' : ` # ${why}`}`);
		failed += !good;
	};
	const ask = (model, stream, more = {}) => fetch(`${base}${more.path ?? '/v1/chat/completions'}`, {
		method: 'POST', headers: { ...headers, ...more.headers }, signal: more.signal, body: JSON.stringify({ model, stream, max_tokens: 20, messages: [{ role: 'user', content: 'hi' }], seed: 7, ...more.body }) });
	const answers = {};
	const play = async ([name, [, stream, want]]) => {
		const from = Date.now();
		try {
			const r = await ask(name, stream, want);
			const head = Date.now() - from;
			answers[name] = { status: r.status, head, headers: r.headers, text: await r.text(), id: r.headers.get('x-bus-usage-id'), want };
		} catch (e) {
			answers[name] = { status: 0, text: String(e), headers: new Headers(), want };
		}
	};
	const list = Object.entries(cases);
	for (let i = 0; i < list.length; i += 12)
		await Promise.all(list.slice(i, i + 12).map(play));
	await wait(300);

	const rows = [];
	for (let cursor = ''; cursor !== null;) {
		const page = await (await fetch(`${base}/api/v1/usage?limit=200${cursor ? `&cursor=${cursor}` : ''}`, { headers })).json();
		rows.push(...page.items);
		cursor = page.next_cursor;
	}
	for (const [name, a] of Object.entries(answers)) {
		const w = a.want, mine = rows.filter((r) => r.model === name), u = mine[0] ?? {};
		const reserve = JSON.stringify({ model: name, stream: cases[name][1], max_tokens: 20, messages: [{ role: 'user', content: 'hi' }], seed: 7 }).length + 40;
		const micro = w.micro === 'reserve' ? reserve : w.micro ?? (w.state === 'estimated' ? reserve : 0);
		const bad = [];
		/* A stream's head leaves after a quarter of a second: on a busy machine some failures come later. */
		const late = cases[name][1] && a.status === 200 && a.head >= 250 && w.code;
		if (a.status !== w.status && !late) bad.push(`status ${a.status}`);
		if (w.text && !a.text.includes(w.text)) bad.push(`no ${w.text} in ${a.text.slice(-300)}`);
		if (w.hides && a.text.includes(w.hides)) bad.push(`leaks ${w.hides}`);
		if (w.code && !late && !a.text.includes(`"code":"${w.code}"`)) bad.push(`code in ${a.text.slice(0, 300)}`);
		if (w.head && a.head > w.head) bad.push(`head after ${a.head} ms`);
		const pieces = a.text.split('"a"').length - 1;
		if (w.most && (pieces > w.most || pieces < w.most / 2)) bad.push(`${pieces} pieces`);
		if (w.retried && a.status !== 200 && a.headers.get('x-should-retry') !== w.retried) bad.push(`x-should-retry ${a.headers.get('x-should-retry')}`);
		if (w.calls && asked[name] !== w.calls) bad.push(`${asked[name]} calls`);
		if (w.overhead && !(Number(a.headers.get('x-bus-overhead-us')) < w.overhead)) bad.push(`overhead ${a.headers.get('x-bus-overhead-us')}`);
		if (w.retry !== undefined && a.headers.get('retry-after') !== w.retry) bad.push('retry-after');
		if (w.fallback && a.headers.get('x-bus-fallback') !== w.fallback) bad.push('x-bus-fallback');
		if (mine.length !== 1) bad.push(`${mine.length} usage rows`);
		if (u.state !== w.state) bad.push(`usage ${u.state}`);
		if (u.quantity !== micro) bad.push(`${u.quantity} micro, not ${micro}`);
		ok(name, bad.length === 0, bad.join('; '));
	}
	/* A storm: whoever has said 429 is left alone for as long as it asked. */
	const storm = await Promise.all(Array.from({ length: 40 }, () => ask('resting', false, {}).then(async (r) => [r.status, (await r.text()).includes('hello')].join())));
	ok('a backend that asks for a pause has one', asked.resting === 1 && storm.every((s) => s === '200,true'), `${asked.resting} calls, ${storm.find((s) => s !== '200,true')}`);
	for (let i = 0; i < 8; i++) await (await ask('denied', false, {})).text();
	ok('one that refuses our key is not asked for ever', asked.denied === 5, asked.denied);
	ok('at least 40 scripts were played', Object.keys(answers).length >= 40, Object.keys(answers).length);
	const sent = seen.stream.body;
	ok('upstream is always asked for usage', sent.stream_options?.include_usage === true);
	ok('a bound goes by the name that the backend knows', seen.stream.body.max_completion_tokens === 20 && !('max_tokens' in seen.stream.body) &&
		seen['old-name'].body.max_tokens === 20 && !('max_completion_tokens' in seen['old-name'].body), JSON.stringify(seen['old-name'].body));
	ok('unknown members go through', sent.seed === 7 && sent.messages[0].content === 'hi');
	ok('the caller\'s credential does not', !seen.stream.head.includes(token));
	ok('usage that was not asked for is not shown', !answers.stream.text.includes('"usage"'));

	const tier = async (service_tier) => {
		const r = await ask('whole', false, { body: { service_tier } });
		const id = r.headers.get('x-bus-receipt-id');
		await r.text();
		for (let i = 0; i < 40; i++) {
			const d = await (await fetch(`${base}/api/v1/receipts/${id}`, { headers })).json();
			if (d.state !== 'reserved')
				return [seen.whole.body.service_tier, r.headers.get('x-bus-service-tier'), d.charged?.amount, d.price_version, d.answered?.service_tier].join();
			await wait(50);
		}
	};
	const tiers = [];
	for (const t of ['priority', 'flex', 'default', null])
		tiers.push(await tier(t));
	ok('a tier with a price is sold at it', tiers[0] === 'priority,,40,t-priority,priority', tiers[0]);
	ok('one without is served as the usual one, and that is said', tiers[1] === 'default,default,20,t,default', tiers[1]);
	ok('the usual one is nothing special', tiers[2] === 'default,,20,t,default', tiers[2]);
	ok('none is none', tiers[3] === ',,20,t,', tiers[3]);
	const long = await ask('whole', false, { body: { service_tier: 'x'.repeat(100000) } });
	ok('a tier as long as a book is refused', long.status === 422, long.status);

	/* Once it has read so much: the first there is may be a sign of life alone. */
	const leave = async (model, until = 'data:') => {
		const stop = new AbortController();
		const r = await ask(model, true, { signal: stop.signal });
		const reader = r.body.getReader(), text = new TextDecoder();
		for (let got = '', piece; !got.includes(until) && !(piece = await reader.read()).done;)
			got += text.decode(piece.value);
		const was = { ...hung };
		stop.abort();
		return was;
	};
	let was = await leave('hang');
	for (let i = 0; i < 20 && hung.closed === was.closed; i++) await wait(50);
	ok('a client that leaves closes its upstream within a second', hung.closed > was.closed);
	was = await leave('hang-drain');
	for (let i = 0; i < 60 && hung.finished === was.finished; i++) await wait(50);
	ok('or it is heard to its end where that is wanted', hung.finished > was.finished);
	was = await leave('hang-finish', '"finish_reason":"');
	for (let i = 0; i < 60 && hung.finished === was.finished; i++) await wait(50);
	ok('so is one whose client leaves once it has its work', hung.finished > was.finished);
	/* Before anything has come: a stream, and an answer that is waited for. */
	for (const [model, stream] of [['hang-first', true], ['hang-whole', false]]) {
		const stop = new AbortController(), before = { ...hung };
		const call = ask(model, stream, { signal: stop.signal }).catch(() => null);
		for (let i = 0; i < 60 && hung.open === before.open; i++) await wait(50);
		stop.abort();
		await call;
		for (let i = 0; i < 20 && hung.closed === before.closed; i++) await wait(50);
		ok(`${model}: left before its first byte, upstream is closed within a second`, hung.closed > before.closed);
	}

	/* Whether the usage is asked for or not, it is counted; its shape is OpenAI's. */
	const parts = (text) => text.split('\n').filter((l) => l.startsWith('data: {')).map((l) => JSON.parse(l.slice(6)));
	for (const stream_options of [undefined, { include_usage: false }, { include_usage: true }]) {
		const r = await ask('stream-crlf', true, { body: { stream_options } }), id = r.headers.get('x-bus-usage-id');
		const got = parts(await r.text()), told = got.filter((p) => p.usage), what = JSON.stringify(stream_options) ?? 'nothing';
		const wanted = stream_options?.include_usage === true;
		ok(`${what}: usage is ${wanted ? 'the last chunk' : 'not shown'}`, wanted
			? told.length === 1 && got.at(-1) === told[0] && told[0].choices.length === 0 && told[0].usage.total_tokens === 15
			: told.length === 0 && got.every((p) => p.choices.length > 0), JSON.stringify(got));
		let row;
		for (let i = 0; i < 60 && row?.state !== 'posted'; i++) {
			await wait(50);
			row = (await (await fetch(`${base}/api/v1/usage`, { headers })).json()).items.find((u) => u.usage_id === id);
		}
		ok(`${what}: and counted all the same`, row?.quantity === 20, JSON.stringify(row));
	}

	/* The same key while the first call is under way, and afterwards. */
	const once = { headers: { 'idempotency-key': 'while-it-runs' } }, begun = hung.open;
	const first = ask('hang-drain', true, once).then((r) => r.text());
	for (let i = 0; i < 60 && hung.open === begun; i++) await wait(50);
	const second = await ask('hang-drain', true, once), refused = await second.text();
	ok('a key whose call is under way is refused', second.status === 409 && refused.includes('idempotency_in_progress'), refused);
	const whole = await first;
	let third;
	for (let i = 0; i < 60 && third?.status !== 200; i++) { await wait(50); third = await ask('hang-drain', true, once); }
	ok('afterwards it gets the same answer', third.headers.get('idempotency-replayed') === 'true' && await third.text() === whole);
	ok('and upstream was asked once', hung.open === begun + 1, `${hung.open - begun}`);

	await wait(300);
	const page = await (await fetch(`${base}/api/v1/usage`, { headers })).json();
	const of = (m) => page.items.find((u) => u.model === m);
	ok('the one that was cut counts as the reserve', of('hang').state === 'estimated');
	ok('what was left at its end is no failure', of('hang-finish').state === 'posted' && of('hang-finish').quantity === 20);
	for (const m of ['hang-first', 'hang-whole'])
		ok(`${m}: counts as the reserve, for nobody knows`, of(m).state === 'estimated');
	ok('the one that was heard counts what was used', of('hang-drain').state === 'posted' && of('hang-drain').quantity === 20);
	console.log(`1..${n}`);
	server.close();
	process.exit(failed ? 1 : 0);
}

const [what, port, base, token] = process.argv.slice(2);
if (what === 'models') console.log(JSON.stringify(models(Number(port))));
else if (what === 'serve') serve(Number(port));
else run(Number(port), base, token);
