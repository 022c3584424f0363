/*
 * What a wish names: the inputs it lists ("hours, rate and material cost") and
 * the values it gives ("640 km", "at 3.5%", "24 December 2026").
 */
#pragma once
#include "intake/intake_talk.h"

struct intake_item {
	size_t from, to; /* tokens */
};

struct intake_list {
	size_t from, to, n;
	struct intake_item items[12];
};

/* The inputs that a message lists; false when it lists none. */
bool intake_named_list(const struct intake_text *t, struct intake_list *ret);

/* The message without them: only this says which tool is meant. */
const char *intake_without_list(const struct intake_text *t, const struct intake_list *l);

/* Does a word of the item name anything that the tool has? */
bool intake_knows(const struct intake_text *t, const struct intake_item *item,
		  const struct spec *s);

/* The items that it has not, as "a, b"; NULL when it has all. */
const char *intake_lacking(const struct intake_text *t, const struct intake_list *l,
			   const struct spec *s);

/* The noun of another tool in the same message, or NULL. */
const char *intake_second_tool(const struct intake_text *t, const struct spec *chosen);

/* Is the word, or its plural, in a text? */
bool intake_has_word(const char *text, const char *word, size_t n);

/* A tax that goes on top of something: "22% VAT", "VAT of 22%". */
struct intake_tax {
	size_t number;	   /* token */
	const char *label; /* "VAT" */
};
bool intake_named_tax(const struct intake_text *t, struct intake_tax *ret);
bool intake_has_tax(const struct spec *s);
bool intake_is_on_top(const struct intake_text *t); /* ... of the tool that there is */

/* Put the tax on the result of a calculator that has none; false when it has
 * no result that a tax could go on. */
bool intake_add_tax(const struct intake_text *t, const struct intake_tax *tax,
		    struct intake_wish *w);

/* Numbers, dates and choices that the visitor gave become what the fields hold
 * at first. How many; *ret_unused names the numbers that no field took, or NULL. */
size_t intake_set_values(const struct intake_text *t, struct spec *s, const char **ret_unused);
