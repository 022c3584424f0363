#include "config.h"

#include "base/log.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

static const char *const names[] = {"debug", "info", "warn", "error"};
static const char *log_program = "bus";
static enum log_level log_lowest = LOG_INFO;

void log_init(const char *program, enum log_level lowest)
{
	log_program = program;
	log_lowest = lowest;
}

bool log_on(enum log_level level)
{
	return level >= log_lowest;
}

enum log_level log_level_of(const char *name)
{
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_level)i;
	return LOG_INFO;
}

const char *log_num(char to[24], long long v)
{
	snprintf(to, 24, "%lld", v);
	return to;
}

/* A line that is too long is cut inside a value, never inside an escape. */
struct line {
	char text[LINE_MAX_BYTES];
	size_t n;
};

static bool line_put(struct line *l, const char *s, size_t n)
{
	if (n > sizeof(l->text) - 3 - l->n)
		return false;
	memcpy(l->text + l->n, s, n);
	l->n += n;
	return true;
}

static void line_value(struct line *l, const char *s)
{
	line_put(l, "\"", 1);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		char esc[8];
		int n = 1;

		esc[0] = (char)c;
		if (c == '"' || c == '\\')
			n = snprintf(esc, sizeof(esc), "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			n = snprintf(esc, sizeof(esc), "\\u%04x", c);
		if (!line_put(l, esc, (size_t)n))
			break;
	}
	line_put(l, "\"", 1);
}

static void line_field(struct line *l, const char *key, const char *value)
{
	if (value == NULL || l->n + strlen(key) + 16 > sizeof(l->text))
		return;
	line_put(l, l->n > 1 ? "," : "", l->n > 1);
	line_value(l, key);
	line_put(l, ":", 1);
	line_value(l, value);
}

void log_put(enum log_level level, const char *event, ...)
{
	struct line l = {.text = "{", .n = 1};
	char at[25], pid[24];
	const char *key;
	va_list ap;

	if (level < log_lowest)
		return;
	line_field(&l, "at", clock_text(clock_now(), at));
	line_field(&l, "level", names[level]);
	line_field(&l, "program", log_program);
	line_field(&l, "pid", log_num(pid, getpid()));
	line_field(&l, "event", event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *)) != NULL)
		line_field(&l, key, va_arg(ap, const char *));
	va_end(ap);
	l.text[l.n++] = '}';
	l.text[l.n++] = '\n';
	if (write(STDERR_FILENO, l.text, l.n) < 0)
		return; /* nowhere left to say it */
}
