#include "config.h"

#include "base/check.h"
#include "base/jw.h"
#include "chat/chat_int.h"
#include "chat/chat_store.h"
#include "model/model_probe.h"
#include "port/calls.h"
#include "reap/reap.h"

#include <poll.h>

/*
 * Which runtimes of our own live, and which models they offer: all are asked at once,
 * outside of a transaction, for TOTAL at most, so that one that is silent holds up
 * nothing else for longer.
 */

#define TOTAL (3 * CLOCK_S / 2)

/* One GET. */
struct question {
	size_t *open; /* questions without an end */
	int status;
	enum call_end how;
	struct buf body;
};

struct probe {
	const struct model_backend *b;
	struct question health, list;
	bool has_health;
};

struct probing {
	struct work *w;
	struct calls *calls;
	size_t n, open;
	struct probe of[MODEL_BACKENDS];
};

static void on_head(void *ctx, int status, const char *type, const char *retry_after)
{
	(void)type, (void)retry_after;
	((struct question *)ctx)->status = status;
}

/* What is too long is cut, and is no list any more. */
static bool on_data(void *ctx, const char *p, size_t n)
{
	buf_put(&((struct question *)ctx)->body, p, n);
	return true;
}

static void on_end(void *ctx, enum call_end how, const char *detail)
{
	struct question *q = ctx;

	(void)detail;
	q->how = how;
	--*q->open;
}

static void ask(struct probing *p, struct question *q, const char *url, const char *key)
{
	static const struct call_on on = {on_head, on_data, on_end};
	const char *headers[] = {"Accept: application/json", NULL, NULL};

	if (key != NULL)
		headers[1] = arena_printf(p->w->a, "Authorization: Bearer %s", key);
	q->open = &p->open;
	p->open++;
	buf_init(&q->body, p->w->a, MODEL_PROBE_BYTES);
	call_start(p->calls, &(struct call_want){.url = url, .headers = headers, .connect_us = TOTAL,
						 .idle_us = TOTAL, .total_us = TOTAL}, &on, q);
}

static int begin_one(void *ctx, const struct model_backend *b)
{
	struct probing *p = ctx;
	struct probe *one = &p->of[p->n];
	const char *health, *models, *key;
	struct err e = {0};

	if (b->kind != MODEL_LOCAL_RUNTIME)
		return 0;
	p->n++;
	one->b = b;
	/* A key that cannot be read is found out by the refusal. */
	if (chat_backend_key(chat_backend(b), b, &key, &e) < 0)
		key = NULL;
	model_probe_urls(p->w->a, b, &health, &models);
	one->has_health = health != NULL;
	if (health != NULL)
		ask(p, &one->health, health, key);
	ask(p, &one->list, models, key);
	return 0;
}

static enum model_probe_state state_of(const struct probe *p, const struct question *q)
{
	if (q->how == CALL_REFUSED)
		return MODEL_PROBE_UNREACHABLE;
	if (q->how == CALL_TIMEOUT)
		return MODEL_PROBE_SILENT;
	if (q->how == CALL_BROKEN)
		return MODEL_PROBE_NONSENSE;
	return model_probe_status(p->b->runtime, q->status);
}

static void put_one(struct jw *j, struct arena *a, struct probe *p)
{
	enum model_probe_state state = p->has_health ? state_of(p, &p->health) : MODEL_PROBE_OK;
	enum model_probe_state listed = state_of(p, &p->list);
	const char **names;
	struct err e = {0};
	size_t n = 0;

	if (state == MODEL_PROBE_OK)
		state = listed;
	if (listed == MODEL_PROBE_OK && model_probe_list(a, p->b->runtime, buf_str(&p->list.body),
							 p->list.body.n, &names, &n, &e) < 0)
		state = listed = MODEL_PROBE_NONSENSE;
	jw_object(j);
	jw_kstr(j, "backend", p->b->id);
	jw_kbool(j, "up", state == MODEL_PROBE_OK);
	jw_kstr(j, "reason", model_probe_names[state]);
	jw_kstr(j, "detail", arena_printf(a, "health %d, models %d, %zu bytes%s", p->health.status,
					  p->list.status, p->list.body.n, e.id ? ": no list" : ""));
	jw_key(j, "models");
	if (listed == MODEL_PROBE_OK)
		jw_array(j);
	else
		jw_null(j);
	for (size_t i = 0; listed == MODEL_PROBE_OK && i < n; i++)
		jw_str(j, names[i]);
	if (listed == MODEL_PROBE_OK)
		jw_end_array(j);
	jw_end_object(j);
}

static const char *found(struct probing *p)
{
	struct buf b;
	struct jw j;

	buf_init(&b, p->w->a, 16u << 20);
	jw_init(&j, &b);
	jw_array(&j);
	for (size_t i = 0; i < p->n; i++)
		put_one(&j, p->w->a, &p->of[i]);
	jw_end_array(&j);
	return b.over ? NULL : buf_str(&b);
}

static int probe(struct work *w, int batch)
{
	struct probing *p = ARENA_NEW(w->a, struct probing);
	int64_t end = clock_mono() + 2 * TOTAL;
	const char *json;

	(void)batch;
	if (work_commit(w, NULL) < 0)
		return -1;
	p->w = w;
	p->calls = calls_new();
	model_each_backend(NULL, begin_one, p);
	for (calls_run(p->calls); p->open > 0 && clock_mono() < end; calls_run(p->calls)) {
		struct pollfd at = {calls_fd(p->calls), POLLIN, 0};

		poll(&at, 1, calls_wait_ms(p->calls, 100));
	}
	json = found(p);
	calls_free(p->calls);
	if (json == NULL)
		return fail(w, E_INTERNAL, "more models than can be kept");
	return work_begin(w, NULL) < 0 ? -1 : chat_store_found(w, json);
}

const struct pass chat_probe_passes[] = {
	{.name = "chat.probe", .interval_s = 10, .batch = MODEL_BACKENDS + 1, .deadline_s = 10, .sweep = probe,
	 .doc = "which local runtimes live, and which models they offer"},
	{0},
};
