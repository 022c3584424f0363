#!/bin/bash
# The same acceptance test with Apache in front.
FRONT=apache
. "${srcdir:-.}/tests/stack/acceptance.sh"
