#include "config.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/str.h"
#include "worker/worker_plan.h"

#include <string.h>

#define TEXT_MAX 2048

struct filling {
	struct arena *a;
	const char *slug, *platform, *goroot;
	struct err *e;
};

/* What stands for a placeholder; NULL when there is no such. */
static const char *value_of(const struct filling *f, const char *name, size_t n)
{
	const char *dash = strchr(f->platform, '-');
	const struct {
		const char *name, *value;
	} known[] = {
		{"slug", f->slug},
		{"platform", f->platform},
		{"goos", dash ? arena_strndup(f->a, f->platform, (size_t)(dash - f->platform)) : ""},
		{"goarch", dash ? dash + 1 : ""},
		{"exe", str_starts(f->platform, "windows-") ? ".exe" : ""},
		{"out", "dist"},
		{"goroot", f->goroot},
	};

	for (size_t i = 0; i < COUNT(known); i++)
		if (strlen(known[i].name) == n && strncmp(known[i].name, name, n) == 0)
			return known[i].value;
	return NULL;
}

static const char *fill(const struct filling *f, const char *text)
{
	struct buf b;

	buf_init(&b, f->a, TEXT_MAX);
	while (*text) {
		size_t plain = strcspn(text, "{"), n;
		const char *value;

		buf_put(&b, text, plain);
		text += plain;
		if (*text == '\0')
			break;
		n = strcspn(text, "}");
		value = value_of(f, text + 1, n - 1);
		if (text[n] == '\0' || value == NULL) {
			err_set(f->e, E_INVALID, "build profile: placeholder %.40s", text);
			return "";
		}
		buf_puts(&b, value);
		text += n + 1;
	}
	if (b.over)
		err_set(f->e, E_INVALID, "build profile: a text is too long");
	return buf_str(&b);
}

static bool is_for(const struct json *item, const char *artifact_type)
{
	const struct json *types = json_get(item, "for");

	for (size_t i = 0; i < json_count(types); i++)
		if (str_eq(json_text(json_at(types, i), ""), artifact_type))
			return true;
	return json_count(types) == 0;
}

struct env {
	const struct filling *f;
	struct plan_step *step;
	size_t n;
};

static int add_env(void *ctx, const char *key, const struct json *v)
{
	struct env *e = ctx;

	if (e->n == PLAN_ARGS || strchr(key, '=') != NULL)
		return err_set(e->f->e, E_INVALID, "build profile: environment");
	e->step->env[e->n++] =
		arena_printf(e->f->a, "%s=%s", key, fill(e->f, json_text(v, "")));
	return 0;
}

static int add_step(struct plan *p, const struct filling *f, const struct json *profile,
		    const struct json *item)
{
	struct plan_step *s = &p->steps[p->steps_n];
	const struct json *argv = json_get(item, "argv");
	struct env env = {f, s, 0};

	if (p->steps_n == PLAN_STEPS || json_count(argv) == 0 || json_count(argv) > PLAN_ARGS)
		return err_set(f->e, E_INVALID, "build profile: too many or empty steps");
	p->steps_n++;
	s->name = json_get_text(item, "name", "step");
	s->stage = json_get_int(item, "stage", 1);
	for (size_t i = 0; i < json_count(argv); i++)
		s->argv[i] = fill(f, json_text(json_at(argv, i), ""));
	json_each(json_get(profile, "env"), add_env, &env);
	return json_each(json_get(item, "env"), add_env, &env);
}

static int add_output(struct plan *p, const struct filling *f, const struct json *item)
{
	struct plan_output *o = &p->outputs[p->outputs_n];

	if (p->outputs_n++ == PLAN_OUTPUTS)
		return err_set(f->e, E_INVALID, "build profile: too many outputs");
	o->artifact_id = fill(f, json_get_text(item, "artifact_id", ""));
	o->kind = json_get_text(item, "kind", "");
	o->name = fill(f, json_get_text(item, "name", ""));
	o->path = fill(f, json_get_text(item, "path", ""));
	o->platform = fill(f, json_get_text(item, "platform", ""));
	o->entrypoint = fill(f, json_get_text(item, "entrypoint", ""));
	return 0;
}

int worker_plan(struct arena *a, const struct json *profile, const char *artifact_type,
		const char *const *platforms, size_t platforms_n, const char *slug,
		const char *goroot, struct plan *ret, struct err *e)
{
	static const char *const lists[] = {"steps", "outputs"};
	struct filling f = {a, slug, "", goroot, e};

	memset(ret, 0, sizeof(*ret));
	if (json_get_int(profile, "version", 0) != 1)
		return err_set(e, E_INVALID, "build profile: version");
	for (size_t l = 0; l < COUNT(lists); l++) {
		const struct json *items = json_get(profile, lists[l]);

		for (size_t i = 0; i < json_count(items); i++) {
			const struct json *item = json_at(items, i);
			bool each = json_flag(json_get(item, "each_platform"), false);
			size_t times = !is_for(item, artifact_type) ? 0 : each ? platforms_n : 1;

			for (size_t k = 0; k < times; k++) {
				f.platform = each ? platforms[k] : "";
				if (l == 0 ? add_step(ret, &f, profile, item) : add_output(ret, &f, item))
					return -1;
			}
		}
	}
	f.platform = "";
	ret->manifest = fill(&f, json_get_text(profile, "manifest", ""));
	return e->id == E_NONE ? 0 : -1;
}
