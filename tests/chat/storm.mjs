/*
 * Many callers of one budget: storm.mjs BASE TOKEN CLIENTS RESERVE SECONDS
 *
 * Each asks again and again until the limit has refused it a few times or the
 * time is up. Prints what was answered, and how many were refused although what
 * they would have reserved was left.
 */
import http from 'node:http';

const [base, token, clients, reserve, seconds] = process.argv.slice(2);
const body = JSON.stringify({ model: 'bus-static', max_tokens: 14, messages: [{ role: 'user', content: 'hi' }] });
const agent = new http.Agent({ keepAlive: true });
const until = Date.now() + Number(seconds) * 1000;
const seen = { ok: 0, refused: 0, false_refusals: 0, other: 0 };

const ask = () => new Promise((done) => {
	const r = http.request(`${base}/v1/chat/completions`, {
		method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length },
	}, (a) => {
		a.resume();
		a.on('error', () => done([0]));
		a.on('end', () => done([a.statusCode, Number(a.headers['x-bus-remaining-micro'])]));
	});
	r.setTimeout(20000, () => r.destroy());
	r.on('error', () => done([0]));
	r.end(body);
});

await Promise.all(Array.from({ length: Number(clients) }, async () => {
	for (let refused = 0; refused < 3 && Date.now() < until;) {
		const [status, remaining] = await ask();
		if (status === 200) seen.ok++;
		else if (status === 429) {
			seen.refused++;
			refused++;
			if (!(remaining < Number(reserve))) seen.false_refusals++;
		} else {
			seen.other++;
			await new Promise((d) => setTimeout(d, 50));
		}
	}
}));
console.log(JSON.stringify(seen));
process.exit(0);
