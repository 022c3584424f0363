#include "config.h"

#include "intake/intake_units.h"

const struct intake_quantity intake_quantities[] = {
	{"3 length, 3 distance", "length", "mile", "kilometer", intake_units_length},
	{"3 weight, 3 mass", "weight", "pound", "kilogram", intake_units_mass},
	{"3 temperature, 3 temp, 3 temperatur, 2 heat", "temperature", "celsius", "fahrenheit",
	 intake_units_temperature},
	{"3 volume, 3 liquid, 3 kitchen, 3 cooking, 3 capacity, 3 baking", "volume", "cup",
	 "milliliter", intake_units_volume},
	{"3 area, 3 land, 3 surface", "area", "acre", "hectare", intake_units_area},
	{"3 speed, 3 velocity", "speed", "mph", "kmh", intake_units_speed},
	{"3 time, 3 duration, 2 period", "time", "hour", "minute", intake_units_time},
	{"3 data, 3 data size, 3 storage, 3 file size, 3 digital storage, 3 memory size",
	 "data size", "megabyte", "gigabyte", intake_units_data},
	{"3 energy, 2 calories", "energy", "kilocalorie", "kilojoule", intake_units_energy},
	{"3 pressure, 3 tire pressure, 3 tyre pressure", "pressure", "bar", "psi",
	 intake_units_pressure},
	{"3 power, 3 engine power", "power", "horsepower", "kilowatt", intake_units_power},
	{"3 angle, 3 rotation", "angle", "degree", "radian", intake_units_angle},
	{.phrases = NULL},
};

const struct intake_unit intake_units_length[] = {
	UNIT("millimeter", "millimeters", "mm", 0.001, "3 millimeter, 3 millimetre, 2 mm"),
	UNIT("centimeter", "centimeters", "cm", 0.01, "3 centimeter, 3 centimetre, 2 cm, 2 cms"),
	UNIT("decimeter", "decimeters", "dm", 0.1, "3 decimeter, 3 decimetre, 1 dm"),
	UNIT("meter", "meters", "m", 1, "3 meter, 3 metre, 1 m, 2 mtr"),
	UNIT("kilometer", "kilometers", "km", 1000, "3 kilometer, 3 kilometre, 2 km, 2 kms"),
	UNIT("inch", "inches", "in", 0.0254, "3 inch, 1 in"),
	UNIT("foot", "feet", "ft", 0.3048, "3 foot, 3 feet, 2 ft"),
	UNIT("yard", "yards", "yd", 0.9144, "3 yard, 2 yd, 2 yds"),
	UNIT("mile", "miles", "mi", 1609.344, "3 mile, 2 mi"),
	UNIT("nautical_mile", "nautical miles", "nmi", 1852, "4 nautical mile, 2 nmi, 4 sea mile"),
	UNIT("micrometer", "micrometers", "µm", 1e-6, "3 micrometer, 3 micrometre, 3 micron"),
	UNIT_END,
};

const struct intake_unit intake_units_mass[] = {
	UNIT("milligram", "milligrams", "mg", 1e-6, "3 milligram, 2 mg"),
	UNIT("gram", "grams", "g", 0.001, "3 gram, 3 gramme, 1 g, 2 gr"),
	UNIT("kilogram", "kilograms", "kg", 1, "3 kilogram, 3 kilo, 2 kg, 2 kgs, 3 kilogramme"),
	UNIT("tonne", "tonnes", "t", 1000, "3 tonne, 3 metric ton, 1 t"),
	UNIT("ounce", "ounces", "oz", 0.028349523125, "3 ounce, 2 oz"),
	UNIT("pound", "pounds", "lb", 0.45359237, "3 pound, 2 lb, 2 lbs"),
	UNIT("stone", "stone", "st", 6.35029318, "3 stone, 1 st"),
	UNIT("short_ton", "US tons", "ton", 907.18474, "3 short ton, 3 ton, 3 us ton"),
	UNIT("long_ton", "long tons", "LT", 1016.0469088, "3 long ton, 3 imperial ton"),
	UNIT("carat", "carats", "ct", 0.0002, "3 carat, 1 ct"),
	UNIT_END,
};

const struct intake_unit intake_units_temperature[] = {
	{{"celsius", "Celsius", "°C", 1, 273.15}, "3 celsius, 3 centigrade, 1 c"},
	{{"fahrenheit", "Fahrenheit", "°F", 5.0 / 9, 459.67 * 5 / 9}, "3 fahrenheit, 1 f"},
	{{"kelvin", "kelvin", "K", 1, 0}, "3 kelvin, 1 k"},
	{{"rankine", "Rankine", "°R", 5.0 / 9, 0}, "3 rankine"},
	UNIT_END,
};

const struct intake_unit intake_units_volume[] = {
	UNIT("milliliter", "milliliters", "ml", 0.001, "3 milliliter, 3 millilitre, 2 ml, 2 mls"),
	UNIT("centiliter", "centiliters", "cl", 0.01, "3 centiliter, 3 centilitre, 2 cl"),
	UNIT("deciliter", "deciliters", "dl", 0.1, "3 deciliter, 3 decilitre, 2 dl"),
	UNIT("liter", "liters", "l", 1, "3 liter, 3 litre, 1 l"),
	UNIT("cubic_meter", "cubic meters", "m³", 1000, "4 cubic meter, 4 cubic metre, 2 m3"),
	UNIT("cubic_inch", "cubic inches", "in³", 0.016387064, "4 cubic inch"),
	UNIT("cubic_foot", "cubic feet", "ft³", 28.316846592, "4 cubic foot, 4 cubic feet"),
	UNIT("teaspoon", "US teaspoons", "tsp", 0.00492892159375, "3 teaspoon, 2 tsp, 3 tea spoon"),
	UNIT("tablespoon", "US tablespoons", "tbsp", 0.01478676478125,
	     "3 tablespoon, 2 tbsp, 3 table spoon"),
	UNIT("fluid_ounce", "US fluid ounces", "fl oz", 0.0295735295625,
	     "4 fluid ounce, 4 fl oz, 3 ounce, 2 oz, 4 fluid oz"),
	UNIT("cup", "US cups", "cup", 0.2365882365, "3 cup, 3 us cup"),
	UNIT("pint", "US pints", "pt", 0.473176473, "3 pint"),
	UNIT("quart", "US quarts", "qt", 0.946352946, "3 quart"),
	UNIT("gallon", "US gallons", "gal", 3.785411784, "3 gallon, 2 gal, 3 us gallon"),
	UNIT("uk_pint", "UK pints", "UK pt", 0.56826125,
	     "4 uk pint, 4 imperial pint, 4 british pint"),
	UNIT("uk_gallon", "UK gallons", "UK gal", 4.54609,
	     "4 uk gallon, 4 imperial gallon, 4 british gallon"),
	UNIT("barrel", "oil barrels", "bbl", 158.987294928, "3 barrel"),
	UNIT_END,
};

const struct intake_unit intake_units_area[] = {
	UNIT("square_centimeter", "square centimeters", "cm²", 0.0001,
	     "4 square centimeter, 4 square centimetre, 3 cm2, 4 cm ²"),
	UNIT("square_meter", "square meters", "m²", 1,
	     "4 square meter, 4 square metre, 3 m2, 3 sqm, 4 sq m, 4 m ²"),
	UNIT("hectare", "hectares", "ha", 10000, "3 hectare, 2 ha"),
	UNIT("square_kilometer", "square kilometers", "km²", 1e6,
	     "4 square kilometer, 4 square kilometre, 3 km2, 4 sq km, 4 km ²"),
	UNIT("square_inch", "square inches", "in²", 0.00064516, "4 square inch, 4 sq in"),
	UNIT("square_foot", "square feet", "ft²", 0.09290304,
	     "4 square foot, 4 square feet, 3 ft2, 3 sqft, 4 sq ft, 4 ft ²"),
	UNIT("square_yard", "square yards", "yd²", 0.83612736, "4 square yard, 4 sq yd"),
	UNIT("acre", "acres", "ac", 4046.8564224, "3 acre"),
	UNIT("square_mile", "square miles", "mi²", 2589988.110336, "4 square mile, 4 sq mi"),
	UNIT_END,
};
