#include "config.h"

#include "chat/chat_int.h"

/*
 * The static backend answers by itself: always the same, labelled as what it
 * is. It shows the whole way of a call on a machine without a model.
 */

#define WORDS 14
static const char *const words[WORDS] = {"This ", "is ", "the ", "static ", "model ", "of ", "busdk. ",
					 "It ", "always ", "answers ", "with ", "this ", "one ", "sentence."};

#define CREATED 1767225600 /* the same in every answer */

/* How many words the caller's limit lets through: one token each. */
static int allowed(const struct chat *c)
{
	return c->max_tokens < WORDS ? (int)c->max_tokens : WORDS;
}

static const char *sentence(struct arena *a, const struct chat *c)
{
	struct buf b;

	buf_init(&b, a, 256);
	for (int i = 0; i < allowed(c); i++)
		buf_puts(&b, words[i]);
	return buf_str(&b);
}

static long long input(const struct chat *c)
{
	return (long long)c->q.n / 4 + 1;
}

static const char *finish(const struct chat *c)
{
	return allowed(c) < WORDS ? "length" : "stop";
}

static const char *chat_usage(struct arena *a, const struct chat *c)
{
	return arena_printf(a, "{\"prompt_tokens\":%lld,\"completion_tokens\":%d,\"total_tokens\":%lld}",
			    input(c), allowed(c), input(c) + allowed(c));
}

static const char *response_usage(struct arena *a, const struct chat *c)
{
	return arena_printf(a, "{\"input_tokens\":%lld,\"output_tokens\":%d,\"total_tokens\":%lld}",
			    input(c), allowed(c), input(c) + allowed(c));
}

static const char *response(struct arena *a, const struct chat *c, const char *id, const char *status)
{
	return arena_printf(a,
			    "{\"id\":\"resp_%s\",\"object\":\"response\",\"created_at\":%d,\"status\":\"%s\","
			    "\"model\":\"%s\",\"output\":[{\"type\":\"message\",\"id\":\"msg_%s\",\"role\":"
			    "\"assistant\",\"status\":\"completed\",\"content\":[{\"type\":\"output_text\","
			    "\"text\":\"%s\",\"annotations\":[]}]}],\"usage\":%s}",
			    id, CREATED, status, c->model->id, id, sentence(a, c), response_usage(a, c));
}

const char *chat_static_answer(struct arena *a, const struct chat *c, const char *id)
{
	switch (c->q.api) {
	case MODEL_API_RESPONSES:
		return response(a, c, id, "completed");
	case MODEL_API_COMPLETIONS:
		return arena_printf(a,
				    "{\"id\":\"cmpl-%s\",\"object\":\"text_completion\",\"created\":%d,\"model\":"
				    "\"%s\",\"choices\":[{\"index\":0,\"text\":\"%s\",\"logprobs\":null,"
				    "\"finish_reason\":\"%s\"}],\"usage\":%s}",
				    id, CREATED, c->model->id, sentence(a, c), finish(c), chat_usage(a, c));
	case MODEL_API_EMBEDDINGS:
		return arena_printf(a,
				    "{\"object\":\"list\",\"model\":\"%s\",\"data\":[{\"object\":\"embedding\","
				    "\"index\":0,\"embedding\":[0.5,-0.5,0.5,-0.5]}],\"usage\":{"
				    "\"prompt_tokens\":%lld,\"total_tokens\":%lld}}",
				    c->model->id, input(c), input(c));
	case MODEL_API_CHAT:
	case MODEL_APIS:
		break;
	}
	return arena_printf(a,
			    "{\"id\":\"chatcmpl-%s\",\"object\":\"chat.completion\",\"created\":%d,\"model\":"
			    "\"%s\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
			    "\"%s\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"%s\"}],\"usage\":%s}",
			    id, CREATED, c->model->id, sentence(a, c), finish(c), chat_usage(a, c));
}

static void response_events(struct buf *b, struct arena *a, const struct chat *c, const char *id)
{
	buf_printf(b, "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":"
		      "\"resp_%s\",\"status\":\"in_progress\"}}\n\n", id);
	buf_printf(b, "event: response.output_item.added\ndata: {\"type\":\"response.output_item.added\","
		      "\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_%s\",\"role\":"
		      "\"assistant\",\"status\":\"in_progress\",\"content\":[]}}\n\n", id);
	for (int i = 0; i < allowed(c); i++)
		buf_printf(b, "event: response.output_text.delta\ndata: {\"type\":"
			      "\"response.output_text.delta\",\"item_id\":\"msg_%s\",\"output_index\":0,"
			      "\"content_index\":0,\"delta\":\"%s\"}\n\n", id, words[i]);
	buf_printf(b, "event: response.output_item.done\ndata: {\"type\":\"response.output_item.done\","
		      "\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_%s\",\"role\":"
		      "\"assistant\",\"status\":\"completed\",\"content\":[{\"type\":\"output_text\","
		      "\"text\":\"%s\",\"annotations\":[]}]}}\n\n", id, sentence(a, c));
	buf_printf(b, "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":%s}\n\n",
		   response(a, c, id, "completed"));
}

static void chunk(struct buf *b, const struct chat *c, const char *id, const char *word,
		  const char *end)
{
	bool chat = c->q.api == MODEL_API_CHAT;

	buf_printf(b, "data: {\"id\":\"%s-%s\",\"object\":\"%s\",\"created\":%d,\"model\":\"%s\",\"choices\":"
		      "[{\"index\":0,", chat ? "chatcmpl" : "cmpl", id,
		   chat ? "chat.completion.chunk" : "text_completion", CREATED, c->model->id);
	if (!chat)
		buf_printf(b, "\"text\":\"%s\",", word ? word : "");
	else if (word != NULL)
		buf_printf(b, "\"delta\":{\"role\":\"assistant\",\"content\":\"%s\"},", word);
	else
		buf_puts(b, "\"delta\":{},");
	buf_printf(b, end ? "\"finish_reason\":\"%s\"}]}\n\n" : "\"finish_reason\":null}]}\n\n", end);
}

const char *chat_static_stream(struct arena *a, const struct chat *c, const char *id)
{
	struct buf b;

	buf_init(&b, a, 64 * 1024);
	if (c->q.api == MODEL_API_RESPONSES) {
		response_events(&b, a, c, id);
		return buf_str(&b);
	}
	for (int i = 0; i < allowed(c); i++)
		chunk(&b, c, id, words[i], NULL);
	chunk(&b, c, id, NULL, finish(c));
	buf_printf(&b, "data: {\"id\":\"chatcmpl-%s\",\"object\":\"chat.completion.chunk\",\"created\":%d,"
		       "\"model\":\"%s\",\"choices\":[],\"usage\":%s}\n\ndata: [DONE]\n\n",
		   id, CREATED, c->model->id, chat_usage(a, c));
	return buf_str(&b);
}
