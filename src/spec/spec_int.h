/*
 * What the files of spec/ share: the members of each JSON object as data. One
 * table writes, reads and bounds them, so the three cannot disagree.
 */
#pragma once
#include "spec/spec.h"

enum spec_member_type {
	SPEC_M_TEXT,  /* const char *; min to max code points on one line */
	SPEC_M_LINES, /* the same, line feeds allowed */
	SPEC_M_NAME,  /* const char *; [a-z][a-z0-9_]{0,31} */
	SPEC_M_ENUM,  /* an enum, by names[] */
	SPEC_M_REAL,  /* double within ±max */
	SPEC_M_LIMIT, /* the same, and a bool at `side`: is it there? */
	SPEC_M_SMALL, /* int within min and max */
	SPEC_M_INT,   /* int64_t within min and max */
	SPEC_M_BOOL,
	SPEC_M_TEXTS, /* up to max texts; their count at `side` */
	SPEC_M_LIST,  /* up to max objects of `of`; their count at `side` */
};

struct spec_object;

struct spec_member {
	const char *name;
	enum spec_member_type type;
	bool optional; /* left out when "", 0 or empty */
	size_t at, side;
	int64_t min, max;
	size_t chars; /* of each of TEXTS */
	const char *const *names;
	const struct spec_object *of;
};

struct spec_object {
	size_t size;
	const struct spec_member *members; /* ends with a row without name */
};

extern const struct spec_object spec_object_top;

/* The kinds whose spec must (needs) or may have each member; 1 << kind. */
struct spec_belongs {
	const char *member;
	unsigned needs, may;
};
extern const struct spec_belongs spec_belongs[]; /* ends with a row without member */

/* Where a member lives. */
#define SPEC_AT(object, offset, type) ((type *)(void *)((char *)(object) + (offset)))
#define SPEC_IN(object, offset, type) \
	((type const *)(const void *)((const char *)(object) + (offset)))

bool spec_is_name(const char *s);   /* [a-z][a-z0-9_]{0,31} */
bool spec_is_number(const char *s); /* "12", "-0.5": no exponent, no lone point */

/* Does the object's list, text or number say anything? */
bool spec_is_set(const void *object, const struct spec_member *m);

/* Record that member `name` of the i-th element of `list` is wrong; `list` is
 * NULL for the spec itself. */
int spec_wrong(struct err *e, const char *list, size_t i, const char *name, const char *code);

/* The cross-rules, once each member alone is right: */
void spec_check_exprs(struct arena *a, const struct spec *s, struct err *e);
void spec_check_rules(const struct spec *s, struct err *e);
