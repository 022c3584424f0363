#!/bin/sh
# Arrows point down: nobody includes a higher floor, or a neighbour.
cd "${srcdir:-.}" || exit 99
awk '
FILENAME ~ /floors\.txt$/ {
	if ($0 !~ /^#/) { n++; for (i = 1; i <= NF; i++) floor[$i] = n }
	next
}
/^[ \t]*#[ \t]*include "[a-z]+\// {
	split(FILENAME, at, "/"); own = at[2]
	split($2, to, "[\"/]"); other = to[2]
	if (!(own in floor)) { print FILENAME ": folder is on no floor"; bad = 1; nextfile }
	if (!(other in floor)) { print FILENAME ":" FNR ": no such floor: " other; bad = 1; next }
	if (own != other && floor[other] >= floor[own]) {
		print FILENAME ":" FNR ": " own " must not include " $2; bad = 1
	}
}
END { exit bad }
' tests/lint/floors.txt $(find src -name '*.[ch]' | sort)
