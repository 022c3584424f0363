#include "config.h"

#include "intake/intake_int.h"
#include "base/check.h"

#include <string.h>

#define LONGEST 359999
#define LABEL_WORDS 3

/* A length of time in a message: seconds, and the tokens that say it. */
struct span {
	int64_t seconds;
	size_t at, n;
};

static const struct {
	const char *words[7];
	int seconds;
} units[] = {
	{{"hour", "hours", "h", "hr", "hrs", NULL}, 3600},
	{{"minute", "minutes", "min", "mins", "m", "minutes'", NULL}, 60},
	{{"second", "seconds", "sec", "secs", "s", NULL}, 1},
};

static int unit_at(const struct intake_text *t, size_t i)
{
	for (size_t u = 0; u < COUNT(units); u++)
		for (size_t k = 0; units[u].words[k] != NULL; k++)
			if (intake_is(t, i, units[u].words[k]))
				return units[u].seconds;
	return 0;
}

/* One part of a length of time: its seconds, and those of its unit. */
struct part {
	double seconds;
	int unit;
};

/* "half an hour", "an hour", "quarter of an hour": no number in front. */
static size_t spoken_at(const struct intake_text *t, size_t i, struct part *ret)
{
	bool half = intake_is(t, i, "half"), quarter = intake_is(t, i, "quarter");
	size_t k = i + (half || quarter);

	k += intake_is(t, k, "of");
	if (intake_is(t, k, "an") || intake_is(t, k, "a"))
		k++;
	else if (!half)
		return 0;
	if (k >= t->n || unit_at(t, k) == 0 || t->tokens[k].len < 3)
		return 0;
	ret->unit = unit_at(t, k);
	ret->seconds = (half ? 0.5 : quarter ? 0.25 : 1) * ret->unit;
	return k + 1 - i;
}

/* "25 minutes", "1.5 h", "twenty five min"; the 30 of "1h30". */
static size_t part_at(const struct intake_text *t, size_t i, struct part *ret)
{
	double number;
	size_t k = i;

	if (i >= t->n)
		return 0;
	if (!t->tokens[i].has_number)
		return spoken_at(t, i, ret);
	number = t->tokens[k++].number;
	if (k < t->n && t->tokens[k].kind == INTAKE_WORD && t->tokens[k].has_number &&
	    t->tokens[k].number < 10 && number >= 20)
		number += t->tokens[k++].number;
	ret->unit = k < t->n ? unit_at(t, k) : 0;
	if (ret->unit > 0) {
		k++;
	} else if (i > 0 && intake_is(t, i - 1, "h") && t->tokens[i].joined && number < 60) {
		ret->unit = 60;
	} else {
		return 0;
	}
	ret->seconds = number * ret->unit;
	return k - i;
}

/* Parts of falling units are one span: 1 h 30 min, an hour and 10 minutes. */
static bool span_at(const struct intake_text *t, size_t i, struct span *ret)
{
	struct part part, next;
	double sum = 0;
	size_t k = i, n = part_at(t, i, &part);

	while (n > 0) {
		size_t and;

		sum += part.seconds;
		k += n;
		if (intake_is(t, k, "and") && intake_is(t, k + 1, "a") &&
		    intake_is(t, k + 2, "half")) {
			sum += part.unit / 2.0;
			k += 3;
		}
		and = intake_is(t, k, "and");
		n = part_at(t, k + and, &next);
		if (n == 0 || next.unit >= part.unit)
			break;
		k += and;
		part = next;
	}
	if (!(sum >= 1 && sum <= LONGEST))
		return false;
	*ret = (struct span){(int64_t)(sum + 0.5), i, k - i};
	return true;
}

/* "1:30" is minutes and seconds. */
static bool clock_at(const struct intake_text *t, size_t i, struct span *ret)
{
	if (i + 2 >= t->n || t->tokens[i].kind != INTAKE_NUMBER || !intake_is(t, i + 1, ":") ||
	    t->tokens[i + 2].kind != INTAKE_NUMBER || t->tokens[i + 2].len != 2 ||
	    t->tokens[i].number > 999 || t->tokens[i + 2].number > 59)
		return false;
	*ret = (struct span){(int64_t)t->tokens[i].number * 60 + (int64_t)t->tokens[i + 2].number,
			     i, 3};
	return ret->seconds > 0;
}

static size_t find_spans(const struct intake_text *t, struct span *spans, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n && n < max; i++)
		if (clock_at(t, i, &spans[n]) || span_at(t, i, &spans[n])) {
			i += spans[n].n - 1;
			n++;
		}
	return n;
}

static bool no_label(const struct intake_text *t, size_t i)
{
	static const char *const names[] = {"work", "run", "warm", "cool", "up", "down"};

	for (size_t k = 0; k < COUNT(names); k++)
		if (intake_is(t, i, names[k]))
			return false;
	return i >= t->n || t->tokens[i].kind != INTAKE_WORD || t->tokens[i].has_number ||
	       intake_at(t, SIGN_STOP, i) || intake_at(t, SIGN_LIGHT, i) ||
	       intake_at(t, SIGN_TIMER, i) || intake_is(t, i, "rounds") ||
	       intake_is(t, i, "long") || intake_is(t, i, "of") || intake_is(t, i, "after") ||
	       intake_is(t, i, "between") || intake_is(t, i, "every");
}

static const char *label_after(const struct intake_text *t, const struct span *s, size_t limit)
{
	size_t from = s->at + s->n, to;

	while (from < limit && (intake_is(t, from, "of") || intake_is(t, from, "for") ||
				intake_at(t, SIGN_LIGHT, from)))
		from++;
	for (to = from; to < limit && to - from < LABEL_WORDS && !no_label(t, to); to++)
		continue;
	return intake_words(t, from, to, 40);
}

static const char *label_before(const struct intake_text *t, const struct span *s, size_t limit)
{
	size_t to = s->at, from;

	while (to > limit && (intake_is(t, to - 1, "for") || intake_is(t, to - 1, "of") ||
			      intake_is(t, to - 1, ":") || intake_is(t, to - 1, "(") ||
			      intake_is(t, to - 1, "is") || intake_is(t, to - 1, "takes")))
		to--;
	for (from = to; from > limit && to - from < LABEL_WORDS && !no_label(t, from - 1); from--)
		continue;
	return intake_words(t, from, to, 40);
}

static bool means_rest(const char *label)
{
	return strcasestr(label, "break") != NULL || strcasestr(label, "rest") != NULL ||
	       strcasestr(label, "pause") != NULL;
}

static void add_timers(const struct intake_text *t, const struct span *spans, size_t n,
		       struct spec *s)
{
	bool before = n > 1 && *label_before(t, &spans[0], 0) != '\0' &&
		      *label_before(t, &spans[1], spans[0].at + spans[0].n) != '\0';

	for (size_t i = 0; i < n && s->timers_n < SPEC_TIMERS; i++) {
		size_t low = i == 0 ? 0 : spans[i - 1].at + spans[i - 1].n;
		size_t high = i + 1 < n ? spans[i + 1].at : t->n;
		const char *label = before ? "" : label_after(t, &spans[i], high);

		if (*label == '\0')
			label = label_before(t, &spans[i], low);
		if (*label == '\0' && n == 2 && i == 0 &&
		    means_rest(label_after(t, &spans[1], t->n)))
			label = "Work";
		if (*label == '\0')
			label = n == 1 ? "Timer" : arena_printf(t->a, "Timer %zu", i + 1);
		s->timers[s->timers_n++] = (struct spec_timer){label, spans[i].seconds};
	}
}

/* "8 rounds", "repeat 4 times", "x4". */
static bool read_rounds(const struct intake_text *t, struct spec *s)
{
	static const char *const words[] = {"rounds", "round",       "times", "sets",   "cycles",
					    "laps",   "repetitions", "reps",  "repeats"};

	for (size_t i = 0; i + 1 < t->n; i++)
		for (size_t k = 0; k < COUNT(words); k++)
			if (t->tokens[i].has_number && intake_is(t, i + 1, words[k]) &&
			    t->tokens[i].number >= 1 && t->tokens[i].number <= 100) {
				s->rounds = (int64_t)t->tokens[i].number;
				return true;
			}
	return false;
}

const char *intake_duration(struct arena *a, int64_t seconds)
{
	long long h = seconds / 3600, m = seconds / 60 % 60, s = seconds % 60;
	struct buf b;

	buf_init(&b, a, 100);
	if (h > 0)
		buf_printf(&b, "%lld hour%s", h, h == 1 ? "" : "s");
	if (m > 0)
		buf_printf(&b, "%s%lld minute%s", b.n ? " " : "", m, m == 1 ? "" : "s");
	if (s > 0)
		buf_printf(&b, "%s%lld second%s", b.n ? " " : "", s, s == 1 ? "" : "s");
	return buf_str(&b);
}

static void describe(struct arena *a, struct spec *s)
{
	if (s->timers[0].seconds == 0)
		s->summary = "Measures time from a tap on start to a tap on stop.";
	else if (s->timers_n == 1)
		s->summary = arena_printf(
			a, "Counts down %s%s.", intake_duration(a, s->timers[0].seconds),
			s->rounds > 1 ? arena_printf(a, ", %d times", (int)s->rounds) : "");
	else
		s->summary =
			arena_printf(a, "Counts down %zu times one after the other, %d round%s.",
				     s->timers_n, (int)s->rounds, s->rounds == 1 ? "" : "s");
}

static void set_pomodoro(const struct intake_text *t, struct intake_wish *w)
{
	struct spec *s = &w->spec;
	struct span spans[2];
	size_t n = find_spans(t, spans, 2);
	int64_t work = 1500, pause = 300;

	for (size_t i = 0; i < n; i++) {
		const char *after = label_after(t, &spans[i], i + 1 < n ? spans[i + 1].at : t->n);

		*(means_rest(after) || i == 1 ? &pause : &work) = spans[i].seconds;
	}
	s->timers_n = 2;
	s->timers[0] = (struct spec_timer){"Work", work};
	s->timers[1] = (struct spec_timer){"Break", pause};
	s->title = "Pomodoro timer";
	if (!read_rounds(t, s)) {
		s->rounds = 4;
		w->assumed[w->assumed_n++] =
			"Because you did not say how often, it runs four rounds.";
	}
}

bool intake_try_timer(const struct intake_text *t, struct intake_wish *w)
{
	int score = intake_score(t, INTAKE_SIGNS, SIGN_TIMER);
	struct span spans[SPEC_TIMERS];
	struct spec *s = &w->spec;
	size_t n;

	n = find_spans(t, spans, SPEC_TIMERS);
	if (score < 6 && n > 1 && read_rounds(t, s)) /* work 45 s, rest 15 s, 8 rounds */
		score = 8;
	if (score < 6)
		return false;
	s->kind = SPEC_TIMER;
	s->rounds = 1;
	w->open = INTAKE_OPEN_NOTHING;
	w->score = (score < 12 ? score : 12) + (n > 0 ? 4 : 0);
	if (intake_has(t, SIGN_STOPWATCH) && n == 0) {
		s->title = intake_title(t, SIGN_STOPWATCH, "Stopwatch");
		s->timers[s->timers_n++] = (struct spec_timer){"Stopwatch", 0};
	} else if (intake_has(t, SIGN_POMODORO)) {
		set_pomodoro(t, w);
	} else {
		s->title = intake_title(t, SIGN_TIMER, "Timer");
		add_timers(t, spans, n, s);
		read_rounds(t, s);
		w->open = n == 0 ? INTAKE_OPEN_DURATION : INTAKE_OPEN_NOTHING;
	}
	describe(t->a, s);
	return true;
}

/* A stopwatch that is given a time is a timer. */
static void name_again(struct spec *s)
{
	if (strcmp(s->title, "Stopwatch") == 0)
		s->title = "Timer";
	if (strcmp(s->timers[0].label, "Stopwatch") == 0)
		s->timers[0].label = "Timer";
}

/* "make it 20 minutes", "a break of 10 minutes": the timer whose name is said, else the first. */
static void change_span(const struct intake_text *t, const struct span *span, struct spec *s)
{
	size_t best = 0;

	for (size_t i = 0; i < s->timers_n; i++)
		if (s->timers_n > 1 && strcasestr(t->raw, s->timers[i].label) != NULL)
			best = i;
	s->timers[best].seconds = span->seconds;
	name_again(s);
}

bool intake_change_timer(const struct intake_text *t, struct intake_wish *w)
{
	struct span spans[SPEC_TIMERS];
	size_t n = find_spans(t, spans, SPEC_TIMERS);
	struct spec *s = &w->spec;
	bool any = s->timers_n > 0 && s->timers[0].seconds > 0 && read_rounds(t, s);

	if (w->open == INTAKE_OPEN_DURATION && n == 0 && intake_has(t, SIGN_STOPWATCH)) {
		s->title = "Stopwatch";
		s->timers[s->timers_n++] = (struct spec_timer){"Stopwatch", 0};
	} else if (w->open == INTAKE_OPEN_DURATION && n == 0 && t->n > 0 &&
		   t->tokens[0].has_number && t->tokens[0].number >= 1 &&
		   t->tokens[0].number <= 600 && intake_is_small(t, 1, t->n)) {
		s->timers[s->timers_n++] =
			(struct spec_timer){"Timer", (int64_t)(t->tokens[0].number * 60)};
		w->assumed[w->assumed_n++] =
			"Because you named no unit, the number counts minutes.";
	} else if (n == 0) {
		return any;
	} else if (n > 0 && s->timers_n > 0 && s->timers[0].seconds > 0 &&
		   intake_at(t, SIGN_ADD, 0)) {
		add_timers(t, spans, n, s);
	} else if (n == 1 && s->timers_n > 0) {
		change_span(t, &spans[0], s);
	} else {
		s->timers_n = 0;
		add_timers(t, spans, n, s);
	}
	w->open = INTAKE_OPEN_NOTHING;
	describe(t->a, s);
	return true;
}

void intake_settle_timer(struct arena *a, struct intake_wish *w)
{
	w->spec.timers[w->spec.timers_n++] = (struct spec_timer){"Timer", 300};
	describe(a, &w->spec);
	w->assumed[w->assumed_n++] = "Because you did not say how long, it is set to 5 minutes.";
}
