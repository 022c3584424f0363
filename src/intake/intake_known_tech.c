#include "config.h"

#include "intake/intake_known.h"

const struct intake_known intake_known_tech[] = {
	{"14 ohm law, 10 voltage, 10 resistance, 8 current and, 8 volts and amps, 8 volt, "
	 "6 resistor, -14 led, -10 convert",
	 "Ohm's law calculator",
	 "Finds voltage, current or resistance from the other two, and the power.",
	 "Choose which of the three is wanted; the field of that one is not used.",
	 KNOWN_IN{PICK("find", "Find", "Current", 3, "Voltage", "Current", "Resistance"),
		  REAL("voltage", "Voltage", "V", "12", 0, 1e9),
		  REAL("current", "Current", "A", "2", 0, 1e9),
		  REAL("resistance", "Resistance", "Ω", "6", 0, 1e12), KNOWN_END},
	 KNOWN_OUT{PLAIN("u", "Voltage", "V", "if(find == 1, current * resistance, voltage)", 6),
		   PLAIN("i", "Current", "A", "if(find == 2, voltage / resistance, current)", 6),
		   PLAIN("r", "Resistance", "Ω", "if(find == 3, voltage / current, resistance)", 6),
		   PLAIN("p", "Power", "W", "u * i", 6), KNOWN_END}},

	{"16 led resistor, 14 resistor for led, 12 led calculator, 8 led",
	 "LED resistor calculator", "Finds the resistor in front of an LED.", NULL,
	 KNOWN_IN{REAL("supply", "Supply", "V", "5", 0, 1000),
		  REAL("led", "Voltage of the LED", "V", "2", 0, 100),
		  REAL("current", "Current", "mA", "20", 0.001, 100000), KNOWN_END},
	 KNOWN_OUT{PLAIN("resistor", "Resistor", "Ω", "max(0, supply - led) / (current / 1000)", 1),
		   PLAIN("power", "Power in the resistor", "W",
			 "max(0, supply - led) * current / 1000", 3),
		   KNOWN_END}},

	{"14 battery life, 12 battery runtime, 12 mah, 10 battery last, 10 battery capacity, "
	 "10 power bank",
	 "Battery life calculator", "Estimates how long a battery lasts.", NULL,
	 KNOWN_IN{REAL("capacity", "Capacity", "mAh", "3000", 0, 1e9),
		  REAL("draw", "Current drawn", "mA", "150", 0.0001, 1e9),
		  REAL("usable", "Usable share", "%", "80", 1, 100), KNOWN_END},
	 KNOWN_OUT{PLAIN("hours", "Lasts", "h", "capacity * usable / 100 / draw", 2),
		   PLAIN("day_count", "Lasts, in days", "days", "hours / 24", 2), KNOWN_END}},

	{"14 download time, 14 transfer time, 12 upload time, 12 how long .. download, "
	 "12 data transfer, 10 download speed, 10 file transfer, 8 internet speed, 8 bandwidth, "
	 "-12 speed test",
	 "Data transfer calculator", "Says how long a file takes to download or copy.", NULL,
	 KNOWN_IN{REAL("size", "Size", "", "5", 0, 1e9),
		  PICK("unit", "Unit of the size", "GB", 3, "MB", "GB", "TB"),
		  REAL("speed", "Speed", "Mbit/s", "100", 0.0001, 1e7), KNOWN_END},
	 KNOWN_OUT{PLAIN("megabytes", "Size in megabytes", "MB", "size * 1000 ^ (unit - 1)", 3),
		   LASTING("time", "Time", "megabytes * 8 / speed"),
		   PLAIN("rate", "Megabytes a second", "MB/s", "speed / 8", 3), KNOWN_END}},

	{"14 ppi, 14 pixels per inch, 12 pixel density, 12 screen resolution, 10 screen size, "
	 "10 dpi",
	 "Screen PPI calculator", "Works out pixels per inch of a screen.", NULL,
	 KNOWN_IN{WHOLE("wide", "Width", "px", "1920", 1, 100000),
		  WHOLE("high", "Height", "px", "1080", 1, 100000),
		  REAL("diagonal", "Diagonal", "in", "24", 0.1, 1000), KNOWN_END},
	 KNOWN_OUT{PLAIN("ppi", "Pixels per inch", "", "sqrt(wide ^ 2 + high ^ 2) / diagonal", 2),
		   PLAIN("pitch", "Size of a pixel", "mm", "25.4 / ppi", 4),
		   PLAIN("mega", "Megapixels", "", "wide * high / 1000000", 2), KNOWN_END}},

	{"14 aspect ratio, 12 image ratio, 10 resize .. proportion, 10 16 9",
	 "Aspect ratio calculator",
	 "Finds the height that keeps the shape of a picture at a new width.", NULL,
	 KNOWN_IN{REAL("wide", "Width", "px", "1920", 1, 1e6),
		  REAL("high", "Height", "px", "1080", 1, 1e6),
		  REAL("target", "New width", "px", "1280", 1, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("ratio", "Width divided by height", "", "wide / high", 4),
		   PLAIN("result", "New height", "px", "target / ratio", 2), KNOWN_END}},

	{"12 print size, 12 photo print, 10 print resolution, 10 print .. photo",
	 "Print size calculator", "Says how large a picture prints well.", NULL,
	 KNOWN_IN{WHOLE("wide", "Width", "px", "4000", 1, 1000000),
		  WHOLE("high", "Height", "px", "3000", 1, 1000000),
		  REAL("dpi", "Dots per inch", "", "300", 1, 10000), KNOWN_END},
	 KNOWN_OUT{PLAIN("cm_wide", "Width", "cm", "wide / dpi * 2.54", 2),
		   PLAIN("cm_high", "Height", "cm", "high / dpi * 2.54", 2), KNOWN_END}},

	{"12 video size, 12 video file size, 12 bitrate, 10 recording size, 10 recording time",
	 "Video size calculator", "Works out the size of a recording from its bit rate.", NULL,
	 KNOWN_IN{REAL("rate", "Bit rate", "Mbit/s", "8", 0.001, 100000),
		  REAL("minutes", "Length", "min", "60", 0, 1e6), KNOWN_END},
	 KNOWN_OUT{PLAIN("megabytes", "Size in megabytes", "MB", "rate * minutes * 60 / 8", 1),
		   PLAIN("gigabytes", "Size in gigabytes", "GB", "megabytes / 1000", 2),
		   KNOWN_END}},

	{"12 dilution, 12 dilute, 10 mix ratio, 10 mixing ratio, 10 concentration",
	 "Dilution calculator", "Says how much concentrate and water make a mixture.", NULL,
	 KNOWN_IN{REAL("volume", "Mixture wanted", "ml", "1000", 0, 1e9),
		  REAL("parts", "Parts of water for one part", "", "9", 0, 100000), KNOWN_END},
	 KNOWN_OUT{PLAIN("stock", "Concentrate", "ml", "volume / (parts + 1)", 2),
		   PLAIN("water", "Water", "ml", "volume - stock", 2),
		   PERCENT("share", "Concentration", "100 / (parts + 1)"), KNOWN_END}},

	{"12 3d print, 12 filament, 10 print cost", "3D print cost calculator",
	 "Works out what a printed part costs.", NULL,
	 KNOWN_IN{REAL("grams", "Filament used", "g", "80", 0, 1e6),
		  REAL("spool", "Price of 1 kg", "", "25", 0, 1e5),
		  REAL("hours", "Printing time", "h", "6", 0, 10000),
		  REAL("watts", "Power", "W", "120", 0, 10000),
		  REAL("price", "Price of a kWh", "", "0.25", 0, 100), KNOWN_END},
	 KNOWN_OUT{MONEY("material", "Material", "grams / 1000 * spool"),
		   MONEY("energy", "Electricity", "watts * hours / 1000 * price"),
		   MONEY("total", "Cost in all", "material + energy"), KNOWN_END}},

	{.phrases = NULL},
};
