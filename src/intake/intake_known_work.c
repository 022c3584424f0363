#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_work[] = {
	{"12 hourly to salary, 12 hourly wage, 12 wage to salary, 12 hourly rate to, "
	 "8 yearly salary, 8 annual salary, 10 monthly salary, 8 salary, 8 hourly pay, "
	 "10 wage calculator, -14 salary to hourly, -14 hourly rate from, -14 salary into hourly, "
	 "-40 hourly .. from .. salary, -40 yearly to hourly, -40 annual to hourly, "
	 "-40 monthly to hourly",
	 "Hourly wage to salary calculator",
	 "Turns an hourly wage into weekly, monthly and yearly pay.", NULL,
	 KNOWN_IN{REAL("wage", "Hourly wage", "", "18", 0, 100000),
		  REAL("hours", "Hours a week", "", "40", 0, 168),
		  REAL("weeks", "Paid weeks a year", "", "52", 0, 53), KNOWN_END},
	 KNOWN_OUT{MONEY("week", "A week", "wage * hours"),
		   MONEY("month", "A month", "week * weeks / 12"),
		   MONEY("year", "A year", "week * weeks"), KNOWN_END}},

	{"30 salary to hourly, 30 hourly rate from, 30 salary into hourly, 20 salary to wage, 30 hourly .. from .. salary, "
	 "30 yearly to hourly, 30 annual to hourly, 30 monthly to hourly, 12 what .. earn an hour, 12 what .. earn per hour",
	 "Salary to hourly wage calculator",
	 "Turns a yearly salary into pay by the hour, week and month.", NULL,
	 KNOWN_IN{REAL("salary", "Yearly salary", "", "42000", 0, 1e9),
		  REAL("hours", "Hours a week", "", "40", 0.1, 168),
		  REAL("weeks", "Paid weeks a year", "", "52", 1, 53), KNOWN_END},
	 KNOWN_OUT{MONEY("hour", "An hour", "salary / (hours * weeks)"),
		   MONEY("week", "A week", "salary / weeks"),
		   MONEY("month", "A month", "salary / 12"), KNOWN_END}},

	{"14 overtime, 10 time and a half, 8 extra hours", "Overtime pay calculator",
	 "Adds regular and overtime hours to the pay for a week.", NULL,
	 KNOWN_IN{REAL("wage", "Hourly wage", "", "18", 0, 100000),
		  REAL("regular", "Regular hours", "", "40", 0, 744),
		  REAL("extra", "Overtime hours", "", "5", 0, 744),
		  REAL("factor", "Overtime factor", "", "1.5", 1, 10), KNOWN_END},
	 KNOWN_OUT{MONEY("base", "Regular pay", "wage * regular"),
		   MONEY("more", "Overtime pay", "wage * factor * extra"),
		   MONEY("total", "Total pay", "base + more"), KNOWN_END}},

	{"14 time sheet, 14 timesheet, 10 time card, 10 working hours, 10 work hours, "
	 "10 hours worked, 8 clock in, 8 shift, 8 start and end time, 8 hours between, "
	 "8 start time and end time",
	 "Time sheet calculator", "Works out the hours of one shift from start, end and break.",
	 "A shift may run past midnight.",
	 KNOWN_IN{WHOLE("start_hour", "Start: hour", "h", "9", 0, 23),
		  WHOLE("start_minute", "Start: minute", "min", "0", 0, 59),
		  WHOLE("end_hour", "End: hour", "h", "17", 0, 23),
		  WHOLE("end_minute", "End: minute", "min", "30", 0, 59),
		  REAL("pause", "Break", "min", "30", 0, 720),
		  REAL("wage", "Hourly wage", "", "18", 0, 100000), KNOWN_END},
	 KNOWN_OUT{PLAIN("minutes", "Minutes worked", "min",
			 "((end_hour * 60 + end_minute - start_hour * 60 - start_minute + 1440) % "
			 "1440)"
			 " - pause",
			 1),
		   LASTING("length", "Time worked", "minutes * 60"),
		   PLAIN("hours", "Hours worked", "h", "minutes / 60", 2),
		   MONEY("pay", "Pay", "hours * wage"), KNOWN_END}},

	{"10 add hours and minutes, 12 add .. hours, 12 sum .. hours, 10 adds up time, "
	 "12 time adder, 10 total hours, 12 add times, 12 sum of times, 8 hours and minutes",
	 "Time sum calculator", "Adds up hours and minutes of up to four entries.", NULL,
	 KNOWN_IN{WHOLE("h1", "First: hours", "h", "7", 0, 1000),
		  WHOLE("m1", "First: minutes", "min", "45", 0, 59),
		  WHOLE("h2", "Second: hours", "h", "8", 0, 1000),
		  WHOLE("m2", "Second: minutes", "min", "15", 0, 59),
		  WHOLE("h3", "Third: hours", "h", "0", 0, 1000),
		  WHOLE("m3", "Third: minutes", "min", "0", 0, 59),
		  WHOLE("h4", "Fourth: hours", "h", "0", 0, 1000),
		  WHOLE("m4", "Fourth: minutes", "min", "0", 0, 59), KNOWN_END},
	 KNOWN_OUT{COUNTED("minutes", "Minutes in all", "min",
			   "(h1 + h2 + h3 + h4) * 60 + m1 + m2 + m3 + m4"),
		   LASTING("sum", "Time in all", "minutes * 60"),
		   PLAIN("hours", "Hours in all", "h", "minutes / 60", 2), KNOWN_END}},

	{"12 commission, 10 sales bonus, 8 realtor fee, 8 sales rep", "Commission calculator",
	 "Works out the commission on sales and the pay with it.", NULL,
	 KNOWN_IN{REAL("sales", "Sales", "", "20000", 0, 1e12),
		  REAL("rate", "Commission", "%", "5", 0, 100),
		  REAL("base", "Base pay", "", "0", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{MONEY("commission", "Commission", "sales * rate / 100"),
		   MONEY("total", "Pay in all", "base + commission"), KNOWN_END}},

	{"14 freelance, 14 freelancer, 12 consultant rate, 10 hourly rate, 10 day rate, "
	 "12 contractor rate, -14 salary to hourly, -8 hourly rate to",
	 "Freelance rate calculator", "Finds the hourly rate that covers your income and costs.",
	 NULL,
	 KNOWN_IN{REAL("income", "Wanted yearly income", "", "45000", 0, 1e9),
		  REAL("costs", "Yearly costs", "", "9000", 0, 1e9),
		  REAL("weeks", "Working weeks a year", "", "44", 1, 52),
		  REAL("hours", "Billable hours a week", "", "25", 1, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("hour", "Rate for an hour", "(income + costs) / (weeks * hours)"),
		   MONEY("day", "Rate for a day of 8 hours", "hour * 8"), KNOWN_END}},

	{"14 meeting cost, 14 cost of meeting, 12 cost of a meeting, 10 what .. meeting costs, "
	 "10 price of meeting",
	 "Meeting cost calculator", "Shows what a meeting costs in paid time.", NULL,
	 KNOWN_IN{WHOLE("people", "Number of people", "", "6", 1, 100000),
		  REAL("rate", "Hourly rate", "", "50", 0, 1e6),
		  REAL("minutes", "Minutes", "min", "60", 0, 100000), KNOWN_END},
	 KNOWN_OUT{MONEY("cost", "Cost of the meeting", "people * rate * minutes / 60"),
		   MONEY("minute", "Cost of a minute", "people * rate / 60"), KNOWN_END}},

	{"14 quote tool, 14 quote for work, 12 job quote, 12 work quote, 14 hours and materials, "
	 "12 labor and materials, 12 labour and materials, 12 handyman quote, 12 estimate for work",
	 "Work quote calculator", "Adds up hours, material and tax to the price of a job.", NULL,
	 KNOWN_IN{REAL("hours", "Hours", "h", "8", 0, 1e6),
		  REAL("wage", "Hourly rate", "", "45", 0, 1e6),
		  REAL("material", "Material cost", "", "120", 0, 1e9),
		  REAL("rate", "Tax rate (VAT)", "%", "24", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("work", "Work", "hours * wage"), MONEY("net", "Net", "work + material"),
		   MONEY("tax", "Tax", "net * rate / 100"), MONEY("total", "Total", "net + tax"),
		   KNOWN_END}},

	{"12 rent split, 12 split rent, 12 split .. rent, 10 roommate, 10 flatmate, "
	 "10 room size, 12 share .. rent, 12 divide .. rent",
	 "Rent split calculator",
	 "Shares the rent and the bills among up to three rooms by their size.",
	 "The rent follows the size of the rooms, the bills are shared equally by those in use.",
	 KNOWN_IN{REAL("rent", "Rent", "", "1200", 0, 1e8),
		  REAL("bills", "Bills", "", "150", 0, 1e8),
		  REAL("a", "Room A", "m²", "16", 0, 10000),
		  REAL("b", "Room B", "m²", "12", 0, 10000),
		  REAL("c", "Room C", "m²", "0", 0, 10000), KNOWN_END},
	 KNOWN_OUT{COUNTED("rooms", "Rooms in use", "", "(a > 0) + (b > 0) + (c > 0)"),
		   MONEY("share_a", "Room A pays",
			 "rent * a / (a + b + c) + bills / rooms * (a > 0)"),
		   MONEY("share_b", "Room B pays",
			 "rent * b / (a + b + c) + bills / rooms * (b > 0)"),
		   MONEY("share_c", "Room C pays",
			 "rent * c / (a + b + c) + bills / rooms * (c > 0)"),
		   KNOWN_END}},

	{"12 reorder point, 12 reorder level, 10 safety stock, 8 inventory level, "
	 "12 when to reorder, 10 stock .. reorder",
	 "Reorder point calculator", "Says at which stock level to order again.", NULL,
	 KNOWN_IN{REAL("daily", "Used a day", "", "12", 0, 1e9),
		  REAL("lead", "Delivery time", "days", "7", 0, 365),
		  REAL("safety", "Safety stock", "", "30", 0, 1e9),
		  REAL("stock", "In stock now", "", "200", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{COUNTED("point", "Order again at", "", "ceil(daily * lead + safety)"),
		   PLAIN("left", "Days until then", "days", "max(0, (stock - point) / daily)", 1),
		   KNOWN_END}},

	{"12 cost per click, 12 cpm, 12 cpc, 12 roas, 12 ad spend, 10 advertising cost, "
	 "10 click rate, 10 ad campaign, 12 click through rate, 10 ctr",
	 "Ad campaign calculator",
	 "Shows click rate, cost per click and return of an advertisement.", NULL,
	 KNOWN_IN{REAL("spend", "Spent", "", "500", 0, 1e9),
		  REAL("views", "Times shown", "", "100000", 1, 1e12),
		  REAL("clicks", "Clicks", "", "1500", 0, 1e12),
		  REAL("sales", "Sales from it", "", "1800", 0, 1e12), KNOWN_END},
	 KNOWN_OUT{PERCENT("rate", "Click rate", "clicks / views * 100"),
		   MONEY("click", "Cost of a click", "spend / clicks"),
		   MONEY("thousand", "Cost of 1000 views", "spend / views * 1000"),
		   PLAIN("return", "Sales for each unit spent", "", "sales / spend", 2),
		   KNOWN_END}},

	{"14 conversion rate, 10 visitors and orders, 8 visitors .. customers, 10 success rate",
	 "Conversion rate calculator", "Shows how many visitors become customers, in per cent.",
	 NULL,
	 KNOWN_IN{REAL("visitors", "Visitors", "", "2500", 1, 1e12),
		  REAL("orders", "Customers", "", "75", 0, 1e12),
		  REAL("value", "Value of an order", "", "40", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{PERCENT("rate", "Conversion rate", "orders / visitors * 100"),
		   MONEY("revenue", "Revenue", "orders * value"),
		   MONEY("each", "Revenue from each visitor", "revenue / visitors"), KNOWN_END}},

	{.phrases = NULL},
};
