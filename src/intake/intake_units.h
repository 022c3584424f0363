/* Quantities and their units, for converters. */
#pragma once
#include "intake/intake_int.h"

struct intake_unit {
	struct spec_unit unit; /* its label is written as inside a sentence */
	const char *phrases;   /* 3 for a word of its own, 1 for a letter or two */
};

struct intake_quantity {
	const char *phrases, *name, *from, *to;
	const struct intake_unit *units; /* ends with a row without phrases */
};

extern const struct intake_quantity intake_quantities[]; /* ends with a row without phrases */
extern const struct intake_unit intake_units_length[], intake_units_mass[],
	intake_units_temperature[], intake_units_volume[], intake_units_area[],
	intake_units_speed[], intake_units_time[], intake_units_data[], intake_units_energy[],
	intake_units_pressure[], intake_units_power[], intake_units_angle[];

#define UNIT(name, label, symbol, scale, phrases) {{name, label, symbol, scale, 0}, phrases}
#define UNIT_END {{NULL, NULL, NULL, 0, 0}, NULL}
