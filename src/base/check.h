/*
 * check(): our own invariants, left on in production.
 *
 * A false check is a bug of ours, never bad input: the process logs where and
 * aborts, the transaction rolls back and the supervisor starts a fresh one.
 */
#pragma once

#define check(cond) ((cond) ? (void)0 : check_failed(#cond, __FILE__, __LINE__))

_Noreturn void check_failed(const char *what, const char *file, int line);

/* The number of elements of an array. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
