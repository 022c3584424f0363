const root = document.documentElement;
const kind = root.dataset.kind;
const find = (selector, from = document) => from.querySelector(selector);
const each = (selector, fn, from = document) =>
	from.querySelectorAll(selector).forEach(fn);

/* The logic is WebAssembly in this very file, or the program that serves it. */

async function inflate(base64) {
	const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
	const stream = new Blob([bytes]).stream()
		.pipeThrough(new DecompressionStream("gzip"));
	return new Response(stream).arrayBuffer();
}

async function load() {
	const packed = find("#logic");
	if (!packed)
		return remote;
	const go = new Go();
	const bytes = await inflate(packed.textContent.trim());
	const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
	packed.remove();
	go.run(instance);
	return async (request) => JSON.parse(busCompute(JSON.stringify(request)));
}

async function remote(request) {
	const reply = await fetch("compute", {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(request),
	});
	if (!reply.ok)
		throw new Error("status " + reply.status);
	return reply.json();
}

let compute = null;
let turn = 0;

/* The answer to the newest question; null when a newer one was asked. */
async function ask(values) {
	const mine = ++turn;
	try {
		const answer = await compute(values);
		notice("");
		return mine === turn ? answer : null;
	} catch (problem) {
		notice(compute === remote
			? "The program has stopped. Start it again and reload the page."
			: "This tool has stopped. Reload the page to go on.");
		return null;
	}
}

function notice(text) {
	const place = find("#notice");
	place.textContent = text;
	place.hidden = text === "";
}

/* What is read aloud: only when nothing has changed for a moment. */
let saying = 0;
function say(text) {
	clearTimeout(saying);
	saying = setTimeout(() => { find("#status").textContent = text; }, 500);
}

/* Fields. */

const touched = new Set();

function control(field) {
	return find("input, select, textarea", field);
}

function value(field) {
	const first = control(field);
	if (first.type === "radio")
		return (find("input:checked", field) || { value: "" }).value;
	if (first.type === "checkbox")
		return first.checked ? first.value : "no";
	return first.value;
}

function values() {
	const all = {};
	each("[data-field]", (field) => { all[field.dataset.field] = value(field); });
	return all;
}

function today() {
	const now = new Date();
	const two = (n) => String(n).padStart(2, "0");
	const year = String(now.getFullYear()).padStart(4, "0");
	return year + "-" + two(now.getMonth() + 1) + "-" + two(now.getDate());
}

function fillToday() {
	each("[data-today]", (field) => { field.value = today(); });
}

function showProblems(errors) {
	each("[data-field]", (field) => {
		const name = field.dataset.field;
		const place = find(".error", field);
		if (!place)
			return;
		const wrong = errors.find((e) => e.field === name);
		const shown = wrong !== undefined && touched.has(name);
		place.textContent = shown ? wrong.message : "";
		place.hidden = !shown;
		each("input, select, textarea", (c) => {
			c.setAttribute("aria-invalid", String(shown));
		}, field);
	});
}

function touch(event) {
	const field = event.target.closest("[data-field]");
	if (field)
		touched.add(field.dataset.field);
}

/* Answers. */

function showOutputs(outputs) {
	each("[data-output]", (place) => {
		const one = outputs.find((o) => o.name === place.dataset.output);
		const at = find("dd, [data-value]", place);
		at.textContent = one ? one.text || one.problem : "\u2013";
		at.classList.toggle("broken", Boolean(one && one.problem));
	});
}

function showText(text) {
	each("[data-text]", (place) => { place.textContent = text; });
}

function spoken(answer) {
	if (answer.outputs.length > 0 && kind !== "converter")
		return answer.outputs.map((o) => o.label + ": " + (o.text || o.problem)).join(", ");
	return answer.text.length < 300 ? answer.text : "The text has changed.";
}

let last = null;

async function update() {
	const answer = await ask(values());
	if (answer === null)
		return;
	last = answer;
	showProblems(answer.errors);
	showOutputs(answer.outputs);
	showText(answer.text);
	showWaiting(answer);
	say(answer.ok ? spoken(answer) : answer.errors
		.filter((e) => touched.has(e.field)).map((e) => e.message).join(" "));
}

/* What stands below a result that is not there yet. */
function showWaiting(answer) {
	const place = find("#waiting");
	if (!place)
		return;
	const general = answer.errors.find((e) => e.field === "");
	place.dataset.usual = place.dataset.usual || place.textContent;
	place.textContent = general ? general.message : place.dataset.usual;
	place.hidden = answer.ok;
}

function plainText() {
	if (!last || !last.ok)
		return "";
	if (last.text !== "")
		return last.text;
	return last.outputs.map((o) => o.label + ": " + o.text).join("\n");
}

/* Copying: the clipboard may be closed to a page inside another one. */

function copyBySelection(text) {
	const area = document.createElement("textarea");
	area.value = text;
	area.className = "unseen";
	document.body.append(area);
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	return done;
}

async function copy(button) {
	const text = plainText();
	let done = false;
	if (text === "")
		return flash(button, "Nothing to copy yet");
	try {
		await navigator.clipboard.writeText(text);
		done = true;
	} catch (closed) {
		done = copyBySelection(text);
	}
	button.focus();
	flash(button, done ? "Copied" : "Copying is blocked here");
}

function flash(button, text) {
	const label = button.dataset.label || button.textContent;
	button.dataset.label = label;
	button.textContent = text;
	say(text);
	setTimeout(() => { button.textContent = label; }, 1600);
}

/* What is kept: in the browser where it lets us, else until the page closes. */

const place = "tool:" + root.dataset.name;

function keep(state) {
	try {
		localStorage.setItem(place, JSON.stringify(state));
	} catch (closed) { /* goes on in memory */ }
}

function kept() {
	try {
		return JSON.parse(localStorage.getItem(place)) || {};
	} catch (closed) {
		return {};
	}
}

const kinds = { calculator: entries, form: entries, converter, text, checklist, counter, timer };
const common = { copy, print: () => window.print() };

async function begin() {
	const mine = kinds[kind];
	try {
		compute = await load();
		await mine.start();
	} catch (problem) {
		notice("This tool cannot run in this browser. " +
			"Open it in a current version of Firefox, Chrome, Edge or Safari.");
		return;
	}
	document.addEventListener("click", (event) => {
		const button = event.target.closest("[data-do]");
		if (button)
			(mine[button.dataset.do] || common[button.dataset.do])(button);
	});
	root.dataset.ready = String(find("#notice").hidden);
}

begin();
