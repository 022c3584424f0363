/*
 * Conf: the settings of an installation, read once into a constant struct.
 *
 * The table conf.def is the only list: it parses the file, prints the sample
 * (`bus config`), says what may change on a reload and which rows are secret.
 * Syntax: `name = value` lines, `#` comments. An unknown name, a value out of
 * range or a name given twice is an error that names the line.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

enum { C_RELOAD = 1, C_SECRET = 2 };

struct conf {
	const char *path; /* the file that was read */
#define CONF_TEXT(name, dflt, flags, doc) const char *name;
#define CONF_INT(name, dflt, min, max, flags, doc) int64_t name;
#include "base/conf.def"
#undef CONF_TEXT
#undef CONF_INT
};

struct conf_row {
	const char *name;
	bool is_int;
	size_t offset;
	const char *dflt; /* as written in a file */
	int64_t min, max;
	unsigned flags;
	const char *doc;
};

extern const struct conf_row conf_rows[];
extern const size_t conf_row_count;

/* Read `path`. Everything lives in `a`. -1 with the line in the detail. */
int conf_read(struct arena *a, const char *path, struct conf *ret, struct err *e);

/* The same from text; `name` stands for the file in messages. */
int conf_parse(struct arena *a, const char *name, const char *text, struct conf *ret,
	       struct err *e);

/* "$credentials/x" is what the service manager hands over under that name
 * (systemd.exec, LoadCredential=): a file below CREDENTIALS_DIRECTORY. Any other
 * path, or all of them where there is no such folder, stays as it is. */
#define CONF_CREDENTIALS "$credentials/"
const char *conf_credential(struct arena *a, const char *path);

/* The value of a row as text; for a secret row only "set" or "unset". */
const char *conf_show(struct arena *a, const struct conf *c, const struct conf_row *row);
