#include "config.h"

#include "tests/intake/talk.h"
#include "base/check.h"
#include "base/str.h"
#include "port/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *talk_open(struct arena *a, const char *name)
{
	const char *dir = getenv("srcdir");
	struct err e = {0};
	const char *text = file_read(
		a, arena_printf(a, "%s/tests/intake/%s", dir ? dir : ".", name), 1 << 20, NULL, &e);

	check(text != NULL);
	return text;
}

static char *unescape(char *line)
{
	char *to = line;

	for (char *from = line; *from != '\0'; from++) {
		bool feed = from[0] == '\\' && from[1] == 'n';

		*to++ = feed ? '\n' : *from;
		from += feed;
	}
	*to = '\0';
	return line;
}

static void read_line(char *line, int number, struct talk *talk)
{
	struct talk_step *step = talk->n == 0 ? NULL : &talk->steps[talk->n - 1];

	if (strncmp(line, "@ ", 2) == 0) {
		talk->artifact_type = line + 2;
	} else if (line[0] == '>') {
		check(talk->n < TALK_STEPS);
		talk->steps[talk->n++] = (struct talk_step){
			.line = number, .says = unescape(line + (line[1] == ' ' ? 2 : 1))};
	} else if (strncmp(line, "= ", 2) == 0) {
		check(step != NULL);
		step->expects = line + 2;
	} else {
		check(step != NULL && step->facts_n < TALK_FACTS);
		step->facts[step->facts_n++] = line;
	}
}

bool talk_next(struct arena *a, const char **at, struct talk *ret)
{
	static int number;

	memset(ret, 0, sizeof(*ret));
	while (**at != '\0') {
		size_t n = strcspn(*at, "\n");
		char *line = arena_strndup(a, *at, n);

		*at += n + ((*at)[n] == '\n');
		number++;
		if (*line == '\0' && ret->n > 0)
			return true;
		if (*line != '\0' && *line != '#')
			read_line(line, number, ret);
	}
	return ret->n > 0;
}

static const char *join(struct arena *a, const char *const *texts, size_t n)
{
	struct buf b;

	buf_init(&b, a, 100000);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", texts[i]);
	return buf_str(&b);
}

static const char *input_names(struct arena *a, const struct spec *s)
{
	const char *names[SPEC_INPUTS];

	for (size_t i = 0; i < s->inputs_n; i++)
		names[i] = s->inputs[i].name;
	return join(a, names, s->inputs_n);
}

static const char *named_input(struct arena *a, const struct spec *s, const char *name, bool type)
{
	for (size_t i = 0; i < s->inputs_n; i++)
		if (strcmp(s->inputs[i].name, name) == 0)
			return arena_printf(a, "%s %s", name,
					    type ? spec_type_names[s->inputs[i].type]
						 : s->inputs[i].dflt);
	return "no such input";
}

static const char *outputs(struct arena *a, const struct spec *s)
{
	struct buf b;

	buf_init(&b, a, 10000);
	for (size_t i = 0; i < s->outputs_n; i++)
		buf_printf(&b, "%s%s = %s", i ? "; " : "", s->outputs[i].name, s->outputs[i].expr);
	return buf_str(&b);
}

static const char *item(struct arena *a, const struct spec *s, size_t i)
{
	return arena_printf(a, "%zu %s", i, i > 0 && i <= s->items_n ? s->items[i - 1] : "none");
}

static const char *counter(struct arena *a, const struct spec *s, size_t i)
{
	const struct spec_counter *c = &s->counters[i - 1];

	if (i == 0 || i > s->counters_n)
		return "no such counter";
	return arena_printf(a, "%zu %s %d %d %d %d", i, c->label, (int)c->start, (int)c->step,
			    (int)c->min, (int)c->max);
}

static const char *timer(struct arena *a, const struct spec *s, size_t i)
{
	const struct spec_timer *c = &s->timers[i - 1];

	if (i == 0 || i > s->timers_n)
		return "no such timer";
	return arena_printf(a, "%zu %s %d", i, c->label, (int)c->seconds);
}

/* Everything a visitor reads of the verdict. */
static const char *all_said(struct arena *a, const struct intake *in)
{
	const char *texts[24];
	size_t n = 0;

	texts[n++] = in->remark == NULL ? "" : in->remark;
	texts[n++] = in->question == NULL ? "" : in->question;
	texts[n++] = in->reason == NULL ? "" : in->reason;
	for (size_t i = 0; i < 12 && in->features[i] != NULL; i++)
		texts[n++] = in->features[i];
	for (size_t i = 0; i < 8 && in->not_included[i] != NULL; i++)
		texts[n++] = in->not_included[i];
	return join(a, texts, n);
}

/* The value of a fact as it is; the argument tells which, where there are many. */
static const char *actual(struct arena *a, const struct intake *in, const char *key,
			  const char *value)
{
	const struct spec *s = &in->spec;
	size_t number = (size_t)strtoul(value, NULL, 10);
	const char *first = arena_strndup(a, value, strcspn(value, " "));

	return strcmp(key, "title") == 0       ? s->title
	       : strcmp(key, "slug") == 0      ? s->slug
	       : strcmp(key, "summary") == 0   ? s->summary
	       : strcmp(key, "artifact") == 0  ? spec_artifact_names[in->artifact]
	       : strcmp(key, "platforms") == 0 ? join(a, in->platforms, in->platforms_n)
	       : strcmp(key, "inputs") == 0    ? input_names(a, s)
	       : strcmp(key, "default") == 0   ? named_input(a, s, first, false)
	       : strcmp(key, "type") == 0      ? named_input(a, s, first, true)
	       : strcmp(key, "outputs") == 0   ? outputs(a, s)
	       : strcmp(key, "units") == 0     ? arena_printf(a, "%s %s", s->from, s->to)
	       : strcmp(key, "items") == 0     ? arena_printf(a, "%zu", s->items_n)
	       : strcmp(key, "item") == 0      ? item(a, s, number)
	       : strcmp(key, "counters") == 0  ? arena_printf(a, "%zu", s->counters_n)
	       : strcmp(key, "counter") == 0   ? counter(a, s, number)
	       : strcmp(key, "timers") == 0    ? arena_printf(a, "%zu", s->timers_n)
	       : strcmp(key, "timer") == 0     ? timer(a, s, number)
	       : strcmp(key, "rounds") == 0    ? arena_printf(a, "%d", (int)s->rounds)
	       : strcmp(key, "ops") == 0       ? join(a, s->operations, s->operations_n)
	       : strcmp(key, "text") == 0      ? s->text
					       : NULL;
}

const char *talk_fact_problem(struct arena *a, const struct intake *in, const char *fact)
{
	size_t n = strcspn(fact, " ");
	const char *key = arena_strndup(a, fact, n), *value = fact + n + (fact[n] == ' ');
	bool says = strcmp(key, "says") == 0, silent = strcmp(key, "silent") == 0;
	const char *is;

	if (says || silent)
		return (strcasestr(all_said(a, in), value) != NULL) == says
			       ? NULL
			       : arena_printf(a, "it says: %s", all_said(a, in));
	is = actual(a, in, key, value);
	if (is == NULL)
		return arena_printf(a, "no such fact: %s", key);
	if (strcmp(key, "text") == 0)
		return strstr(is, value) != NULL ? NULL : arena_printf(a, "text is %s", is);
	return strcmp(is, value) == 0 ? NULL : arena_printf(a, "%s is %s", key, is);
}
