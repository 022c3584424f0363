#include "config.h"

#include "model/model_sse.h"

#include <string.h>

void model_sse_init(struct model_sse *s, struct arena *a, size_t max)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->line, a, max);
	buf_init(&s->data, a, max);
}

static void clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

static int too_long(const struct model_sse *s, struct err *e)
{
	return err_set(e, E_UNAVAILABLE, "upstream: an event of more than %zu bytes", s->line.max);
}

/* An empty line: hand over what was collected. */
static int dispatch(struct model_sse *s, model_event_fn *fn, void *ctx)
{
	struct model_event ev = {s->type, buf_str(&s->data), s->data.n};
	int rc = s->has_data ? fn(ctx, &ev) : 0;

	clear(&s->data);
	s->has_data = false;
	s->type[0] = '\0';
	return rc;
}

static void take_field(struct model_sse *s, const char *line, size_t n)
{
	const char *colon = memchr(line, ':', n);
	size_t name = colon == NULL ? n : (size_t)(colon - line);
	const char *value = colon == NULL ? line + n : colon + 1;
	size_t left = (size_t)(line + n - value);

	if (left > 0 && *value == ' ') {
		value++;
		left--;
	}
	if (name == 4 && memcmp(line, "data", 4) == 0) {
		if (s->has_data)
			buf_putc(&s->data, '\n');
		buf_put(&s->data, value, left);
		s->has_data = true;
	} else if (name == 5 && memcmp(line, "event", 5) == 0) {
		/* A name that no upstream has is as good as none. */
		if (left >= sizeof(s->type) || memchr(value, '\0', left) != NULL)
			left = 0;
		memcpy(s->type, value, left);
		s->type[left] = '\0';
	}
}

static int end_line(struct model_sse *s, model_event_fn *fn, void *ctx, struct err *e)
{
	const char *line = buf_str(&s->line);
	size_t n = s->line.n;
	int rc = 0;

	if (s->line.over)
		return too_long(s, e);
	if (!s->started && n >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0) {
		line += 3;
		n -= 3;
	}
	s->started = true;
	if (n == 0)
		rc = dispatch(s, fn, ctx);
	else
		take_field(s, line, n);
	clear(&s->line);
	return s->data.over ? too_long(s, e) : rc;
}

/* The number of bytes before the end of the line, or n. */
static size_t plain(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != '\n' && p[i] != '\r')
		i++;
	return i;
}

int model_sse_feed(struct model_sse *s, const char *p, size_t n, model_event_fn *fn, void *ctx,
		   struct err *e)
{
	while (n > 0 && !s->ended) {
		size_t k;
		int rc;

		if (s->after_cr && *p == '\n') {
			p++;
			n--;
		}
		s->after_cr = false;
		k = plain(p, n);
		if (k > 0)
			buf_put(&s->line, p, k);
		p += k;
		n -= k;
		if (s->line.over) {
			s->ended = true;
			return too_long(s, e);
		}
		if (n == 0)
			break;
		s->after_cr = *p == '\r';
		p++;
		n--;
		rc = end_line(s, fn, ctx, e);
		if (rc != 0) {
			s->ended = true;
			return rc;
		}
	}
	return 0;
}

int model_sse_end(struct model_sse *s, model_event_fn *fn, void *ctx, struct err *e)
{
	int rc = 0;

	if (s->ended)
		return 0;
	s->ended = true;
	if (s->line.n > 0)
		rc = end_line(s, fn, ctx, e);
	return rc != 0 ? rc : dispatch(s, fn, ctx);
}
