/*
 * What the files of intake/ share: a wish, and how each kind of tool reads one
 * out of a message. The best score wins (intake.c).
 */
#pragma once
#include "intake/intake_text.h"

/* What is still missing of a wish. */
enum intake_open {
	INTAKE_OPEN_NOTHING, INTAKE_OPEN_ANY, INTAKE_OPEN_FORMULA, INTAKE_OPEN_QUANTITY,
	INTAKE_OPEN_ITEMS, INTAKE_OPEN_DURATION, INTAKE_OPEN_FIELDS, INTAKE_OPEN_OPERATIONS,
	INTAKE_OPENS
};

struct intake_wish {
	int score;             /* 10 and more is sure */
	enum intake_open open; /* going in: what was asked */
	const struct intake_known *known;
	struct spec spec; /* without slug */
	const char *features[4], *assumed[4]; /* said beside the tool; as its limits */
	size_t features_n, assumed_n;
};

/* Say what was named and is not made. */
void intake_leave_out(struct intake_wish *w, const char *sentence);

/* Read a wish out of a message; false when it holds none of this kind. */
bool intake_try_known(const struct intake_text *t, struct intake_wish *w);
bool intake_try_formula(const struct intake_text *t, struct intake_wish *w);
bool intake_try_calculator(const struct intake_text *t, struct intake_wish *w);
bool intake_try_converter(const struct intake_text *t, struct intake_wish *w);
bool intake_try_checklist(const struct intake_text *t, struct intake_wish *w);
bool intake_try_counter(const struct intake_text *t, struct intake_wish *w);
bool intake_try_timer(const struct intake_text *t, struct intake_wish *w);
bool intake_try_form(const struct intake_text *t, struct intake_wish *w);
bool intake_try_text(const struct intake_text *t, struct intake_wish *w);

/* "For length and weight": the converter of the other quantity, or NULL. */
const char *intake_second_quantity(const struct intake_text *t, const struct spec *chosen);

/* Take a message as an answer or a change; false when nothing came of it. */
bool intake_change_calculator(const struct intake_text *t, struct intake_wish *w);
bool intake_change_checklist(const struct intake_text *t, struct intake_wish *w);
bool intake_change_counter(const struct intake_text *t, struct intake_wish *w);
bool intake_change_timer(const struct intake_text *t, struct intake_wish *w);
bool intake_change_form(const struct intake_text *t, struct intake_wish *w);
bool intake_change_text(const struct intake_text *t, struct intake_wish *w);

/* Fill in what is open with the default, and say so. */
void intake_settle_calculator(struct arena *a, struct intake_wish *w);
void intake_settle_converter(struct arena *a, struct intake_wish *w);
void intake_settle_checklist(struct arena *a, struct intake_wish *w);
void intake_settle_counter(struct arena *a, struct intake_wish *w);
void intake_settle_timer(struct arena *a, struct intake_wish *w);
void intake_settle_form(struct arena *a, struct intake_wish *w);
void intake_settle_text(struct arena *a, struct intake_wish *w);
