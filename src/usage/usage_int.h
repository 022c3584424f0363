/* What the files of the room share. */
#pragma once
#include "usage/usage.h"

int usage_store_forget(struct work *w, int batch); /* answers after a day; -1 */
int usage_store_expire(struct work *w, int batch); /* reservations ended; -1 */
