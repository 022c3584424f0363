#pragma once
#include "billing/billing.h"
#include "web/web.h"

/* Where to pay, as an answer of that status. */
int billing_api_page(struct req *r, int status, const struct billing_page *page);

struct buf;
/* billing_local_api.c: a page of the local provider, as an answer. */
int billing_local_reply(struct req *r, struct buf *b);
