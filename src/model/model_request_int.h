/*
 * The content of a request: what of it costs more than its bytes.
 */
#pragma once
#include "model/model_price.h"
#include "model/model_span.h"

/* Count the pictures in a list of messages or items, and note audio, content
 * that is only referred to, and tools. Whatever might be one is one: the count
 * is for an upper bound. False: the list is empty. */
bool model_request_content(struct model_span list, struct model_ask *ask);

/* Is it one that the provider runs? */
bool model_request_provider_tool(struct model_span tool);

/* Does a list of tools hold one that the provider runs, so that one request
 * becomes several rounds? */
bool model_request_tools(struct model_span tools);
