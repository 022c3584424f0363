/*
 * Jw: writes JSON into a buf, one member after the other, with no tree.
 *
 * Commas are kept here; nesting is bounded. Used for what does not come out of
 * the database as JSON already: problems, logs, tables printed by the command.
 */
#pragma once
#include "base/buf.h"

#include <stdint.h>

#define JW_DEPTH 16

struct jw {
	struct buf *b;
	int depth;
	bool more[JW_DEPTH]; /* a member stands before the next one */
	bool after_key;
};

void jw_init(struct jw *j, struct buf *b);
void jw_object(struct jw *j);
void jw_array(struct jw *j);
void jw_end_object(struct jw *j);
void jw_end_array(struct jw *j);
void jw_key(struct jw *j, const char *key);
void jw_str(struct jw *j, const char *s); /* NULL writes null */
void jw_int(struct jw *j, int64_t v);
void jw_bool(struct jw *j, bool v);
void jw_null(struct jw *j);
void jw_raw(struct jw *j, const char *json); /* a value that is JSON already */

/* key and value in one */
void jw_kstr(struct jw *j, const char *key, const char *s);
void jw_kint(struct jw *j, const char *key, int64_t v);
void jw_kbool(struct jw *j, const char *key, bool v);

/* `s` as a JSON string literal, quotes included. */
void jw_escape(struct buf *b, const char *s);
