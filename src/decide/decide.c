#include "config.h"

#include "base/id.h"
#include "base/jw.h"
#include "base/str.h"
#include "decide/decide_int.h"
#include "port/crypto.h"
#include "port/key_set.h"

#include <string.h>

#define POLICY_VERSION "2026-11-1"
#define RECEIPT_MAX 4096

static const struct key *signing_key; /* read-only once it is loaded */

static const struct {
	const char *name, *label;
} backends[DECIDE_BACKENDS] = {
	[DECIDE_TEMPLATE_BUILDER] = {"template_builder", "Built-in builder"},
	[DECIDE_CODEX_WORKER] = {"codex_worker", "Codex worker"},
	[DECIDE_OPENAI_API] = {"openai_api", "OpenAI API"},
	[DECIDE_LOCAL_RUNTIME] = {"local_runtime", "Local runtime"},
	[DECIDE_CONTAINER_RUNTIME] = {"container_runtime", "Container runtime"},
	[DECIDE_VM_RUNTIME] = {"vm_runtime", "VM runtime"},
	[DECIDE_UPCLOUD_GPU] = {"upcloud_gpu", "UpCloud GPU"},
};

const char *decide_label(enum decide_backend backend)
{
	return backends[backend].label;
}

int decide_load(const struct conf *c, struct err *e)
{
	signing_key = key_read_pair(c->receipt_key, c->receipt_public, e);
	return signing_key ? 0 : -1;
}

const char *decide_jwks(struct arena *a, const struct conf *c, struct err *e)
{
	struct key_set set;

	return key_set_read(a, c, &set, e) < 0 ? NULL : key_set_json(a, &set);
}

/* Header and payload of the JWS, ready to be signed. */
static const char *signing_input(struct arena *a, const char *payload)
{
	const char *head = arena_printf(
		a, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"bus-receipt+jws\"}",
		key_id(a, signing_key));

	return arena_printf(a, "%s.%s", str_base64(a, head, strlen(head), true),
			    str_base64(a, payload, strlen(payload), true));
}

static const char *jws(struct arena *a, const char *payload)
{
	const char *input = signing_input(a, payload);
	unsigned char sig[ED25519_SIG_BYTES];

	key_sign(signing_key, input, strlen(input), sig);
	return arena_printf(a, "%s.%s", input, str_base64(a, sig, sizeof(sig), true));
}

static const char *payload(struct work *w, const char *id, const struct decision *d)
{
	struct buf b;
	struct jw j;
	char at[25];

	buf_init(&b, w->a, RECEIPT_MAX);
	jw_init(&j, &b);
	jw_object(&j);
	jw_kstr(&j, "receipt_id", id);
	jw_kstr(&j, "decided_at", clock_text(w->now, at));
	jw_kstr(&j, "handled_as", d->blocked ? "blocked" : "run");
	jw_kstr(&j, "backend_class", backends[d->backend].name);
	jw_kstr(&j, "label", backends[d->backend].label);
	jw_kstr(&j, "reason", d->reason);
	jw_kstr(&j, "blocked_reason", d->blocked_reason);
	jw_kstr(&j, "approval_reason",
		d->blocked ? NULL : "Every build needs an approved scope and a payment or an approval.");
	jw_key(&j, "reserved");
	jw_object(&j);
	jw_kint(&j, "amount", d->blocked ? 0 : 1);
	jw_kstr(&j, "unit", "build");
	jw_end_object(&j);
	jw_kstr(&j, "policy_version", POLICY_VERSION);
	jw_end_object(&j);
	check(!b.over);
	return buf_str(&b);
}

const char *decide_sign(struct arena *a, const char *receipt_json)
{
	check(signing_key != NULL);
	return arena_printf(a, "%.*s,\"signature\":\"%s\"}", (int)strlen(receipt_json) - 1, receipt_json,
			    jws(a, receipt_json));
}

int decide_find(struct work *w, const char *receipt_id, const char **ret_json)
{
	return decide_store_find(w, receipt_id, ret_json);
}

int decide_receipt(struct work *w, int64_t run, int64_t account, const struct decision *d,
		   const char **ret_json)
{
	const char *id = id_new(w->a, "rcpt_"), *body;

	body = payload(w, id, d);
	*ret_json = decide_sign(w->a, body);
	return decide_store_insert(w, id, run, account, *ret_json);
}
