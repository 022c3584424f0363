// Uses the pages as a person would, in a real browser.
//   node browser.mjs CHROMIUM FOLDER-OF-PAGES PROGRAM
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { start } from "./chromium.mjs";

const [binary, folder, program] = process.argv.slice(2);
const browser = await start(binary);
const page = await browser.open();
const file = (name) => "file://" + folder + "/" + name + ".html";

const text = (selector) => page.run(
	`document.querySelector(${JSON.stringify(selector)}).innerText.replace(/\\s+/g, " ").trim()`);
const shows = (selector, wanted) => page.until(
	`document.querySelector(${JSON.stringify(selector)}).textContent.includes(${JSON.stringify(wanted)})`,
	selector + " to show " + wanted);
const click = (selector) => page.run(`document.querySelector(${JSON.stringify(selector)}).click()`);
const fill = async (selector, value) => {
	await page.run(`(() => { const e = document.querySelector(${JSON.stringify(selector)}); e.focus(); e.select(); })()`);
	await page.type(value);
};
const visible = (selector) => page.run(
	`(() => { const e = document.querySelector(${JSON.stringify(selector)}); return e.offsetParent !== null; })()`);
async function visit(name) {
	await page.go(file(name));
	await page.ready();
}

const tests = {
	async "a calculator computes as one types"() {
		await visit("calculator");
		await shows("[data-output=each]", "€34.50");
		await fill("#f-bill", "100,50");
		await shows("[data-output=total]", "€115.58");
		await shows("#status", "Total: €115.58");
	},
	async "errors are said at the field, once it was left"() {
		await visit("calculator");
		await fill("#f-people", "0");
		await shows("#waiting", "Complete the fields");
		await page.key("Tab", "Tab");
		await shows("#e-people", "Must be from 1 to 100.");
		assert.equal(await page.run("document.querySelector('#f-people').getAttribute('aria-invalid')"), "true");
		await fill("#f-bill", "1,234");
		await page.key("Enter", "Enter", "\r");
		await shows("#e-bill", "two ways");
		assert.equal(await page.run("document.activeElement.id"), "f-bill");
		await shows("[data-output=total] dd", "–");
		await click("[data-do=again]");
		await shows("[data-output=each]", "€34.50");
		assert.equal(await visible("#e-bill"), false);
	},
	async "every formula gives what it should"() {
		await visit("formulas");
		await fill("#f-a", "8");
		for (const [name, value] of Object.entries({
			arith: "−63", logic: "44", picks: "2", rounds: "33.14", curves: "1 032.00",
			share: "20 %", lasts: "1:20:00", hole: "Cannot be computed", fixed: "Cannot be computed",
		}))
			await page.until(`document.querySelector("[data-output=${name}] dd").textContent` +
				`.replace(/\\s/g, " ").includes(${JSON.stringify(value)})`, name + " = " + value);
		const age = await text("[data-output=age] dd");
		const now = new Date();
		const years = now.getFullYear() - 2001 - (now < new Date(now.getFullYear(), 2, 15) ? 1 : 0);
		assert.equal(age, years + " years");
	},
	async "a converter converts and swaps"() {
		await visit("converter");
		await fill("#f-value", "100");
		await shows("[data-text]", "212");
		await click("[data-do=swap]");
		await shows("[data-text]", "37.777778");
		await shows("[data-output=in_kelvin]", "310.92778");
	},
	async "a checklist remembers"() {
		await visit("checklist");
		await click("#f-item_2");
		await shows("#share", "1 of 6");
		await visit("checklist");
		await shows("#share", "1 of 6");
		assert.equal(await page.run("document.querySelector('#f-item_2').checked"), true);
		await click("[data-do=again]");
		await shows("#share", "0 of 6");
	},
	async "a counter counts, stops at its bounds and remembers"() {
		await visit("counter");
		for (let i = 0; i < 5; i++)
			await click("[data-do=add][data-of='2']");
		await click("[data-do=subtract][data-of='3']");
		await shows("[data-output=count_2] [data-value]", "3");
		await shows("[data-output=count_3] [data-value]", "12");
		await page.until("document.querySelector(\"[data-do=add][data-of='2']\").getAttribute('aria-disabled') === 'true'");
		await visit("counter");
		await shows("[data-output=count_2] [data-value]", "3");
		await click("[data-do=reset][data-of=all]");
		await shows("[data-output=count_3] [data-value]", "24");
	},
	async "a timer follows the clock on the wall"() {
		await visit("timer");
		await click("[data-do=go]");
		await shows("#time", "24:59");
		assert.match(await page.run("document.title"), /^24:5\d – Work$/);
		await page.run("{ const real = Date.now; Date.now = () => real() + 1500000; }");
		await shows("#stage", "Break");
		await shows("#time", "04:5");
		await click("[data-do=go]");
		await shows("[data-do=go]", "Resume");
		await click("[data-do=skip]");
		await shows("#round", "Round 2 of 4");
		await click("[data-do=go]");
		await page.run("{ const real = Date.now; Date.now = () => real() + 9000000; }");
		await shows("#stage", "Finished");
		await shows("#time", "00:00");
		await click("[data-do=again]");
		await shows("#time", "25:00");
		await visit("stopwatch");
		await page.run("document.querySelector('[data-do=go]').focus()");
		await page.key(" ", "Space", " ");
		await shows("#time", "00:01");
	},
	async "a form fills its text"() {
		await visit("form");
		await shows("[data-text]", "Dear [Landlord],");
		await fill("#f-sender", "Ann <b>&");
		await fill("#f-address", "Street 1\n12345 Town");
		await fill("#f-landlord", "{sender}");
		await fill("#f-rent", "750,50");
		await shows("[data-text]", "Dear {sender},");
		await shows("[data-text]", "€2 251.50".replace(" ", "\u202f"));
		await shows("[data-text]", "Ann <b>&\nStreet 1\n12345 Town\n");
		assert.equal(await visible("#waiting"), false);
	},
	async "a text tool rewrites, counts and hands on"() {
		await visit("text");
		await fill("#f-text", "b line\na line\nb line");
		await shows("[data-output=words]", "6");
		await click("input[value=dedupe_lines]");
		await page.until("document.querySelector('[data-text]').textContent === 'b line\\na line'");
		await click("[data-do=reuse]");
		await click("input[value=sort_lines]");
		await page.until("document.querySelector('[data-text]').textContent === 'a line\\nb line'");
		await click("input[value=find_replace]");
		await fill("#f-find", "line");
		await fill("#f-replace", "row");
		await page.until("document.querySelector('[data-text]').textContent === 'b row\\na row'");
		await click("input[value=base64_decode]");
		await fill("#f-text", "not base64!");
		await shows("#e-text", "This is not Base64.");
		await visit("sorter");
		await fill("#f-text", "2\n1");
		await page.until("document.querySelector('[data-text]').textContent === '1\\n2'");
	},
	async "hostile texts stay texts"() {
		await visit("nasty");
		assert.match(await text("h1"), /^<\/title><script>alert\(1\)/);
		await shows("[data-text]", "</script><!--&amp;<b>");
		await fill("#f-return", "2");
		await shows("[data-text]", "|2|3|6.1");
	},
	async "it works where nothing is kept and nothing is asked"() {
		const server = await serving({ "Content-Security-Policy": "sandbox allow-scripts allow-forms; " +
			"default-src 'self' data: blob: 'unsafe-inline' 'wasm-unsafe-eval'" });
		const url = "http://127.0.0.1:" + server.address().port;
		await page.go(url + "/checklist.html");
		await page.ready();
		assert.equal(await page.run("self.origin"), "null");
		await click("#f-item_1");
		await shows("#share", "1 of 6");
		assert.deepEqual(page.requests.filter((r) => !r.startsWith("data:")), [url + "/checklist.html"]);
		await click("[data-do=copy]");
		await page.until("/Copied|blocked/.test(document.querySelector('[data-do=copy]').textContent)");
		server.close();
	},
	async "a browser that is too old is told so"() {
		const { identifier } = await page.send("Page.addScriptToEvaluateOnNewDocument",
			{ source: "delete window.DecompressionStream" });
		await page.go(file("calculator"));
		await shows("#notice", "cannot run in this browser");
		assert.equal(await visible("#notice"), true);
		assert.equal(await page.run("document.documentElement.dataset.ready"), "false");
		await shows("[data-output=each]", "€34.50");
		await page.send("Page.removeScriptToEvaluateOnNewDocument", { identifier });
	},
	async "it is complete without a script"() {
		await page.send("Emulation.setScriptExecutionDisabled", { value: true });
		await page.send("Page.navigate", { url: file("calculator") });
		await new Promise((done) => setTimeout(done, 300));
		await page.send("Emulation.setScriptExecutionDisabled", { value: false });
		assert.match(await text("main"), /needs JavaScript.*Bill.*€34.50/);
	},
	async "the program serves the same page"() {
		const child = spawn(program, ["--listen", "0"], { stdio: ["ignore", "pipe", "inherit"] });
		const url = await new Promise((yes) => child.stdout.once("data",
			(d) => yes(/http:\/\/\S+/.exec(d.toString())[0])));
		await page.go(url);
		await page.ready();
		await fill("#f-bill", "80");
		await shows("[data-output=each]", "€46.00");
		assert.deepEqual(page.complaints, []);
		child.kill();
		await new Promise((done) => child.on("exit", done));
		await fill("#f-bill", "90");
		await shows("#notice", "The program has stopped.");
		page.complaints.length = 0;
	},
};

function serving(headers) {
	const server = createServer((q, r) => {
		r.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...headers });
		r.end(readFileSync(folder + q.url));
	});
	return new Promise((yes) => server.listen(0, "127.0.0.1", () => yes(server)));
}

/* Looks: in each colour scheme and at each width. */

const contrast = `(() => {
	const numbers = (c) => c.match(/[\\d.]+/g).map(Number);
	const light = (c) => numbers(c).slice(0, 3).map((v) => v / 255)
		.map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = getComputedStyle(e).backgroundColor;
			if ((numbers(c)[3] ?? 1) === 1)
				return c;
		}
		return "rgb(255,255,255)";
	};
	const weak = [];
	for (const e of document.body.querySelectorAll("*")) {
		const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
		if (!own || e.offsetParent === null || e.closest("[aria-disabled=true], script, .unseen"))
			continue;
		const a = light(getComputedStyle(e).color), b = light(behind(e));
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5)
			weak.push(e.textContent.slice(0, 20) + " " + ratio.toFixed(2));
	}
	return weak;
})()`;

const small = `[...document.querySelectorAll("button, select, input, textarea")]
	.filter((e) => e.offsetParent !== null)
	.map((e) => [e, (e.closest("label") || e).getBoundingClientRect()])
	.filter(([e, r]) => r.width < 24 || r.height < 24).map(([e]) => e.outerHTML)`;

const unnamed = `[...document.querySelectorAll("button, select, input, textarea")].filter((e) =>
	!e.getAttribute("aria-label") && !(e.labels && e.labels.length) && !e.innerText.trim())
	.map((e) => e.outerHTML)`;

async function looks(name) {
	for (const scheme of ["light", "dark"]) {
		await page.scheme(scheme);
		await page.size(1100, 800);
		await visit(name);
		assert.deepEqual(await page.run(contrast), [], name + " " + scheme);
	}
	assert.deepEqual(await page.run(unnamed), [], name);
	for (const width of [320, 360, 1100]) {
		await page.size(width, 700);
		const over = await page.run("document.documentElement.scrollWidth - innerWidth");
		assert.ok(over <= 0, name + " is " + over + " pixels too wide at " + width);
		assert.deepEqual(await page.run(small), [], name + " at " + width);
	}
}

let failed = 0;
async function test(name, fn) {
	try {
		await fn();
		assert.deepEqual(page.complaints, [], "complaints");
		console.log("ok - " + name);
	} catch (problem) {
		failed++;
		console.log("not ok - " + name + "\n" + problem.stack);
	}
}

for (const [name, fn] of Object.entries(tests))
	await test(name, fn);
for (const name of ["calculator", "formulas", "converter", "lengths", "checklist", "counter",
	"timer", "stopwatch", "form", "text", "sorter", "nasty"])
	await test("looks of " + name, () => looks(name));
await browser.stop();
process.exit(failed > 0 ? 1 : 0);
