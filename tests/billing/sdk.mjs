/* The provider's own library signs, our hook accepts: sdk.mjs BASE SECRET */
import Stripe from 'stripe';
import { event, now, send } from './events.mjs';

const [base, secret] = process.argv.slice(2);
const stripe = new Stripe('sk_test_never_used');
let bad = 0;
for (const [what, name, change, want] of [
	['a signed event', 'Mökki €', (b) => b, 200],
	['an event that was changed', 'x', (b) => `${b} `, 400],
]) {
	const payload = event(`evt_sdk_${now()}_${bad}_${name.length}`, 'customer.updated', { id: 'cus_1', name });
	const header = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: now() });
	const r = await send(base, change(payload), header);
	stripe.webhooks.constructEvent(payload, header, secret);
	console.log(`${r.status === want ? 'ok' : 'not ok'} - ${what}: ${r.status}`);
	bad += r.status !== want;
}
process.exit(bad ? 1 : 0);
