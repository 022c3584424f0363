#include "config.h"

#include "intake/intake_int.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 32000 /* bytes: 8000 characters of up to 4 */

/* Typographic signs that mean the same as a plain one. */
static const struct {
	const char *from, *to;
} plain[] = {
	{"‘", "'"},      {"’", "'"},      {"“", "\""},  {"”", "\""},     {"„", "\""},
	{"«", "\""},     {"»", "\""},     {"–", "-"},   {"—", "-"},      {"−", "-"},
	{"‐", "-"},      {"‑", "-"},      {"…", "..."}, {"\u00a0", " "}, {"\u2009", " "},
	{"\u202f", " "}, {"\u3000", " "},
};

static size_t put_plain(struct buf *b, const char *p)
{
	if ((unsigned char)*p < 0x80)
		return 0;
	for (size_t i = 0; i < COUNT(plain); i++) {
		size_t n = strlen(plain[i].from);

		if (strncmp(p, plain[i].from, n) == 0) {
			buf_puts(b, plain[i].to);
			return n;
		}
	}
	return 0;
}

/* What no text of a spec may hold is dropped here, before anything reads it. */
const char *intake_clean(struct arena *a, const char *message)
{
	size_t n = message == NULL ? 0 : strnlen(message, MESSAGE_MAX);
	struct buf b;

	buf_init(&b, a, 2 * MESSAGE_MAX);
	for (size_t i = 0; i < n;) {
		size_t len = put_plain(&b, message + i);

		if (len == 0 && (len = spec_char(message + i, n - i)) > 0) {
			if (message[i] == '\t')
				buf_putc(&b, ' ');
			else
				buf_put(&b, message + i, len);
		}
		i += len > 0 ? len : 1;
	}
	return buf_str(&b);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The length of a sign outside ASCII that is no letter: ×, ², →, emoji … */
static size_t symbol_length(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] == 0xc2 || (p[0] == 0xc3 && (p[1] == 0x97 || p[1] == 0xb7)))
		return 2;
	if (p[0] == 0xe2)
		return 3;
	return p[0] >= 0xf0 ? 4 : 0;
}

static size_t word_length(const char *p)
{
	size_t n = 0;

	for (;;) {
		unsigned char c = (unsigned char)p[n];

		if (is_letter(p[n]) || is_digit(p[n]) || c == '_' ||
		    (c >= 0x80 && symbol_length(p + n) == 0))
			n++;
		else if (c == '\'' && n > 0 && is_letter(p[n + 1]))
			n++;
		else
			return n;
	}
}

static size_t unit_length(const char *p, size_t max)
{
	size_t n = 0;

	while (n < max && !is_digit(p[n]))
		n++;
	return n;
}

static size_t digits(const char *p)
{
	return strspn(p, "0123456789");
}

/* 1,200.50 and 1.24; also 25,5 when a % follows. Sets the value. */
static size_t number_length(const char *p, double *ret)
{
	char text[40];
	size_t n = 0, used = 0, d = digits(p);

	for (;;) {
		for (size_t i = 0; i < d && used < 15; i++)
			text[used++] = p[n + i];
		n += d;
		if (p[n] != ',' || digits(p + n + 1) != 3 || n > 15)
			break;
		n++;
		d = 3;
	}
	d = p[n] == '.' || p[n] == ',' ? digits(p + n + 1) : 0;
	if (d > 0 && (p[n] == '.' || p[n + 1 + d] == '%')) {
		text[used++] = '.';
		for (size_t i = 0; i < d && used < 30; i++)
			text[used++] = p[n + 1 + i];
		n += 1 + d;
	}
	text[used] = '\0';
	*ret = strtod(text, NULL);
	return n;
}

static const struct {
	const char *word;
	double value;
} counts[] = {
	{"one", 1},       {"two", 2},        {"three", 3},    {"four", 4},    {"five", 5},
	{"six", 6},       {"seven", 7},      {"eight", 8},    {"nine", 9},    {"ten", 10},
	{"eleven", 11},   {"twelve", 12},    {"fifteen", 15}, {"twenty", 20}, {"thirty", 30},
	{"forty", 40},    {"fortyfive", 45}, {"fifty", 50},   {"sixty", 60},  {"ninety", 90},
	{"hundred", 100}, {"dozen", 12},     {"twice", 2},
};

static void read_count(const char *raw, struct intake_token *k)
{
	for (size_t i = 0; i < COUNT(counts); i++)
		if (strlen(counts[i].word) == k->len &&
		    strncasecmp(counts[i].word, raw + k->at, k->len) == 0) {
			k->has_number = true;
			k->number = counts[i].value;
		}
}

/* One token at p, which is no blank; an inner hyphen is no token of its own. */
static void read_token(const char *raw, const char *p, struct intake_token *k)
{
	k->at = (uint32_t)(p - raw);
	if (is_digit(*p)) {
		k->kind = INTAKE_NUMBER;
		k->has_number = true;
		k->len = (uint32_t)number_length(p, &k->number);
	} else if (word_length(p) > 0) {
		k->kind = INTAKE_WORD;
		k->len = (uint32_t)word_length(p);
		if (p > raw && is_digit(p[-1])) /* the h of 1h30 */
			k->len = (uint32_t)unit_length(p, k->len);
		read_count(raw, k);
	} else {
		k->kind = *p == '\n' ? INTAKE_BREAK : INTAKE_SYMBOL;
		k->len = symbol_length(p) > 0 ? (uint32_t)symbol_length(p) : 1;
	}
}

static bool inner_hyphen(const char *raw, const char *p)
{
	return *p == '-' && p > raw && word_length(p - 1) > 0 &&
	       (is_letter(p[1]) || (unsigned char)p[1] >= 0xc3);
}

size_t intake_tokens(const char *raw, struct intake_token *tokens, size_t max)
{
	const char *p = raw;
	size_t n = 0;
	bool joined = false;

	while (*p != '\0' && n < max) {
		if (*p == ' ' || inner_hyphen(raw, p)) {
			joined = *p != ' ';
			p++;
			continue;
		}
		read_token(raw, p, &tokens[n]);
		tokens[n].joined = joined;
		joined = true;
		p += tokens[n].len;
		n++;
	}
	return n;
}
