#include "config.h"

#include "model/model_int.h"
#include "base/check.h"
#include "base/jw.h"
#include "base/str.h"

#include <string.h>

#define CHOICES_MAX 128

/* What the longest answer is called, in the order in which the names count. */
static const char *const limits[][2] = {
	[MODEL_CHAT] = {"max_completion_tokens", "max_tokens"},
	[MODEL_RESPONSES] = {"max_output_tokens", NULL},
	[MODEL_COMPLETIONS] = {"max_tokens", NULL},
	[MODEL_EMBEDDINGS] = {NULL, NULL},
};

static int whole(const struct json *j, const char *key, int64_t max, int64_t *ret, struct err *e)
{
	const struct json *v = json_get(j, key);

	if (v == NULL || json_kind(v) == JSON_NULL)
		return 0;
	if (json_kind(v) != JSON_INT || json_int(v, 0) < 1)
		return err_field(e, key, "out_of_range");
	*ret = json_int(v, 0) < max ? json_int(v, 0) : max;
	return 0;
}

static int flag(const struct json *j, const char *key, bool *ret, struct err *e)
{
	const struct json *v = json_get(j, key);

	*ret = json_flag(v, false);
	return v == NULL || json_kind(v) == JSON_BOOL || json_kind(v) == JSON_NULL
		       ? 0 : err_field(e, key, "not_a_boolean");
}

/* Parts that are no text: {"type":"image_url"}, "input_image", "input_audio"… */
static size_t images_in(const struct json *j, int depth);

struct images {
	size_t n;
	int depth;
};

static int look(void *ctx, const char *key, const struct json *v)
{
	struct images *found = ctx;

	if (str_eq(key, "type") && (str_starts(json_text(v, ""), "image") ||
				    str_starts(json_text(v, ""), "input_image") ||
				    str_starts(json_text(v, ""), "input_audio") ||
				    str_starts(json_text(v, ""), "input_file")))
		found->n++;
	found->n += images_in(v, found->depth + 1);
	return 0;
}

static size_t images_in(const struct json *j, int depth)
{
	struct images found = {0, depth};

	if (json_kind(j) == JSON_OBJECT)
		json_each(j, look, &found);
	for (size_t i = 0; json_kind(j) == JSON_ARRAY && i < json_count(j); i++)
		found.n += images_in(json_at(j, i), depth + 1);
	return found.n;
}

static const char *skip_string(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

/* The end of a value: the comma or bracket behind it. */
static const char *skip_value(const char *p)
{
	int depth = 0;

	for (; depth > 0 || (*p != ',' && *p != '}'); p++) {
		if (*p == '"')
			p = skip_string(p) - 1;
		else if (*p == '{' || *p == '[')
			depth++;
		else if (*p == '}' || *p == ']')
			depth--;
	}
	return p;
}

/* The next member of an object at `*p`: its key's span; *p then stands behind
 * its value. False at the end. */
static bool next_member(const char **p, const char **ret_key, const char **ret_key_end)
{
	*p += strspn(*p, " \t\r\n,");
	if (**p != '"')
		return false;
	*ret_key = *p;
	*ret_key_end = skip_string(*p);
	*p = skip_value(*ret_key_end);
	return true;
}

/* "mod\u0065l" would be the model for the one who reads the JSON upstream and
 * somebody else's member for us: no name of a parameter needs that. */
static bool plain_keys(const char *body)
{
	const char *p = strchr(body, '{') + 1, *key, *end;

	while (next_member(&p, &key, &end))
		if (memchr(key, '\\', (size_t)(end - key)) != NULL)
			return false;
	return true;
}

int model_request_read(struct arena *a, enum model_api api, const char *body, size_t n,
		       struct model_request *ret, struct err *e)
{
	static const char *const said[] = {"messages", "input", "prompt", "input"};
	const struct json *j = json_parse(a, body, n, e);
	int64_t best = 1;

	memset(ret, 0, sizeof(*ret));
	ret->choices = 1;
	if (j == NULL)
		return -1;
	if (json_kind(j) != JSON_OBJECT)
		return err_set(e, E_BAD_REQUEST, "not an object");
	if (!plain_keys(body))
		return err_set(e, E_BAD_REQUEST, "an escape in the name of a parameter");
	ret->model = json_get_text(j, "model", NULL);
	if (ret->model == NULL || *ret->model == '\0')
		return err_field(e, "model", "required");
	if (json_get(j, said[api]) == NULL)
		return err_field(e, said[api], "required");
	if (flag(j, "stream", &ret->stream, e) < 0 ||
	    whole(j, "n", CHOICES_MAX, &ret->choices, e) < 0 ||
	    whole(j, "best_of", CHOICES_MAX, &best, e) < 0)
		return -1;
	for (size_t i = 0; i < 2 && limits[api][i] != NULL && ret->max_tokens == 0; i++)
		if (whole(j, limits[api][i], MODEL_TOKENS_MAX, &ret->max_tokens, e) < 0)
			return -1;
	if (best > ret->choices)
		ret->choices = best;
	ret->stream = ret->stream && api != MODEL_EMBEDDINGS;
	ret->wants_usage = json_flag(json_get(json_get(j, "stream_options"), "include_usage"), false);
	ret->images = images_in(json_get(j, said[api]), 0);
	return 0;
}

static bool is_key(const char *from, const char *to, const char *name)
{
	return name != NULL && (size_t)(to - from) == strlen(name) + 2 &&
	       memcmp(from + 1, name, strlen(name)) == 0;
}

/* May a member be passed on as it is? Else it is written anew. */
static bool replaced(enum model_api api, const struct model_request *q, int64_t max_tokens,
		     const char *from, const char *to)
{
	bool streams = q->stream && (api == MODEL_CHAT || api == MODEL_COMPLETIONS);

	return is_key(from, to, "model") || (streams && is_key(from, to, "stream_options")) ||
	       (max_tokens > 0 &&
		(is_key(from, to, limits[api][0]) || is_key(from, to, limits[api][1])));
}

const char *model_request_write(struct arena *a, enum model_api api, const char *body, size_t n,
				const struct model_request *q, const char *name,
				int64_t max_tokens, size_t *ret_n)
{
	const char *p = strchr(body, '{') + 1, *key, *end, *limit = limits[api][0];
	struct buf b;

	buf_init(&b, a, n + 1024);
	buf_puts(&b, "{\"model\":");
	jw_escape(&b, name);
	if (q->stream && (api == MODEL_CHAT || api == MODEL_COMPLETIONS))
		buf_puts(&b, ",\"stream_options\":{\"include_usage\":true}");
	while (next_member(&p, &key, &end)) {
		if (is_key(key, end, limits[api][1]))
			limit = limits[api][1];
		if (replaced(api, q, max_tokens, key, end))
			continue;
		buf_putc(&b, ',');
		buf_put(&b, key, (size_t)(p - key));
	}
	if (max_tokens > 0 && limit != NULL)
		buf_printf(&b, ",\"%s\":%lld", limit, (long long)max_tokens);
	buf_putc(&b, '}');
	check(!b.over);
	*ret_n = b.n;
	return buf_str(&b);
}
