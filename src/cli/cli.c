#include "config.h"

#include "base/log.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/cli_int.h"
#include "port/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLI_ARENA (256u << 20)

static const struct cli_opt common[] = {
	{"config", "FILE", "configuration ($BUS_CONF, $BUS_VAR/etc/bus.conf, ./var/etc/bus.conf, /etc/bus/bus.conf)"},
	{"json", NULL, "results as JSON"},
	{"help", NULL, "this text"},
	{0},
};

int cli_status(enum err_id id)
{
	static const unsigned char known[E_COUNT] = {
		[E_BAD_REQUEST] = 65, [E_INVALID] = 65, [E_CONFLICT] = 65, [E_TOO_LARGE] = 65,
		[E_SCOPE_CHANGED] = 65, [E_NOT_FOUND] = 66, [E_UNAVAILABLE] = 69, [E_RESOURCE] = 69,
		[E_RATE] = 75, [E_BUSY] = 75, [E_STALE] = 75, [E_IDEM_BUSY] = 75,
		[E_UNAUTHENTICATED] = 77, [E_SCOPE] = 77, [E_DISABLED] = 77, [E_DISPUTED] = 77, [E_RETURNED] = 77,
		[E_BILLING] = 77, [E_QUOTA] = 77, [E_SECOND] = 77, [E_FRESH] = 77, [E_CONTACT] = 77, [E_UPSTREAM] = 69,
		[E_UNFINISHED] = 69,
	};

	return id == E_NONE ? 0 : known[id] ? known[id] : 70;
}

const char *cli_arg(const struct cli *c, size_t i)
{
	return i < c->args_n ? c->args[i] : NULL;
}

const char *cli_option(const struct cli *c, const char *name)
{
	for (size_t i = 0; i < c->given_n; i++)
		if (strcmp(c->given[i].name, name) == 0)
			return c->given[i].value;
	return NULL;
}

int cli_one_of(struct cli *c, const char *name, const char *const *words, size_t n)
{
	const char *value = cli_option(c, name);

	for (size_t i = 0; value != NULL && i < n; i++)
		if (strcmp(value, words[i]) == 0)
			return 0;
	return value == NULL ? 0 : fail_field(&c->w, arena_printf(c->w.a, "--%s", name), "not_one_of");
}

int cli_bounded(struct cli *c, const char *name, int64_t min, int64_t max)
{
	const char *value = cli_option(c, name);
	int64_t n;

	return value == NULL || str_int(value, min, max, &n) ? 0
		: fail_field(&c->w, arena_printf(c->w.a, "--%s", name), "out_of_range");
}

void cli_no_input(struct cli *c)
{
	if (c->w.err.id == E_UNAVAILABLE)
		c->w.err.id = E_NOT_FOUND;
}

char *cli_read(struct cli *c, const char *path, size_t max, size_t *ret_n)
{
	char *text = file_read(c->w.a, path, max, ret_n, &c->w.err);

	if (text == NULL)
		cli_no_input(c);
	return text;
}

/* How many words of the command line the verb's name takes; 0: another verb. */
static int words_of(const char *name, int argc, char **argv)
{
	int n = 0;

	while (*name) {
		size_t len = strcspn(name, " ");

		if (n >= argc || strlen(argv[n]) != len || strncmp(name, argv[n], len) != 0)
			return 0;
		n++;
		name += len + (name[len] == ' ');
	}
	return n;
}

static const struct verb *find_verb(const struct verb *const *tables, int argc, char **argv,
				    int *ret_words)
{
	const struct verb *best = NULL;

	*ret_words = 0;
	for (; *tables != NULL; tables++)
		for (const struct verb *v = *tables; v->name != NULL; v++) {
			int n = words_of(v->name, argc, argv);

			if (n > *ret_words) {
				*ret_words = n;
				best = v;
			}
		}
	return best;
}

static const struct cli_opt *find_option(const struct cli_opt *o, const char *name, size_t n)
{
	for (; o != NULL && o->name != NULL; o++)
		if (strlen(o->name) == n && strncmp(o->name, name, n) == 0)
			return o;
	return NULL;
}

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "bus: %s%s; see 'bus --help'\n", what, word ? word : "");
	return 64;
}

/* --name=value, --name value or a switch. Moves *i past what it took. */
static int take_option(struct cli *c, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t n = value ? (size_t)(value - name) : strlen(name);
	const struct cli_opt *o = find_option(common, name, n);

	if (o == NULL)
		o = find_option(c->verb->options, name, n);
	if (o == NULL)
		return usage("no such option: ", argv[*i]);
	if (c->given_n == CLI_ARGS)
		return usage("too many options", NULL);
	if (o->value == NULL && value != NULL)
		return usage("takes no value: ", argv[*i]);
	if (o->value != NULL && value == NULL && ++*i == argc)
		return usage("needs a value: --", o->name);
	c->given[c->given_n++] = (struct cli_given){
		o->name, o->value == NULL ? "" : value ? value + 1 : argv[*i]};
	return 0;
}

static size_t wanted_args(const char *args)
{
	size_t n = 0;

	for (; args != NULL && *args; args++)
		n += *args == ' ' || n == 0;
	return n;
}

static size_t needed_args(const char *args)
{
	return args != NULL && *args == '[' ? 0 : wanted_args(args);
}

static int parse(struct cli *c, int argc, char **argv)
{
	int rc;

	for (int i = 0; i < argc; i++) {
		if (str_starts(argv[i], "--") && argv[i][2]) {
			if ((rc = take_option(c, argc, argv, &i)) != 0)
				return rc;
		} else if (c->args_n < CLI_ARGS) {
			c->args[c->args_n++] = argv[i];
		} else {
			return usage("too many arguments", NULL);
		}
	}
	c->json = cli_option(c, "json") != NULL;
	if (cli_option(c, "help") != NULL) {
		cli_help_verb(c->verb);
		return -1;
	}
	if (c->args_n > wanted_args(c->verb->args) || c->args_n < needed_args(c->verb->args)) {
		fprintf(stderr, "usage: bus %s %s\n", c->verb->name, c->verb->args ? c->verb->args : "");
		return 64;
	}
	return 0;
}

static const char *find_conf(struct cli *c)
{
	const char *var = getenv("BUS_VAR"), *path = cli_option(c, "config");

	if (path == NULL)
		path = getenv("BUS_CONF");
	if (path == NULL && var != NULL)
		path = arena_printf(c->w.a, "%s/etc/bus.conf", var);
	if (path == NULL && access("./var/etc/bus.conf", R_OK) == 0)
		path = "./var/etc/bus.conf";
	return path ? path : "/etc/bus/bus.conf";
}

static int run_verb(struct cli *c)
{
	bool alone = c->verb->args_suffice && c->args_n > 0;
	struct err e = {0};
	int rc;

	c->conf_path = find_conf(c);
	if (!alone && !c->verb->no_conf && conf_read(c->w.a, c->conf_path, &c->conf, &e) < 0) {
		fprintf(stderr, "bus: %s\n", e.detail);
		return 78;
	}
	c->w.conf = &c->conf;
	c->w.now = clock_now();
	c->w.trace = c->verb->name;
	c->w.actor = (struct actor){.kind = ACTOR_OPERATOR, .name = "operator"};
	if (!alone && c->verb->db != NULL)
		c->w.pg = pg_new(&c->conf, c->verb->db, true);
	rc = c->verb->run(c);
	if (c->w.pg != NULL)
		work_rollback(&c->w);
	cli_progress_end();
	if (rc < 0) {
		fprintf(stderr, "bus: %s (%s: %s)\n", err_row(c->w.err.id)->sentence,
			err_row(c->w.err.id)->code, c->w.err.detail);
		rc = cli_status(c->w.err.id);
	}
	pg_free(c->w.pg);
	return rc;
}

int cli_main(int argc, char **argv, const struct verb *const *tables)
{
	struct cli c = {0};
	int words, rc;

	log_init("bus", LOG_WARN);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		cli_help(tables, common);
		return argc < 2 ? 64 : 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		cli_out("bus %s\n", PACKAGE_VERSION);
		return 0;
	}
	c.verb = find_verb(tables, argc - 1, argv + 1, &words);
	if (c.verb == NULL && cli_help_group(tables, argv[1]))
		return argc == 3 && strcmp(argv[2], "--help") == 0 ? 0 : 64;
	if (c.verb == NULL)
		return usage("no such command: ", argv[1]);
	c.w.a = arena_new(CLI_ARENA);
	rc = parse(&c, argc - 1 - words, argv + 1 + words);
	if (rc == 0)
		rc = run_verb(&c);
	arena_free(c.w.a);
	if (fflush(stdout) != 0 || ferror(stdout))
		return 74;
	return rc < 0 ? 0 : rc;
}
