#include "config.h"

#include "base/jw.h"
#include "event/event_int.h"

#include <string.h>

#define EVENT_MAX 4096

static const struct {
	const char *type;
	bool final;
	const char *text;
} rows[EVENT_COUNT] = {
#define EVENT(id, type, final, text) [id] = {type, final, text},
#include "event/event.def"
#undef EVENT
};

static const char *slot_text(struct arena *a, const struct event_slot *s)
{
	if (s->word == NULL)
		return arena_printf(a, "%lld", (long long)s->number);
	check(strlen(s->word) <= 200);
	for (const char *p = s->word; *p; p++)
		check(*p >= 0x20 && *p < 0x7f);
	return s->word;
}

const char *event_text(struct arena *a, enum event_id id, const struct event_slot *slots)
{
	const char *text = rows[id].text, *open;

	while ((open = strchr(text, '{')) != NULL) {
		size_t n = strcspn(open, "}");
		const struct event_slot *s = slots;

		while (s != NULL && s->name != NULL &&
		       (strlen(s->name) != n - 1 || strncmp(s->name, open + 1, n - 1) != 0))
			s++;
		check(s != NULL && s->name != NULL); /* the catalog and its caller disagree */
		text = arena_printf(a, "%.*s%s%s", (int)(open - text), text, slot_text(a, s),
				    open + n + 1);
	}
	return text;
}

static int append(struct work *w, int64_t run, enum event_id id, const struct event_slot *slots,
		  bool tells_status)
{
	const char *text = event_text(w->a, id, slots);

	struct buf b;
	struct jw j;
	char at[25];

	buf_init(&b, w->a, EVENT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "type", rows[id].type);
	jw_kstr(&j, "at", clock_text(w->now, at));
	jw_kstr(&j, "text", text);
	jw_key(&j, "data");
	jw_object(&j);
	for (const struct event_slot *s = slots; s != NULL && s->name != NULL; s++)
		if (s->word != NULL)
			jw_kstr(&j, s->name, s->word);
		else
			jw_kint(&j, s->name, s->number);
	jw_end_object(&j);
	jw_end_object(&j);
	check(!b.over);
	/* The database puts the number and the run in front of these members. */
	return event_store_append(w, run, rows[id].type, buf_str(&b) + 1, tells_status ? text : NULL,
				  rows[id].final);
}

int event_append(struct work *w, int64_t run, enum event_id id, const struct event_slot *slots)
{
	return append(w, run, id, slots, true);
}

int event_note(struct work *w, int64_t run, enum event_id id, const struct event_slot *slots)
{
	return append(w, run, id, slots, false);
}
