/*
 * Inside of the room: what the manifest, the job and the report share of JSON.
 */
#pragma once
#include "verify/verify_int.h"
#include "port/json.h"

/* Parse text of at most `max` bytes; NULL with E_INVALID, and `what` it was. */
const struct json *verify_json_parse(struct arena *a, const char *what, const char *text, size_t n,
				     size_t max, struct err *e);

/* Rows of a manifest, or of a report (then with our type, without the claim). */
int verify_entries_read(struct arena *a, const struct json *rows, bool report,
			struct verify_manifest *ret, struct err *e);
