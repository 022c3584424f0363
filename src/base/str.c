#include "config.h"

#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool str_int(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	const char *d = s;
	char *end;
	long long v;

	if (s == NULL)
		return false;
	if (*d == '-')
		d++;
	if (*d < '0' || *d > '9' || (*d == '0' && (d[1] != '\0' || d != s)))
		return false;
	errno = 0;
	v = strtoll(s, &end, 10);
	if (errno || *end || v < min || v > max)
		return false;
	*ret = v;
	return true;
}

bool str_eq(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool str_starts(const char *s, const char *head)
{
	return strncmp(s, head, strlen(head)) == 0;
}

bool str_ends(const char *s, const char *tail)
{
	size_t n = strlen(s), t = strlen(tail);

	return n >= t && memcmp(s + n - t, tail, t) == 0;
}

bool str_only(const char *s, const char *set, size_t min, size_t max)
{
	size_t n = strnlen(s, max + 1);

	return n >= min && n <= max && strspn(s, set) >= n;
}

/* Length of the sequence at p, 0 when it is not well-formed. */
static size_t utf8_step(const unsigned char *p, size_t n)
{
	size_t len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (len == 0 || p[0] > 0xf4 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

bool str_utf8(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	while (n) {
		size_t len = utf8_step(p, n);

		if (len == 0 || p[0] == 0x7f ||
		    (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n' && p[0] != '\r'))
			return false;
		p += len;
		n -= len;
	}
	return true;
}

size_t str_chars(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

char *str_hex(struct arena *a, const void *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *from = p;
	char *to = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[from[i] >> 4];
		to[2 * i + 1] = digits[from[i] & 15];
	}
	return to;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

long str_unhex(const char *s, unsigned char *to, size_t cap)
{
	size_t n = strlen(s);

	if (n % 2 || n / 2 > cap)
		return -1;
	for (size_t i = 0; i < n; i += 2) {
		int hi = hex_digit(s[i]), lo = hex_digit(s[i + 1]);

		if (hi < 0 || lo < 0)
			return -1;
		to[i / 2] = (unsigned char)(hi << 4 | lo);
	}
	return (long)(n / 2);
}

char *str_base32(struct arena *a, const void *p, size_t n)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	const unsigned char *from = p;
	char *to = arena_alloc(a, n * 8 / 5 + 2), *w = to;
	unsigned acc = 0, bits = 0;

	for (size_t i = 0; i < n; i++) {
		acc = acc << 8 | from[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*w++ = alphabet[acc >> (bits - 5) & 31];
	}
	if (bits)
		*w++ = alphabet[acc << (5 - bits) & 31];
	return to;
}

long str_unbase32(const char *s, unsigned char *to, size_t cap)
{
	unsigned acc = 0, bits = 0;
	size_t n = 0;

	for (; *s && *s != '='; s++) {
		unsigned v = *s >= 'a' && *s <= 'z'   ? (unsigned)(*s - 'a')
			     : *s >= 'A' && *s <= 'Z' ? (unsigned)(*s - 'A')
			     : *s >= '2' && *s <= '7' ? (unsigned)(*s - '2') + 26
						      : 32;

		if (v == 32)
			return -1;
		acc = (acc & 0xff) << 5 | v;
		if ((bits += 5) < 8)
			continue;
		if (n == cap)
			return -1;
		to[n++] = (unsigned char)(acc >> (bits -= 8));
	}
	if (bits >= 5 || (acc & ((1u << bits) - 1)) != 0 || strspn(s, "=") != strlen(s))
		return -1;
	return (long)n;
}

char *str_base64(struct arena *a, const void *p, size_t n, bool url)
{
	static const char std[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *from = p;
	char *to = arena_alloc(a, (n + 2) / 3 * 4 + 1), *w = to;

	for (size_t i = 0; i < n; i += 3) {
		unsigned acc = (unsigned)from[i] << 16;
		size_t left = n - i < 3 ? n - i : 3;

		if (left > 1)
			acc |= (unsigned)from[i + 1] << 8;
		if (left > 2)
			acc |= from[i + 2];
		for (size_t k = 0; k < 4; k++)
			*w++ = k <= left ? std[acc >> (18 - 6 * k) & 63] : '=';
	}
	*w = '\0';
	for (w = to; url && *w; w++)
		*w = *w == '+' ? '-' : *w == '/' ? '_' : *w == '=' ? '\0' : *w;
	return to;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

long str_unbase64(const char *s, size_t n, unsigned char *to, size_t cap)
{
	unsigned acc = 0, bits = 0;
	size_t out = 0, pad = 0;

	while (n && pad < 2 && s[n - 1] == '=')
		n--, pad++;
	if (n % 4 == 1 || (pad && (n + pad) % 4))
		return -1;
	for (size_t i = 0; i < n; i++) {
		int d = base64_digit(s[i]);

		if (d < 0)
			return -1;
		acc = acc << 6 | (unsigned)d;
		bits += 6;
		if (bits < 8)
			continue;
		if (out == cap)
			return -1;
		bits -= 8;
		to[out++] = (unsigned char)(acc >> bits);
	}
	return acc & ((1u << bits) - 1) ? -1 : (long)out;
}

char *str_unpercent(struct arena *a, const char *s, size_t n, bool plus)
{
	char *to = arena_alloc(a, n + 1), *w = to;

	for (size_t i = 0; i < n; i++) {
		char c = s[i];

		if (c == '%') {
			int hi = n - i < 3 ? -1 : hex_digit(s[i + 1]);
			int lo = hi < 0 ? -1 : hex_digit(s[i + 2]);

			if (lo < 0)
				return NULL;
			c = (char)(hi << 4 | lo);
			i += 2;
		} else if (plus && c == '+') {
			c = ' ';
		}
		*w++ = c;
	}
	return str_utf8(to, (size_t)(w - to)) ? to : NULL;
}
