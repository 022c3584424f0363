/*
 * Text: a visitor's message, made readable for rules.
 *
 * It is cleaned, cut into tokens, and its words are looked up in a lexicon made
 * of all phrases of all tables. intake_int.h says what is made of it.
 */
#pragma once
#include "intake/intake.h"

enum intake_token_kind { INTAKE_WORD, INTAKE_NUMBER, INTAKE_SYMBOL, INTAKE_BREAK };

struct intake_token {
	enum intake_token_kind kind;
	bool joined;     /* no blank stands before it */
	bool has_number; /* a number, or a word such as "five" */
	double number;
	uint16_t id;   /* of the word in the lexicon, 0 when it is in no phrase */
	uint16_t next; /* 1 + the next token with this id, or 0 */
	uint32_t at, len;
};

struct intake_text {
	struct arena *a;
	const struct intake_lexicon *lex;
	const char *raw; /* cleaned UTF-8; line feeds are the only controls */
	struct intake_token *tokens;
	size_t n;
	uint16_t *first; /* by id: 1 + the first token with it, or 0 */
};

/* The tables whose rows carry phrases: "12 tip calculator, 6 tip, -20 tips for". */
enum intake_group {
	INTAKE_SIGNS, INTAKE_KNOWN, INTAKE_QUANTITIES, INTAKE_UNITS, INTAKE_REFUSALS,
	INTAKE_OPERATIONS, INTAKE_LETTERS, INTAKE_LISTS, INTAKE_ANSWERS, INTAKE_GROUPS
};

/* Words that mean something in every conversation; phrases in intake_signs.c. */
enum intake_sign {
	SIGN_COMMON, /* never taken for a typo */
	SIGN_LIGHT,  /* "the", "my": may stand inside any phrase */
	SIGN_NO, SIGN_NEED, SIGN_CALCULATOR, SIGN_CALCULATE, SIGN_CONVERT, SIGN_CHECKLIST,
	SIGN_COUNTER, SIGN_TIMER, SIGN_FORM, SIGN_TEXT, SIGN_STOPWATCH, SIGN_POMODORO, SIGN_WEB,
	SIGN_BINARY, SIGN_DOWNLOAD, SIGN_WORKS_ON, SIGN_WINDOWS, SIGN_MAC, SIGN_LINUX, SIGN_ARM,
	SIGN_BARE_PLATFORM, SIGN_INTEL_MAC, SIGN_YES, SIGN_WHATEVER, SIGN_ADD, SIGN_REMOVE,
	SIGN_EDIT, /* begins a change: "make it", "set" */
	SIGN_NAME, SIGN_STOP, /* ends the name of something */
	SIGN_GO,   /* begins a list */
	SIGN_THAT, /* begins what comes out of a form */
	SIGNS
};

struct intake_hit {
	size_t at, n; /* tokens */
	int weight;
};

/* intake_words.c, intake_match.c */
const struct intake_lexicon *intake_lexicon_new(struct arena *a);
struct intake_text *intake_text_new(struct arena *a, const struct intake_lexicon *lex,
				    const char *message);
/* The places where phrases of a row stand, in the order of its phrases. */
size_t intake_hits(const struct intake_text *t, enum intake_group group, size_t row,
		   struct intake_hit *hits, size_t max);
/* The sum of the weights of the row's phrases that stand there, each once. */
int intake_score(const struct intake_text *t, enum intake_group group, size_t row);
/* The heaviest of them instead, less those that weigh against it. */
int intake_strongest(const struct intake_text *t, enum intake_group group, size_t row);
/* The row of a group with the highest score; 0 points when none stands there. */
size_t intake_best(const struct intake_text *t, enum intake_group group, int *ret_score);
bool intake_has(const struct intake_text *t, enum intake_sign sign);
/* Does a phrase of the sign start at token i? Its length in tokens, or 0. */
size_t intake_at(const struct intake_text *t, enum intake_sign sign, size_t i);
/* The first place from token `from` on where one starts, or t->n. */
size_t intake_find(const struct intake_text *t, enum intake_sign sign, size_t from);
bool intake_is(const struct intake_text *t, size_t i, const char *word); /* case aside */
/* Do the tokens only say how, not what: "as a web page please"? */
bool intake_is_small(const struct intake_text *t, size_t from, size_t to);
/* The words as the lexicon spells them, for a name. */
const char *intake_spelled(const struct intake_text *t, size_t from, size_t to);

/* intake_tokens.c: cleaning and cutting */
const char *intake_clean(struct arena *a, const char *message);
size_t intake_tokens(const char *raw, struct intake_token *tokens, size_t max);

/* intake_names.c, intake_split.c: texts of a spec from a visitor's words */
const char *intake_label(struct arena *a, const char *p, size_t n, size_t max);
const char *intake_words(const struct intake_text *t, size_t from, size_t to, size_t max);
const char *intake_lower(struct arena *a, const char *label); /* inside a sentence */
const char *intake_slug(struct arena *a, const char *title);
const char *intake_identifier(struct arena *a, const char *label);
const char *intake_number(struct arena *a, double v); /* NULL past 1e15 */
const char *intake_duration(struct arena *a, int64_t seconds);
/* "Packing checklist", "Checklist for our trip", or just the noun. */
const char *intake_title(const struct intake_text *t, enum intake_sign head, const char *noun);
/* Items separated by commas, "and" or line feeds. */
size_t intake_split(const struct intake_text *t, size_t from, size_t to, const char **items,
		    size_t max);
