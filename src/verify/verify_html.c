#include "config.h"

#include "verify/verify_html.h"
#include "base/check.h"
#include "base/str.h"

#include <ctype.h>
#include <strings.h>

struct reader {
	struct arena *a;
	const char *p;
	size_t n, at;
	struct verify_text *ret;
};

/* Attributes that make a browser fetch or follow something. */
static const struct {
	const char *tag, *attribute;
	bool follows;
} fetching[] = {
	{"script", "src", false}, {"link", "href", false}, {"img", "src", false},
	{"img", "srcset", false}, {"iframe", "src", false}, {"frame", "src", false},
	{"embed", "src", false}, {"object", "data", false}, {"source", "src", false},
	{"source", "srcset", false}, {"video", "src", false}, {"video", "poster", false},
	{"audio", "src", false}, {"track", "src", false}, {"input", "src", false},
	{"form", "action", false}, {"image", "href", false}, {"use", "href", false},
	{"a", "href", true}, {"area", "href", true},
};

/* What these hold up to their closing tag is no text that anybody sees. */
static const char *const silent[] = {"script", "style", "template", "noscript", "title"};

/* `at` is nowhere past the end. */
static bool at_word(const struct reader *r, size_t at, const char *word)
{
	size_t n = strlen(word);

	return r->n - at >= n && strncasecmp(r->p + at, word, n) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* ---- entities ---- */

/* The number of "&#60;" or "&#x3c;"; returns the bytes it took, or 0. */
static size_t numbered(const char *p, size_t n, char *ret)
{
	bool hex = n > 3 && (p[2] | 0x20) == 'x';
	size_t i = 2 + hex, v = 0;

	if (n < 4 || p[1] != '#')
		return 0;
	for (; i < n && i < 10; i++) {
		unsigned char c = (unsigned char)p[i];

		if (!(hex ? isxdigit(c) : isdigit(c)))
			break;
		v = v * (hex ? 16 : 10) + (size_t)(isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	if (v == 0 || v > 0x7e)
		return 0;
	*ret = (char)v;
	return i + (i < n && p[i] == ';');
}

static size_t entity(const char *p, size_t n, char *ret)
{
	static const struct {
		const char *text;
		char c;
	} named[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'},
		     {"&apos;", '\''}, {"&nbsp;", ' '}, {"&colon;", ':'}, {"&sol;", '/'}};

	for (size_t i = 0; i < COUNT(named); i++)
		if (n >= strlen(named[i].text) &&
		    memcmp(p, named[i].text, strlen(named[i].text)) == 0) {
			*ret = named[i].c;
			return strlen(named[i].text);
		}
	return numbered(p, n, ret);
}

static const char *plain(struct arena *a, const char *p, size_t n)
{
	struct buf b;
	size_t step;

	buf_init(&b, a, n + 1);
	for (size_t i = 0; i < n; i += step) {
		char c = p[i];

		step = c == '&' ? entity(p + i, n - i, &c) : 0;
		step = step ? step : 1;
		if (c != '\0')
			buf_putc(&b, c);
	}
	return buf_str(&b);
}

/* ---- tags ---- */

static void add_ref(struct reader *r, const char *tag, const char *url, bool follows)
{
	if (r->ret->refs_n < VERIFY_REFS)
		r->ret->refs[r->ret->refs_n++] = (struct verify_ref){tag, url, follows};
	else
		r->ret->more_refs = true;
}

/* "a.png 1x, b.png 2x"; an address with commas of its own stands alone. */
static void add_srcset(struct reader *r, const char *tag, const char *set)
{
	while (*set && !r->ret->more_refs) {
		size_t n;

		set += strspn(set, " \t\r\n\f,");
		n = strcspn(set, " \t\r\n\f");
		if (n == 0 || strncasecmp(set, "data:", 5) == 0)
			return;
		add_ref(r, tag, arena_strndup(r->a, set, n - (set[n - 1] == ',')), false);
		set += n;
		set += strcspn(set, ",");
	}
}

/* A name in lower case; what is longer is none that matters. */
struct word {
	char s[16];
};

struct slice {
	const char *p;
	size_t n;
};

static void take_attribute(struct reader *r, const char *tag, const char *name, struct slice value)
{
	const char *colon = strrchr(name, ':'); /* xlink:href */

	if (strcmp(tag, "html") == 0 && strcmp(name, "data-ready") == 0) {
		r->ret->waits = value.n == 5 && memcmp(value.p, "false", 5) == 0;
		r->ret->ready = value.n == 4 && memcmp(value.p, "true", 4) == 0;
	}
	if (colon != NULL)
		name = colon + 1;
	for (size_t i = 0; i < COUNT(fetching) && !r->ret->more_refs; i++) {
		if (strcmp(tag, fetching[i].tag) != 0 || strcmp(name, fetching[i].attribute) != 0)
			continue;
		if (strcmp(name, "srcset") == 0)
			add_srcset(r, fetching[i].tag, plain(r->a, value.p, value.n));
		else
			add_ref(r, fetching[i].tag, plain(r->a, value.p, value.n),
				fetching[i].follows);
	}
}

/* Letters up to one of `stop`. */
static struct word word_of(struct reader *r, const char *stop)
{
	struct word w = {""};
	size_t from = r->at;

	while (r->at < r->n && !is_blank(r->p[r->at]) && r->p[r->at] != '\0' &&
	       strchr(stop, r->p[r->at]) == NULL)
		r->at++;
	for (size_t i = 0; from + i < r->at && i < sizeof(w.s) - 1; i++)
		w.s[i] = (char)tolower((unsigned char)r->p[from + i]);
	return w;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->n && is_blank(r->p[r->at]))
		r->at++;
}

static struct slice value_of(struct reader *r)
{
	struct slice v;
	size_t from;
	char quote;

	skip_blanks(r);
	if (r->at == r->n || r->p[r->at] != '=')
		return (struct slice){"", 0};
	r->at++;
	skip_blanks(r);
	quote = r->at < r->n ? r->p[r->at] : '\0';
	if (quote != '"' && quote != '\'') {
		from = r->at;
		while (r->at < r->n && !is_blank(r->p[r->at]) && r->p[r->at] != '>')
			r->at++;
		return (struct slice){r->p + from, r->at - from};
	}
	from = ++r->at;
	while (r->at < r->n && r->p[r->at] != quote)
		r->at++;
	v = (struct slice){r->p + from, r->at - from};
	r->at += r->at < r->n;
	return v;
}

/* Up to and over the next `what`, which begins with no letter; or to the end. */
static void pass(struct reader *r, const char *what)
{
	const char *at;

	while (r->at < r->n) {
		at = memchr(r->p + r->at, what[0], r->n - r->at);
		r->at = at == NULL ? r->n : (size_t)(at - r->p);
		if (at_word(r, r->at, what)) {
			r->at += strlen(what);
			return;
		}
		r->at += r->at < r->n;
	}
}

/* The content of a silent element; that of a title is kept. */
static void pass_content(struct reader *r, const char *tag)
{
	size_t from = r->at, end;

	do
		pass(r, "</");
	while (r->at < r->n && !at_word(r, r->at, tag));
	end = r->at < r->n ? r->at - 2 : from;
	if (strcmp(tag, "title") == 0 && *r->ret->title == '\0')
		r->ret->title = plain(r->a, r->p + from, end - from);
	pass(r, ">");
}

static void read_tag(struct reader *r)
{
	struct word tag, name;

	r->at++;
	tag = word_of(r, "/>");
	while (r->at < r->n && r->p[r->at] != '>') {
		size_t before = r->at;

		while (r->at < r->n && (is_blank(r->p[r->at]) || r->p[r->at] == '/'))
			r->at++;
		name = word_of(r, "=/>");
		take_attribute(r, tag.s, name.s, value_of(r));
		if (r->at == before) /* a NUL, say */
			r->at++;
	}
	r->at += r->at < r->n;
	r->ret->based |= strcmp(tag.s, "base") == 0;
	for (size_t i = 0; i < COUNT(silent); i++)
		if (strcmp(tag.s, silent[i]) == 0)
			pass_content(r, tag.s);
}

static void read_text(struct reader *r)
{
	char c = r->p[r->at];
	size_t took = c == '&' ? entity(r->p + r->at, r->n - r->at, &c) : 0;

	r->ret->visible += !is_blank(c);
	r->at += took ? took : 1;
}

void verify_html_read(struct arena *a, const char *html, size_t n, struct verify_text *ret)
{
	struct reader r = {.a = a, .p = html, .n = n, .ret = ret};

	memset(ret, 0, sizeof(*ret));
	ret->title = "";
	while (r.at < n) {
		if (at_word(&r, r.at, "<!--"))
			pass(&r, "-->");
		else if (at_word(&r, r.at, "<!") || at_word(&r, r.at, "</") ||
			 at_word(&r, r.at, "<?"))
			pass(&r, ">");
		else if (html[r.at] == '<' && r.at + 1 < n &&
			 isalpha((unsigned char)html[r.at + 1]))
			read_tag(&r);
		else
			read_text(&r);
	}
}

/* ---- references ---- */

static const char *const harmless[] = {
	"data:", "blob:", "mailto:", "tel:", "javascript:", "about:"};

/* "dir/page.html" and "../x/y" to "x/y"; NULL above the root. */
static const char *resolve(struct arena *a, const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');
	const char *all = *path == '/' || slash == NULL ? path :
			  arena_printf(a, "%.*s/%s", (int)(slash - from), from, path);
	const char *parts[64];
	size_t count = 0, n;
	struct buf b;

	for (const char *s = all; *s; s += n) {
		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && s[0] == '.'))
			continue;
		if (n == 2 && s[0] == '.' && s[1] == '.') {
			if (count-- == 0)
				return NULL;
			continue;
		}
		if (count == COUNT(parts))
			return NULL;
		parts[count++] = arena_strndup(a, s, n);
	}
	buf_init(&b, a, 64 * 1024);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, "%s%s", i ? "/" : "", parts[i]);
	return buf_str(&b);
}

enum verify_ref_kind verify_ref_of(struct arena *a, const char *from, const char *url,
				   const char **ret_name)
{
	size_t n;

	*ret_name = NULL;
	while (is_blank(*url))
		url++;
	for (size_t i = 0; i < COUNT(harmless); i++)
		if (strncasecmp(url, harmless[i], strlen(harmless[i])) == 0)
			return VERIFY_REF_INLINE;
	n = strcspn(url, "/?#:");
	if (url[n] == ':' || (strchr("/\\", url[0]) && url[0] && strchr("/\\", url[1]) && url[1]))
		return VERIFY_REF_FOREIGN;
	n = strcspn(url, "?#");
	while (n && is_blank(url[n - 1]))
		n--;
	if (n == 0)
		return VERIFY_REF_INLINE;
	url = str_unpercent(a, url, n, false);
	if (url != NULL && strlen(url) < 1000)
		*ret_name = resolve(a, from, url);
	return VERIFY_REF_LOCAL;
}
