#include "config.h"

#include "base/conf.h"
#include "base/check.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF_FILE_MAX (64u * 1024)
#define STR(x) #x

const struct conf_row conf_rows[] = {
#define CONF_TEXT(name, dflt, flags, doc) \
	{#name, false, offsetof(struct conf, name), dflt, 0, 0, flags, doc},
#define CONF_INT(name, dflt, min, max, flags, doc) \
	{#name, true, offsetof(struct conf, name), STR(dflt), min, max, flags, doc},
#include "base/conf.def"
#undef CONF_TEXT
#undef CONF_INT
};
const size_t conf_row_count = COUNT(conf_rows);

static const char **text_at(struct conf *c, const struct conf_row *r)
{
	return (const char **)(void *)((char *)c + r->offset);
}

static int64_t *int_at(struct conf *c, const struct conf_row *r)
{
	return (int64_t *)(void *)((char *)c + r->offset);
}

static const struct conf_row *find_row(const char *name)
{
	for (size_t i = 0; i < conf_row_count; i++)
		if (strcmp(conf_rows[i].name, name) == 0)
			return &conf_rows[i];
	return NULL;
}

static int set(struct conf *c, const struct conf_row *r, const char *value)
{
	if (!r->is_int) {
		*text_at(c, r) = value;
		return 0;
	}
	return str_int(value, r->min, r->max, int_at(c, r)) ? 0 : -1;
}

static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		*--end = '\0';
	return s + strspn(s, " \t");
}

static int parse_line(char *line, struct conf *c, bool *given, const char **why)
{
	char *eq, *name, *value;
	const struct conf_row *r;

	line = trim(line);
	if (*line == '\0' || *line == '#')
		return 0;
	if ((eq = strchr(line, '=')) == NULL) {
		*why = "expected name = value";
		return -1;
	}
	*eq = '\0';
	name = trim(line);
	value = trim(eq + 1);
	if ((r = find_row(name)) == NULL) {
		*why = "no such setting";
		return -1;
	}
	if (given[r - conf_rows]) {
		*why = "given twice";
		return -1;
	}
	given[r - conf_rows] = true;
	if (set(c, r, value) < 0) {
		*why = "not a whole number within its range";
		return -1;
	}
	return 0;
}

const char *conf_credential(struct arena *a, const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (dir == NULL || !str_starts(path, CONF_CREDENTIALS))
		return path;
	return arena_printf(a, "%s/%s", dir, path + strlen(CONF_CREDENTIALS));
}

/* "$var/x" and "$run/x" become paths below those folders. */
static void expand(struct arena *a, struct conf *c)
{
	for (size_t i = 0; i < conf_row_count; i++) {
		const char **v = conf_rows[i].is_int ? NULL : text_at(c, &conf_rows[i]);

		if (v != NULL && str_starts(*v, "$var"))
			*v = arena_printf(a, "%s%s", c->var, *v + 4);
		else if (v != NULL && str_starts(*v, "$run"))
			*v = arena_printf(a, "%s%s", c->run, *v + 4);
		else if (v != NULL)
			*v = conf_credential(a, *v);
	}
}

int conf_parse(struct arena *a, const char *name, const char *text, struct conf *ret,
	       struct err *e)
{
	bool given[COUNT(conf_rows)] = {false};
	char *copy = arena_strdup(a, text), *line;
	struct conf c = {.path = arena_strdup(a, name)};
	int number = 0;

	if (!str_utf8(text, strlen(text)))
		return err_set(e, E_INVALID, "%s: not UTF-8 text", name);
	for (size_t i = 0; i < conf_row_count; i++)
		check(set(&c, &conf_rows[i], conf_rows[i].dflt) == 0);
	while ((line = strsep(&copy, "\n")) != NULL) {
		const char *why = NULL, *said = arena_strdup(a, trim(line));

		number++;
		if (parse_line(line, &c, given, &why) < 0)
			return err_set(e, E_INVALID, "%s:%d: %s: %.80s", name, number, why, said);
	}
	expand(a, &c);
	*ret = c;
	return 0;
}

int conf_read(struct arena *a, const char *path, struct conf *ret, struct err *e)
{
	char *text = arena_alloc(a, CONF_FILE_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return err_set(e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	n = read(fd, text, CONF_FILE_MAX + 1);
	close(fd);
	if (n < 0 || n > (ssize_t)CONF_FILE_MAX || strlen(text) != (size_t)n)
		return err_set(e, E_INVALID, "%s: not a text file of at most %u bytes", path,
			       CONF_FILE_MAX);
	return conf_parse(a, path, text, ret, e);
}

const char *conf_show(struct arena *a, const struct conf *c, const struct conf_row *row)
{
	const char *at = (const char *)c + row->offset;

	if (row->is_int)
		return arena_printf(a, "%lld", (long long)*(const int64_t *)(const void *)at);
	at = *(const char *const *)(const void *)at;
	if (row->flags & C_SECRET)
		return access(at, R_OK) == 0 ? "set" : "unset";
	return at;
}
