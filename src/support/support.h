/*
 * Support: what keeps an installation running and explains itself: health,
 * migrations, the invariants, the local stack, the doctor.
 */
#pragma once
#include "work/work.h"

/* The schema that this program was made for. */
int support_schema_version(void);
