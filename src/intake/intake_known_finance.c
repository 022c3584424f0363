#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_finance[] = {
	{"12 loan, 12 mortgage, 8 monthly payment, 12 car loan, 10 instalment, 10 installment, "
	 "8 borrow, 8 amortization, 8 home loan, -12 loan agreement, -20 lease",
	 "Loan calculator", "Works out the monthly payment and the interest of a loan.",
	 "Uses equal monthly payments, as banks do; fees are not included.",
	 KNOWN_IN{REAL("amount", "Loan", "", "200000", 0, 1e12),
		  REAL("rate", "Interest a year", "%", "4", 0, 100),
		  REAL("term", "Term", "years", "25", 0.1, 60), KNOWN_END},
	 KNOWN_OUT{MONEY("payment", "Monthly payment",
			 "if(rate == 0, amount / (term * 12), amount * rate / 1200 / "
			 "(1 - (1 + rate / 1200) ^ (-(term * 12))))"),
		   MONEY("total", "Paid in all", "payment * term * 12"),
		   MONEY("interest", "Interest in all", "total - amount"), KNOWN_END}},

	{"30 down payment, 24 mortgage .. deposit",
	 "Loan with down payment calculator",
	 "Works out the loan that a purchase needs, its monthly payment and interest.",
	 "Uses equal monthly payments, as banks do; fees are not included.",
	 KNOWN_IN{REAL("price", "Price", "", "250000", 0, 1e12),
		  REAL("down", "Down payment", "", "50000", 0, 1e12),
		  REAL("rate", "Interest a year", "%", "4", 0, 100),
		  REAL("term", "Term", "years", "25", 0.1, 60), KNOWN_END},
	 KNOWN_OUT{MONEY("loan", "Loan", "max(0, price - down)"),
		   MONEY("payment", "Monthly payment",
			 "if(rate == 0, loan / (term * 12), loan * rate / 1200 / "
			 "(1 - (1 + rate / 1200) ^ (-(term * 12))))"),
		   MONEY("total", "Paid in all", "payment * term * 12"),
		   MONEY("interest", "Interest in all", "total - loan"), KNOWN_END}},

	{"14 compound interest, 10 compounding, 8 interest on interest, 8 investment growth",
	 "Compound interest calculator", "Shows how money grows when interest earns interest.",
	 NULL,
	 KNOWN_IN{REAL("amount", "Starting amount", "", "1000", 0, 1e12),
		  REAL("rate", "Interest a year", "%", "5", 0, 1000),
		  REAL("term", "Years", "years", "10", 0, 200),
		  PICK("often", "Interest is added", "Monthly", 4, "Yearly", "Quarterly", "Monthly",
		       "Daily"),
		  KNOWN_END},
	 KNOWN_OUT{COUNTED("times", "Times a year", "",
			   "if(often == 1, 1, if(often == 2, 4, if(often == 3, 12, 365)))"),
		   MONEY("final", "Final amount",
			 "amount * (1 + rate / 100 / times) ^ (times * term)"),
		   MONEY("interest", "Interest earned", "final - amount"), KNOWN_END}},

	{"14 simple interest, 7 interest, -20 compound interest, -14 loan, -14 mortgage, "
	 "-8 interest in, -14 =interests, -20 interest rate converter",
	 "Simple interest calculator", "Works out interest without interest on interest.", NULL,
	 KNOWN_IN{REAL("amount", "Amount", "", "1000", 0, 1e12),
		  REAL("rate", "Interest a year", "%", "5", 0, 1000),
		  REAL("term", "Years", "years", "3", 0, 200), KNOWN_END},
	 KNOWN_OUT{MONEY("interest", "Interest", "amount * rate / 100 * term"),
		   MONEY("total", "Amount with interest", "amount + interest"), KNOWN_END}},

	{"12 savings goal, 10 put aside, 10 set aside, 12 how much to save, 10 save up, "
	 "8 saving for, 8 save for, 10 saving up, 10 save each month, 10 save every month, "
	 "10 reach .. goal",
	 "Savings goal calculator", "Finds what to save each month to reach a goal.", NULL,
	 KNOWN_IN{REAL("goal", "Goal", "", "10000", 0, 1e12),
		  REAL("saved", "Saved already", "", "500", 0, 1e12),
		  WHOLE("month_count", "Months left", "", "24", 1, 1200),
		  REAL("rate", "Interest a year", "%", "2", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("monthly", "Save each month",
			 "max(0, if(rate == 0, (goal - saved) / month_count, "
			 "(goal - saved * (1 + rate / 1200) ^ month_count) * rate / 1200 / "
			 "((1 + rate / 1200) ^ month_count - 1)))"),
		   MONEY("paid", "Paid in from now on", "monthly * month_count"), KNOWN_END}},

	{"10 savings, 10 saving calculator, 12 savings plan, 12 savings growth, 10 investment, "
	 "10 retirement, 10 invest monthly, 30 savings .. compound interest, "
	 "30 compound interest .. monthly, 8 pension, -20 savings goal, -14 discount, "
	 "-14 return on investment, -12 fuel savings, -8 compound interest",
	 "Savings growth calculator", "Shows what regular saving grows to.", NULL,
	 KNOWN_IN{REAL("start", "Starting amount", "", "1000", 0, 1e12),
		  REAL("monthly", "Saved each month", "", "100", 0, 1e9),
		  REAL("rate", "Interest a year", "%", "4", 0, 100),
		  REAL("term", "Years", "years", "10", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("final", "Final amount",
			 "if(rate == 0, start + monthly * 12 * term, start * (1 + rate / 1200) ^ "
			 "(12 * term)"
			 " + monthly * ((1 + rate / 1200) ^ (12 * term) - 1) / (rate / 1200))"),
		   MONEY("paid", "Paid in", "start + monthly * 12 * term"),
		   MONEY("interest", "Interest earned", "final - paid"), KNOWN_END}},

	{"12 credit card payoff, 12 pay off, 12 debt, 10 payoff, 10 credit card debt, "
	 "10 paying off",
	 "Debt payoff calculator", "Says how many months a debt takes to pay off.",
	 "Shows a dash when the payment does not even cover the interest.",
	 KNOWN_IN{REAL("balance", "Debt", "", "3000", 0, 1e12),
		  REAL("rate", "Interest a year", "%", "18", 0, 200),
		  REAL("payment", "Payment a month", "", "150", 0.01, 1e9), KNOWN_END},
	 KNOWN_OUT{COUNTED("month_count", "Months", "",
			   "ceil(if(rate == 0, balance / payment, "
			   "-ln(1 - balance * rate / 1200 / payment) / ln(1 + rate / 1200)))"),
		   MONEY("total", "Paid in all, at most", "month_count * payment"),
		   MONEY("interest", "Interest, at most", "total - balance"), KNOWN_END}},

	{"14 inflation, 10 buying power, 10 purchasing power", "Inflation calculator",
	 "Shows what prices become and what money is worth after some years.", NULL,
	 KNOWN_IN{REAL("amount", "Amount today", "", "100", 0, 1e12),
		  REAL("rate", "Inflation a year", "%", "3", -50, 1000),
		  REAL("term", "Years", "years", "10", 0, 200), KNOWN_END},
	 KNOWN_OUT{MONEY("price", "What costs this today will cost",
			 "amount * (1 + rate / 100) ^ term"),
		   MONEY("worth", "This money will buy as much as now",
			 "amount / (1 + rate / 100) ^ term"),
		   KNOWN_END}},

	{"14 roi, 14 return on investment, 10 rate of return, 10 investment return, "
	 "10 annual return",
	 "Return on investment calculator", "Shows gain and yearly return of an investment.", NULL,
	 KNOWN_IN{REAL("cost", "Invested", "", "1000", 0.01, 1e12),
		  REAL("value", "Value now", "", "1400", 0, 1e12),
		  REAL("term", "Years held", "years", "3", 0.01, 200), KNOWN_END},
	 KNOWN_OUT{MONEY("gain", "Gain", "value - cost"),
		   PERCENT("roi", "Return", "gain / cost * 100"),
		   PERCENT("yearly", "Return a year", "((value / cost) ^ (1 / term) - 1) * 100"),
		   KNOWN_END}},

	{"14 depreciation, 10 book value, 8 write off, 8 residual value, 12 depreciate",
	 "Depreciation calculator", "Writes off a purchase in equal yearly parts.", NULL,
	 KNOWN_IN{REAL("cost", "Purchase price", "", "12000", 0, 1e12),
		  REAL("rest", "Value at the end", "", "2000", 0, 1e12),
		  REAL("life", "Useful life", "years", "5", 0.5, 100),
		  REAL("age", "Years in use", "years", "2", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("year", "Depreciation a year", "(cost - rest) / life"),
		   MONEY("month", "Depreciation a month", "year / 12"),
		   MONEY("book", "Value now", "max(rest, cost - year * age)"), KNOWN_END}},

	{"12 doubling time, 12 rule of 72, 10 double .. money, 10 money doubles",
	 "Doubling time calculator", "Says how long money takes to double.", NULL,
	 KNOWN_IN{REAL("rate", "Interest a year", "%", "6", 0.01, 1000), KNOWN_END},
	 KNOWN_OUT{PLAIN("term", "Years to double", "years", "ln(2) / ln(1 + rate / 100)", 2),
		   PLAIN("rule", "By the rule of 72", "years", "72 / rate", 2), KNOWN_END}},

	{"12 budget, 10 monthly budget, 10 household money, 8 income and expenses, "
	 "8 monthly expenses, 10 what is left, 10 left over each month, -10 trip budget, "
	 "-10 travel budget, -12 50 30, -14 wedding budget, -14 party budget, "
	 "-14 project budget, -14 event budget",
	 "Monthly budget calculator", "Shows what is left of an income after the usual expenses.",
	 NULL,
	 KNOWN_IN{REAL("income", "Income", "", "2500", 0, 1e9),
		  REAL("housing", "Housing", "", "900", 0, 1e9),
		  REAL("food", "Food", "", "400", 0, 1e9),
		  REAL("transport", "Transport", "", "150", 0, 1e9),
		  REAL("bills", "Bills", "", "200", 0, 1e9),
		  REAL("other", "Everything else", "", "300", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{MONEY("spent", "Spent", "housing + food + transport + bills + other"),
		   MONEY("left", "Left", "income - spent"),
		   PERCENT("rate", "Left of the income", "left / income * 100"),
		   MONEY("year", "Left in a year", "left * 12"), KNOWN_END}},

	{"20 50 / 30 / 20, 20 50 30 20, 14 budget rule", "50/30/20 budget",
	 "Divides an income into needs, wants and savings.", NULL,
	 KNOWN_IN{REAL("income", "Income after tax", "", "2500", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{MONEY("needs", "Needs", "income * 0.5"), MONEY("wants", "Wants", "income * 0.3"),
		   MONEY("savings", "Savings", "income * 0.2"), KNOWN_END}},

	{.phrases = NULL},
};
