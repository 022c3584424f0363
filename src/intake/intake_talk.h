/*
 * Talk: what is known after some messages of a conversation.
 */
#pragma once
#include "intake/intake_int.h"

/* What was said about how the tool is to be delivered; all false: nothing. */
struct intake_delivery {
	bool web, binary, intel_mac;
	unsigned platforms; /* 1 << index in spec_platforms */
};

struct intake_refusal {
	const char *phrases;
	const char *reason;  /* why it cannot be made, and what near it can */
	const char *without; /* the same as a limit of something that is made */
	const char *instead; /* what one would say to get the near thing, or NULL */
};

extern const struct intake_refusal intake_refusals[]; /* ends with a row without phrases */

struct intake_talk {
	struct arena *a;
	const struct intake_lexicon *lex;
	bool asked;    /* a question stands in the conversation */
	bool any;      /* there is a wish */
	bool heard;    /* a visitor has said something */
	bool lost;     /* the last message was not understood */
	bool foreign;  /* it has words of another language */
	const char *remark; /* what the last message is answered with, or NULL */
	bool whatever; /* the last message leaves the choice to us */
	struct intake_wish wish;
	struct intake_delivery delivery;
	bool named;                           /* the last message says how to call it */
	const char *name;                     /* as the visitor wants it called, or NULL */
	const struct intake_refusal *refused; /* the last wish was this, or NULL */
	uint64_t without;                     /* side wishes left out, 1 << row */
	const char *also;                     /* a second tool in the same wish, or NULL */
};

/* intake_delivery.c: take what a message says; false when it says nothing. */
bool intake_hear_delivery(const struct intake_text *t, bool first, struct intake_delivery *d);
void intake_settle_delivery(const struct intake_delivery *d, struct intake *in);

/* intake_refuse.c */
const struct intake_refusal *intake_best_refusal(const struct intake_text *t, int *ret_score);
uint64_t intake_side_wishes(const struct intake_text *t);

/* intake_answer.c: the answer to what is asked about the work, or NULL; whether
 * the message is a question and no request (one with an answer needs no question
 * mark); whether it is written in another language. */
const char *intake_answer(const struct intake_text *t);
bool intake_asks(const struct intake_text *t, bool answered);
const char *intake_offer(const struct intake_text *t); /* a kind that our question names, or NULL */
bool intake_is_foreign(const struct intake_text *t);

/* intake_scope.c: features and limits of a ready spec. */
void intake_describe(struct intake_talk *k, struct intake *in);

/* intake_textop.c: what the operations do, as features. */
void intake_describe_text(struct arena *a, struct intake_wish *w);
