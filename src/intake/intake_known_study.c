#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_study[] = {
	{"14 weighted grade, 30 final grade from, 12 grade average, 12 weighted average, "
	 "12 average grade, 10 grade calculator, 8 grade, 12 weighted mean, -14 final grade, "
	 "-12 gpa, -10 grade book, -14 final exam, -10 road grade",
	 "Weighted grade calculator",
	 "Works out the average of up to four grades with their weights.",
	 "A weight of 0 leaves a grade out.",
	 KNOWN_IN{REAL("g1", "Grade 1", "", "85", 0, 1000),
		  REAL("w1", "Weight 1", "", "40", 0, 1000),
		  REAL("g2", "Grade 2", "", "92", 0, 1000),
		  REAL("w2", "Weight 2", "", "30", 0, 1000),
		  REAL("g3", "Grade 3", "", "78", 0, 1000),
		  REAL("w3", "Weight 3", "", "30", 0, 1000),
		  REAL("g4", "Grade 4", "", "0", 0, 1000), REAL("w4", "Weight 4", "", "0", 0, 1000),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("weights", "Weights in all", "", "w1 + w2 + w3 + w4", 2),
		   PLAIN("average", "Average", "",
			 "(g1 * w1 + g2 * w2 + g3 * w3 + g4 * w4) / weights", 2),
		   KNOWN_END}},

	{"16 final grade, 14 final exam, 12 grade needed, 12 grade do i need, "
	 "12 exam score needed, 10 needed on final, 10 need on final, 10 need to pass",
	 "Final grade calculator", "Says which grade the last exam needs for the grade you want.",
	 NULL,
	 KNOWN_IN{REAL("current", "Grade so far", "%", "84", 0, 1000),
		  REAL("goal", "Grade you want", "%", "90", 0, 1000),
		  REAL("weight", "Weight of the exam", "%", "30", 0.1, 100), KNOWN_END},
	 KNOWN_OUT{PERCENT("needed", "Needed in the exam",
			   "(goal - current * (1 - weight / 100)) / (weight / 100)"),
		   KNOWN_END}},

	{"14 gpa, 12 grade point, 10 credit hours, 8 semester average", "GPA calculator",
	 "Works out the grade point average of up to five courses.",
	 "Credits of 0 leave a course out.",
	 KNOWN_IN{REAL("g1", "Points 1", "", "4.0", 0, 10), REAL("c1", "Credits 1", "", "3", 0, 60),
		  REAL("g2", "Points 2", "", "3.7", 0, 10), REAL("c2", "Credits 2", "", "4", 0, 60),
		  REAL("g3", "Points 3", "", "3.0", 0, 10), REAL("c3", "Credits 3", "", "3", 0, 60),
		  REAL("g4", "Points 4", "", "0", 0, 10), REAL("c4", "Credits 4", "", "0", 0, 60),
		  REAL("g5", "Points 5", "", "0", 0, 10), REAL("c5", "Credits 5", "", "0", 0, 60),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("credits", "Credits in all", "", "c1 + c2 + c3 + c4 + c5", 1),
		   PLAIN("gpa", "GPA", "",
			 "(g1 * c1 + g2 * c2 + g3 * c3 + g4 * c4 + g5 * c5) / credits", 2),
		   KNOWN_END}},

	{"12 test score, 12 exam score, 10 score in percent, 10 points earned, "
	 "12 score percentage, 10 marks, 10 quiz score, 10 test grade, -10 score needed, "
	 "-8 quiz app, -8 question mark",
	 "Test score calculator",
	 "Turns points into per cent and shows how many are missing to pass.", NULL,
	 KNOWN_IN{REAL("points", "Points reached", "", "42", 0, 1e6),
		  REAL("most", "Points in all", "", "60", 0.1, 1e6),
		  REAL("pass", "Needed to pass", "%", "50", 0, 100), KNOWN_END},
	 KNOWN_OUT{PERCENT("score", "Score", "points / most * 100"),
		   PLAIN("missing", "Points missing to pass", "",
			 "max(0, most * pass / 100 - points)", 2),
		   KNOWN_END}},

	{"12 average calculator, "
	 "12 several numbers, 12 list of numbers, 12 average of, 10 mean calculator, "
	 "10 average numbers, 9 average, 12 arithmetic mean, -14 weighted, -14 grade, "
	 "-14 grade point, -12 speed, -14 gpa",
	 "Average calculator", "Works out sum and average of up to six numbers.",
	 "Leave unused fields at 0 and say how many numbers count.",
	 KNOWN_IN{WHOLE("count", "How many numbers", "", "3", 1, 6),
		  REAL("a", "Number 1", "", "4", -1e12, 1e12),
		  REAL("b", "Number 2", "", "8", -1e12, 1e12),
		  REAL("c", "Number 3", "", "9", -1e12, 1e12),
		  REAL("d", "Number 4", "", "0", -1e12, 1e12),
		  REAL("f", "Number 5", "", "0", -1e12, 1e12),
		  REAL("g", "Number 6", "", "0", -1e12, 1e12), KNOWN_END},
	 KNOWN_OUT{PLAIN("sum", "Sum", "", "a + b + c + d + f + g", 6),
		   PLAIN("average", "Average", "", "sum / count", 6), KNOWN_END}},

	{"12 reading time, 12 reading speed, 10 finish .. book, 10 read .. book, "
	 "10 pages per day, 10 pages a day, -10 reading time of text, -14 word count, "
	 "-14 text tool, -8 reading list, -8 checklist",
	 "Reading time calculator", "Says how long a book takes and how many days.", NULL,
	 KNOWN_IN{REAL("pages", "Pages", "", "320", 1, 100000),
		  REAL("speed", "Pages an hour", "", "40", 0.1, 1000),
		  REAL("daily", "Minutes a day", "min", "30", 1, 1440), KNOWN_END},
	 KNOWN_OUT{LASTING("time", "Time in all", "pages / speed * 3600"),
		   COUNTED("day_count", "Days", "", "ceil(round(pages / speed * 60 / daily, 6))"),
		   PLAIN("each", "Pages a day", "", "speed * daily / 60", 1), KNOWN_END}},

	{"12 typing speed, 10 words per minute, 10 wpm", "Typing speed calculator",
	 "Works out words a minute from a typed text.", "Five key strokes count as a word.",
	 KNOWN_IN{WHOLE("keys", "Key strokes", "", "1200", 0, 1000000),
		  WHOLE("errors", "Errors", "", "6", 0, 100000),
		  REAL("minutes", "Time", "min", "5", 0.1, 1440), KNOWN_END},
	 KNOWN_OUT{PLAIN("gross", "Words a minute", "", "keys / 5 / minutes", 1),
		   PLAIN("net", "Without errors", "", "max(0, gross - errors / minutes)", 1),
		   PERCENT("right", "Accuracy", "max(0, 1 - errors / keys) * 100"), KNOWN_END}},

	{"12 probability, 10 dice odds, 10 odds, 8 chance of, -8 game", "Probability calculator",
	 "Shows the chance of at least one success in several tries.", NULL,
	 KNOWN_IN{REAL("chance", "Chance of one try", "%", "10", 0, 100),
		  WHOLE("tries", "Tries", "", "5", 1, 100000), KNOWN_END},
	 KNOWN_OUT{PERCENT("any", "At least one success", "(1 - (1 - chance / 100) ^ tries) * 100"),
		   PERCENT("none", "No success", "100 - any"),
		   PLAIN("mean", "Successes to expect", "", "chance / 100 * tries", 3), KNOWN_END}},

	{.phrases = NULL},
};
