#include "config.h"

#include "base/fault.h"
#include "base/str.h"
#include "billing/billing_plan_int.h"
#include "port/json.h"

#include <string.h>

/*
 * The provider takes usage at once and counts it later. What it cannot count then it
 * tells by a thin event, which says only that there is a report (Stripe's event types
 * v1.billing.meter.error_report_triggered and v1.billing.meter.no_meter_found). The
 * report itself is asked for; it gives numbers for all errors and the names of some.
 */

#define ASK_MAX_S (3 * 86400)

struct tally {
	int64_t errors, named, ours;
};

static int sample(struct work *w, const struct billing_report *r, const char *code, const struct json *j,
		  struct tally *t)
{
	const char *name = json_get_text(json_get(j, "request"), "identifier", NULL);
	int rc;

	if (name == NULL)
		return 0;
	t->named++;
	rc = billing_store_export_failed(w, r, name, code, arena_printf(w->a, "%.60s: %.400s", code,
					 json_get_text(j, "error_message", "-")));
	t->ours += rc > 0;
	return rc < 0 ? -1 : 0;
}

static int apply(struct work *w, const struct billing_report *r, const struct json *j, const char **ret_note)
{
	const struct json *reason = json_get(json_get(j, "data"), "reason"), *types = json_get(reason, "error_types");
	struct tally t = {.errors = json_get_int(reason, "error_count", 0)};

	if (!str_eq(json_get_text(j, "id", NULL), r->event_id) || json_kind(types) != JSON_ARRAY) {
		*ret_note = "no report of that name";
		return 1;
	}
	for (size_t i = 0; i < json_count(types); i++) {
		const struct json *type = json_at(types, i), *samples = json_get(type, "sample_errors");

		for (size_t k = 0; k < json_count(samples); k++)
			if (sample(w, r, json_get_text(type, "code", "-"), json_at(samples, k), &t) < 0)
				return -1;
	}
	*ret_note = arena_printf(w->a, "%lld not counted, %lld told by name, %lld of them ours: bus billing exports",
				 (long long)t.errors, (long long)t.named, (long long)t.ours);
	return 0;
}

int billing_meter_reports(struct work *w, int batch)
{
	struct billing_answer an = {0};
	struct billing_report r;
	const char *note;
	int rc = billing_store_report_due(w, &r);

	(void)batch;
	if (rc <= 0)
		return rc;
	if (!str_eq(w->conf->billing_provider, "stripe") || r.livemode != (bool)w->conf->stripe_live)
		return billing_store_mark(w, r.id, "refused", NULL, "its provider is not in use", 0) < 0 ? -1 : 1;
	if (work_commit(w, NULL) < 0)
		return -1;
	rc = billing_call_event(w, r.event_id, &an);
	fault_point("billing.reported");
	note = rc > 0 ? an.why : arena_strdup(w->a, w->err.detail);
	err_clear(&w->err); /* the row says when to ask again */
	if (work_begin(w, NULL) < 0)
		return -1;
	if (rc == 0 && (rc = apply(w, &r, an.json, &note)) < 0)
		return -1;
	if (rc < 0 && r.age_s < ASK_MAX_S)
		return 1;
	return billing_store_mark(w, r.id, rc == 0 ? "done" : "failed", NULL, note, 0) < 0 ? -1 : 1;
}
