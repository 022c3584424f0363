#include "config.h"

#include "intake/intake_lexicon.h"

#include <string.h>

#define GAP_MAX 3

static bool is_light(const struct intake_text *t, const struct intake_token *k)
{
	return k->id != 0 && t->lex->words[k->id - 1].light;
}

/* A phrase does not reach over the end of a sentence. */
static bool ends_phrase(const struct intake_text *t, const struct intake_token *k)
{
	return k->kind == INTAKE_BREAK ||
	       (k->kind == INTAKE_SYMBOL && strchr(".;!?", t->raw[k->at]) != NULL);
}

static size_t find_after_gap(const struct intake_text *t, size_t i, uint16_t id)
{
	for (size_t end = i + GAP_MAX + 1; i < t->n && i < end; i++) {
		if (t->tokens[i].id == id)
			return i;
		if (ends_phrase(t, &t->tokens[i]))
			break;
	}
	return t->n;
}

static bool is_plural(const struct intake_text *t, const struct intake_token *k)
{
	return (t->raw[k->at + k->len - 1] | 32) == 's';
}

/* The tokens that a phrase takes from i on, or 0. */
static size_t phrase_at(const struct intake_text *t, const struct lex_phrase *p, size_t i)
{
	size_t at = i;

	for (size_t k = 0; k < p->n; k++) {
		if (p->ids[k] == LEX_GAP) {
			at = find_after_gap(t, at, p->ids[++k]);
		} else {
			while (k > 0 && at < t->n && t->tokens[at].id != p->ids[k] &&
			       is_light(t, &t->tokens[at]))
				at++;
		}
		if (at >= t->n || t->tokens[at].id != p->ids[k] ||
		    (p->plural >> k & 1 && !is_plural(t, &t->tokens[at])))
			return 0;
		at++;
	}
	return at - i;
}

/* Does "no" or "without" stand before token i, with only small words between? */
static bool is_negated(const struct intake_text *t, size_t i)
{
	for (size_t steps = 0; i-- > 0 && steps < 5; steps++) {
		if (intake_at(t, SIGN_NO, i))
			return true;
		if (!is_light(t, &t->tokens[i]) && !intake_at(t, SIGN_NEED, i))
			return false;
	}
	return false;
}

static size_t phrase_hits(const struct intake_text *t, const struct lex_phrase *p,
			  struct intake_hit *hits, size_t max)
{
	size_t n = 0;

	for (size_t i = t->first[p->ids[0]]; i != 0 && n < max; i = t->tokens[i - 1].next) {
		size_t len = phrase_at(t, p, i - 1);

		if (len > 0)
			hits[n++] = (struct intake_hit){i - 1, len, p->weight};
	}
	return n;
}

size_t intake_hits(const struct intake_text *t, enum intake_group group, size_t row,
		   struct intake_hit *hits, size_t max)
{
	const struct intake_lexicon *lex = t->lex;
	size_t at = lex->groups[group] + row, n = 0;

	for (size_t i = 0; i < lex->rows[at].n; i++)
		n += phrase_hits(t, &lex->phrases[lex->rows[at].first + i], hits + n, max - n);
	return n;
}

static bool phrase_stands(const struct intake_text *t, const struct lex_phrase *p, bool heeds_no)
{
	for (size_t i = t->first[p->ids[0]]; i != 0; i = t->tokens[i - 1].next)
		if (phrase_at(t, p, i - 1) > 0 && !(heeds_no && is_negated(t, i - 1)))
			return true;
	return false;
}

/* Only what is delivered or refused is commonly named to say it is not wanted. */
int intake_score(const struct intake_text *t, enum intake_group group, size_t row)
{
	const struct intake_lexicon *lex = t->lex;
	bool heeds_no = group == INTAKE_SIGNS || group == INTAKE_REFUSALS;
	size_t at = lex->groups[group] + row;
	int score = 0;

	for (size_t i = 0; i < lex->rows[at].n; i++) {
		const struct lex_phrase *p = &lex->phrases[lex->rows[at].first + i];

		if (phrase_stands(t, p, heeds_no))
			score += p->weight;
	}
	return score;
}

size_t intake_best(const struct intake_text *t, enum intake_group group, int *ret_score)
{
	const struct intake_lexicon *lex = t->lex;
	size_t best = 0, end = group + 1 < INTAKE_GROUPS ? lex->groups[group + 1] : lex->rows_n;

	*ret_score = 0;
	for (size_t row = 0; lex->groups[group] + row < end; row++) {
		int score = intake_score(t, group, row);

		if (score > *ret_score) {
			*ret_score = score;
			best = row;
		}
	}
	return best;
}

int intake_strongest(const struct intake_text *t, enum intake_group group, size_t row)
{
	const struct intake_lexicon *lex = t->lex;
	size_t at = lex->groups[group] + row;
	int best = 0, less = 0;

	for (size_t i = 0; i < lex->rows[at].n; i++) {
		const struct lex_phrase *p = &lex->phrases[lex->rows[at].first + i];

		if (!(p->weight < 0 || p->weight > best) || !phrase_stands(t, p, true))
			continue;
		if (p->weight < 0)
			less += p->weight;
		else
			best = p->weight;
	}
	return best + less;
}

bool intake_has(const struct intake_text *t, enum intake_sign sign)
{
	return intake_score(t, INTAKE_SIGNS, sign) > 0;
}

size_t intake_at(const struct intake_text *t, enum intake_sign sign, size_t i)
{
	const struct intake_lexicon *lex = t->lex;
	size_t at = lex->groups[INTAKE_SIGNS] + sign, best = 0;

	if (i >= t->n || t->tokens[i].id == 0)
		return 0;
	for (size_t k = 0; k < lex->rows[at].n; k++) {
		const struct lex_phrase *p = &lex->phrases[lex->rows[at].first + k];
		size_t n = p->ids[0] == t->tokens[i].id ? phrase_at(t, p, i) : 0;

		best = n > best ? n : best;
	}
	return best;
}

size_t intake_find(const struct intake_text *t, enum intake_sign sign, size_t from)
{
	while (from < t->n && intake_at(t, sign, from) == 0)
		from++;
	return from;
}

bool intake_is(const struct intake_text *t, size_t i, const char *word)
{
	size_t n = strlen(word);

	return i < t->n && t->tokens[i].len == n &&
	       strncasecmp(t->raw + t->tokens[i].at, word, n) == 0;
}

const char *intake_spelled(const struct intake_text *t, size_t from, size_t to)
{
	struct buf b;

	buf_init(&b, t->a, 400);
	for (size_t i = from; i < to && i < t->n; i++)
		if (t->tokens[i].id != 0) {
			const struct lex_word *w = &t->lex->words[t->tokens[i].id - 1];

			buf_puts(&b, i == from ? "" : " ");
			buf_put(&b, w->p, w->len);
		}
	return intake_label(t->a, buf_str(&b), b.n, 60);
}

/* Signs that say how, not what. */
static const enum intake_sign small[] = {
	SIGN_LIGHT,    SIGN_STOP,    SIGN_YES, SIGN_WHATEVER, SIGN_WEB, SIGN_BINARY,
	SIGN_DOWNLOAD, SIGN_WINDOWS, SIGN_MAC, SIGN_LINUX,    SIGN_ARM, SIGN_WORKS_ON,
};

bool intake_is_small(const struct intake_text *t, size_t from, size_t to)
{
	while (from < to) {
		size_t best = t->tokens[from].kind == INTAKE_WORD ? 0 : 1;

		if (t->tokens[from].kind == INTAKE_NUMBER)
			best = 0;
		for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
			size_t n = intake_at(t, small[i], from);

			best = n > best ? n : best;
		}
		if (best == 0)
			return false;
		from += best;
	}
	return true;
}
