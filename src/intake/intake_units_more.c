#include "config.h"

#include "intake/intake_units.h"

const struct intake_unit intake_units_speed[] = {
	UNIT("mps", "meters a second", "m/s", 1,
	     "4 m / s, 4 meters per second, 4 metres per second, 3 mps"),
	UNIT("kmh", "kilometers an hour", "km/h", 1 / 3.6,
	     "4 km / h, 4 kmh, 4 kph, 4 kilometers per hour, 4 kilometres per hour, "
	     "4 km per hour, 4 km / hr, 4 kilometers an hour, 4 kmph"),
	UNIT("mph", "miles an hour", "mph", 0.44704,
	     "4 mph, 4 miles per hour, 4 miles an hour, 4 mi / h"),
	UNIT("fps", "feet a second", "ft/s", 0.3048, "4 ft / s, 4 feet per second, 3 fps"),
	UNIT("knot", "knots", "kn", 1852 / 3600.0, "3 knot, 2 kn, 2 kt"),
	UNIT("mach", "Mach at sea level", "Ma", 340.29, "3 mach"),
	UNIT_END,
};

const struct intake_unit intake_units_time[] = {
	UNIT("millisecond", "milliseconds", "ms", 0.001, "3 millisecond, 2 ms"),
	UNIT("second", "seconds", "s", 1, "3 second, 2 sec, 1 s"),
	UNIT("minute", "minutes", "min", 60, "3 minute, 2 min"),
	UNIT("hour", "hours", "h", 3600, "3 hour, 2 hr, 2 hrs, 1 h"),
	UNIT("day", "days", "d", 86400, "3 day, 1 d"),
	UNIT("week", "weeks", "wk", 604800, "3 week, 2 wk"),
	UNIT("month", "average months", "mo", 2629746, "3 month"),
	UNIT("year", "average years", "yr", 31556952, "3 year, 2 yr"),
	UNIT_END,
};

const struct intake_unit intake_units_data[] = {
	UNIT("bit", "bits", "bit", 0.125, "3 bit"),
	UNIT("byte", "bytes", "B", 1, "3 byte, 1 b"),
	UNIT("kilobyte", "kilobytes", "kB", 1e3, "3 kilobyte, 2 kb"),
	UNIT("megabyte", "megabytes", "MB", 1e6, "3 megabyte, 2 mb"),
	UNIT("gigabyte", "gigabytes", "GB", 1e9, "3 gigabyte, 2 gb"),
	UNIT("terabyte", "terabytes", "TB", 1e12, "3 terabyte, 2 tb"),
	UNIT("petabyte", "petabytes", "PB", 1e15, "3 petabyte, 2 pb"),
	UNIT("kibibyte", "kibibytes", "KiB", 1024, "3 kibibyte, 3 kib"),
	UNIT("mebibyte", "mebibytes", "MiB", 1048576, "3 mebibyte, 3 mib"),
	UNIT("gibibyte", "gibibytes", "GiB", 1073741824, "3 gibibyte, 3 gib"),
	UNIT("tebibyte", "tebibytes", "TiB", 1099511627776, "3 tebibyte, 3 tib"),
	UNIT("megabit", "megabits", "Mbit", 125000, "3 megabit, 3 mbit"),
	UNIT("gigabit", "gigabits", "Gbit", 125000000, "3 gigabit, 3 gbit"),
	UNIT_END,
};

const struct intake_unit intake_units_energy[] = {
	UNIT("joule", "joules", "J", 1, "3 joule, 1 j"),
	UNIT("kilojoule", "kilojoules", "kJ", 1000, "3 kilojoule, 3 kj"),
	UNIT("megajoule", "megajoules", "MJ", 1e6, "3 megajoule, 3 mj"),
	UNIT("calorie", "calories", "cal", 4.184, "3 small calorie, 2 cal"),
	UNIT("kilocalorie", "kilocalories", "kcal", 4184, "3 kilocalorie, 3 kcal, 3 calorie"),
	UNIT("watt_hour", "watt hours", "Wh", 3600, "4 watt hour, 3 wh"),
	UNIT("kilowatt_hour", "kilowatt hours", "kWh", 3.6e6, "4 kilowatt hour, 3 kwh"),
	UNIT("btu", "British thermal units", "BTU", 1055.05585262, "3 btu, 4 british thermal unit"),
	UNIT("electronvolt", "electron volts", "eV", 1.602176634e-19,
	     "3 electronvolt, 4 electron volt, 2 ev"),
	UNIT_END,
};

const struct intake_unit intake_units_pressure[] = {
	UNIT("pascal", "pascals", "Pa", 1, "3 pascal, 1 pa"),
	UNIT("hectopascal", "hectopascals", "hPa", 100, "3 hectopascal, 3 hpa, 3 millibar, 3 mbar"),
	UNIT("kilopascal", "kilopascals", "kPa", 1000, "3 kilopascal, 3 kpa"),
	UNIT("megapascal", "megapascals", "MPa", 1e6, "3 megapascal, 3 mpa"),
	UNIT("bar", "bar", "bar", 100000, "3 bar"),
	UNIT("psi", "pounds per square inch", "psi", 6894.757293168361,
	     "3 psi, 4 pounds per square inch"),
	UNIT("atmosphere", "atmospheres", "atm", 101325, "3 atmosphere, 2 atm"),
	UNIT("mmhg", "millimeters of mercury", "mmHg", 133.322387415,
	     "3 mmhg, 4 millimeters of mercury"),
	UNIT("torr", "torr", "Torr", 101325 / 760.0, "3 torr"),
	UNIT_END,
};

const struct intake_unit intake_units_power[] = {
	UNIT("watt", "watts", "W", 1, "3 watt, 1 w"),
	UNIT("kilowatt", "kilowatts", "kW", 1000, "3 kilowatt, 2 kw"),
	UNIT("megawatt", "megawatts", "MW", 1e6, "3 megawatt, 2 mw"),
	UNIT("horsepower", "mechanical horsepower", "hp", 745.6998715822702,
	     "3 horsepower, 3 horse power, 2 hp, 3 bhp"),
	UNIT("metric_horsepower", "metric horsepower", "PS", 735.49875,
	     "4 metric horsepower, 2 ps, 2 cv"),
	UNIT("btu_hour", "BTU an hour", "BTU/h", 1055.05585262 / 3600, "4 btu / h, 4 btu per hour"),
	UNIT_END,
};

const struct intake_unit intake_units_angle[] = {
	UNIT("degree", "degrees", "°", 0.017453292519943295, "3 degree, 2 deg"),
	UNIT("radian", "radians", "rad", 1, "3 radian, 2 rad"),
	UNIT("gradian", "gradians", "gon", 0.015707963267948967, "3 gradian, 3 gon"),
	UNIT("arcminute", "arc minutes", "′", 0.0002908882086657216, "4 arc minute, 3 arcminute"),
	UNIT("arcsecond", "arc seconds", "″", 4.84813681109536e-06, "4 arc second, 3 arcsecond"),
	UNIT("turn", "full turns", "turn", 6.283185307179586, "3 full turn, 3 revolution"),
	UNIT_END,
};
