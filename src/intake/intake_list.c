#include "config.h"

#include "intake/intake_named.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

#define ITEM_WORDS 4

static bool ends_list(const struct intake_text *t, size_t i)
{
	static const char *const words[] = {"gives", "shows", "show", "give", "in",    "into",
					    "and",   "as",    "for",  "on",   "using", "where"};

	if (t->tokens[i].kind == INTAKE_BREAK || intake_at(t, SIGN_THAT, i) ||
	    (t->tokens[i].kind == INTAKE_SYMBOL &&
	     strchr(".;!?:=\"({", t->raw[t->tokens[i].at]) != NULL))
		return true;
	for (size_t k = 0; k < COUNT(words); k++)
		if (intake_is(t, i, words[k]) &&
		    (!intake_is(t, i, "and") || intake_at(t, SIGN_THAT, i + 1) ||
		     intake_is(t, i + 1, "shows") || intake_is(t, i + 1, "gives")))
			return true;
	return false;
}

/* A name has few words, and none that belongs to a sentence. */
static bool is_name(const struct intake_text *t, size_t from, size_t to)
{
	size_t words = 0;

	for (size_t i = from; i < to; i++) {
		bool number = t->tokens[i].kind == INTAKE_NUMBER || intake_is(t, i, "%");

		if (t->tokens[i].kind == INTAKE_SYMBOL && !number)
			return false;
		if (intake_at(t, SIGN_STOP, i) || intake_at(t, SIGN_CALCULATOR, i) ||
		    intake_is(t, i, "form"))
			return false;
		words += t->tokens[i].kind == INTAKE_WORD && !intake_at(t, SIGN_LIGHT, i);
	}
	return words > 0 && words <= ITEM_WORDS;
}

/* The list that starts at `from`; its items, or 0 when it is none. */
static size_t read_list(const struct intake_text *t, size_t from, struct intake_list *ret)
{
	size_t at = from, i = from;

	*ret = (struct intake_list){.from = from};
	for (;; i++) {
		bool end = i >= t->n || ends_list(t, i);

		if (!end && !intake_is(t, i, ",") && !intake_is(t, i, "and") &&
		    !intake_is(t, i, "with")) {
			if (i - at > 2 * ITEM_WORDS)
				return 0;
			continue;
		}
		if (i > at) {
			if (!is_name(t, at, i) || ret->n == COUNT(ret->items))
				return 0;
			ret->items[ret->n].from = at;
			ret->items[ret->n++].to = i;
		}
		at = i + 1;
		if (end)
			break;
	}
	ret->to = i;
	return ret->n;
}

bool intake_named_list(const struct intake_text *t, struct intake_list *ret)
{
	static const char *const heads[] = {":", "with", "from", "enter", "inputs", "fields", "of"};

	/* Nothing but names comes first: "X, Y and Z in a letter". */
	if (read_list(t, 0, ret) >= 3)
		return true;
	for (size_t i = 0; i + 1 < t->n; i++)
		for (size_t k = 0; k < COUNT(heads); k++)
			if (intake_is(t, i, heads[k]) && read_list(t, i + 1, ret) >= 2)
				return true;
	return false;
}

const char *intake_without_list(const struct intake_text *t, const struct intake_list *l)
{
	size_t head = t->tokens[l->from].at;
	size_t tail = l->to < t->n ? t->tokens[l->to].at : strlen(t->raw);

	return arena_printf(t->a, "%.*s %s", (int)head, t->raw, t->raw + tail);
}

/* The same word, singular or plural. */
static bool same_word(const char *a, size_t n, const char *b, size_t m)
{
	size_t less = n < m ? n : m;

	return less >= 2 && strncasecmp(a, b, less) == 0 &&
	       (n == m || (n + m == 2 * less + 1 && (n > m ? a : b)[less] == 's'));
}

bool intake_has_word(const char *text, const char *word, size_t n)
{
	while (*text != '\0') {
		size_t len = strcspn(text, " ,.:;()-_/");

		if (same_word(text, len, word, n))
			return true;
		text += len + (text[len] != '\0');
	}
	return false;
}

static bool knows_word(const struct spec *s, const char *word, size_t n)
{
	bool any = intake_has_word(s->title, word, n) || intake_has_word(s->summary, word, n);

	for (size_t i = 0; !any && i < s->inputs_n; i++) {
		const struct spec_input *in = &s->inputs[i];

		any = intake_has_word(in->label, word, n) || intake_has_word(in->name, word, n) ||
		      intake_has_word(in->unit, word, n);
		for (size_t k = 0; !any && k < in->choices_n; k++)
			any = intake_has_word(in->choices[k], word, n);
	}
	for (size_t i = 0; !any && i < s->outputs_n; i++)
		any = intake_has_word(s->outputs[i].label, word, n) ||
		      intake_has_word(s->outputs[i].name, word, n);
	return any;
}

bool intake_knows(const struct intake_text *t, const struct intake_item *item, const struct spec *s)
{
	const char *name = intake_words(t, item->from, item->to, 60);

	/* What is out of reach is told by its own sentence. */
	if (intake_side_wishes(intake_text_new(t->a, t->lex, name)) != 0)
		return true;
	for (size_t i = item->from; i < item->to; i++)
		if (t->tokens[i].kind == INTAKE_WORD && !intake_at(t, SIGN_LIGHT, i) &&
		    knows_word(s, t->raw + t->tokens[i].at, t->tokens[i].len))
			return true;
	return false;
}

const char *intake_lacking(const struct intake_text *t, const struct intake_list *l,
			   const struct spec *s)
{
	const char *all = NULL;

	for (size_t i = 0; i < l->n; i++)
		if (!intake_knows(t, &l->items[i], s)) {
			const char *name = intake_lower(
				t->a, intake_words(t, l->items[i].from, l->items[i].to, 40));

			all = all == NULL ? name : arena_printf(t->a, "%s, %s", all, name);
		}
	return all;
}

/* "A tip calculator and a unit converter" are two tools: the noun of the other. */
const char *intake_second_tool(const struct intake_text *t, const struct spec *chosen)
{
	enum spec_kind kind = chosen->kind;
	static const struct {
		const char *noun;
		enum spec_kind kind;
	} rows[] = {
		{"calculator", SPEC_CALCULATOR}, {"converter", SPEC_CONVERTER},
		{"checklist", SPEC_CHECKLIST},	 {"timer", SPEC_TIMER},
		{"stopwatch", SPEC_TIMER},	 {"counter", SPEC_COUNTER},
	};
	size_t and = 0, first = COUNT(rows); /* 1 + the last "and", the row of the last noun */

	for (size_t i = 0; i < t->n; i++) {
		and = intake_is(t, i, "and") ? i + 1 : and;
		for (size_t k = 0; k < COUNT(rows); k++) {
			bool list = rows[k].kind == SPEC_CHECKLIST &&
				    intake_at(t, SIGN_CHECKLIST, i) > 1 &&
				    !intake_is(t, i, "list"); /* "to do list" */

			if (!list && !intake_is(t, i, rows[k].noun))
				continue;
			if (first < COUNT(rows) && rows[first].kind != rows[k].kind && and > 0 &&
			    i - and < 4)
				return rows[k].kind != kind ? rows[k].noun : rows[first].noun;
			first = k;
		}
	}
	return kind == SPEC_CONVERTER ? intake_second_quantity(t, chosen) : NULL;
}
