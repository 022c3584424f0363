#!/bin/bash
# The same events with Apache in front, which packs what it may.
FRONT=apache
. "${srcdir:-.}/tests/stack/events.sh"
