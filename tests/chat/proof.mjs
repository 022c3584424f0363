/*
 * Checks a proof of GET /api/v1/usage/{usage_id}/proof with nothing but the
 * published keys: proof.mjs PROOF.json JWKS.json
 */
import crypto from 'node:crypto';
import fs from 'node:fs';

const [file, keyFile] = process.argv.slice(2);
const sha = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();
const keys = JSON.parse(fs.readFileSync(keyFile)).keys;
const proofs = JSON.parse(fs.readFileSync(file)).proofs;
if (!Array.isArray(proofs) || proofs.length === 0) {
	console.error('no proof in it');
	process.exit(1);
}
for (const p of proofs) {
	const s = p.seal;
	let at = sha(Buffer.from([0]), Buffer.from(p.entry)), m = p.index, last = s.entries - 1;
	for (const hex of p.path) {
		const other = Buffer.from(hex, 'hex');
		if (m % 2 === 1 || m === last) {
			at = sha(Buffer.from([1]), other, at);
			while (m % 2 === 0 && m !== 0) { m = Math.floor(m / 2); last = Math.floor(last / 2); }
		} else {
			at = sha(Buffer.from([1]), at, other);
		}
		m = Math.floor(m / 2);
		last = Math.floor(last / 2);
	}
	const text = ['busdk ledger seal 1', s.seal, s.first, s.last, s.entries, s.root, s.previous, s.at, ''].join('\n');
	const key = crypto.createPublicKey({ key: keys.find((k) => k.kid === s.kid), format: 'jwk' });
	if (last !== 0 || at.toString('hex') !== s.root || !crypto.verify(null, Buffer.from(text), key, Buffer.from(s.signature, 'base64'))) {
		console.error(`does not hold: ${p.entry}`);
		process.exit(1);
	}
	console.log(`holds: ${p.entry} in seal ${s.seal} of ${s.at}`);
}
