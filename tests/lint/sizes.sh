#!/bin/sh
# Budgets that keep rooms livable: a file 400 lines, a header 150, a function 60.
cd "${srcdir:-.}" || exit 99
awk '
FNR == 1 { start = 0 }
/^[a-zA-Z_].*\)$/ || /^[a-zA-Z_].*[^;{]$/ { if (!start) name = $0 }
/^\{$/ { start = FNR }
/^\}/ { if (start && FNR - start - 1 > 60) { print FILENAME ":" start ": a function of " FNR - start - 1 " lines"; bad = 1 }; start = 0 }
{ lines[FILENAME] = FNR }
END {
	for (f in lines)
		if (lines[f] > (f ~ /\.h$/ ? 150 : 400)) { print f ": " lines[f] " lines"; bad = 1 }
	exit bad
}' $(find src -name '*.[ch]' | sort)
