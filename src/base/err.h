/*
 * Err: one error type, three audiences.
 *
 * The customer reads the sentence of err.def, and the names of fields that
 * were wrong; a program reads the code; the log and operators read the detail.
 * A function that can fail takes a struct err, fills it only when it fails and
 * returns -1. The first failure is kept.
 */
#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum err_id {
	E_NONE,
#define ERR(id, code, status, retry, sentence) id,
#include "base/err.def"
#undef ERR
	E_COUNT
};

#define ERR_FIELDS 8

struct err {
	enum err_id id;
	char detail[400];                                           /* never sent */
	struct err_field {
		char name[64];
		const char *code;
	} fields[ERR_FIELDS]; /* what was wrong with which input */
	size_t nfields;
};

struct err_row {
	const char *code;
	int status;
	bool retryable;
	const char *sentence;
};

/* The row of an error; E_NONE and unknown ids give the row of E_INTERNAL. */
const struct err_row *err_row(enum err_id id);

/* The error of that code, E_INTERNAL when there is none. */
enum err_id err_find(const char *code);

/* Record a failure with an internal detail; returns -1. */
int err_set(struct err *e, enum err_id id, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Record that input `name` is wrong; `code` is a constant such as "required".
 * Makes the error E_INVALID; returns -1. */
int err_field(struct err *e, const char *name, const char *code);

/* Forget. */
void err_clear(struct err *e);
