#!/bin/sh
# ./demo and ./check say how they are used, and refuse what they do not know,
# before they install or build anything.
cd "${srcdir:-.}" || exit 99
bad=0
complain() { echo "$1"; bad=1; }
before=$(ls -A)
for command in demo check; do
	help=$(timeout 10 "./$command" --help 2>&1) || complain "$command --help: $?"
	case $help in "use: ./$command"*) ;; *) complain "$command --help says: $help" ;; esac
	for wrong in --no-such-option help ''; do
		said=$(timeout 10 "./$command" "$wrong" 2>&1)
		[ $? = 64 ] || complain "$command '$wrong' is not refused: $said"
	done
done
case $(timeout 10 ./demo --help) in *BUS_PORT*BUS_VAR*) ;; *) complain "demo --help names no variables" ;; esac
[ "$(ls -A)" = "$before" ] || complain "something was made"
exit $bad
