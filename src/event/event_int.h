#pragma once
#include "event/event.h"

int event_store_append(struct work *w, int64_t run, const char *type, const char *members,
		       const char *text, bool final);
