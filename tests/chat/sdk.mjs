/* OpenAI's own client against the gateway: sdk.mjs BASE TOKEN */
import OpenAI from 'openai';

const [baseURL, apiKey] = process.argv.slice(2);
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
const stop = new AbortController();
setTimeout(() => stop.abort(), 10);
try {
	await client.chat.completions.create({ model: 'nobody', messages }, { signal: stop.signal, maxRetries: 5 });
	ok('abort', false);
} catch (e) {
	ok('abort', e instanceof OpenAI.APIUserAbortError || e.status === 503, e.constructor.name);
}
console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
