/*
 * Event: what has happened in a run, as its customer may read it.
 *
 * Events are numbered without a gap for each run; the number is the cursor of
 * every follower. The text comes from the catalog event.def, never from a
 * worker. Appending is a part of the caller's transaction and sends a hint
 * that followers may lose.
 */
#pragma once
#include "work/work.h"

enum event_id {
#define EVENT(id, type, final, text) id,
#include "event/event.def"
#undef EVENT
	EVENT_COUNT
};

/* A slot: a number, or a word or sentence from a table of ours (printable
 * ASCII, at most 200). */
struct event_slot {
	const char *name;
	const char *word; /* NULL: the number */
	int64_t number;
};

/* Append to a run; `slots` ends at one without a name, or is NULL. */
int event_append(struct work *w, int64_t run, enum event_id id, const struct event_slot *slots);

/* The same, but the status of the run stays what was told before. */
int event_note(struct work *w, int64_t run, enum event_id id, const struct event_slot *slots);

/* The sentence with its slots filled. */
const char *event_text(struct arena *a, enum event_id id, const struct event_slot *slots);

