#include "config.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

static const struct err_row rows[E_COUNT] = {
#define ERR(id, code, status, retry, sentence) [id] = {code, status, retry, sentence},
#include "base/err.def"
#undef ERR
};

const struct err_row *err_row(enum err_id id)
{
	return id > E_NONE && id < E_COUNT ? &rows[id] : &rows[E_INTERNAL];
}

enum err_id err_find(const char *code)
{
	enum err_id id = E_NONE + 1;

	while (id < E_COUNT && strcmp(rows[id].code, code) != 0)
		id++;
	return id < E_COUNT ? id : E_INTERNAL;
}

int err_set(struct err *e, enum err_id id, const char *fmt, ...)
{
	va_list ap;

	if (e->id != E_NONE)
		return -1;
	e->id = id;
	va_start(ap, fmt);
	vsnprintf(e->detail, sizeof(e->detail), fmt, ap);
	va_end(ap);
	/* One line, whatever a program or a library had to say. */
	for (char *p = e->detail; *p; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	return -1;
}

int err_field(struct err *e, const char *name, const char *code)
{
	err_set(e, E_INVALID, "input %s: %s", name, code);
	if (e->id == E_INVALID && e->nfields < ERR_FIELDS) {
		struct err_field *f = &e->fields[e->nfields++];

		/* A longer name would be cut, perhaps inside a character. */
		snprintf(f->name, sizeof(f->name), "%s",
			 strlen(name) < sizeof(f->name) ? name : "(a long name)");
		f->code = code;
	}
	return -1;
}

void err_clear(struct err *e)
{
	e->id = E_NONE;
	e->detail[0] = '\0';
	e->nfields = 0;
}
