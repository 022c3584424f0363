/*
 * Shape: what an input or an answer looks like, as data.
 *
 * One array of fields reads and validates a JSON body or a query string into
 * a typed struct (port/json.h, web/body.h) and prints the OpenAPI schema. A
 * name that is not in the array is refused.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
	F_TEXT,   /* const char *, UTF-8; min and max count code points */
	F_TOKEN,  /* const char *, printable ASCII without blanks */
	F_INT,    /* int64_t within min and max */
	F_BOOL,   /* bool */
	F_ENUM,   /* const char *, one of values */
	F_ID,     /* const char *, a public id with the prefix values[0] */
	F_TIME,   /* answers only: RFC 3339 */
	F_OBJECT, /* struct, by `of`; in answers */
	F_LIST,   /* answers only: array of `of`, or of text when `of` is NULL */
	F_ANY     /* any JSON; of a body const struct json * (port/json.h) */
};

enum { F_REQUIRED = 1, F_NULLABLE = 2 };

struct shape;

struct field {
	const char *name;
	enum field_type type;
	unsigned flags;
	int64_t min, max;
	const char *const *values; /* NULL-terminated */
	const struct shape *of;
	size_t offset; /* in the struct that is filled */
	const char *doc;
};

struct shape {
	const char *name;
	const struct field *fields;
	size_t count;
	size_t size; /* of the struct that is filled; 0 for an answer */
};

/* Why a text value does not fit its field, as a code ("too_short", "too_long",
 * "not_utf8", "not_an_id", "not_one_of"), or NULL when it fits. */
const char *shape_text_problem(const struct field *f, const char *s, size_t n);

/* The same for F_INT: NULL or "out_of_range". */
const char *shape_int_problem(const struct field *f, int64_t v);

/* The field of that name, or NULL. */
const struct field *shape_find(const struct shape *s, const char *name);

/* Where the value of a field lives in a struct that is being filled. */
#define SHAPE_AT(object, field, type) ((type *)(void *)((char *)(object) + (field)->offset))
