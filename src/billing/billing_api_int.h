#pragma once
#include "billing/billing.h"
#include "web/web.h"

/* Where to pay, as an answer of that status. */
int billing_api_page(struct req *r, int status, const struct billing_page *page);
