/*
 * The conversations of conversations.txt:
 *
 *   @ binary                     what was asked for explicitly (rarely)
 *   > a checklist                what the visitor writes; \n is a line feed
 *   = ask                        what must come of it: ask, cannot or a kind
 *   > milk, eggs
 *   = checklist
 *   item 2 Eggs                  facts about it, see talk.c
 *
 * A blank line ends a conversation. The system's own part is put in between by
 * the test.
 */
#pragma once
#include "intake/intake.h"

#define TALK_STEPS 40
#define TALK_FACTS 12

struct talk_step {
	int line;
	const char *says, *expects; /* expects may be NULL */
	const char *facts[TALK_FACTS];
	size_t facts_n;
};

struct talk {
	const char *artifact_type;
	struct talk_step steps[TALK_STEPS];
	size_t n;
};

/* A file beside this one. */
const char *talk_open(struct arena *a, const char *name);

/* The next conversation from *at on; false at the end. Stops the test when a
 * line cannot be read. */
bool talk_next(struct arena *a, const char **at, struct talk *ret);

/* NULL when the fact holds, else what is so instead. */
const char *talk_fact_problem(struct arena *a, const struct intake *in, const char *fact);
