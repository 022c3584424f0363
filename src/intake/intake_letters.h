/* Ready letters and notes, filled in by a form. */
#pragma once
#include "intake/intake_int.h"

struct intake_letter {
	const char *phrases, *title, *summary;
	const struct spec_input *inputs; /* ends with a row without name */
	const char *text;
};

extern const struct intake_letter intake_letters[]; /* ends with a row without phrases */

/* What a letter computes beside its fields. */
void intake_letter_outputs(const struct intake_letter *k, struct spec *s);
