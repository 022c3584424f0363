/* A stream gives the same events and the same findings whole and in pieces.
 * The first byte picks the interface and the vendor, the second the pieces. */
#include "config.h"

#include "model/model_watch.h"
#include "base/check.h"

#include <stdint.h>
#include <string.h>

#define EVENT_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct seen {
	struct arena *a;
	struct model_watch w;
	struct buf log;
};

static int note(void *ctx, const struct model_event *ev)
{
	struct seen *s = ctx;
	size_t n, before = s->w.has_usage;
	int64_t tokens = model_watch_tokens(&s->w);
	unsigned saw = model_watch_event(&s->w, ev);
	const char *text = model_answer_write(s->a, ev->data, ev->n, "m", true, &n);
	struct model_event whole;
	size_t at;

	check(ev->data[ev->n] == '\0');
	check(model_span_check(text, n, &at) == model_span_check(ev->data, ev->n, &at));
	check(s->w.has_usage || !(before || saw & MODEL_SAW_USAGE));
	check(model_watch_tokens(&s->w) >= tokens && (!model_watch_counted(&s->w) || s->w.has_usage));
	/* An event is as good as an answer here. A level more may be one too many. */
	model_answer_event(s->a, s->w.api, ev->data, ev->n, &whole);
	check(s->w.api == MODEL_API_RESPONSES || model_span_check(whole.data, whole.n, &at) == model_span_check(text, n, &at));
	buf_printf(&s->log, "%s|%zu|%u;", ev->type, ev->n, saw);
	buf_put(&s->log, ev->data, ev->n);
	return s->log.over ? 1 : 0;
}

static int run(struct seen *s, struct arena *a, const uint8_t *data, size_t n, size_t step)
{
	struct model_sse sse;
	struct err e = {0};
	int rc = 0;

	s->a = a;
	model_watch_init(&s->w, (enum model_api)(data[0] % MODEL_APIS),
			 (enum model_vendor)(data[0] / MODEL_APIS % MODEL_VENDORS));
	buf_init(&s->log, a, 4u << 20);
	model_sse_init(&sse, a, EVENT_MAX);
	for (size_t i = 2; i < n && rc == 0; i += step)
		rc = model_sse_feed(&sse, (const char *)data + i, n - i < step ? n - i : step, note, s,
				    &e);
	if (rc == 0)
		rc = model_sse_end(&sse, note, s, &e);
	check((rc < 0) == (e.id != E_NONE));
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(256u << 20);
	struct seen whole, pieces;

	if (n > 2) {
		check(run(&whole, a, data, n, n) == run(&pieces, a, data, n, (size_t)data[1] % 16 + 1));
		check(whole.log.n == pieces.log.n);
		check(whole.log.n == 0 || memcmp(whole.log.p, pieces.log.p, whole.log.n) == 0);
		check(whole.w.has_usage == pieces.w.has_usage && whole.w.failed == pieces.w.failed);
		check(memcmp(&whole.w.usage, &pieces.w.usage, sizeof(whole.w.usage)) == 0);
	}
	arena_free(a);
	return 0;
}
