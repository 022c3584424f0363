/* What is taken as JSON is printed and read again to the same text; a body is
 * read by a shape or refused with a named error. */
#include "config.h"

#include "base/arena.h"
#include "base/check.h"
#include "base/str.h"
#include "port/json.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct in {
	const char *message, *type;
	int64_t n;
	bool flag;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const types[] = {"web", "binary", NULL};
	static const struct field fields[] = {
		{"message", F_TEXT, F_REQUIRED, 1, 100, .offset = offsetof(struct in, message)},
		{"type", F_ENUM, 0, .values = types, .offset = offsetof(struct in, type)},
		{"n", F_INT, 0, -5, 5, .offset = offsetof(struct in, n)},
		{"flag", F_BOOL, F_NULLABLE, .offset = offsetof(struct in, flag)},
	};
	static const struct shape shape = {"In", fields, COUNT(fields), sizeof(struct in)};
	struct arena *a = arena_new(64u << 20);
	struct err e = {0};
	struct in in = {0};
	const struct json *j = json_parse(a, (const char *)data, n, &e);

	if (j != NULL) {
		const char *text = json_print(a, j);
		const struct json *again = json_parse(a, text, strlen(text), &e);

		check(again != NULL && strcmp(text, json_print(a, again)) == 0);
		check(str_utf8(text, strlen(text)));
	} else {
		check(e.id == E_BAD_REQUEST);
	}
	err_clear(&e);
	if (json_read(a, (const char *)data, n, &shape, &in, &e) == 0)
		check(j != NULL && in.message != NULL && in.n >= -5 && in.n <= 5);
	else
		check(e.id == E_BAD_REQUEST || (e.id == E_INVALID && e.nfields > 0));
	arena_free(a);
	return 0;
}
