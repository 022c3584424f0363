/* Does the receipt in FILE hold, by the keys that BASE publishes? receipt.mjs BASE FILE */
import crypto from 'node:crypto';
import fs from 'node:fs';

const [base, file] = process.argv.slice(2);
const text = fs.readFileSync(file, 'utf8').trim();
const said = text.replace(/,"signature":"[^"]*"}$/, '}');
const [head, payload, signature] = JSON.parse(text).signature.split('.');
const { kid } = JSON.parse(Buffer.from(head, 'base64url'));
const jwk = (await (await fetch(`${base}/.well-known/jwks.json`)).json()).keys.find((k) => k.kid === kid);
const holds = Buffer.from(payload, 'base64url').toString() === said &&
	crypto.verify(null, Buffer.from(`${head}.${payload}`), crypto.createPublicKey({ key: jwk, format: 'jwk' }), Buffer.from(signature, 'base64url'));
process.exit(holds ? 0 : 1);
