#include "config.h"

#include "artifact/artifact_api_int.h"
#include "artifact/artifact_int.h"
#include "base/id.h"
#include "web/web_int.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/web/asked.h"
#include "tests/lib/door.h"

/* The preview host on a real database: a ticket opens one host, once. */

#define PAGE "1111111111111111111111111111111111111111111111111111111111111111"
#define PART "2222222222222222222222222222222222222222222222222222222222222222"

static const struct field fields[] = {{"ticket", F_TOKEN, 0, 8, 200}};
static const struct shape query = {"Ticket", fields, COUNT(fields), 0};
static const struct route route = {.id = "preview.file", .method = METHOD_GET, .query = &query};
static const char *run, *other_run, *artifact, *other_artifact;

/* A run of an account of its own, with a page and what the page loads. */
static const char *make_run(const char *name, const char **ret_artifact)
{
	const char *id = sql(arena_printf(a,
		"WITH o AS (INSERT INTO bus.account (kind, created_at) VALUES ('visitor', now()) RETURNING id) "
		"INSERT INTO bus.run (run_id, account_id, phase, scope, scope_approved_at, payment, created_at, updated_at) "
		"SELECT 'run_%s', id, 'drafting', '{}', now(), 'paid', now(), now() FROM o RETURNING id", name));

	sql(arena_printf(a, "INSERT INTO bus.verification (run, epoch, ok, code, report, at) VALUES (%s, 1, true, 'ok', '{}', now())", id));
	for (int i = 0; i < 2; i++) {
		const char *sha = i == 0 ? PART : PAGE;

		sql(arena_printf(a, "INSERT INTO bus.verified_file SELECT id, '%s' FROM bus.verification WHERE run = %s", sha, id));
		*ret_artifact = sql(arena_printf(a,
			"INSERT INTO bus.artifact (artifact_id, run, account_id, verification, kind, name, sha256, "
			"size_bytes, entrypoint, mime, reproducible, verified_at) SELECT 'art_%s%d', run.id, account_id, v.id, "
			"'web', '%s', '%s', 1, '%s', '%s', true, now() FROM bus.run JOIN bus.verification v ON v.run = run.id "
			"WHERE run.id = %s RETURNING id", name, i, i == 0 ? "part.js" : "index.html", sha,
			i == 0 ? "" : "index.html", i == 0 ? "text/javascript" : "text/html", id));
	}
	return id;
}

struct opened {
	const char *host, *ticket;
};

static struct opened open_preview(const char *run_number, const char *artifact_number)
{
	struct opened p = {id_new(a, "p"), id_secret(a, "pt_")};

	sql(arena_printf(a, "INSERT INTO bus.preview (host, run, account_id, artifact, ticket_hash, ticket_until, until) "
			    "SELECT '%s', id, account_id, %s, decode('%s', 'hex'), to_timestamp(%lld), to_timestamp(%lld) "
			    "FROM bus.run WHERE id = %s", p.host, artifact_number, hash_of(p.ticket),
			 (long long)(now / CLOCK_S + conf.ticket_ttl_s), (long long)(now / CLOCK_S + conf.ticket_ttl_s),
			 run_number));
	return p;
}

/* The status at a path of a host, by a ticket and a cookie, or NULL. */
static int at(const char *host, const char *path, const char *ticket, const char *cookie)
{
	ask("HTTP_HOST", arena_printf(a, "%s.%s", host, conf.preview_host));
	ask("HTTP_COOKIE", cookie ? arena_printf(a, "x=1; bus_preview=%s", cookie) : NULL);
	door_opens(&route);
	r.arg[0] = path;
	r.query[0] = ticket;
	door_begins();
	return door_ends(artifact_api_preview(&r));
}

static bool says(const char *text)
{
	return strstr(buf_str(&r.head_lines), text) != NULL;
}

static const char *cookie(void)
{
	const char *p = strstr(buf_str(&r.head_lines), "Set-Cookie: bus_preview=");

	assert_non_null(p);
	p += strlen("Set-Cookie: bus_preview=");
	return arena_strndup(a, p, strcspn(p, ";"));
}

static int group_setup(void **state)
{
	(void)state;
	if (door_setup("fast") < 0)
		return -1;
	run = make_run("one", &artifact);
	other_run = make_run("two", &other_artifact);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	door_reset();
	ask("BUS_SENDFILE", "nginx");
	return 0;
}

static void a_ticket_opens_one_host_once(void **state)
{
	struct opened p = open_preview(run, artifact), q = open_preview(other_run, other_artifact);
	const char *mine;

	(void)state;
	assert_int_equal(at(p.host, "", NULL, NULL), 403);
	assert_int_equal(at(p.host, "", "pt_aaaaaaaaaaaaaaaaaaaa", NULL), 403);
	assert_int_equal(at(p.host, "", q.ticket, NULL), 403); /* of another host */
	assert_int_equal(at(id_new(a, "p"), "", p.ticket, NULL), 404);
	assert_int_equal(at("www", "", p.ticket, NULL), 404);
	assert_int_equal(at(p.host, "part.js", NULL, NULL), 403); /* nothing before it is opened */
	assert_int_equal(at(p.host, "", p.ticket, NULL), 303);
	assert_true(says("Location: /\r\n")); /* to an address without it */
	mine = cookie();
	assert_int_equal(at(p.host, "", p.ticket, NULL), 403); /* used */
	assert_false(says("Set-Cookie"));
	assert_int_equal(at(p.host, "", p.ticket, arena_printf(a, "%sx", mine)), 403);
	assert_int_equal(at(p.host, "", NULL, mine), 200);
	assert_true(says("X-Accel-Redirect: /_store/"));
	assert_int_equal(at(p.host, "index.html", NULL, NULL), 403); /* a page needs the cookie */
	assert_int_equal(at(p.host, "part.js", NULL, NULL), 200);    /* what it loads has none */
	assert_int_equal(at(q.host, "", NULL, mine), 403);           /* the cookie is of this host */
	assert_int_equal(at(q.host, "", q.ticket, mine), 303);
	assert_string_not_equal(cookie(), mine);
	assert_int_equal(at(q.host, "", NULL, mine), 403);
}

static void a_ticket_and_a_preview_end(void **state)
{
	struct opened p = open_preview(run, artifact);
	const char *mine;

	(void)state;
	now += (conf.ticket_ttl_s + 1) * CLOCK_S;
	assert_int_equal(at(p.host, "", p.ticket, NULL), 403);
	p = open_preview(run, artifact);
	assert_int_equal(at(p.host, "", p.ticket, NULL), 303);
	mine = cookie();
	now += (conf.preview_ttl_s - 1) * CLOCK_S;
	assert_int_equal(at(p.host, "", NULL, mine), 200);
	now += 2 * CLOCK_S;
	assert_int_equal(at(p.host, "", NULL, mine), 403);
	assert_int_equal(at(p.host, "part.js", NULL, NULL), 403);
}

/* Of two who have looked at it at once, one opens. */
static void the_second_of_two_is_late(void **state)
{
	struct opened p = open_preview(run, artifact);
	struct artifact_preview seen;

	(void)state;
	for (int i = 0; i < 2; i++) {
		door_opens(&route);
		door_begins();
		assert_int_equal(artifact_store_preview_find(&r.w, p.host, &seen), 0);
		assert_int_equal(artifact_store_preview_use(&r.w, p.host, hash_of("pc_x"), now + CLOCK_S), i == 0);
		door_ends(reply_empty(&r, 200));
	}
}

/* A look at the head uses nothing up, and no name leaves the run. */
static void a_preview_is_of_its_run(void **state)
{
	struct opened p = open_preview(run, artifact);
	const char *mine;

	(void)state;
	sql(arena_printf(a, "UPDATE bus.artifact SET name = 'secret.js' WHERE run = %s AND name = 'part.js'", other_run));
	ask("HTTP_HOST", arena_printf(a, "%s.%s", p.host, conf.preview_host));
	door_opens(&route);
	r.head = true;
	r.arg[0] = "";
	r.query[0] = p.ticket;
	door_begins();
	assert_int_equal(door_ends(artifact_api_preview(&r)), 403);
	assert_int_equal(at(p.host, "", p.ticket, NULL), 303);
	mine = cookie();
	assert_int_equal(at(p.host, "secret.js", NULL, mine), 404);
	sql("ALTER TABLE bus.artifact DISABLE ROW LEVEL SECURITY"); /* by the statement alone too */
	assert_int_equal(at(p.host, "secret.js", NULL, mine), 404);
	sql("ALTER TABLE bus.artifact ENABLE ROW LEVEL SECURITY");
	assert_int_equal(at(p.host, "../part.js", NULL, mine), 404);
	assert_int_equal(at(p.host, "/etc/passwd", NULL, mine), 404);
	assert_true(at(p.host, "part.js", NULL, mine) == 200 && says("Content-Security-Policy: sandbox "));
	assert_false(says("allow-same-origin"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		T(a_ticket_opens_one_host_once), T(a_ticket_and_a_preview_end), T(the_second_of_two_is_late),
		T(a_preview_is_of_its_run),
	};

	return cmocka_run_group_tests(tests, group_setup, door_teardown);
}
