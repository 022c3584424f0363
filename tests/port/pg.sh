#!/bin/bash
exec bash "${srcdir:-.}/tests/lib/database.sh" tests/port/test_pg
