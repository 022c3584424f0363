#include "config.h"

#include "verify/verify_leak.h"
#include "base/check.h"

#include <ctype.h>
#include <strings.h>

/*
 * Secrets: tokens by their prefix, private keys, web tokens, passwords in
 * addresses, and values that look random behind a word such as "secret".
 * Only the beginning of a secret goes into the reason.
 */
#define SHOWN 10
#define BLOB 96 /* so many base64 letters in front: the inside of some data */

enum set { ALNUM = 1, UPDIGIT = 2, WORD = 4, URLSAFE = 8, B64 = 16, PASS = 32, HOST = 64 };

static bool in_set(unsigned char c, enum set set)
{
	if (set == UPDIGIT)
		return isupper(c) || isdigit(c);
	if (isalnum(c))
		return true;
	switch (set) {
	case WORD:
		return c == '_';
	case URLSAFE:
		return c == '_' || c == '-';
	case B64:
		return c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
	case HOST:
		return c == '.' || c == '-' || c == '_' || c == '~' || c == '%' || c == '+';
	case PASS:
		return c > 0x20 && c < 0x7f && strchr("\"'`<>(){}[];,\\/@&$", c) == NULL;
	case ALNUM:
	case UPDIGIT:
	default:
		return false;
	}
}

static size_t run(const struct verify_layer *y, size_t at, enum set set)
{
	size_t from = at;

	while (at < y->n && in_set(y->p[at], set) && at - from < 512)
		at++;
	return at - from;
}

/* What a person would not type: upper case, lower case and digits mixed (or
 * hexadecimal), and not the alphabet in order. */
static bool random_looking(const unsigned char *p, size_t n)
{
	size_t upper = 0, lower = 0, digit = 0, hex = 0, steps = 0, distinct = 0;
	size_t lower_run = 0, longest = 0;
	unsigned char seen[256] = {0};

	for (size_t i = 0; i < n; i++) {
		upper += isupper(p[i]) != 0;
		lower += islower(p[i]) != 0;
		digit += isdigit(p[i]) != 0;
		hex += isxdigit(p[i]) != 0;
		steps += i > 0 && p[i] == p[i - 1] + 1;
		distinct += !seen[p[i]];
		seen[p[i]] = 1;
		lower_run = islower(p[i]) ? lower_run + 1 : 0;
		longest = lower_run > longest ? lower_run : longest;
	}
	if (steps * 3 > n || distinct < 8)
		return false;
	if (hex == n && n >= 32)
		return digit >= 4 && digit < n;
	return upper >= 2 && lower >= 2 && digit >= 2 && longest < 8;
}

/* In text a token begins where a name cannot go on. In a program any string may
 * stand in front, but not a whole block of encoded data. */
static bool begins(const struct verify_layer *y, size_t at)
{
	size_t before = 0;

	if (y->text)
		return at == 0 || y->p[at - 1] == '=' || y->p[at - 1] == '/' ||
		       !in_set(y->p[at - 1], B64);
	while (before < BLOB && before < at && in_set(y->p[at - 1 - before], B64))
		before++;
	return before < BLOB;
}

enum judge { TOKEN, JWT, PEM, ADDRESS, ASSIGN, PASSWORD };

static const struct secret {
	const char *head, *name;
	enum judge judge;
	enum set set;
	size_t min;
} secrets[] = {
	{"sk-proj-", "an OpenAI key", TOKEN, URLSAFE, 16},
	{"sk-svcacct-", "an OpenAI key", TOKEN, URLSAFE, 16},
	{"sk-admin-", "an OpenAI key", TOKEN, URLSAFE, 16},
	{"sk-ant-", "an Anthropic key", TOKEN, URLSAFE, 16},
	{"sk-", "an API key", TOKEN, ALNUM, 20},
	{"sess-", "a session", TOKEN, ALNUM, 20},
	{"sk_live_", "a Stripe key", TOKEN, ALNUM, 16},
	{"sk_test_", "a Stripe key", TOKEN, ALNUM, 16},
	{"rk_live_", "a Stripe key", TOKEN, ALNUM, 16},
	{"rk_test_", "a Stripe key", TOKEN, ALNUM, 16},
	{"whsec_", "a webhook secret", TOKEN, B64, 16},
	{"ghp_", "a GitHub token", TOKEN, ALNUM, 36},
	{"gho_", "a GitHub token", TOKEN, ALNUM, 36},
	{"ghu_", "a GitHub token", TOKEN, ALNUM, 36},
	{"ghs_", "a GitHub token", TOKEN, ALNUM, 36},
	{"ghr_", "a GitHub token", TOKEN, ALNUM, 36},
	{"github_pat_", "a GitHub token", TOKEN, WORD, 22},
	{"glpat-", "a GitLab token", TOKEN, URLSAFE, 20},
	{"xoxa-", "a Slack token", TOKEN, URLSAFE, 20},
	{"xoxb-", "a Slack token", TOKEN, URLSAFE, 20},
	{"xoxp-", "a Slack token", TOKEN, URLSAFE, 20},
	{"xoxr-", "a Slack token", TOKEN, URLSAFE, 20},
	{"xoxs-", "a Slack token", TOKEN, URLSAFE, 20},
	{"AKIA", "an AWS key", TOKEN, UPDIGIT, 16},
	{"ASIA", "an AWS key", TOKEN, UPDIGIT, 16},
	{"AIza", "a Google key", TOKEN, URLSAFE, 35},
	{"ucat_", "an UpCloud token", TOKEN, ALNUM, 20},
	{"npm_", "an npm token", TOKEN, ALNUM, 36},
	{"hf_", "a Hugging Face token", TOKEN, ALNUM, 30},
	{"dckr_pat_", "a Docker token", TOKEN, URLSAFE, 20},
	{"eyJ", "a web token", JWT, URLSAFE, 8},
	{"-----BEGIN ", "a private key", PEM, B64, 32},
	{"://", "a password in an address", ADDRESS, HOST, 1},
	{"secret", "a secret", ASSIGN, B64, 20},
	{"token", "a token", ASSIGN, B64, 20},
	{"apikey", "an API key", ASSIGN, B64, 20},
	{"api_key", "an API key", ASSIGN, B64, 20},
	{"api-key", "an API key", ASSIGN, B64, 20},
	{"access_key", "a key", ASSIGN, B64, 20},
	{"accesskey", "a key", ASSIGN, B64, 20},
	{"private_key", "a key", ASSIGN, B64, 20},
	{"authorization", "a credential", ASSIGN, B64, 20},
	{"passw", "a password", PASSWORD, PASS, 8},
	{"pwd", "a password", PASSWORD, PASS, 8},
};

void verify_secret_words(struct arena *a, struct verify_words *w, unsigned row,
			 const struct verify_job *j)
{
	(void)a;
	(void)j;
	for (size_t i = 0; i < COUNT(secrets); i++)
		verify_words_add(w, secrets[i].head, strlen(secrets[i].head),
				 secrets[i].judge >= ASSIGN, row, &secrets[i]);
}

static bool is_token(const struct secret *s, const struct verify_layer *y, size_t at, size_t n)
{
	size_t len = run(y, at + n, s->set);
	size_t digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += isdigit(y->p[at + n + i]) != 0;
	if (len < s->min || digits == 0 || digits == len || !begins(y, at))
		return false;
	if (s->set == UPDIGIT && y->text)
		return len == s->min;
	return s->set == UPDIGIT || s->min < 20 || random_looking(y->p + at + n, len);
}

static bool is_jwt(const struct verify_layer *y, size_t at)
{
	size_t head = run(y, at, URLSAFE), body;

	if (head < 12 || !verify_within(at + head, 4, y->n) ||
	    memcmp(y->p + at + head, ".eyJ", 4) != 0)
		return false;
	body = run(y, at + head + 1, URLSAFE);
	return body >= 12 && at + head + 1 + body < y->n && y->p[at + head + 1 + body] == '.';
}

/* "-----BEGIN … PRIVATE KEY-----" and some of the key; the header alone stands
 * in every program that can read one. */
static bool is_pem(const struct verify_layer *y, size_t at, size_t n)
{
	size_t i = at + n, from;

	while (i < y->n && i - at < 64 && (isupper(y->p[i]) || y->p[i] == ' '))
		i++;
	if (!verify_within(i, 5, y->n) || memcmp(y->p + i, "-----", 5) != 0 ||
	    verify_find(y->p + at, i - at, "PRIVATE KEY", 11) == NULL)
		return false;
	i += 5;
	from = i;
	/* a line end, written as such or as in a literal */
	while (i < y->n && i - from < 16 && (isspace(y->p[i]) || memchr("\\\"'+,", y->p[i], 5) ||
					     (y->p[i - 1] == '\\' && memchr("rn", y->p[i], 2))))
		i++;
	if (verify_within(i, 11, y->n) && memcmp(y->p + i, "Proc-Type: ", 11) == 0)
		return true;
	return run(y, i, B64) >= 32;
}

static bool is_placeholder(const unsigned char *p, size_t n)
{
	static const char *const usual[] = {"pass", "password", "passwd", "pw", "secret", "pwd",
					    "xxx", "xxxx", "***", "****", "%s", "changeme"};

	for (size_t i = 0; i < COUNT(usual); i++)
		if (n == strlen(usual[i]) && strncasecmp((const char *)p, usual[i], n) == 0)
			return true;
	return memchr(p, '%', n) != NULL || memchr(p, '*', n) != NULL;
}

/* "scheme://user:password@host" */
static bool is_address(const struct verify_layer *y, size_t at)
{
	size_t user, pass, i = at + 3;

	user = run(y, i, HOST);
	i += user;
	if (user == 0 || i >= y->n || y->p[i] != ':' || at == 0 || !isalpha(y->p[at - 1]))
		return false;
	pass = run(y, ++i, PASS);
	if (pass < 3 || i + pass >= y->n || y->p[i + pass] != '@' || is_placeholder(y->p + i, pass))
		return false;
	return run(y, i + pass + 1, HOST) >= 2;
}

/* After the word: the rest of a name, quotes, blanks, an assignment. Returns
 * the offset of the value, or 0; *ret_quote is its quote. */
static size_t value_of(const struct verify_layer *y, size_t at, unsigned char *ret_quote)
{
	static const char *const schemes[] = {"bearer ", "basic "};
	size_t i = at, blanks;

	while (i < y->n && i - at < 24 && (isalnum(y->p[i]) || y->p[i] == '_' || y->p[i] == '-'))
		i++;
	while (i < y->n && (y->p[i] == '"' || y->p[i] == '\'' || y->p[i] == '\\'))
		i++;
	for (blanks = i; i < y->n && y->p[i] == ' ' && i - blanks < 4;)
		i++;
	if (i >= y->n || (y->p[i] != '=' && y->p[i] != ':'))
		return 0;
	while (i < y->n && (y->p[i] == '=' || y->p[i] == ':' || y->p[i] == '>' || y->p[i] == ' ' ||
			    y->p[i] == '\\'))
		i++;
	*ret_quote = 0;
	if (i < y->n && (y->p[i] == '"' || y->p[i] == '\'' || y->p[i] == '`'))
		*ret_quote = y->p[i++];
	for (size_t w = 0; w < COUNT(schemes); w++)
		if (verify_within(i, strlen(schemes[w]), y->n) &&
		    strncasecmp((const char *)y->p + i, schemes[w], strlen(schemes[w])) == 0)
			i += strlen(schemes[w]);
	return i < y->n ? i : 0;
}

static bool is_assigned(const struct secret *s, const struct verify_layer *y, size_t at, size_t n)
{
	unsigned char quote;
	size_t value = value_of(y, at + n, &quote);
	size_t len = value ? run(y, value, B64) : 0;

	return len >= s->min && random_looking(y->p + value, len);
}

/* A quoted value, or one after '=' alone as in a connection string; with a
 * letter and a digit, and not the continuation of a program. */
static bool is_password(const struct secret *s, const struct verify_layer *y, size_t at, size_t n)
{
	unsigned char quote;
	size_t value = value_of(y, at + n, &quote), len, letters = 0, digits = 0;

	len = value ? run(y, value, PASS) : 0;
	if (len < s->min || len > 64 || is_placeholder(y->p + value, len))
		return false;
	for (size_t i = value; i < value + len; i++) {
		letters += isalpha(y->p[i]) != 0;
		digits += isdigit(y->p[i]) != 0;
	}
	if (letters == 0 || digits == 0)
		return false;
	if (quote)
		return value + len < y->n && y->p[value + len] == quote;
	return y->p[value - 1] == '=' && memchr(y->p + value, '.', len) == NULL &&
	       memchr(y->p + value, '=', len) == NULL && memchr(y->p + value, '?', len) == NULL &&
	       (value + len == y->n || y->p[value + len] <= ' ' || y->p[value + len] == '"' ||
		y->p[value + len] == '\'');
}

void verify_secret_word(struct verify_leak *l, unsigned row, const struct verify_layer *y,
			const struct verify_word *word, size_t at)
{
	const struct secret *s = word->arg;
	bool hit = false;

	switch (s->judge) {
	case TOKEN:
		hit = is_token(s, y, at, word->n);
		break;
	case JWT:
		hit = is_jwt(y, at);
		break;
	case PEM:
		hit = is_pem(y, at, word->n);
		break;
	case ADDRESS:
		hit = is_address(y, at);
		break;
	case ASSIGN:
		hit = is_assigned(s, y, at, word->n);
		break;
	case PASSWORD:
	default:
		hit = is_password(s, y, at, word->n);
		break;
	}
	if (hit)
		verify_leak_found(l, row, y, at,
				  word->n + SHOWN < y->n - at ? word->n + SHOWN : y->n - at, "%s",
				  s->name);
}
