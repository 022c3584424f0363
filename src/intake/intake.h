/*
 * Intake: from what a visitor wrote to what will be built, by rules alone.
 *
 * The room is pure: it gets the whole conversation each time and gives the
 * same answer for the same words. It asks at most one clarifying question in
 * a conversation, and only when something essential is open; what it cannot
 * make it says plainly. The result is a struct spec (spec/spec.h).
 */
#pragma once
#include "spec/spec.h"

enum intake_verdict {
	INTAKE_ASK,    /* question is set */
	INTAKE_READY,  /* spec, artifact, platforms and scope are set */
	INTAKE_CANNOT, /* reason is set */
};

struct intake_message {
	bool from_visitor;
	const char *text;
};

struct intake {
	/* in */
	const struct intake_message *messages; /* the conversation so far, oldest first */
	size_t messages_n;
	const char *artifact_type; /* asked for explicitly ("web", "binary", "both"), or NULL */

	/* out */
	enum intake_verdict verdict;
	const char *question; /* one plain sentence, with the default it would take */
	const char *reason;   /* customer-safe: what cannot be made and why, in one sentence */
	const char *remark;   /* said before anything else and no part of a scope: the answer to
			       * a question, "not understood"; or NULL */
	const char *needs;    /* "codex_worker": the backend class that could make it */
	struct spec spec;
	enum spec_artifact artifact;
	size_t platforms_n;
	const char *platforms[SPEC_PLATFORMS];
	const char *features[12], *not_included[8]; /* NULL-terminated sentences of the scope */
};

/* Decide what to do next in a conversation. Never fails: nonsense is ASK or
 * CANNOT. All texts are made in `a`. */
void intake_think(struct arena *a, struct intake *in);
