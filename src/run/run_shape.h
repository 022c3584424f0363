/* The shapes of what is said about a run, for the catalog. */
#pragma once
#include "base/shape.h"

extern const struct shape run_shape, run_list_shape, run_message_reply_shape,
	run_message_list_shape;
