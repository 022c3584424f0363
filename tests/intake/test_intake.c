#include "config.h"

#include "tests/intake/talk.h"
#include "base/check.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How many conversations ended how, so that a file cut short is noticed. */
struct tally {
	int conversations, stopped, answered;
};

static bool plain_sentence(const char *s, const char *ends)
{
	size_t n = strlen(s);

	if (n < 10 || n > 1200 || strchr(ends, s[n - 1]) == NULL || s[0] == ' ')
		return false;
	for (size_t len, i = 0; i < n; i += len)
		if ((len = spec_char(s + i, n - i)) == 0 || s[i] == '\n')
			return false;
	return true;
}

static size_t count(const char *const *sentences, size_t max)
{
	size_t n = 0;

	while (n < max && sentences[n] != NULL)
		n++;
	return n;
}

/* What holds for every ready verdict, whatever was said. */
static const char *ready_problem(struct arena *a, const struct intake *in)
{
	const char *json = spec_write(a, &in->spec);
	struct spec again;
	struct err e = {0};
	size_t features = count(in->features, 12), limits = count(in->not_included, 8);

	if (spec_read(a, json, strlen(json), &again, &e) != 0)
		return arena_printf(a, "its spec is refused: %s in %s", e.detail, json);
	if (strcmp(json, spec_write(a, &again)) != 0)
		return "its spec does not survive writing and reading";
	if (features < 3 || features > 8 || limits < 2 || limits > 5)
		return arena_printf(a, "%zu features and %zu limits", features, limits);
	for (size_t i = 0; i < features + limits; i++) {
		const char *s = i < features ? in->features[i] : in->not_included[i - features];

		if (!plain_sentence(s, "."))
			return arena_printf(a, "no plain sentence: %s", s);
	}
	if ((in->artifact == SPEC_WEB) != (in->platforms_n == 0))
		return "platforms and artifact do not fit";
	return NULL;
}

static const char *verdict_problem(struct arena *a, const struct intake *in, bool asked)
{
	if (in->verdict == INTAKE_ASK)
		return asked                               ? "a second question"
		       : plain_sentence(in->question, "?") ? NULL
							   : "no question";
	if (in->verdict == INTAKE_CANNOT)
		return str_eq(in->needs, "codex_worker") && plain_sentence(in->reason, ".")
			       ? NULL
			       : "no reason";
	return ready_problem(a, in);
}

static const char *verdict_name(const struct intake *in)
{
	return in->verdict == INTAKE_ASK      ? "ask"
	       : in->verdict == INTAKE_CANNOT ? "cannot"
					      : spec_kind_names[in->spec.kind];
}

/* Plays one conversation; false when anything is not as the file says. */
static bool play(struct arena *a, const struct talk *talk, struct tally *tally)
{
	struct intake_message messages[2 * TALK_STEPS];
	struct intake in = {.messages = messages, .artifact_type = talk->artifact_type};
	bool asked = false, good = true;

	for (size_t i = 0; i < talk->n; i++) {
		const struct talk_step *step = &talk->steps[i];
		const char *why;

		messages[in.messages_n++] = (struct intake_message){true, step->says};
		in = (struct intake){.messages = messages,
				     .messages_n = in.messages_n,
				     .artifact_type = talk->artifact_type};
		intake_think(a, &in);
		why = verdict_problem(a, &in, asked);
		if (why == NULL && step->expects != NULL &&
		    strcmp(step->expects, verdict_name(&in)) != 0)
			why = arena_printf(a, "%s, not %s", verdict_name(&in), step->expects);
		for (size_t f = 0; why == NULL && f < step->facts_n; f++)
			why = talk_fact_problem(a, &in, step->facts[f]);
		if (why != NULL)
			print_error("line %d: \"%s\": %s\n", step->line, step->says, why);
		good = good && why == NULL;
		tally->stopped += i + 1 == talk->n && in.verdict != INTAKE_READY;
		tally->answered += asked && in.verdict == INTAKE_READY;
		asked = asked || in.verdict == INTAKE_ASK;
		messages[in.messages_n++] = (struct intake_message){
			false, in.verdict == INTAKE_ASK ? in.question : "Here is the scope."};
	}
	tally->conversations++;
	return good;
}

static void test_think_holds_every_conversation(void **state)
{
	struct arena *file = arena_new(16 << 20);
	const char *at = talk_open(file, "conversations.txt");
	struct tally tally = {0};
	struct talk talk;
	int bad = 0;

	(void)state;
	while (talk_next(file, &at, &talk)) {
		struct arena *a = arena_new(32 << 20);

		bad += !play(a, &talk, &tally);
		arena_free(a);
	}
	print_message(
		"%d conversations, %d asked or refused at the end, %d went on after the question\n",
		tally.conversations, tally.stopped, tally.answered);
	assert_int_equal(bad, 0);
	assert_true(tally.conversations >= 150 && tally.stopped >= 40 && tally.answered >= 15);
	arena_free(file);
}

static struct intake think(struct arena *a, const char *first, const char *second)
{
	static struct intake_message messages[2];
	struct intake in = {.messages = messages, .messages_n = second == NULL ? 1 : 2};

	messages[0] = (struct intake_message){true, first};
	messages[1] = (struct intake_message){true, second};
	intake_think(a, &in);
	return in;
}

static void test_think_gives_the_same_answer_twice(void **state)
{
	struct arena *a = arena_new(32 << 20);
	struct intake in = think(a, "a packing checklist: passport, tickets", "also for windows");
	const char *once = spec_write(a, &in.spec);

	(void)state;
	in = think(a, "a packing checklist: passport, tickets", "also for windows");
	assert_string_equal(spec_write(a, &in.spec), once);
	arena_free(a);
}

/* Words, repeated far past what anyone would write. */
static void test_think_bears_anything(void **state)
{
	static const char *const pieces[] = {
		"a",
		" ",
		"\n",
		"((((",
		"a + ",
		"= ",
		"x = x + 1; ",
		"1,",
		"9",
		"a, ",
		"and ",
		"\"{",
		"{name} ",
		"- item\n",
		"no ",
		"5 minutes ",
		"miles to km ",
		"😀",
		"\xe2\x80\xae",
		"\xff",
		"é",
		"not a tip calculator ",
		"total = price * quantity ",
		"timer ",
		"checklist: ",
		"of the ",
		"%",
		"-",
		"''",
		"sqrt(",
		"call it ",
		"add ",
		"100 percent of ",
		"..",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++)
		for (size_t k = 0; k < COUNT(pieces); k++) {
			struct arena *a = arena_new(64 << 20);
			struct intake in;
			struct buf b;

			buf_init(&b, a, 32000);
			buf_puts(&b, k % 2 ? "a calculator " : "a form with ");
			for (int n = 0; n < 300; n++)
				buf_puts(&b, n % 3 ? pieces[i] : pieces[k]);
			in = think(a, buf_str(&b), k % 3 ? NULL : buf_str(&b));
			if (verdict_problem(a, &in, false) != NULL)
				fail_msg("%zu %zu: %s", i, k, verdict_problem(a, &in, false));
			arena_free(a);
		}
}

static void test_think_bears_no_messages(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct intake in = {.messages_n = 0};

	(void)state;
	intake_think(a, &in);
	assert_int_equal(in.verdict, INTAKE_ASK);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_think_holds_every_conversation),
		cmocka_unit_test(test_think_gives_the_same_answer_twice),
		cmocka_unit_test(test_think_bears_anything),
		cmocka_unit_test(test_think_bears_no_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
