#include "config.h"

#include "base/check.h"
#include "base/id.h"
#include "chat/chat_sql.h"
#include "chat/chat_store.h"
#include "identity/identity.h"
#include "web/web.h"

#include <stddef.h>

/* Conversations as rows: begun, listed, read, renamed, deleted, stopped, followed.
 * What is said and answered is chat_thread_api.c. */

struct title_in {
	const char *title;
};
static const struct field create_fields[] = {
	{"title", F_TEXT, F_NULLABLE, 1, 200, .offset = offsetof(struct title_in, title),
	 .doc = "without it the first message gives one"},
};
static const struct shape create_shape = {"ChatCreate", create_fields, COUNT(create_fields),
					  sizeof(struct title_in)};
static const struct field rename_fields[] = {
	{"title", F_TEXT, F_REQUIRED, 1, 200, .offset = offsetof(struct title_in, title)},
};
static const struct shape rename_shape = {"ChatRename", rename_fields, COUNT(rename_fields),
					  sizeof(struct title_in)};
static const struct shape nothing = {"Empty", NULL, 0, 0};

static const struct field chat_fields[] = {
	{"chat_id", F_TOKEN, F_REQUIRED},
	{"title", F_TEXT, F_REQUIRED},
	{"answering", F_TOKEN, F_REQUIRED | F_NULLABLE, .doc = "the message that is being written"},
	{"last_event_id", F_INT, F_REQUIRED},
	{"created_at", F_TIME, F_REQUIRED},
	{"updated_at", F_TIME, F_REQUIRED},
	{"session_token", F_TOKEN, 0, .doc = "when the request made a session; also set as a cookie"},
};
static const struct shape chat_shape = {"Chat", chat_fields, COUNT(chat_fields), 0};
static const struct field list_fields[] = {
	{"items", F_LIST, F_REQUIRED, .of = &chat_shape},
	{"next_cursor", F_TOKEN, F_REQUIRED | F_NULLABLE},
};
static const struct shape list_shape = {"ChatList", list_fields, COUNT(list_fields), 0};
static const struct field message_fields[] = {
	{"message_id", F_TOKEN, F_REQUIRED},
	{"author", F_TOKEN, F_REQUIRED, .doc = "visitor or assistant"},
	{"state", F_TOKEN, F_REQUIRED,
	 .doc = "said; answering, complete, stopped, failed or interrupted"},
	{"text", F_TEXT, F_REQUIRED, .doc = "what there is of it; Markdown of the model's"},
	{"chars", F_INT, 0, .doc = "code points of an answer, so far"},
	{"model", F_TOKEN, 0},
	{"usage_id", F_TOKEN, 0},
	{"usage", F_ANY, 0, .doc = "state, quantity and unit; tokens by class once they are known"},
	{"error", F_TOKEN, 0, .doc = "code of what went wrong"},
	{"at", F_TIME, F_REQUIRED},
	{"ended_at", F_TIME, 0},
};
static const struct shape message_shape = {"ChatMessage", message_fields, COUNT(message_fields), 0};
static const struct field read_fields[] = {
	{"chat", F_OBJECT, F_REQUIRED, .of = &chat_shape},
	{"items", F_LIST, F_REQUIRED, .of = &message_shape},
	{"next_cursor", F_TOKEN, F_REQUIRED | F_NULLABLE},
};
static const struct shape read_shape = {"ChatRead", read_fields, COUNT(read_fields), 0};
static const struct field events_fields[] = {
	{"events", F_LIST, F_REQUIRED}, {"last_id", F_INT, F_REQUIRED},
};
static const struct shape events_shape = {"ChatEvents", events_fields, COUNT(events_fields), 0};

static const struct field page_fields[] = {
	{"limit", F_INT, 0, 1, 100}, {"cursor", F_TOKEN, 0, 1, 64},
};
static const struct shape page = {"ChatPage", page_fields, COUNT(page_fields), 0};
static const struct field said_fields[] = {
	{"limit", F_INT, 0, 1, 200}, {"cursor", F_INT, 0, 0, INT32_MAX},
};
static const struct shape said = {"ChatMessagePage", said_fields, COUNT(said_fields), 0};
static const struct field after_fields[] = {
	{"after", F_INT, 0, 0, INT32_MAX, .doc = "number of the last event that is known"},
	{"wait", F_INT, 0, 0, 25, .doc = "seconds to wait for news"},
};
static const struct shape after = {"ChatEventQuery", after_fields, COUNT(after_fields), 0};

static int create(struct req *r)
{
	const struct title_in *in = r->in;
	struct identity_session s = {0};
	const char *doc;

	if (r->w.actor.account == 0) {
		if (identity_session_new(&r->w, &s) < 0)
			return -1;
		req_becomes(r, s.account);
		reply_session(r, s.token);
	}
	if (chat_store_create(&r->w, id_new(r->w.a, "chat_"), in->title, &doc) < 0)
		return -1;
	if (s.token != NULL)
		doc = arena_printf(r->w.a, "{\"session_token\":\"%s\",%s", s.token, doc + 1);
	return reply_json(r, 201, doc);
}

static int rename_it(struct req *r)
{
	const struct title_in *in = r->in;
	const char *doc;

	if (chat_store_rename(&r->w, r->arg[0], in->title, &doc) < 0)
		return -1;
	return reply_json(r, 200, doc);
}

static int delete_it(struct req *r)
{
	if (chat_store_delete(&r->w, r->arg[0]) < 0)
		return -1;
	return reply_json(r, 200, "{\"deleted\":true}");
}

static int stop(struct req *r)
{
	const char *doc;

	if (chat_store_stop(&r->w, r->arg[0], &doc) < 0)
		return -1;
	return reply_json(r, 202, doc);
}

static const struct read read_list = {
	&chat_sql_read_list, {BIND_TOKEN, BIND_QUERY0, BIND_QUERY1}, NULL};
static const struct read read_one = {
	&chat_sql_read_one, {BIND_TOKEN, BIND_ARG0, BIND_QUERY0, BIND_QUERY1}, NULL};
static const struct follow follow = {&chat_sql_open, &chat_sql_more};

static const struct field deleted_fields[] = {{"deleted", F_BOOL, F_REQUIRED}};
static const struct shape deleted = {"ChatDeleted", deleted_fields, COUNT(deleted_fields), 0};

#define CHATS "/api/v1/chats"
#define ONE CHATS "/{chat_id}"
#define CUSTOMER .audience = AUD_CUSTOMER, .proof = "tests/stack/chats.sh"
#define WRITE .pool = POOL_FAST, .rate = RATE_WRITE

const struct route chat_row_routes[] = {
	{.id = "chat.create", .method = METHOD_POST, .pattern = CHATS, .pool = POOL_FAST,
	 .audience = AUD_OPEN, .rate = RATE_CREATE, .body_max = 4096, .input = &create_shape,
	 .reply = &chat_shape, .reply_status = 201, .handle = create,
	 .summary = "Begin a conversation with a model", .proof = "tests/stack/chats.sh"},
	{.id = "chat.list", .method = METHOD_GET, .pattern = CHATS, .pool = POOL_FAST, CUSTOMER,
	 .query = &page, .reply = &list_shape, .reply_status = 200, .read = &read_list,
	 .summary = "Own conversations, newest first"},
	{.id = "chat.show", .method = METHOD_GET, .pattern = ONE, .pool = POOL_FAST, CUSTOMER,
	 .query = &said, .reply = &read_shape, .reply_status = 200, .read = &read_one,
	 .summary = "A conversation with its messages, an answer as far as it has come"},
	{.id = "chat.rename", .method = METHOD_PATCH, .pattern = ONE, CUSTOMER, WRITE, .body_max = 4096,
	 .input = &rename_shape, .reply = &chat_shape, .reply_status = 200, .handle = rename_it,
	 .summary = "Give a conversation another title"},
	{.id = "chat.stop", .method = METHOD_POST, .pattern = ONE "/stop", CUSTOMER, WRITE, .body_max = 4096,
	 .input = &nothing, .reply = &chat_shape, .reply_status = 202, .handle = stop,
	 .summary = "Stop the answer that is under way, from anywhere"},
	{.id = "chat.events", .method = METHOD_GET, .pattern = ONE "/events", .pool = POOL_STREAM,
	 CUSTOMER, .rate = RATE_STREAM, .query = &after, .reply = &events_shape, .reply_status = 200,
	 .follow = &follow,
	 .summary = "Follow a conversation: answers piece by piece (server-sent events or long poll)"},
	{.id = "chat.delete", .method = METHOD_DELETE, .pattern = ONE, CUSTOMER, WRITE, .reply = &deleted, .reply_status = 200, .handle = delete_it,
	 .summary = "Delete what was said; what it has cost stays in the ledger"},
	{0},
};
