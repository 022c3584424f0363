/* What is read is written as valid JSON that reads as the same request with
 * the new name, asks for usage, and holds the bound. What the stricter reader
 * of port/ takes is taken here and means the same. The first byte picks the
 * interface. */
#include "config.h"

#include "model/model_request.h"
#include "base/check.h"
#include "port/json.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void write_and_read(struct arena *a, const struct model_request *r,
			   const struct model_rewrite *w)
{
	struct model_request again;
	struct model_span other;
	struct err e = {0};
	size_t n;
	const char *text = model_request_write(a, r, w, &n);

	check(strlen(text) >= n || memchr(text, '\0', n) == NULL);
	/* One name of the bound, the upstream's. */
	if (w->max_tokens > 0 && r->api == MODEL_API_CHAT)
		check(model_span_get(model_span_of(text, n), w->old_max ? "max_completion_tokens" : "max_tokens",
				     &other) == 0);
	/* Members that were added may be the ones too many. */
	if (model_request_read(a, r->api, text, n, &again, &e) != 0) {
		check(e.nfields == 1 && strcmp(e.fields[0].code, "too_many") == 0);
		return;
	}
	check(strcmp(again.model, w->model) == 0);
	check(again.provider_tools == (r->provider_tools && !w->drop_tools) && again.metadata_at.p == NULL);
	check(again.stream == r->stream && again.ask.images == r->ask.images);
	check(again.ask.choices == r->ask.choices && again.ask.prompts == r->ask.prompts);
	if (r->stream && (r->api == MODEL_API_CHAT || r->api == MODEL_API_COMPLETIONS))
		check(again.include_usage);
	if (w->max_tokens > 0 && r->api != MODEL_API_EMBEDDINGS)
		check(again.ask.max_tokens == w->max_tokens);
	else
		check(again.ask.max_tokens == r->ask.max_tokens);
}

static int same_member(void *ctx, const char *key, const struct json *v)
{
	const struct model_span *object = ctx;
	struct arena *a = arena_new(16u << 20);
	struct model_span at;
	int64_t i = 0;

	check(model_span_get(*object, key, &at) == 1);
	check((model_span_kind(at) == '"') == (json_kind(v) == JSON_TEXT));
	check((model_span_kind(at) == '{') == (json_kind(v) == JSON_OBJECT));
	check((model_span_kind(at) == '[') == (json_kind(v) == JSON_ARRAY));
	if (json_kind(v) == JSON_TEXT) {
		check(model_span_is(at, json_text(v, "")));
		check(strcmp(model_span_text(a, at), json_text(v, "")) == 0);
	}
	if (json_kind(v) == JSON_INT && model_span_int(at, &i))
		check(i == json_int(v, -1));
	if (json_kind(v) == JSON_OBJECT)
		json_each(v, same_member, &at);
	arena_free(a);
	return 0;
}

static void compare(struct arena *a, const char *text, size_t n)
{
	struct model_span object;
	struct err e = {0};
	const struct json *j = json_parse(a, text, n, &e);
	size_t at;

	if (j == NULL)
		return;
	check(model_span_check(text, n, &at));
	object = model_span_of(text, n);
	json_each(j, same_member, &object);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(64u << 20);
	struct model_request r;
	struct err e = {0};

	if (n > 0) {
		enum model_api api = (enum model_api)(data[0] % MODEL_APIS);

		compare(a, (const char *)data + 1, n - 1);
		if (model_request_read(a, api, (const char *)data + 1, n - 1, &r, &e) == 0) {
			check(r.ask.images >= 0 && r.ask.max_tokens >= 0 && r.ask.choices <= 128);
			write_and_read(a, &r, &(struct model_rewrite){.model = "up/\"1\""});
			write_and_read(a, &r, &(struct model_rewrite){"u", 7, true, 3});
			write_and_read(a, &r, &(struct model_rewrite){.model = "u", .max_tokens = 7, .drop_tools = true});
		} else {
			check(e.id == E_BAD_REQUEST || (e.id == E_INVALID && e.nfields > 0));
		}
	}
	arena_free(a);
	return 0;
}
