#!/bin/bash
# What of the hallway needs a database, on one of its own.
exec bash "${srcdir:-.}/tests/lib/database.sh" tests/web/test_second
