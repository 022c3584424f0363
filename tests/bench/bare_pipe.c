#include "config.h"

#include <fcgiapp.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * The fastest worker of this kind that we know how to write, as a limit to
 * measure against: connections kept open and polled, all requests of a round
 * in one libpq pipeline, one prepared SELECT by key each, nothing checked.
 * bare_pipe SOCKET CONNINFO WORKERS
 */

#define BATCH 64

static PGconn *db;
static int ep, listen_fd;

static void watch(int fd, FCGX_Request *r)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = r};

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
}

static void send_one(FCGX_Request *r)
{
	const char *uri = FCGX_GetParam("REQUEST_URI", r->envp);
	const char *slash = uri ? strrchr(uri, '/') : NULL;
	const char *args[] = {slash ? slash + 1 : ""};

	PQsendQueryPrepared(db, "row", 1, args, NULL, NULL, 0);
}

static void answer_one(FCGX_Request *r)
{
	PGresult *row = PQgetResult(db);
	const char *doc = PQntuples(row) ? PQgetvalue(row, 0, 0) : "{}";

	FCGX_FPrintF(r->out, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		     (int)strlen(doc));
	FCGX_PutS(doc, r->out);
	FCGX_Finish_r(r);
	PQclear(row);
	PQclear(PQgetResult(db)); /* the end of this command */
}

static void round_of(FCGX_Request **ready, int n)
{
	for (int i = 0; i < n; i++)
		send_one(ready[i]);
	PQpipelineSync(db);
	PQflush(db);
	for (int i = 0; i < n; i++)
		answer_one(ready[i]);
	PQclear(PQgetResult(db)); /* the sync */
}

static int accept_on(FCGX_Request *r)
{
	int was = r->ipcFd;

	if (FCGX_Accept_r(r) != 0) {
		free(r);
		return 0;
	}
	if (r->ipcFd != was)
		watch(r->ipcFd, r);
	return 1;
}

static FCGX_Request *new_request(void)
{
	FCGX_Request *r = calloc(1, sizeof(*r));

	FCGX_InitRequest(r, listen_fd, 0);
	r->ipcFd = -1;
	return r;
}

static void serve(const char *conninfo)
{
	struct epoll_event ev[BATCH];

	db = PQconnectdb(conninfo);
	PQclear(PQprepare(db, "row", "SELECT doc FROM bus.run_public WHERE run_id = $1", 1, NULL));
	PQenterPipelineMode(db);
	ep = epoll_create1(0);
	watch(listen_fd, NULL);
	for (;;) {
		FCGX_Request *ready[BATCH * 2];
		int n = epoll_wait(ep, ev, BATCH, -1), k = 0;

		for (int i = 0; i < n; i++) {
			FCGX_Request *r = ev[i].data.ptr;

			if (r == NULL)
				r = new_request();
			if (accept_on(r))
				ready[k++] = r;
		}
		if (k > 0)
			round_of(ready, k);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 64;
	FCGX_Init();
	listen_fd = FCGX_OpenSocket(argv[1], 1024);
	fcntl(listen_fd, F_SETFL, O_NONBLOCK);
	for (int i = atoi(argv[3]); i > 0; i--)
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(argv[2]);
		}
	while (wait(NULL) > 0)
		continue;
	return 0;
}
