#include "config.h"

#include "model/model_watch.h"
#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Each event as "type|data;" */
static int note(void *ctx, const struct model_event *ev)
{
	assert_int_equal(ev->n, strlen(ev->data));
	buf_printf(ctx, "%s|%s;", ev->type, ev->data);
	return 0;
}

/* The stream in pieces of `step` bytes, each in memory of exactly that size. */
static const char *read_in(struct arena *a, const char *text, size_t n, size_t step)
{
	struct model_sse s;
	struct buf seen;
	struct err e = {0};

	buf_init(&seen, a, 65536);
	model_sse_init(&s, a, 1000);
	for (size_t i = 0; i < n; i += step) {
		size_t k = n - i < step ? n - i : step;
		char *piece = malloc(k);

		assert_non_null(piece);
		memcpy(piece, text + i, k);
		assert_int_equal(model_sse_feed(&s, piece, k, note, &seen, &e), 0);
		free(piece);
	}
	assert_int_equal(model_sse_end(&s, note, &seen, &e), 0);
	return buf_str(&seen);
}

static void test_any_split(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"data: a\n\ndata: b\n\n", "|a;|b;"},
		{"data: a\r\n\r\ndata: b\r\n\r\n", "|a;|b;"},
		{"event: t\r\ndata: a\r\ndata: b\r\n\r\n", "t|a\nb;"},
		{"data: a\r\rdata: b\r\r", "|a;|b;"},
		{"data: a\r\n\ndata: b\n\r\n", "|a;|b;"},
		{"data:a\ndata: b\ndata:  c\n\n", "|a\nb\n c;"},
		{": hello\n\n:\n\ndata: x\n: y\n\n", "|x;"},
		{"\xef\xbb\xbf" "data: x\n\n", "|x;"},
		{"event: t.u\ndata: x\n\ndata: y\n\n", "t.u|x;|y;"},
		{"event: t\n\ndata: y\n\n", "|y;"},
		{"data\n\n", "|;"},
		{"data:\ndata:\n\n", "|\n;"},
		{"id: 7\nretry: 3\nfoo: x\ndata: y\n\n", "|y;"},
		{"datax: y\n\n dat: z\n\n", ""},
		{"data: \xc3\xa4\xf0\x9f\x98\x80\n\n", "|\xc3\xa4\xf0\x9f\x98\x80;"},
		/* What is not closed is still given. */
		{"data: a\n\ndata: b\n", "|a;|b;"},
		{"data: a\n\ndata: b", "|a;|b;"},
		{"\n\n\n", ""},
		{"", ""},
	};
	struct arena *a = arena_new(8 << 20);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t step = 1; step <= strlen(cases[i].text) + 1; step++)
			assert_string_equal(
				read_in(a, cases[i].text, strlen(cases[i].text), step),
				cases[i].want);
	arena_free(a);
}

static int stop(void *ctx, const struct model_event *ev)
{
	(void)ev;
	++*(int *)ctx;
	return 7;
}

static void test_bounds_and_stop(void **state)
{
	struct arena *a = arena_new(8 << 20);
	struct model_sse s;
	struct buf seen;
	struct err e = {0};
	int n = 0, rc = 0;

	(void)state;
	buf_init(&seen, a, 65536);
	/* One line that never ends, */
	model_sse_init(&s, a, 1000);
	for (int i = 0; i < 2000 && rc == 0; i++)
		rc = model_sse_feed(&s, "x", 1, note, &seen, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
	assert_int_equal(model_sse_feed(&s, "\n\n", 2, note, &seen, &e), 0);
	assert_int_equal(model_sse_end(&s, note, &seen, &e), 0);
	assert_int_equal(seen.n, 0);
	/* and many lines of one event. */
	err_clear(&e);
	model_sse_init(&s, a, 1000);
	rc = 0;
	for (int i = 0; i < 2000 && rc == 0; i++)
		rc = model_sse_feed(&s, "data: xy\n", 9, note, &seen, &e);
	assert_int_equal(rc, -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
	/* A thousand small events are no long one. */
	err_clear(&e);
	model_sse_init(&s, a, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(model_sse_feed(&s, "data: xy\n\n", 10, note, &seen, &e), 0);
	/* A stop is passed on, and nothing follows. */
	model_sse_init(&s, a, 1000);
	assert_int_equal(model_sse_feed(&s, "data: 1\n\ndata: 2\n\n", 18, stop, &n, &e), 7);
	assert_int_equal(model_sse_feed(&s, "data: 3\n\n", 9, stop, &n, &e), 0);
	assert_int_equal(n, 1);
	arena_free(a);
}

static unsigned see(struct model_watch *w, const char *type, const char *data)
{
	return model_watch_event(w, &(struct model_event){type, data, strlen(data)});
}

#define USAGE(p, c, t) \
	"{\"prompt_tokens\":" #p ",\"completion_tokens\":" #c ",\"total_tokens\":" #t "}"

static void test_chat_stream(void **state)
{
	struct model_watch w;

	(void)state;
	model_watch_init(&w, MODEL_API_CHAT, MODEL_OPENAI);
	assert_int_equal(see(&w, "", "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},"
				     "\"finish_reason\":null}],\"usage\":null}"),
			 MODEL_SAW_PIECE);
	assert_int_equal(see(&w, "", "{\"choices\":[],\"prompt_filter_results\":[]}"), 0);
	assert_int_equal(see(&w, "", "{\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}"),
			 MODEL_SAW_FINISH);
	assert_true(w.tool_calls);
	assert_int_equal(w.finished, 1);
	assert_false(w.done);
	assert_int_equal(see(&w, "", "{\"choices\":[],\"usage\":" USAGE(5, 7, 12) "}"),
			 MODEL_SAW_USAGE | MODEL_SAW_ONLY_USAGE);
	assert_true(w.has_usage);
	assert_int_equal(w.usage.of[MODEL_OUTPUT], 7);
	/* A second one wins, one that is wrong does not. */
	assert_int_equal(see(&w, "", "{\"choices\":[],\"usage\":" USAGE(5, 9, 14) "}"),
			 MODEL_SAW_USAGE | MODEL_SAW_ONLY_USAGE);
	assert_int_equal(see(&w, "", "{\"choices\":[],\"usage\":" USAGE(5, 9, 1) "}"),
			 MODEL_SAW_BAD_USAGE | MODEL_SAW_ONLY_USAGE);
	assert_int_equal(w.usage.of[MODEL_OUTPUT], 9);
	assert_int_equal(w.bad_usages, 1);
	assert_string_equal(w.bad_usage, "usage.total_tokens: not_the_sum");
	assert_int_equal(see(&w, "", "[DONE]"), MODEL_SAW_DONE);
	assert_true(w.done);
	assert_false(w.failed);
}

static void test_usage_on_every_chunk(void **state)
{
	struct model_watch w;

	(void)state;
	model_watch_init(&w, MODEL_API_COMPLETIONS, MODEL_OPENAI);
	assert_int_equal(see(&w, "", "{\"choices\":[{\"text\":\"a\",\"finish_reason\":null}],\"usage\":"
				     USAGE(5, 1, 6) "}"),
			 MODEL_SAW_USAGE | MODEL_SAW_PIECE);
	assert_int_equal(see(&w, "", "{\"choices\":[{\"text\":\"b\",\"finish_reason\":\"length\"}],"
				     "\"usage\":" USAGE(5, 2, 7) "}"),
			 MODEL_SAW_USAGE | MODEL_SAW_FINISH | MODEL_SAW_PIECE);
	assert_int_equal(w.usage.of[MODEL_OUTPUT], 2);
	assert_false(w.tool_calls);
}

static void test_errors_and_junk(void **state)
{
	static const char old[] = "{\"object\":\"error\",\"message\":\"no\"}";
	static const char *const junk[] = {"", "{", "[1]", "7", "\"x\"", "{\"a\":1}}", "[DONE] "};
	struct model_watch w;

	(void)state;
	model_watch_init(&w, MODEL_API_CHAT, MODEL_OPENAI);
	for (size_t i = 0; i < COUNT(junk); i++)
		assert_int_equal(see(&w, "", junk[i]), MODEL_SAW_JUNK);
	assert_int_equal(see(&w, "", "{\"error\":null}"), 0);
	assert_false(w.failed);
	assert_int_equal(see(&w, "", "{\"error\":{\"message\":\"Too\\nmuch\",\"type\":\"server_error\","
				     "\"code\":500}}"),
			 MODEL_SAW_ERROR);
	assert_true(w.failed);
	assert_string_equal(w.error_message, "Too much");
	assert_string_equal(w.error_type, "server_error");
	assert_string_equal(w.error_code, "500");
	/* The first is kept. */
	assert_int_equal(see(&w, "", "{\"error\":\"again\"}"), MODEL_SAW_ERROR);
	assert_string_equal(w.error_message, "Too much");
	model_watch_init(&w, MODEL_API_CHAT, MODEL_OPENAI);
	assert_int_equal(model_watch_answer(&w, old, strlen(old)),
			 MODEL_SAW_ERROR | MODEL_SAW_DONE);
	assert_string_equal(w.error_message, "no");
}

static void test_responses_stream(void **state)
{
	struct model_watch w;

	(void)state;
	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_RESPONSES);
	assert_int_equal(see(&w, "", "{\"type\":\"response.created\",\"response\":{\"id\":\"r\","
				     "\"status\":\"in_progress\",\"usage\":null}}"),
			 0);
	assert_int_equal(see(&w, "", "{\"type\":\"response.output_text.delta\",\"delta\":"
				     "\"\\\"usage\\\":{}\"}"),
			 MODEL_SAW_PIECE);
	assert_int_equal(see(&w, "", "{\"type\":\"response.output_item.done\",\"item\":"
				     "{\"type\":\"custom_tool_call\"}}"),
			 0);
	assert_true(w.tool_calls);
	assert_int_equal(
		see(&w, "response.completed",
		    "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\","
		    "\"usage\":{\"input_tokens\":1000,\"input_tokens_details\":{\"cached_tokens\":200},"
		    "\"output_tokens\":50,\"output_tokens_details\":{\"reasoning_tokens\":10},"
		    "\"total_tokens\":1050}}}"),
		MODEL_SAW_DONE | MODEL_SAW_FINISH | MODEL_SAW_USAGE);
	assert_int_equal(w.usage.of[MODEL_CACHED_INPUT], 200);
	assert_false(w.failed);

	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_RESPONSES);
	assert_int_equal(see(&w, "", "{\"type\":\"response.failed\",\"response\":{\"status\":\"failed\","
				     "\"error\":{\"code\":\"insufficient_quota\",\"message\":\"x\"},"
				     "\"usage\":{\"input_tokens\":3,\"output_tokens\":0}}}"),
			 MODEL_SAW_DONE | MODEL_SAW_ERROR | MODEL_SAW_USAGE);
	assert_string_equal(w.error_code, "insufficient_quota");
	assert_int_equal(w.usage.of[MODEL_INPUT], 3);

	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_RESPONSES);
	assert_int_equal(see(&w, "error", "{\"type\":\"error\",\"code\":\"e1\",\"message\":\"m\"}"),
			 MODEL_SAW_ERROR);
	assert_string_equal(w.error_code, "e1");
	/* The name of the event alone will do. */
	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_RESPONSES);
	assert_int_equal(see(&w, "response.incomplete", "{\"response\":{\"status\":\"incomplete\"}}"),
			 MODEL_SAW_DONE | MODEL_SAW_FINISH);
	assert_false(w.has_usage);
}

/* Units of tools that the provider ran, which its usage does not tell of. */
static void test_calls_that_the_provider_made(void **state)
{
#define RESPONSE_USAGE "\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}"
	static const char items[] = "{\"type\":\"web_search_call\"},{\"type\":\"web_search_call\"},"
				    "{\"type\":\"code_interpreter_call\"},{\"type\":\"function_call\"},"
				    "{\"type\":\"tool_search_call\",\"execution\":\"client\"},{\"type\":\"message\"}";
	struct arena *a = arena_new(1 << 20);
	const char *all = arena_printf(a, "{\"status\":\"completed\",\"output\":[%s]," RESPONSE_USAGE "}", items);
	const char *last = arena_printf(a, "{\"type\":\"response.completed\",\"response\":%s}", all);
	struct model_watch w;

	(void)state;
	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_OPENAI);
	model_watch_answer(&w, all, strlen(all));
	assert_int_equal(w.usage.of[MODEL_TOOL_UNIT], 3);
	assert_int_equal(w.usage.of[MODEL_OUTPUT], 2);
	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_OPENAI);
	see(&w, "", "{\"type\":\"response.output_item.done\",\"item\":{\"type\":\"web_search_call\"}}");
	see(&w, "", last);
	assert_int_equal(w.usage.of[MODEL_TOOL_UNIT], 3); /* none is counted twice */
	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_OPENAI);
	see(&w, "", "{\"type\":\"response.output_item.done\",\"item\":{\"type\":\"web_search_call\"}}");
	see(&w, "", "{\"type\":\"response.output_item.done\",\"item\":{\"type\":\"local_shell_call\"}}");
	see(&w, "", "{\"type\":\"response.completed\",\"response\":{" RESPONSE_USAGE "}}");
	assert_int_equal(w.usage.of[MODEL_TOOL_UNIT], 1); /* nor forgotten where the last word leaves them out */
	arena_free(a);
}

static void test_whole_answers(void **state)
{
	static const char chat[] = "{\"id\":\"c\",\"choices\":[{\"message\":{\"content\":\"x\"},"
				   "\"finish_reason\":\"stop\"}],\"usage\":" USAGE(1, 2, 3) "}";
	static const char embedding[] = "{\"data\":[{\"embedding\":[1e-400,-0.5]}],"
					"\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
	static const char response[] =
		"{\"object\":\"response\",\"status\":\"completed\",\"error\":null,"
		"\"output\":[{\"type\":\"function_call\"}],"
		"\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}";
	struct model_watch w;

	(void)state;
	model_watch_init(&w, MODEL_API_CHAT, MODEL_OPENAI);
	assert_int_equal(model_watch_answer(&w, chat, strlen(chat)),
			 MODEL_SAW_DONE | MODEL_SAW_FINISH | MODEL_SAW_USAGE);
	model_watch_init(&w, MODEL_API_EMBEDDINGS, MODEL_OPENAI);
	assert_int_equal(model_watch_answer(&w, embedding, strlen(embedding)),
			 MODEL_SAW_DONE | MODEL_SAW_USAGE);
	assert_int_equal(w.usage.of[MODEL_INPUT], 8);
	model_watch_init(&w, MODEL_API_RESPONSES, MODEL_OPENAI);
	assert_int_equal(model_watch_answer(&w, response, strlen(response)),
			 MODEL_SAW_DONE | MODEL_SAW_FINISH | MODEL_SAW_USAGE);
	assert_true(w.tool_calls);
	assert_int_equal(model_watch_answer(&w, "<html>", 6), MODEL_SAW_JUNK);
}

/* Usage counts when it is of all that came. */
static void test_usage_that_text_follows(void **state)
{
	static const char text[] = "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}";
	static const char both[] = "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":" USAGE(5, 1, 6) "}";
	static const char only[] = "{\"choices\":[],\"usage\":" USAGE(5, 2, 7) "}";
	static const char end[] = "{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":" USAGE(5, 2, 7) "}";
	static const struct {
		const char *events[4];
		bool counted;
	} cases[] = {
		{{text}, false},
		{{text, only}, true},
		{{only, text}, false},
		{{only, text, "[DONE]"}, false},
		{{only, text, only}, true},
		{{both}, false},
		{{both, "[DONE]"}, true},
		{{both, text, "[DONE]"}, false},
		{{both, both, "[DONE]"}, true},
		{{text, end}, true},
		{{text, end, "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}"}, true},
	};
	struct model_watch w;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		model_watch_init(&w, MODEL_API_CHAT, MODEL_OPENAI);
		for (size_t k = 0; k < 4 && cases[i].events[k] != NULL; k++)
			see(&w, "", cases[i].events[k]);
		if (model_watch_counted(&w) != cases[i].counted)
			fail_msg("case %zu", i);
	}
}

static int64_t tokens(enum model_api api, const char *data)
{
	struct model_watch w;

	model_watch_init(&w, api, MODEL_OPENAI);
	see(&w, "", data);
	return model_watch_tokens(&w);
}

static void test_pieces_are_tokens(void **state)
{
	static const struct {
		const char *delta;
		int64_t tokens;
	} chat[] = {
		{"{\"content\":\"a\"}", 1},
		{"{\"role\":\"assistant\",\"content\":\"\"}", 0},
		{"{\"content\":null,\"refusal\":null}", 0},
		{"{\"content\":\"a\",\"reasoning_content\":\"b\"}", 1},
		{"{\"reasoning\":\"b\"}", 1},
		{"{\"content\":[{\"type\":\"thinking\"}]}", 1},
		{"{\"content\":[]}", 0},
		{"{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}", 1},
		{"{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}", 1},
		{"{\"function_call\":{\"arguments\":\"{\"}}", 1},
		{"{\"annotations\":[{\"url\":\"u\"}]}", 0},
	};
	struct arena *a = arena_new(1 << 20);
	struct model_watch w;
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(chat); i++)
		if (tokens(MODEL_API_CHAT, arena_printf(a, "{\"choices\":[{\"delta\":%s,\"logprobs\":{\"content\":"
							    "[{\"token\":\"a\"}]}}]}", chat[i].delta)) != chat[i].tokens)
			fail_msg("%s", chat[i].delta);
	/* Each choice of an event has its own. */
	assert_int_equal(tokens(MODEL_API_COMPLETIONS, "{\"choices\":[{\"text\":\"a\"},{\"text\":\"b\"},{\"text\":\"\"}]}"), 2);
	assert_int_equal(tokens(MODEL_API_RESPONSES, "{\"type\":\"response.output_text.delta\",\"delta\":\"a\"}"), 1);
	assert_int_equal(tokens(MODEL_API_RESPONSES, "{\"type\":\"response.function_call_arguments.delta\",\"delta\":\"{\"}"), 1);
	assert_int_equal(tokens(MODEL_API_RESPONSES, "{\"type\":\"response.reasoning_summary_text.delta\",\"delta\":\"a\"}"), 0);
	assert_int_equal(tokens(MODEL_API_RESPONSES, "{\"type\":\"response.created\",\"response\":{\"instructions\":\"a\"}}"), 0);
	/* Much in one event, or in whole items. */
	buf_init(&b, a, 65536);
	while (b.n < 10 * MODEL_TOKEN_BYTES)
		buf_puts(&b, "word ");
	assert_int_equal(tokens(MODEL_API_CHAT, arena_printf(a, "{\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}", b.p)), 10);
	assert_int_equal(tokens(MODEL_API_RESPONSES, arena_printf(a, "{\"type\":\"response.output_item.done\",\"item\":"
								    "{\"type\":\"message\",\"content\":\"%s\"}}", b.p)), 10);
	assert_int_equal(tokens(MODEL_API_RESPONSES, arena_printf(a, "{\"type\":\"response.output_item.done\",\"item\":"
								    "{\"type\":\"file_search_call\",\"results\":\"%s\"}}", b.p)), 0);
	model_watch_init(&w, MODEL_API_CHAT, MODEL_OPENAI);
	for (int i = 0; i < 1000; i++)
		see(&w, "", "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}");
	assert_int_equal(model_watch_tokens(&w), 1000);
	arena_free(a);
}

static void assert_event(enum model_api api, const char *text, const char *type, const char *want)
{
	struct arena *a = arena_new(1 << 20);
	struct model_event ev;

	model_answer_event(a, api, text, strlen(text), &ev);
	assert_string_equal(ev.type, type);
	assert_string_equal(ev.data, want);
	assert_int_equal(ev.n, strlen(want));
	arena_free(a);
}

static void test_an_answer_as_a_stream(void **state)
{
	(void)state;
	assert_event(MODEL_API_CHAT,
		     "{\"object\":\"chat.completion\",\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"},"
		     "{\"message\":{\"tool_calls\":[{\"id\":\"a\"},{\"id\":\"b\"},{}]}}]}", "",
		     "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"stop\"},"
		     "{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\"},{\"index\":1,\"id\":\"b\"},{}]}}]}");
	assert_event(MODEL_API_CHAT, "{}", "", "{}");
	assert_event(MODEL_API_COMPLETIONS, "{\"choices\":[{\"text\":\"x\"}]}", "", "{\"choices\":[{\"text\":\"x\"}]}");
	assert_event(MODEL_API_RESPONSES, "{\"status\":\"completed\"} ", "response.completed",
		     "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}");
	assert_event(MODEL_API_RESPONSES, "{\"status\":\"incomplete\"}", "response.incomplete",
		     "{\"type\":\"response.incomplete\",\"response\":{\"status\":\"incomplete\"}}");
}

static void test_answers_are_renamed(void **state)
{
	struct arena *a = arena_new(1 << 20);
	size_t n;

	(void)state;
	assert_string_equal(model_answer_write(a, "{\"model\":\"up\",\"x\":1.0}", 22, "m", false, &n),
			    "{\"model\":\"m\",\"x\":1.0}");
	assert_int_equal(n, 21);
	assert_string_equal(
		model_answer_write(a, "{\"usage\":{\"a\":1},\"model\":\"up\"}", 30, "m", true, &n),
		"{\"usage\":null,\"model\":\"m\"}");
	assert_string_equal(
		model_answer_write(a, "{\"response\":{\"model\":\"up\"}}", 27, "m", true, &n),
		"{\"response\":{\"model\":\"m\"}}");
	assert_string_equal(model_answer_write(a, "[DONE]", 6, "m", true, &n), "[DONE]");
	assert_int_equal(n, 6);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_split),
		cmocka_unit_test(test_bounds_and_stop),
		cmocka_unit_test(test_chat_stream),
		cmocka_unit_test(test_usage_on_every_chunk),
		cmocka_unit_test(test_errors_and_junk),
		cmocka_unit_test(test_responses_stream),
		cmocka_unit_test(test_calls_that_the_provider_made),
		cmocka_unit_test(test_whole_answers),
		cmocka_unit_test(test_usage_that_text_follows),
		cmocka_unit_test(test_pieces_are_tokens),
		cmocka_unit_test(test_an_answer_as_a_stream),
		cmocka_unit_test(test_answers_are_renamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
