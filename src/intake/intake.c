#include "config.h"

#include "intake/intake_named.h"
#include "intake/intake_talk.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

#define SURE 10
#define FATAL 18        /* a refusal that no other wish outweighs */
#define HEARD_MAX 16000 /* bytes of conversation that are read: the newest, and the first */

typedef bool reader(const struct intake_text *t, struct intake_wish *w);

static reader *const readers[] = {
	intake_try_known,   intake_try_formula, intake_try_converter,
	intake_try_text,    intake_try_form,    intake_try_checklist,
	intake_try_counter, intake_try_timer,   intake_try_calculator,
};

static const struct {
	reader *change;
	void (*settle)(struct arena *a, struct intake_wish *w);
	enum intake_sign head; /* names the kind */
} kinds[SPEC_KINDS] = {
	[SPEC_CALCULATOR] = {intake_change_calculator, intake_settle_calculator, SIGN_CALCULATE},
	[SPEC_CONVERTER] = {NULL, intake_settle_converter, SIGN_CONVERT},
	[SPEC_CHECKLIST] = {intake_change_checklist, intake_settle_checklist, SIGN_CHECKLIST},
	[SPEC_COUNTER] = {intake_change_counter, intake_settle_counter, SIGN_COUNTER},
	[SPEC_TIMER] = {intake_change_timer, intake_settle_timer, SIGN_TIMER},
	[SPEC_FORM] = {intake_change_form, intake_settle_form, SIGN_FORM},
	[SPEC_TEXT] = {intake_change_text, intake_settle_text, SIGN_TEXT},
};

static const char *const questions[INTAKE_OPENS] = {
	[INTAKE_OPEN_ANY] = "What should the tool do: calculate something, convert units, "
			    "tick off a list, count, time, fill in a letter or change a text, "
			    "or shall I make a simple counter?",
	[INTAKE_OPEN_FORMULA] = "What should it calculate, for example \"price times quantity\", "
				"or shall I take the four basic operations on two numbers?",
	[INTAKE_OPEN_QUANTITY] = "What should it convert, for example miles to kilometers or "
				 "Celsius to Fahrenheit, or shall I take lengths?",
	[INTAKE_OPEN_ITEMS] = "Which items should the checklist have, or shall I start it with "
			      "three examples?",
	[INTAKE_OPEN_DURATION] = "How long should the timer run, or should it be a stopwatch, or "
				 "shall I take 5 minutes?",
	[INTAKE_OPEN_FIELDS] = "Which fields should the form have, or shall I take name, date and "
			       "message?",
	[INTAKE_OPEN_OPERATIONS] = "What should happen to the text, for example count words or "
				   "sort lines, or shall I take counting, upper and lower case, "
				   "trimming and sorting?",
};

/* The best wish in a message, by score; false when there is none that is sure. */
static bool read_wish(struct intake_talk *k, const struct intake_text *t, struct intake_wish *ret)
{
	enum intake_open open = k->any     ? k->wish.open
				: k->heard ? INTAKE_OPEN_ANY
					   : INTAKE_OPEN_NOTHING;
	struct intake_wish *w = ARENA_NEW(k->a, struct intake_wish);

	ret->score = 0;
	for (size_t i = 0; i < COUNT(readers); i++) {
		memset(w, 0, sizeof(*w));
		w->open = open;
		if (readers[i](t, w) && w->score > ret->score)
			*ret = *w;
	}
	return ret->score >= SURE;
}

/* "Call it Trip planner": up to the end of the sentence or of the quotes. */
static bool hear_name(struct intake_talk *k, const struct intake_text *t)
{
	size_t i = intake_find(t, SIGN_NAME, 0), to;
	const char *name;

	if (i == t->n)
		return false;
	i += intake_at(t, SIGN_NAME, i);
	i += intake_is(t, i, ":") || intake_is(t, i, "\"");
	for (to = i; to < t->n && to - i < 8; to++)
		if (t->tokens[to].kind == INTAKE_BREAK || intake_is(t, to, "\"") ||
		    intake_is(t, to, ".") || intake_is(t, to, ",") || intake_is(t, to, ":") ||
		    intake_is(t, to, "please") || intake_is(t, to, "with") ||
		    intake_is(t, to, "that"))
			break;
	to -= to > i && intake_is(t, to - 1, "and");
	name = intake_words(t, i, to, 60);
	if (str_chars(name) < 2)
		return false;
	k->name = name;
	return true;
}

/* A new wish takes the place of the old one; how it is delivered stays. */
static void hear_wish(struct intake_talk *k, const struct intake_text *t,
		      const struct intake_wish *w)
{
	if (k->any && !k->named)
		k->name = NULL;
	if (k->any)
		k->without = intake_side_wishes(t);
	k->wish = *w;
	k->also = intake_second_tool(t, &w->spec);
	k->any = true;
	k->refused = NULL;
}

/* Let the kind of tool take the message as an answer or a change. */
static bool change(struct intake_talk *k, const struct intake_text *t)
{
	reader *fn = k->any ? kinds[k->wish.spec.kind].change : NULL;
	struct intake_wish before = k->wish;
	struct err e = {0};

	if (fn == NULL || !fn(t, &k->wish)) {
		k->wish = before;
		return false;
	}
	if (before.open == INTAKE_OPEN_NOTHING)
		k->wish.assumed_n = 0;
	k->wish.spec.slug = "tool";
	if (k->wish.open == INTAKE_OPEN_NOTHING && spec_check(k->a, &k->wish.spec, &e) != 0) {
		k->wish = before;
		return false;
	}
	k->refused = NULL;
	return true;
}

/* Does the message begin like a change, or may it be the answer to our question? */
static bool is_edit(const struct intake_talk *k, const struct intake_text *t,
		    const struct intake_wish *next)
{
	bool other = next->score >= SURE && next->spec.kind != k->wish.spec.kind &&
		     intake_has(t, kinds[next->spec.kind].head);

	if (!k->any)
		return false;
	if (k->wish.spec.kind == SPEC_CALCULATOR && intake_is_on_top(t))
		return true;
	if (k->wish.open == INTAKE_OPEN_ITEMS || k->wish.open == INTAKE_OPEN_FIELDS ||
	    k->wish.open == INTAKE_OPEN_DURATION)
		return !other;
	for (size_t i = 0; i < 3; i++)
		if (intake_at(t, SIGN_ADD, i) || intake_at(t, SIGN_REMOVE, i) ||
		    intake_at(t, SIGN_EDIT, i))
			return true;
	return false;
}

/* "Add a discount" to a calculator would need a formula; it must not become
 * another calculator instead. */
static bool is_addition(const struct intake_talk *k, const struct intake_text *t,
			const struct intake_wish *next)
{
	return k->any && k->wish.open == INTAKE_OPEN_NOTHING && intake_at(t, SIGN_ADD, 0) &&
	       next->spec.kind == k->wish.spec.kind &&
	       (next->spec.kind == SPEC_CALCULATOR || next->spec.kind == SPEC_CONVERTER);
}

/* A tool stands, and nothing is open about it. */
static bool settled(const struct intake_talk *k)
{
	return k->any && k->wish.open == INTAKE_OPEN_NOTHING && k->refused == NULL;
}

/* The same kind of tool, of which less is known. */
static bool is_vaguer(const struct intake_talk *k, const struct intake_wish *next)
{
	return settled(k) && next->open != INTAKE_OPEN_NOTHING &&
	       next->spec.kind == k->wish.spec.kind;
}

/* A message with something in it: a change, something out of reach, a new wish. */
static void hear_request(struct intake_talk *k, const struct intake_text *t, bool said)
{
	struct intake_wish *next = ARENA_NEW(k->a, struct intake_wish);
	bool sure = read_wish(k, t, next);
	int against;
	const struct intake_refusal *refusal = intake_best_refusal(t, &against);

	if (is_edit(k, t, next) && change(k, t))
		return;
	if (refusal != NULL && against < FATAL && settled(k) && intake_find(t, SIGN_ADD, 0) < 4)
		against = 1; /* a side wish: "can you also …" */
	if (refusal != NULL &&
	    (against >= FATAL || (against >= next->score && (against >= SURE || !k->any)))) {
		k->refused = refusal;
		return;
	}
	k->without |= intake_side_wishes(t);
	if (sure && !is_addition(k, t, next) && !is_vaguer(k, next))
		hear_wish(k, t, next);
	else if (!change(k, t) && !said && refusal == NULL)
		k->lost = true;
}

/* A question is answered. It never changes what is agreed, whatever tool its
 * words might name; before that only the questions that we know are none of it. */
static bool hear_question(struct intake_talk *k, const struct intake_text *t)
{
	const char *answer = intake_answer(t);
	struct intake_wish *wish;

	if (!intake_asks(t, answer != NULL))
		return false;
	if (settled(k)) {
		k->remark = answer != NULL ? answer
					   : "A question changes nothing: the scope tells all that "
					     "will be made.";
		return true;
	}
	wish = ARENA_NEW(k->a, struct intake_wish);
	if (answer == NULL || (read_wish(k, t, wish) && wish->open == INTAKE_OPEN_NOTHING))
		return false;
	k->remark = answer;
	return true;
}

/* Words of agreement, or about delivery only: "ok" takes what was offered
 * instead of what cannot be made. */
static void accept(struct intake_talk *k, const struct intake_text *t)
{
	bool yes = intake_has(t, SIGN_YES) || intake_has(t, SIGN_WHATEVER);

	k->whatever = yes;
	if (!yes || k->refused == NULL)
		return;
	if (k->refused->instead != NULL)
		hear_request(k, intake_text_new(k->a, k->lex, k->refused->instead), true);
	else if (k->any)
		k->refused = NULL;
}

static void hear(struct intake_talk *k, const char *message)
{
	const struct intake_text *t = intake_text_new(k->a, k->lex, message);
	const char *offer;
	bool said;

	k->lost = false;
	k->whatever = false;
	k->remark = NULL;
	k->foreign = intake_is_foreign(t);
	if (hear_question(k, t)) {
		k->heard = true;
		return;
	}
	said = intake_hear_delivery(t, !k->heard, &k->delivery);
	k->named = hear_name(k, t);
	said = said || k->named;
	offer = k->asked && !k->any ? intake_offer(t) : NULL;
	if (offer != NULL)
		hear_request(k, intake_text_new(k->a, k->lex, offer), said);
	else if (t->n > 0 && intake_is_small(t, 0, t->n) && k->heard)
		accept(k, t);
	else if (t->n > 0)
		hear_request(k, t, said);
	k->heard = true;
}

static bool is_question(const char *text)
{
	size_t n = strlen(text);

	while (n > 0 && strchr(" \n\r\t", text[n - 1]) != NULL)
		n--;
	return n > 0 && text[n - 1] == '?';
}

/* Of a very long conversation the newest part is read, and the first message. */
static size_t first_read(const struct intake *in)
{
	size_t bytes = 0, i = in->messages_n;

	while (i > 0 && bytes < HEARD_MAX) {
		i--;
		bytes += in->messages[i].from_visitor ? strnlen(in->messages[i].text, 32000) : 0;
	}
	return i;
}

static void hear_all(struct intake_talk *k, const struct intake *in)
{
	size_t from = first_read(in);

	for (size_t i = 0; i < in->messages_n; i++) {
		const struct intake_message *m = &in->messages[i];

		if (!m->from_visitor)
			k->asked = k->asked || is_question(m->text);
		else if (i >= from || !k->heard)
			hear(k, m->text);
	}
}

static void ask(struct intake *in, enum intake_open open)
{
	in->verdict = INTAKE_ASK;
	in->question = questions[open];
}

static void cannot(struct intake *in, const char *reason)
{
	in->verdict = INTAKE_CANNOT;
	in->reason = reason;
	in->needs = "codex_worker";
}

static void finish(struct intake_talk *k, struct intake *in)
{
	struct err e = {0};

	if (k->wish.spec.kind == SPEC_TEXT)
		intake_describe_text(k->a, &k->wish);
	in->spec = k->wish.spec;
	if (k->name != NULL)
		in->spec.title = k->name;
	in->spec.slug = intake_slug(k->a, in->spec.title);
	intake_settle_delivery(&k->delivery, in);
	intake_describe(k, in);
	in->verdict = INTAKE_READY;
	if (spec_check(k->a, &in->spec, &e) != 0)
		cannot(in, "This was too much to put into one small tool; please describe it in "
			   "fewer and shorter words.");
}

static const char *remark(const struct intake_talk *k, enum intake_verdict verdict)
{
	if (k->remark != NULL)
		return k->remark;
	if (verdict != INTAKE_READY)
		return k->foreign && k->refused == NULL ? "Only English is understood here." : NULL;
	if (!k->lost)
		return NULL;
	return k->foreign
		       ? "Only English is understood here; your last message has changed nothing."
		       : "Your last message was not understood and has changed nothing.";
}

void intake_think(struct arena *a, struct intake *in)
{
	struct intake_talk *k = ARENA_NEW(a, struct intake_talk);

	*in = (struct intake){.messages = in->messages,
			      .messages_n = in->messages_n,
			      .artifact_type = in->artifact_type};
	k->a = a;
	k->lex = intake_lexicon_new(a);
	hear_all(k, in);
	if (k->refused != NULL) {
		cannot(in, k->refused->reason);
	} else if (!k->any && !k->asked) {
		ask(in, INTAKE_OPEN_ANY);
	} else if (!k->any && !k->whatever) {
		cannot(in,
		       "I could not tell from your words what the tool should do; say what goes "
		       "in and what should come out, for example \"price times quantity\".");
	} else if (k->any && k->wish.open != INTAKE_OPEN_NOTHING && !k->asked) {
		ask(in, k->wish.open);
	} else {
		if (!k->any)
			intake_settle_counter(a, &k->wish);
		else if (k->wish.open != INTAKE_OPEN_NOTHING)
			kinds[k->wish.spec.kind].settle(a, &k->wish);
		k->wish.open = INTAKE_OPEN_NOTHING;
		finish(k, in);
	}
	in->remark = remark(k, in->verdict);
}
