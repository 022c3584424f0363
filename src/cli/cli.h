/*
 * Cli: the command `bus`, as a table of verbs.
 *
 * Results go to standard output, as aligned text or with --json as JSON;
 * everything else goes to standard error. Exit codes are those of sysexits:
 * 0 done, 1 a check said no, 64 usage, 65 data, 66 no such object, 69
 * unavailable (a retry may help), 70 our bug, 73 cannot create, 75 try again,
 * 77 not allowed, 78 configuration. No verb takes a secret as an argument.
 */
#pragma once
#include "work/work.h"

struct cli_opt {
	const char *name, *value, *doc; /* --name VALUE; value NULL: a switch */
};

struct cli;

struct verb {
	const char *name;  /* "build approve" */
	const char *args;  /* "RUN_ID", "FILE PROVENANCE", "[FILE]" may be absent; NULL: none */
	const struct cli_opt *options;
	const char *db;    /* role of the database connection it needs, or NULL */
	bool no_conf;      /* works without a configuration file */
	bool args_suffice; /* with arguments it needs neither configuration nor database */
	int (*run)(struct cli *c); /* 0, -1 with c->w.err, or an exit status > 0 */
	const char *doc;
};

#define CLI_ARGS 8

struct cli {
	struct work w;
	struct conf conf;
	const char *conf_path;
	const struct verb *verb;
	const char *args[CLI_ARGS];
	size_t args_n;
	struct cli_given {
		const char *name, *value;
	} given[CLI_ARGS];
	size_t given_n;
	bool json, dry_run;
};

/* All verbs: NULL-terminated list of arrays that end at a verb without name. */
int cli_main(int argc, char **argv, const struct verb *const *tables);

const char *cli_arg(const struct cli *c, size_t i);           /* NULL when absent */
const char *cli_option(const struct cli *c, const char *name); /* value, "" for a switch, or NULL */

/* 0 when an option was not given or its value is one of `n` words, a whole number in
 * bounds; else E_FIELD (exit 65). */
int cli_one_of(struct cli *c, const char *name, const char *const *words, size_t n);
int cli_bounded(struct cli *c, const char *name, int64_t min, int64_t max);

/* A file that was named on the command line, as file_read() gives it. NULL: E_NOT_FOUND
 * for one that is not there or may not be read, else E_INVALID. */
char *cli_read(struct cli *c, const char *path, size_t max, size_t *ret_n);

/* What could not be read was named on the command line: a retry does not help. */
void cli_no_input(struct cli *c);

/* Print JSON: with --json as it is, else indented by name. */
int cli_json(struct cli *c, const char *json);

/* Run an operator's read ((true, JSON)) and print it: member `list` as a table
 * of `columns`, or the whole when they are NULL. E_NOT_FOUND for NULL. */
int cli_query(struct cli *c, const struct pg_stmt *stmt, const char *const *args, const char *list,
	      const char *const *columns);

/* Print a JSON array of objects as a table. */
int cli_table(struct cli *c, const char *json_array, const char *const *columns);

void cli_out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line of progress on a terminal; nothing when standard error is piped. */
void cli_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_progress_end(void);

/* The exit status of an error. */
int cli_status(enum err_id id);
