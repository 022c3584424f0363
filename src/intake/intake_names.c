#include "config.h"

#include "intake/intake_int.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char at_start[] = " \n-*.,:;!?'\"`=|#>/\\_~^&%";
static const char at_end[] = " \n-*.,:;!?'\"`=|#</\\_~^&([{";

/* Braces mean placeholders in a form's text; angles look like markup. */
static char plain(char c)
{
	return c == '{' ? '(' : c == '}' ? ')' : c == '\n' || c == '<' || c == '>' ? ' ' : c;
}

/* Where a text of more than `max` characters is cut: after a whole word. */
static size_t fit(const char *p, size_t n, size_t max)
{
	size_t chars = 0, blank = 0;

	for (size_t i = 0; i < n; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80 && ++chars > max)
			return blank > i / 2 ? blank : i;
		if (p[i] == ' ')
			blank = i;
	}
	return n;
}

const char *intake_label(struct arena *a, const char *p, size_t n, size_t max)
{
	struct buf b;
	char *label;

	while (n > 0 && strchr(at_start, *p) != NULL)
		p++, n--;
	while (n > 0 && strchr(at_end, p[n - 1]) != NULL)
		n--;
	buf_init(&b, a, 40000);
	for (size_t i = 0; i < n; i++)
		if (plain(p[i]) != ' ' || (i > 0 && plain(p[i - 1]) != ' '))
			buf_putc(&b, plain(p[i]));
	label = arena_strndup(a, buf_str(&b), fit(buf_str(&b), b.n, max));
	for (n = strlen(label); n > 0 && strchr(at_end, label[n - 1]) != NULL;)
		label[--n] = '\0';
	if (*label >= 'a' && *label <= 'z')
		*label = (char)(*label - 'a' + 'A');
	return label;
}

const char *intake_words(const struct intake_text *t, size_t from, size_t to, size_t max)
{
	size_t at, end;

	if (from >= to || to > t->n)
		return "";
	at = t->tokens[from].at;
	end = t->tokens[to - 1].at + t->tokens[to - 1].len;
	return intake_label(t->a, t->raw + at, end - at, max);
}

const char *intake_slug(struct arena *a, const char *title)
{
	struct spec s = {.kind = SPEC_TEXT,
			 .title = "T",
			 .summary = "S",
			 .operations_n = 1,
			 .operations = {"count"}};
	struct err e = {0};
	char slug[41];
	size_t n = 0;

	for (; *title != '\0' && n < 36; title++) {
		if (isalnum((unsigned char)*title) && (unsigned char)*title < 0x80)
			slug[n++] = (char)tolower((unsigned char)*title);
		else if ((unsigned char)*title < 0x80 && *title != '\'' && n > 0 &&
			 slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n > 0 && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	/* Too short, or a name that Windows keeps for itself. */
	s.slug = slug;
	if (spec_check(a, &s, &e) == 0)
		return arena_strdup(a, slug);
	return n == 0 ? "tool" : arena_printf(a, "%.30s-tool", slug);
}

const char *intake_identifier(struct arena *a, const char *label)
{
	char name[33];
	size_t n = 0;

	for (; *label != '\0' && n < 24; label++) {
		unsigned char c = (unsigned char)*label;

		if (c < 0x80 && isalpha(c))
			name[n++] = (char)tolower(c);
		else if (c < 0x80 && isdigit(c) && n > 0)
			name[n++] = (char)c;
		else if (c < 0x80 && c != '\'' && n > 0 && name[n - 1] != '_')
			name[n++] = '_';
	}
	while (n > 0 && name[n - 1] == '_')
		n--;
	name[n] = '\0';
	if (n == 0)
		return "value";
	return spec_is_function(name) ? arena_printf(a, "%s_value", name) : arena_strdup(a, name);
}

/* A word that tells nothing about the subject ends a name. */
static bool ends_name(const struct intake_text *t, size_t i)
{
	return t->tokens[i].kind != INTAKE_WORD || t->tokens[i].has_number ||
	       (i > 0 && t->tokens[i - 1].has_number) || intake_at(t, SIGN_STOP, i) ||
	       intake_at(t, SIGN_LIGHT, i);
}

static size_t name_start(const struct intake_text *t, size_t head)
{
	size_t from = head;

	while (from > 0 && head - from < 4 && !ends_name(t, from - 1))
		from--;
	return from;
}

/* "for our trip to Rome" after the head: its words, up to six. */
static const char *purpose(const struct intake_text *t, size_t i)
{
	size_t to, at;

	if (!intake_is(t, i, "for") || i + 1 >= t->n)
		return "";
	for (to = ++i; to < t->n && to - i < 6 && t->tokens[to].kind == INTAKE_WORD; to++)
		if (intake_at(t, SIGN_GO, to) || intake_at(t, SIGN_THAT, to) ||
		    intake_is(t, to, "and") || intake_is(t, to, "as"))
			break;
	while (to > i && ends_name(t, to - 1))
		to--;
	if (to == i || intake_is_small(t, i, to))
		return "";
	at = t->tokens[i].at;
	return arena_strndup(t->a, t->raw + at, t->tokens[to - 1].at + t->tokens[to - 1].len - at);
}

const char *intake_title(const struct intake_text *t, enum intake_sign sign, const char *noun)
{
	size_t head = intake_find(t, sign, 0), n = intake_at(t, sign, head), from;
	const char *why;

	if (head == t->n)
		return noun;
	from = name_start(t, head);
	if (from < head) {
		const char *name = intake_words(t, from, head, 40);

		if (*name != '\0')
			return arena_printf(t->a, "%s %s", name, intake_lower(t->a, noun));
	}
	why = purpose(t, head + n);
	return *why == '\0' ? noun
			    : intake_label(t->a, arena_printf(t->a, "%s for %s", noun, why),
					   strlen(noun) + 5 + strlen(why), 70);
}

const char *intake_number(struct arena *a, double v)
{
	char text[64];
	size_t n;

	if (!(v >= -1e15 && v <= 1e15))
		return NULL;
	n = (size_t)snprintf(text, sizeof(text), "%.6f", v);
	while (text[n - 1] == '0')
		n--;
	n -= text[n - 1] == '.';
	return arena_strndup(a, text, n);
}

const char *intake_lower(struct arena *a, const char *label)
{
	char *text = arena_strdup(a, label);

	/* "VAT" and "BMI" stay as they are. */
	if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
		text[0] = (char)(text[0] - 'A' + 'a');
	return text;
}
