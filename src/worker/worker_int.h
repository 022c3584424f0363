/*
 * What the files of worker/ share.
 */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include "spec/spec.h"

/*
 * Write the one generated file of a template tool, tool/spec.go, for a spec
 * that spec_check() or spec_read() has accepted. The output is as gofmt would
 * write it and the same for the same spec.
 *
 * Nothing of a spec gets into the file but as a literal: texts are quoted
 * byte by byte, numbers printed by us, names of the spec only ever stand
 * inside quotes, and formulas are calls of a closed list of functions on
 * numbers and positions. Texts are cut into pieces of at most 40 bytes, so
 * that no long run of the file appears in what the customer gets.
 *
 * `a` is for scratch. -1 with E_INVALID when a formula does not parse or uses
 * a name that does not stand before it, a text or a number is not one, an
 * operation is unknown, or `to` is full.
 */
int worker_go(struct arena *a, const struct spec *s, struct buf *to, struct err *e);
