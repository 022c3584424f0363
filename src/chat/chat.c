#include "config.h"

#include "chat/chat_int.h"
#include "base/str.h"
#include "port/json.h"

#include <string.h>

/* The usage object of an answer or event, wherever the interface puts it. */
static const struct json *usage_of(const struct json *j)
{
	const struct json *u = json_get(j, "usage");

	if (json_kind(u) != JSON_OBJECT)
		u = json_get(json_get(j, "response"), "usage");
	if (json_kind(u) != JSON_OBJECT)
		u = json_get(j, "usageMetadata");
	return json_kind(u) == JSON_OBJECT ? u : NULL;
}

/* The last usable one counts; one that contradicts itself makes the call
 * uncounted, so that the reserve counts. */
static void take_usage(struct chat *c, struct arena *a, const struct json *j)
{
	const struct json *u = usage_of(j);
	struct model_tokens t;
	struct err e = {0};
	const char *text;

	if (u == NULL)
		return;
	text = json_print(a, u);
	c->counted = model_usage(a, c->model->routes[c->route].vendor, text, strlen(text), &t, &e) == 0;
	if (c->counted)
		c->tokens = t;
}

static bool is_error(const struct json *j)
{
	enum json_kind k = json_kind(json_get(j, "error"));

	return k == JSON_OBJECT || k == JSON_TEXT;
}

void chat_read_event(struct chat *c, const char *event, const char *data, size_t n)
{
	struct err e = {0};
	const struct json *j;
	struct arena *a;

	if (str_eq(data, "[DONE]")) {
		c->done = true;
		return;
	}
	if (str_eq(event, "response.completed") || str_eq(event, "response.incomplete"))
		c->done = true;
	if (str_eq(event, "response.failed") || str_eq(event, "error"))
		c->failed = true;
	/* Most events say nothing of this: they are not parsed. */
	if (strstr(data, "\"usage") == NULL && strstr(data, "\"error\"") == NULL)
		return;
	a = arena_new(16u << 20);
	j = json_parse(a, data, n, &e);
	if (j == NULL || is_error(j))
		c->failed = true;
	else
		take_usage(c, a, j);
	arena_free(a);
}

bool chat_hides(const struct chat *c, const char *data)
{
	/* The chunk that holds nothing but the usage. */
	return !c->q.wants_usage && c->api != MODEL_RESPONSES && c->counted &&
	       strstr(data, "\"choices\":[]") != NULL;
}

bool chat_read_answer(struct chat *c, const char *body, size_t n)
{
	struct arena *a = arena_new(32u << 20);
	struct err e = {0};
	const struct json *j = json_parse(a, body, n, &e);
	bool good = json_kind(j) == JSON_OBJECT && !is_error(j);

	if (good)
		take_usage(c, a, j);
	arena_free(a);
	return good;
}
