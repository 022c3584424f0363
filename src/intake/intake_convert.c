#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_units.h"
#include "base/check.h"

#include <string.h>

#define HITS_MAX 64

/* A unit that a message names, and where. */
struct mention {
	size_t at, n;
	int weight;
	const struct intake_quantity *quantity;
	const struct intake_unit *unit;
};

/* What a message says about a conversion. */
struct reading {
	struct mention mentions[HITS_MAX];
	size_t n;
	const struct intake_quantity *quantity; /* NULL: not said */
	const struct intake_unit *from, *to;    /* NULL: not said */
	bool directed;                          /* "to" or an arrow stands between the two */
};

const char *intake_quantity_phrases(size_t row)
{
	return intake_quantities[row].phrases;
}

/* Unit `row` of all quantities. */
static const struct intake_unit *unit_at(size_t row, const struct intake_quantity **ret)
{
	for (const struct intake_quantity *q = intake_quantities; q->phrases != NULL; q++)
		for (const struct intake_unit *u = q->units; u->phrases != NULL; u++)
			if (row-- == 0) {
				*ret = q;
				return u;
			}
	return NULL;
}

const char *intake_unit_phrases(size_t row)
{
	const struct intake_quantity *q;
	const struct intake_unit *u = unit_at(row, &q);

	return u == NULL ? NULL : u->phrases;
}

/* Two words win over one of them: fluid ounce over ounce. */
static void add_mention(struct reading *r, struct mention m)
{
	for (size_t i = 0; i < r->n; i++) {
		struct mention *o = &r->mentions[i];
		bool overlap = m.at < o->at + o->n && o->at < m.at + m.n;

		if (overlap && m.n < o->n)
			return;
		if (overlap && m.n > o->n)
			*o = r->mentions[--r->n], i--;
	}
	if (r->n < HITS_MAX)
		r->mentions[r->n++] = m;
}

static void find_mentions(const struct intake_text *t, struct reading *r)
{
	size_t row = 0;

	for (const struct intake_quantity *q = intake_quantities; q->phrases != NULL; q++)
		for (const struct intake_unit *u = q->units; u->phrases != NULL; u++) {
			struct intake_hit hits[8];
			size_t n = intake_hits(t, INTAKE_UNITS, row++, hits, COUNT(hits));

			for (size_t i = 0; i < n; i++)
				add_mention(r, (struct mention){hits[i].at, hits[i].n,
								hits[i].weight, q, u});
		}
}

/* How the two are joined: 2 by "to" or an arrow, 1 by "and" or a sign, 0 not. */
static int joined(const struct intake_text *t, size_t from, size_t to)
{
	static const char *const strong[] = {"to", "into", ">", "→", "↔", "⇄", "in", "=", "2"};
	static const char *const weak[] = {"and", "/", "or", "vs", "versus", "as", "-", "&"};
	int best = 0;

	if (to < from || to - from > 3)
		return 0;
	for (size_t i = from; i < to; i++) {
		for (size_t k = 0; k < COUNT(strong); k++)
			if (intake_is(t, i, strong[k]))
				best = 2;
		for (size_t k = 0; k < COUNT(weak); k++)
			if (best == 0 && intake_is(t, i, weak[k]))
				best = 1;
		if (t->tokens[i].kind == INTAKE_NUMBER && !intake_is(t, i, "2"))
			return 0;
	}
	return to == from && t->tokens[to].joined ? 1 : best;
}

/* The first two units of one quantity that stand joined; the stronger joint wins. */
static void find_pair(const struct intake_text *t, struct reading *r)
{
	int best = 0;
	size_t nearest = 0;
	bool plain = false; /* not only letters such as c and f */

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < r->n; k++) {
			const struct mention *a = &r->mentions[i], *b = &r->mentions[k];
			int how = a->quantity == b->quantity && a->unit != b->unit && a->at < b->at
					  ? joined(t, a->at + a->n, b->at)
					  : 0;

			if (how == 0 || how < best || (how == best && b->at - a->at >= nearest))
				continue;
			best = how;
			nearest = b->at - a->at;
			plain = a->weight > 1 || b->weight > 1;
			r->quantity = a->quantity;
			r->from = a->unit;
			r->to = b->unit;
		}
	r->directed = best == 2 && plain;
}

static const struct intake_unit *unit_named(const struct intake_quantity *q, const char *name)
{
	const struct intake_unit *u = q->units;

	while (strcmp(u->unit.name, name) != 0)
		u++;
	return u;
}

/* Without a pair: the quantity that is named, or one unit of it. */
static void find_single(const struct intake_text *t, struct reading *r)
{
	int score;
	size_t row = intake_best(t, INTAKE_QUANTITIES, &score);

	if (score > 0)
		r->quantity = &intake_quantities[row];
	for (size_t i = 0; i < r->n && r->from == NULL; i++) {
		const struct mention *m = &r->mentions[i];

		if (m->weight > 1 && (r->quantity == NULL || r->quantity == m->quantity)) {
			r->quantity = m->quantity;
			r->from = m->unit;
		}
	}
}

static void put_units(struct arena *a, const struct intake_quantity *q, struct spec *s)
{
	for (const struct intake_unit *u = q->units; u->phrases != NULL; u++) {
		struct spec_unit *to = &s->units[s->units_n++];

		*to = u->unit;
		to->label = intake_label(a, u->unit.label, strlen(u->unit.label), 60);
	}
}

/* A pair of units gives its name to the tool, else the quantity does. */
static void put_spec(struct arena *a, const struct reading *r, struct intake_wish *w, bool named)
{
	const struct intake_quantity *q = r->quantity;
	const struct intake_unit *from = r->from, *to = r->to;
	struct spec *s = &w->spec;

	if (from == NULL)
		from = unit_named(q, q->from);
	if (to == NULL)
		to = unit_named(q, from->unit.name == unit_named(q, q->to)->unit.name ? q->from
										      : q->to);
	s->kind = SPEC_CONVERTER;
	put_units(a, q, s);
	s->from = from->unit.name;
	s->to = to->unit.name;
	s->title = named ? arena_printf(a, "%s to %s converter", from->unit.label, to->unit.label)
			 : arena_printf(a, "%s converter", q->name);
	s->title = intake_label(a, s->title, strlen(s->title), 80);
	s->summary = arena_printf(a, "Converts between %s, %s and %zu other units of %s.",
				  from->unit.label, to->unit.label, s->units_n - 2, q->name);
}

bool intake_try_converter(const struct intake_text *t, struct intake_wish *w)
{
	bool convert = intake_has(t, SIGN_CONVERT), answer = w->open == INTAKE_OPEN_QUANTITY;
	struct reading *r = ARENA_NEW(t->a, struct reading);
	bool pair;

	find_mentions(t, r);
	find_pair(t, r);
	pair = r->to != NULL;
	if (pair && !r->directed && !convert && !answer && w->open != INTAKE_OPEN_ANY)
		return false;
	if (!pair && !convert && !answer)
		return false;
	if (!pair)
		find_single(t, r);
	if (r->quantity == NULL && answer)
		return false;
	w->spec.kind = SPEC_CONVERTER;
	w->open = r->quantity == NULL ? INTAKE_OPEN_QUANTITY : INTAKE_OPEN_NOTHING;
	w->score = pair ? 15 + (convert ? 5 : 0) : r->quantity == NULL ? 10 : 13;
	if (r->quantity != NULL)
		put_spec(t->a, r, w, r->from != NULL && (pair || r->to != NULL));
	return true;
}

/* Is it named by itself, or by a unit that is more than a letter? */
static bool is_named(const struct intake_text *t, const struct reading *r, size_t row)
{
	if (intake_score(t, INTAKE_QUANTITIES, row) > 0)
		return true;
	for (size_t i = 0; i < r->n; i++)
		if (r->mentions[i].quantity == &intake_quantities[row] && r->mentions[i].weight > 1)
			return true;
	return false;
}

const char *intake_second_quantity(const struct intake_text *t, const struct spec *chosen)
{
	struct reading *r = ARENA_NEW(t->a, struct reading);
	bool more = false;

	for (size_t i = 0; chosen->units_n > 0 && i < t->n; i++)
		more = more || intake_is(t, i, "and") || intake_is(t, i, ",") || intake_is(t, i, "also");
	find_mentions(t, r);
	for (size_t row = 0; more && intake_quantities[row].phrases != NULL; row++) {
		const struct intake_quantity *q = &intake_quantities[row];

		if (strcmp(q->units->unit.name, chosen->units[0].name) != 0 && is_named(t, r, row))
			return arena_printf(t->a, "%s converter", q->name);
	}
	return NULL;
}

void intake_settle_converter(struct arena *a, struct intake_wish *w)
{
	const struct reading r = {.quantity = &intake_quantities[0]};

	put_spec(a, &r, w, false);
	w->assumed[w->assumed_n++] =
		"Because you did not say what it should convert, it converts lengths.";
}
