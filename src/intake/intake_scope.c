#include "config.h"

#include "intake/intake_talk.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

#define FEATURES 8
#define LIMITS 5

struct sentences {
	struct arena *a;
	const char **to;
	size_t n, max;
};

static void say(struct sentences *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct sentences *s, const char *fmt, ...)
{
	va_list ap;

	if (s->n == s->max)
		return;
	va_start(ap, fmt);
	s->to[s->n++] = arena_vprintf(s->a, fmt, ap);
	va_end(ap);
}

/* "a, b and c"; past six, "and 4 more". */
static const char *enumerate(struct arena *a, const char *const *names, size_t n)
{
	size_t shown = n > 7 ? 6 : n;
	struct buf b;

	buf_init(&b, a, 4000);
	for (size_t i = 0; i < shown; i++)
		buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", names[i]);
	if (n > shown)
		buf_printf(&b, " and %zu more", n - shown);
	return buf_str(&b);
}

static const char *input_names(struct arena *a, const struct spec *s)
{
	const char *names[SPEC_INPUTS];

	for (size_t i = 0; i < s->inputs_n; i++)
		names[i] = intake_lower(a, s->inputs[i].label);
	return enumerate(a, names, s->inputs_n);
}

static const char *output_names(struct arena *a, const struct spec *s)
{
	const char *names[SPEC_OUTPUTS];

	for (size_t i = 0; i < s->outputs_n; i++)
		names[i] = intake_lower(a, s->outputs[i].label);
	return enumerate(a, names, s->outputs_n);
}

static void describe_calculator(struct sentences *to, const struct spec *s)
{
	say(to, "You enter: %s.", input_names(to->a, s));
	say(to, "It shows: %s.", output_names(to->a, s));
	say(to, "Entries are checked: what is missing or out of range is said beside the field.");
}

static void describe_converter(struct sentences *to, const struct spec *s)
{
	const char *names[SPEC_UNITS];

	for (size_t i = 0; i < s->units_n; i++)
		names[i] = s->units[i].symbol;
	say(to, "Converts between %zu units: %s.", s->units_n, enumerate(to->a, names, s->units_n));
	for (size_t i = 0; i < s->units_n; i++)
		for (size_t k = 0; k < s->units_n; k++)
			if (strcmp(s->units[i].name, s->from) == 0 &&
			    strcmp(s->units[k].name, s->to) == 0)
				say(to, "Starts with %s to %s; any other pair can be chosen.",
				    intake_lower(to->a, s->units[i].label),
				    intake_lower(to->a, s->units[k].label));
	say(to, "Uses the exact factors and says so when an entry is no number.");
}

static void describe_checklist(struct sentences *to, const struct spec *s)
{
	say(to, "Lists %zu item%s: %s.", s->items_n, s->items_n == 1 ? "" : "s",
	    enumerate(to->a, s->items, s->items_n));
	say(to, "Each item can be ticked off and ticked back.");
	say(to, "Shows how many items are done.");
}

static void describe_counter(struct sentences *to, const struct spec *s)
{
	const char *names[SPEC_COUNTERS];
	const struct spec_counter *c = &s->counters[0];

	for (size_t i = 0; i < s->counters_n; i++)
		names[i] = intake_lower(to->a, s->counters[i].label);
	say(to, "Counts %s up and down.", enumerate(to->a, names, s->counters_n));
	say(to, "Starts at %lld, goes in steps of %lld, and stays between %lld and %lld.",
	    (long long)c->start, (long long)c->step, (long long)c->min, (long long)c->max);
	say(to, "Can be set back to the start.");
}

static void describe_timer(struct sentences *to, const struct spec *s)
{
	if (s->timers[0].seconds == 0)
		say(to, "Measures time until you stop it.");
	for (size_t i = 0; i < s->timers_n && i < 4 && s->timers[i].seconds > 0; i++)
		say(to, "%s: %s.", s->timers[i].label,
		    intake_duration(to->a, s->timers[i].seconds));
	if (s->rounds > 1)
		say(to, "Runs %d rounds.", (int)s->rounds);
	say(to, "Can be started, paused and set back.");
}

static void describe_form(struct sentences *to, const struct spec *s)
{
	say(to, "Asks for: %s.", input_names(to->a, s));
	if (s->outputs_n > 0)
		say(to, "Works out: %s.", output_names(to->a, s));
	say(to, "Fills the answers into a ready text to copy.");
	say(to, "Required fields that are empty are pointed out.");
}

static void describe_kind(struct sentences *to, const struct spec *s)
{
	static void (*const describers[SPEC_KINDS])(struct sentences *, const struct spec *) = {
		[SPEC_CALCULATOR] = describe_calculator, [SPEC_CONVERTER] = describe_converter,
		[SPEC_CHECKLIST] = describe_checklist,   [SPEC_COUNTER] = describe_counter,
		[SPEC_TIMER] = describe_timer,           [SPEC_FORM] = describe_form,
	};

	if (describers[s->kind] != NULL)
		describers[s->kind](to, s);
	else
		say(to, "You paste or type a text and get the result to copy.");
}

static const char *platform_names(struct arena *a, const struct intake *in)
{
	static const char *const all[] = {"Linux (64-bit PC)",
					  "Linux on ARM such as a Raspberry Pi",
					  "macOS (Apple silicon)", "Windows (64-bit)"};
	const char *names[SPEC_PLATFORMS];

	for (size_t i = 0; i < in->platforms_n; i++)
		for (size_t k = 0; k < COUNT(all); k++)
			if (strcmp(in->platforms[i], spec_platforms[k]) == 0)
				names[i] = all[k];
	return enumerate(a, names, in->platforms_n);
}

static void describe_delivery(struct sentences *to, const struct intake *in)
{
	if (in->artifact != SPEC_BINARY)
		say(to, "Can be used with the keyboard alone and with a screen reader.");
	say(to, "Works without an internet connection and sends nothing anywhere.");
	if (in->artifact == SPEC_WEB)
		say(to, "Delivered as a web page for any current browser.");
	else
		say(to, "Delivered as %sa program without installation for %s.",
		    in->artifact == SPEC_BOTH ? "a web page and as " : "",
		    platform_names(to->a, in));
}

void intake_leave_out(struct intake_wish *w, const char *sentence)
{
	if (w->assumed_n < COUNT(w->assumed))
		w->assumed[w->assumed_n++] = sentence;
}

/* What is not so, and what was assumed; the two last ones always fit. */
static void limit(struct intake_talk *k, const struct intake *in, struct sentences *to)
{
	to->max = LIMITS - 2;
	for (size_t i = 0; intake_refusals[i].phrases != NULL; i++)
		if (k->without >> i & 1)
			say(to, "%s", intake_refusals[i].without);
	if (k->also != NULL)
		say(to, "One tool at a time: the %s can be asked for on its own.", k->also);
	for (size_t i = 0; i < k->wish.assumed_n; i++)
		say(to, "%s", k->wish.assumed[i]);
	if (k->delivery.intel_mac && in->artifact != SPEC_WEB)
		say(to, "No program for Macs with Intel processors, only for Apple silicon.");
	if (in->artifact != SPEC_WEB && k->delivery.platforms == 0)
		say(to, "Because you named no system, the program is made for Linux (64-bit PC).");
	to->max = LIMITS;
	say(to, "No accounts, and nothing you enter is stored on a server.");
	say(to, "No source code: you receive the finished tool.");
}

void intake_describe(struct intake_talk *k, struct intake *in)
{
	struct sentences features = {k->a, in->features, 0, FEATURES};
	struct sentences limits = {k->a, in->not_included, 0, LIMITS};

	features.max = FEATURES - 3;
	for (size_t i = 0; i < k->wish.features_n; i++)
		say(&features, "%s", k->wish.features[i]);
	describe_kind(&features, &in->spec);
	features.max = FEATURES;
	describe_delivery(&features, in);
	limit(k, in, &limits);
}
