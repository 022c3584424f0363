/*
 * Many callers of one budget: storm.mjs BASE TOKEN CLIENTS RESERVE SECONDS SEED
 *
 * Each asks again and again, in ways that follow from the seed: whole, streamed,
 * leaving in the middle, with a key and again with the same one, taking a shorter
 * answer; until the limit has refused it a few times (a storm of more than 30 s goes
 * on: its limit rises) or the time is up. Prints what
 * was answered, and how many were refused although what they would have reserved was
 * left. What is answered again by its key counts once.
 */
import http from 'node:http';

const [base, token, clients, reserve, seconds, seed = 1] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const until = Date.now() + Number(seconds) * 1000;
const seen = { ok: 0, again: 0, left: 0, refused: 0, false_refusals: 0, other: 0, differs: 0 };

/* mulberry32: the same seed, the same storm, as far as the machine allows. */
const random = (a) => () => {
	a = (a + 0x6d2b79f5) | 0;
	let t = Math.imul(a ^ (a >>> 15), 1 | a);
	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const ask = ({ stream = false, leave = false, key, clamp } = {}) => new Promise((done) => {
	const body = JSON.stringify({ model: 'bus-static', max_tokens: 14, ...(stream ? { stream } : {}), messages: [{ role: 'user', content: 'hi' }] });
	const r = http.request(`${base}/v1/chat/completions`, {
		method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': body.length,
			...(key ? { 'idempotency-key': key } : {}), ...(clamp ? { 'x-bus-clamp': 'allow' } : {}) },
	}, (a) => {
		let text = '';
		if (leave) {
			a.on('error', () => {});
			a.destroy();
			return done({ left: true });
		}
		a.on('data', (d) => { text += d; });
		a.on('error', () => done({}));
		a.on('end', () => done({ status: a.statusCode, text, remaining: Number(a.headers['x-bus-remaining-micro']),
			again: a.headers['idempotency-replayed'] === 'true', whole: !stream || text.endsWith('data: [DONE]\n\n') }));
	});
	r.setTimeout(20000, () => r.destroy());
	r.on('error', () => done({}));
	r.end(body);
});

await Promise.all(Array.from({ length: Number(clients) }, async (_, n) => {
	const next = random(Number(seed) * 1000 + n);
	const count = (a, need) => {
		if (a.left) seen.left++;
		else if (a.status === 200 && a.again) seen.again++;
		else if (a.status === 200 && a.whole) seen.ok++;
		else if (a.status === 429) {
			seen.refused++;
			seen.false_refusals += !(a.remaining < need);
			return 1;
		} else seen.other++;
		return 0;
	};
	for (let refused = 0, calls = 0; (refused < 3 || seconds > 30) && Date.now() < until; calls++) {
		const dice = next(), how = { stream: next() < 0.5 };
		if (dice < 0.1) how.leave = true;
		else if (dice < 0.2) how.key = `k-${n}-${calls}`;
		else if (dice < 0.25) how.clamp = true;
		const a = await ask(how);
		/* Somebody who takes less is refused only when there is nothing at all. */
		refused += count(a, how.clamp || how.stream ? Infinity : Number(reserve));
		if (how.key && a.status === 200 && a.whole) {
			const b = await ask(how);
			count(b, Infinity);
			seen.differs += b.status === 200 && b.again && b.text !== a.text;
		}
		if (!a.left && a.status !== 200 && (a.status !== 429 || seconds > 30))
			await new Promise((d) => setTimeout(d, 50));
	}
}));
console.log(JSON.stringify(seen));
process.exit(0);
