/*
 * A conversation with a model, in a real browser against a running server whose
 * models are those of tests/chat/slow.mjs.
 *
 *   BUS_URL    where the portal is
 *   BUS_SHOTS  optional: a folder for screenshots of every state
 */
import { ok, is, group, finish, calm, launch, visitor, look } from './lib.mjs';

const browser = await launch();
const context = await visitor(browser);
const page = await context.newPage();

const answers = p => p.locator('.answer');
const state = (p, ...names) => p.waitForFunction(names => {
	const el = [...document.querySelectorAll('.answer')].at(-1);
	return el && names.includes(el.dataset.state);
}, names);
const say = async (p, words, model = '') => {
	await p.selectOption('#model', model);
	await p.fill('#text', words);
	await p.press('#text', 'Enter');
};
/* The same, and the answer has begun. */
const ask = async (p, words, model) => {
	const before = await answers(p).count();
	await say(p, words, model);
	await answers(p).nth(before).waitFor({ state: 'attached' });
};
const lines = (p, n) => p.waitForFunction(n =>
	[...document.querySelectorAll('.answer')].at(-1)?.querySelectorAll('li').length >= n, n);
const idOf = p => new URL(p.url()).hash.slice(1);

await group('first screen', async () => {
	await page.goto('/');
	await page.getByRole('link', { name: 'Ask a model' }).first().click();
	await page.locator('#intro h1').waitFor();
	ok(/does not build/.test(await page.locator('#hint').innerText()), 'it says that this is no run');
	await page.locator('#model option').nth(1).waitFor({ state: 'attached' });
	is((await page.locator('#model option').allInnerTexts()).join(), 'Automatic,bus-static,slow,broken,markup,drained,long',
		'the models are the operator\'s choice');
	await look(page, 'chat-empty');
	await page.fill('#text', ' ');
	await page.press('#text', 'Enter');
	ok(await page.locator('#texterror').isVisible(), 'nothing to say is told at the field');
});

await group('one composer', async () => {
	const other = await context.newPage();
	await other.goto('/chat.html');
	await other.fill('#text', 'A packing checklist');
	await other.getByRole('button', { name: 'Build a tool' }).click();
	await other.waitForURL('/');
	await other.waitForFunction(() => document.getElementById('text').value === 'A packing checklist');
	ok(true, 'what was written here can be built');
	await look(other, 'composer-ask');
	await other.fill('#text', 'Who are you?');
	await other.getByRole('button', { name: 'Ask a model' }).click();
	await other.waitForURL(/chat\.html#chat_/);
	await state(other, 'complete');
	is(await other.locator('.mine').count(), 1, 'and asked there, it goes straight to a conversation');
	await other.goBack();
	await other.goBack();
	is(await other.inputValue('#text'), '', 'and is not left behind');
	await other.close();
});

await group('an answer', async () => {
	await ask(page, 'What are you?');
	await state(page, 'complete');
	ok(/^chat_/.test(idOf(page)), 'the conversation is in the address', page.url());
	is((await answers(page).locator('.md').innerText()).trim(),
		'This is the static model of busdk. It always answers with this one sentence.', 'the answer stands there');
	is(await page.locator('.mine').count(), 1, 'the own message once');
	is(await page.inputValue('#text'), '', 'the field is free again');
	ok(/bus-static · .*tokens · \d+ units/.test(await answers(page).locator('small').innerText()),
		'with model, tokens and what it cost', await answers(page).locator('small').innerText());
	await page.waitForFunction(() => /% left of your limit/.test(document.getElementById('left').textContent));
	ok(true, 'and what is left of the limit');
	is(await page.locator('#title').innerText(), 'What are you?', 'the first words are its title');
	await look(page, 'chat-answer');
});

await group('while it arrives', async () => {
	await ask(page, 'Count', 'slow');
	await lines(page, 5);
	ok(await page.locator('#stop').isVisible() && !await page.locator('#send').isVisible(),
		'it can be stopped, and nothing else be sent');
	const other = await context.newPage();
	await other.goto(page.url());
	await lines(other, 6);
	await state(other, 'answering');
	ok(true, 'a second tab shows the same answer arriving');
	await page.reload();
	await lines(page, 7);
	await state(page, 'answering');
	ok(true, 'and so does a reload');
	await state(page, 'complete');
	await state(other, 'complete');
	is(await answers(page).last().locator('li').count(), 60, 'to its end');
	is(await answers(other).last().locator('.md').innerText(), await answers(page).last().locator('.md').innerText(),
		'and it is the same in both');
	is(await answers(page).last().locator('li').first().innerText(), 'line 0 of 3 “€”', 'the model was told what was said before');

	await ask(page, 'Count again', 'slow');
	await lines(page, 3);
	await lines(other, 3);
	await other.locator('#stop').click();
	await state(other, 'stopped');
	await state(page, 'stopped');
	ok(true, 'stop works from the other tab, and is seen in both');
	await other.waitForFunction(() => document.activeElement.id === 'text');
	ok(true, 'where the focus goes back to the field');
	ok(/Stopped/.test(await answers(page).last().locator('small').innerText()), 'which says so');
	await look(page, 'chat-stopped');
	await page.selectOption('#model', 'bus-static');
	await page.getByRole('button', { name: 'Answer again' }).click();
	await state(page, 'complete');
	await state(other, 'complete');
	is(await answers(page).count(), 3, 'another answer takes its place');
	await other.close();
});

await group('what a model may write', async () => {
	await ask(page, 'Show all', 'markup');
	await state(page, 'complete');
	const md = answers(page).last().locator('.md');
	is(await md.locator('script, img, iframe, style, form, input, [onerror], [style], [id], [class]').count(), 0,
		'nothing that acts, loads or dresses gets into the page');
	is(await page.evaluate(() => window.owned), undefined, 'nothing of it has run');
	is((await md.locator('a').evaluateAll(all => all.map(a => a.getAttribute('href')))).filter(Boolean).join(),
		'https://example.org/x', 'only plain addresses are links');
	is(await md.locator('a[href]').first().getAttribute('rel'), 'noopener noreferrer nofollow', 'that give nothing away');
	is(await md.locator('td').count(), 2, 'a table is a table');
	is((await md.locator('pre').innerText()).trim(), 'let x = "<b>";', 'code is code');
	is(await md.locator('strong').innerText(), 'bold', 'bold is bold');
	ok((await md.innerText()).includes('<b>raw</b>'), 'raw HTML is shown as what it is');
	await look(page, 'chat-markup');
});

await group('an answer to a request that was lost', async () => {
	context.expected = true;
	let lost = 0, cut;
	const over = new Promise(done => { cut = done; });
	await page.route(/\/messages$/, async route => {
		await route.fetch();
		lost++;
		await route.abort();
		cut();
	});
	await say(page, 'Said once');
	await over; /* what the page shows then depends on whether the events were quicker */
	await page.unrouteAll();
	await page.reload();
	await page.locator('.mine').filter({ hasText: 'Said once' }).waitFor();
	is(await page.inputValue('#text'), 'Said once', 'the words are still in the field');
	await page.press('#text', 'Enter');
	await page.waitForFunction(() => !document.getElementById('text').value);
	await state(page, 'complete');
	is(`${lost} ${await page.locator('.mine').filter({ hasText: 'Said once' }).count()}`, '1 1',
		'sent again after a reload, it is still said once');
	context.expected = false;
});

await group('what goes wrong', async () => {
	await ask(page, 'Break', 'broken');
	await state(page, 'failed');
	ok(/did not work/.test(await answers(page).last().locator('small').innerText()), 'a broken answer says so');
	is(await answers(page).last().locator('li').count(), 10, 'and keeps what there was');
	context.expected = true;
	const states = {
		billing: [402, { code: 'billing_required', detail: 'A plan is needed.' }, {}],
		quota: [402, { code: 'quota_exceeded', detail: 'The limit of your plan is reached.' },
			{ 'x-bus-limit': 'account day', 'x-bus-resets': '2030-01-01T00:00:00.000Z' }],
		resource: [503, { code: 'resource_unavailable', detail: 'Not now.' }, {}],
		policy: [403, { code: 'insufficient_scope', detail: 'Not allowed.' }, {}],
		signin: [401, { code: 'unauthenticated', detail: 'Sign in.' }, {}],
	};
	const heads = { billing: 'Payment is needed', quota: 'A limit is reached', resource: 'Not available right now',
		policy: 'Not allowed here', signin: 'Sign in to go on' };
	for (const [name, [status, body, headers]] of Object.entries(states)) {
		await page.route(/\/messages$/, route => route.fulfill({ status, headers,
			contentType: 'application/problem+json', body: JSON.stringify({ request_id: 'req_x', ...body }) }));
		await say(page, `Try ${name}`);
		const card = page.locator('.card.problem');
		await card.filter({ hasText: heads[name] }).waitFor();
		ok(true, `${name} has a card`);
		is(await page.inputValue('#text'), `Try ${name}`, 'and the words are not lost');
		if (name === 'quota')
			ok(/account day.*begins anew/.test(await card.innerText()), 'which names the limit', await card.innerText());
		is(await card.getByRole('link', { name: 'See the plans' }).count(), status === 402 ? 1 : 0, 'and leads to the plans where they help');
		await look(page, `chat-${name}`);
		await page.unrouteAll();
	}
	await page.getByRole('button', { name: 'Try again' }).click();
	await state(page, 'complete');
	is(await page.locator('.card.problem').count(), 0, 'trying again goes on');
	context.expected = false;
});

await group('asked on the first screen, and signing in comes first', async () => {
	const stranger = await visitor(browser);
	stranger.expected = true;
	const there = await stranger.newPage();
	await there.route(/\/chats$/, route => route.request().method() === 'POST' ? route.fulfill({ status: 401,
		contentType: 'application/problem+json', json: { code: 'unauthenticated', detail: 'Sign in.' } }) : route.continue());
	await there.goto('/');
	await there.fill('#text', 'Who are you?');
	await there.getByRole('button', { name: 'Ask a model' }).click();
	const card = there.locator('.card.problem');
	await card.filter({ hasText: 'Sign in' }).waitFor();
	ok(!/ended|run/i.test(await card.innerText()), 'who never had a session is not told that it has ended', await card.innerText());
	await card.getByRole('link', { name: 'Sign in' }).click();
	await there.waitForURL('**/account.html');
	await there.locator('#back').click();
	await there.locator('#intro h1').waitFor();
	is(await there.inputValue('#text'), 'Who are you?', 'the question is still there when they come back');
	await stranger.close();
});

await group('rows', async () => {
	await page.getByRole('button', { name: 'Rename' }).click();
	await page.fill('#name', 'Trials');
	await page.press('#name', 'Enter');
	await page.waitForFunction(() => document.getElementById('title').textContent === 'Trials');
	ok(true, 'renamed');
	await page.getByRole('link', { name: 'New chat' }).click();
	await page.locator('#intro h1').waitFor();
	await page.locator('#runlist a').filter({ hasText: 'Trials' }).first().click();
	await answers(page).first().waitFor();
	ok(true, 'the list leads back');
	await page.setViewportSize({ width: 360, height: 740 });
	await page.locator('#runsbutton').click();
	await page.waitForFunction(() => document.activeElement.matches('#runlist a'));
	await page.keyboard.press('Escape');
	ok(await page.locator('#runsbutton').evaluate(el => el === document.activeElement), 'Escape closes it and returns to its button');
	ok((await page.getByRole('button', { name: 'Rename' }).boundingBox()).width < 150, 'a button is as wide as its word');
	await page.setViewportSize({ width: 1280, height: 800 });
	const stranger = await visitor(browser);
	stranger.expected = true;
	const there = await stranger.newPage();
	await there.goto(page.url());
	await there.locator('.card.problem').waitFor();
	is(await there.locator('.msg').count(), 0, 'a stranger sees nothing of it');
	await stranger.close();
	await page.getByRole('button', { name: 'Delete' }).first().click();
	await page.locator('dialog[open]').waitFor();
	await look(page, 'chat-delete');
	await page.locator('#confirmyes').click();
	await page.locator('#intro h1').waitFor();
	await page.waitForFunction(() => !document.getElementById('runlist').textContent.includes('Trials'));
	ok(true, 'deleted');
});

await calm();

await browser.close();
finish();
