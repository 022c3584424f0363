#include "config.h"

#include "chat/chat_store.h"
#include "reap/reap.h"

const struct pass chat_passes[] = {
	{.name = "chat.expire", .interval_s = 5, .batch = 100, .deadline_s = 30,
	 .sweep = chat_store_expire, .doc = "end the answers whose process has died"},
	{.name = "chat.forget", .interval_s = 300, .batch = 1000, .deadline_s = 30,
	 .sweep = chat_store_forget,
	 .doc = "forget the pieces of whole answers, and conversations deleted a day ago"},
	{0},
};
