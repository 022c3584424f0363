/* Batches and statements that nobody waits for, on a real PostgreSQL. */
#include "config.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/conf.h"
#include "port/pg.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

static struct conf conf;
static struct arena *a;
static struct pg *pg, *other;

static const struct pg_stmt one = {"one", "SELECT 1", 0}, two = {"two", "SELECT 2", 0},
	three = {"three", "SELECT 3", 0}, divide = {"divide", "SELECT 6 / $1::int", 1},
	wrong = {"wrong", "SELECT no_such_column", 0},
	leave = {"leave", "SELECT pg_terminate_backend(pg_backend_pid())", 0},
	wait_here = {"wait_here", "SELECT pg_sleep(0.3), 7", 0},
	locks = {"locks", "SELECT pg_advisory_xact_lock(77), 7", 0},
	try_lock = {"try_lock", "SELECT pg_try_advisory_xact_lock(77)", 0},
	level = {"level", "SELECT set_config('synchronous_commit', 'on', true)", 0},
	end_mine = {"end_mine", "SELECT pg_terminate_backend($1::int)", 1},
	no_end = {"no_end", "SELECT set_config('statement_timeout', '0', false)", 0},
	sleeps = {"sleeps", "SELECT pg_sleep(60)", 0},
	who = {"who", "SELECT pg_backend_pid()", 0};

static int set_up(void **state)
{
	struct err e = {0};
	char path[512];

	(void)state;
	a = arena_new(1 << 20);
	snprintf(path, sizeof(path), "%s/etc/bus.conf", getenv("BUS_VAR"));
	assert_int_equal(conf_read(a, path, &conf, &e), 0);
	conf.db_prepare = 1;
	conf.db_wait_s = 1;
	pg = pg_new(&conf, "admin", false);
	other = pg_new(&conf, "admin", false);
	assert_int_equal(pg_ready(pg, &e), 0);
	assert_int_equal(pg_ready(other, &e), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pg_free(pg);
	pg_free(other);
	arena_free(a);
	return 0;
}

static struct pg_call call(const struct pg_stmt *s, const char *const *args)
{
	return (struct pg_call){.stmt = s, .args = args, .a = a};
}

static void answers(enum pg_batch_kind kind, const struct pg_stmt *s, int64_t want)
{
	struct pg_call c = call(s, NULL);

	pg_batch(pg, kind, &c, 1);
	assert_int_equal(c.rc, 0);
	assert_int_equal(pg_int(&c.rows, 0, 0), want);
}

/* What was prepared stays known, and what was passed over does not count as prepared. */
static void test_a_failure_forgets_nothing(void **state)
{
	const char *zero[] = {"0"}, *six[] = {"6"};

	(void)state;
	answers(PG_INDEPENDENT, &one, 1);
	for (int turn = 0; turn < 3; turn++) {
		struct pg_call c[] = {call(&one, NULL), call(&divide, zero), call(&two, NULL), call(&wrong, NULL),
				      call(&two, NULL), call(&divide, six), call(&three, NULL)};

		pg_batch(pg, PG_INDEPENDENT, c, COUNT(c));
		assert_int_equal(c[0].rc, 0);
		assert_int_equal(c[1].rc, -1);
		assert_int_equal(c[3].rc, -1);
		assert_int_equal(pg_int(&c[2].rows, 0, 0), 2);
		assert_int_equal(pg_int(&c[4].rows, 0, 0), 2);
		assert_int_equal(pg_int(&c[5].rows, 0, 0), 1);
		assert_int_equal(pg_int(&c[6].rows, 0, 0), 3);
	}
	answers(PG_INDEPENDENT, &one, 1);
	answers(PG_SEQUENCE, &three, 3);
}

struct told {
	const struct pg_call *calls;
	size_t n;
	int failed;
};

static void tell(void *arg, size_t i)
{
	struct told *t = arg;

	assert_int_equal(i, t->n); /* each once, in their order */
	t->n++;
	t->failed += t->calls[i].rc < 0;
}

/* Each outcome is told as it comes, also of what is sent again behind a failure
 * and of what a lost connection takes with it. */
static void test_each_outcome_is_told_once(void **state)
{
	const char *zero[] = {"0"}, *six[] = {"6"};
	struct pg_call c[] = {call(&one, NULL), call(&divide, zero), call(&divide, six), call(&wrong, NULL),
			      call(&two, NULL)};
	struct pg_call lost[] = {call(&one, NULL), call(&leave, NULL), call(&two, NULL), call(&three, NULL)};
	struct told t = {.calls = c}, u = {.calls = lost};

	(void)state;
	pg_batch_each(pg, c, COUNT(c), tell, &t);
	assert_int_equal(t.n, COUNT(c));
	assert_int_equal(t.failed, 2);
	assert_int_equal(pg_int(&c[4].rows, 0, 0), 2);
	pg_batch_each(pg, lost, COUNT(lost), tell, &u);
	assert_int_equal(u.n, COUNT(lost));
	assert_int_equal(lost[0].rc, 0);
	assert_int_equal(u.failed, 3);
}

/* To its end, by events alone; how often there was nothing to do yet. */
static int wait_for(struct pg *p)
{
	int turns = 0;
	enum pg_wait w;

	for (; (w = pg_sent(p)) != PG_DONE; turns++) {
		struct pollfd f = {.fd = pg_fd(p), .events = POLLIN | (w == PG_WRITE ? POLLOUT : 0)};

		assert_true(turns < 100);
		assert_int_equal(poll(&f, 1, 10000), 1);
	}
	return turns;
}

static void test_nobody_waits(void **state)
{
	struct pg_call c = call(&wait_here, NULL), d = call(&one, NULL);

	(void)state;
	assert_int_equal(pg_send(pg, &c, true), 0);
	assert_int_not_equal(pg_sent(pg), PG_DONE);
	assert_int_equal(pg_send(other, &d, false), 0);
	wait_for(other);
	assert_int_equal(pg_int(&d.rows, 0, 0), 1);
	assert_int_not_equal(pg_sent(pg), PG_DONE);
	assert_true(wait_for(pg) >= 1);
	assert_int_equal(c.rc, 0);
	assert_int_equal(pg_int(&c.rows, 0, 1), 7);
	answers(PG_INDEPENDENT, &two, 2); /* and the connection is as it was */
}

/* Its locks are gone when the disk is waited for: somebody else's statement on
 * another connection comes through although ours has not been read yet. */
static void test_locks_are_given_back(void **state)
{
	struct pg_call c = call(&locks, NULL), d;

	(void)state;
	assert_int_equal(pg_send(pg, &c, true), 0);
	wait_for(pg);
	assert_int_equal(c.rc, 0);
	d = call(&try_lock, NULL);
	pg_batch(other, PG_SEQUENCE, &d, 1);
	assert_true(pg_bool(&d.rows, 0, 0));
	/* A statement that asks for the disk itself is overruled, not in the way. */
	c = call(&level, NULL);
	assert_int_equal(pg_send(pg, &c, true), 0);
	wait_for(pg);
	assert_int_equal(c.rc, 0);
}

static void test_failures_are_told(void **state)
{
	const char *zero[] = {"0"};
	struct pg_call c = call(&divide, zero);

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(pg_send(pg, &c, true), 0);
		wait_for(pg);
		assert_int_equal(c.rc, -1);
		assert_int_equal(c.err.id, E_INTERNAL);
		c = call(&wrong, NULL);
	}
	answers(PG_SEQUENCE, &one, 1);
}

static void test_a_lost_connection(void **state)
{
	struct pg_call c = call(&wait_here, NULL), d;
	const char *pid[1];

	(void)state;
	d = call(&who, NULL);
	pg_batch(pg, PG_SEQUENCE, &d, 1);
	pid[0] = pg_text(&d.rows, 0, 0);
	assert_int_equal(pg_send(pg, &c, true), 0);
	d = call(&end_mine, pid);
	pg_batch(other, PG_SEQUENCE, &d, 1);
	wait_for(pg);
	assert_int_equal(c.rc, -1);
	assert_int_equal(c.err.id, E_UNAVAILABLE);
	assert_false(c.unsure); /* the server has said that it did not */
	poll(NULL, 0, 250); /* no sooner is a new one tried */
	c = call(&one, NULL);
	assert_int_equal(pg_send(pg, &c, true), 0);
	wait_for(pg);
	assert_int_equal(pg_int(&c.rows, 0, 0), 1);
}

/* Until it is done, looking after it now and then; how long that took. */
static int64_t give_up(struct pg *p)
{
	int64_t began = clock_mono();

	while (pg_sent(p) != PG_DONE) {
		struct pollfd f = {.fd = pg_fd(p), .events = POLLIN};

		poll(&f, 1, 100);
	}
	return clock_mono() - began;
}

/* A server that says nothing for longer than is waited. The connection was opened on
 * the way: it knows the timeout of its role all the same. */
static void test_given_up(void **state)
{
	struct pg *call = pg_new(&conf, "call", false);
	struct pg_call c = {.stmt = &no_end, .a = a};

	(void)state;
	assert_int_equal(pg_send(call, &c, false), 0);
	wait_for(call);
	assert_int_equal(c.rc, 0);
	c = (struct pg_call){.stmt = &sleeps, .a = a};
	assert_int_equal(pg_send(call, &c, false), 0);
	assert_true(give_up(call) > (conf.db_wait_s + 1) * CLOCK_S);
	assert_int_equal(c.rc, -1);
	assert_int_equal(c.err.id, E_UNAVAILABLE);
	assert_true(c.unsure);
	assert_int_equal(pg_sent(call), PG_DONE); /* idle */
	pg_free(call);
}

/* A server that takes connections and does not answer, or is not there: nobody waits
 * for the attempt either, and nothing can have happened. */
static void test_not_opened(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct conf mute = conf;
	struct pg_call c = {.stmt = &one, .a = a};
	int64_t began = clock_mono();
	char dir[] = "/tmp/bus-test-mute-XXXXXX";
	struct pg *p;

	(void)state;
	mute.db_host = mkdtemp(dir);
	assert_non_null(mute.db_host);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/.s.PGSQL.%lld", dir, (long long)mute.db_port);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	p = pg_new(&mute, "call", false);
	assert_int_equal(pg_send(p, &c, true), 0);
	assert_int_not_equal(pg_sent(p), PG_DONE);
	assert_true(clock_mono() - began < CLOCK_S);
	give_up(p);
	assert_int_equal(c.rc, -1);
	assert_int_equal(c.err.id, E_UNAVAILABLE);
	assert_false(c.unsure);
	assert_int_equal(pg_sent(p), PG_DONE);
	assert_int_equal(pg_send(p, &c, true), -1); /* as long as the attempt took, there is no other */
	pg_free(p);
	close(fd);
	unlink(at.sun_path);
	rmdir(dir);
	p = pg_new(&mute, "call", false);
	assert_int_equal(pg_send(p, &c, true), -1);
	assert_int_equal(c.err.id, E_UNAVAILABLE);
	assert_int_equal(pg_sent(p), PG_DONE);
	pg_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_failure_forgets_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each_outcome_is_told_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_locks_are_given_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failures_are_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_lost_connection, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_given_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_opened, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
