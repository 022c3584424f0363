#include "config.h"

#include "intake/intake_lexicon.h"
#include "intake/intake_int.h"
#include "base/check.h"
#include "base/str.h"

#include <string.h>

/* Ready lists for wishes that name no items. */
static const struct {
	const char *phrases, *title;
	const char *items[16];
} lists[] = {
	{"8 packing, 8 pack, 8 travel, 8 trip, 8 suitcase, 6 vacation, 6 holiday, 6 beach, "
	 "6 journey",
	 "Packing checklist",
	 {"Passport or identity card", "Tickets and bookings", "Money and cards",
	  "Phone and charger", "Clothes for each day", "Underwear and socks", "Nightwear", "Jacket",
	  "Shoes", "Toothbrush", "Toiletries", "Medicine", "Glasses or lenses", "Keys",
	  "Water and snacks", NULL}},
	{"8 moving, 8 move house, 8 new apartment, 6 relocation, 8 new home",
	 "Moving checklist",
	 {"Give notice", "Book the van", "Collect boxes", "Sort out what goes",
	  "Change the address", "Transfer electricity and internet", "Pack room by room",
	  "Label the boxes", "Clean the old home", "Read the meters", "Hand over the keys", NULL}},
	{"8 grocery, 8 shopping, 6 supermarket",
	 "Shopping list",
	 {"Bread", "Milk", "Eggs", "Butter", "Cheese", "Fruit", "Vegetables", "Potatoes",
	  "Rice or pasta", "Coffee", NULL}},
	{"8 cleaning, 8 clean house, 6 chores, 6 housework, 6 household",
	 "Cleaning checklist",
	 {"Air the rooms", "Make the beds", "Wash the dishes", "Wipe the kitchen",
	  "Clean the bathroom", "Dust", "Vacuum", "Mop the floors", "Empty the bins",
	  "Do the laundry", NULL}},
	{"8 camping, 6 hiking, 6 tent, 6 backpacking, 6 trek",
	 "Camping checklist",
	 {"Tent and pegs", "Sleeping bag", "Sleeping mat", "Stove and fuel", "Pot and cutlery",
	  "Food", "Water", "Torch", "First aid kit", "Rain jacket", "Warm clothes", "Map",
	  "Matches", "Rubbish bags", NULL}},
	{"8 party, 6 birthday party, 6 event, 6 celebration, -20 guest list",
	 "Party checklist",
	 {"Set the date", "Write the guest list", "Send invitations", "Choose the place",
	  "Plan food", "Plan drinks", "Prepare music", "Decorate", "Take pictures", "Clean up",
	  NULL}},
	{"8 wedding, -10 guest list",
	 "Wedding checklist",
	 {"Set the budget", "Choose the date", "Write the guest list", "Book the venue",
	  "Send invitations", "Order food", "Order the cake", "Choose clothes", "Book music",
	  "Book the photographer", "Buy the rings", "Plan the seats", NULL}},
	{"8 morning, 6 morning routine, 6 daily routine, 6 daily, 4 routine",
	 "Daily routine checklist",
	 {"Drink a glass of water", "Stretch", "Wash", "Breakfast", "Plan the day",
	  "Most important task", "Walk", "Read", "Tidy up", "Prepare tomorrow", NULL}},
	{"8 emergency, 6 first aid, 6 disaster, 6 survival",
	 "Emergency kit checklist",
	 {"Water for three days", "Food that keeps", "Torch", "Batteries", "Radio", "First aid kit",
	  "Medicine", "Copies of documents", "Cash", "Warm blankets", "Matches",
	  "List of phone numbers", NULL}},
	{"8 onboarding, 8 new employee, 6 new hire, 6 first day",
	 "Onboarding checklist",
	 {"Contract signed", "Workplace ready", "Computer and accounts ready", "Welcome and tour",
	  "Meet the team", "Explain safety rules", "Explain working hours", "First task given",
	  "Talk after one week", "Talk after one month", NULL}},
	{"8 hospital bag, 6 baby, 6 hospital, 6 birth",
	 "Hospital bag checklist",
	 {"Identity card", "Insurance card", "Medical papers", "Phone and charger", "Nightwear",
	  "Slippers", "Toiletries", "Comfortable clothes", "Snacks", "Clothes for the baby",
	  "Blanket for the baby", "Car seat", NULL}},
	{"8 website launch, 8 launch, 6 release, 6 go live, 6 deploy",
	 "Launch checklist",
	 {"Texts checked", "Links checked", "Tried on a phone", "Tried in other browsers",
	  "Loads fast", "Works with the keyboard", "Backup made", "Privacy notice there",
	  "Contact address there", "Announced", NULL}},
	{"8 interview, 6 job interview",
	 "Job interview checklist",
	 {"Read about the company", "Read the job again", "Prepare answers", "Prepare questions",
	  "Print the papers", "Choose clothes", "Plan the way", "Charge the phone", "Arrive early",
	  "Send thanks", NULL}},
	{"8 car, 6 road trip, 6 winter tires, 6 vehicle",
	 "Car checklist",
	 {"Tire pressure", "Oil", "Cooling water", "Washer fluid", "Lights", "Brakes",
	  "Fuel or charge", "Warning triangle", "First aid kit", "Papers", NULL}},
};

const char *intake_list_phrases(size_t row)
{
	return row < COUNT(lists) ? lists[row].phrases : NULL;
}

/* Where a row of items in the running text ends: before a new thought. */
static size_t items_end(const struct intake_text *t, size_t from)
{
	static const char *const words[] = {"it", "i", "please", "should", "must", "that"};

	for (size_t i = from; i < t->n && t->tokens[i].kind != INTAKE_BREAK; i++)
		for (size_t k = 0; k < COUNT(words) && i > from; k++) {
			bool and = intake_is(t, i - 1, "and");

			if (intake_is(t, i, words[k]) &&
			    (and || t->tokens[i - 1].kind == INTAKE_SYMBOL))
				return and? i - 1 : i;
		}
	return t->n;
}

static size_t read_items(const struct intake_text *t, size_t from, const char **items, size_t max)
{
	return intake_split(t, from, items_end(t, from), items, max);
}

/* The token where the items begin: after a colon, on the next line, after "with". */
static size_t items_start(const struct intake_text *t, size_t head)
{
	for (size_t i = head; i < t->n; i++) {
		if (intake_is(t, i, ":") && !intake_is(t, i + 1, "/"))
			return i + 1;
		if (t->tokens[i].kind == INTAKE_BREAK)
			return i + 1;
	}
	if (head == t->n)
		return 0;
	if (intake_at(t, SIGN_CHECKLIST, head))
		head += intake_at(t, SIGN_CHECKLIST, head) - 1;
	for (size_t i = head; i < t->n; i++) {
		size_t n = i > head && intake_is(t, i - 1, "checklist") && intake_is(t, i, "of")
				   ? 1
				   : intake_at(t, SIGN_GO, i);

		while (n > 0 && intake_at(t, SIGN_GO, i + n))
			n += intake_at(t, SIGN_GO, i + n);
		if (n > 0)
			return i + n;
	}
	return t->n;
}

static const char *summary(struct arena *a, const struct spec *s)
{
	return s->items_n == 1
		       ? "A checklist with one item to tick off."
		       : arena_printf(a, "A checklist with %zu items to tick off.", s->items_n);
}

static bool use_ready_list(const struct intake_text *t, struct intake_wish *w)
{
	int score;
	size_t best = intake_best(t, INTAKE_LISTS, &score);

	if (score == 0)
		return false;
	for (size_t i = 0; lists[best].items[i] != NULL; i++)
		w->spec.items[w->spec.items_n++] = lists[best].items[i];
	if (strcmp(w->spec.title, "Checklist") == 0)
		w->spec.title = lists[best].title;
	w->assumed[w->assumed_n++] = "Because you named no items, the list starts with usual ones.";
	return true;
}

/* "Shopping list" is a name already, "check list" and "list of" are not. */
static const char *noun(const struct intake_text *t, size_t head)
{
	size_t n = intake_at(t, SIGN_CHECKLIST, head);
	const char *name = intake_spelled(t, head, head + n);

	return n > 1 && intake_is(t, head + n - 1, "list") && strcmp(name, "Check list") != 0
		       ? name
		       : "Checklist";
}

/* Lines that begin with a bullet or a number are a list by themselves. */
static size_t bullets(const struct intake_text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if ((i == 0 || t->tokens[i - 1].kind == INTAKE_BREAK) &&
		    (intake_is(t, i, "-") || intake_is(t, i, "*") || intake_is(t, i, "•") ||
		     (t->tokens[i].kind == INTAKE_NUMBER &&
		      (intake_is(t, i + 1, ".") || intake_is(t, i + 1, ")")))))
			n++;
	return n;
}

bool intake_try_checklist(const struct intake_text *t, struct intake_wish *w)
{
	int score = intake_score(t, INTAKE_SIGNS, SIGN_CHECKLIST);
	size_t head = intake_find(t, SIGN_CHECKLIST, 0);

	if (score < 7 && score >= 0 && bullets(t) > 2)
		score = 11;
	if (score < 7)
		return false;
	w->spec.kind = SPEC_CHECKLIST;
	w->spec.title = intake_title(t, SIGN_CHECKLIST, noun(t, head));
	w->spec.items_n = read_items(t, items_start(t, head), w->spec.items, SPEC_ITEMS);
	w->open = INTAKE_OPEN_NOTHING;
	/* "A guest list with addresses" says what each item has, and no item. */
	if (w->spec.items_n == 1 && intake_find(t, SIGN_GO, head) < t->n && strchr(t->raw, ':') == NULL)
		w->spec.items_n = 0;
	if (w->spec.items_n == 0 && !use_ready_list(t, w))
		w->open = INTAKE_OPEN_ITEMS;
	w->spec.summary = summary(t->a, &w->spec);
	w->score = (score < 12 ? score : 12) + (w->assumed_n == 0 && w->spec.items_n > 1 ? 6 : 0);
	return true;
}

static void add_items(const struct intake_text *t, size_t from, struct spec *s)
{
	s->items_n += read_items(t, from, s->items + s->items_n, SPEC_ITEMS - s->items_n);
}

/* Several short items and nothing else, sent after the list was made. */
static bool more_items(const struct intake_text *t, struct intake_wish *w)
{
	const char *items[SPEC_ITEMS];
	size_t n = intake_at(t, SIGN_STOP, 0) ? 0 : read_items(t, 0, items, SPEC_ITEMS);

	for (size_t i = 0; i < n; i++)
		if (str_chars(items[i]) > 30)
			return false;
	if (n < 2)
		return false;
	if (w->assumed_n > 0) /* the usual ones give way to their own */
		w->spec.items_n = 0;
	add_items(t, 0, &w->spec);
	return true;
}

/* Case and a plural make no other item. */
static bool same_item(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 3 && a[n - 1] == 's';
	m -= m > 3 && b[m - 1] == 's';
	return n == m && strncasecmp(a, b, n) == 0;
}

static bool remove_items(const struct intake_text *t, size_t from, struct spec *s)
{
	const char *gone[16];
	size_t n = read_items(t, from, gone, COUNT(gone)), kept = 0, before = s->items_n;

	for (size_t i = 0; i < before; i++) {
		bool keep = true;

		for (size_t k = 0; k < n; k++)
			keep = keep && !same_item(s->items[i], gone[k]);
		if (keep)
			s->items[kept++] = s->items[i];
	}
	if (kept == 0)
		return false;
	s->items_n = kept;
	return kept < before;
}

/* After "add" or "remove"; "to the list" and such is no item. */
static size_t after(const struct intake_text *t, enum intake_sign sign)
{
	size_t i = intake_find(t, sign, 0);

	for (i += intake_at(t, sign, i); i < t->n; i++)
		if (!intake_at(t, SIGN_LIGHT, i) && !intake_at(t, sign, i) &&
		    !intake_is(t, i, ":") && !intake_is(t, i, "item"))
			break;
	return i;
}

/* "For camping" asks for the usual items, anything else names them. */
static void answer_items(const struct intake_text *t, struct intake_wish *w)
{
	size_t from = intake_at(t, SIGN_ADD, 0) ? after(t, SIGN_ADD) : items_start(t, 0);
	bool purpose = intake_is(t, 0, "for") || intake_is(t, 1, "for");

	if (!(purpose && use_ready_list(t, w)))
		add_items(t, from < t->n ? from : 0, &w->spec);
	if (w->spec.items_n > 0)
		w->open = INTAKE_OPEN_NOTHING;
}

static bool starts_with(const struct intake_text *t, enum intake_sign sign)
{
	return intake_at(t, sign, 0) || intake_at(t, sign, 1) || intake_at(t, sign, 2);
}

bool intake_change_checklist(const struct intake_text *t, struct intake_wish *w)
{
	struct spec *s = &w->spec;
	size_t before = s->items_n;
	bool any = false;

	if (w->open == INTAKE_OPEN_ITEMS)
		answer_items(t, w);
	else if (starts_with(t, SIGN_REMOVE))
		any = remove_items(t, after(t, SIGN_REMOVE), s);
	else if (starts_with(t, SIGN_ADD))
		add_items(t, after(t, SIGN_ADD), s);
	else
		any = more_items(t, w);
	s->summary = summary(t->a, s);
	return any || s->items_n != before;
}

void intake_settle_checklist(struct arena *a, struct intake_wish *w)
{
	static const char *const items[] = {"First task", "Second task", "Third task"};

	for (size_t i = 0; i < COUNT(items); i++)
		w->spec.items[w->spec.items_n++] = items[i];
	w->spec.summary = summary(a, &w->spec);
	w->assumed[w->assumed_n++] = "Because you named no items, it starts with three examples.";
}
