# The laws of the house, held by small scripts.
LINTS = tests/lint/commands.sh tests/lint/doors.sh tests/lint/floors.sh tests/lint/foreign.sh tests/lint/headers.sh tests/lint/htdocs.sh \
	tests/lint/printed.sh tests/lint/readme.sh tests/lint/sizes.sh tests/lint/source.sh tests/lint/symbols.sh \
	tests/lint/tables.sh
TESTS += $(LINTS)
EXTRA_DIST += $(LINTS) tests/lint/floors.txt tests/lint/prefixes.txt
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = bash
