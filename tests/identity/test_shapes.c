#include "config.h"

#include "base/check.h"
#include "identity/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void codes_as_people_paste_them(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{"12345678", "12345678"}, {"1234 5678", "12345678"}, {" 1-2-3-4-5-6-7-8 ", "12345678"},
		{"00000000", "00000000"}, {"", NULL}, {"1234567", NULL}, {"123456789", NULL},
		{"1234567a", NULL}, {"+1234567", NULL}, {"1234\t5678", NULL},
		{"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4", NULL}, {"        ", NULL},
	};
	char digits[IDENTITY_CODE_DIGITS + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool ok = identity_code_digits(rows[i].text, digits);

		if (ok != (rows[i].want != NULL) || (ok && strcmp(digits, rows[i].want) != 0))
			fail_msg("%s", rows[i].text);
	}
}

static void scopes_within_a_list(void **state)
{
	static const struct {
		const char *want, *allowed;
		bool ok;
	} rows[] = {
		{"a", "a", true}, {"a b", "b a", true}, {"a a", "a", true}, {"b:c", "a b:c d", true},
		{"", "a", false}, {"a", "", false}, {" ", "a", false}, {"a ", "a", false},
		{" a", "a", false}, {"a  b", "a b", false}, {"a c", "a b", false}, {"aa", "a", false},
		{"a", "aa", false}, {"b", "a:b", false}, {"a\tb", "a b", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (identity_scope_within(rows[i].want, rows[i].allowed) != rows[i].ok)
			fail_msg("'%s' within '%s'", rows[i].want, rows[i].allowed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_as_people_paste_them),
		cmocka_unit_test(scopes_within_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
