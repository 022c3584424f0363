/* What the master and its workers share. */
#pragma once
#include "web/loop.h"
#include "web/web_int.h"

enum worker_kind { WORKER_REQUESTS, WORKER_STREAMS, WORKER_CALLS, WORKER_LISTENER };

#define WAKES_MAX 17

/* Descriptors (eventfd) that wake the workers that wait for news; each list ends at -1. */
struct wakes {
	int streams[WAKES_MAX]; /* something has news */
	int calls[WAKES_MAX];   /* the operator's switch was moved, or a local runtime came or went */
};

/* What a worker is born with. */
struct worker {
	enum worker_kind kind;
	enum pool pool;
	const struct conf *conf;
	const struct web_app *app;
	struct shared *shared;
	int listen_fd, wake_fd;
	const struct wakes *wakes; /* for the listener */
};

/* worker.c: after the fork, to the end of the process. */
_Noreturn void worker_main(const struct worker *k);

/* Would the workers of every pool start with this configuration? Asked of a child,
 * so that nothing it reads stays; with its reason in `e` when not. Takes as long as
 * reading the files, TRY_S at most. */
int worker_try(const struct conf *c, const struct web_app *app, struct err *e);

/* The loops: they return when they were told to stop (or are due to retire) and
 * have finished. `stop_fd` is a signalfd with SIGTERM. */
void loop_requests(struct web *web, struct pg *pg, int stop_fd, size_t batch);
void loop_streams(struct web *web, struct pg *pg, int stop_fd);
void loop_relays(struct web *web, int stop_fd); /* with connections of its own */
void loop_listener(const struct conf *c, struct shared *shared, const struct wakes *wakes,
		   int stop_fd);

/* Was a stop asked for? Reads the signalfd. */
bool loop_stopping(int stop_fd);
