#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_home[] = {
	{"12 paint needed, 12 how much paint, 12 paint calculator, 9 paint, 8 wall paint, "
	 "9 painting, 8 paint .. room, -14 painting contest, -12 paint program, -12 paint app, "
	 "-12 face paint",
	 "Paint calculator", "Works out how much paint the walls of a room need.",
	 "Takes 1.9 m² for each door and 1.5 m² for each window off the walls.",
	 KNOWN_IN{REAL("around", "Length of all walls", "m", "16", 0, 10000), REAL("height", "Height", "m", "2.5", 0, 100),
		  WHOLE("doors", "Doors", "", "1", 0, 1000), WHOLE("windows", "Windows", "", "2", 0, 1000),
		  WHOLE("coats", "Coats", "", "2", 1, 10), REAL("cover", "One liter covers", "m²", "10", 0.1, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Area to paint", "m²", "max(0, around * height - doors * 1.9 - windows * 1.5)", 2),
		   PLAIN("liters", "Paint", "l", "area * coats / cover", 2), KNOWN_END}},

	{"12 tiles, 10 tiling, 8 tiles needed, -12 tile game, -12 tile server",
	 "Tile calculator", "Works out how many tiles a floor or wall needs.", "Adds a reserve for cuts and breakage.",
	 KNOWN_IN{REAL("length", "Length of the area", "m", "4", 0, 10000), REAL("width", "Width of the area", "m", "3", 0, 10000),
		  REAL("tile_length", "Length of a tile", "cm", "30", 0.1, 1000),
		  REAL("tile_width", "Width of a tile", "cm", "30", 0.1, 1000), REAL("reserve", "Reserve", "%", "10", 0, 100),
		  KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Area", "m²", "length * width", 2),
		   COUNTED("tiles", "Tiles", "",
			   "ceil(round(area * 10000 / (tile_length * tile_width) * (1 + reserve / 100), 6))"),
		   KNOWN_END}},

	{"12 concrete, 10 cement, 8 concrete slab",
	 "Concrete calculator", "Works out volume and weight of the concrete for a slab.",
	 "Reckons with 2400 kg for a cubic meter of concrete.",
	 KNOWN_IN{REAL("length", "Length", "m", "5", 0, 10000), REAL("width", "Width", "m", "4", 0, 10000),
		  REAL("depth", "Thickness", "cm", "10", 0, 1000), REAL("reserve", "Reserve", "%", "5", 0, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("volume", "Concrete", "m³", "length * width * depth / 100 * (1 + reserve / 100)", 3),
		   PLAIN("weight", "Weight", "kg", "volume * 2400", 0), KNOWN_END}},

	{"12 electricity cost, 12 electricity bill, 12 power cost, 12 energy cost, 10 kwh cost, "
	 "8 electricity, 12 cost .. appliance, 10 appliance, 10 electric bill, "
	 "8 power consumption, 8 energy bill, 8 power bill",
	 "Electricity cost calculator", "Works out what an appliance uses and costs.", NULL,
	 KNOWN_IN{REAL("watts", "Power", "W", "1000", 0, 1e7), REAL("hours", "Hours a day", "h", "2", 0, 24),
		  REAL("day_count", "Days", "", "30", 0, 3660), REAL("price", "Price of a kWh", "", "0.25", 0, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("energy", "Energy", "kWh", "watts * hours * day_count / 1000", 2), MONEY("cost", "Cost", "energy * price"),
		   MONEY("year", "Cost of a year like this", "watts * hours * 365 / 1000 * price"), KNOWN_END}},

	{"12 flooring, 12 laminate, 12 parquet, 10 floor boards, 10 carpet, 8 packs .. floor, "
	 "-8 tile",
	 "Flooring calculator", "Works out how many packs of flooring a room needs.", NULL,
	 KNOWN_IN{REAL("length", "Length of the room", "m", "5", 0, 10000), REAL("width", "Width of the room", "m", "4", 0, 10000),
		  REAL("pack", "One pack covers", "m²", "2.2", 0.01, 1000), REAL("reserve", "Reserve", "%", "8", 0, 100),
		  REAL("price", "Price of a pack", "", "45", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Area", "m²", "length * width", 2),
		   COUNTED("packs", "Packs", "", "ceil(round(area * (1 + reserve / 100) / pack, 6))"),
		   MONEY("cost", "Cost", "packs * price"), KNOWN_END}},

	{"14 wallpaper, -10 phone wallpaper, -10 desktop wallpaper",
	 "Wallpaper calculator", "Works out how many rolls of wallpaper a room needs.", NULL,
	 KNOWN_IN{REAL("around", "Length of all walls", "m", "16", 0, 10000), REAL("height", "Height", "m", "2.5", 0.1, 10),
		  REAL("roll", "Length of a roll", "m", "10.05", 0.1, 100), REAL("wide", "Width of a roll", "cm", "53", 1, 500),
		  KNOWN_END},
	 KNOWN_OUT{COUNTED("strips", "Strips from a roll", "", "floor(roll / height)"),
		   COUNTED("needed", "Strips needed", "", "ceil(round(around * 100 / wide, 6))"),
		   COUNTED("rolls", "Rolls", "", "ceil(needed / strips)"), KNOWN_END}},

	{"12 fence, 12 fencing, 8 fence posts",
	 "Fence calculator", "Works out posts and panels of a straight fence.", NULL,
	 KNOWN_IN{REAL("length", "Length of the fence", "m", "24", 0.1, 1e6), REAL("panel", "Width of a panel", "m", "1.8", 0.1, 20),
		  REAL("panel_price", "Price of a panel", "", "40", 0, 1e6), REAL("post_price", "Price of a post", "", "15", 0, 1e6),
		  KNOWN_END},
	 KNOWN_OUT{COUNTED("panels", "Panels", "", "ceil(round(length / panel, 6))"), COUNTED("posts", "Posts", "", "panels + 1"),
		   MONEY("cost", "Cost", "panels * panel_price + posts * post_price"), KNOWN_END}},

	{"12 stairs, 12 staircase, 8 steps .. stairs",
	 "Stairs calculator", "Divides a height into equal steps.", "Two risers and a tread together should be about 63 cm.",
	 KNOWN_IN{REAL("height", "Height in all", "cm", "270", 1, 10000), REAL("riser", "Wanted height of a step", "cm", "18", 5, 50),
		  REAL("tread", "Depth of a tread", "cm", "27", 5, 100), KNOWN_END},
	 KNOWN_OUT{COUNTED("steps", "Steps", "", "max(1, round(height / riser))"), PLAIN("rise", "Height of a step", "cm", "height / steps", 2),
		   PLAIN("run", "Length of the stairs", "cm", "(steps - 1) * tread", 1),
		   PLAIN("rule", "Two risers and a tread", "cm", "2 * rise + tread", 1), KNOWN_END}},

	{"12 roof area, 12 roofing, 10 roof, 8 shingles",
	 "Roof area calculator", "Works out the area of a gable roof from its footprint and slope.", NULL,
	 KNOWN_IN{REAL("length", "Length of the house", "m", "12", 0, 1000), REAL("width", "Width of the house", "m", "9", 0, 1000),
		  REAL("slope", "Slope", "%", "50", 0, 1000), REAL("reserve", "Reserve", "%", "10", 0, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("area", "Roof area", "m²", "length * width * sqrt(1 + (slope / 100) ^ 2)", 2),
		   PLAIN("order", "Area to order", "m²", "area * (1 + reserve / 100)", 2), KNOWN_END}},

	{"12 mulch, 12 gravel, 12 topsoil, 10 soil, 10 garden soil, 8 compost, 8 raised bed, "
	 "10 potting soil, -14 checklist",
	 "Soil and gravel calculator", "Works out volume and bags of soil, mulch or gravel for a bed.", NULL,
	 KNOWN_IN{REAL("length", "Length", "m", "4", 0, 10000), REAL("width", "Width", "m", "2", 0, 10000),
		  REAL("depth", "Depth", "cm", "8", 0, 1000), REAL("bag", "Content of a bag", "l", "40", 1, 2000), KNOWN_END},
	 KNOWN_OUT{PLAIN("volume", "Volume", "m³", "length * width * depth / 100", 3),
		   COUNTED("bags", "Bags", "", "ceil(round(volume * 1000 / bag, 6))"), KNOWN_END}},

	{"12 aquarium, 12 fish tank, 12 water tank, 10 tank volume, 10 pool volume, "
	 "10 swimming pool, -10 checklist",
	 "Tank volume calculator", "Works out what a rectangular tank or pool holds.", NULL,
	 KNOWN_IN{REAL("length", "Length", "cm", "80", 0, 100000), REAL("width", "Width", "cm", "35", 0, 100000),
		  REAL("height", "Water height", "cm", "40", 0, 100000), KNOWN_END},
	 KNOWN_OUT{PLAIN("liters", "Water", "l", "length * width * height / 1000", 1),
		   PLAIN("gallons", "Water in US gallons", "gal", "liters / 3.785411784", 1), KNOWN_END}},

	{.phrases = NULL}
};
