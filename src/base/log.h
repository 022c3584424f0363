/*
 * Log: one JSON line per event on standard error.
 *
 * Only the doors log (web, reap, cli, the master); everything below returns
 * its error. Values are strings, escaped here; a value may be NULL and is then
 * left out. Secrets have no business in a value: see conf.h for how they stay
 * out of reach.
 */
#pragma once

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Name the program and the lowest level that is written. */
void log_init(const char *program, enum log_level lowest);

/* log_put(LOG_INFO, "pass", "name", name, "ms", log_num(b, ms), NULL) */
void log_put(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* Is this level written? For callers that would work for a line in vain. */
_Bool log_on(enum log_level level);

/* A number as a value; returns `to`. */
const char *log_num(char to[24], long long v);

/* "debug", "info", "warn", "error" to a level; LOG_INFO when unknown. */
enum log_level log_level_of(const char *name);
