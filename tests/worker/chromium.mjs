// Just enough of a browser's debugging protocol, over a pipe: no package is
// needed, only Node and Chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function start(binary) {
	const folder = mkdtempSync(join(tmpdir(), "page-test-"));
	const child = spawn(binary, ["--headless", "--no-sandbox", "--disable-gpu",
		"--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
		"--disable-background-networking", "--user-data-dir=" + folder, "about:blank"],
		{ stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
	const waiting = new Map();
	const listeners = [];
	let last = 0;
	let rest = "";
	child.stdio[4].on("data", (data) => {
		const parts = (rest + data.toString()).split("\0");
		rest = parts.pop();
		for (const part of parts) {
			const message = JSON.parse(part);
			const wait = waiting.get(message.id);
			waiting.delete(message.id);
			if (wait && message.error)
				wait.no(new Error(message.error.message));
			else if (wait)
				wait.yes(message.result);
			else
				listeners.forEach((fn) => fn(message));
		}
	});
	const call = (method, params = {}, sessionId = undefined) => new Promise((yes, no) => {
		waiting.set(++last, { yes, no });
		child.stdio[3].write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
	});
	const stop = async () => {
		await call("Browser.close").catch(() => {});
		await new Promise((done) => child.exitCode === null ? child.on("exit", done) : done());
		rmSync(folder, { recursive: true, force: true });
	};
	return { call, listeners, stop, open: () => open(call, listeners) };
}

/* A page: what it asked for and complained about is kept. */
async function open(call, listeners) {
	const { targetId } = await call("Target.createTarget", { url: "about:blank" });
	const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
	const send = (method, params) => call(method, params, sessionId);
	const page = { send, complaints: [], requests: [] };
	listeners.push((m) => {
		if (m.sessionId !== sessionId)
			return;
		if (m.method === "Runtime.exceptionThrown")
			page.complaints.push(m.params.exceptionDetails.exception?.description || "?");
		if (m.method === "Runtime.consoleAPICalled" || m.method === "Log.entryAdded")
			page.complaints.push(JSON.stringify(m.params.entry?.text || m.params.args));
		if (m.method === "Network.requestWillBeSent")
			page.requests.push(m.params.request.url);
	});
	for (const part of ["Page", "Runtime", "Log", "Network"])
		await send(part + ".enable");

	page.run = async (expression) => {
		const r = await send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
		if (r.exceptionDetails)
			throw new Error(r.exceptionDetails.exception?.description + " in " + expression);
		return r.result.value;
	};
	page.until = async (expression, what = expression) => {
		for (let i = 0; i < 200; i++) {
			if (await page.run(expression).catch(() => false))
				return;
			await new Promise((done) => setTimeout(done, 25));
		}
		throw new Error("waited in vain for " + what + ": " +
			await page.run("document.body ? document.body.innerText : ''"));
	};
	page.go = async (url) => {
		page.complaints.length = page.requests.length = 0;
		await send("Page.navigate", { url });
		await page.until("document.readyState === 'complete' && location.href !== 'about:blank'");
	};
	page.ready = () => page.until("document.documentElement.dataset.ready === 'true'", "ready");
	page.key = async (key, code, text) => {
		const keys = { key, code, text, windowsVirtualKeyCode: { Tab: 9, Enter: 13, " ": 32 }[key] };
		await send("Input.dispatchKeyEvent", { type: text ? "keyDown" : "rawKeyDown", ...keys });
		await send("Input.dispatchKeyEvent", { type: "keyUp", ...keys });
	};
	page.type = (text) => send("Input.insertText", { text });
	page.size = (width, height) => send("Emulation.setDeviceMetricsOverride",
		{ width, height, deviceScaleFactor: 1, mobile: false });
	page.scheme = (value) => send("Emulation.setEmulatedMedia",
		{ features: [{ name: "prefers-color-scheme", value }] });
	page.close = () => call("Target.closeTarget", { targetId });
	return page;
}
