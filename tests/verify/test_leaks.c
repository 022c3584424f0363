#include "config.h"

#include "forge.h"
#include "tree.h"
#include "base/check.h"
#include "verify/verify_leak.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/*
 * Planted leaks: each row puts some bytes, wrapped in some way, into some kind
 * of result, and says which check must fail. Rows with "ok" are near
 * misses: the same thing without what makes it a leak.
 */
enum place { PAGE, SCRIPT, TEXT, ELF, MACHO, PE, WASM, PNG };

struct planted {
	const char *what, *check;
	enum place place;
	const char *wrap;
	const char *text;
	size_t n; /* 0: a string */
};

#define NEEDLE "/srv/work/trees/run-7f3a"
#define SECRET_WORDS "The quick brown fox is not a secret of anybody, it only jumps over dogs. "
#define LONG_TEXT SECRET_WORDS SECRET_WORDS SECRET_WORDS SECRET_WORDS SECRET_WORDS SECRET_WORDS

#define B(bytes) bytes, sizeof(bytes) - 1

static const struct planted leaks[] = {
#include "leaks.def"
};

static struct bytes content_of(struct tree *t, const struct planted *c)
{
	struct bytes b = {(const unsigned char *)c->text, c->n ? c->n : strlen(c->text)};

	return forge_wrap(t->a, b, c->wrap);
}

static void add_file(struct tree *t, const char *name, struct bytes b)
{
	tree_web(t, tree_page(t, ""), strlen(tree_page(t, "")));
	tree_put(t, arena_printf(t->a, "dist/%s", name), b.p, b.n);
	tree_row(t, "web", name, arena_printf(t->a, "dist/%s", name), NULL, NULL);
}

static void plant(struct tree *t, const struct planted *c)
{
	struct bytes b = content_of(t, c);
	const char *page;

	switch (c->place) {
	case PAGE:
		page = tree_page(t, arena_strndup(t->a, (const char *)b.p, b.n));
		tree_web(t, page, strlen(page));
		break;
	case SCRIPT:
		add_file(t, "app.js", b);
		break;
	case TEXT:
		add_file(t, "read.txt", b);
		break;
	case ELF:
		b = forge_elf(t->a, 62, b, "");
		tree_binary(t, "linux-amd64", b.p, b.n);
		break;
	case MACHO:
		b = forge_macho(t->a, b, "");
		tree_binary(t, "darwin-arm64", b.p, b.n);
		break;
	case PE:
		b = forge_pe(t->a, b, "");
		tree_binary(t, "windows-amd64", b.p, b.n);
		break;
	case WASM:
		add_file(t, "app.wasm", forge_wasm(t->a, b, ""));
		break;
	case PNG:
		add_file(t, "icon.png", forge_png(t->a, b));
		break;
	}
}

/* The reason must not carry the leak itself out: at most 80 bytes of it. */
static bool is_discreet(const char *reason)
{
	const char *quote = strchr(reason, '"');

	for (const char *s = reason; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return quote == NULL || strlen(quote) <= 4 * 80 + 6;
}

static bool found_as_said(const struct planted *c)
{
	struct verify_report r;
	struct tree t;
	bool ok;

	tree_open(&t);
	t.job.needles_n = 2;
	t.job.needles[0] = (struct verify_needle){"tree", NEEDLE};
	t.job.needles[1] = (struct verify_needle){"host", "Db7.internal"};
	plant(&t, c);
	tree_scan(&t, &r);
	ok = strcmp(c->check, "ok") == 0 ? r.code == VERIFY_OK && r.manifest.n > 0 :
	     !tree_check(&r, c->check)->ok && r.manifest.n == 0 &&
	     strncmp(verify_code_name(r.code), "leak_", 5) == 0 && is_discreet(r.reason);
	if (!ok || getenv("VERIFY_SHOW") != NULL)
		print_message("%s: %s (%s), not %s\n", c->what, verify_code_name(r.code), r.reason,
			      c->check);
	tree_close(&t);
	return ok;
}

static void test_scan_finds_what_was_planted(void **state)
{
	size_t wrong = 0, positive = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(leaks); i++) {
		wrong += !found_as_said(&leaks[i]);
		positive += strcmp(leaks[i].check, "ok") != 0;
	}
	print_message("%zu planted leaks, %zu near misses\n", positive, COUNT(leaks) - positive);
	assert_int_equal(wrong, 0);
	assert_true(positive >= 60);
}

/* Bombs: one stream too large, and many that are too much together. */
static void test_scan_bounds_what_it_unpacks(void **state)
{
	struct arena *a = arena_new(1u << 30);
	struct bytes part, all = forge_text(""), big = {arena_alloc(a, 65u << 20), 65u << 20};
	struct verify_report r;
	struct tree t;

	(void)state;
	part = forge_wrap(a, big, "g");
	tree_open(&t);
	part = forge_elf(t.a, 62, part, "");
	tree_binary(&t, "linux-amd64", part.p, part.n);
	tree_scan(&t, &r);
	assert_int_equal(r.code, VERIFY_LEAK_ARCHIVE);
	assert_non_null(strstr(r.reason, "unpacks to more"));
	tree_close(&t);
	tree_open(&t);
	memset((void *)(uintptr_t)big.p, 'a', big.n);
	big.n = 60u << 20;
	part = forge_wrap(a, big, "g");
	for (int i = 0; i < 5; i++)
		all = forge_join(t.a, all, part);
	all = forge_elf(t.a, 62, all, "");
	tree_binary(&t, "linux-amd64", all.p, all.n);
	tree_scan(&t, &r);
	assert_int_equal(r.code, VERIFY_LEAK_ARCHIVE);
	assert_non_null(strstr(r.reason, "more is packed inside"));
	tree_close(&t);
	arena_free(a);
}

/* Each planted thing with each byte changed, and cut off there: whatever is
 * found, nothing breaks. */
static void test_leak_damaged_is_survived(void **state)
{
	static const struct verify_job job = {.needles_n = 1, .needles = {{"tree", NEEDLE}}};

	(void)state;
	for (size_t i = 0; i < COUNT(leaks); i++) {
		struct arena *a = arena_new(256u << 20);
		size_t n = leaks[i].n ? leaks[i].n : strlen(leaks[i].text);
		struct verify_leak *l = verify_leak_new(a, &job, NULL);
		unsigned char *p = arena_alloc(a, n);

		memcpy(p, leaks[i].text, n);
		for (size_t k = 0; k < n && n < 200; k++) {
			p[k] ^= 0x15;
			memset(l->found, 0, sizeof(l->found));
			verify_leak_file(l, "file", p, n);
			verify_leak_file(l, "file", p, k);
			p[k] ^= 0x15;
		}
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scan_finds_what_was_planted),
		cmocka_unit_test(test_scan_bounds_what_it_unpacks),
		cmocka_unit_test(test_leak_damaged_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
