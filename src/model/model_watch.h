/*
 * Model watch: what a gateway must learn from an answer while it passes by:
 * the usage, whether it is whole, whether it failed.
 *
 * No arena and no copy: the state is this struct, and what is read stays in the
 * text of the event.
 */
#pragma once
#include "model/model_request.h"
#include "model/model_sse.h"

/* What one event was, as bits. */
enum {
	MODEL_SAW_USAGE = 1,      /* a usage that was taken */
	MODEL_SAW_BAD_USAGE = 2,  /* one that contradicts itself */
	MODEL_SAW_ONLY_USAGE = 4, /* choices is empty: only clients that asked get it */
	MODEL_SAW_FINISH = 8,     /* an answer is complete */
	MODEL_SAW_ERROR = 16,
	MODEL_SAW_DONE = 32, /* nothing follows */
	MODEL_SAW_JUNK = 64, /* not JSON, or not an object */
	MODEL_SAW_PIECE = 128 /* a piece of what the model writes */
};

struct model_watch {
	enum model_api api;
	enum model_vendor vendor;
	bool done, failed;
	bool tool_calls;     /* the client has work: that it leaves now is no failure */
	int64_t finished;    /* answers that are complete */
	bool has_usage;
	struct model_usage usage; /* the last one that was right */
	bool behind;  /* more was written since */
	bool running; /* it came with a piece: there may be more, unless this is the end */
	int64_t ran;  /* calls of tools that the provider has made */
	int64_t pieces, piece_bytes, item_bytes; /* of what the model writes, in events */
	int64_t bad_usages;
	char bad_usage[100];                /* why the last wrong one was; for operators */
	char error_type[64], error_code[64]; /* of the upstream; for operators */
	char error_message[200];
};

void model_watch_init(struct model_watch *w, enum model_api api, enum model_vendor v);

/* One event of a stream; the MODEL_SAW_ bits. */
unsigned model_watch_event(struct model_watch *w, const struct model_event *ev);

/* Is the usage known, and of all there is? */
bool model_watch_counted(const struct model_watch *w);

/* How many tokens have been written at the least: every piece of a stream is one or
 * more, and none is longer than MODEL_TOKEN_BYTES. What is no writing of the model's
 * (probabilities, pictures, an echo of the request) says nothing. */
#define MODEL_TOKEN_BYTES 1024
int64_t model_watch_tokens(const struct model_watch *w);

/* The whole body of an answer that is no stream; also of one with an error. */
unsigned model_watch_answer(struct model_watch *w, const char *text, size_t n);

/* The text of an answer or an event as the client gets it, in `a`: the name of
 * the model is the public one, and with `hide_usage` the usage of a chunk is
 * null, as for one who has not asked. `text` itself when nothing changes. */
const char *model_answer_write(struct arena *a, const char *text, size_t n, const char *model,
			       bool hide_usage, size_t *ret_n);

/* The whole answer to a stream that was asked for, as its one event, in `a`; the text
 * is one that model_watch_answer() has found to be right. */
void model_answer_event(struct arena *a, enum model_api api, const char *text, size_t n,
			struct model_event *ret);
