/* What the files of the room share. */
#pragma once
#include "model/model.h"
#include "port/json.h"
