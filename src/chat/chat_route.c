#include "config.h"

#include "chat/chat_int.h"

/* In which order the routes of a model are tried: as the catalog has them, but what
 * is down or has asked for a pause is left for the end. */

static bool take(struct chat *c, bool last, int64_t mono)
{
	for (size_t i = 0; i < c->model->routes_n; i++) {
		const struct model_backend *b = c->model->routes[i].backend;
		struct chat_backend *s = chat_backend(b);

		if (c->tried & 1u << i || chat_backend_last(s, mono) != last || !chat_backend_usable(s, b, mono))
			continue;
		c->route = i;
		c->tried |= 1u << i;
		return true;
	}
	return false;
}

bool chat_next_route(struct chat *c, int64_t mono)
{
	if (!take(c, false, mono) && !take(c, true, mono))
		return false;
	if (c->fell == E_NONE && c->route > 0)
		c->fell = E_RESOURCE;
	return true;
}

const char *chat_backends(struct arena *a, const struct model *m)
{
	const char *all = m->routes[0].backend_id;

	for (size_t i = 1; i < m->routes_n; i++)
		all = arena_printf(a, "%s %s", all, m->routes[i].backend_id);
	return all;
}

size_t chat_fallbacks(const struct chat *c)
{
	unsigned before = (c->tried | ((1u << c->route) - 1)) & ~(1u << c->route);

	return (size_t)__builtin_popcount(before);
}
