#include "config.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/str.h"
#include "port/file.h"
#include "port/mail.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *a;
static char dir[] = "/tmp/bus-mail-XXXXXX";
static const struct mail letter = {.to = "ann@example.com", .subject = "Your code",
				   .text = "One\n.\nthree\n", .id = "mail_1",
				   .at = INT64_C(1795806664) * CLOCK_S};

static int setup(void **state)
{
	(void)state;
	a = arena_new(8u << 20);
	return mkdtemp(dir) == NULL;
}

static int teardown(void **state)
{
	struct err e = {0};

	(void)state;
	arena_free(a);
	return file_remove_tree(dir, &e);
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} rows[] = {
		{"ann@example.com", "ann@example.com"},
		{"Ann.B+tag@Example.CO.uk", "ann.b+tag@example.co.uk"},
		{"o'neil@a-b.example", "o'neil@a-b.example"},
		{"x_y=z@xn--bcher-kva.example", "x_y=z@xn--bcher-kva.example"},
		{"", NULL}, {"@", NULL}, {"ann", NULL}, {"ann@", NULL}, {"@example.com", NULL},
		{"ann@example", NULL}, {"ann@.com", NULL}, {"ann@example.", NULL},
		{"ann@exam..com", NULL}, {".ann@example.com", NULL}, {"ann.@example.com", NULL},
		{"a..n@example.com", NULL}, {"-ann@example.com", NULL}, {"ann@-x.com", NULL},
		{"ann@x-.com", NULL}, {"ann@a@example.com", NULL}, {"ann@127.0.0.1", NULL},
		{"ann@[127.0.0.1]", NULL}, {"\"a b\"@example.com", NULL}, {"a b@example.com", NULL},
		{"ann@example.com\r\nBcc: x@example.com", NULL}, {"ann@example.com ", NULL},
		{"<ann@example.com>", NULL}, {"ann,bob@example.com", NULL}, {"\xc3\xa4@example.com", NULL},
		{"ann@ex_ample.com", NULL},
	};
	const char *most = arena_printf(a, "%064d@example.com", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *have = mail_address(a, rows[i].text);

		if (!str_eq(have, rows[i].want))
			fail_msg("%s: %s", rows[i].text, have ? have : "refused");
	}
	assert_non_null(mail_address(a, most));
	assert_null(mail_address(a, arena_printf(a, "1%s", most)));
	assert_null(mail_address(a, arena_printf(a, "a@%063d.%063d.%063d.%063d.com", 1, 1, 1, 1)));
}

static const char *content(const char *path)
{
	struct err e = {0};
	size_t n;
	const char *text = file_read(a, path, 65536, &n, &e);

	if (text == NULL)
		fail_msg("%s", e.detail);
	return text;
}

static void a_file_of_its_own(void **state)
{
	struct conf c = {.mail = "spool", .mail_from = "bus@example.org",
			 .mail_spool = arena_printf(a, "%s/spool/mail", dir)};
	const char *path = arena_printf(a, "%s/mail_1.eml", c.mail_spool);
	struct err e = {0};
	struct stat st;

	(void)state;
	assert_int_equal(mail_send(a, &c, &letter, &e), 0);
	assert_int_equal(mail_send(a, &c, &letter, &e), 0); /* again: the same file */
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_string_equal(content(path),
			    "From: <bus@example.org>\nTo: <ann@example.com>\nSubject: Your code\n"
			    "Date: Fri, 27 Nov 2026 19:11:04 +0000\nMessage-ID: <mail_1@example.org>\n"
			    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
			    "Content-Transfer-Encoding: 8bit\nAuto-Submitted: auto-generated\n\n"
			    "One\n.\nthree\n");
}

static void sendmail_is_told_whom_and_may_refuse(void **state)
{
	const char *script = arena_printf(a, "%s/sendmail", dir), *out = arena_printf(a, "%s/out", dir);
	const char *text = arena_printf(a, "#!/bin/sh\necho \"$@\" >%s; cat >>%s\n", out, out);
	struct conf c = {.mail = "sendmail", .mail_from = "bus@example.org", .sendmail = script};
	struct err e = {0};

	(void)state;
	assert_int_equal(file_write(script, text, strlen(text), 0700, &e), 0);
	assert_int_equal(mail_send(a, &c, &letter, &e), 0);
	assert_true(str_starts(content(out), "-i -f bus@example.org -- ann@example.com\nFrom: <bus@"));
	text = "#!/bin/sh\nexit 75\n";
	assert_int_equal(file_write(script, text, strlen(text), 0700, &e), 0);
	assert_int_equal(mail_send(a, &c, &letter, &e), -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
	err_clear(&e);
	c.mail = "pigeon";
	assert_int_equal(mail_send(a, &c, &letter, &e), -1);
}

/* A server for one letter, on a socket that listens; refuses recipients when told. */
static void serve(int listening, const char *out, bool refuse)
{
	int fd = accept(listening, NULL, NULL);
	FILE *in = fdopen(fd, "r"), *to = fopen(out, "w");
	char line[1024];
	bool data = false;

	dprintf(fd, "220 here\r\n");
	while (in && to && fgets(line, sizeof(line), in) != NULL) {
		fputs(line, to);
		if (data) {
			if (strcmp(line, ".\r\n") == 0) {
				data = false;
				dprintf(fd, "250 taken\r\n");
			}
			continue;
		}
		data = strncmp(line, "DATA", 4) == 0;
		dprintf(fd, "%s\r\n", data ? "354 go on" : strncmp(line, "QUIT", 4) == 0 ? "221 bye"
			: refuse && strncmp(line, "RCPT", 4) == 0 ? "550 no such" : "250 ok");
	}
	fclose(to);
	_exit(0);
}

static int send_to_server(bool refuse, const char *out, struct err *e)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct conf c = {.mail = "smtp", .mail_from = "bus@example.org", .smtp_user = ""};
	int fd = socket(AF_INET, SOCK_STREAM, 0), rc, status;
	socklen_t len = sizeof(at);
	pid_t pid;

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	pid = fork();
	if (pid == 0)
		serve(fd, out, refuse);
	close(fd);
	c.smtp_url = arena_printf(a, "smtp://127.0.0.1:%d", ntohs(at.sin_port));
	rc = mail_send(a, &c, &letter, e);
	waitpid(pid, &status, 0);
	return rc;
}

static void a_server_gets_it_whole(void **state)
{
	const char *out = arena_printf(a, "%s/smtp", dir), *said;
	struct err e = {0};

	(void)state;
	assert_int_equal(send_to_server(false, out, &e), 0);
	said = content(out);
	assert_non_null(strstr(said, "MAIL FROM:<bus@example.org>"));
	assert_non_null(strstr(said, "RCPT TO:<ann@example.com>"));
	/* A line of one dot does not end it. */
	assert_non_null(strstr(said, "\r\n\r\nOne\r\n..\r\nthree\r\n.\r\n"));
	assert_int_equal(send_to_server(true, out, &e), -1);
	assert_int_equal(e.id, E_UNAVAILABLE);
}

/* Without TLS there is no mail unless that was asked for. */
static void a_server_without_tls_is_refused(void **state)
{
	struct conf c = {.mail = "smtp", .mail_from = "bus@example.org", .smtp_user = "", .smtp_tls = 1,
			 .smtp_url = "smtp://127.0.0.1:1"};
	struct err e = {0};

	(void)state;
	assert_int_equal(mail_send(a, &c, &letter, &e), -1);
	c.smtp_url = "file:///etc/passwd";
	err_clear(&e);
	assert_int_equal(mail_send(a, &c, &letter, &e), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(a_file_of_its_own),
		cmocka_unit_test(sendmail_is_told_whom_and_may_refuse),
		cmocka_unit_test(a_server_gets_it_whole),
		cmocka_unit_test(a_server_without_tls_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
