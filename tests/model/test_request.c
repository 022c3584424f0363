#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "model/model.h"
#include "model/model_sse.h"
#include "port/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *a;

static int setup(void **state)
{
	(void)state;
	a = arena_new(64u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

static const char *rewritten(enum model_api api, const char *body, int64_t max)
{
	struct model_request q;
	struct err e = {0};
	size_t n;

	if (model_request_read(a, api, body, strlen(body), &q, &e) < 0)
		fail_msg("%s: %s", body, e.detail);
	return model_request_write(a, api, body, strlen(body), &q, "up\"m", max, &n);
}

/* What goes upstream is the same but for what is ours to say. */
static void a_body_is_rewritten_and_no_more(void **state)
{
	static const struct {
		enum model_api api;
		int64_t max;
		const char *in, *out;
	} rows[] = {
		{MODEL_CHAT, 5, "{\"model\":\"x\",\"messages\":[]}",
		 "{\"model\":\"up\\\"m\",\"messages\":[],\"max_completion_tokens\":5}"},
		{MODEL_CHAT, 5, " { \"messages\" : [ {\"a\":\"}],\\\"{\"} ] , \"max_tokens\" : 9 , \"model\":\"x\" } ",
		 "{\"model\":\"up\\\"m\",\"messages\" : [ {\"a\":\"}],\\\"{\"} ] ,\"max_tokens\":5}"},
		{MODEL_CHAT, 5, "{\"messages\":[],\"max_completion_tokens\":7,\"model\":\"x\"}",
		 "{\"model\":\"up\\\"m\",\"messages\":[],\"max_completion_tokens\":5}"},
		{MODEL_CHAT, 5, "{\"model\":\"x\",\"stream\":true,\"stream_options\":{\"include_usage\":false},"
				"\"temperature\":1.0,\"big\":12345678901234567,\"messages\":[]}",
		 "{\"model\":\"up\\\"m\",\"stream_options\":{\"include_usage\":true},\"stream\":true,"
		 "\"temperature\":1.0,\"big\":12345678901234567,\"messages\":[],\"max_completion_tokens\":5}"},
		{MODEL_RESPONSES, 5, "{\"model\":\"x\",\"input\":\"a\",\"stream\":true,\"max_output_tokens\":9}",
		 "{\"model\":\"up\\\"m\",\"input\":\"a\",\"stream\":true,\"max_output_tokens\":5}"},
		{MODEL_EMBEDDINGS, 0, "{\"input\":\"a\",\"model\":\"x\"}", "{\"model\":\"up\\\"m\",\"input\":\"a\"}"},
		{MODEL_COMPLETIONS, 5, "{\"model\":\"x\",\"prompt\":\"a\"}",
		 "{\"model\":\"up\\\"m\",\"prompt\":\"a\",\"max_tokens\":5}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(rewritten(rows[i].api, rows[i].in, rows[i].max), rows[i].out);
}

static void what_matters_is_read(void **state)
{
	static const char body[] =
		"{\"model\":\"m\",\"stream\":true,\"n\":3,\"max_tokens\":70,\"stream_options\":"
		"{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
		"\"text\",\"text\":\"a\"},{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:\"}},"
		"{\"type\":\"input_audio\"}]}]}";
	struct model_request q;
	struct err e = {0};

	(void)state;
	assert_int_equal(model_request_read(a, MODEL_CHAT, body, strlen(body), &q, &e), 0);
	assert_string_equal(q.model, "m");
	assert_true(q.stream && q.wants_usage);
	assert_int_equal(q.choices, 3);
	assert_int_equal(q.max_tokens, 70);
	assert_int_equal(q.images, 2);
}

static void bad_bodies_are_refused(void **state)
{
	static const struct {
		enum model_api api;
		const char *body, *field;
	} rows[] = {
		{MODEL_CHAT, "", NULL}, {MODEL_CHAT, "[]", NULL}, {MODEL_CHAT, "{", NULL},
		{MODEL_CHAT, "{\"model\":\"m\",\"model\":\"n\",\"messages\":[]}", NULL},
		{MODEL_CHAT, "{\"mod\\u0065l\":\"n\",\"messages\":[]}", NULL},
		{MODEL_CHAT, "{\"model\":\"m\",\"max\\u005ftokens\":9,\"messages\":[]}", NULL},
		{MODEL_CHAT, "{\"messages\":[]}", "model"},
		{MODEL_CHAT, "{\"model\":7,\"messages\":[]}", "model"},
		{MODEL_CHAT, "{\"model\":\"m\"}", "messages"},
		{MODEL_RESPONSES, "{\"model\":\"m\",\"messages\":[]}", "input"},
		{MODEL_COMPLETIONS, "{\"model\":\"m\"}", "prompt"},
		{MODEL_EMBEDDINGS, "{\"model\":\"m\"}", "input"},
		{MODEL_CHAT, "{\"model\":\"m\",\"messages\":[],\"stream\":1}", "stream"},
		{MODEL_CHAT, "{\"model\":\"m\",\"messages\":[],\"n\":0}", "n"},
		{MODEL_CHAT, "{\"model\":\"m\",\"messages\":[],\"n\":1.5}", "n"},
		{MODEL_CHAT, "{\"model\":\"m\",\"messages\":[],\"max_tokens\":\"5\"}", "max_tokens"},
		{MODEL_CHAT, "{\"model\":\"m\",\"messages\":[],\"max_completion_tokens\":-1}",
		 "max_completion_tokens"},
		{MODEL_RESPONSES, "{\"model\":\"m\",\"input\":\"\",\"max_output_tokens\":0}",
		 "max_output_tokens"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct model_request q;
		struct err e = {0};

		if (model_request_read(a, rows[i].api, rows[i].body, strlen(rows[i].body), &q, &e) == 0)
			fail_msg("taken: %s", rows[i].body);
		if (rows[i].field == NULL)
			assert_int_equal(e.id, E_BAD_REQUEST);
		else
			assert_string_equal(e.fields[0].name, rows[i].field);
	}
}

/* ---- event streams */

struct heard {
	char text[4096];
	size_t n, stop_after;
};

static bool hear(void *ctx, const char *event, const char *data, size_t n)
{
	struct heard *h = ctx;
	size_t at = strlen(h->text);

	assert_int_equal(strlen(data), n);
	snprintf(h->text + at, sizeof(h->text) - at, "[%s|%s]", event, data);
	return ++h->n != h->stop_after;
}

/* The same events, however the bytes are cut. */
static void events_do_not_depend_on_the_cuts(void **state)
{
	static const char *const rows[][2] = {
		{"data: a\n\n", "[|a]"},
		{"data:a\r\n\r\n", "[|a]"},
		{"data:  a\r\r", "[| a]"},
		{"\xef\xbb\xbf" "data: a\n\n", "[|a]"},
		{": c\nevent: e\nid: 1\nretry: 2\ndata: a\ndata: b\n\n", "[e|a\nb]"},
		{"data\n\n", "[|]"},
		{"data: a\n\ndata: b\r\n\r\ndata: c\r\revent: x\n\ndata: d\n\n", "[|a][|b][|c][|d]"},
		{"\n\n\r\n\rdata: \xe2\x82\xac\n\n", "[|\xe2\x82\xac]"},
		{"data: cut short", ""},
		{"databases: a\ndata : b\n\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t step = 1; step < 12; step++) {
			struct heard h = {.n = 0};
			struct model_sse s;
			const char *p = rows[i][0];

			model_sse_init(&s);
			for (size_t n = strlen(p), k; n > 0; n -= k, p += k) {
				k = n < step ? n : step;
				assert_true(model_sse_feed(&s, p, k, hear, &h));
			}
			assert_string_equal(h.text, rows[i][1]);
			model_sse_free(&s);
		}
}

static void an_event_without_end_is_refused(void **state)
{
	struct heard h = {.n = 0};
	struct model_sse s;
	char piece[1000];
	int fed = 0;

	(void)state;
	memset(piece, 'x', sizeof(piece));
	model_sse_init(&s);
	while (model_sse_feed(&s, piece, sizeof(piece), hear, &h) && fed < 5000)
		fed++;
	assert_true(s.over);
	assert_in_range(fed, 1000, 1100);
	model_sse_free(&s);
	h.stop_after = 1;
	assert_false(model_sse_feed(&s, "data: a\n\ndata: b\n\n", 18, hear, &h));
	assert_int_equal(h.n, 1);
	assert_false(s.over);
	model_sse_free(&s);
}

/* ---- the catalog */

#define BACKEND "{\"id\":\"b\",\"kind\":\"openai_api\",\"url\":\"https://x/v1\"}"
#define PRICE "\"price\":{\"version\":\"1\",\"input\":1,\"output\":2}"
#define MODEL_OF(more)                                                                         \
	"{\"id\":\"m\",\"backend_class\":\"openai_api\",\"plan_feature\":\"chat\","            \
	"\"context_tokens\":10,\"max_output_tokens\":5,\"routes\":[{\"backend\":\"b\","        \
	"\"model\":\"u\"}]," more "}"
#define CATALOG(b, m) "{\"backends\":[" b "],\"models\":[" m "]}"

static void a_catalog_is_in_order_or_refused(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: taken */
	} rows[] = {
		{CATALOG(BACKEND, MODEL_OF(PRICE)), NULL},
		{CATALOG(BACKEND, MODEL_OF(PRICE ",\"uses\":[\"chat\"]")), NULL},
		{CATALOG("{\"id\":\"b\",\"kind\":\"static\"}", MODEL_OF(PRICE)), NULL},
		{CATALOG("{\"id\":\"b\",\"kind\":\"local_runtime\",\"url\":\"http://gpu:8000\"}", MODEL_OF(PRICE)), NULL},
		{CATALOG("{\"id\":\"b\",\"kind\":\"openai_api\",\"url\":\"http://127.0.0.1:8/v1\"}", MODEL_OF(PRICE)), NULL},
		{"", "not valid"}, {"{}", "lists"}, {CATALOG("", MODEL_OF(PRICE)), "lists"},
		{CATALOG(BACKEND, ""), "lists"},
		{CATALOG(BACKEND "," BACKEND, MODEL_OF(PRICE)), "twice"},
		{CATALOG(BACKEND, MODEL_OF(PRICE) "," MODEL_OF(PRICE)), "twice"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"openai_api\",\"url\":\"http://x/v1\"}", MODEL_OF(PRICE)), "https"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"openai_api\",\"url\":\"http://127.0.0.1.evil:1\"}", MODEL_OF(PRICE)), "https"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"openai_api\",\"url\":\"https://x/\"}", MODEL_OF(PRICE)), "slash"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"openai_api\"}", MODEL_OF(PRICE)), "url"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"magic\"}", MODEL_OF(PRICE)), "kind"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"static\",\"key\":\"sk-1\"}", MODEL_OF(PRICE)), "unknown"},
		{CATALOG("{\"id\":\"b\",\"kind\":\"static\",\"idle_ms\":1}", MODEL_OF(PRICE)), "idle_ms"},
		{CATALOG(BACKEND, MODEL_OF("\"uses\":[]")), "price"},
		{CATALOG(BACKEND, MODEL_OF("\"price\":{\"version\":\"1\",\"input\":1}")), "output"},
		{CATALOG(BACKEND, MODEL_OF("\"price\":{\"version\":\"1\",\"input\":-1,\"output\":2}")), "input"},
		{CATALOG(BACKEND, MODEL_OF("\"price\":{\"version\":\"1\",\"input\":1.5,\"output\":2}")), "input"},
		{CATALOG(BACKEND, MODEL_OF("\"price\":{\"version\":\"1\",\"input\":1,\"output\":1000000001}")), "output"},
		{CATALOG(BACKEND, MODEL_OF("\"price\":{\"input\":1,\"output\":2}")), "version"},
		{CATALOG(BACKEND, MODEL_OF("\"price\":{\"version\":\"1\",\"input\":1,\"output\":2,\"tax\":3}")), "unknown"},
		{CATALOG(BACKEND, MODEL_OF(PRICE ",\"uses\":[\"Chat it\"]")), "words"},
		{CATALOG(BACKEND, MODEL_OF(PRICE ",\"image_tokens\":-1")), "image_tokens"},
		{CATALOG("{\"id\":\"c\",\"kind\":\"static\"}", MODEL_OF(PRICE)), "unknown backend"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct model_catalog c;
		struct err e = {0};
		int rc = model_parse(a, rows[i].text, strlen(rows[i].text), false, &c, &e);

		if ((rc == 0) != (rows[i].why == NULL) || (rc < 0 && strstr(e.detail, rows[i].why) == NULL))
			fail_msg("%s: %d, %s", rows[i].text, rc, e.detail);
		if (rc == 0) {
			assert_non_null(model_find(&c, "m"));
			assert_null(model_find(&c, "n"));
			assert_non_null(strstr(model_list_json(a, &c), "\"id\":\"m\""));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_is_rewritten_and_no_more),
		cmocka_unit_test(what_matters_is_read),
		cmocka_unit_test(bad_bodies_are_refused),
		cmocka_unit_test(events_do_not_depend_on_the_cuts),
		cmocka_unit_test(an_event_without_end_is_refused),
		cmocka_unit_test(a_catalog_is_in_order_or_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
