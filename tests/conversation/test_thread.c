#include "config.h"

#include "chat/chat_int.h"
#include "port/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/arena.h"

static const char *piece(const char *event)
{
	return chat_thread_piece(a, event, strlen(event));
}

static void test_piece(void **state)
{
	(void)state;
	assert_string_equal(piece("{\"choices\":[{\"delta\":{\"content\":\"a \\u20ac\"}}]}"), "a \xe2\x82\xac");
	assert_string_equal(piece("{\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}"), "no");
	assert_null(piece("{\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}"));
	assert_null(piece("{\"choices\":[{\"delta\":{\"content\":null}}]}"));
	assert_null(piece("{\"choices\":[{\"delta\":{\"content\":7}}]}"));
	assert_null(piece("{\"choices\":[{\"delta\":\"text\"}]}"));
	assert_null(piece("{\"choices\":[]}"));
	assert_null(piece("{\"choices\":{}}"));
	assert_null(piece("[DONE]"));
	assert_null(piece("{\"choices\":["));
	assert_null(piece(""));
}

static void asked(const char *history, const char *text, const char *want)
{
	size_t n;
	const char *got = chat_thread_request(a, "m", history, text, &n);

	assert_string_equal(got, want);
	assert_int_equal(n, strlen(want));
}

static void test_request(void **state)
{
	(void)state;
	asked("[]", "hi", "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
	asked("[{\"role\":\"user\",\"content\":\"]\"}]", "\"",
	      "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"]\"},"
	      "{\"role\":\"user\",\"content\":\"\\\"\"}]}");
	asked("[{\"role\":\"user\",\"content\":\"x\"}]", NULL,
	      "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
}

static void test_request_too_long(void **state)
{
	char *text = arena_alloc(a, 300001);
	size_t n;

	(void)state;
	memset(text, 'x', 300000);
	assert_null(chat_thread_request(a, "m", "[]", text, &n));
}

static const char *member(const char *json, const char *name)
{
	struct err e = {0};
	const struct json *j = json_parse(a, json, strlen(json), &e);

	assert_non_null(j);
	return json_get_text(j, name, NULL);
}

static void test_records(void **state)
{
	struct chat_thread t = {.answer_id = "msg_x"};
	struct err none = {0}, bad = {.id = E_UPSTREAM};
	const char *end;

	(void)state;
	buf_init(&t.piece, a, 1u << 20);
	end = chat_thread_end(a, &t, "{\"usage_id\":\"u\"}", &none);
	assert_string_equal(member(end, "usage_id"), "u");
	assert_string_equal(member(end, "piece"), "");
	assert_string_equal(member(end, "ended"), "complete");
	assert_null(member(end, "error"));
	end = chat_thread_end(a, &t, "{\"usage_id\":\"u\"}", &bad);
	assert_string_equal(member(end, "ended"), "failed");
	assert_string_equal(member(end, "error"), "upstream_failed");
	t.ended = "stopped";
	end = chat_thread_end(a, &t, "{\"usage_id\":\"u\"}", &bad);
	assert_string_equal(member(end, "ended"), "stopped");
	assert_null(member(end, "error"));
	for (int i = 0; i < 600000; i++) /* each byte becomes six */
		buf_putc(&t.piece, '\x01');
	assert_int_equal(strlen(member(chat_thread_save(a, &t, 3, 0), "piece")), 600000);
	assert_null(member(chat_thread_save(a, &t, 3, 0), "ended"));
	t.over = true;
	assert_string_equal(member(chat_thread_save(a, &t, 3, 0), "ended"), "stopped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_piece, setup, teardown),
		cmocka_unit_test_setup_teardown(test_request, setup, teardown),
		cmocka_unit_test_setup_teardown(test_request_too_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_records, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
