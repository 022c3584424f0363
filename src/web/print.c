#include "config.h"

#include "base/err.h"
#include "base/jw.h"
#include "web/print.h"

#include <string.h>

/* ---- OpenAPI 3.1 */

struct printing {
	struct jw j;
	const struct route_table *t;
	const struct shape *seen[128];
	size_t seen_n;
	const char *path; /* under way in "paths" */
};

static void note_shape(struct printing *p, const struct shape *s)
{
	for (size_t i = 0; i < p->seen_n; i++)
		if (p->seen[i] == s)
			return;
	if (s == NULL || p->seen_n == 128)
		return;
	p->seen[p->seen_n++] = s;
	for (size_t i = 0; i < s->count; i++)
		note_shape(p, s->fields[i].of);
}

static void reference(struct jw *j, const struct shape *s)
{
	jw_object(j);
	jw_key(j, "$ref");
	buf_puts(j->b, "\"#/components/schemas/");
	buf_puts(j->b, s->name);
	buf_putc(j->b, '"');
	j->after_key = false;
	jw_end_object(j);
}

static void bounds(struct jw *j, const struct field *f)
{
	bool text = f->type == F_TEXT || f->type == F_TOKEN;

	if (f->min)
		jw_kint(j, text ? "minLength" : "minimum", f->min);
	if (f->max)
		jw_kint(j, text ? "maxLength" : "maximum", f->max);
}

static void type_of(struct jw *j, const struct field *f, const char *type)
{
	jw_key(j, "type");
	if (!(f->flags & F_NULLABLE)) {
		jw_str(j, type);
		return;
	}
	jw_array(j);
	jw_str(j, type);
	jw_str(j, "null");
	jw_end_array(j);
}

static void field_schema(struct jw *j, const struct field *f)
{
	jw_object(j);
	switch (f->type) {
	case F_TEXT:
	case F_TOKEN:
		type_of(j, f, "string");
		bounds(j, f);
		break;
	case F_ID:
		type_of(j, f, "string");
		break;
	case F_ENUM:
		type_of(j, f, "string");
		jw_key(j, "enum");
		jw_array(j);
		for (const char *const *v = f->values; *v != NULL; v++)
			jw_str(j, *v);
		if (f->flags & F_NULLABLE)
			jw_null(j);
		jw_end_array(j);
		break;
	case F_INT:
		type_of(j, f, "integer");
		bounds(j, f);
		break;
	case F_BOOL:
		type_of(j, f, "boolean");
		break;
	case F_TIME:
		type_of(j, f, "string");
		jw_kstr(j, "format", "date-time");
		break;
	case F_OBJECT:
		jw_key(j, "anyOf");
		jw_array(j);
		reference(j, f->of);
		if (f->flags & F_NULLABLE)
			jw_raw(j, "{\"type\":\"null\"}");
		jw_end_array(j);
		break;
	case F_LIST:
		jw_kstr(j, "type", "array");
		if (f->of != NULL) {
			jw_key(j, "items");
			reference(j, f->of);
		}
		break;
	case F_ANY:
	default:
		break;
	}
	if (f->doc != NULL && *f->doc)
		jw_kstr(j, "description", f->doc);
	jw_end_object(j);
}

static void schema(struct jw *j, const struct shape *s)
{
	jw_key(j, s->name);
	jw_object(j);
	jw_kstr(j, "type", "object");
	jw_kbool(j, "additionalProperties", s->size == 0 && s->count > 0);
	jw_key(j, "properties");
	jw_object(j);
	for (size_t i = 0; i < s->count; i++) {
		jw_key(j, s->fields[i].name);
		field_schema(j, &s->fields[i]);
	}
	jw_end_object(j);
	jw_key(j, "required");
	jw_array(j);
	for (size_t i = 0; i < s->count; i++)
		if (s->fields[i].flags & F_REQUIRED)
			jw_str(j, s->fields[i].name);
	jw_end_array(j);
	jw_end_object(j);
}

static void parameter(struct jw *j, const char *in, const char *name, size_t n, bool required,
		      const struct field *f)
{
	jw_object(j);
	jw_key(j, "name");
	buf_printf(j->b, "\"%.*s\"", (int)n, name);
	j->after_key = false;
	jw_kstr(j, "in", in);
	jw_kbool(j, "required", required);
	jw_key(j, "schema");
	if (f != NULL)
		field_schema(j, f);
	else
		jw_raw(j, "{\"type\":\"string\"}");
	jw_end_object(j);
}

static void parameters(struct jw *j, const struct route *r)
{
	jw_key(j, "parameters");
	jw_array(j);
	for (const char *p = strchr(r->pattern, '{'); p != NULL; p = strchr(p + 1, '{'))
		parameter(j, "path", p + 1, strcspn(p + 1, "*}"), true, NULL);
	for (size_t i = 0; r->query != NULL && i < r->query->count; i++)
		parameter(j, "query", r->query->fields[i].name, strlen(r->query->fields[i].name),
			  false, &r->query->fields[i]);
	if (r->method != METHOD_GET && r->unkeyed == NULL)
		jw_raw(j, "{\"$ref\":\"#/components/parameters/IdempotencyKey\"}");
	jw_end_array(j);
}

static void content(struct jw *j, const char *type, const struct shape *s)
{
	jw_key(j, "content");
	jw_object(j);
	jw_key(j, type);
	jw_object(j);
	jw_key(j, "schema");
	reference(j, s);
	jw_end_object(j);
	jw_end_object(j);
}

static void responses(struct printing *p, const struct route *r)
{
	struct jw *j = &p->j;

	jw_key(j, "responses");
	jw_object(j);
	jw_key(j, r->reply_status == 201 ? "201" : r->reply_status == 202 ? "202" : "200");
	jw_object(j);
	jw_kstr(j, "description", r->summary);
	if (r->reply != NULL)
		content(j, "application/json", r->reply);
	jw_end_object(j);
	jw_key(j, "default");
	jw_raw(j, "{\"$ref\":\"#/components/responses/Problem\"}");
	jw_end_object(j);
}

static void operation(struct printing *p, const struct route *r)
{
	static const char *const lower[METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
	struct jw *j = &p->j;

	jw_key(j, lower[r->method]);
	jw_object(j);
	jw_kstr(j, "operationId", r->id);
	jw_kstr(j, "summary", r->summary);
	if (r->unkeyed != NULL)
		jw_kstr(j, "description", arena_printf(j->b->a, "Takes no Idempotency-Key: %s.", r->unkeyed));
	parameters(j, r);
	if (r->input != NULL) {
		jw_key(j, "requestBody");
		jw_object(j);
		content(j, "application/json", r->input);
		jw_end_object(j);
	}
	responses(p, r);
	jw_key(j, "security");
	jw_raw(j, r->audience == AUD_PUBLIC ? "[]"
		  : r->audience == AUD_OPEN ? "[{},{\"bearer\":[]},{\"cookie\":[]}]"
		  : r->audience == AUD_OPERATOR || r->audience == AUD_INTERNAL ? "[{\"bearer\":[]}]"
						: "[{\"bearer\":[]},{\"cookie\":[]}]");
	jw_end_object(j);
}

static int same_path(void *ctx, const struct route *r)
{
	struct printing *p = ctx;

	if (r->site == SITE_PORTAL && strcmp(r->pattern, p->path) == 0)
		operation(p, r);
	return 0;
}

static int first_of(void *ctx, const struct route *r)
{
	const struct route **at = ctx;

	return strcmp(r->pattern, (*at)->pattern) == 0 ? (*at = r, 1) : 0;
}

/* Each path once, at its first row, with all its methods. */
static int path_item(void *ctx, const struct route *r)
{
	struct printing *p = ctx;
	const struct route *first = r;

	route_each(p->t, first_of, (void *)&first);
	if (first != r || r->site != SITE_PORTAL)
		return 0;
	p->path = r->pattern;
	jw_key(&p->j, r->pattern);
	jw_object(&p->j);
	route_each(p->t, same_path, p);
	jw_end_object(&p->j);
	return 0;
}

static int note_shapes(void *ctx, const struct route *r)
{
	note_shape(ctx, r->input);
	note_shape(ctx, r->reply);
	return 0;
}

static void problem_codes(struct jw *j)
{
	jw_raw(j, "{\"type\":\"object\",\"properties\":{\"type\":{\"type\":\"string\"},"
		  "\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
		  "\"code\":{\"type\":\"string\",\"enum\":[");
	for (enum err_id e = E_NONE + 1; e < E_COUNT; e++)
		buf_printf(j->b, "%s\"%s\"", e > E_NONE + 1 ? "," : "", err_row(e)->code);
	buf_puts(j->b, "]},\"detail\":{\"type\":\"string\"},\"request_id\":{\"type\":\"string\"},"
		       "\"retryable\":{\"type\":\"boolean\"},\"errors\":{\"type\":\"array\"}},"
		       "\"required\":[\"type\",\"title\",\"status\",\"code\",\"request_id\"]}");
}

static void components(struct printing *p)
{
	struct jw *j = &p->j;

	jw_key(j, "components");
	jw_object(j);
	jw_key(j, "schemas");
	jw_object(j);
	for (size_t i = 0; i < p->seen_n; i++)
		schema(j, p->seen[i]);
	jw_key(j, "Problem");
	problem_codes(j);
	jw_end_object(j);
	jw_key(j, "parameters");
	jw_raw(j, "{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\","
		  "\"required\":false,\"schema\":{\"type\":\"string\",\"maxLength\":255}}}");
	jw_key(j, "responses");
	jw_raw(j, "{\"Problem\":{\"description\":\"RFC 9457\",\"content\":{\"application/problem+json\":"
		  "{\"schema\":{\"$ref\":\"#/components/schemas/Problem\"}}}}}");
	jw_key(j, "securitySchemes");
	jw_raw(j, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
		  "\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"bus_session\"}}");
	jw_end_object(j);
}

void print_openapi(struct buf *to, const struct route_table *t)
{
	struct printing p = {.t = t};
	struct jw *j = &p.j;

	jw_init(j, to);
	jw_object(j);
	jw_kstr(j, "openapi", "3.1.0");
	jw_key(j, "info");
	jw_object(j);
	jw_kstr(j, "title", "busdk");
	jw_kstr(j, "version", PACKAGE_VERSION);
	jw_end_object(j);
	jw_key(j, "paths");
	jw_object(j);
	route_each(t, path_item, &p);
	jw_end_object(j);
	route_each(t, note_shapes, &p);
	components(&p);
	jw_end_object(j);
	buf_putc(to, '\n');
}
