#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_price[] = {
	{"7 tip, 7 gratuity, 6 tipping, 12 split .. bill, 8 split bill, 5 restaurant, "
	 "6 bill splitter, 12 tip calculator, 4 waiter, -30 =tips for, -30 =tips on, "
	 "-30 =tips and tricks, -30 tip of day, -30 gardening tips, -20 electricity bill",
	 "Tip calculator", "Works out the tip, the total and what each person pays.",
	 "Shares the total evenly among any number of people.",
	 KNOWN_IN{REAL("bill", "Bill", "", "60", 0, 1e7), REAL("percent", "Tip", "%", "15", 0, 100),
		  WHOLE("people", "People", "", "2", 1, 1000), KNOWN_END},
	 KNOWN_OUT{MONEY("tip", "Tip", "bill * percent / 100"),
		   MONEY("total", "Total", "bill + tip"),
		   MONEY("each", "Each person pays", "total / people"), KNOWN_END}},

	{"7 percentage, 6 percent of, 12 % of number, 8 % of, 8 what percent, 4 percent, "
	 "10 percent is, 10 many percent, 12 percentage calculator, -6 discount, -6 markup, "
	 "-12 body fat, -6 tip, -3 change",
	 "Percentage calculator",
	 "Answers what a percentage of a number is, and what percentage one number is of another.",
	 NULL,
	 KNOWN_IN{REAL("a", "First number", "", "15", -1e12, 1e12),
		  REAL("b", "Second number", "", "200", -1e12, 1e12), KNOWN_END},
	 KNOWN_OUT{PLAIN("part", "First percent of the second", "", "a / 100 * b", 4),
		   PERCENT("share", "First as a percentage of the second", "a / b * 100"),
		   PLAIN("more", "Second plus first percent", "", "b * (1 + a / 100)", 4),
		   PLAIN("less", "Second minus first percent", "", "b * (1 - a / 100)", 4),
		   KNOWN_END}},

	{"12 percentage change, 12 percent change, 12 percentage increase, 12 percent increase, "
	 "12 percentage decrease, 12 percentage difference, 12 percent difference, "
	 "8 growth rate, 8 increase or decrease, 8 percent growth, 12 change in percent",
	 "Percentage change calculator", "Shows by how much a number rose or fell, in per cent.",
	 NULL,
	 KNOWN_IN{REAL("before", "Before", "", "80", -1e12, 1e12),
		  REAL("after", "After", "", "100", -1e12, 1e12), KNOWN_END},
	 KNOWN_OUT{PERCENT("change", "Change", "(after - before) / abs(before) * 100"),
		   PLAIN("difference", "Difference", "", "after - before", 4), KNOWN_END}},

	{"11 discount, 8 sale price, 8 percent off, 8 price after, 6 savings on sale, "
	 "6 markdown, 6 reduced price, 8 price reduction",
	 "Discount calculator", "Shows the price after a discount and how much is saved.", NULL,
	 KNOWN_IN{REAL("price", "Price", "", "100", 0, 1e9),
		  REAL("percent", "Discount", "%", "20", 0, 100),
		  WHOLE("quantity", "Quantity", "", "1", 1, 1000000), KNOWN_END},
	 KNOWN_OUT{MONEY("saved", "You save", "price * quantity * percent / 100"),
		   MONEY("final", "You pay", "price * quantity - saved"),
		   MONEY("each", "Price of one", "final / quantity"), KNOWN_END}},

	{"12 vat, 12 sales tax, 12 value added tax, 12 gst, 7 tax, 8 price without tax, "
	 "8 net and gross, 8 gross and net, 8 tax inclusive, -14 income tax, -8 tax return, "
	 "-14 tax declaration, -6 invoice, -14 property tax",
	 "VAT calculator", "Adds sales tax to a net price, or takes it out of a gross price.",
	 "Works in both directions: from the price without tax and from the price with tax.",
	 KNOWN_IN{REAL("amount", "Price", "", "100", 0, 1e10),
		  REAL("rate", "Tax rate", "%", "24", 0, 100),
		  PICK("way", "The price is", "Without tax", 2, "Without tax", "With tax"),
		  KNOWN_END},
	 KNOWN_OUT{MONEY("net", "Price without tax",
			 "if(way == 1, amount, amount / (1 + rate / 100))"),
		   MONEY("tax", "Tax", "net * rate / 100"),
		   MONEY("gross", "Price with tax", "net + tax"), KNOWN_END}},

	{"10 margin, 10 markup, 12 profit margin, 8 gross margin, 8 mark up, -10 margin call, "
	 "-8 page margin, -10 selling price from margin",
	 "Margin and markup calculator", "Shows profit, margin and markup from cost and price.",
	 "Margin is the profit as a share of the price, markup the profit as a share of the cost.",
	 KNOWN_IN{REAL("cost", "Cost", "", "60", 0, 1e10),
		  REAL("price", "Selling price", "", "100", 0, 1e10), KNOWN_END},
	 KNOWN_OUT{MONEY("profit", "Profit", "price - cost"),
		   PERCENT("margin", "Margin", "profit / price * 100"),
		   PERCENT("markup", "Markup", "profit / cost * 100"), KNOWN_END}},

	{"12 selling price, 10 price .. margin, 10 what price to charge, 10 how much to charge, "
	 "8 pricing calculator, 8 price .. products, 6 target margin",
	 "Selling price calculator", "Finds the price that gives the margin you want.", NULL,
	 KNOWN_IN{REAL("cost", "Cost of one", "", "60", 0, 1e10),
		  REAL("margin", "Wanted margin", "%", "40", 0, 99),
		  REAL("rate", "Sales tax", "%", "0", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("price", "Price without tax", "cost / (1 - margin / 100)"),
		   MONEY("profit", "Profit on one", "price - cost"),
		   MONEY("gross", "Price with tax", "price * (1 + rate / 100)"), KNOWN_END}},

	{"12 break even, 12 breakeven, 8 even point, 6 fixed costs", "Break-even calculator",
	 "Shows how many sales cover the costs.", NULL,
	 KNOWN_IN{REAL("fixed", "Fixed costs", "", "5000", 0, 1e12),
		  REAL("price", "Price of one", "", "25", 0, 1e9),
		  REAL("variable", "Cost of one", "", "15", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{COUNTED("units", "Sales to break even", "",
			   "ceil(fixed / max(0, price - variable))"),
		   MONEY("revenue", "Revenue at that point", "units * price"),
		   PERCENT("ratio", "Contribution margin", "(price - variable) / price * 100"),
		   KNOWN_END}},

	{"12 unit price, 12 price per unit, 12 price comparison, 12 compare prices, "
	 "10 better buy, 10 best buy, 10 which is cheaper, 8 better deal, 8 price per kilo, "
	 "8 price per liter, 8 cheaper pack, 12 compare .. price",
	 "Unit price comparison", "Compares two packs by what one unit costs.",
	 "Use the same unit for both packs, such as grams or pieces.",
	 KNOWN_IN{REAL("price_a", "Price of pack A", "", "3.20", 0, 1e9),
		  REAL("size_a", "Content of pack A", "", "500", 0.000001, 1e9),
		  REAL("price_b", "Price of pack B", "", "5.60", 0, 1e9),
		  REAL("size_b", "Content of pack B", "", "1000", 0.000001, 1e9), KNOWN_END},
	 KNOWN_OUT{
		 PLAIN("unit_a", "One unit of A", "", "price_a / size_a", 6),
		 PLAIN("unit_b", "One unit of B", "", "price_b / size_b", 6),
		 PERCENT("saving_a", "A costs less than B by", "(unit_b - unit_a) / unit_b * 100"),
		 PERCENT("saving_b", "B costs less than A by", "(unit_a - unit_b) / unit_a * 100"),
		 KNOWN_END}},

	{"12 currency, 12 exchange rate, 10 foreign money, 12 dollar to euro, 12 euro to dollar, "
	 "12 usd to eur, 12 eur to usd, 12 pound to euro, 12 euro to pound, 12 dollar to pound, "
	 "12 gbp to eur, 12 money converter, 12 convert .. dollar, 12 convert .. euro, "
	 "10 travel money, 12 sek to eur, 12 yen to dollar, 12 dollar to yen, 12 usd to gbp",
	 "Currency calculator", "Converts money with an exchange rate that you type yourself.",
	 "You enter the rate, so it works offline and with the rate you really get.",
	 KNOWN_IN{REAL("amount", "Amount", "", "100", 0, 1e12),
		  REAL("rate", "One unit is worth", "", "1.10", 0.0000001, 1e9),
		  REAL("fee", "Fee", "%", "0", 0, 50), KNOWN_END},
	 KNOWN_OUT{MONEY("fees", "Fee", "amount * fee / 100"),
		   MONEY("result", "You receive", "(amount - fees) * rate"),
		   PLAIN("back", "One unit back", "", "1 / rate", 6), KNOWN_END}},

	{"12 invoice total, 12 invoice calculator, 12 invoice amount, 10 total of invoice, "
	 "10 calculate .. invoice, 8 order total, 10 quote calculator, 10 price quote, "
	 "8 quotation",
	 "Invoice total calculator", "Adds up quantity, price, discount and tax to the amount due.",
	 NULL,
	 KNOWN_IN{REAL("quantity", "Quantity or hours", "", "10", 0, 1e9),
		  REAL("price", "Price of one", "", "50", 0, 1e9),
		  REAL("discount", "Discount", "%", "0", 0, 100),
		  REAL("rate", "Tax rate", "%", "24", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("subtotal", "Subtotal", "quantity * price"),
		   MONEY("reduction", "Discount", "subtotal * discount / 100"),
		   MONEY("tax", "Tax", "(subtotal - reduction) * rate / 100"),
		   MONEY("total", "Amount due", "subtotal - reduction + tax"), KNOWN_END}},

	{"11 profit, 8 revenue and cost, 8 earnings, 8 net profit, -12 margin, -8 markup, "
	 "-8 break even",
	 "Profit calculator", "Shows revenue, costs and profit for a number of sales.", NULL,
	 KNOWN_IN{REAL("price", "Price of one", "", "25", 0, 1e9),
		  REAL("cost", "Cost of one", "", "15", 0, 1e9),
		  REAL("quantity", "Number sold", "", "100", 0, 1e9),
		  REAL("fixed", "Other costs", "", "0", 0, 1e12), KNOWN_END},
	 KNOWN_OUT{MONEY("revenue", "Revenue", "price * quantity"),
		   MONEY("costs", "Costs", "cost * quantity + fixed"),
		   MONEY("profit", "Profit", "revenue - costs"),
		   PERCENT("margin", "Profit margin", "profit / revenue * 100"), KNOWN_END}},

	{"12 price and quantity, 12 price .. number of items, 12 total price, "
	 "10 number of items, 12 quantity and price, 10 unit price and quantity, -12 compare",
	 "Total price calculator", "Multiplies price and quantity and adds the shipping.", NULL,
	 KNOWN_IN{REAL("price", "Price of one", "", "12.50", 0, 1e9),
		  REAL("quantity", "Quantity", "", "4", 0, 1e9),
		  REAL("shipping", "Shipping", "", "0", 0, 1e9), KNOWN_END},
	 KNOWN_OUT{MONEY("goods", "Goods", "price * quantity"),
		   MONEY("total", "Total", "goods + shipping"), KNOWN_END}},

	{.phrases = NULL},
};
