/* OpenAI's own client against the gateway: sdk.mjs BASE TOKEN UP, where upstreams.mjs
 * serves at UP */
import OpenAI from 'openai';

const [baseURL, apiKey, up] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: 'user', content: 'hi' }], model = 'bus-static';
let n = 0, failed = 0;
const ok = (what, good, why = '') => {
	console.log(`${good ? 'ok' : 'not ok'} ${++n} - ${what}${good ? '' : ` # ${why}`}`);
	failed += !good;
};
const fails = async (what, Type, status, code, call) => {
	try {
		await call();
		ok(what, false, 'no error');
	} catch (e) {
		ok(what, e instanceof Type && e.status === status && e.code === code, `${e.constructor.name} ${e.status} ${e.code}`);
	}
};

const c = await client.chat.completions.create({ model, messages });
ok('create', c.choices[0].message.content.startsWith('This is the static model') && c.usage.total_tokens > 14);
ok('request id', c._request_id?.startsWith('req_'), c._request_id);
let text = '', last;
for await (const part of await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } })) {
	text += part.choices[0]?.delta?.content ?? '';
	last = part;
}
ok('stream', text.endsWith('one sentence.') && last.usage?.completion_tokens === 14, text);
const whole = await client.beta.chat.completions.stream({ model, messages }).finalMessage();
ok('stream helper', whole.content.endsWith('one sentence.'));
ok('tools are passed', (await client.chat.completions.create({ model, messages, tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }] })).id.startsWith('chatcmpl'));
ok('models', (await client.models.list()).data.some((m) => m.id === model && m.bus.plan_feature === 'chat'));
ok('embeddings', (await client.embeddings.create({ model: 'bus-embed', input: 'hi', encoding_format: 'float' })).data[0].embedding.length === 4);
ok('responses', (await client.responses.create({ model, input: 'hi' })).output_text.startsWith('This is'));
const types = [];
for await (const e of await client.responses.create({ model, input: 'hi', stream: true })) types.push(e.type);
ok('responses stream', types[0] === 'response.created' && types.at(-1) === 'response.completed', types.join());
ok('completions', (await client.completions.create({ model, prompt: 'hi' })).choices[0].text.length > 10);
await fails('unknown model', OpenAI.NotFoundError, 404, 'model_not_found', () => client.chat.completions.create({ model: 'x', messages }));
await fails('bad value', OpenAI.UnprocessableEntityError, 422, 'validation_failed', () => client.chat.completions.create({ model, messages, max_tokens: -1 }));
await fails('bad key', OpenAI.AuthenticationError, 401, 'unauthenticated', () => new OpenAI({ baseURL, apiKey: 'x', maxRetries: 0 }).chat.completions.create({ model, messages }));
await fails('no upstream', OpenAI.InternalServerError, 503, 'resource_unavailable', () => client.chat.completions.create({ model: 'nobody', messages }));

/* Against an upstream that has a part of its own in it. */
const upstream = async () => (await fetch(`http://127.0.0.1:${up}/`, { method: 'POST', body: '{"model":"sdk-asked"}' })).json();
const asked = async (name) => (await upstream()).asked[name] ?? 0;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const usage = async (name) => (await (await fetch(`${baseURL.slice(0, -3)}/api/v1/usage?limit=200`, { headers: { authorization: `Bearer ${apiKey}` } })).json()).items.filter((u) => u.model === name);
const settled = async (name) => {
	let rows = [];
	for (let i = 0; i < 60 && (rows.length === 0 || rows.some((u) => u.state === 'reserved')); i++) { rows = await usage(name); await wait(50); }
	return rows.map((u) => `${u.state} ${u.quantity}`).sort().join();
};
const eager = new OpenAI({ baseURL, apiKey, maxRetries: 2 });
const flaky = await eager.chat.completions.create({ model: 'sdk-flaky', messages });
ok('retries: the third is answered', flaky.choices[0].message.content === 'hello' && await asked('sdk-flaky') === 3, await asked('sdk-flaky'));
ok('retries: one is charged', await settled('sdk-flaky') === 'posted 20,released 0,released 0', await settled('sdk-flaky'));
let from = Date.now();
await eager.chat.completions.create({ model: 'sdk-tired', messages });
ok('retries: after the pause that upstream asks for', Date.now() - from >= 950 && await asked('sdk-tired') === 2, `${Date.now() - from} ms`);
await fails('what upstream refuses is not tried again', OpenAI.BadRequestError, 400, 'bad_voice', () => eager.chat.completions.create({ model: 'sdk-strict', messages }));
ok('retries: none of it', await asked('sdk-strict') === 1, await asked('sdk-strict'));

const tools = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' } } } } } }];
const first = (await client.chat.completions.create({ model: 'sdk-tools', messages, tools })).choices[0];
const call = first.message.tool_calls?.[0];
ok('tools: a call arrives with its arguments', first.finish_reason === 'tool_calls' && call?.function.name === 'weather' && call.function.arguments === '{"city":"Oulu","days":[1,2]}', JSON.stringify(first));
const second = await client.chat.completions.create({ model: 'sdk-tools', tools, messages: [...messages, first.message, { role: 'tool', tool_call_id: call.id, content: 'rain' }] });
ok('tools: and its result gets back', second.choices[0].message.content === 'call_1: rain', JSON.stringify(second));

/* Upstream must be let go within a second of the client's abort. */
const aborted = async (what, name, begin) => {
	const was = (await upstream()).hung, stop = new AbortController();
	let error;
	await begin(stop).catch((e) => { error = e; });
	let now = was;
	from = Date.now();
	while (now.closed === was.closed && Date.now() - from < 5000) { now = (await upstream()).hung; await wait(20); }
	ok(`abort: ${what}: upstream is let go`, now.open === was.open + 1 && now.closed === was.closed + 1, JSON.stringify({ was, now }));
	ok(`abort: ${what}: within a second`, Date.now() - from < 1000, `${Date.now() - from} ms`);
	ok(`abort: ${what}: the client knows`, error instanceof OpenAI.APIUserAbortError, error?.constructor.name);
	ok(`abort: ${what}: it counts as the reserve`, /^estimated [1-9]/.test(await settled(name)), await settled(name));
};
await aborted('a stream', 'hang', async (stop) => {
	const stream = await eager.chat.completions.create({ model: 'hang', messages, stream: true }, { signal: stop.signal });
	for await (const part of stream)
		if (part.choices[0]?.delta?.content)
			stop.abort();
	throw new OpenAI.APIUserAbortError(); /* the client ends its loop in silence */
});
await aborted('an answer', 'hang-whole', async (stop) => {
	const was = (await upstream()).hung, call = eager.chat.completions.create({ model: 'hang-whole', messages }, { signal: stop.signal });
	call.catch(() => {});
	while ((await upstream()).hung.open === was.open) await wait(20);
	stop.abort();
	await call;
});
console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
