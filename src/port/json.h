/*
 * Json: reading JSON (json-c behind a stricter door).
 *
 * json-c alone accepts single quotes, NaN, raw newlines, lone surrogates and
 * silently keeps the last of two equal keys. Here the text is first held
 * against RFC 8259 byte by byte, then parsed, then the members are counted
 * again: fewer in the tree than in the text means a key stood twice.
 *
 * Values live as long as the arena they were parsed into.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "base/shape.h"

struct json;

enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_TEXT, JSON_ARRAY, JSON_OBJECT };

#define JSON_DEPTH 24
#define JSON_MEMBERS 20000 /* values in one document */

/* Parse exactly `n` bytes. E_BAD_REQUEST with the offset in the detail. */
const struct json *json_parse(struct arena *a, const char *text, size_t n, struct err *e);

enum json_kind json_kind(const struct json *j); /* NULL is JSON_NULL */
const struct json *json_get(const struct json *object, const char *key); /* NULL when absent */
size_t json_count(const struct json *array);
const struct json *json_at(const struct json *array, size_t i);

/* Values, or the default when absent or of another type. */
const char *json_text(const struct json *j, const char *dflt);
int64_t json_int(const struct json *j, int64_t dflt);
double json_real(const struct json *j, double dflt); /* takes integers too */
bool json_flag(const struct json *j, bool dflt);

/* The same by key. */
const char *json_get_text(const struct json *object, const char *key, const char *dflt);
int64_t json_get_int(const struct json *object, const char *key, int64_t dflt);

/* Call fn for each member of an object, in the order of the text; stops at the
 * first that returns other than 0 and returns that. */
int json_each(const struct json *object, int (*fn)(void *ctx, const char *key, const struct json *),
	      void *ctx);

/* The value as JSON text without blanks. */
const char *json_print(struct arena *a, const struct json *j);

/* Read an object into the struct a shape describes. Unknown names, missing or
 * ill-typed values are all reported, each with its field, as E_INVALID. */
int json_read(struct arena *a, const char *text, size_t n, const struct shape *s, void *out,
	      struct err *e);

/* The same for an object that is parsed already, such as a row of an array. */
int json_fill(struct arena *a, const struct json *j, const struct shape *s, void *out,
	      struct err *e);

/* Is this exactly one JSON value? Used by json_parse() and its fuzz target.
 * Returns the number of object members, or -1 with *ret_at the offset. */
long json_check(const char *text, size_t n, size_t *ret_at);
