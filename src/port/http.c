#include "config.h"

#include "port/http.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

static size_t take(char *p, size_t size, size_t n, void *to)
{
	struct buf *b = to;

	buf_put(b, p, size * n);
	return b->over ? 0 : size * n;
}

static void free_list(void *list)
{
	curl_slist_free_all(list);
}

static struct curl_slist *list_of(struct arena *a, const char *const *lines)
{
	struct curl_slist *list = NULL;

	for (; lines != NULL && *lines != NULL; lines++)
		check((list = curl_slist_append(list, *lines)) != NULL);
	if (list != NULL)
		arena_defer(a, free_list, list);
	return list;
}

int http_do(struct arena *a, const struct http_call *call, struct http_answer *ret, struct err *e)
{
	const char *resolve[] = {call->resolve, NULL};
	const char *date;
	struct buf head, body;
	char *type = NULL;
	long status = 0;
	CURLcode rc;
	CURL *c = curl_easy_init();

	check(c != NULL);
	buf_init(&head, a, 64 * 1024);
	buf_init(&body, a, call->answer_max);
	curl_easy_setopt(c, CURLOPT_URL, call->url);
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, call->method);
	curl_easy_setopt(c, CURLOPT_NOBODY, (long)(strcmp(call->method, "HEAD") == 0));
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(call->timeout_us / CLOCK_MS));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, list_of(a, call->headers));
	curl_easy_setopt(c, CURLOPT_RESOLVE, list_of(a, resolve));
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &head);
	if (call->body != NULL) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)call->body_len);
	}
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	ret->status = (int)status;
	ret->type = type ? arena_strdup(a, type) : "";
	ret->headers = arena_strdup(a, buf_str(&head));
	date = http_header(a, ret, "Date");
	ret->at_s = date ? curl_getdate(date, NULL) : 0;
	if (ret->at_s < 0)
		ret->at_s = 0;
	ret->body = arena_strndup(a, buf_str(&body), body.n);
	ret->body_len = body.n;
	curl_easy_cleanup(c);
	if (rc != CURLE_OK)
		return err_set(e, E_UNAVAILABLE, "%s %s: %s", call->method, call->url,
			       curl_easy_strerror(rc));
	return 0;
}

const char *http_header(struct arena *a, const struct http_answer *h, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = h->headers; p != NULL && *p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncasecmp(p, name, n) != 0 || p[n] != ':')
			continue;
		p += n + 1;
		p += strspn(p, " ");
		return arena_strndup(a, p, strcspn(p, "\r\n"));
	}
	return NULL;
}
