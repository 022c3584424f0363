/* The kinds. Each has start() and the actions of its buttons. */

function again() {
	find("#entry").reset();
	touched.clear();
	fillToday();
	update();
}

const entries = {
	start() {
		const form = find("#entry");
		fillToday();
		form.addEventListener("input", update);
		form.addEventListener("change", (event) => { touch(event); update(); });
		form.addEventListener("focusout", (event) => {
			if (event.target.value)
				touch(event);
			update();
		});
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			each("[data-field]", (field) => touched.add(field.dataset.field));
			update().then(firstProblem);
		});
		return update();
	},
	again,
};

function firstProblem() {
	const wrong = find('[aria-invalid="true"]');
	if (wrong)
		wrong.focus();
}

const converter = Object.assign({}, entries, {
	swap() {
		const from = find("#f-from");
		const to = find("#f-to");
		[from.value, to.value] = [to.value, from.value];
		update();
	},
});

const text = Object.assign({}, entries, {
	start() {
		find("#entry").addEventListener("input", text.arrange);
		touched.add("text"); /* what cannot be decoded is said at once */
		text.arrange();
		return entries.start();
	},
	arrange() {
		const chosen = values().operation;
		const counting = chosen === "count";
		each("[data-for]", (part) => { part.hidden = part.dataset.for !== chosen; });
		each(".results", (part) => { part.hidden = !counting; });
		each("[data-text], [data-do=reuse]", (part) => { part.hidden = counting; });
	},
	reuse() {
		if (last && last.ok)
			find("#f-text").value = last.text;
		find("#f-text").focus();
		update();
	},
});

const checklist = {
	start() {
		const done = kept();
		each("[data-field]", (field) => {
			control(field).checked = done[field.dataset.field] === "yes";
		});
		find(".items").addEventListener("change", checklist.change);
		return checklist.show();
	},
	change() {
		keep(values());
		return checklist.show();
	},
	async show() {
		await update();
		if (!last)
			return;
		find("#bar").value = Number(last.outputs[0].plain);
		find("#share").textContent = last.outputs[0].text;
		say(last.outputs[0].text + " done");
	},
	again() {
		each(".items input", (box) => { box.checked = false; });
		return checklist.change();
	},
};

const counter = {
	at: {},
	start() {
		counter.at = kept();
		return counter.change({});
	},
	async change(what) {
		let answer = await ask(Object.assign({}, counter.at, what));
		if (answer && !answer.ok)
			answer = await ask({});
		if (!answer)
			return;
		counter.at = {};
		answer.outputs.forEach((o) => { counter.at[o.name] = o.plain; });
		keep(counter.at);
		showOutputs(answer.outputs);
		answer.outputs.forEach(counter.bounds);
		const changed = answer.outputs.find((o) => o.name === "count_" + counter.of(what));
		if (changed)
			say(changed.label + ": " + changed.text);
	},
	of: (what) => what.add || what.subtract || what.reset,
	/* Not disabled, which would take the focus away, but said to be so. */
	bounds(o) {
		const place = find('[data-output="' + o.name + '"]');
		find("[data-do=add]", place).setAttribute("aria-disabled", o.note === "highest");
		find("[data-do=subtract]", place).setAttribute("aria-disabled", o.note === "lowest");
	},
	add: (button) => counter.change({ add: button.dataset.of }),
	subtract: (button) => counter.change({ subtract: button.dataset.of }),
	reset: (button) => counter.change({ reset: button.dataset.of }),
};

/* The timer counts by the clock on the wall, so that a page asleep in the
   background is right again when it wakes. */

const timer = {
	stage: 0,
	elapsed: 0, /* seconds in this stage before it was last set going */
	since: null, /* when it was set going; null while it rests */
	over: false,
	bell: null,
	title: document.title,
	start() {
		const sound = find("#sound");
		if (sound)
			sound.addEventListener("change", () => timer.arm(sound.checked));
		document.addEventListener("visibilitychange", timer.tick);
		setInterval(() => timer.since !== null && timer.tick(), 250);
		return timer.tick();
	},
	seconds() {
		const gone = timer.since === null ? 0 : Date.now() - timer.since;
		return timer.elapsed + Math.max(0, gone) / 1000;
	},
	set(stage, elapsed, running) {
		timer.stage = stage;
		timer.elapsed = elapsed;
		timer.since = running ? Date.now() : null;
		return timer.tick();
	},
	go() {
		const running = timer.since === null;
		say(running ? "Started" : "Paused");
		return timer.over ? timer.set(0, 0, true)
			: timer.set(timer.stage, timer.seconds(), running);
	},
	skip: () => timer.over || timer.set(timer.stage + 1, 0, timer.since !== null),
	again: () => timer.set(0, 0, false),
	async tick() {
		const asked = Date.now();
		const seconds = timer.seconds().toFixed(3);
		const answer = await ask({ stage: String(timer.stage), elapsed: seconds });
		if (!answer || !answer.ok)
			return;
		const now = {};
		answer.outputs.forEach((o) => { now[o.name] = o; });
		const over = now.state.plain === "finished";
		if (Number(now.stage.plain) !== timer.stage) {
			timer.stage = Number(now.stage.plain);
			timer.elapsed = Number(now.elapsed.plain);
			timer.since = timer.since === null ? null : asked;
			timer.ring(over ? 3 : 1);
		}
		if (over)
			timer.since = null;
		if (over !== timer.over || now.stage.text !== find("#stage").textContent)
			say(over ? "Finished" : now.stage.text);
		timer.over = over;
		timer.show(now, over);
	},
	show(now, over) {
		const running = timer.since !== null;
		find("#stage").textContent = over ? "Finished" : now.stage.text;
		find("#time").textContent = now.clock.text;
		find("#bar").value = Number(now.share.plain);
		find("[data-do=go]").textContent = running ? "Pause"
			: over ? "Start again" : timer.seconds() > 0 ? "Resume" : "Start";
		const round = find("#round");
		if (round)
			round.textContent = "Round " + now.round.text;
		document.title = running ? now.clock.text + " \u2013 " + now.stage.text
			: over ? "Finished \u2013 " + timer.title : timer.title;
		const steps = document.querySelectorAll(".plan li");
		steps.forEach((step, i) => {
			const current = !over && i === timer.stage % steps.length;
			step.setAttribute("aria-current", current ? "step" : "false");
		});
	},
	/* A browser lets a page sound only after the user has asked for it. */
	arm(wanted) {
		if (wanted && !timer.bell)
			timer.bell = new AudioContext();
		if (wanted)
			timer.ring(1);
	},
	ring(times) {
		const sound = find("#sound");
		if (!timer.bell || !sound.checked)
			return;
		for (let i = 0; i < times; i++) {
			const at = timer.bell.currentTime + i * 0.7;
			const tone = timer.bell.createOscillator();
			const volume = timer.bell.createGain();
			tone.frequency.value = 660;
			volume.gain.setValueAtTime(0.25, at);
			volume.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
			tone.connect(volume).connect(timer.bell.destination);
			tone.start(at);
			tone.stop(at + 0.6);
		}
	},
};
