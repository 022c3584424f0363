#!/bin/bash
# The programs share a database, one after the other.
exec bash "${srcdir:-.}/tests/lib/database.sh" bash -c '
	failed=0
	for test; do "$test" || failed=1; done
	exit $failed' room tests/run/test_run tests/run/test_pay tests/run/test_lease
