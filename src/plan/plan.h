/*
 * Plan: what is sold: the price of a build, from a small catalog file, and the
 * plans with their hard limits, which the database keeps.
 *
 * The catalog is JSON: {"version": "2026-11", "currency": "eur", "builds":
 * {"web": 1900, …}, "extra_platform": 500}, amounts in minor units. It is
 * checked when it is read; a build without a price cannot be sold.
 */
#pragma once
#include "work/work.h"

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

/* Is the text of a plans file in order? -1 with the place and the reason. */
int plan_check(struct arena *a, const char *text, size_t n, struct err *e);

/* Does each backend that such a text limits exist? -1 with the one that does not. */
int plan_check_backends(struct arena *a, const char *text, size_t n, bool (*known)(const char *id),
			struct err *e);

/* plan_check() of a catalog as BusDK publishes it: products, meters, plans with their
 * prices and quotas. Only our own meter is measured. */
#define PLAN_METER "bus_llm_micro"
int plan_catalog_check(struct arena *a, const char *text, size_t n, struct err *e);

/* Bring the checked plans into the database, in the open transaction; budgets
 * of the present periods follow their new limits. */
int plan_put(struct work *w, const char *text);

/* A program's account on that plan; made when it is not there. */
int plan_assign(struct work *w, const char *subject, const char *plan);
