/*
 * Checks what busdk signs with nothing but the published keys, by the id that
 * the signature names:
 *   stranger.mjs JWKS.json envelope PROVENANCE.dsse FILE
 *   stranger.mjs JWKS.json receipt RUN.json     (its member "decision")
 */
import assert from 'node:assert';
import crypto from 'node:crypto';
import fs from 'node:fs';

const [jwks, kind, file, artifact] = process.argv.slice(2);
const json = (path) => JSON.parse(fs.readFileSync(path));
const keys = json(jwks).keys;

/* The thumbprint (RFC 7638) is made here again: an id that somebody chose is none. */
for (const { kty, crv, x, kid, use, alg, ...more } of keys) {
	assert.deepEqual([kty, crv, use, alg, more], ['OKP', 'Ed25519', 'sig', 'EdDSA', {}]);
	assert.equal(kid, crypto.createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url'));
}
function holds(kid, text, signature) {
	const jwk = keys.find((k) => k.kid === kid);
	assert(jwk, `no key ${kid}`);
	assert(crypto.verify(null, text, crypto.createPublicKey({ key: jwk, format: 'jwk' }), signature), 'the signature does not hold');
}

if (kind === 'envelope') {
	const { payload, payloadType, signatures: [s] } = json(file);
	const body = Buffer.from(payload, 'base64');
	assert.equal(payloadType, 'application/vnd.in-toto+json');
	holds(s.keyid, Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `), body]), Buffer.from(s.sig, 'base64'));
	assert.equal(JSON.parse(body).subject[0].digest.sha256, crypto.createHash('sha256').update(fs.readFileSync(artifact)).digest('hex'));
} else {
	const { signature, ...receipt } = json(file).decision;
	const [head, body, sig] = signature.split('.');
	const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url'));
	assert.equal(alg, 'EdDSA');
	holds(kid, Buffer.from(`${head}.${body}`), Buffer.from(sig, 'base64url'));
	assert.deepEqual(JSON.parse(Buffer.from(body, 'base64url')), receipt);
}
