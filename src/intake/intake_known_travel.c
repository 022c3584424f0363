#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_travel[] = {
	{"12 fuel cost, 12 gas cost, 12 petrol cost, 10 fuel price, 10 cost .. drive, "
	 "10 driving cost, 10 gas money, 6 fuel, 6 petrol, 10 trip cost, 8 cost of trip, "
	 "8 road trip, 5 gas, -10 fuel consumption, -10 fuel economy, -14 mpg, -10 carpool, "
	 "-8 checklist, -8 gas bill, -8 packing",
	 "Fuel cost calculator", "Works out the fuel and the money that a drive takes.", NULL,
	 KNOWN_IN{REAL("distance", "Distance", "km", "300", 0, 1e6),
		  REAL("use", "Consumption", "l/100 km", "6.5", 0, 100),
		  REAL("price", "Price of a liter", "", "1.80", 0, 1000), KNOWN_END},
	 KNOWN_OUT{PLAIN("liters", "Fuel", "l", "distance * use / 100", 2),
		   MONEY("cost", "Cost", "liters * price"),
		   MONEY("km", "Cost of 100 km", "use * price"), KNOWN_END}},

	{"14 fuel consumption, 14 fuel economy, 14 mpg, 12 gas mileage, 12 miles per gallon, "
	 "12 liters per 100, 10 fuel efficiency",
	 "Fuel consumption calculator", "Shows what a car used, in liters for 100 km and in mpg.",
	 "Miles per gallon are given for the US and for the UK gallon.",
	 KNOWN_IN{REAL("distance", "Distance driven", "km", "520", 0.1, 1e6),
		  REAL("fuel", "Fuel filled", "l", "36", 0.01, 1e5), KNOWN_END},
	 KNOWN_OUT{PLAIN("use", "Consumption", "l/100 km", "fuel / distance * 100", 2),
		   PLAIN("range", "Distance on a liter", "km", "distance / fuel", 2),
		   PLAIN("mpg", "Miles per US gallon", "mpg",
			 "distance / 1.609344 / (fuel / 3.785411784)", 1),
		   PLAIN("mpg_uk", "Miles per UK gallon", "mpg",
			 "distance / 1.609344 / (fuel / 4.54609)", 1),
		   KNOWN_END}},

	{"14 carpool, 14 car pool, 14 ride share, 12 share .. ride, 12 split .. fuel, "
	 "12 split .. gas, 12 share .. gas, 12 share .. fuel",
	 "Carpool cost calculator", "Shares fuel and tolls among everybody in the car.", NULL,
	 KNOWN_IN{REAL("distance", "Distance", "km", "250", 0, 1e6),
		  REAL("use", "Consumption", "l/100 km", "6.5", 0, 100),
		  REAL("price", "Price of a liter", "", "1.80", 0, 1000),
		  REAL("tolls", "Tolls and parking", "", "0", 0, 1e6),
		  WHOLE("people", "People", "", "4", 1, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("total", "Cost in all", "distance * use / 100 * price + tolls"),
		   MONEY("each", "Each person pays", "total / people"), KNOWN_END}},

	{"12 speed distance time, 12 distance speed time, 12 average speed, 12 travel time, "
	 "12 time .. arrive, 10 speed and distance, 10 distance and speed, 10 distance and time, "
	 "12 driving time, 10 how long .. drive, 12 take to drive, 10 how long will it take, "
	 "10 how fast, 5 speed, 5 distance, -8 pace, -8 running, -8 download, -8 internet, "
	 "-8 fuel, -8 convert, -14 typing speed, -8 transfer, -14 speed test, -12 reading speed",
	 "Speed, distance and time calculator",
	 "Finds the third of speed, distance and time from the other two.",
	 "Choose which of the three is wanted; the field of that one is not used.",
	 KNOWN_IN{PICK("find", "Find", "Time", 3, "Time", "Distance", "Speed"),
		  REAL("distance", "Distance", "km", "120", 0, 1e9),
		  REAL("speed", "Speed", "km/h", "80", 0, 1e9),
		  REAL("hours", "Time", "h", "1.5", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("time_h", "Time", "h", "if(find == 1, distance / speed, hours)", 3),
		   LASTING("time_s", "Time in hours and minutes", "time_h * 3600"),
		   PLAIN("distance_km", "Distance", "km", "if(find == 2, speed * hours, distance)",
			 3),
		   PLAIN("speed_kmh", "Speed", "km/h", "if(find == 3, distance / hours, speed)", 3),
		   KNOWN_END}},

	{"12 running pace, 12 pace calculator, 8 pace, 10 marathon, 10 min per km, "
	 "10 minutes per km, 10 minutes per mile, 8 running, 6 runner, 6 jogging, "
	 "-10 running cost, -10 running late, -12 checklist, -14 calorie, -10 running total, "
	 "-8 running shoe",
	 "Running pace calculator", "Shows pace and speed of a run, and the times for usual races.",
	 NULL,
	 KNOWN_IN{REAL("distance", "Distance", "km", "10", 0.01, 10000),
		  WHOLE("hours", "Hours", "h", "0", 0, 1000),
		  WHOLE("minutes", "Minutes", "min", "55", 0, 59),
		  WHOLE("seconds", "Seconds", "s", "0", 0, 59), KNOWN_END},
	 KNOWN_OUT{LASTING("pace", "Time for 1 km",
			   "(hours * 3600 + minutes * 60 + seconds) / distance"),
		   LASTING("pace_mile", "Time for 1 mile", "pace * 1.609344"),
		   PLAIN("speed", "Speed", "km/h", "3600 / pace", 2),
		   LASTING("half", "Half marathon at this pace", "pace * 21.0975"),
		   LASTING("full", "Marathon at this pace", "pace * 42.195"), KNOWN_END}},

	{"14 charging cost, 14 charge cost, 12 ev charging, 12 electric car, 12 charging time, "
	 "10 charge .. car, 10 charging station",
	 "Electric car charging calculator", "Works out energy, cost and time of charging a car.",
	 NULL,
	 KNOWN_IN{REAL("battery", "Battery", "kWh", "60", 0.1, 1000),
		  REAL("from", "Charge now", "%", "20", 0, 100),
		  REAL("to", "Charge wanted", "%", "80", 0, 100),
		  REAL("power", "Charging power", "kW", "11", 0.1, 1000),
		  REAL("price", "Price of a kWh", "", "0.30", 0, 100),
		  REAL("loss", "Charging loss", "%", "10", 0, 50), KNOWN_END},
	 KNOWN_OUT{PLAIN("energy", "Energy from the socket", "kWh",
			 "battery * max(0, to - from) / 100 / (1 - loss / 100)", 2),
		   MONEY("cost", "Cost", "energy * price"),
		   LASTING("time", "Time", "energy / power * 3600"), KNOWN_END}},

	{"12 trip budget, 12 travel budget, 12 vacation budget, 12 holiday budget, "
	 "12 holiday cost, 12 vacation cost, 10 travel cost, 10 cost of holiday, "
	 "8 budget .. trip, 8 budget .. vacation, 8 budget .. holiday",
	 "Trip budget calculator", "Adds up travel, nights and daily spending of a trip.", NULL,
	 KNOWN_IN{WHOLE("people", "People", "", "2", 1, 1000),
		  WHOLE("nights", "Nights", "", "7", 0, 1000),
		  REAL("fare", "Travel for each", "", "200", 0, 1e7),
		  REAL("room", "Lodging a night", "", "90", 0, 1e7),
		  REAL("daily", "Daily spending for each", "", "45", 0, 1e7), KNOWN_END},
	 KNOWN_OUT{MONEY("lodging", "Lodging", "nights * room"),
		   MONEY("total", "Cost in all",
			 "people * fare + lodging + people * (nights + 1) * daily"),
		   MONEY("each", "For each person", "total / people"), KNOWN_END}},

	{"14 mileage reimbursement, 12 mileage allowance, 12 mileage claim, "
	 "10 kilometer allowance, 10 business trip, 10 per diem, 8 mileage, -14 gas mileage",
	 "Mileage allowance calculator", "Works out the allowance for driving on business.", NULL,
	 KNOWN_IN{REAL("distance", "Distance", "", "240", 0, 1e7),
		  REAL("rate", "Allowance for one", "", "0.57", 0, 1000),
		  REAL("extra", "Tolls and parking", "", "0", 0, 1e7), KNOWN_END},
	 KNOWN_OUT{MONEY("allowance", "Allowance", "distance * rate"),
		   MONEY("total", "To be paid", "allowance + extra"), KNOWN_END}},

	{"12 recipe, 10 servings, 10 scale .. recipe, 8 cooking, 8 portion, 10 ingredients, -14 meal plan, -14 meal planner, "
	 "8 baking, -14 recipe checklist, -14 recipe book, -14 recipe website, "
	 "-14 shopping list, -14 recipe card, -14 recipe app, -14 recipe sharing, -14 suggest, "
	 "-14 find recipe",
	 "Recipe scaling calculator",
	 "Adjusts the amounts of a recipe to another number of servings.", NULL,
	 KNOWN_IN{REAL("servings", "Servings in the recipe", "", "4", 0.1, 10000),
		  REAL("wanted", "Servings you want", "", "6", 0.1, 10000),
		  REAL("a", "Amount of ingredient 1", "", "500", 0, 1e7),
		  REAL("b", "Amount of ingredient 2", "", "2", 0, 1e7),
		  REAL("c", "Amount of ingredient 3", "", "0", 0, 1e7), KNOWN_END},
	 KNOWN_OUT{PLAIN("factor", "Multiply everything by", "", "wanted / servings", 3),
		   PLAIN("new_a", "New amount of ingredient 1", "", "a * factor", 2),
		   PLAIN("new_b", "New amount of ingredient 2", "", "b * factor", 2),
		   PLAIN("new_c", "New amount of ingredient 3", "", "c * factor", 2), KNOWN_END}},

	{"12 coffee ratio, 12 coffee to water, 12 water to coffee, 10 brew, 10 pour over, "
	 "10 french press, 8 coffee calculator",
	 "Coffee ratio calculator", "Says how much coffee goes with how much water.", NULL,
	 KNOWN_IN{REAL("cups", "Cups", "", "2", 0.1, 1000),
		  REAL("size", "Water for a cup", "ml", "250", 1, 5000),
		  REAL("ratio", "Water for 1 g of coffee", "ml", "16", 1, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("water", "Water", "ml", "cups * size", 0),
		   PLAIN("coffee", "Coffee", "g", "water / ratio", 1), KNOWN_END}},

	{.phrases = NULL},
};
