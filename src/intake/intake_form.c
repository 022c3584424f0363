#include "config.h"

#include "intake/intake_letters.h"
#include "intake/intake_named.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

#define TEXT_MAX 3800 /* bytes: safely below 4000 characters */

/* One of the words as a whole word, or its plural. */
static bool has_word(const char *label, const char *const *words)
{
	for (; *words != NULL; words++) {
		const char *at = strcasestr(label, *words);
		const char *end = at == NULL ? NULL : at + strlen(*words);

		if (at != NULL && (at == label || at[-1] == ' ') &&
		    (*end == '\0' || *end == ' ' ||
		     (*end == 's' && (end[1] == '\0' || end[1] == ' '))))
			return true;
	}
	return false;
}

/* What kind of field a name asks for; the first row that fits. */
static enum spec_type type_of(const char *label)
{
	static const struct {
		enum spec_type type;
		const char *words[12];
	} rows[] = {
		{SPEC_YESNO, {"yes/no", "yes or no", "agree", "attending", NULL}},
		{SPEC_DATE, {"date", "birthday", "deadline", "due day", NULL}},
		{SPEC_LINE, {"phone", "email", "e-mail", "id number", "reference", "street", NULL}},
		{SPEC_LONGTEXT,
		 {"note", "message", "description", "address", "comment", "reason", "detail",
		  "remark", "text", "story", "feedback", NULL}},
		{SPEC_NUMBER,
		 {"amount", "number of", "quantity", "price", "age", "how many", "cost", "hour",
		  "count", "people", NULL}},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (has_word(label, rows[i].words))
			return rows[i].type;
	return SPEC_LINE;
}

static const struct spec_input *find_field(const struct spec *s, const char *name)
{
	for (size_t i = 0; i < s->inputs_n; i++)
		if (strcmp(s->inputs[i].name, name) == 0)
			return &s->inputs[i];
	return NULL;
}

/* Does the form have this field already, by its name or its label? */
static const struct spec_input *same_field(const struct spec *s, const char *label,
					   const char *name)
{
	const struct spec_input *in = find_field(s, name);

	for (size_t i = 0; in == NULL && i < s->inputs_n; i++)
		if (strcasecmp(s->inputs[i].label, label) == 0)
			in = &s->inputs[i];
	return in;
}

static bool taken(const struct spec *s, const char *name)
{
	for (size_t i = 0; i < s->outputs_n; i++)
		if (strcmp(s->outputs[i].name, name) == 0)
			return true;
	return find_field(s, name) != NULL;
}

/* The field of this label, made when it is new; NULL when there is no room. */
static const struct spec_input *add_field(struct arena *a, struct spec *s, const char *label,
					  bool *ret_new)
{
	const char *name = intake_identifier(a, label);
	const struct spec_input *old = same_field(s, label, name);

	*ret_new = old == NULL && s->inputs_n < SPEC_INPUTS;
	if (!*ret_new)
		return old;
	if (taken(s, name))
		name = arena_printf(a, "%s_field", name);
	s->inputs[s->inputs_n] = (struct spec_input){
		.name = name,
		.label = label,
		.unit = "",
		.dflt = "",
		.type = type_of(label),
		.required = type_of(label) != SPEC_YESNO,
	};
	if (s->inputs[s->inputs_n].type == SPEC_DATE && strcasecmp(label, "date") == 0)
		s->inputs[s->inputs_n].dflt = "today";
	return &s->inputs[s->inputs_n++];
}

static void append(struct arena *a, struct spec *s, const char *line)
{
	const char *text = s->text == NULL ? "" : s->text;

	if (strlen(text) + strlen(line) < TEXT_MAX)
		s->text = arena_printf(a, "%s%s", text, line);
}

/* Fields stand after "with", "fields", "asks for" or a colon, up to what is made of them. */
static size_t fields_start(const struct intake_text *t)
{
	static const char *const after[] = {"with",      "fields", "field",    ":",
					    "asks",      "asking", "collects", "containing",
					    "including", "needs",  "enter",  "enters"};
	size_t head = intake_find(t, SIGN_FORM, 0);

	for (size_t i = head < t->n ? head : 0; i < t->n; i++)
		for (size_t k = 0; k < COUNT(after); k++)
			if (intake_is(t, i, after[k])) {
				i++;
				while (intake_is(t, i, "fields") || intake_is(t, i, "field") ||
				       intake_is(t, i, "for") || intake_is(t, i, ":") ||
				       intake_is(t, i, "these") || intake_is(t, i, "the") ||
				       intake_is(t, i, "their"))
					i++;
				return i;
			}
	return t->n;
}

static size_t fields_end(const struct intake_text *t, size_t from)
{
	size_t i;

	for (i = from; i < t->n; i++) {
		if (intake_at(t, SIGN_THAT, i) || intake_is(t, i, ".") || intake_is(t, i, "\""))
			return i > from && intake_is(t, i - 1, "and") ? i - 1 : i;
		if (t->tokens[i].kind == INTAKE_BREAK && i > from + 1)
			return t->n;
	}
	return i;
}

static const char *without_article(const char *label)
{
	size_t n = strncasecmp(label, "the ", 4) == 0 ? 4
		   : strncasecmp(label, "a ", 2) == 0 ? 2
						      : 0;

	return label + n;
}

/* A field's name is short; anything longer is a sentence. */
static size_t read_fields(const struct intake_text *t, size_t from, const char **labels, size_t max)
{
	size_t n = intake_split(t, from, fields_end(t, from), labels, max), kept = 0;

	for (size_t i = 0; i < n; i++) {
		const char *label = without_article(labels[i]);

		if (str_chars(label) <= 40)
			labels[kept++] = intake_label(t->a, label, strlen(label), 40);
	}
	return kept;
}

/* New fields go below the text, each on its own line. */
static bool add_fields(const struct intake_text *t, size_t from, struct spec *s)
{
	const char *labels[SPEC_INPUTS];
	size_t n = read_fields(t, from, labels, COUNT(labels));
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		bool is_new;
		const struct spec_input *in = add_field(t->a, s, labels[i], &is_new);

		if (!is_new)
			continue;
		append(t->a, s, arena_printf(t->a, "\n%s: {%s}", in->label, in->name));
		any = true;
	}
	return any;
}

/* The visitor's own text, in quotes, with {placeholders}. */
static bool own_text(const struct intake_text *t, struct spec *s)
{
	const char *from = strchr(t->raw, '"'), *to = from == NULL ? NULL : strchr(from + 1, '"');
	struct buf b;

	if (to == NULL || memchr(from, '{', (size_t)(to - from)) == NULL ||
	    to - from > TEXT_MAX / 2)
		return false;
	buf_init(&b, t->a, TEXT_MAX);
	for (const char *p = from + 1; p < to;) {
		size_t n = strcspn(p + 1, "{}\"\n");
		const char *label =
			*p == '{' && p[1 + n] == '}' ? intake_label(t->a, p + 1, n, 40) : "";
		const struct spec_input *in;
		bool is_new;

		if (*label == '\0' || (in = add_field(t->a, s, label, &is_new)) == NULL) {
			buf_putc(&b, *p == '{' ? '(' : *p == '}' ? ')' : *p);
			p++;
			continue;
		}
		buf_printf(&b, "{%s}", in->name);
		p += n + 2;
	}
	if (b.over || s->inputs_n == 0)
		return false;
	s->text = buf_str(&b);
	return true;
}

static void use_letter(const struct intake_letter *k, struct spec *s)
{
	s->title = k->title;
	s->summary = k->summary;
	s->text = k->text;
	for (size_t i = 0; k->inputs[i].name != NULL; i++)
		s->inputs[s->inputs_n++] = k->inputs[i];
	intake_letter_outputs(k, s);
}

/* "X, Y and Z in a letter": the fields come first. */
static bool add_first(const struct intake_text *t, const struct intake_list *l, struct spec *s)
{
	bool is_new = false;

	for (size_t i = 0; l->from == 0 && i < l->n; i++) {
		const struct spec_input *in = add_field(
			t->a, s, intake_words(t, l->items[i].from, l->items[i].to, 40), &is_new);

		if (is_new)
			append(t->a, s, arena_printf(t->a, "\n%s: {%s}", in->label, in->name));
	}
	return s->inputs_n > 0;
}

static void use_own(const struct intake_text *t, const struct intake_list *l, struct intake_wish *w)
{
	struct spec *s = &w->spec;

	s->title = intake_title(t, SIGN_FORM, "Form");
	s->summary = "Fills your answers into a text to copy, save or print.";
	if (own_text(t, s))
		return;
	s->text = s->title;
	s->inputs_n = 0;
	append(t->a, s, "\n");
	if (!add_first(t, l, s) && !add_fields(t, fields_start(t), s))
		w->open = INTAKE_OPEN_FIELDS;
}

/* Do the words beside the list name this letter? */
static bool names_letter(const struct intake_text *t, const struct intake_list *l,
			 const struct intake_letter *k)
{
	const struct intake_text *head = intake_text_new(t->a, t->lex, intake_without_list(t, l));
	int score;

	if (&intake_letters[intake_best(head, INTAKE_LETTERS, &score)] != k || score < 5)
		return false;
	for (size_t i = 0; i < head->n; i++)
		if (intake_is(head, i, "form") || intake_is(head, i, "forms"))
			return intake_find(head, SIGN_THAT, i) < head->n;
	return true;
}

bool intake_try_form(const struct intake_text *t, struct intake_wish *w)
{
	int sign = intake_score(t, INTAKE_SIGNS, SIGN_FORM), score;
	const struct intake_letter *k = &intake_letters[intake_best(t, INTAKE_LETTERS, &score)];
	struct intake_list list = {.n = 0};
	bool letter = score >= 10 || (score >= 5 && sign >= 6);

	/* Who lists the fields wants them, and a letter of ours only by its name. */
	if (letter && intake_named_list(t, &list) && list.n > 1)
		letter = names_letter(t, &list, k);

	if (!letter && list.n == 0)
		intake_named_list(t, &list);
	if (!letter && sign < 10 && !own_text(t, &w->spec))
		return false;
	w->spec.inputs_n = 0;
	w->spec.kind = SPEC_FORM;
	w->open = INTAKE_OPEN_NOTHING;
	if (letter) {
		use_letter(k, &w->spec);
		add_fields(t, fields_start(t), &w->spec);
	} else {
		use_own(t, &list, w);
	}
	w->score = letter ? (score > 12 ? score : 12) : w->open == INTAKE_OPEN_NOTHING ? 15 : 10;
	return true;
}

/* A line of its own "Label: {name}" goes with its field. */
static bool remove_field(const struct intake_text *t, struct spec *s)
{
	for (size_t i = 0; i < s->inputs_n && s->inputs_n > 1; i++) {
		const char *line =
			arena_printf(t->a, "\n%s: {%s}", s->inputs[i].label, s->inputs[i].name);
		const char *at = strcasestr(t->raw, s->inputs[i].label) == NULL
					 ? NULL
					 : strstr(s->text, line);

		if (at == NULL)
			continue;
		s->text = arena_printf(t->a, "%.*s%s", (int)(at - s->text), s->text,
				       at + strlen(line));
		memmove(&s->inputs[i], &s->inputs[i + 1],
			(s->inputs_n - i - 1) * sizeof(s->inputs[0]));
		s->inputs_n--;
		return true;
	}
	return false;
}

bool intake_change_form(const struct intake_text *t, struct intake_wish *w)
{
	size_t from = fields_start(t), add = intake_find(t, SIGN_ADD, 0);
	struct spec *s = &w->spec;

	if (w->open == INTAKE_OPEN_FIELDS) {
		bool any = own_text(t, s) || add_fields(t, from < t->n ? from : 0, s);

		w->open = any ? INTAKE_OPEN_NOTHING : w->open;
		return any;
	}
	if (intake_at(t, SIGN_REMOVE, 0))
		return remove_field(t, s);
	if (add > 2)
		return false;
	while (intake_at(t, SIGN_ADD, add))
		add += intake_at(t, SIGN_ADD, add);
	return add_fields(t, from < t->n ? from : add, s);
}

void intake_settle_form(struct arena *a, struct intake_wish *w)
{
	static const char *const labels[] = {"Name", "Date", "Message"};

	for (size_t i = 0; i < COUNT(labels); i++) {
		bool is_new;
		const struct spec_input *in = add_field(a, &w->spec, labels[i], &is_new);

		append(a, &w->spec, arena_printf(a, "\n%s: {%s}", in->label, in->name));
	}
	w->assumed[w->assumed_n++] =
		"Because you named no fields, it has fields for name, date and message.";
}
