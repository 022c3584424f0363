/*
 * One local runtime in a process of its own: runtime.mjs NAME PORT CALLS [sick]. Each
 * call adds its name to the file CALLS. A sick one says so and answers nevertheless; to
 * be killed is what the other is for. runtime.mjs models PORT PORT prints the catalog.
 */
import fs from 'node:fs';
import http from 'node:http';

const [name, port, calls, how] = process.argv.slice(2);

if (name === 'models') {
	const rates = { version: 't', from: '2026-01-01T00:00:00Z', input: 1000000, cached_input: 1000000,
		cache_write: 1000000, output: 2000000, reasoning: 2000000, audio: 2000000, image: 1000000, tool_unit: 1 };
	const model = (id, ...backends) => ({ id, backend_class: 'local_runtime', capabilities: [], uses: ['chat'],
		plan_feature: 'chat', owned_by: 'test', context_tokens: 100000, max_output_tokens: 1000, image_tokens: 100,
		template_tokens: 0, routes: backends.map((backend) => ({ backend, model: 'm', usage: 'openai' })), prices: [rates] });
	const at = (id, p) => ({ id, kind: 'local_runtime', runtime: 'llama.cpp', url: `http://127.0.0.1:${p}/v1`, connect_ms: 500, idle_ms: 5000 });
	console.log(JSON.stringify({ backends: [{ id: 'static', kind: 'static' }, at('one', port), at('two', calls)],
		models: [model('bus-static', 'static'), model('pair', 'one', 'two'), model('rest', 'one', 'static'),
			{ ...model('bus-embed', 'static'), uses: ['fallback'], max_output_tokens: 0 }] }));
	process.exit();
}

const send = (res, status, o) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(JSON.stringify(o)); };

http.createServer((req, res) => {
	if (req.url === '/health') return how === 'sick' ? send(res, 503, {}) : send(res, 200, { status: 'ok' });
	if (req.url === '/v1/models') return send(res, 200, { data: [{ id: 'm' }] });
	fs.appendFileSync(calls, `${name}\n`);
	req.resume().on('end', () => send(res, 200, { id: 'c', object: 'chat.completion', created: 1, model: 'm',
		choices: [{ index: 0, message: { role: 'assistant', content: name }, finish_reason: 'stop' }],
		usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }));
}).listen(Number(port), '127.0.0.1');
