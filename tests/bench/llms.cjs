/* The peer @musistudio/llms before two upstreams: llms.cjs PORT ANSWERS_PORT STREAMS_PORT */
const llms = require('@musistudio/llms');
const [port, ...up] = process.argv.slice(2);
const Server = llms.default ?? llms;
new Server({
	logger: false,
	initialConfig: { HOST: '127.0.0.1', PORT: port, providers: ['up', 'streams'].map((name, i) => ({ name,
		api_base_url: `http://127.0.0.1:${up[i]}/v1/chat/completions`, api_key: 'x', models: ['m'] })) },
}).start();
