#!/bin/sh
# Habits: config.h first, no banned function, no left-over, one UPDATE of a
# run's phase, no SQL text outside the .sql files, nothing that starts a shell.
cd "${srcdir:-.}" || exit 99
bad=0
complain() { [ -z "$1" ] || { echo "$2:"; echo "$1"; bad=1; }; }
for file in $(find src -name '*.c'); do
	first=$(grep -m1 '^#include' "$file")
	[ "$first" = '#include "config.h"' ] || { echo "$file: first include is $first"; bad=1; }
done
complain "$(grep -rnwE '(strcpy|strcat|sprintf|vsprintf|gets|strtok|atol|system|popen|alloca|tmpnam|mktemp|rand|srand|gmtime|localtime|asctime|ctime|setjmp|longjmp|usleep|sleep) *\(' src --include='*.[ch]' | grep -v '^[^:]*:[0-9]*: *\*')" "banned function"
complain "$(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' src sql conf htdocs tests --include='*' --exclude-dir=node_modules --exclude-dir=vendor | grep -v 'tests/lint/source.sh')" "left-over"
complain "$(grep -rniE 'UPDATE run SET phase' src sql | grep -v '^src/run/run.sql:')" "a second door to the phase"
complain "$(grep -rnE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM) ' src --include='*.c' | grep -vE '^src/work/work.c|^src/support/support_migrate.c')" "SQL outside x.sql"
complain "$(grep -rnE '"/bin/(sh|bash)"|"sh", "-c"' src --include='*.c')" "a shell"
complain "$(grep -rnE '#pragma once' -L src --include='*.h')" "header without guard"
exit $bad
