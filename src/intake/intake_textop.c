#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_talk.h"
#include "base/check.h"

#include <string.h>

/* What a text tool can do, as visitors call it. */
static const struct operation {
	const char *phrases, *name, *title, *does;
} operations[] = {
	{"12 word count, 14 word counter, 14 count .. word, 12 character count, "
	 "14 character counter, 14 count .. character, 14 letter counter, 14 letter count, "
	 "14 count .. letter, 12 line count, 14 line counter, 14 count .. line, "
	 "14 count .. sentence, 10 reading time, 12 text statistics, 12 how many words, "
	 "12 how many characters, 10 text length, 14 counting .. word",
	 "count", "Word counter",
	 "Counts characters, words, lines and sentences and tells the reading time."},
	{"12 upper case, 12 uppercase, 12 capital letters, 10 all caps, 12 to upper, 10 =capitals",
	 "upper", "Upper case converter", "Turns text into upper case."},
	{"12 lower case, 12 lowercase, 10 small letters, 12 to lower", "lower",
	 "Lower case converter", "Turns text into lower case."},
	{"12 title case, 12 titlecase, 12 capitalize each, 12 capitalise each, 10 capitalize, "
	 "10 capitalise, 10 headline case",
	 "title", "Title case converter", "Capitalizes each word."},
	{"12 sentence case, 10 capitalize first letter, 10 capitalize sentences", "sentence",
	 "Sentence case converter", "Capitalizes the first letter of each sentence."},
	{"12 trim, 10 trailing spaces, 10 leading spaces, 10 strip spaces, 10 trailing whitespace",
	 "trim", "Text trimmer", "Removes blanks at both ends of each line."},
	{"12 extra spaces, 12 double spaces, 10 multiple spaces, 12 remove spaces, "
	 "12 collapse spaces, 12 collapse whitespace, 10 whitespace, 10 clean up text, "
	 "12 clean .. text, 12 cleaning .. text, 12 extra whitespace, 12 remove extra",
	 "collapse_spaces", "Space cleaner", "Turns each run of blanks into one."},
	{"12 reverse lines, 12 reverse order, 12 flip lines, 10 reverse .. lines", "reverse_lines",
	 "Line reverser", "Puts the lines in reverse order."},
	{"14 sort lines, 14 sort .. alphabetically, 14 line sorter, 12 alphabetize, "
	 "12 alphabetical order, 14 sort .. list, 12 sort text, 14 sort .. lines, "
	 "12 sorting lines, 12 list sorter, 12 sort names, 12 sort words, 12 sort them, "
	 "12 sort it, 10 sorted alphabetically",
	 "sort_lines", "Line sorter", "Sorts the lines alphabetically."},
	{"14 duplicate lines, 14 remove duplicates, 14 remove .. duplicate, 12 dedupe, "
	 "12 deduplicate, 12 repeated lines, 12 unique lines, 10 duplicates, "
	 "14 delete .. duplicate",
	 "dedupe_lines", "Duplicate line remover",
	 "Drops repeated lines and keeps the first of each."},
	{"12 number lines, -30 remove line number, 12 line numbers, 12 number .. lines, "
	 "12 add line numbers, 12 numbered lines",
	 "number_lines", "Line numberer", "Puts a number before each line."},
	{"14 blank lines, 14 empty lines, 12 remove empty, 12 remove blank", "remove_blank_lines",
	 "Blank line remover", "Drops the lines without text."},
	{"14 slug, 12 slugify, 12 url friendly, 12 permalink, 10 friendly url", "slug",
	 "Slug generator", "Makes a slug for web addresses."},
	{"14 find and replace, 12 search and replace, 10 replace text, 12 replace word, "
	 "10 find replace, 10 replaces",
	 "find_replace", "Find and replace", "Replaces each occurrence of one text by another."},
	{"14 base64 encode, 12 encode base64, 14 base64 encoder, 14 to base64, 10 base64, "
	 "10 base 64, -14 base64 decoder, -14 decode base64, 14 encode .. base64, "
	 "-14 base64 to text, 14 base64 encoder and decoder, 14 base64 encoder decoder",
	 "base64_encode", "Base64 encoder", "Encodes text as Base64."},
	{"14 base64 decode, 14 decode base64, 14 base64 decoder, 14 from base64, "
	 "14 decode .. base64, 14 base64 to text, 10 base64 tool, 10 base64 converter, "
	 "14 base64 encoder and decoder, 14 base64 encoder decoder, 10 base64 encode and decode",
	 "base64_decode", "Base64 decoder", "Decodes Base64."},
	{"14 url encode, 14 url encoder, 12 percent encode, 12 encode url, 12 url encoding, "
	 "14 encode .. url, 12 percent encoding",
	 "url_encode", "URL encoder", "Encodes text for web addresses."},
	{"14 url decode, 14 url decoder, 12 decode url, 14 decode .. url, 12 url decoding, "
	 "10 url encoder and decoder",
	 "url_decode", "URL decoder", "Decodes text from web addresses."},
};

const char *intake_operation_phrases(size_t row)
{
	return row < COUNT(operations) ? operations[row].phrases : NULL;
}

static bool has_operation(const struct spec *s, const char *name)
{
	for (size_t i = 0; i < s->operations_n; i++)
		if (strcmp(s->operations[i], name) == 0)
			return true;
	return false;
}

/* Adds what the message names; returns the best score among it. */
static int add_operations(const struct intake_text *t, struct spec *s)
{
	int best = 0;

	for (size_t i = 0; i < COUNT(operations); i++) {
		int score = intake_score(t, INTAKE_OPERATIONS, i);

		if (score < 8)
			continue;
		best = score > best ? score : best;
		if (!has_operation(s, operations[i].name) && s->operations_n < SPEC_OPERATIONS)
			s->operations[s->operations_n++] = operations[i].name;
	}
	return best;
}

static const struct operation *operation_named(const char *name)
{
	const struct operation *o = operations;

	while (strcmp(o->name, name) != 0)
		o++;
	return o;
}

void intake_describe_text(struct arena *a, struct intake_wish *w)
{
	struct spec *s = &w->spec;

	for (size_t i = 0; i < s->operations_n && w->features_n < 4; i++)
		w->features[w->features_n++] = operation_named(s->operations[i])->does;
	s->summary =
		s->operations_n == 1
			? operation_named(s->operations[0])->does
			: arena_printf(a, "Does %zu things with a text that you paste or type.",
				       s->operations_n);
}

static void name_it(struct spec *s)
{
	s->title = s->operations_n == 1 ? operation_named(s->operations[0])->title : "Text tool";
	s->summary = s->title;
}

bool intake_try_text(const struct intake_text *t, struct intake_wish *w)
{
	int sign = intake_score(t, INTAKE_SIGNS, SIGN_TEXT), score;
	bool open = w->open == INTAKE_OPEN_OPERATIONS;

	w->spec.kind = SPEC_TEXT;
	score = add_operations(t, &w->spec);
	if (score == 0 && (sign < 10 || open))
		return false;
	w->open = score == 0 ? INTAKE_OPEN_OPERATIONS : INTAKE_OPEN_NOTHING;
	w->score = score == 0 ? 10 : score + (sign > 0 ? 4 : 0);
	if (w->score < 10)
		return false;
	if (score > 0)
		name_it(&w->spec);
	return true;
}

bool intake_change_text(const struct intake_text *t, struct intake_wish *w)
{
	struct spec *s = &w->spec;
	size_t before = s->operations_n;

	if (w->open == INTAKE_OPEN_OPERATIONS || intake_is(t, 0, "and") ||
	    intake_has(t, SIGN_ADD)) {
		add_operations(t, s);
		if (s->operations_n > before) {
			w->open = INTAKE_OPEN_NOTHING;
			name_it(s);
		}
	}
	return s->operations_n > before;
}

void intake_settle_text(struct arena *a, struct intake_wish *w)
{
	static const char *const usual[] = {"count", "upper", "lower", "trim", "sort_lines"};

	(void)a;
	for (size_t i = 0; i < COUNT(usual); i++)
		w->spec.operations[w->spec.operations_n++] = usual[i];
	name_it(&w->spec);
	w->assumed[w->assumed_n++] = "Because you did not say what it should do, it counts, "
				     "changes case, trims and sorts lines.";
}
