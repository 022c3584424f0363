/* What the two files of the room's HTTP door share. */
#pragma once
#include "web/web.h"

int artifact_api_preview(struct req *r);
