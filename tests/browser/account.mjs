/*
 * Signing in and the account page, in a real browser against a running server.
 *
 *   BUS_URL    where the portal is
 *   BUS        the operator's program
 *   BUS_MAIL   the folder that mail is put into
 *   BUS_SQL    a command that takes a statement, as the administrator
 *   BUS_SHOTS  optional: a folder for screenshots of every state
 */
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { base, SOON, ok, is, group, finish, calm, launch, visitor, look, tabTo } from './lib.mjs';

const { BUS, BUS_MAIL, BUS_SQL } = process.env;
const ANN = 'ann@example.com';

const run = (...words) => execFileSync(words[0], words.slice(1), { encoding: 'utf8' }).trim();
const sql = statement => run(...BUS_SQL.split(' '), statement);

/* The code in the next mail to an address: each mail is read once. */
const read = new Set();
const mails = () => existsSync(BUS_MAIL) ? readdirSync(BUS_MAIL).filter(n => n.endsWith('.eml')) : [];
async function codeFor(address) {
	for (const end = Date.now() + 3 * SOON; Date.now() < end; await new Promise(done => setTimeout(done, 100)))
		for (const name of mails().filter(n => !read.has(n))) {
			const mail = readFileSync(`${BUS_MAIL}/${name}`, 'utf8');
			if (!mail.includes(`To: <${address}>`))
				continue;
			read.add(name);
			return mail.match(/Your code: (\d{8})/)[1];
		}
	throw new Error(`no mail to ${address}`);
}

const wrong = code => code === '00000000' ? '11111111' : '00000000';
const says = (p, words) => p.waitForFunction(w => [...document.querySelectorAll('.error, #announce, .note')]
	.some(el => el.textContent.includes(w)), words);
const press = (p, name) => p.getByRole('button', { name, exact: true }).click();
const PORTAL = 'Change or end the plan, invoices';
const part = (p, kind) => p.locator(`.card.${kind}`);

async function askCode(p, address) {
	mails().forEach(name => read.add(name)); /* from now on */
	await p.fill('[name=email]', address);
	await p.press('[name=email]', 'Enter');
	await p.locator('[name=otp]').waitFor();
}

/* From the answer to a first message to an approved scope. */
async function toScope(p) {
	await p.locator('.ask button, .card.scope').first().waitFor();
	if (await p.locator('.ask button').count())
		await p.locator('.ask button').click();
	await p.getByRole('button', { name: 'Approve scope' }).click();
}

async function toPay(p) {
	await toScope(p);
	await part(p, 'pay').waitFor();
}

async function enter(p, address) {
	await p.goto('/account.html');
	await askCode(p, address);
	await p.fill('[name=otp]', await codeFor(address));
	await p.press('[name=otp]', 'Enter');
	await part(p, 'who').waitFor();
}

const browser = await launch();
const context = await visitor(browser);
context.expected = true; /* answers of 401 are what this is about */
const page = await context.newPage();
let conversation;

await group('from the conversation to an account and back', async () => {
	await page.goto('/');
	await page.fill('#text', 'A counter of laps');
	await page.press('#text', 'Enter');
	await page.locator('.ask button, .card.scope').first().waitFor();
	conversation = page.url();
	await page.fill('#text', 'half a sentence');
	await page.getByRole('link', { name: 'Account' }).click();
	await page.locator('[name=email]').waitFor();
	ok(await page.locator('[name=email]').evaluate(el => el === document.activeElement), 'the address is asked for at once');
	is(await page.locator('#parts > .note').count(), 0, 'and nothing is said of a session that ended');
	await look(page, 'account-email');

	await page.fill('[name=email]', 'nobody');
	await page.press('[name=email]', 'Enter');
	await says(page, 'This cannot be used.');
	is(await page.getAttribute('[name=email]', 'aria-invalid'), 'true', 'what is no address is told at the field');

	await askCode(page, ANN);
	const code = await codeFor(ANN), field = page.locator('[name=otp]');
	is(await field.getAttribute('autocomplete'), 'one-time-code', 'the browser may offer the code');
	is(await field.getAttribute('inputmode'), 'numeric', 'by a keyboard of digits');
	ok(await field.evaluate(el => el === document.activeElement), 'the focus is in the field of the code');
	ok(/Send another code \(\d+s\)/.test(await page.locator('.again').innerText()), 'another one has to wait, and says how long',
		await page.locator('.again').innerText());
	await look(page, 'account-code');

	await field.fill('1234');
	await field.press('Enter');
	await says(page, 'A code has eight digits.');
	for (const [n, words] of [[4, '4 tries are left.'], [3, '3 tries'], [2, '2 tries'], [1, 'One try is left.'], [0, 'No try is left']]) {
		await field.fill(wrong(code));
		await field.press('Enter');
		await says(page, words);
		ok(true, `wrong: ${n} left`);
	}
	await look(page, 'account-spent');
	await field.fill(code);
	await field.press('Enter');
	await says(page, 'No try is left');
	ok(await field.isVisible(), 'and then the right one is no good');

	await page.clock.install();
	await page.clock.fastForward(40000);
	await page.getByRole('button', { name: 'Send another code', exact: true }).click();
	await says(page, 'Another code is on its way');
	const next = await codeFor(ANN);
	await field.evaluate((el, text) => {
		el.focus();
		document.execCommand('insertText', false, text);
	}, ` ${next.slice(0, 4)} ${next.slice(4)} `);
	await field.press('Enter');
	await part(page, 'who').waitFor();
	ok(true, 'a code pasted with blanks lets in');
	is(await part(page, 'who').locator('h2').innerText(), ANN, 'as who was asked for');
	ok(await page.locator('#goon').evaluate(el => el === document.activeElement), 'the way back has the focus');
	await page.keyboard.press('Enter');
	await page.locator('.ask button, .card.scope').first().waitFor();
	is(page.url(), conversation, 'it leads to the conversation');
	is(await page.inputValue('#text'), 'half a sentence', 'with what was being written');
	await page.fill('#text', '');
});

await group('a payment page and back', async () => {
	await page.goto(conversation);
	await toPay(page);
	await part(page, 'pay').getByRole('button').click();
	await page.waitForURL(url => !url.hash.startsWith('#run_'));
	ok(!page.url().includes('#run_'), 'the payment page is opened from the card', page.url());
	const worn = () => page.evaluate(() => [document.documentElement, document.querySelector('.go')].map(el => getComputedStyle(el)).map(s => s.backgroundColor + s.borderRadius).join(' '));
	const light = await worn();
	await page.emulateMedia({ colorScheme: 'dark' });
	ok(/10px$/.test(light) && light !== await worn(), 'it wears what the portal wears, light and dark', light);
	await look(page, 'payment');
	await page.locator('form button, form input[type=submit]').first().click();
	await page.waitForURL(url => url.hash.startsWith('#run_'));
	is(page.url(), conversation, 'it comes back to the run');
	await page.waitForFunction(() => /Build|Queued|Working/.test(document.getElementById('state').innerText));
	ok(true, 'which says how it goes on');
});

await group('an address for a run', async () => {
	const EVE = 'eve@example.com', other = await visitor(browser);
	other.expected = true;
	const p = await other.newPage();
	await p.goto('/');
	await p.fill('#text', 'A counter of laps');
	await p.press('#text', 'Enter');
	await toScope(p);
	await part(p, 'contact').waitFor();
	is(await part(p, 'pay').count(), 0, 'who is not known is asked for an address before any payment');
	await look(p, 'run-contact');
	const below = await part(p, 'contact').locator('input, button').evaluateAll(([a, b]) => b.getBoundingClientRect().top - a.getBoundingClientRect().bottom);
	ok(below >= 8, 'its button keeps a distance', `${below} px`);
	mails().forEach(name => read.add(name));
	for (const address of ['vee@example.com', EVE]) {
		await p.fill('[name=email]', address);
		await p.press('[name=email]', 'Enter');
		await part(p, 'contact').getByText(`A code was sent to ${address}.`).waitFor();
	}
	ok(await p.locator('[name=code]').evaluate(el => el === document.activeElement), 'a mistaken address can be corrected');
	const code = await codeFor(EVE);
	await p.fill('[name=code]', wrong(code));
	await p.press('[name=code]', 'Enter');
	await p.waitForFunction(() => document.getElementById('wrong')?.textContent);
	ok(await p.locator('[name=code]').isVisible(), 'a wrong code is told at its field');
	await p.fill('[name=code]', code);
	await p.press('[name=code]', 'Enter');
	await part(p, 'pay').waitFor();
	ok(true, 'with the right one the payment is next');
	await other.close();
});

await group('the account', async () => {
	await page.goto('/account.html');
	await part(page, 'usage').waitFor();
	await look(page, 'account');
	ok(/can have keys once/.test(await part(page, 'newkey').innerText()), 'no keys before the operator says so');
	is(await part(page, 'sessions').locator('strong').innerText(), 'This browser', 'this session is marked');
	ok(/visitor Trial/.test(await part(page, 'plan').innerText()), 'the plan', await part(page, 'plan').innerText());

	run(BUS, 'auth', 'approve', ANN);
	await page.reload();
	await page.fill('[name=name]', 'a nightly job');
	await page.uncheck('[value="llm:proxy"]');
	await page.press('[name=name]', 'Enter');
	await says(page, 'Choose what it may do.');
	await page.check('[value="usage:read"]');
	await press(page, 'Create a key');
	await part(page, 'made').waitFor();
	const key = await part(page, 'made').locator('code').innerText();
	ok(/^bk_/.test(key), 'a key is shown');
	const use = () => fetch(new URL('/api/v1/usage', base), { headers: { Authorization: `Bearer ${key}` } });
	is((await use()).status, 200, 'and good for what was chosen');
	await look(page, 'account-key');
	await page.reload();
	await part(page, 'keys').waitFor();
	ok(!(await page.content()).includes(key), 'it is shown once');
	await page.getByRole('button', { name: 'Revoke: a nightly job' }).click();
	await part(page, 'keys').getByText('Revoked').waitFor();
	is((await use()).status, 401, 'revoked, it opens nothing');

	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download everything' }).click()]);
	const doc = JSON.parse(readFileSync(await download.path(), 'utf8'));
	is(download.suggestedFilename(), 'busdk-account.json', 'everything comes as one file');
	is(doc.contact[0].email, ANN, 'of the own account');
	ok(doc.run_messages.some(m => m.text === 'A counter of laps'), 'with what was said');
});

await group('what blocks an account, and what helps', async () => {
	is(await page.getByRole('button', { name: PORTAL }).count(), 0, "no way to a provider's portal before a subscription");
	const state = async more => {
		await page.unroute('**/api/v1/billing/status');
		await page.route('**/api/v1/billing/status', async r => {
			const got = await r.fetch();
			await r.fulfill({ response: got, json: { ...await got.json(), ...more } });
		});
		await page.goto('/account.html');
		await part(page, 'plan').waitFor();
		return part(page, 'plan').innerText();
	};
	const subscription = { status: 'active', plan_id: 'pro', cancel_at_period_end: false };
	const main = () => part(page, 'plan').locator('.go').allInnerTexts();
	for (const [why, words] of [['quota_exceeded', 'A limit of the plan is reached'], ['billing_required', 'need a plan']]) {
		ok((await state({ blocked: true, blocked_reason: why })).includes(words), why);
		await press(page, 'Choose a plan');
		ok(await part(page, 'plans').locator('button').first().evaluate(el => el === document.activeElement), `${why} leads to the plans`);
	}
	await look(page, 'account-blocked');
	ok(/not in force any more/.test(await state({ subscription_inactive: true, subscription: { ...subscription, status: 'canceled' } })), 'a subscription that has ended');
	is((await main()).join(), 'Choose a plan', 'another one can be chosen');
	ok(/A payment did not arrive/.test(await state({ status: 'past_due', next_action: 'update_payment', subscription: { ...subscription, status: 'past_due' } })), 'a payment that is late');
	is((await main()).join(), PORTAL, "is paid in the provider's portal");
	await state({ blocked: true, blocked_reason: 'quota_exceeded', plan_id: 'pro', subscription });
	is((await main()).join(), PORTAL, 'who has a subscription goes on to a larger plan there');
	is(await part(page, 'plans').locator('button').count(), 0, 'and buys no second one');
	for (const why of ['payment_disputed', 'operator_disabled']) {
		await state({ blocked: true, blocked_reason: why });
		is((await main()).length, 0, `${why} is the operator's`);
	}
	await page.route('**/api/v1/billing/portal-session', r => r.fulfill({ status: 503, json: { code: 'unavailable' } }));
	await state({ subscription });
	for (let i = 0; i < 2; i++) {
		await press(page, PORTAL);
		await page.waitForFunction(() => document.activeElement.matches('.problem h2'));
		await page.locator('#title').focus();
	}
	is(await part(page, 'problem').count(), 1, 'what fails twice is told once, and has the focus');
	await page.unrouteAll();
	await page.route('**/api/v1/billing/catalog', r => r.fulfill({ json: { items: [] } }));
	await page.goto('/account.html');
	await part(page, 'plan').waitFor();
	is(await part(page, 'plans').count(), 0, 'where nothing is sold there is no list');
	await page.unrouteAll();
});

await group('a second place', async () => {
	const other = await visitor(browser);
	other.expected = true;
	const there = await other.newPage();
	await enter(there, ANN);
	await page.goto('/account.html');
	await part(page, 'sessions').locator('li').nth(1).waitFor();
	is(await part(page, 'sessions').locator('li').count(), 2, 'both are listed');
	const tab = await other.newPage();
	await tab.goto('/account.html');
	await part(tab, 'who').waitFor();
	await page.getByRole('button', { name: /^Sign out there: .*20/ }).click();
	await page.waitForFunction(() => document.querySelectorAll('.sessions li').length === 1 && document.activeElement.id === 'title');
	await tab.fill('[name=typed]', ANN);
	await press(tab, 'Send a code to delete');
	await tab.locator('[name=email]').waitFor();
	ok(/session has ended/.test(await tab.locator('#parts').innerText()), 'the ended session is told, and leads to the door');
	await look(tab, 'account-ended');
	await there.bringToFront();
	await there.evaluate(() => dispatchEvent(new Event('visibilitychange')));
	await there.locator('[name=email]').waitFor();
	ok(true, 'in its other tab too');
	await other.close();
});

await group('a second tab', async () => {
	const tab = await context.newPage();
	await tab.goto('/account.html');
	await part(tab, 'who').waitFor();
	await page.evaluate(() => sessionStorage.setItem('draft:new', '"not for others"'));
	await press(page, 'Sign out');
	await page.locator('[name=email]').waitFor();
	is(await page.evaluate(() => sessionStorage.length), 0, 'nothing of what was written stays behind');
	await says(page, 'You are signed out.');
	await tab.getByRole('button', { name: 'Sign out', exact: true }).click();
	await tab.locator('[name=email]').waitFor();
	ok(true, 'signing out twice is signing out');
	is((await context.cookies()).filter(c => /session/.test(c.name)).length, 0, 'no session is left');
	await tab.close();
});

await group('an expired session', async () => {
	await enter(page, ANN);
	await page.goto(conversation);
	await page.locator('#log .msg').first().waitFor();
	sql("UPDATE bus.session SET expires_at = now() - interval '1 s'");
	await page.goto('/account.html');
	await page.locator('[name=email]').waitFor();
	ok(/session has ended/.test(await page.locator('#parts').innerText()), 'is told');
	await page.goto(conversation);
	await part(page, 'problem').getByRole('link', { name: 'Sign in' }).click();
	await askCode(page, ANN);
	await page.fill('[name=otp]', await codeFor(ANN));
	await page.keyboard.press('Enter');
	await page.locator('#goon').click();
	await page.locator('#log .msg').first().waitFor();
	is(page.url(), conversation, 'signing in again leads back to the run');
});

/* What an authenticator shows (RFC 6238), so many steps from now. */
function authenticator(secret, steps) {
	const bits = [...secret].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)));
	const at = Buffer.alloc(8);
	at.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
	const mac = createHmac('sha1', key).update(at).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1e6).padStart(6, '0');
}

await group('a second factor', async () => {
	const show = async code => {
		await part(page, 'second').locator('input').fill(code);
		await part(page, 'second').locator('input').press('Enter');
	};
	await page.goto('/account.html');
	await press(page, 'Set it up');
	await part(page, 'second').locator('input').waitFor();
	const secret = await part(page, 'second').locator('code').innerText();
	ok(/^[A-Z2-7]{32}$/.test(secret), 'a key for the authenticator');
	ok((await part(page, 'second').locator('a').getAttribute('href')).startsWith('otpauth://totp/'), 'and an address for it');
	await look(page, 'account-second');
	await show('12345a');
	await says(page, 'That code is wrong');
	await show(authenticator(secret, -1));
	await part(page, 'recovery').waitFor();
	const codes = await part(page, 'recovery').locator('code').allInnerTexts();
	is(codes.length, 10, 'confirmed, with recovery codes');
	await look(page, 'account-recovery');

	sql('UPDATE bus.session SET second_until = NULL');
	await page.goto('/');
	await page.fill('#text', 'A tip calculator that splits the bill');
	await page.press('#text', 'Enter');
	await toPay(page);
	const run = page.url();
	await part(page, 'pay').getByRole('button').click();
	await part(page, 'problem').waitFor();
	ok(/Show your second factor first/.test(await part(page, 'problem').innerText()), 'a payment asks for it');
	await page.getByRole('link', { name: 'Account' }).click();
	await part(page, 'second').locator('input').waitFor();
	ok(!(await page.content()).includes(secret) && !(await page.content()).includes(codes[0]), 'key and codes are shown once');
	await show(codes[0]);
	await part(page, 'second').getByText('It counts for a while').waitFor();
	ok(true, 'a recovery code is as good');
	await page.locator('#back').click();
	await part(page, 'pay').waitFor();
	is(page.url(), run, 'the way back leads to the run');
	await part(page, 'pay').getByRole('button').click();
	await page.waitForURL(url => !url.hash.startsWith('#run_'));
	ok(true, 'and the payment page opens');

	/* A plan: bought, changed and ended. */
	sql('UPDATE bus.session SET second_until = NULL');
	await page.goto(run);
	await part(page, 'pay').waitFor();
	await page.getByRole('link', { name: 'Account' }).click();
	await part(page, 'plans').waitFor();
	const sold = await part(page, 'plans').innerText();
	ok(/Pro/.test(sold) && /50,000,000 units \(day\)/.test(sold) && /€29 each month/.test(sold) && /€290 each year/.test(sold),
		'plans with their prices and limits', sold);
	ok(/Support: standard · mon, tue, wed, thu, fri 07:00 to 15:00 UTC/.test(sold), 'and when support answers', sold);
	await look(page, 'account-plans');
	await page.getByRole('button', { name: 'Pro: €29 each month' }).click();
	await part(page, 'problem').getByText('Show your second factor first').waitFor();
	await press(page, 'Show it');
	ok(await part(page, 'second').locator('input').evaluate(el => el === document.activeElement), 'a plan asks for the second factor, and the way to it is a button');
	await show(codes[2]);
	await page.waitForURL('**/local-payments/**');
	ok(true, 'shown, the payment page follows');
	await page.getByRole('link', { name: 'Back to where you came from' }).click();
	await part(page, 'coming').getByText('If you did not pay, nothing is charged').waitFor();
	is(sql('SELECT count(*) FROM bus.subscription'), '0', 'who does not pay comes back without a plan');
	await page.getByRole('button', { name: 'Pro: €29 each month' }).click();
	await page.waitForURL('**/local-payments/**');
	await page.locator('form button').first().click();
	await part(page, 'coming').getByText('The plan Pro is in force.').waitFor({ timeout: 6 * SOON });
	ok(/pro Trial/.test(await part(page, 'plan').innerText()), 'paid, it is in force', await part(page, 'plan').innerText());
	ok(/50,000,000/.test(await part(page, 'usage').innerText()), 'with its limits', await part(page, 'usage').innerText());
	ok(/Support: standard · .* UTC · (open|closed) now/.test(await part(page, 'plan').innerText()), 'and with support');
	await look(page, 'account-bought');
	await part(page, 'coming').getByRole('link').click();
	await part(page, 'pay').waitFor();
	is(page.url(), run, 'and the conversation goes on where it was');

	await page.getByRole('link', { name: 'Account' }).click();
	/* What the provider was told is read by a pass: each look asks again. */
	const shows = async words => {
		for (const end = Date.now() + 6 * SOON; Date.now() < end;) {
			await page.goto('/account.html');
			await part(page, 'plan').waitFor();
			if (words.test(await part(page, 'plan').innerText()))
				return true;
		}
		return false;
	};
	const provider = async name => {
		await press(page, PORTAL);
		await page.waitForURL('**/local-subscriptions/**');
		await page.getByRole('button', { name }).click();
		await page.waitForURL('**/local-subscriptions/**');
	};
	const price = () => sql("SELECT coalesce(max(price_id), '') FROM bus.subscription");
	await part(page, 'plan').waitFor();
	is(await part(page, 'plans').locator('button').count(), 0, 'no second subscription is offered');
	await provider('Change to pro, 290.00 eur each year');
	for (const end = Date.now() + 6 * SOON; Date.now() < end && !/year/.test(price());)
		await new Promise(done => setTimeout(done, 100));
	ok(/year/.test(price()), 'changed to another price', price());
	await page.getByRole('link', { name: 'Back to where you came from' }).click();
	await part(page, 'plan').waitFor();
	ok(true, "the provider's page leads back to the account");
	await provider('Cancel at the end of the period');
	ok(await shows(/It ends with the period/), 'ended with its period');
	await provider('End now');
	ok(await shows(/not in force any more/), 'ended at once');
	ok(/visitor/.test(await part(page, 'plan').innerText()), 'the own plan is in force again');
	await press(page, 'Choose a plan');
	ok(await part(page, 'plans').locator('button').first().evaluate(el => el === document.activeElement), 'and another can be bought');
	await page.goto('/account.html');
	await part(page, 'second').locator('input').waitFor();
	await part(page, 'second').locator('input').fill(codes[0]);
	await press(page, 'Switch it off');
	await says(page, 'That code is wrong');
	ok(true, 'once');
	await part(page, 'second').locator('input').fill(codes[1]);
	await press(page, 'Switch it off');
	await page.getByRole('button', { name: 'Set it up' }).waitFor();
	ok(true, 'switched off by another');
});

await group('by the keyboard', async () => {
	await page.goto('/account.html');
	await part(page, 'leave').waitFor();
	for (const name of ['Sign out', 'Create a key', 'Download everything', 'Send a code to delete'])
		ok(await tabTo(page, name), `Tab reaches ${name}`);
});

await group('leaving', async () => {
	await page.fill('[name=typed]', 'bob@example.com');
	await page.press('[name=typed]', 'Enter');
	await says(page, 'That is another address.');
	await page.fill('[name=typed]', ANN);
	await page.press('[name=typed]', 'Enter');
	await part(page, 'leave').locator('[name=otp]').waitFor();
	await look(page, 'account-leave');
	const code = await codeFor(ANN);
	await page.fill('[name=otp]', wrong(code));
	await page.press('[name=otp]', 'Enter');
	await says(page, '4 tries are left.');
	await page.fill('[name=otp]', code);
	await page.press('[name=otp]', 'Enter');
	await page.locator('[name=email]').waitFor();
	await says(page, 'Your account is deleted.');
	is(sql(`SELECT count(*) FROM bus.customer WHERE email = '${ANN}'`), '0', 'the address is gone');
});

await calm();

await browser.close();
finish();
