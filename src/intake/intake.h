/*
 * Intake: from what a visitor wrote to what will be built, by rules alone.
 *
 * The room is pure: it gets the whole conversation each time and gives the
 * same answer for the same words. It asks at most one clarifying question in
 * a conversation, and only when something essential is open; what it cannot
 * make it says plainly. The result is a struct spec: the compiled-in
 * specification of a small tool, which the template worker turns into Go.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define SPEC_INPUTS 12
#define SPEC_OUTPUTS 12
#define SPEC_UNITS 24
#define SPEC_ITEMS 100
#define SPEC_CHOICES 16
#define SPEC_COUNTERS 12
#define SPEC_TIMERS 12
#define SPEC_OPERATIONS 16
#define SPEC_PLATFORMS 4

enum spec_kind {
	SPEC_CALCULATOR, /* inputs and computed outputs */
	SPEC_CONVERTER,  /* one quantity, many units */
	SPEC_CHECKLIST,
	SPEC_COUNTER,
	SPEC_TIMER,
	SPEC_FORM, /* inputs filled into a text */
	SPEC_TEXT, /* operations on a text */
	SPEC_KINDS
};

enum spec_type {
	SPEC_NUMBER, SPEC_INTEGER, SPEC_LINE, SPEC_LONGTEXT, SPEC_CHOICE, SPEC_YESNO, SPEC_DATE,
	SPEC_TYPES
};
enum spec_format {
	SPEC_AS_NUMBER, SPEC_AS_INTEGER, SPEC_AS_MONEY, SPEC_AS_PERCENT, SPEC_AS_DURATION,
	SPEC_FORMATS
};
enum spec_artifact { SPEC_WEB, SPEC_BINARY, SPEC_BOTH, SPEC_ARTIFACTS };

/*
 * All texts are UTF-8 in one arena, bounded as said. Names match
 * [a-z][a-z0-9_]{0,31} and are unique among inputs and outputs. An expression
 * is in the grammar of expr.h and uses only inputs and outputs that stand
 * before it.
 */
struct spec {
	enum spec_kind kind;
	const char *slug;    /* [a-z0-9]+(-[a-z0-9]+)*, 3 to 40: file names */
	const char *title;   /* 1 to 80 characters */
	const char *summary; /* 1 to 300 */
	size_t inputs_n, outputs_n, units_n, items_n, counters_n, timers_n, operations_n;
	struct spec_input {
		const char *name, *label, *unit, *dflt; /* label ≤ 60, unit ≤ 12, "" for none */
		enum spec_type type;
		bool required, has_min, has_max;
		double min, max;
		size_t choices_n;
		const char *choices[SPEC_CHOICES];
	} inputs[SPEC_INPUTS];
	struct spec_output {
		const char *name, *label, *unit, *expr;
		enum spec_format format;
		int digits; /* 0 to 10 */
	} outputs[SPEC_OUTPUTS];
	struct spec_unit { /* value in the base unit = x * scale + offset */
		const char *name, *label, *symbol;
		double scale, offset;
	} units[SPEC_UNITS];
	const char *from, *to; /* names of the units first shown */
	const char *items[SPEC_ITEMS];
	struct spec_counter {
		const char *label;
		int64_t start, step, min, max;
	} counters[SPEC_COUNTERS];
	struct spec_timer {
		const char *label;
		int64_t seconds; /* 0: a stopwatch */
	} timers[SPEC_TIMERS];
	int64_t rounds;   /* how often the timers run one after the other; 1 to 100 */
	const char *text; /* of a form: "Dear {name}, …"; ≤ 4000 */
	const char *operations[SPEC_OPERATIONS]; /* names of spec_operations */
};

extern const char *const spec_kind_names[SPEC_KINDS];
extern const char *const spec_type_names[SPEC_TYPES];
extern const char *const spec_format_names[SPEC_FORMATS];
extern const char *const spec_artifact_names[SPEC_ARTIFACTS];
extern const char *const spec_operations[]; /* NULL-terminated: what a text tool can do */
extern const char *const spec_platforms[];  /* NULL-terminated: "linux-amd64", … */

/* The spec as JSON, for storage and for the worker's assignment. */
const char *spec_write(struct arena *a, const struct spec *s);

/* Read it back; every bound above is checked. E_INVALID says what is wrong. */
int spec_read(struct arena *a, const char *json, size_t n, struct spec *ret, struct err *e);

enum intake_verdict {
	INTAKE_ASK,    /* question is set */
	INTAKE_READY,  /* spec, artifact, platforms and scope are set */
	INTAKE_CANNOT, /* reason is set */
};

struct intake_message {
	bool from_visitor;
	const char *text;
};

struct intake {
	/* in */
	const struct intake_message *messages; /* the conversation so far, oldest first */
	size_t messages_n;
	const char *artifact_type; /* asked for explicitly ("web", "binary", "both"), or NULL */

	/* out */
	enum intake_verdict verdict;
	const char *question; /* one plain sentence, with the default it would take */
	const char *reason;   /* customer-safe: what cannot be made and why, in one sentence */
	const char *needs;    /* "codex_worker": the backend class that could make it */
	struct spec spec;
	enum spec_artifact artifact;
	size_t platforms_n;
	const char *platforms[SPEC_PLATFORMS];
	const char *features[12], *not_included[8]; /* NULL-terminated sentences of the scope */
};

/* Decide what to do next in a conversation. Never fails: nonsense is ASK or
 * CANNOT. All texts are made in `a`. */
void intake_think(struct arena *a, struct intake *in);
