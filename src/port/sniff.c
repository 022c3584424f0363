#include "config.h"

#include "port/sniff.h"

#include <magic.h>

const char *sniff_mime(const void *p, size_t n)
{
	static magic_t cookie;
	const char *mime = NULL;

	if (cookie == NULL) {
		cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
		if (cookie != NULL && magic_load(cookie, NULL) < 0) {
			magic_close(cookie);
			cookie = NULL;
		}
	}
	if (cookie != NULL)
		mime = magic_buffer(cookie, p, n < 65536 ? n : 65536);
	return mime != NULL ? mime : "application/octet-stream";
}
