#include "config.h"

#include "model/model_probe.h"
#include "base/str.h"
#include "port/json.h"

#include <string.h>

const char *const model_probe_names[MODEL_PROBE_STATES] = {
	"ok", "unreachable", "silent", "loading", "failing", "refused", "nonsense"};

const char *model_probe_sentence(const char *name)
{
	if (str_eq(name, model_probe_names[MODEL_PROBE_OK]))
		return NULL;
	if (str_eq(name, model_probe_names[MODEL_PROBE_LOADING]))
		return "This model is being loaded. Try again in a moment.";
	return "The machine that runs this model does not answer at present.";
}

void model_probe_urls(struct arena *a, const struct model_backend *b, const char **ret_health,
		      const char **ret_models)
{
	size_t n = strlen(b->url);
	int base = (int)(n >= 3 && strcmp(b->url + n - 3, "/v1") == 0 ? n - 3 : n);

	*ret_health = NULL;
	*ret_models = arena_printf(a, "%s/models", b->url);
	if (b->runtime == MODEL_RUNTIME_OLLAMA)
		*ret_models = arena_printf(a, "%.*s/api/tags", base, b->url);
	else if (b->runtime != MODEL_RUNTIME_OTHER)
		*ret_health = arena_printf(a, "%.*s/health", base, b->url);
}

enum model_probe_state model_probe_status(enum model_runtime r, int status)
{
	if (status == 200)
		return MODEL_PROBE_OK;
	if (status == 401 || status == 403)
		return MODEL_PROBE_REFUSED;
	/* llama.cpp says so while it loads, vLLM when its engine has died. */
	if (status == 503 && r == MODEL_RUNTIME_LLAMA_CPP)
		return MODEL_PROBE_LOADING;
	return status >= 500 ? MODEL_PROBE_FAILING : MODEL_PROBE_NONSENSE;
}

static bool good_name(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return n >= 1 && n <= 200;
}

static bool listed(const char *const *names, size_t n, const char *name)
{
	while (n > 0)
		if (strcmp(names[--n], name) == 0)
			return true;
	return false;
}

int model_probe_list(struct arena *a, enum model_runtime r, const char *text, size_t n,
		     const char ***ret, size_t *ret_n, struct err *e)
{
	bool ollama = r == MODEL_RUNTIME_OLLAMA;
	const struct json *list;
	struct err parse = {0};

	list = json_get(json_parse(a, text, n, &parse), ollama ? "models" : "data");
	if (json_kind(list) != JSON_ARRAY)
		return err_set(e, E_INVALID, "no list of models");
	*ret = ARENA_ARRAY(a, const char *, MODEL_PROBE_MODELS);
	*ret_n = 0;
	for (size_t i = 0; i < json_count(list) && *ret_n < MODEL_PROBE_MODELS; i++) {
		const char *name = json_get_text(json_at(list, i), ollama ? "name" : "id", NULL);

		if (good_name(name) && !listed(*ret, *ret_n, name))
			(*ret)[(*ret_n)++] = name;
	}
	return 0;
}
