/*
 * Plan: what is sold. So far: the price of a build, from a small catalog file.
 *
 * The catalog is JSON: {"version": "2026-11", "currency": "eur", "builds":
 * {"web": 1900, …}, "extra_platform": 500}, amounts in minor units. It is
 * checked when it is read; a build without a price cannot be sold.
 */
#pragma once
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"

#include <stdint.h>

struct plan_price {
	int64_t amount; /* minor units */
	const char *currency;
	const char *version; /* of the catalog */
};

/* Read the catalog of the installation; once per process. */
int plan_load(const struct conf *c, struct err *e);

/* The same from text, for tests and `bus config test`. */
int plan_parse(const char *text, size_t n, struct err *e);

/* What a build of that type for so many platforms costs. E_RESOURCE when the
 * catalog does not sell it. */
int plan_price(const char *artifact_type, size_t platforms, struct plan_price *ret,
	       struct err *e);
