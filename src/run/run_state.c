#include "config.h"

#include "run/run.h"

#include <string.h>

const struct run_state run_states[RUN_PHASES] = {
#define STATE(id, name, status, terminal) [id] = {name, status, terminal},
#define EDGE(from, event, name, to, who)
#include "run/run_state.def"
#undef STATE
#undef EDGE
};

const struct run_edge run_edges[] = {
#define STATE(id, name, status, terminal)
#define EDGE(from, event, name, to, who) {from, event, name, to, who},
#include "run/run_state.def"
#undef STATE
#undef EDGE
};
const size_t run_edge_count = COUNT(run_edges);

const struct run_edge *run_edge_find(enum run_phase from, enum run_event event)
{
	for (size_t i = 0; i < run_edge_count; i++)
		if (run_edges[i].from == from && run_edges[i].event == event)
			return &run_edges[i];
	return NULL;
}

enum run_phase run_phase_of(const char *name)
{
	enum run_phase p = 0;

	while (p < RUN_PHASES && strcmp(run_states[p].name, name) != 0)
		p++;
	return p;
}
