#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_talk.h"
#include "base/check.h"

#include <string.h>

#define SURE 10

/* What visitors ask about the work itself; a score of ten is sure. No answer
 * ends in a question mark: that is how our one question is known. */
static const struct {
	const char *phrases, *text;
} answers[] = {
	{"12 how long .. take, 12 how long will, 12 how long until, 12 how long till, "
	 "12 how soon, 12 how fast, 10 when .. ready, 10 when .. done, 10 when .. finished, "
	 "10 when can i, 10 when do i, 10 when will, 10 when does, 10 is it ready, "
	 "10 is it done, 10 is it finished, 10 how many minutes until, 10 how quickly",
	 "A tool is usually ready some minutes after the work was approved, and this page tells "
	 "each step."},
	{"12 how much .. cost, 12 how much is it, 12 how much is this, 12 how much do i, "
	 "12 how much will, 12 what .. cost, 10 is it free, 10 is this free, 10 for free, "
	 "12 what is the price, 12 whats the price, 12 how expensive, 10 do i have to pay, "
	 "10 do i need to pay, 10 when do i pay, 10 how do i pay, 10 how can i pay, 10 can i pay, "
	 "12 can i use paypal, 12 can i use a credit card",
	 "The price stands beside the scope, and nothing is charged before you approve it."},
	{"12 does it work on, 12 does this work on, 12 does it run on, 12 will it work on, "
	 "12 will it run on, 10 work on my phone, 12 where does it run, "
	 "12 does it work in, 12 does it work offline, 12 will it work offline",
	 "A web page works in every current browser, also without a connection; a program is made "
	 "for the systems that the scope names."},
	{"12 can i change, 12 can i still change, 12 can we change, 12 is it possible to change, "
	 "12 what if i change, 12 change it later",
	 "Say here what should be different, until the work starts; a scope that has changed is "
	 "approved again."},
	{"12 is it safe, 12 is it secure, 12 is it private, 12 do you store, 12 do you keep, "
	 "12 do you sell, 12 is my data, 12 who can see, 12 where is my data",
	 "The finished tool works without a connection and sends nothing anywhere."},
	{"12 get the source, 12 get source code, 12 is the source, 12 is it open source, "
	 "12 is there source code",
	 "You receive the finished tool, not its source code."},
	{"12 what can you, 12 what do you do, 12 what do you make, 12 what else can you, "
	 "12 what are you, 12 who are you, 12 what is this",
	 "Small tools are made here: calculators, converters, checklists, counters, timers, forms "
	 "and text tools."},
	{"12 how do i get, 12 how will i get, 12 how do i receive, 12 how do i use, "
	 "12 where do i find, 12 where can i find, 12 how do i download, 12 what happens next, "
	 "12 what do i have to do, 12 what now",
	 "Approve the scope, and when the result is verified this page has a preview and a "
	 "download."},
};

const char *intake_answer_phrases(size_t row)
{
	return row < COUNT(answers) ? answers[row].phrases : NULL;
}

const char *intake_answer(const struct intake_text *t)
{
	int score;
	size_t row = intake_best(t, INTAKE_ANSWERS, &score);

	return score >= SURE ? answers[row].text : NULL;
}

static bool is_one_of(const struct intake_text *t, size_t i, const char *const *words)
{
	for (; *words != NULL; words++)
		if (intake_is(t, i, *words))
			return true;
	return false;
}

/* "Could you tell me …", but "could you make …" is a request. */
static bool asks_us_to_tell(const struct intake_text *t, size_t i)
{
	static const char *const verbs[] = {"can", "could", "would", "will", "please", NULL};
	static const char *const tells[] = {"tell", "say", "explain", NULL};

	while (is_one_of(t, i, verbs) || intake_is(t, i, "you"))
		i++;
	return is_one_of(t, i, tells) && intake_is(t, i + 1, "me");
}

/* The words that begin a question and no request: "what about a timer" is one. */
static bool asks(const struct intake_text *t, size_t i, bool answered)
{
	static const char *const heads[] = {
		"when", "how", "why", "who",   "where", "which",  "what",  "is",      "are", "does",
		"did",	"was", "has", "whats", "whose", "what's", "isn't", "doesn't", "am",  NULL};
	static const char *const modals[] = {"do",     "can",  "may",	"will", "shall",
					     "should", "must", "could", NULL};
	static const char *const us[] = {"i", "we", "it", "this", "that", "they", "the", NULL};
	static const char *const wants[] = {"have", "get", "add", "also", "use", "make", NULL};

	if (is_one_of(t, i, heads))
		return !intake_is(t, i + 1, "about") && !intake_is(t, i + 1, "if");
	if (intake_is(t, i, "do") && intake_is(t, i + 1, "you"))
		return true;
	return is_one_of(t, i, modals) && is_one_of(t, i + 1, us) &&
	       (answered || (!is_one_of(t, i + 2, wants) && !intake_is(t, i + 2, "be")));
}

bool intake_asks(const struct intake_text *t, bool answered)
{
	static const char *const openers[] = {"and", "so",   "but", "hi",    "hello",	 "hey",
					      "oh",  "well", "one", "quick", "question", NULL};
	size_t i = 0, end = t->n;

	while (i < t->n && (t->tokens[i].kind == INTAKE_SYMBOL ||
			    t->tokens[i].kind == INTAKE_BREAK || is_one_of(t, i, openers) ||
			    (intake_at(t, SIGN_YES, i) && !intake_is(t, i, "please"))))
		i++;
	while (end > 0 && t->tokens[end - 1].kind == INTAKE_BREAK)
		end--;
	if (!answered && !(end > 0 && intake_is(t, end - 1, "?")))
		return false;
	return asks(t, i, answered) || asks_us_to_tell(t, i);
}

/* What our first question offers, as the answer "calculate something" or just
 * "count" takes it up; the last entry of each row is the wish. */
const char *intake_offer(const struct intake_text *t)
{
	static const struct {
		const char *words[6], *wish;
	} offers[] = {
		{{"calculate", "something", "calculation", NULL}, "a calculator"},
		{{"convert", "units", "unit", "conversion", NULL}, "a unit converter"},
		{{"tick", "off", "list", "a", NULL}, "a checklist"},
		{{"count", "something", "counting", "things", NULL}, "a counter"},
		{{"time", "something", "timing", NULL}, "a timer"},
		{{"fill", "in", "letter", "a", NULL}, "a form"},
		{{"change", "text", "a", NULL}, "a text tool"},
	};

	for (size_t k = 0; k < COUNT(offers); k++) {
		size_t named = 0, i = 0;

		for (; i < t->n; i++) {
			bool there = is_one_of(t, i, offers[k].words);

			named += there && !intake_is(t, i, "a") && !intake_is(t, i, "something") &&
				 !intake_is(t, i, "in");
			if (!there && !intake_is_small(t, i, i + 1))
				break;
		}
		if (i == t->n && named > 0)
			return offers[k].wish;
	}
	return NULL;
}

/* Small words of other languages that hardly stand in an English message. */
bool intake_is_foreign(const struct intake_text *t)
{
	static const char *const words[] = {
		"ich",	    "bitte",	   "und",      "für",  "eine",	 "einen",
		"mit",	    "nicht",	   "wie",      "wir",  "der",	 "das",
		"ist",	    "rechner",	   "mwst",     "une",  "pour",	 "avec",
		"je",	    "vous",	   "voudrais", "les",  "est",	 "calculatrice",
		"que",	    "para",	   "una",      "con",  "por",	 "quiero",
		"necesito", "calculadora", "el",       "los",  "uma",	 "com",
		"não",	    "quero",	   "il",       "che",  "vorrei", "calcolatrice",
		"haluan",   "laskuri",	   "ja",       "että", "minä",	 "jag",
		"och",	    "för",	   "att",      "een",  "het",	 "voor",
		"proszę",   "хочу",	   NULL};
	size_t foreign = 0, wide = 0, letters = 0;

	for (size_t i = 0; i < t->n; i++)
		foreign += is_one_of(t, i, words);
	for (const char *p = t->raw; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		letters += (c | 32) >= 'a' && (c | 32) <= 'z';
		wide += (c & 0xe0) == 0xc0 || (c >= 0xe3 && c < 0xf0); /* no signs, no emoji */
	}
	return foreign > 0 || wide > letters;
}
