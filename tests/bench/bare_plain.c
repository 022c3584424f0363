#include "config.h"

#include <fcgiapp.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The textbook FastCGI worker, as a limit to measure against: N processes that
 * accept, run one prepared SELECT by key, answer and close. Nothing is checked
 * and nothing is kept.  bare_plain SOCKET CONNINFO WORKERS
 *
 * With a fourth argument, INSERT, it keeps the body of each request in that
 * statement's $1, one commit each.
 */

#define BODY_MAX 65536

static const char *body(const FCGX_Request *r, char *to)
{
	int n = FCGX_GetStr(to, BODY_MAX - 1, r->in);

	to[n] = '\0';
	return to;
}

static const char *last_segment(const FCGX_Request *r)
{
	const char *uri = FCGX_GetParam("REQUEST_URI", r->envp), *slash = uri ? strrchr(uri, '/') : NULL;

	return slash ? slash + 1 : "";
}

static void serve(int fd, const char *conninfo, const char *insert)
{
	static char text[BODY_MAX];
	PGconn *db = PQconnectdb(conninfo);
	FCGX_Request r;

	PQclear(PQprepare(db, "row",
			  insert ? insert : "SELECT doc FROM bus.run_public WHERE run_id = $1", 1,
			  NULL));
	FCGX_InitRequest(&r, fd, 0);
	while (FCGX_Accept_r(&r) == 0) {
		const char *args[] = {insert ? body(&r, text) : last_segment(&r)};
		PGresult *row = PQexecPrepared(db, "row", 1, args, NULL, NULL, 0);
		const char *doc = PQresultStatus(row) == PGRES_COMMAND_OK ? "{\"received\":true}"
				  : PQntuples(row) ? PQgetvalue(row, 0, 0) : "{}";

		FCGX_FPrintF(r.out, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
			     (int)strlen(doc));
		FCGX_PutS(doc, r.out);
		PQclear(row);
		FCGX_Finish_r(&r);
	}
}

int main(int argc, char **argv)
{
	int fd;

	if (argc != 4 && argc != 5)
		return 64;
	FCGX_Init();
	fd = FCGX_OpenSocket(argv[1], 1024);
	for (int i = atoi(argv[3]); i > 0; i--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd, argv[2], argv[4]);
			return 0;
		}
	while (wait(NULL) > 0)
		continue;
	return 0;
}
