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
 */

static void serve(int fd, const char *conninfo)
{
	PGconn *db = PQconnectdb(conninfo);
	FCGX_Request r;

	PQclear(PQprepare(db, "row", "SELECT doc FROM bus.run_public WHERE run_id = $1", 1, NULL));
	FCGX_InitRequest(&r, fd, 0);
	while (FCGX_Accept_r(&r) == 0) {
		const char *uri = FCGX_GetParam("REQUEST_URI", r.envp);
		const char *slash = uri ? strrchr(uri, '/') : NULL;
		const char *args[] = {slash ? slash + 1 : ""};
		PGresult *row = PQexecPrepared(db, "row", 1, args, NULL, NULL, 0);
		const char *doc = PQntuples(row) ? PQgetvalue(row, 0, 0) : "{}";

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

	if (argc != 4)
		return 64;
	FCGX_Init();
	fd = FCGX_OpenSocket(argv[1], 1024);
	for (int i = atoi(argv[3]); i > 0; i--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fd, argv[2]);
			return 0;
		}
	while (wait(NULL) > 0)
		continue;
	return 0;
}
