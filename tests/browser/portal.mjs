/*
 * The acceptance conversation, in a real browser against a running server.
 *
 *   BUS_URL      where the portal is, such as http://localhost:8080/
 *   BUS_APPROVE  the operator's command, such as "build/bus build approve"; the
 *                run's id is appended
 *   BUS_FAIL     optional: a command that lets a run fail; without it the
 *                failure card is shown by rewriting the server's answer
 *   BUS_WAIT     seconds a build may take (240)
 *   BUS_SHOTS    optional: a folder for screenshots of every state
 */
import { readFileSync, statSync } from 'node:fs';
import { base, BUILD, ok, is, group, finish, calm, operator, sha256, launch, visitor, look, tabTo, tickets }
	from './lib.mjs';
import { network, payment, problems, restored } from './trouble.mjs';

const EXAMPLES = 5;
const APPROVE = process.env.BUS_APPROVE;
if (!APPROVE)
	throw new Error('BUS_APPROVE is not set');

const browser = await launch();
const context = await visitor(browser);
const page = await context.newPage();

export const idOf = p => new URL(p.url()).hash.slice(1);
const card = (p, kind) => p.locator(`.card.${kind}`);
const type = async (p, words) => { await p.fill('#text', words); await p.press('#text', 'Enter'); };
const focused = (p, selector) => p.waitForFunction(s =>
	document.activeElement?.matches(s), selector);

/* From a new page of the portal to a scope, whether or not something is asked. */
async function toScope(p, words) {
	await p.goto('/');
	await type(p, words);
	await p.locator('.ask button, .card.scope').first().waitFor();
	if (await p.locator('.ask button').count())
		await p.locator('.ask button').click();
	await card(p, 'scope').waitFor();
}

/* From a scope to the wait for an operator. */
async function toWait(p) {
	await p.getByRole('button', { name: 'Approve scope' }).click();
	await p.locator('.card.pay, .card.wait').first().waitFor();
	if (await card(p, 'pay').count())
		await card(p, 'pay').getByRole('button').click();
	await card(p, 'wait').waitFor();
}

await group('first screen', async () => {
	await page.goto('/');
	await page.locator('#intro h1').waitFor();
	await focused(page, '#text');
	ok(true, 'the first screen is the conversation, ready to write in');
	ok(/€19\b/.test(await page.locator('#intro').innerText()), 'the price is told first');
	is(await page.locator('#intro li button').count(), EXAMPLES, 'examples are offered');
	await look(page, 'empty');

	await page.reload();
	await page.locator('#intro h1').waitFor();
	await page.locator('#home').focus();
	await page.keyboard.press('Shift+Tab');
	ok(await page.locator('#skip').evaluate(el => el === document.activeElement &&
		el.getBoundingClientRect().top >= 0), 'the first stop of the keyboard is the skip link');
	await page.keyboard.press('Enter');
	await focused(page, '#text');
	is(new URL(page.url()).hash, '', 'it leads to the field and leaves the address alone');

	await page.keyboard.type('one');
	await page.keyboard.press('Shift+Enter');
	await page.keyboard.type('two');
	await page.locator('#text').dispatchEvent('keydown', { key: 'Enter', isComposing: true });
	is(await page.inputValue('#text'), 'one\ntwo',
		'Shift+Enter breaks the line, an input method is left alone');
	await page.fill('#text', 'x'.repeat(8001));
	await page.keyboard.press('Enter');
	ok(await page.locator('#texterror').isVisible(), 'too long a message is refused at the field');
	await page.fill('#text', '');
	await page.keyboard.press('Enter');
	ok(await page.locator('#texterror').isVisible(), 'so is an empty one');
	await page.locator('#intro li button').first().click();
	is(await page.inputValue('#text'), 'A tip calculator that splits the bill',
		'an example fills the field');
});

let other, id;

await group('question', async () => {
	const icon = await page.getAttribute('#icon', 'href');
	await type(page, 'I would like a tiny Go web tool.');
	await page.locator('.ask').waitFor();
	id = idOf(page);
	ok(/^run_[a-z0-9]+$/.test(id), 'the run is in the address', page.url());
	await page.locator('.msg.ours').filter({ hasText: '?' }).first().waitFor();
	ok(true, 'one question is asked');
	ok(/^Needs you/.test(await page.title()), 'the title says so');
	ok((await page.getAttribute('#icon', 'href')) !== icon, 'so does the icon');
	is(await page.locator('.mine').count(), 1, 'the own message stands there once');
	await look(page, 'question');

	await page.fill('#text', 'half a thought');
	await page.reload();
	await page.locator('.ask').waitFor();
	is(await page.inputValue('#text'), 'half a thought',
		'reload resumes the conversation and the draft');
	const held = await page.evaluate(() => document.cookie +
		JSON.stringify(sessionStorage) + JSON.stringify(localStorage));
	ok(!/bus_session|session_token/.test(held), 'scripts hold no session');

	other = await context.newPage();
	await other.goto(page.url());
	await other.locator('.ask').waitFor();
	await type(page, 'A tip calculator that splits the bill between people');
	await card(page, 'scope').waitFor();
	await card(other, 'scope').waitFor();
	ok(true, 'the answer leads to a scope, here and in a second tab');
});

await group('scope', async () => {
	const scope = card(page, 'scope');
	await focused(page, '.card.scope h2');
	ok(true, 'the new card has the focus');
	const words = await scope.innerText();
	for (const part of ['What it does', 'Not included', 'Runs on', 'Price', '€'])
		ok(words.includes(part), `the scope tells: ${part}`);
	ok(await scope.evaluate(el => el.closest('[role=log]') && el.getAttribute('aria-live') === 'off'),
		'it stands in the log without being read out whole');
	await look(page, 'scope');
	await scope.locator('h2').focus();
	ok(await tabTo(page, 'Approve scope'), 'Tab leads to the approval');
	await page.keyboard.press('Enter');
	await page.locator('.card.pay, .card.wait').first().waitFor();
	if (await card(page, 'pay').count()) {
		await focused(page, '.card.pay h2');
		await look(page, 'pay');
		await card(page, 'pay').locator('h2').focus();
		ok(await tabTo(page, 'Ask for approval'), 'Tab leads on to asking for approval');
		await page.keyboard.press('Enter');
	}
	await card(page, 'wait').waitFor();
	ok(/Since .*\d/.test(await card(page, 'wait').innerText()), 'the wait tells since when');
	ok(await page.locator('#announce').evaluate(el => el.getAttribute('role') === 'status'),
		'changes are announced politely');
	await card(other, 'wait').waitFor();
	await look(page, 'waiting');
});

await group('build', async () => {
	let marks = 0;
	await page.exposeFunction('sawStep', () => marks++);
	await page.evaluate(() => new MutationObserver(() =>
		document.querySelector('.steps li[aria-current=step]') && window.sawStep()).observe(
		document.getElementById('log'), { childList: true, subtree: true }));
	operator(APPROVE, id);
	await page.locator('.steps li').first().waitFor();
	await page.locator('.steps li').nth(1).waitFor({ timeout: BUILD });
	ok(marks > 0, 'steps appear by themselves, the present one marked');
	await other.locator('.steps li').first().waitFor();
	ok(true, 'the second tab follows');
	await card(page, 'result').waitFor({ timeout: BUILD });
	ok(await page.locator('.steps li time').count() > 0, 'each step tells how long it took');
	ok(/^Ready/.test(await page.title()), 'the title says that it is ready');
	await card(other, 'result').waitFor();
});

async function previewShows(p) {
	const frame = p.frameLocator('.stage iframe').first();
	await frame.locator('body *').first().waitFor();
	return (await frame.locator('body').innerText()).trim().length > 0;
}

await group('result', async () => {
	ok(await previewShows(page), 'the preview shows the tool');
	const frame = page.locator('.stage iframe').first();
	is(await frame.getAttribute('sandbox'), 'allow-scripts allow-forms allow-modals allow-downloads',
		'its frame is closed to the portal');
	is(await frame.getAttribute('referrerpolicy'), 'no-referrer', 'and learns no address');
	const before = await frame.getAttribute('src');
	ok(new URL(before).host !== base.host, 'it is another host');
	await look(page, 'result');
	await page.getByRole('button', { name: 'Reload preview' }).first().click();
	await page.waitForFunction(src => {
		const now = document.querySelector('.stage iframe')?.src;
		return now && now !== src;
	}, before);
	ok(await previewShows(page), 'reloading takes a fresh ticket');
	ok(tickets.length > 1 && tickets.every(t => t.inside), 'what is shown unasked delivers nothing');

	const [tab] = await Promise.all([context.waitForEvent('page'),
		page.getByRole('button', { name: 'Open in own tab' }).first().click()]);
	await tab.waitForURL(/^http/);
	ok(!tickets.at(-1).inside, 'a tab of its own does');
	await tab.locator('body *').first().waitFor();
	ok(await tab.evaluate(() => window.opener === null), 'in its own tab it cannot reach back');
	await tab.close();

	const files = page.locator('.files > li');
	for (let i = 0, n = await files.count(); i < n; i++) {
		const file = files.nth(i);
		const [download] = await Promise.all([page.waitForEvent('download'),
			file.getByRole('link', { name: /^Download / }).click()]);
		const path = await download.path();
		is(sha256(path), await file.locator('code').innerText(),
			`${download.suggestedFilename()} has the checksum that the page tells`);
		const size = statSync(path).size;
		const [, told, unit] = (await file.innerText()).match(/([\d.]+) (kB|MB)/);
		ok(Math.abs(told * { kB: 1e3, MB: 1e6 }[unit] - size) < size * .1 + 60, 'and the size',
			`${told} ${unit}, in fact ${size}`);
		await file.locator('summary').click();
		ok((await file.locator('pre').innerText()).length > 10, 'and how to run it');
	}
	const [proof] = await Promise.all([page.waitForEvent('download'),
		page.getByRole('link', { name: 'Signed provenance' }).first().click()]);
	ok(JSON.parse(readFileSync(await proof.path(), 'utf8')).payloadType,
		'the provenance is an envelope');

	await page.reload();
	await card(page, 'result').waitFor();
	ok(await previewShows(page), 'after a reload everything is still there');
	await other.close();
});

await group('examples and cancelling', async () => {
	for (let i = 0; i < EXAMPLES; i++) {
		await page.goto('/');
		await toScope(page, await page.locator('#intro li button').nth(i).innerText());
		ok(true, `example ${i + 1} leads to a scope`);
	}
	await page.locator('#cancel').click();
	await page.locator('dialog[open]').waitFor();
	ok(/charged/.test(await page.locator('dialog').innerText()),
		'cancelling first tells what it costs');
	await look(page, 'dialog');
	await page.keyboard.press('Escape');
	await focused(page, '#cancel');
	ok(true, 'Escape leaves the dialog and returns to its button');
	await page.keyboard.press('Enter');
	await page.locator('#confirmyes').click();
	await card(page, 'cancelled').waitFor();
	ok(/^Cancelled/.test(await page.title()), 'the run is cancelled');
	await look(page, 'cancelled');
	await page.getByRole('button', { name: 'Start from the same description' }).click();
	ok((await page.inputValue('#text')).length > 0, 'its words are not lost');
});

await group('what cannot be built', async () => {
	await page.goto('/');
	await type(page, 'A web shop with user accounts, logins, card payments and a database');
	await card(page, 'stop').waitFor();
	ok((await card(page, 'stop').innerText()).length > 40, 'is told plainly');
	await look(page, 'blocked');
});

await group('failure', async () => {
	await toScope(page, 'Convert miles to kilometres');
	await toWait(page);
	if (process.env.BUS_FAIL) {
		operator(process.env.BUS_FAIL, idOf(page));
	} else {
		console.log('# BUS_FAIL is not set: the answer of the server is rewritten');
		await page.route(new RegExp(`${idOf(page)}$`), async route => {
			const answer = await route.fetch();
			await route.fulfill({ response: answer, json: {
				...await answer.json(), phase: 'failed', status: 'failed', next_action: 'none',
				status_message: 'The build failed during verification.',
			} });
		});
		await page.reload();
	}
	await card(page, 'failed').waitFor();
	ok(/nothing/.test(await card(page, 'failed').innerText()), 'a failure costs nothing, and says so');
	ok(/^Failed/.test(await page.title()), 'and is never shown as a success');
	await look(page, 'failed');
	await page.unrouteAll();
});

await group('trouble', () => network(context, page, { toScope, type, card, idOf }));
await group('payment', () => payment(context, page, { toScope, card, idOf }));
await group('errors', () => problems(context, page, { toScope, card }));
await group('back after signing out', () => restored(context, page, { toScope, card }));

await group('a session that nobody knows', async () => {
	const stranger = await browser.newContext({ baseURL: base.href }), tab = await stranger.newPage();
	const { port, href: url } = new URL(base);
	await stranger.addCookies([['bus_session', 'vs_' + 'a'.repeat(52)], ['bus_csrf', 'b'.repeat(32)]]
		.map(([name, value]) => ({ name: port ? `${name}_${port}` : name, value, url })));
	const replaced = tab.waitForResponse(r => r.url().endsWith('/api/v1/sessions'));
	await tab.goto('/');
	is((await replaced).status(), 201, 'is replaced');
	await toScope(tab, `A counter of laps. https://example.com/${'x'.repeat(200)}`);
	ok(true, 'and work can begin');
	await tab.setViewportSize({ width: 360, height: 740 });
	is(await tab.locator('.msg').evaluateAll(all => all.filter(m =>
		m.getBoundingClientRect().left < 0).length), 0, 'a long word stays on a narrow page');
	await stranger.close();
});

await group('phone', async () => {
	const phone = await context.newPage();
	await phone.setViewportSize({ width: 360, height: 740 });
	await phone.goto('/');
	await phone.locator('#runsbutton').waitFor();
	const { width } = await phone.locator('#text').boundingBox();
	ok(width > 300, 'the field has the width of the page', `it has ${width} px`);
	await phone.locator('#runsbutton').click();
	await focused(phone, '#runlist a');
	ok(await phone.locator('#runlist a').count() > 5, 'own runs are listed');
	is(await phone.getAttribute('#runsbutton', 'aria-expanded'), 'true', 'the list is open');
	await look(phone, 'runs');
	await phone.keyboard.press('Escape');
	await focused(phone, '#runsbutton');
	await phone.locator('#runsbutton').click();
	await phone.locator('#runlist a').filter({ hasText: 'Ready' }).first().click();
	await card(phone, 'result').waitFor();
	ok(true, 'a finished run is one tap away');
	const top = await card(phone, 'result').evaluate(el => el.getBoundingClientRect().top);
	ok(top >= 0 && top < 300, 'opened at the result', `its top is at ${top}`);
	const { height } = await phone.locator('.top').boundingBox();
	ok(height < 60, 'the bar above it is one line', `it has ${height} px`);
	await phone.evaluate(() => scrollTo(0, 0));
	await phone.locator('#jump').click();
	await phone.waitForFunction(() => document.getElementById('jump').hidden);
	ok(true, 'and so is its latest part');
	await phone.close();
});

await group('another visitor', async () => {
	const stranger = await visitor(browser);
	stranger.expected = true;
	const there = await stranger.newPage();
	await there.goto(`/#${id}`);
	await card(there, 'problem').waitFor();
	ok(/session|found/i.test(await card(there, 'problem').innerText()), 'sees nothing of this run');
	ok(await there.getByRole('button', { name: 'New tool' }).isVisible(), 'and is offered a start');
	await look(there, 'stranger');
	await stranger.close();
});

await calm();

await browser.close();
finish();
