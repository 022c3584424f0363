#include "config.h"

#include "cli/cli_int.h"
#include "base/jw.h"
#include "base/str.h"
#include "port/json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS 12
#define COLUMN_MAX 60

void cli_out(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

static bool progress_open;

void cli_progress(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	progress_open = true;
	fputs("\r\033[K", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
}

void cli_progress_end(void)
{
	if (progress_open)
		fputs("\r\033[K", stderr);
	progress_open = false;
}

void cli_help_verb(const struct verb *v)
{
	cli_out("bus %s %s\n  %s\n", v->name, v->args ? v->args : "", v->doc);
	for (const struct cli_opt *o = v->options; o != NULL && o->name != NULL; o++)
		cli_out("  --%s %s\t%s\n", o->name, o->value ? o->value : "", o->doc);
}

void cli_help(const struct verb *const *tables, const struct cli_opt *common)
{
	cli_out("bus: operate an installation of busdk\n\n");
	for (; *tables != NULL; tables++)
		for (const struct verb *v = *tables; v->name != NULL; v++)
			cli_out("  bus %-17s %-16s %s\n", v->name, v->args ? v->args : "", v->doc);
	cli_out("\nOptions of every command:\n");
	for (; common->name != NULL; common++)
		cli_out("  --%s %s\t%s\n", common->name, common->value ? common->value : "",
			common->doc);
}

bool cli_help_group(const struct verb *const *tables, const char *word)
{
	size_t n = strlen(word);
	bool any = false;

	for (; *tables != NULL; tables++)
		for (const struct verb *v = *tables; v->name != NULL; v++)
			if (strncmp(v->name, word, n) == 0 && v->name[n] == ' ') {
				cli_out("  bus %-17s %-16s %s\n", v->name, v->args ? v->args : "", v->doc);
				any = true;
			}
	return any;
}

/* Control characters from the database must not reach a terminal. */
static const char *printable(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return copy;
}

static const char *cell(struct arena *a, const struct json *row, const char *column)
{
	const struct json *v = json_get(row, column);

	if (json_kind(v) == JSON_NULL)
		return "-";
	return printable(a, json_kind(v) == JSON_TEXT ? json_text(v, "") : json_print(a, v));
}

static size_t shown(const char *s)
{
	size_t n = str_chars(s);

	return n > COLUMN_MAX ? COLUMN_MAX : n;
}

static void put_cell(const char *s, size_t width)
{
	size_t n = 0;

	for (; *s && n < COLUMN_MAX; n++) {
		do
			putchar(*s++);
		while (((unsigned char)*s & 0xc0) == 0x80);
	}
	for (; n < width; n++)
		putchar(' ');
}

static int print_table(struct cli *c, const struct json *rows, const char *const *columns)
{
	size_t width[COLUMNS] = {0}, n = 0;

	while (columns[n] != NULL)
		n++;
	check(n <= COLUMNS);
	for (size_t k = 0; k < n; k++) {
		width[k] = strlen(columns[k]);
		for (size_t i = 0; i < json_count(rows); i++) {
			size_t w = shown(cell(c->w.a, json_at(rows, i), columns[k]));

			if (w > width[k])
				width[k] = w;
		}
	}
	for (size_t k = 0; k < n; k++) {
		put_cell(columns[k], k + 1 < n ? width[k] + 2 : 0);
	}
	putchar('\n');
	for (size_t i = 0; i < json_count(rows); i++) {
		for (size_t k = 0; k < n; k++)
			put_cell(cell(c->w.a, json_at(rows, i), columns[k]),
				 k + 1 < n ? width[k] + 2 : 0);
		putchar('\n');
	}
	return 0;
}

struct tree {
	struct arena *a;
	int depth;
};

static int print_member(void *ctx, const char *key, const struct json *v);

static void print_value(struct tree *t, const struct json *v)
{
	struct tree in = {t->a, t->depth + 1};

	if (json_kind(v) == JSON_OBJECT) {
		putchar('\n');
		json_each(v, print_member, &in);
	} else if (json_kind(v) == JSON_ARRAY && json_count(v) > 0) {
		putchar('\n');
		for (size_t i = 0; i < json_count(v); i++) {
			printf("%*s-", 2 * in.depth, "");
			print_value(&in, json_at(v, i));
		}
	} else {
		printf(" %s\n", json_kind(v) == JSON_TEXT ? printable(t->a, json_text(v, ""))
							  : json_print(t->a, v));
	}
}

static int print_member(void *ctx, const char *key, const struct json *v)
{
	struct tree *t = ctx;

	printf("%*s%s:", 2 * t->depth, "", printable(t->a, key));
	print_value(t, v);
	return 0;
}

int cli_json(struct cli *c, const char *json)
{
	struct tree t = {c->w.a, 0};
	const struct json *j;

	if (c->json) {
		cli_out("%s\n", json);
		return 0;
	}
	if ((j = json_parse(c->w.a, json, strlen(json), &c->w.err)) == NULL)
		return -1;
	return json_each(j, print_member, &t);
}

int cli_table(struct cli *c, const char *json_array, const char *const *columns)
{
	const struct json *j;

	if (c->json) {
		cli_out("%s\n", json_array);
		return 0;
	}
	if ((j = json_parse(c->w.a, json_array, strlen(json_array), &c->w.err)) == NULL)
		return -1;
	return print_table(c, j, columns);
}

int cli_query(struct cli *c, const struct pg_stmt *stmt, const char *const *args, const char *list,
	      const char *const *columns)
{
	struct pg_rows rows;
	const struct json *j;
	const char *doc;

	if (pg_exec(c->w.pg, c->w.a, stmt, args, &rows, &c->w.err) < 0)
		return -1;
	if (rows.n == 0 || (doc = pg_text(&rows, 0, 1)) == NULL)
		return fail(&c->w, E_NOT_FOUND, "%s", c->args_n ? c->args[0] : "nothing");
	if (c->json || columns == NULL)
		return cli_json(c, doc);
	if ((j = json_parse(c->w.a, doc, strlen(doc), &c->w.err)) == NULL)
		return -1;
	return print_table(c, json_get(j, list), columns);
}
