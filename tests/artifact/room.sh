#!/bin/bash
# The room on a database of its own.
exec bash "${srcdir:-.}/tests/lib/database.sh" tests/artifact/test_preview
