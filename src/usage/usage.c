#include "config.h"

#include "base/str.h"
#include "usage/usage_int.h"

/* What a refusal of the database means to the caller. */
static const struct {
	const char *outcome;
	enum err_id id;
} refusals[] = {
	{"unknown", E_UNAUTHENTICATED}, {"disabled", E_DISABLED},    {"no_plan", E_BILLING},
	{"no_run", E_NOT_FOUND},        {"killed", E_UNAVAILABLE},   {"quota", E_QUOTA},           {"clamp", E_QUOTA},
	
	{"stale", E_STALE},             {"busy", E_IDEM_BUSY},          {"mismatch", E_IDEM_MISMATCH}, {"gone", E_IDEM_GONE},
	{"disputed", E_DISPUTED},
};

int usage_granted(struct work *w, const struct pg_rows *rows, int row, const char *usage_id,
		  struct usage_grant *ret)
{
	const char *outcome = pg_text(rows, row, 0);

	*ret = (struct usage_grant){
		.usage_id = usage_id, .account = pg_int(rows, row, 1), .scope = pg_text(rows, row, 2),
		.period = pg_text(rows, row, 3), .remaining = pg_int(rows, row, 4),
		.resets = pg_int(rows, row, 5), .clamp = str_eq(outcome, "clamp"), .answer = pg_text(rows, row, 6),
		.answer_stream = pg_bool(rows, row, 7)};
	if (str_eq(outcome, "ok") || str_eq(outcome, "again"))
		return 0;
	for (size_t i = 0; i < COUNT(refusals); i++)
		if (str_eq(outcome, refusals[i].outcome))
			return fail(w, refusals[i].id, "%s: %s %s, %lld left", outcome,
				    ret->scope ? ret->scope : "-", ret->period ? ret->period : "-",
				    (long long)ret->remaining);
	return fail(w, E_INTERNAL, "reservation: %s", outcome ? outcome : "nothing");
}
