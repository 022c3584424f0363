#include "config.h"

#include "model/model_request.h"
#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MESSAGES "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"

static struct arena *a;

static struct model_request read_ok(enum model_api api, const char *body)
{
	struct model_request r;
	struct err e = {0};

	if (model_request_read(a, api, body, strlen(body), &r, &e) != 0)
		fail_msg("%s: %s", e.detail, body);
	return r;
}

static void assert_refused(enum model_api api, const char *body, enum err_id id, const char *param,
			   const char *code)
{
	struct model_request r;
	struct err e = {0};

	if (model_request_read(a, api, body, strlen(body), &r, &e) != -1)
		fail_msg("taken: %s", body);
	assert_int_equal(e.id, id);
	if (param == NULL)
		return;
	assert_string_equal(e.fields[0].name, param);
	assert_string_equal(e.fields[0].code, code);
}

static void assert_written(enum model_api api, const char *body, struct model_rewrite w,
			   const char *want)
{
	struct model_request r = read_ok(api, body);
	size_t n;

	assert_string_equal(model_request_write(a, &r, &w, &n), want);
	assert_int_equal(n, strlen(want));
}

static void test_reads_chat(void **state)
{
	struct model_request r = read_ok(
		MODEL_API_CHAT,
		" { \"model\" : \"m\\u0031\\/x\" , \"stream\":true,\"n\":3,\"max_tokens\":50,"
		"\"stream_options\":{\"include_usage\":true},\"store\":false,"
		"\"temperature\":null,\"service_tier\":\"flex\"," MESSAGES "} ");

	(void)state;
	assert_string_equal(r.model, "m1/x");
	assert_true(r.stream);
	assert_true(r.include_usage);
	assert_false(r.store);
	assert_string_equal(r.service_tier, "flex");
	assert_int_equal(r.ask.choices, 3);
	assert_int_equal(r.ask.max_tokens, 50);
	assert_int_equal(r.ask.body_bytes, r.n);
	assert_int_equal(r.ask.images, 0);
	r = read_ok(MODEL_API_CHAT, "{\"model\":\"m\",\"stream\":null,\"n\":null,\"max_tokens\":null,"
				    "\"max_completion_tokens\":null," MESSAGES "}");
	assert_false(r.stream);
	assert_int_equal(r.ask.max_tokens, 0);
	r = read_ok(MODEL_API_CHAT, "{\"model\":\"m\",\"max_tokens\":80,\"max_completion_tokens\":70,"
		    MESSAGES "}");
	assert_int_equal(r.ask.max_tokens, 70);
}

static void test_counts_parts(void **state)
{
	struct model_request r = read_ok(
		MODEL_API_CHAT,
		"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
		"{\"type\":\"text\",\"text\":\"\\\"type\\\":\\\"image_url\\\"\"},"
		"{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://a/b.png\"}},"
		"{\"type\":\"im\\u0061ge_url\",\"image_url\":{\"url\":\"data:image/png;base64,AA\"}},"
		"{\"image_url\":\"https://a/c.png\"}]}],"
		"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":"
		"{\"properties\":{\"image_url\":{\"type\":\"string\"}}}}}]}");

	(void)state;
	assert_int_equal(r.ask.images, 3);
	assert_int_equal(r.ask.image_bytes, strlen("\"data:image/png;base64,AA\""));
	assert_false(r.ask.audio || r.ask.hidden_input || r.ask.provider_tools);
	r = read_ok(MODEL_API_CHAT,
		    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
		    "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AA\",\"format\":\"wav\"}}]}]}");
	assert_true(r.ask.audio);
	assert_false(r.ask.hidden_input);
	r = read_ok(MODEL_API_CHAT,
		    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
		    "{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}]}]}");
	assert_true(r.ask.hidden_input);
	r = read_ok(MODEL_API_CHAT, "{\"model\":\"m\",\"modalities\":[\"text\",\"audio\"]," MESSAGES "}");
	assert_true(r.ask.audio);
	r = read_ok(MODEL_API_CHAT, "{\"model\":\"m\",\"web_search_options\":{}," MESSAGES "}");
	assert_true(r.ask.provider_tools);
	r = read_ok(MODEL_API_CHAT,
		    "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"content\":[{\"output\":["
		    "{\"type\":\"image_url\",\"image_url\":{\"url\":\"u\"}},[[[[[["
		    "{\"type\":\"image_url\"}]]]]]]]}]}]}");
	assert_int_equal(r.ask.images, 1);
	r = read_ok(MODEL_API_CHAT,
		    "{\"model\":\"m\",\"prediction\":{\"type\":\"content\"}," MESSAGES "}");
	assert_int_equal(r.ask.prediction_bytes, 18);
}

/* Whatever is not known to be all there is of it may stand for more. */
static void test_content_that_is_not_known(void **state)
{
	static const struct {
		const char *part;
		bool hidden;
	} chat[] = {
		{"{\"type\":\"text\",\"text\":\"x\",\"cache_control\":{\"type\":\"ephemeral\"}}", false},
		{"{\"text\":\"x\"}", false},
		{"\"x\"", false},
		{"{\"type\":\"refusal\",\"refusal\":\"x\"}", false},
		{"{\"type\":\"image_url\",\"image_url\":{\"url\":\"u\",\"detail\":\"low\"}}", false},
		{"{\"type\":\"document_url\",\"document_url\":\"https://a/b.pdf\"}", true},
		{"{\"type\":\"document\",\"source\":{\"type\":\"url\",\"url\":\"https://a\"}}", true},
		{"{\"document_url\":\"https://a/b.pdf\"}", true},
		{"{\"type\":\"text\",\"type\":\"document_url\",\"text\":\"x\"}", true},
		{"{\"type\":7}", true},
	}, items[] = {
		{"{\"role\":\"user\",\"content\":\"x\"}", false},
		{"{\"type\":\"reasoning\",\"summary\":[{\"type\":\"summary_text\",\"text\":\"x\"}]}", false},
		{"{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_text\",\"text\":\"x\"}]}", false},
		{"{\"type\":\"computer_call\",\"action\":{\"type\":\"click\",\"x\":1}}", false},
		{"{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":[{\"type\":\"input_book\",\"id\":\"x\"}]}", true},
		{"{\"type\":\"memory_reference\",\"id\":\"m\"}", true},
	};
	struct model_request r;

	(void)state;
	for (size_t i = 0; i < COUNT(chat); i++) {
		r = read_ok(MODEL_API_CHAT, arena_printf(a, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}",
							 chat[i].part));
		if (r.ask.hidden_input != chat[i].hidden)
			fail_msg("%s", chat[i].part);
	}
	for (size_t i = 0; i < COUNT(items); i++) {
		r = read_ok(MODEL_API_RESPONSES, arena_printf(a, "{\"model\":\"m\",\"input\":[%s]}", items[i].part));
		if (r.ask.hidden_input != items[i].hidden)
			fail_msg("%s", items[i].part);
	}
	r = read_ok(MODEL_API_CHAT, "{\"model\":\"m\",\"cached_content\":\"c\"," MESSAGES "}");
	assert_true(r.ask.hidden_input);
}

/* A picture in the body is a picture, not text; elsewhere the same is text. */
static void test_pictures_in_the_body(void **state)
{
	static const char *const places[][2] = {
		{"{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":", "}}]}"},
		{"{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":", "}]}"},
		{"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":", "}]}"},
		{"{\"role\":\"user\",\"content\":", "}"},
		{"{\"role\":\"user\",\"content\":\"x\",\"image_url\":", "}"},
		{"{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"detail\":", "}}]}"}};
	struct model_request r;
	struct buf b;

	(void)state;
	buf_init(&b, a, 200000);
	buf_puts(&b, "\"data:image/png;base64,");
	while (b.n < 90000)
		buf_puts(&b, "AAAA");
	buf_puts(&b, "\"");
	for (size_t i = 0; i < COUNT(places); i++) {
		r = read_ok(MODEL_API_CHAT, arena_printf(a, "{\"model\":\"m\",\"messages\":[%s%s%s]}", places[i][0],
							 buf_str(&b), places[i][1]));
		assert_int_equal(r.ask.image_bytes, i < 2 ? b.n : 0);
	}
}

static void test_reads_responses(void **state)
{
	struct model_request r = read_ok(
		MODEL_API_RESPONSES,
		"{\"model\":\"gpt\",\"stream\":true,\"store\":false,\"tools\":["
		"{\"type\":\"function\",\"name\":\"exec_command\"},"
		"{\"type\":\"custom\",\"name\":\"apply_patch\"}],\"input\":["
		"{\"type\":\"message\",\"role\":\"user\",\"content\":["
		"{\"type\":\"input_text\",\"text\":\"x\"},"
		"{\"type\":\"input_image\",\"image_url\":\"https://a\"}]},"
		"{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":["
		"{\"type\":\"input_image\",\"image_url\":\"https://a\"}]}],"
		"\"max_output_tokens\":9}");

	(void)state;
	assert_int_equal(r.ask.images, 2);
	assert_int_equal(r.ask.max_tokens, 9);
	assert_false(r.ask.provider_tools || r.ask.hidden_input);
	r = read_ok(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"Hi\",\"tools\":["
					 "{\"type\":\"web_search\"}],\"max_tool_calls\":4,"
					 "\"background\":false}");
	assert_true(r.provider_tools);
	assert_false(r.ask.provider_tools); /* if they are sold */
	assert_int_equal(r.ask.max_tool_calls, 4);
	r = read_ok(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":[{\"type\":\"additional_tools\","
					 "\"tools\":[{\"type\":\"mcp\"}]}]}");
	assert_true(r.ask.provider_tools);
	r = read_ok(MODEL_API_RESPONSES,
		    "{\"model\":\"m\",\"input\":\"x\",\"previous_response_id\":\"resp_1\"}");
	assert_true(r.ask.hidden_input);
	/* A list without items goes on from an earlier answer. */
	read_ok(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":[]}");
}

static void test_reads_texts(void **state)
{
	static const struct {
		enum model_api api;
		const char *body;
		int64_t prompts;
	} cases[] = {
		{MODEL_API_COMPLETIONS, "{\"model\":\"m\"}", 0},
		{MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"x\"}", 1},
		{MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[1,2,3]}", 1},
		{MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\"]}", 2},
		{MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[[1],[2,3],[4]]}", 3},
		{MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":[\"a\",\"b\",1]}", 2},
		{MODEL_API_EMBEDDINGS, "{\"model\":\"m\",\"input\":[\"a\",\"b\"]}", 2},
	};
	struct model_request r;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		r = read_ok(cases[i].api, cases[i].body);
		assert_int_equal(r.ask.prompts, cases[i].prompts);
		assert_int_equal(r.ask.no_answer, cases[i].api == MODEL_API_EMBEDDINGS);
	}
	r = read_ok(MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"n\":2,\"best_of\":5}");
	assert_int_equal(r.ask.choices, 5);
	r = read_ok(MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"echo\":true}");
	assert_true(r.ask.echo);
	r = read_ok(MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"best_of\":5,\"n\":2}");
	assert_int_equal(r.ask.choices, 5);
}

static void test_refusals_name_the_parameter(void **state)
{
	static const struct {
		const char *members, *param, *code;
	} chat[] = {
		{MESSAGES, "model", "required"},
		{"\"model\":null," MESSAGES, "model", "required"},
		{"\"model\":7," MESSAGES, "model", "not_text"},
		{"\"model\":\"\"," MESSAGES, "model", "out_of_range"},
		{"\"model\":\"a\\u0000b\"," MESSAGES, "model", "not_text"},
		{"\"model\":\"m\"", "messages", "required"},
		{"\"model\":\"m\",\"messages\":null", "messages", "required"},
		{"\"model\":\"m\",\"messages\":\"x\"", "messages", "not_a_list"},
		{"\"model\":\"m\",\"messages\":[]", "messages", "empty"},
		{"\"model\":\"m\",\"stream\":1," MESSAGES, "stream", "not_a_boolean"},
		{"\"model\":\"m\",\"stream_options\":[]," MESSAGES, "stream_options", "not_an_object"},
		{"\"model\":\"m\",\"stream_options\":{\"include_usage\":1}," MESSAGES,
		 "stream_options.include_usage", "not_a_boolean"},
		{"\"model\":\"m\",\"stream_options\":{\"include_usage\":true,\"include_usage\":false},"
		 MESSAGES, "stream_options.include_usage", "twice"},
		{"\"model\":\"m\",\"max_tokens\":0," MESSAGES, "max_tokens", "out_of_range"},
		{"\"model\":\"m\",\"max_tokens\":-1," MESSAGES, "max_tokens", "out_of_range"},
		{"\"model\":\"m\",\"max_tokens\":1.0," MESSAGES, "max_tokens", "not_an_integer"},
		{"\"model\":\"m\",\"max_tokens\":99999999999999999999," MESSAGES, "max_tokens",
		 "not_an_integer"},
		{"\"model\":\"m\",\"n\":129," MESSAGES, "n", "out_of_range"},
		{"\"model\":\"m\",\"tools\":{}," MESSAGES, "tools", "not_a_list"},
		{"\"model\":\"m\",\"max_tokens\":1,\"max_tokens\":2," MESSAGES, "max_tokens", "twice"},
		{"\"model\":\"m\",\"max_tokens\":1,\"max_\\u0074okens\":2," MESSAGES, "max_tokens",
		 "twice"},
		{"\"model\":\"m\",\"x\":1,\"x\":2," MESSAGES, "x", "twice"},
		/* Names that another reader would take for a known one, */
		{"\"model\":\"m\",\"max_tokens\":1,\"Max_Tokens\":8000," MESSAGES, "Max_Tokens", "misspelt"},
		{"\"model\":\"m\",\"max_to\\u212aens\":8000," MESSAGES, "max_to\xe2\x84\xaa" "ens", "misspelt"},
		{"\"model\":\"m\",\"max_token\\u017f\":8000," MESSAGES, "max_token\xc5\xbf", "misspelt"},
		{"\"model\":\"m\",\"Model\":\"dear\"," MESSAGES, "Model", "misspelt"},
		{"\"model\":\"m\",\"N_Predict\":9," MESSAGES, "N_Predict", "misspelt"},
		{"\"model\":\"m\",\"Tools\":[]," MESSAGES, "Tools", "misspelt"},
		{"\"model\":\"m\",\"stream_options\":{\"include_usage\":true,\"Include_Usage\":false}," MESSAGES,
		 "stream_options.include_usage", "misspelt"},
		/* and members that lift the bound, change the price or have none. */
		{"\"model\":\"m\",\"max_tokens\":1,\"n_predict\":8000," MESSAGES, "n_predict", "not_supported"},
		{"\"model\":\"m\",\"n_cmpl\":8," MESSAGES, "n_cmpl", "not_supported"},
		{"\"model\":\"m\",\"best_of\":8," MESSAGES, "best_of", "not_supported"},
		{"\"model\":\"m\",\"max_output_tokens\":8," MESSAGES, "max_output_tokens", "not_supported"},
		{"\"model\":\"m\",\"models\":[\"dear\"]," MESSAGES, "models", "not_supported"},
		{"\"model\":\"m\",\"plugins\":[{\"id\":\"web\"}]," MESSAGES, "plugins", "not_supported"},
		{"\"model\":\"m\",\"search_parameters\":{}," MESSAGES, "search_parameters", "not_supported"},
		{"\"model\":\"m\",\"chat_template\":\"x\"," MESSAGES, "chat_template", "not_supported"},
		{"\"model\":\"m\",\"extra_body\":{}," MESSAGES, "extra_body", "not_supported"},
		{"\"model\":\"m\",\"tools\":[{\"type\":\"web_search\"}]," MESSAGES, "tools", "not_supported"},
		{"\"model\":\"m\",\"tools\":[{\"google_search\":{}}]," MESSAGES, "tools", "not_supported"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(chat); i++)
		assert_refused(MODEL_API_CHAT, arena_printf(a, "{%s}", chat[i].members), E_INVALID,
			       chat[i].param, chat[i].code);
	assert_refused(MODEL_API_RESPONSES, "{\"model\":\"m\"}", E_INVALID, "input", "required");
	assert_refused(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"background\":true}", E_INVALID,
		       "background", "not_supported");
	assert_refused(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"max_tokens\":9}", E_INVALID,
		       "max_tokens", "not_supported");
	/* Neither near nor known: it goes through. */
	read_ok(MODEL_API_CHAT, "{\"model\":\"m\",\"Seed\":1,\"max_tokenz\":2,\"n_predict\":null,\"mode\":1,\"modell\":2," MESSAGES "}");
	assert_refused(MODEL_API_EMBEDDINGS, "{\"model\":\"m\",\"input\":[]}", E_INVALID, "input",
		       "empty");
	assert_refused(MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":3}", E_INVALID, "prompt",
		       "not_text");
	assert_refused(MODEL_API_CHAT, "", E_BAD_REQUEST, NULL, NULL);
	assert_refused(MODEL_API_CHAT, "[]", E_BAD_REQUEST, NULL, NULL);
	assert_refused(MODEL_API_CHAT, "{\"model\":\"m\"} x", E_BAD_REQUEST, NULL, NULL);
	assert_refused(MODEL_API_CHAT, "{'model':'m'}", E_BAD_REQUEST, NULL, NULL);
	assert_refused(MODEL_API_CHAT, "{\"model\":\"\xff\"}", E_BAD_REQUEST, NULL, NULL);
}

static void test_too_many_members_or_levels(void **state)
{
	struct buf b;
	size_t at;

	(void)state;
	buf_init(&b, a, 65536);
	buf_puts(&b, "{\"model\":\"m\"");
	for (int i = 0; i < MODEL_MEMBERS; i++)
		buf_printf(&b, ",\"x%d\":1", i);
	buf_puts(&b, "}");
	assert_refused(MODEL_API_CHAT, buf_str(&b), E_INVALID, "body", "too_many");
	buf_init(&b, a, 65536);
	for (int i = 0; i <= MODEL_DEPTH; i++)
		buf_puts(&b, "[");
	for (int i = 0; i <= MODEL_DEPTH; i++)
		buf_puts(&b, "]");
	assert_false(model_span_check(b.p, b.n, &at));
	assert_int_equal(at, MODEL_DEPTH);
	assert_true(model_span_check(b.p + 1, b.n - 2, &at));
	assert_refused(MODEL_API_CHAT, buf_str(&b), E_BAD_REQUEST, NULL, NULL);
}

static void test_writes_only_what_must_change(void **state)
{
	const struct model_rewrite plain = {.model = "up\"1"}, max = {.model = "u", .max_tokens = 64},
				   old = {.model = "u", .max_tokens = 64, .old_max = true},
				   calls = {.model = "u", .max_tool_calls = 3};

	(void)state;
	/* Numbers, blanks, escapes and the order stay as they are. */
	assert_written(MODEL_API_CHAT,
		       " {\"a\": 1.0,\n\t\"model\":\"m\", \"big\":123456789012345678901234567890e-2,"
		       "\"s\":\"\\ud83d \\u00e9\"," MESSAGES " } ",
		       plain,
		       " {\"a\": 1.0,\n\t\"model\":\"up\\\"1\", \"big\":123456789012345678901234567890e-2,"
		       "\"s\":\"\\ud83d \\u00e9\"," MESSAGES " } ");
	assert_written(MODEL_API_CHAT, "{\"model\":\"m\",\"stream\":true," MESSAGES "}",
		       (struct model_rewrite){.model = "u"},
		       "{\"stream_options\":{\"include_usage\":true},\"model\":\"u\",\"stream\":true,"
		       MESSAGES "}");
	assert_written(MODEL_API_CHAT,
		       "{\"model\":\"m\",\"stream\":true,\"stream_options\":null," MESSAGES "}",
		       (struct model_rewrite){.model = "u"},
		       "{\"model\":\"u\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
		       MESSAGES "}");
	assert_written(MODEL_API_CHAT,
		       "{\"model\":\"m\",\"stream\":true,\"stream_options\":{ }," MESSAGES "}",
		       (struct model_rewrite){.model = "u"},
		       "{\"model\":\"u\",\"stream\":true,\"stream_options\":{\"include_usage\":true },"
		       MESSAGES "}");
	assert_written(MODEL_API_CHAT,
		       "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":false,"
		       "\"include_obfuscation\":false}," MESSAGES "}",
		       (struct model_rewrite){.model = "u"},
		       "{\"model\":\"u\",\"stream\":true,\"stream_options\":{\"include_usage\":true,"
		       "\"include_obfuscation\":false}," MESSAGES "}");
	assert_written(MODEL_API_CHAT,
		       "{\"model\":\"m\",\"stream\":true,\"stream_options\":"
		       "{\"include_obfuscation\":false}," MESSAGES "}",
		       (struct model_rewrite){.model = "u"},
		       "{\"model\":\"u\",\"stream\":true,\"stream_options\":{\"include_usage\":true,"
		       "\"include_obfuscation\":false}," MESSAGES "}");
	assert_written(MODEL_API_CHAT, "{\"model\":\"m\"," MESSAGES "}", max,
		       "{\"max_completion_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	assert_written(MODEL_API_CHAT, "{\"model\":\"m\"," MESSAGES "}", old,
		       "{\"max_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	/* By the name that upstream knows, and by no other. */
	assert_written(MODEL_API_CHAT, "{\"max_tokens\":900,\"model\":\"m\"," MESSAGES "}", max,
		       "{\"max_completion_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	assert_written(MODEL_API_CHAT, "{\"max_tokens\":900,\"model\":\"m\"," MESSAGES "}", old,
		       "{\"max_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	assert_written(MODEL_API_CHAT, "{\"max_tokens\":null,\"model\":\"m\"," MESSAGES "}", max,
		       "{\"max_completion_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	assert_written(MODEL_API_CHAT, "{\"model\":\"m\"," MESSAGES " , \"max_completion_tokens\" : 900}", old,
		       "{\"max_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	assert_written(MODEL_API_CHAT, "{ \"max_tokens\":900,\"max_completion_tokens\":900,\"model\":\"m\"," MESSAGES "}",
		       old, "{ \"max_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	/* What a client tells of itself stays here. */
	assert_written(MODEL_API_RESPONSES, "{\"client_metadata\":{\"a\":\"/home/me\"},\"model\":\"m\",\"input\":\"x\"}",
		       (struct model_rewrite){.model = "u"}, "{\"model\":\"u\",\"input\":\"x\"}");
	assert_written(MODEL_API_RESPONSES, "{\"model\":\"m\",\"client_metadata\":{\"a\":\"/home/me\"} , \"input\":\"x\"}",
		       max, "{\"max_output_tokens\":64,\"model\":\"u\" , \"input\":\"x\"}");
	assert_written(MODEL_API_CHAT, "{\"max_tokens\":1,\"client_metadata\":{},\"model\":\"m\"," MESSAGES ",\"max_completion_tokens\":1}",
		       (struct model_rewrite){.model = "u", .max_tokens = 64, .old_max = true},
		       "{\"max_tokens\":64,\"model\":\"u\"," MESSAGES "}");
	/* Two bounds that differ: the smaller. */
	assert_written(MODEL_API_CHAT,
		       "{\"max_tokens\":900,\"max_completion_tokens\":20,\"model\":\"m\"," MESSAGES "}",
		       (struct model_rewrite){.model = "u"},
		       "{\"max_completion_tokens\":20,\"model\":\"u\"," MESSAGES "}");
	assert_written(MODEL_API_COMPLETIONS, "{\"model\":\"m\",\"prompt\":\"x\"}", max,
		       "{\"max_tokens\":64,\"model\":\"u\",\"prompt\":\"x\"}");
	assert_written(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"stream\":true}", max,
		       "{\"max_output_tokens\":64,\"model\":\"u\",\"input\":\"x\",\"stream\":true}");
	assert_written(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"x\"}", calls,
		       "{\"max_tool_calls\":3,\"model\":\"u\",\"input\":\"x\"}");
	assert_written(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"max_tool_calls\":9}",
		       calls, "{\"model\":\"u\",\"input\":\"x\",\"max_tool_calls\":3}");
	assert_written(MODEL_API_EMBEDDINGS, "{\"model\":\"m\",\"input\":\"x\"}", max,
		       "{\"model\":\"u\",\"input\":\"x\"}");
}

static void test_drops_tools_of_the_provider(void **state)
{
	static const char *const cases[][2] = {
		{"[{\"type\":\"function\",\"name\":\"f\"},{\"type\":\"web_search\"}]", "[{\"type\":\"function\",\"name\":\"f\"}]"},
		{"[ {\"type\":\"web_search\"} , {\"type\":\"mcp\"},{\"type\":\"custom\"}]", "[{\"type\":\"custom\"}]"},
		{"[{\"type\":\"custom\"},{\"type\":\"mcp\"},{\"type\":\"mcp\"},{\"type\":\"custom\"}]",
		 "[{\"type\":\"custom\"},{\"type\":\"custom\"}]"},
		{"[{\"type\":\"web_search\"}]", "[]"},
		{"[{\"type\":\"tool_search\",\"execution\":\"client\"}]", "[{\"type\":\"tool_search\",\"execution\":\"client\"}]"},
		{"[{\"type\":\"tool_search\",\"execution\":\"server\"}]", "[]"},
		{"[{\"type\":\"tool_search\"}]", "[]"},
		{"[{\"type\":\"web_search\",\"type\":\"function\"}]", "[]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_written(MODEL_API_RESPONSES,
			       arena_printf(a, "{\"model\":\"m\",\"tools\":%s,\"client_metadata\":{},\"input\":\"x\"}", cases[i][0]),
			       (struct model_rewrite){.model = "u", .drop_tools = true},
			       arena_printf(a, "{\"model\":\"u\",\"tools\":%s,\"input\":\"x\"}", cases[i][1]));
	assert_false(read_ok(MODEL_API_RESPONSES, "{\"model\":\"m\",\"input\":\"x\",\"tools\":[{\"type\":\"tool_search\","
		     "\"execution\":\"client\"}]}").provider_tools);
}

static void test_spans(void **state)
{
	const char *text = "{\"a\":[1,{\"b\":\"]}\\\"\"},[] ],\"c\":\"\\ud83d\\ude00\\n\",\"d\":-7}";
	struct model_span v, o = model_span_of(text, strlen(text));
	struct model_walk w;
	char small[6];
	int64_t n = 0;
	size_t at;

	(void)state;
	assert_true(model_span_check(text, strlen(text), &at));
	assert_int_equal(model_span_get(o, "a", &v), 1);
	assert_int_equal(v.n, strlen("[1,{\"b\":\"]}\\\"\"},[] ]"));
	model_walk_start(&w, v);
	while (model_walk_item(&w, &v))
		n++;
	assert_int_equal(n, 3);
	assert_int_equal(model_span_get(o, "c", &v), 1);
	assert_true(model_span_is(v, "\xf0\x9f\x98\x80\n"));
	assert_false(model_span_is(v, "\xf0\x9f\x98\x80"));
	assert_string_equal(model_span_text(a, v), "\xf0\x9f\x98\x80\n");
	assert_true(model_span_copy(v, small, sizeof(small)));
	assert_string_equal(small, "\xf0\x9f\x98\x80 ");
	assert_true(model_span_copy(v, small, 4));
	assert_string_equal(small, "");
	v = model_span_of("\"a\x7f\\u0000b\"", 11);
	assert_true(model_span_copy(v, small, sizeof(small)));
	assert_string_equal(small, "a  b");
	assert_int_equal(model_span_get(o, "d", &v), 1);
	assert_true(model_span_int(v, &n));
	assert_int_equal(n, -7);
	assert_int_equal(model_span_get(o, "e", &v), 0);
	assert_null(v.p);
	assert_false(model_span_is(v, ""));
}

/* One odd byte at each place of a string of each length up to three words. */
static void test_check_sees_every_byte(void **state)
{
	static const struct {
		const char *odd;
		bool good;
	} cases[] = {{"x", true},          {"\\\\", true},  {"\\\"", true}, {"\\u00e4", true},
		     {"\xc3\xa4", true},   {"\x7f", true}, {"\xc3\xa4\x7f\xf0\x9f\x98\x80", true}, {"\xf0\x9f\x98", false},  {"\"", false}, {"\\", false},
		     {"\x1f", false},      {"\n", false},   {"\xc3", false}, {"\xa4", false},
		     {"\xc0\x80", false}, {"\\u00g0", false}, {"\\x", false}};
	size_t at;

	(void)state;
	for (size_t k = 0; k < COUNT(cases); k++)
		for (int n = 0; n <= 24; n++)
			for (int before = 0; before <= n; before++) {
				const char *text = arena_printf(
					a, "{\"%.*s%s%.*s\":[\"a\",0]}", before,
					"yyyyyyyyyyyyyyyyyyyyyyyy", cases[k].odd, n - before,
					"zzzzzzzzzzzzzzzzzzzzzzzz");
				struct model_walk w;
				struct model_span key, v;

				if (model_span_check(text, strlen(text), &at) != cases[k].good)
					fail_msg("%s", text);
				if (!cases[k].good)
					continue;
				model_walk_start(&w, model_span_of(text, strlen(text)));
				assert_true(model_walk_member(&w, &key, &v));
				assert_int_equal(v.n, 7);
				assert_false(model_walk_member(&w, &key, &v));
			}
}

static int make(void **state)
{
	(void)state;
	a = arena_new(64 << 20);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	arena_free(a);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reads_chat, make, drop),
		cmocka_unit_test_setup_teardown(test_counts_parts, make, drop),
		cmocka_unit_test_setup_teardown(test_content_that_is_not_known, make, drop),
		cmocka_unit_test_setup_teardown(test_pictures_in_the_body, make, drop),
		cmocka_unit_test_setup_teardown(test_reads_responses, make, drop),
		cmocka_unit_test_setup_teardown(test_reads_texts, make, drop),
		cmocka_unit_test_setup_teardown(test_refusals_name_the_parameter, make, drop),
		cmocka_unit_test_setup_teardown(test_too_many_members_or_levels, make, drop),
		cmocka_unit_test_setup_teardown(test_writes_only_what_must_change, make, drop),
		cmocka_unit_test_setup_teardown(test_drops_tools_of_the_provider, make, drop),
		cmocka_unit_test_setup_teardown(test_spans, make, drop),
		cmocka_unit_test_setup_teardown(test_check_sees_every_byte, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
