/* Signed events, each with a name of its own: deliveries.mjs SECRET COUNT PREFIX
 * prints a line of signature, tab and body for each. */
import { event, now, session, sign } from '../billing/events.mjs';

const [secret, count, prefix] = process.argv.slice(2);
const page = { checkout_id: 'chk_bench', session_id: 'cs_bench', run_id: 'run_bench', amount: 1900, currency: 'eur' };
const out = [];
for (let i = 0; i < +count; i++) {
	const body = event(`evt_${prefix}_${i}`, 'a.type.to.come', session(page, 'paid'));
	out.push(`${sign(secret, now(), body)}\t${body}\n`);
}
process.stdout.write(out.join(''));
