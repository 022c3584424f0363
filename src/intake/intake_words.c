#include "config.h"

#include "intake/intake_lexicon.h"
#include "base/check.h"

#include <string.h>

#define TOKENS_MAX 1500
#define TYPOS_MAX 100 /* unknown words looked at in one message */

/* Each group's rows, until NULL. */
static const char *(*const sources[INTAKE_GROUPS])(size_t row) = {
	[INTAKE_SIGNS] = intake_sign_phrases,
	[INTAKE_KNOWN] = intake_known_phrases,
	[INTAKE_QUANTITIES] = intake_quantity_phrases,
	[INTAKE_UNITS] = intake_unit_phrases,
	[INTAKE_REFUSALS] = intake_refusal_phrases,
	[INTAKE_OPERATIONS] = intake_operation_phrases,
	[INTAKE_LETTERS] = intake_letter_phrases,
	[INTAKE_LISTS] = intake_list_phrases,
	[INTAKE_ANSWERS] = intake_answer_phrases,
};

static uint32_t hash(const char *p, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619u;
	return h ^ h >> 15;
}

static uint32_t letters(const char *p, size_t n)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= 1u << (p[i] & 31);
	return bits;
}

static bool ends(const char *p, size_t n, const char *tail)
{
	size_t t = strlen(tail);

	return n >= t && memcmp(p + n - t, tail, t) == 0;
}

/* Cut a plural in place: miles, boxes, batteries. Returns the new length. That
 * it cuts "this" too does no harm. */
static size_t stem(char *p, size_t n)
{
	if (n < 4 || (p[n - 1] != 's' && p[n - 1] != 'e') || ends(p, n, "news"))
		return n;
	if (ends(p, n, "sses") || ends(p, n, "xes") || ends(p, n, "ches") || ends(p, n, "shes"))
		n -= 2;
	else if (p[n - 1] == 's' && p[n - 2] != 's')
		n--;
	if (ends(p, n, "ie")) /* batteries, calorie and battery all end in y here */
		p[--n - 1] = 'y';
	return n;
}

/* The slot of the stem, or the empty one where it would go. */
static size_t find_slot(const struct intake_lexicon *lex, const char *p, size_t n)
{
	size_t slot = hash(p, n) % LEX_SLOTS;

	for (; lex->slots[slot] != 0; slot = (slot + 1) % LEX_SLOTS) {
		const struct lex_word *w = &lex->words[lex->slots[slot] - 1];

		if (w->n == n && memcmp(w->stem, p, n) == 0)
			break;
	}
	return slot;
}

static uint16_t add_word(struct arena *a, struct intake_lexicon *lex, const char *p, size_t len)
{
	char text[LEX_WORD_MAX];
	size_t n, slot;

	check(len <= LEX_WORD_MAX);
	memcpy(text, p, len);
	n = stem(text, len);
	slot = find_slot(lex, text, n);
	if (lex->slots[slot] == 0) {
		check(lex->words_n < LEX_WORDS);
		lex->words[lex->words_n++] =
			(struct lex_word){p, arena_strndup(a, text, n), (uint32_t)len, (uint32_t)n,
					  letters(text, n), false};
		lex->slots[slot] = (uint16_t)lex->words_n;
	}
	return lex->slots[slot];
}

static const char *read_weight(const char *p, int16_t *ret)
{
	bool minus = *p == '-';
	int n = 0;

	for (p += minus; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + *p - '0';
	*ret = (int16_t)(minus ? -n : n);
	return p;
}

/* "12 tip calculator": the weight, then the words up to a comma. */
static const char *add_phrase(struct arena *a, struct intake_lexicon *lex, const char *p)
{
	struct lex_phrase *phrase = &lex->phrases[lex->phrases_n++];

	check(lex->phrases_n < LEX_PHRASES);
	p = read_weight(p, &phrase->weight);
	while (*p == ' ') {
		const char *word = ++p;
		size_t plural;

		while (*p != '\0' && *p != ' ' && *p != ',')
			p++;
		plural = *word == '=' && p - word > 1;
		word += plural;
		check(phrase->n < LEX_PHRASE_WORDS);
		phrase->plural |= (uint8_t)(plural << phrase->n);
		phrase->ids[phrase->n++] = word[0] == '.' && word[1] == '.'
						   ? LEX_GAP
						   : add_word(a, lex, word, (size_t)(p - word));
	}
	check(phrase->n > 0);
	return *p == ',' ? p + 2 : p;
}

static void add_row(struct arena *a, struct intake_lexicon *lex, const char *phrases)
{
	size_t first = lex->phrases_n;

	while (*phrases != '\0')
		phrases = add_phrase(a, lex, phrases);
	check(lex->rows_n < LEX_ROWS);
	lex->rows[lex->rows_n].first = (uint16_t)first;
	lex->rows[lex->rows_n++].n = (uint16_t)(lex->phrases_n - first);
}

static void mark_light(struct intake_lexicon *lex)
{
	size_t row = lex->groups[INTAKE_SIGNS] + SIGN_LIGHT;

	for (size_t i = 0; i < lex->rows[row].n; i++)
		lex->words[lex->phrases[lex->rows[row].first + i].ids[0] - 1].light = true;
}

const struct intake_lexicon *intake_lexicon_new(struct arena *a)
{
	struct intake_lexicon *lex = ARENA_NEW(a, struct intake_lexicon);

	for (size_t g = 0; g < INTAKE_GROUPS; g++) {
		const char *phrases;

		lex->groups[g] = lex->rows_n;
		for (size_t row = 0; (phrases = sources[g](row)) != NULL; row++)
			add_row(a, lex, phrases);
	}
	mark_light(lex);
	return lex;
}

/* One letter more, less or other, or two neighbours swapped. A swapped or
 * missing letter is a likelier slip than a wrong one, which needs a longer
 * word to be sure; so does a second slip. */
static bool one_slip(const char *a, size_t n, const char *b, size_t m)
{
	size_t head = 0, tail = 0, min = n < m ? n : m;

	while (head < min && a[head] == b[head])
		head++;
	while (tail < min - head && a[n - 1 - tail] == b[m - 1 - tail])
		tail++;
	if (n != m)
		return head + tail == min;
	if (head + tail + 1 == n)
		return n >= 6;
	return head + tail + 2 == n && a[head] == b[head + 1] && a[head + 1] == b[head];
}

/* Two slips in a long word, of which one is a letter too many. */
static bool two_slips(const char *a, size_t n, const char *b, size_t m)
{
	for (size_t i = 1; i < n; i++) {
		char less[LEX_WORD_MAX];

		memcpy(less, a, i);
		memcpy(less + i, a + i + 1, n - i - 1);
		if (one_slip(less, n - 1, b, m))
			return true;
	}
	return false;
}

static bool is_slip(const char *a, size_t n, const struct lex_word *w)
{
	uint32_t other = letters(a, n) ^ w->letters;
	size_t apart = n > w->n ? n - w->n : w->n - n;

	if (*a != *w->stem || apart > 2 || __builtin_popcount(other) > (n >= 9 ? 3 : 2))
		return false;
	return (apart < 2 && one_slip(a, n, w->stem, w->n)) ||
	       (n >= 9 && w->n >= 8 && two_slips(a, n, w->stem, w->n));
}

static uint16_t guess_word(const struct intake_lexicon *lex, const char *p, size_t n)
{
	if (n < 5)
		return 0;
	for (size_t i = 0; i < lex->words_n; i++)
		if (lex->words[i].n >= 5 && is_slip(p, n, &lex->words[i]))
			return (uint16_t)(i + 1);
	return 0;
}

static uint16_t look_up(const struct intake_text *t, const struct intake_token *k, size_t *typos)
{
	char word[LEX_WORD_MAX];
	size_t n = 0;
	uint16_t id;

	if (k->len > LEX_WORD_MAX)
		return 0;
	for (size_t i = 0; i < k->len; i++) {
		char c = t->raw[k->at + i];

		if (c != '\'')
			word[n++] = c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
	}
	n = stem(word, n);
	id = t->lex->slots[find_slot(t->lex, word, n)];
	if (id != 0 || k->kind != INTAKE_WORD || (*typos)++ >= TYPOS_MAX)
		return id;
	return guess_word(t->lex, word, n);
}

struct intake_text *intake_text_new(struct arena *a, const struct intake_lexicon *lex,
				    const char *message)
{
	struct intake_text *t = ARENA_NEW(a, struct intake_text);
	size_t typos = 0, max;

	t->a = a;
	t->lex = lex;
	t->raw = intake_clean(a, message);
	max = strlen(t->raw);
	max = max < TOKENS_MAX ? max : TOKENS_MAX;
	t->tokens = ARENA_ARRAY(a, struct intake_token, max);
	t->first = ARENA_ARRAY(a, uint16_t, lex->words_n + 1);
	t->n = intake_tokens(t->raw, t->tokens, max);
	for (size_t i = 0; i < t->n; i++)
		t->tokens[i].id = look_up(t, &t->tokens[i], &typos);
	for (size_t i = t->n; i-- > 0;) {
		struct intake_token *k = &t->tokens[i];

		if (k->id == 0)
			continue;
		k->next = t->first[k->id];
		t->first[k->id] = (uint16_t)(i + 1);
	}
	return t;
}
