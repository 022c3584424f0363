/*
 * The lexicon: every phrase of every table, its words as numbers. Made anew for
 * each conversation (some 50 µs), so that nothing is kept between calls.
 */
#pragma once
#include "intake/intake_text.h"

#define LEX_WORDS 4000
#define LEX_PHRASES 4000
#define LEX_ROWS 1000
#define LEX_SLOTS 8192 /* of the hash; a power of two above LEX_WORDS */
#define LEX_PHRASE_WORDS 6
#define LEX_GAP 0xffff /* "..": up to three tokens in between */

#define LEX_WORD_MAX 24 /* longer words are in no phrase */

struct lex_phrase {
	int16_t weight;
	uint8_t n, plural; /* 1 << k: word k, written "=tips", must be a plural */
	uint16_t ids[LEX_PHRASE_WORDS];
};

/* Singular and plural are one word: they have one stem. */
struct lex_word {
	const char *p, *stem; /* as first written; stem is n long */
	uint32_t len, n, letters; /* the stem's letters as bits, to rule out most typos */
	bool light;               /* "the", "my": may stand inside any phrase */
};

struct intake_lexicon {
	uint16_t slots[LEX_SLOTS]; /* 1 + index in words */
	struct lex_word words[LEX_WORDS];
	size_t words_n;
	struct lex_phrase phrases[LEX_PHRASES];
	size_t phrases_n;
	struct {
		uint16_t first, n;
	} rows[LEX_ROWS];
	size_t rows_n, groups[INTAKE_GROUPS];
};

/* The phrases of row i of a group, NULL past the last. */
const char *intake_sign_phrases(size_t row);
const char *intake_known_phrases(size_t row);
const char *intake_quantity_phrases(size_t row);
const char *intake_unit_phrases(size_t row);
const char *intake_refusal_phrases(size_t row);
const char *intake_operation_phrases(size_t row);
const char *intake_letter_phrases(size_t row);
const char *intake_list_phrases(size_t row);
const char *intake_answer_phrases(size_t row);
