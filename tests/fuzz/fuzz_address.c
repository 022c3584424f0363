/* An address or a code from anywhere: what is taken is one line that no header,
 * program or server can read as something else. */
#include "config.h"

#include "base/check.h"
#include "base/str.h"
#include "identity/identity.h"
#include "port/mail.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new(16u << 20);
	const char *text = arena_strndup(a, (const char *)data, n);
	const char *s = mail_address(a, text);
	char digits[IDENTITY_CODE_DIGITS + 1];

	if (s != NULL) {
		check(strlen(s) <= 254 && s[0] != '-' && strchr(s, '@') == strrchr(s, '@'));
		check(strpbrk(s, " \t\r\n<>,;:\"()[]\\") == NULL);
		check(str_eq(mail_address(a, s), s)); /* taken once, taken again */
	}
	if (identity_code_digits(text, digits))
		check(strspn(digits, "0123456789") == IDENTITY_CODE_DIGITS);
	arena_free(a);
	return 0;
}
