#!/bin/bash
# Takes one defence away at a time, in a copy of the source, and runs the test that
# must notice. Not a part of make check: make mutants. MUTANTS_DIR is the copy's
# folder (made and removed here); MUTANTS is a pattern of names (all).
srcdir=$(cd "${srcdir:-.}" && pwd)
COPY=$(mktemp -d "${MUTANTS_DIR:-/tmp}/bus-mutants-XXXXXX") || exit 99
trap 'rm -rf "$COPY"' EXIT
trap 'exit 130' INT TERM
for part in "$srcdir"/*; do
	[ -e "$part/config.status" ] || cp -a "$part" "$COPY/" || exit 99
done
mkdir "$COPY/build" && cd "$COPY/build" && ../configure --quiet >/dev/null && make --quiet mutants-sources >/dev/null || exit 99

# run TEST: 0 when it passes, 2 when it does not build
run() {
	local log=$COPY/log
	case $1 in
	*.sh) make --quiet $([[ $1 == tests/stack/* ]] && echo all || echo bus) \
			$(cd .. && ls "${1%/*}"/test_*.c 2>/dev/null | sed 's/\.c$//') >"$log" 2>&1 || return 2
		srcdir=.. builddir=. timeout 900 bash "../$1" >"$log" 2>&1 ;;
	*) make --quiet "$1" >"$log" 2>&1 || return 2
		(export srcdir=..; timeout 120 "./$1") >"$log" 2>&1 ;;
	esac || return 1
}

made=0 noticed=0
declare -A sound
while IFS=$'\t' read -r name file test change; do
	[[ -n $name && $name != '#'* && $name == ${MUTANTS:-*} ]] || continue
	made=$((made + 1))
	[ -n "${sound[$test]}" ] || { run "$test"; sound[$test]=$?; }
	[ "${sound[$test]}" = 0 ] || { echo "broken    $name: $test fails with its defence"; tail -n 3 "$COPY/log"; continue; }
	cp -p "$COPY/$file" "$COPY/whole"
	sed -i -z "$change" "$COPY/$file"
	if cmp -s "$COPY/$file" "$COPY/whole"; then
		echo "stale     $name: nothing to take away in $file"
	else
		run "$test"
		case $? in
		0) echo "survived  $name: $test does not notice" ;;
		2) echo "broken    $name: does not build"; tail -n 3 "$COPY/log" ;;
		*) echo "noticed   $name by $test"; noticed=$((noticed + 1)) ;;
		esac
	fi
	cp "$COPY/whole" "$COPY/$file" # newer than what was built from the mutant
done <"$COPY/tests/mutants/mutants.txt"
echo "$noticed of $made noticed"
[ $made -gt 0 ] && [ $noticed = $made ]
