#include "config.h"

#include "chat/chat_int.h"
#include "base/jw.h"

bool chat_counted(const struct chat *c, int64_t *ret_micro, int64_t *ret_cost)
{
	struct err ignored = {0};

	*ret_micro = c->reserved;
	*ret_cost = 0;
	if (!c->watch.has_usage ||
	    model_cost(c->price, &c->watch.usage, ret_micro, &ignored) < 0) {
		*ret_micro = c->reserved;
		return false;
	}
	if (c->cost != NULL)
		model_cost(c->cost, &c->watch.usage, ret_cost, &ignored);
	return true;
}

const char *chat_tokens_json(struct arena *a, const struct chat *c)
{
	struct buf b;
	struct jw j;

	buf_init(&b, a, 1024);
	jw_init(&j, &b);
	jw_object(&j);
	for (size_t i = 0; i < MODEL_CLASSES; i++)
		if (c->watch.usage.of[i] != 0)
			jw_kint(&j, model_class_names[i], c->watch.usage.of[i]);
	jw_end_object(&j);
	return buf_str(&b);
}
