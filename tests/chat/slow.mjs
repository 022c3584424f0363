/*
 * An upstream that takes its time: slow.mjs PORT. The model's name says how:
 *   slow     a list of sixty lines, one each 60 ms
 *   broken   the same, cut after ten lines
 *   long     more text than is kept of an answer
 *   endless  ten minutes of the same
 *   markup   Markdown with what must never become a part of the page
 *   silent   says nothing at all
 *   models   prints the models file, as a command: slow.mjs PORT models
 * GET / tells how many calls are open and how many were left before their end.
 */
import http from 'node:http';

const port = Number(process.argv[2]);
const names = ['slow', 'broken', 'markup', 'drained', 'long'];

const rates = { version: 't', from: '2026-01-01T00:00:00Z', input: 1000000, cached_input: 1000000,
	cache_write: 1000000, output: 2000000, reasoning: 2000000, audio: 2000000, image: 1000000, tool_unit: 1 };
const model = (id, backend) => ({ id, backend_class: 'openai_api', capabilities: [], uses: ['chat'],
	plan_feature: 'chat', owned_by: 'test', context_tokens: 100000, max_output_tokens: 1000,
	image_tokens: 100, template_tokens: 0, routes: [{ backend, model: id, usage: 'openai' }], prices: [rates] });
if (process.argv[3] === 'models') {
	const at = (id, more) => ({ id, kind: 'openai_api', url: `http://127.0.0.1:${port}/v1`,
		connect_ms: 1000, idle_ms: 5000, ...more });
	console.log(JSON.stringify({
		backends: [{ id: 'static', kind: 'static' }, at('slow'), at('silent', { idle_ms: 600000 }), at('drained', { on_disconnect: 'drain' })],
		models: [model('bus-static', 'static'), ...names.map(n => model(n, n === 'drained' ? n : 'slow')),
			{ ...model('bus-embed', 'static'), uses: ['fallback'], max_output_tokens: 0 },
			{ ...model('silent', 'silent'), uses: ['fallback'] }, { ...model('endless', 'slow'), uses: ['fallback'], max_output_tokens: 20000 }],
	}));
	process.exit();
}

const MARKUP = `# Head\n\nA **bold** word, \`code\`, a [link](https://example.org/x) and <b>raw</b>.\n\n` +
	'<script>window.owned = 1</script><img src=x onerror="window.owned = 2">' +
	'<a href="javascript:window.owned = 3">bad</a><iframe src="/"></iframe><style>*{color:red}</style>' +
	'<form action="/api"><input name=a></form>\n\n' +
	'[bad](javascript:window.owned=4) ![pixel](https://example.org/p.png)\n\n' +
	'| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet x = "<b>";\n```\n\n- one\n- two\n';
let open = 0, left = 0;

http.createServer((req, res) => {
	if (req.method === 'GET')
		return res.end(JSON.stringify({ open, left }));
	let text = '';
	req.on('data', d => { text += d; });
	req.on('end', () => {
		const { model, messages } = JSON.parse(text);
		const lines = model === 'markup' ? MARKUP.match(/[^]{1,40}/g) :
			model === 'long' ? Array(20).fill('x'.repeat(40000)) :
			Array.from({ length: model === 'endless' ? 10000 : 60 }, (_, i) => `- line ${i} of ${messages.length} “€”\n`);
		const chunk = o => res.write(`data: ${JSON.stringify(o)}\n\n`);
		let i = 0, ended = false;
		open++;
		if (model === 'silent')
			return res.on('close', () => { open--; left++; });
		res.writeHead(200, { 'Content-Type': 'text/event-stream' });
		const timer = setInterval(() => {
			if (model === 'broken' && i === 10)
				return res.destroy();
			if (i < lines.length)
				return chunk({ choices: [{ index: 0, delta: { content: lines[i++] }, finish_reason: null }] });
			ended = true;
			clearInterval(timer);
			chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
			chunk({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 } });
			res.end('data: [DONE]\n\n');
		}, 60);
		res.on('close', () => { clearInterval(timer); open--; left += !ended; });
	});
}).listen(port, '127.0.0.1');
