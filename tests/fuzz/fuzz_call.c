/* What comes from the two sides of a call: a caller's body, as it goes
 * upstream, and upstream's usage and events. The first byte chooses. */
#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "model/model.h"
#include "model/model_sse.h"
#include "port/json.h"
#include "port/jwt.h"

#include <stdint.h>
#include <string.h>

struct heard {
	size_t events, bytes, sum;
};

static bool hear(void *ctx, const char *event, const char *data, size_t n)
{
	struct heard *h = ctx;

	check(strlen(event) < 64 && data[n] == '\0');
	h->events++;
	h->bytes += n;
	for (size_t i = 0; i < n; i++)
		h->sum = h->sum * 31 + (unsigned char)data[i];
	return true;
}

static struct heard listen_to(const char *p, size_t n, size_t step)
{
	struct heard h = {0};
	struct model_sse s;

	model_sse_init(&s);
	for (size_t k; n > 0; n -= k, p += k) {
		k = n < step ? n : step;
		if (!model_sse_feed(&s, p, k, hear, &h))
			break;
	}
	model_sse_free(&s);
	return h;
}

/* The rewritten body is JSON, for the right model, with the right limit. */
static void body(struct arena *a, enum model_api api, const char *p, size_t n)
{
	struct model_request q;
	struct err e = {0};
	const struct json *j;
	const char *out;
	size_t out_n;

	if (model_request_read(a, api, p, n, &q, &e) < 0)
		return;
	out = model_request_write(a, api, p, n, &q, "upstream", api == MODEL_EMBEDDINGS ? 0 : 7, &out_n);
	j = json_parse(a, out, out_n, &e);
	check(j != NULL && strcmp(json_get_text(j, "model", ""), "upstream") == 0);
	check(api != MODEL_RESPONSES || json_get_int(j, "max_output_tokens", 0) == 7);
	check(api != MODEL_COMPLETIONS || json_get_int(j, "max_tokens", 0) == 7);
	check(api != MODEL_CHAT || json_get_int(j, "max_tokens", 7) == 7);
	check(api != MODEL_CHAT || json_get_int(j, "max_completion_tokens", 7) == 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char key[32] = "0123456789abcdef0123456789abcde";
	struct arena *a = arena_new(128u << 20);
	struct model_tokens t;
	struct err e = {0};
	struct jwt token;
	const char *text;

	if (n == 0)
		goto out;
	text = arena_strndup(a, (const char *)data + 1, n - 1);
	n--;
	switch (data[0] % 8) {
	case 0: case 1: case 2: case 3:
		body(a, (enum model_api)(data[0] % 8), text, n);
		break;
	case 4: {
		struct heard one = listen_to(text, n, 1), all = listen_to(text, n, n ? n : 1);

		check(memcmp(&one, &all, sizeof(one)) == 0);
		break;
	}
	case 5: case 6:
		if (model_usage(a, (enum model_vendor)(data[0] / 8 % MODEL_VENDORS), text, n, &t, &e) == 0)
			for (size_t i = 0; i < MODEL_CLASSES; i++)
				check(t.n[i] >= 0 && t.n[i] <= MODEL_TOKENS_MAX);
		break;
	default:
		check(jwt_verify(a, key, sizeof(key), text, "api", 0, &token, &e) == 0 ||
		      e.id == E_UNAUTHENTICATED);
	}
out:
	arena_free(a);
	return 0;
}
