#!/bin/sh
# Doors are told by suffix: only stores talk to the database, only _api files
# know HTTP, only _pass files the reaper, only _verb files the command line.
# An _api or _verb file may name a statement of its room in a row; what runs it
# is the hallway.
cd "${srcdir:-.}" || exit 99
bad=0
complain() { [ -z "$1" ] || { echo "$1 ($2)"; bad=1; }; }
rooms=$(sed -n '/^identity/,/^support/p' tests/lint/floors.txt)
for room in $rooms; do
	for file in src/"$room"/*.[ch]; do
		name=$(basename "$file")
		case $name in *_store.c) ;; *)
			complain "$(grep -Hn '#include "port/pg.h"' "$file")" "only a store" ;;
		esac
		case $name in *_store.c | *_api.c | *_verb.c) ;; *)
			complain "$(grep -Hn '#include "[a-z]*/[a-z]*_sql.h"' "$file")" "only a store, or a row" ;;
		esac
		case $name in *_api.c | *_api_int.h) ;; *)
			complain "$(grep -Hn '#include "web/' "$file")" "only an _api file" ;;
		esac
		case $name in *_pass.[ch]) ;; *)
			complain "$(grep -Hn '#include "reap/' "$file")" "only a _pass file" ;;
		esac
		case $name in *_verb.c) ;; *)
			complain "$(grep -Hn '#include "cli/' "$file")" "only a _verb file" ;;
		esac
		complain "$(grep -Hn "#include \"[a-z]*/[a-z]*_sql.h\"" "$file" |
			grep -v "#include \"$room/${room}_sql.h\"")" "another room's statements"
		complain "$(grep -Hn '#include "[a-z]*/[a-z_]*_int.h"' "$file" |
			grep -v "#include \"$room/")" "another room's inside"
	done
done
exit $bad
