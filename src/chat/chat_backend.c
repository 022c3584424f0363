#include "config.h"

#include "chat/chat_int.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"
#include "port/file.h"

#include <string.h>

/*
 * What this process has seen of each backend lately, and its key. It may be
 * lost at any time: a fresh process finds out by itself, and workers are
 * replaced when the configuration is read again.
 */

#define FAILURES 5
#define OPEN_FOR (10 * CLOCK_S)
#define KEY_MAX 2048
#define REST_MAX (60 * CLOCK_S) /* whatever it asks for */

struct chat_backend {
	char id[72];
	int failures;
	int64_t open_until, parallel;
	int64_t rests_until; /* it has asked for a pause; monotonic */
	bool down;       /* says its probe */
	int64_t good_at; /* wall clock: a call succeeded */
	bool has_key;
	char key[KEY_MAX + 1];
};

static struct chat_backend seen[MODEL_BACKENDS];

static struct chat_backend *find(const char *id)
{
	struct chat_backend *s = seen;

	while (s < seen + MODEL_BACKENDS - 1 && s->id[0] != '\0' && strcmp(s->id, id) != 0)
		s++;
	if (s->id[0] == '\0') {
		check(strlen(id) < sizeof(s->id));
		memcpy(s->id, id, strlen(id) + 1);
	}
	return s;
}

struct chat_backend *chat_backend(const struct model_backend *b)
{
	return find(b->id);
}

/* Neither failing nor full? After the pause one call is let through; it closes
 * or opens the circuit. */
bool chat_backend_usable(struct chat_backend *s, const struct model_backend *b, int64_t mono)
{
	if (s->parallel >= b->max_parallel)
		return false;
	if (s->failures < FAILURES)
		return true;
	if (mono < s->open_until)
		return false;
	s->open_until = mono + OPEN_FOR;
	return true;
}

bool chat_backend_down(const struct chat_backend *s)
{
	return s->down;
}

bool chat_backend_last(const struct chat_backend *s, int64_t mono)
{
	return s->down || mono < s->rests_until;
}

void chat_backend_rest(struct chat_backend *s, int64_t us, int64_t mono)
{
	s->rests_until = mono + (us < REST_MAX ? us : REST_MAX);
}

static void set_down(struct chat_backend *s, bool down, const char *why)
{
	if (s->down == down)
		return;
	log_put(LOG_INFO, down ? "backend_down" : "backend_up", "backend", s->id, "why", why, NULL);
	s->down = down;
	if (!down)
		s->failures = 0;
}

void chat_backend_probed(const struct chat_down *down, size_t n)
{
	for (size_t i = 0; i < n; i++)
		find(down[i].id); /* also what no call has asked for yet */
	for (struct chat_backend *s = seen; s < seen + MODEL_BACKENDS && s->id[0] != '\0'; s++) {
		size_t i = 0;

		while (i < n && strcmp(down[i].id, s->id) != 0)
			i++;
		if (i == n)
			set_down(s, false, "the probe");
		else if (down[i].checked_at > s->good_at)
			set_down(s, true, down[i].reason);
	}
}

void chat_backend_note(struct chat_backend *s, bool ok, bool answered, int64_t mono)
{
	if (answered) {
		s->good_at = clock_now();
		set_down(s, false, "a call");
	}
	s->failures = ok ? 0 : s->failures + 1;
	if (s->failures >= FAILURES)
		s->open_until = mono + OPEN_FOR;
}

void chat_backend_begin(struct chat_backend *s)
{
	s->parallel++;
}

void chat_backend_end(struct chat_backend *s)
{
	s->parallel--;
}

int chat_backend_key(struct chat_backend *s, const struct model_backend *b, const char **ret,
		     struct err *e)
{
	struct arena *a;
	char *text;

	*ret = s->has_key ? s->key : NULL;
	if (s->has_key || *b->key_file == '\0')
		return 0;
	a = arena_new(64 * 1024);
	text = file_read(a, conf_credential(a, b->key_file), KEY_MAX, NULL, e);
	if (text != NULL) {
		text[strcspn(text, "\r\n")] = '\0';
		/* RFC 6750, 2.1: what a bearer token is made of. */
		if (str_only(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=", 1,
			     KEY_MAX)) {
			memcpy(s->key, text, strlen(text) + 1);
			s->has_key = true;
			*ret = s->key;
		} else {
			err_set(e, E_RESOURCE, "%s: no key in it", b->key_file);
		}
	}
	arena_free(a);
	return s->has_key ? 0 : -1;
}
