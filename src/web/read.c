#include "config.h"

#include "web/web_int.h"
#include "base/check.h"

void read_bind(struct req *r, const char **args)
{
	for (const enum bind *b = r->route->read->bind; *b != BIND_END; b++, args++)
		switch (*b) {
		case BIND_TOKEN:
			*args = r->token_hash == NULL && r->route->read->program ? r->subject : r->token_hash;
			break;
		case BIND_NOW:
			*args = arg_now(&r->w);
			break;
		case BIND_ARG0:
		case BIND_ARG1:
			*args = r->arg[*b - BIND_ARG0];
			break;
		case BIND_QUERY0:
		case BIND_QUERY1:
		case BIND_QUERY2:
		case BIND_QUERY3:
		case BIND_QUERY4:
			*args = r->query[*b - BIND_QUERY0];
			break;
		case BIND_SUBJECT:
			*args = r->subject;
			break;
		case BIND_SID:
			*args = r->sid;
			break;
		case BIND_MADE:
			*args = r->route->read->made(r);
			break;
		case BIND_END:
			break;
		}
}

int read_answer(struct req *r, const struct pg_rows *rows)
{
	const char *doc;

	if (rows->n == 0 || pg_text(rows, 0, 0) == NULL)
		return fail(&r->w, E_UNAUTHENTICATED, "unknown or expired session");
	if ((doc = pg_text(rows, 0, 1)) == NULL)
		return fail(&r->w, E_NOT_FOUND, "no such row, or not the caller's");
	if (r->route->read->held && pg_text(rows, 0, 2) != NULL)
		return fail(&r->w, err_find(pg_text(rows, 0, 2)), "what is asked for is held back");
	if (r->route->read->answer != NULL)
		return r->route->read->answer(r, doc);
	if (r->route->read->type != NULL)
		return reply_text(r, 200, r->route->read->type, doc);
	return reply_json(r, 200, doc);
}
