#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_health[] = {
	{"14 bmi, 14 body mass, 10 height and weight, 8 healthy weight, 8 overweight",
	 "BMI calculator", "Works out the body mass index and the healthy weight for a height.",
	 "Takes kilograms and centimeters or pounds and inches; it is a rule of thumb for adults, "
	 "no diagnosis.",
	 KNOWN_IN{PICK("system", "Units", "Kilograms and centimeters", 2,
		       "Kilograms and centimeters", "Pounds and inches"),
		  REAL("weight", "Weight", "", "70", 1, 2000),
		  REAL("height", "Height", "", "175", 20, 300), KNOWN_END},
	 KNOWN_OUT{PLAIN("bmi", "BMI", "",
			 "if(system == 1, weight / (height / 100) ^ 2, weight * 0.45359237 / "
			 "(height * 0.0254) ^ 2)",
			 1),
		   PLAIN("low", "Healthy weight from", "", "weight / bmi * 18.5", 1),
		   PLAIN("high", "Healthy weight to", "", "weight / bmi * 25", 1), KNOWN_END}},

	{"14 bmr, 12 calorie needs, 12 daily calorie, 10 calorie calculator, 10 calorie intake, "
	 "12 metabolic, 12 tdee, 8 calorie, 10 how many calories, -14 calorie counter, "
	 "-14 count calorie, -12 calories burned, -12 burn, -12 burned, -12 track",
	 "Calorie needs calculator", "Estimates the energy a body needs in a day.",
	 "Uses the Mifflin-St Jeor formula; it is an estimate, no medical advice.",
	 KNOWN_IN{PICK("sex", "Sex", "Female", 2, "Female", "Male"),
		  WHOLE("age", "Age", "years", "35", 15, 110),
		  REAL("weight", "Weight", "kg", "70", 20, 400),
		  REAL("height", "Height", "cm", "172", 100, 250),
		  PICK("activity", "Activity", "Light", 5, "Little or none", "Light", "Moderate",
		       "Heavy", "Very heavy"),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("bmr", "At rest", "kcal",
			 "10 * weight + 6.25 * height - 5 * age + if(sex == 1, -161, 5)", 0),
		   PLAIN("factor", "Activity factor", "",
			 "if(activity == 1, 1.2, 1.2 + (activity - 1) * 0.175)", 3),
		   PLAIN("need", "A day in all", "kcal", "bmr * factor", 0), KNOWN_END}},

	{"14 water intake, 12 drink water, 12 how much water, 12 daily water, 10 hydration, "
	 "10 water need, 10 water per day, -30 intake counter, -30 remind me",
	 "Water intake calculator", "Estimates how much to drink in a day.",
	 "Reckons 33 ml for each kilogram and 350 ml for half an hour of exercise; a rule of "
	 "thumb.",
	 KNOWN_IN{REAL("weight", "Weight", "kg", "70", 2, 400),
		  REAL("exercise", "Exercise a day", "min", "30", 0, 1440), KNOWN_END},
	 KNOWN_OUT{PLAIN("liters", "Water a day", "l", "weight * 0.033 + exercise / 30 * 0.35", 2),
		   PLAIN("glasses", "Glasses of 0.25 l", "", "ceil(liters / 0.25)", 0), KNOWN_END}},

	{"14 calories burned, 12 calorie burn, 12 burn calorie, 12 burned calorie, "
	 "10 burning calorie, 12 calories burnt, 10 met value",
	 "Calories burned calculator", "Estimates the energy that exercise uses.",
	 "Uses usual MET values for each activity.",
	 KNOWN_IN{PICK("activity", "Activity", "Walking", 5, "Walking", "Cycling", "Swimming",
		       "Running", "Dancing"),
		  REAL("weight", "Weight", "kg", "70", 2, 400),
		  REAL("minutes", "Time", "min", "30", 0, 1440), KNOWN_END},
	 KNOWN_OUT{PLAIN("met", "MET", "",
			 "if(activity == 1, 3.5, if(activity == 2, 7.5, if(activity == 3, 6, "
			 "if(activity == 4, 9.8, 5))))",
			 1),
		   PLAIN("energy", "Energy used", "kcal", "met * weight * minutes / 60", 0),
		   KNOWN_END}},

	{"14 heart rate, 14 target heart, 12 training zone, 12 max heart, 10 pulse, -10 measure",
	 "Heart rate zone calculator", "Shows training zones from age and resting pulse.",
	 "Uses 220 minus age and the Karvonen method; ask a doctor before hard training.",
	 KNOWN_IN{WHOLE("age", "Age", "years", "40", 10, 110),
		  WHOLE("rest", "Resting pulse", "bpm", "65", 30, 120), KNOWN_END},
	 KNOWN_OUT{COUNTED("top", "Highest pulse", "bpm", "220 - age"),
		   COUNTED("easy", "Easy from", "bpm", "(top - rest) * 0.5 + rest"),
		   COUNTED("moderate", "Moderate from", "bpm", "(top - rest) * 0.7 + rest"),
		   COUNTED("hard", "Hard from", "bpm", "(top - rest) * 0.85 + rest"), KNOWN_END}},

	{"14 one rep max, 14 1rm, 12 one repetition, 12 bench press, 10 max lift, 10 rep max, "
	 "8 weightlifting",
	 "One-rep max calculator", "Estimates the most weight you can lift once.",
	 "Uses Epley's formula.",
	 KNOWN_IN{REAL("weight", "Weight lifted", "", "80", 0, 1000),
		  WHOLE("reps", "Repetitions", "", "6", 1, 20), KNOWN_END},
	 KNOWN_OUT{PLAIN("top", "One repetition", "",
			 "if(reps == 1, weight, weight * (1 + reps / 30))", 1),
		   PLAIN("strong", "For strength, 85 %", "", "top * 0.85", 1),
		   PLAIN("grow", "For muscle, 70 %", "", "top * 0.7", 1), KNOWN_END}},

	{"14 body fat, 12 fat percentage", "Body fat calculator",
	 "Estimates body fat from a measuring tape.",
	 "Uses the method of the US Navy in centimeters; hips count for women only.",
	 KNOWN_IN{PICK("sex", "Sex", "Female", 2, "Female", "Male"),
		  REAL("height", "Height", "cm", "172", 100, 250),
		  REAL("waist", "Waist", "cm", "80", 40, 250),
		  REAL("neck", "Neck", "cm", "35", 20, 80),
		  REAL("hip", "Hips", "cm", "98", 40, 250), KNOWN_END},
	 KNOWN_OUT{
		 PERCENT("fat", "Body fat",
			 "if(sex == 1, 495 / (1.29579 - 0.35004 * log10(waist + hip - neck) + "
			 "0.221 * log10(height)), 495 / (1.0324 - 0.19077 * log10(waist - neck) + "
			 "0.15456 * log10(height))) - 450"),
		 KNOWN_END}},

	{"14 protein, 12 protein intake, 10 how much protein", "Protein calculator",
	 "Estimates how much protein to eat in a day.",
	 "Reckons 0.8 g for each kilogram, 1.2 g with sport and 1.6 g for building muscle.",
	 KNOWN_IN{REAL("weight", "Weight", "kg", "70", 2, 400),
		  PICK("goal", "Goal", "Daily life", 3, "Daily life", "Sport", "Building muscle"),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("grams", "Protein a day", "g", "weight * (0.4 + goal * 0.4)", 0),
		   PLAIN("meal", "In each of three meals", "g", "grams / 3", 0), KNOWN_END}},

	{"14 pregnancy, 12 pregnant, 12 due date, 12 gestation, -10 bill due",
	 "Pregnancy week calculator", "Shows the week of pregnancy and the days left.",
	 "Counts 280 days from the first day of the last period.",
	 KNOWN_IN{DAY("first", "First day of the last period", ""), DAY("on", "Date", "today"),
		  KNOWN_END},
	 KNOWN_OUT{COUNTED("weeks", "Full weeks", "", "floor(days(first, on) / 7)"),
		   COUNTED("rest", "And days", "", "days(first, on) - weeks * 7"),
		   COUNTED("left", "Days until due", "days", "280 - days(first, on)"), KNOWN_END}},

	{"14 dog age, 14 dog years, 12 age .. dog, 12 pet age, 10 dog .. human years, "
	 "10 dog in human",
	 "Dog age calculator", "Turns the age of a dog into human years.",
	 "Two years of 10.5, then 4 for each; a rule of thumb.",
	 KNOWN_IN{REAL("age", "Age of the dog", "years", "5", 0, 40), KNOWN_END},
	 KNOWN_OUT{PLAIN("human", "In human years", "years",
			 "if(age <= 2, age * 10.5, 21 + (age - 2) * 4)", 1),
		   KNOWN_END}},

	{"12 age calculator, 12 how old, 12 age in, 12 calculate .. age, 9 my age, 10 exact age, "
	 "10 years old, 12 age from birthday, 12 age from date, 10 date of birth, 10 birth date, "
	 "6 age, 8 birthday, -14 dog, -14 pet, -12 invitation, -12 card, -12 greeting, -8 party, "
	 "-10 form, -8 letter, -8 reminder, -12 checklist",
	 "Age calculator", "Works out an age in years, months, weeks and days.",
	 "Counts whole calendar years and months.",
	 KNOWN_IN{DAY("born", "Date of birth", ""), DAY("on", "On this day", "today"), KNOWN_END},
	 KNOWN_OUT{COUNTED("age", "Years", "", "years(born, on)"),
		   COUNTED("rest", "And months", "", "months(born, on) - 12 * age"),
		   COUNTED("weeks", "Weeks in all", "", "floor(days(born, on) / 7)"),
		   COUNTED("total", "Days in all", "", "days(born, on)"), KNOWN_END}},

	{"12 days between, 12 between two dates, 12 between dates, 12 date difference, "
	 "10 days from, 8 number of days, 12 date calculator, 12 difference between dates, "
	 "10 weeks between, 12 time between dates, 8 two dates, 10 months between, "
	 "8 how many days",
	 "Days between dates", "Counts the days, weeks and months between two dates.", NULL,
	 KNOWN_IN{DAY("from", "From", "today"), DAY("to", "To", ""), KNOWN_END},
	 KNOWN_OUT{COUNTED("total", "Days", "", "days(from, to)"),
		   COUNTED("both", "Days with both ends", "", "total + if(total < 0, -1, 1)"),
		   PLAIN("weeks", "Weeks", "", "total / 7", 2),
		   COUNTED("whole", "Whole months", "", "months(from, to)"),
		   COUNTED("whole_years", "Whole years", "", "years(from, to)"), KNOWN_END}},

	{"14 days until, 14 days till, 14 days left, 12 countdown to, 14 how many days until, "
	 "12 until christmas, 10 days to go, 10 until .. birthday, 10 until .. wedding, "
	 "10 until .. vacation, 10 until .. holiday, 12 day counter",
	 "Days until a date", "Counts the days and weeks that are left until a date.", NULL,
	 KNOWN_IN{DAY("event", "Date", ""), DAY("now", "Counted from", "today"), KNOWN_END},
	 KNOWN_OUT{COUNTED("left", "Days left", "days", "days(now, event)"),
		   PLAIN("weeks", "Weeks left", "weeks", "left / 7", 1),
		   COUNTED("whole", "Whole months left", "months", "months(now, event)"),
		   KNOWN_END}},

	{.phrases = NULL},
};
