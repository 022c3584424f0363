#include "config.h"

#include "model/model_sse.h"
#include "base/check.h"

#include <stdlib.h>
#include <string.h>

void model_sse_init(struct model_sse *s)
{
	memset(s, 0, sizeof(*s));
}

void model_sse_free(struct model_sse *s)
{
	free(s->p);
	model_sse_init(s);
}

static bool put(struct model_sse *s, const char *p, size_t n)
{
	size_t have = s->data + s->line;

	if (have + n + 2 > MODEL_EVENT_MAX) {
		s->over = true;
		return false;
	}
	if (have + n + 2 > s->cap) {
		s->cap = (have + n + 2) * 2;
		check((s->p = realloc(s->p, s->cap)) != NULL);
	}
	memcpy(s->p + have, p, n);
	s->line += n;
	return true;
}

static bool field(const char *line, size_t n, const char *name, size_t *ret_skip)
{
	size_t len = strlen(name);

	if (n < len || memcmp(line, name, len) != 0 || (n > len && line[len] != ':'))
		return false;
	*ret_skip = n > len ? len + 1 : len;
	*ret_skip += *ret_skip < n && line[*ret_skip] == ' ';
	return true;
}

/* An event is over; one without data is none. */
static bool dispatch(struct model_sse *s, model_event *fn, void *ctx)
{
	bool go_on = true;

	if (s->data > 0) {
		s->p[s->data - 1] = '\0'; /* the last line end is not part of it */
		go_on = fn(ctx, s->event, s->p, s->data - 1);
	}
	s->data = 0;
	s->event[0] = '\0';
	return go_on;
}

static bool end_line(struct model_sse *s, model_event *fn, void *ctx)
{
	char *line = s->p + s->data;
	size_t n = s->line, skip;

	s->line = 0;
	if (!s->started && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		memmove(line, line + 3, n - 3);
		n -= 3;
	}
	s->started = true;
	if (n == 0)
		return dispatch(s, fn, ctx);
	if (field(line, n, "data", &skip)) {
		memmove(line, line + skip, n - skip);
		line[n - skip] = '\n';
		s->data += n - skip + 1;
	} else if (field(line, n, "event", &skip) && n - skip < sizeof(s->event)) {
		memcpy(s->event, line + skip, n - skip);
		s->event[n - skip] = '\0';
	}
	return true;
}

bool model_sse_feed(struct model_sse *s, const char *p, size_t n, model_event *fn, void *ctx)
{
	for (const char *end = p + n; p < end;) {
		size_t k = 0;

		if (s->cr && *p == '\n') {
			s->cr = false;
			p++;
			continue;
		}
		s->cr = false;
		while (p + k < end && p[k] != '\n' && p[k] != '\r')
			k++;
		if (!put(s, p, k))
			return false;
		p += k;
		if (p == end)
			break;
		s->cr = *p++ == '\r';
		if (!end_line(s, fn, ctx))
			return false;
	}
	return true;
}
