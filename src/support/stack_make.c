#include "config.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/str.h"
#include "port/crypto.h"
#include "port/file.h"
#include "port/otp.h"
#include "port/sandbox.h"
#include "port/spawn.h"
#include "support/stack.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOCKET_PATH_MAX 80 /* of 107, for ".s.PGSQL.5432" and our names behind it */

/* Where the template, the portal and the catalog are: beside a source tree's
 * build folder, else where `make install` puts them. */
static const char *data_dir(struct arena *a)
{
	const char *given = getenv("BUS_DATA");
	char *tree = arena_strdup(a, sandbox_self(a)), *slash;

	if (given != NULL)
		return given;
	for (int i = 0; i < 2 && (slash = strrchr(tree, '/')) != NULL; i++)
		*slash = '\0';
	if (file_exists(arena_printf(a, "%s/template/build.json", tree)))
		return tree;
	return PKGDATADIR;
}

static const char *absolute(struct arena *a, const char *path)
{
	char *cwd, *all;

	if (path[0] == '/')
		return path;
	if ((cwd = getcwd(NULL, 0)) == NULL)
		return path;
	all = arena_printf(a, "%s/%s", cwd, str_starts(path, "./") ? path + 2 : path);
	free(cwd);
	return all;
}

/* Can any account get to this path? A checkout in root's home cannot be used by
 * the account that root's stack drops to. */
static bool reachable(struct arena *a, const char *path)
{
	char *part = arena_strdup(a, path);
	struct stat st;

	for (char *p = part + 1; *p; p++) {
		bool closed;

		if (*p != '/')
			continue;
		*p = '\0';
		closed = stat(part, &st) < 0 || !(st.st_mode & S_IXOTH);
		*p = '/';
		if (closed)
			return false;
	}
	return stat(part, &st) == 0 && (st.st_mode & S_IXOTH);
}

/* Sockets need a short path: a deep folder gets them below /tmp. */
static const char *run_dir(struct arena *a, const char *var)
{
	const char *run = arena_printf(a, "%s/run", var);

	if (strlen(run) <= SOCKET_PATH_MAX)
		return run;
	return arena_printf(a, "/tmp/bus-%u-%.12s", getuid(),
			    crypto_sha256_hex(a, var, strlen(var)));
}

int stack_make_conf(struct arena *a, const char *var, const char *port, const char **ret_path,
		    struct err *e)
{
	const char *dir = data_dir(a), *path;
	int64_t n;

	if (getuid() == 0 && !(reachable(a, dir) && reachable(a, sandbox_beside(a, ""))))
		dir = arena_printf(a, "%s/app", absolute(a, var));
	if (!str_int(port, 1, 65535, &n))
		return err_set(e, E_INVALID, "BUS_PORT: not a port: %.20s", port);
	var = absolute(a, var);
	path = arena_printf(a, "%s/etc/bus.conf", var);
	*ret_path = path;
	if (file_exists(path))
		return 0;
	if (file_mkdirs(arena_printf(a, "%s/etc", var), 0755, e) < 0)
		return -1;
	return file_update(
		path,
		arena_printf(a,
			     "# The local stack. Every setting: bus config sample\n"
			     "public_url = http://localhost:%s\npreview_host = preview.localhost:%s\n"
			     "listen = 127.0.0.1:%s\nvar = %s\nrun = %s\nuser = %s\n"
			     "template = %s/template\nhtdocs = %s/htdocs\n"
			     "catalog = %s/conf/catalog.json\nmodels = %s/conf/models.json\n"
			     "plans = %s/conf/plans.json\n",
			     port, port, port, var, run_dir(a, var), getuid() == 0 ? "_bus" : "", dir,
			     dir, dir, dir, dir),
		0644, e);
}

const char *stack_find_pg(struct arena *a)
{
	/* Debian keeps each version in a folder of its own; the newest wins. */
	for (int version = 30; version >= 14; version--) {
		const char *dir = arena_printf(a, "/usr/lib/postgresql/%d/bin", version);

		if (file_exists(arena_printf(a, "%s/postgres", dir)))
			return dir;
	}
	return NULL;
}

static int copy(struct stack *s, const char *from, const char *to)
{
	const char *const argv[] = {"cp", "-R", "--remove-destination", "-T", from, to, NULL};
	const char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
	struct spawn_result r;

	if (spawn_run(s->a, &(struct spawn){.argv = argv, .env = env}, 60 * CLOCK_S, 4096, &r, s->e) < 0)
		return -1;
	return r.status == 0 ? 0 : err_set(s->e, E_UNAVAILABLE, "copy %s: %s", from, r.err);
}

/* The programs and their data, where the account can get at them. */
static int make_app(struct stack *s)
{
	static const char *const programs[] = {"bus", "bus-fcgi", "bus-reaper"};
	static const char *const data[] = {"template", "htdocs", "conf"};
	const char *app = arena_printf(s->a, "%s/app", s->conf->var);

	if (!str_starts(s->conf->template, arena_printf(s->a, "%s/", app)))
		return 0;
	if (file_mkdirs(arena_printf(s->a, "%s/bin", app), 0755, s->e) < 0)
		return -1;
	for (size_t i = 0; i < COUNT(programs); i++)
		if (copy(s, sandbox_beside(s->a, programs[i]),
			 arena_printf(s->a, "%s/bin/%s", app, programs[i])) < 0)
			return -1;
	for (size_t i = 0; i < COUNT(data); i++)
		if (copy(s, arena_printf(s->a, "%s/%s", data_dir(s->a), data[i]),
			 arena_printf(s->a, "%s/%s", app, data[i])) < 0)
			return -1;
	s->bin = arena_printf(s->a, "%s/bin", app);
	return 0;
}

static int make_folder(struct stack *s, const char *path, mode_t mode)
{
	struct passwd *pw = *s->conf->user ? getpwnam(s->conf->user) : NULL;

	if (file_mkdirs(path, mode, s->e) < 0)
		return -1;
	if (geteuid() == 0 && pw != NULL && lchown(path, pw->pw_uid, pw->pw_gid) < 0)
		return err_set(s->e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	if (chmod(path, mode) < 0)
		return err_set(s->e, E_UNAVAILABLE, "%s: %s", path, strerror(errno));
	return 0;
}

static int make_secret(struct stack *s, const char *path, const char *prefix)
{
	const char *text;

	if (file_exists(path))
		return 0;
	text = arena_printf(s->a, "%s\n", id_secret(s->a, prefix));
	return file_write(path, text, strlen(text), 0600, s->e);
}

static int make_pair(struct stack *s, const char *private, const char *public)
{
	struct key *k;
	char *pem;

	if (key_make(private, s->e) < 0 || (k = key_read(private, s->e)) == NULL)
		return -1;
	pem = key_public_pem(s->a, k);
	key_free(k);
	return file_update(public, pem, 0644, s->e);
}

static int make_keys(struct stack *s)
{
	const struct conf *c = s->conf;

	if (make_secret(s, c->server_secret, "") < 0 || make_secret(s, c->operator_token, "op_") < 0 ||
	    make_secret(s, c->token_secret, "") < 0 || make_secret(s, c->internal_key, "ik_") < 0 ||
	    make_secret(s, c->stripe_webhook_secret, "whsec_") < 0 ||
	    (c->operator_totp_required && otp_key_make(s->a, c->operator_totp, s->e) < 0) ||
	    make_pair(s, c->receipt_key, c->receipt_public) < 0)
		return -1;
	return make_pair(s, c->provenance_key, c->provenance_public);
}

/* Everybody who runs the stack's programs may take their roles; nobody else
 * reaches the socket's folder. */
static const char *ident_map(struct stack *s)
{
	static const char *const roles[] = {"admin", "fast", "slow", "stream", "call", "hook", "operator", "reaper"};
	const char *names[] = {*s->conf->user ? s->conf->user : NULL, NULL};
	struct buf b;

	names[1] = s->invoker;
	buf_init(&b, s->a, 8192);
	for (size_t n = 0; n < COUNT(names); n++)
		for (size_t i = 0; names[n] != NULL && i < COUNT(roles); i++)
			buf_printf(&b, "bus \"%s\" bus_%s\n", names[n], roles[i]);
	return buf_str(&b);
}

static int init_database(struct stack *s, const char *data)
{
	const char *const argv[] = {arena_printf(s->a, "%s/initdb", s->pg_bin), "-D", data, "-U",
				    "bus_admin", "-A", "peer", "-E", "UTF8", "--no-locale", NULL};
	const char *const env[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
	struct spawn_result r;

	if (spawn_run(s->a, &(struct spawn){.argv = argv, .env = env, .cwd = s->conf->var},
		      120 * CLOCK_S, 65536, &r, s->e) < 0)
		return -1;
	if (r.status != 0)
		return err_set(s->e, E_UNAVAILABLE, "initdb: %s", r.err);
	return 0;
}

static int make_database(struct stack *s)
{
	const char *data = arena_printf(s->a, "%s/pg", s->conf->var);

	if (!file_exists(arena_printf(s->a, "%s/PG_VERSION", data)) && init_database(s, data) < 0)
		return -1;
	if (file_update(arena_printf(s->a, "%s/pg_hba.conf", data),
			"local all all peer map=bus\n", 0600, s->e) < 0 ||
	    file_update(arena_printf(s->a, "%s/pg_ident.conf", data), ident_map(s), 0600, s->e) < 0)
		return -1;
	return file_update(arena_printf(s->a, "%s/postgresql.auto.conf", data),
			   arena_printf(s->a,
					"listen_addresses = ''\nunix_socket_directories = '%s'\n"
					"port = %lld\nmax_connections = 80\nshared_buffers = '128MB'\n"
					"autovacuum_naptime = '15s'\nlog_min_messages = warning\n"
					"unix_socket_permissions = 0700\n",
					s->conf->run, (long long)s->conf->db_direct_port),
			   0600, s->e);
}

/* As root: the folders, for the account. Then as the account: what is in them. */
int stack_make(struct stack *s)
{
	const struct conf *c = s->conf;
	struct passwd *pw = getpwuid(getuid());

	s->invoker = pw ? arena_strdup(s->a, pw->pw_name) : NULL;
	if (getuid() == 0 && *c->user && file_mkdirs(c->var, 0755, s->e) == 0 && !reachable(s->a, c->var))
		return err_set(s->e, E_INVALID,
			       "%s cannot be reached by the account %s: choose another BUS_VAR", c->var,
			       c->user);
	if (s->e->id != E_NONE || make_app(s) < 0)
		return -1;
	if (make_folder(s, c->var, 0755) < 0 ||
	    make_folder(s, arena_printf(s->a, "%s/etc", c->var), 0755) < 0 ||
	    make_folder(s, arena_printf(s->a, "%s/log", c->var), 0755) < 0 ||
	    make_folder(s, arena_printf(s->a, "%s/nginx", c->var), 0755) < 0 ||
	    make_folder(s, c->run, 0755) < 0 || make_folder(s, c->store, 0755) < 0 ||
	    make_folder(s, c->repo, 0700) < 0 || make_folder(s, c->go_cache, 0755) < 0 ||
	    spawn_become(c->user, s->e) < 0)
		return -1;
	return make_keys(s) < 0 ? -1 : make_database(s);
}
