/*
 * Three local runtimes, scripted: runtimes.mjs LLAMA OLLAMA VLLM CONTROL (ports), or
 * runtimes.mjs models LLAMA OLLAMA VLLM KEY_FILE for the catalog that leads to them.
 * GET /NAME/STATE at the control port makes one be up, loading, failing, silent,
 * dead (the connection is cut), nonsense, huge or odd; GET /seen tells the last bodies.
 */
import http from 'node:http';

const rates = { version: 't', from: '2026-01-01T00:00:00Z', input: 1000000, cached_input: 1000000,
	cache_write: 1000000, output: 2000000, reasoning: 2000000, audio: 2000000, image: 1000000, tool_unit: 1 };
const model = (id, ...routes) => ({ id, backend_class: 'local_runtime', capabilities: [], uses: ['chat'],
	plan_feature: 'chat', owned_by: 'test', context_tokens: 100000, max_output_tokens: 1000, image_tokens: 100,
	template_tokens: 0, routes: routes.map(([backend, m]) => ({ backend, model: m, usage: 'openai' })), prices: [rates] });

if (process.argv[2] === 'models') {
	const [llama, ollama, vllm] = process.argv.slice(3).map(Number), key_file = process.argv[6];
	const at = (id, port, runtime, more) => ({ id, kind: 'local_runtime', runtime, url: `http://127.0.0.1:${port}/v1`,
		connect_ms: 500, idle_ms: 5000, ...more });
	console.log(JSON.stringify({
		backends: [{ id: 'static', kind: 'static' }, at('llama', llama, 'llama.cpp'), at('ollama', ollama, 'ollama'),
			at('vllm', vllm, 'vllm', { key_file }), at('nobody', 1, 'other')],
		models: [model('bus-static', ['static', 'x']), model('m-llama', ['llama', 'any']), model('m-ollama', ['ollama', 'llama3.2']),
			model('m-absent', ['ollama', 'not-installed']), model('m-vllm', ['vllm', 'served']),
			model('m-nobody', ['nobody', 'x']), model('m-spare', ['nobody', 'x'], ['static', 'x']),
			{ ...model('bus-embed', ['static', 'x']), uses: ['fallback'], max_output_tokens: 0 }],
	}));
	process.exit();
}

const state = { llama: 'up', ollama: 'up', vllm: 'up' }, seen = {};
const lists = {
	llama: { object: 'list', data: [{ id: '/models/one.gguf', owned_by: 'llamacpp', meta: null }] },
	ollama: { models: [{ name: 'llama3.2:latest', model: 'llama3.2:latest' }, { name: 'qwen3:4b' }] },
	vllm: { object: 'list', data: [{ id: 'served', owned_by: 'vllm', max_model_len: 4096 }] },
};
const odd = [{ id: '', name: '' }, { id: 7, name: 7 }, {}, { id: 'a\u0007b', name: 'a\u0007b' },
	{ id: "x'); DROP TABLE chat; --", name: "x'); DROP TABLE chat; --" }, { id: 'y'.repeat(201), name: 'y'.repeat(201) }, null, 'text'];
const send = (res, status, o) => { res.writeHead(status, { 'Content-Type': 'application/json' }); res.end(typeof o === 'string' ? o : JSON.stringify(o)); };

function serve(name, req, res) {
	const listed = req.url === (name === 'ollama' ? '/api/tags' : '/v1/models'), s = state[name];
	if (s === 'dead') return req.socket.destroy();
	if (s === 'silent') return;
	if (s === 'nonsense') return send(res, 200, '<html>It works!</html>');
	if (req.url === '/health' && name !== 'ollama') {
		if (s === 'loading') return send(res, 503, { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } });
		return s === 'failing' ? send(res, 503, '') : send(res, 200, name === 'vllm' ? '' : { status: 'ok' });
	}
	if (name === 'vllm' && req.headers.authorization !== 'Bearer sk-local-runtime')
		return send(res, 401, { error: 'Unauthorized' });
	if (listed && s === 'huge') return send(res, 200, JSON.stringify({ data: Array(60000).fill({ id: 'x'.repeat(30) }) }));
	if (listed && s === 'odd') return send(res, 200, { [name === 'ollama' ? 'models' : 'data']: odd });
	if (listed) return s === 'loading' ? send(res, 503, {}) : send(res, 200, lists[name]);
	if (req.url !== '/v1/chat/completions') return send(res, 404, {});
	let text = '';
	req.on('data', (d) => { text += d; });
	req.on('end', () => {
		seen[name] = JSON.parse(text);
		send(res, 200, { id: 'c', object: 'chat.completion', created: 1, model: 'm',
			choices: [{ index: 0, message: { role: 'assistant', content: `hello from ${name}` }, finish_reason: 'stop' }],
			usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
	});
}

const ports = process.argv.slice(2).map(Number);
Object.keys(state).forEach((name, i) => http.createServer((req, res) => serve(name, req, res)).listen(ports[i], '127.0.0.1'));
http.createServer((req, res) => {
	const [, name, now] = req.url.split('/');
	if (name === 'seen') return send(res, 200, seen);
	if (name in state) state[name] = now;
	send(res, 200, state);
}).listen(ports[3], '127.0.0.1');
