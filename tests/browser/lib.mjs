/*
 * What the browser tests stand on: TAP lines, a watched Chromium, and a look
 * at a page in every dress (light, dark, narrow) with axe.
 */
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const base = new URL(process.env.BUS_URL || 'http://localhost:8080/');
export const SOON = 10000; /* ms for what the page or one request has to do */
export const BUILD = 1000 * (process.env.BUS_WAIT || 240); /* ms for a whole build */

let count = 0, bad = 0;

export function ok(good, name, detail = '') {
	count++;
	bad += !good;
	console.log(`${good ? 'ok' : 'not ok'} ${count} - ${name}`);
	if (!good && detail)
		console.log(String(detail).trimEnd().replace(/^/gm, '# '));
	return !!good;
}

export const is = (got, want, name) => ok(got === want, name, `got:  ${got}\nwant: ${want}`);

/* A group of tests; what it throws is one failure and does not stop the others. */
export async function group(name, fn) {
	console.log(`# ${name}`);
	try {
		await fn();
	} catch (e) {
		ok(false, `${name}: goes through`, e.stack);
	}
}

export function finish() {
	console.log(`1..${count}`);
	if (bad)
		console.log(`# ${bad} of ${count} failed`);
	process.exitCode = bad ? 1 : 0;
}

/* An operator's command with the run's id appended. */
export function operator(command, id) {
	if (!/^run_[a-z0-9]+$/.test(id))
		throw new Error(`not a run id: ${id}`);
	execFileSync('/bin/sh', ['-c', `${command} ${id}`], { stdio: ['ignore', 'ignore', 'inherit'] });
}

export const sha256 = file => createHash('sha256').update(readFileSync(file)).digest('hex');

/* -- the browser ---------------------------------------------------------- */

export const seen = { errors: [], violations: [], foreign: [], shifts: [] };
const previews = new Set();
export const tickets = []; /* what was asked for them */

export const launch = () => chromium.launch({
	executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'],
});

/* Runs in every page of the portal, before its own scripts. */
function observe() {
	if (window.top !== window)
		return;
	document.addEventListener('securitypolicyviolation', e =>
		window.report('violation', `${e.violatedDirective} ${e.blockedURI} ${e.sourceFile || ''}`));
	new PerformanceObserver(list => {
		for (const e of list.getEntries())
			if (!e.hadRecentInput && e.startTime > (window.looked || 0))
				window.report('shift', {
					value: e.value,
					what: `${document.title} after ${e.startTime} ms: ` + e.sources.map(s =>
						`${s.node?.id || s.node?.nodeName} ${s.node?.textContent.slice(0, 30)} ` +
						`from ${s.previousRect.y} to ${s.currentRect.y}`).join(', '),
				});
	}).observe({ type: 'layout-shift', buffered: true });
}

/*
 * A visitor of their own: a context whose pages are watched. Failed requests
 * that a test causes itself are told by setting context.expected.
 */
export async function visitor(browser, options = {}) {
	const context = await browser.newContext({
		baseURL: base.href, locale: 'en-GB', viewport: { width: 1280, height: 800 },
		ignoreHTTPSErrors: true, acceptDownloads: true, ...options,
	});
	context.setDefaultTimeout(SOON);
	await context.exposeBinding('report', ({ frame }, kind, value) => {
		if (new URL(frame.url()).host !== base.host)
			return;
		if (kind === 'shift')
			seen.shifts.push(value);
		else
			seen.violations.push(value);
	});
	await context.addInitScript(observe);
	context.on('console', m => {
		const text = m.text();
		if (m.type() !== 'error' || context.expected && /Failed to load resource/.test(text))
			return;
		if (new URL(m.location().url || base).host === base.host)
			seen.errors.push(`${text} (${m.location().url})`);
	});
	context.on('weberror', e => seen.errors.push(e.error().stack));
	context.on('request', r => {
		const { protocol, host } = new URL(r.url());
		if (!['data:', 'blob:', 'about:'].includes(protocol) && host !== base.host && !previews.has(host))
			seen.foreign.push(r.url());
	});
	/* The only other hosts a page may ask are those the server named for a preview. */
	await context.route(/\/preview$/, async route => {
		tickets.push(route.request().postDataJSON());
		const answer = await route.fetch();
		const { url } = await answer.json().catch(() => ({}));
		if (url)
			previews.add(new URL(url).host);
		await route.fulfill({ response: answer });
	});
	return context;
}

/* -- looking -------------------------------------------------------------- */

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function violations(page) {
	if (!await page.evaluate(() => 'axe' in window))
		await page.evaluate(axe);
	/* What happens to lie under a bar can be scrolled free, so the bars do not float here. */
	const { violations } = await page.evaluate(async values => {
		const bars = [...document.querySelectorAll('.top, #composer')];
		bars.forEach(el => { el.style.position = 'relative'; });
		const found = await window.axe.run(document, { iframes: false, runOnly: { type: 'tag', values } });
		bars.forEach(el => { el.style.position = ''; });
		return found;
	}, TAGS);
	return violations.map(v => `${v.id}: ${v.help}\n` +
		v.nodes.map(n => `  ${n.html}\n  ${n.failureSummary}`).join('\n')).join('\n');
}

const overflow = page => page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);

/* A state in every dress: nothing for axe to find, nothing wider than the page. */
export async function look(page, name) {
	const size = page.viewportSize();
	const dresses = [['light', size], ['dark', size], ['light', { width: 360, height: 740 }],
		['dark', { width: 320, height: 256 }]];
	const found = [];
	const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
	await page.evaluate(() => { window.looked = Infinity; });
	for (const [colorScheme, viewport] of dresses) {
		await page.emulateMedia({ colorScheme });
		await page.setViewportSize(viewport);
		const dress = `${viewport.width} px ${colorScheme}`;
		const wide = await overflow(page);
		if (wide > 0)
			found.push(`${dress}: ${wide} px too wide`);
		const axed = await violations(page);
		if (axed)
			found.push(`${dress}: ${axed}`);
		if (process.env.BUS_SHOTS) {
			mkdirSync(process.env.BUS_SHOTS, { recursive: true });
			const file = `${name}-${viewport.width}-${colorScheme}.png`;
			await page.screenshot({ path: `${process.env.BUS_SHOTS}/${file}` });
		}
	}
	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize(size);
	await page.evaluate(frame);
	await page.evaluate(() => { window.looked = performance.now(); });
	is(found.join('\n'), '', `${name}: axe finds nothing, 360 px and 400 % zoom fit, light and dark`);
}

/* What has to hold of all pages that were looked at. */
export const calm = () => group('all along', async () => {
	is(seen.errors.join('\n'), '', 'no errors on the console');
	is(seen.violations.join('\n'), '', 'nothing against the content security policy');
	is(seen.foreign.join('\n'), '', 'no request to any other host');
	const jumps = seen.shifts.filter(s => s.value >= 0.05);
	is(jumps.map(s => `${s.value}: ${s.what}`).join('\n'), '', 'nothing jumps');
});

/* Press Tab until the element with this name has the focus. */
export async function tabTo(page, name) {
	for (let i = 0; i < 60; i++) {
		const here = await page.evaluate(() => document.activeElement.textContent);
		if (here === name)
			return true;
		await page.keyboard.press('Tab');
	}
	return false;
}
