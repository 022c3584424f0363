#include "config.h"

#include "intake/intake_int.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

#define HIGHEST 999999

static struct spec_counter *add_counter(struct spec *s, const char *label)
{
	struct spec_counter *c;

	if (s->counters_n == SPEC_COUNTERS)
		return NULL;
	c = &s->counters[s->counters_n++];
	*c = (struct spec_counter){.label = label, .start = 0, .step = 1, .min = 0, .max = HIGHEST};
	return c;
}

/* "for visitors and staff", "count laps": what is counted, up to a new thought. */
static size_t names_end(const struct intake_text *t, size_t from)
{
	static const char *const words[] = {"with", "that", "which", "starting", "start", "in",
					    "on",   "as",   "up",    "from",     "by",    "so",
					    "at",   "it",   "step",  "every",    "each"};
	size_t i;

	for (i = from; i < t->n; i++) {
		if (t->tokens[i].kind == INTAKE_BREAK || t->tokens[i].kind == INTAKE_NUMBER ||
		    intake_is(t, i, ".") || intake_is(t, i, "?"))
			break;
		for (size_t k = 0; k < COUNT(words); k++)
			if (intake_is(t, i, words[k]))
				return i > from && intake_is(t, i - 1, "and") ? i - 1 : i;
	}
	return i;
}

/* "Two teams" are Team 1 and Team 2. */
static bool add_numbered(const struct intake_text *t, size_t from, struct spec *s)
{
	int n = from < t->n && t->tokens[from].number <= SPEC_COUNTERS ? (int)t->tokens[from].number
								       : 0;
	const char *name = intake_words(t, from + 1, from + 2, 40);
	size_t len = strlen(name);

	if (n < 2 || len < 2 || t->tokens[from + 1].kind != INTAKE_WORD)
		return false;
	len -= name[len - 1] == 's';
	for (int i = 1; i <= n; i++)
		add_counter(s, arena_printf(t->a, "%.*s %d", (int)len, name, i));
	return true;
}

static void add_names(const struct intake_text *t, size_t from, struct spec *s)
{
	const char *names[SPEC_COUNTERS];
	size_t n;

	while (from < t->n && (intake_at(t, SIGN_LIGHT, from) || intake_is(t, from, ":") ||
			       intake_is(t, from, "how") || intake_is(t, from, "many") ||
			       intake_is(t, from, "counting")))
		from++;
	if (add_numbered(t, from, s))
		return;
	n = intake_split(t, from, names_end(t, from), names, COUNT(names));
	for (size_t i = 0; i < n; i++)
		if (str_chars(names[i]) <= 40)
			add_counter(s, names[i]);
}

/* The place after which the names stand: "counter for", "counts", ":". */
static size_t names_start(const struct intake_text *t)
{
	static const char *const after[] = {"for",   "counting", "counts", "count",
					    "named", "called",   "between"};
	size_t head = intake_find(t, SIGN_COUNTER, 0);
	size_t behind = head + intake_at(t, SIGN_COUNTER, head);

	for (size_t i = head; i < t->n; i++)
		if (intake_is(t, i, ":"))
			return i + 1;
	if (intake_is(t, behind, ",")) /* "two counters, home and guest" */
		return behind + 1;
	/* "scoreboard with two teams", but not "with a step of 2" */
	if (intake_is(t, behind, "with") && behind + 1 < t->n && t->tokens[behind + 1].number >= 2)
		return behind + 1;
	for (size_t i = head; i < t->n; i++)
		for (size_t k = 0; k < COUNT(after); k++)
			if (intake_is(t, i, after[k]))
				return i + 1;
	return t->n;
}

/* The number behind a word: "start at 10", "steps of 5", "up to 100". */
static bool number_after(const struct intake_text *t, const char *first, const char *second,
			 int64_t *ret)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t k = i + 1;

		if (!intake_is(t, i, first))
			continue;
		if (second != NULL && !intake_is(t, k++, second))
			continue;
		if (k < t->n && t->tokens[k].has_number && t->tokens[k].number <= HIGHEST) {
			*ret = (int64_t)t->tokens[k].number;
			return true;
		}
	}
	return false;
}

static bool read_bounds(const struct intake_text *t, struct spec *s)
{
	static const struct {
		const char *first, *second;
		char what;
	} rows[] = {
		{"start", "at", 's'},   {"starts", "at", 's'},     {"starting", "at", 's'},
		{"start", "with", 's'}, {"start", "from", 's'},    {"starting", "from", 's'},
		{"from", NULL, 's'},    {"steps", "of", '+'},      {"step", "of", '+'},
		{"by", NULL, '+'},      {"increments", "of", '+'}, {"step", NULL, '+'},
		{"up", "to", 'm'},      {"maximum", NULL, 'm'},    {"max", NULL, 'm'},
		{"limit", NULL, 'm'},   {"most", NULL, 'm'},       {"maximum", "of", 'm'},
	};
	bool any = false;

	for (size_t r = 0; r < COUNT(rows); r++) {
		int64_t v;

		if (!number_after(t, rows[r].first, rows[r].second, &v))
			continue;
		for (size_t i = 0; i < s->counters_n; i++) {
			struct spec_counter *c = &s->counters[i];

			if (rows[r].what == 's' && v <= c->max)
				c->start = v;
			else if (rows[r].what == '+' && v > 0)
				c->step = v;
			else if (rows[r].what == 'm' && v >= c->start && v > 0)
				c->max = v;
		}
		any = true;
	}
	return any;
}

static bool below_zero(const struct intake_text *t, struct spec *s)
{
	for (size_t i = 0; i < t->n; i++)
		if (intake_is(t, i, "negative") ||
		    (intake_is(t, i, "below") && intake_is(t, i + 1, "zero"))) {
			for (size_t k = 0; k < s->counters_n; k++)
				s->counters[k].min = -HIGHEST;
			return true;
		}
	return false;
}

static const char *summary(struct arena *a, const struct spec *s)
{
	struct buf b;

	if (s->counters_n == 1)
		return "Counts up and down with one tap and can be set back.";
	buf_init(&b, a, 2000);
	buf_puts(&b, "Counts ");
	for (size_t i = 0; i < s->counters_n && i < 4; i++)
		buf_printf(&b, "%s%s",
			   i == 0                   ? ""
			   : i + 1 == s->counters_n ? " and "
						    : ", ",
			   intake_lower(a, s->counters[i].label));
	buf_puts(&b, s->counters_n > 4 ? " and more, each on its own." : ", each on its own.");
	return buf_str(&b);
}

/* "People counter" counts people; "counter for A and B" is named after them. */
static void name_it(const struct intake_text *t, struct spec *s)
{
	const char *head = intake_words(t, intake_find(t, SIGN_COUNTER, 0), t->n, 60);
	const char *noun = strncasecmp(head, "score", 5) == 0 ? "Score counter" : "Counter";
	const char *title = intake_title(t, SIGN_COUNTER, noun), *tail = " counter";
	bool plain = strncmp(title, noun, strlen(noun)) == 0;

	if (!plain && s->counters_n < 2 && str_ends(title, tail)) {
		s->counters_n = 0;
		add_counter(s, arena_strndup(t->a, title, strlen(title) - strlen(tail)));
	} else if (s->counters_n == 0) {
		add_counter(s, "Count");
	} else if (plain && s->counters_n == 1 && str_chars(s->counters[0].label) <= 30) {
		title = arena_printf(t->a, "%s counter", s->counters[0].label);
	} else if (plain) {
		title = noun;
	}
	s->title = title;
}

bool intake_try_counter(const struct intake_text *t, struct intake_wish *w)
{
	int score = intake_score(t, INTAKE_SIGNS, SIGN_COUNTER);
	struct spec *s = &w->spec;

	if (score < 10)
		return false;
	s->kind = SPEC_COUNTER;
	add_names(t, names_start(t), s);
	name_it(t, s);
	read_bounds(t, s);
	below_zero(t, s);
	s->summary = summary(t->a, s);
	w->open = INTAKE_OPEN_NOTHING;
	w->score = score < 12 ? score : 12;
	return true;
}

static bool remove_counter(const struct intake_text *t, struct spec *s)
{
	size_t kept = 0, before = s->counters_n;

	for (size_t i = 0; i < before; i++)
		if (strcasestr(t->raw, s->counters[i].label) == NULL ||
		    (kept == 0 && i + 1 == before))
			s->counters[kept++] = s->counters[i];
	s->counters_n = kept;
	return kept < before;
}

bool intake_change_counter(const struct intake_text *t, struct intake_wish *w)
{
	struct spec *s = &w->spec;
	size_t before = s->counters_n, from = intake_find(t, SIGN_ADD, 0);
	bool any = read_bounds(t, s);

	any = below_zero(t, s) || any;
	if (intake_at(t, SIGN_REMOVE, 0))
		any = remove_counter(t, s) || any;
	else if (!any && from < 3 && from < t->n) {
		size_t start = names_start(t);

		from += intake_at(t, SIGN_ADD, from);
		add_names(t, start < t->n ? start : from, s);
	}
	s->summary = summary(t->a, s);
	return any || s->counters_n != before;
}

/* Only when nothing at all was said and the visitor leaves the choice to us. */
void intake_settle_counter(struct arena *a, struct intake_wish *w)
{
	struct spec *s = &w->spec;

	s->kind = SPEC_COUNTER;
	s->title = "Counter";
	add_counter(s, "Count");
	s->summary = summary(a, s);
	w->assumed[w->assumed_n++] =
		"Because you left it open what the tool should do, it is a simple counter.";
}
