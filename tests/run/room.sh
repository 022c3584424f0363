#!/bin/bash
exec bash "${srcdir:-.}/tests/lib/database.sh" tests/run/test_run
