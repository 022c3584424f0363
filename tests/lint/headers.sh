#!/bin/sh
# Every header compiles alone.
top=${srcdir:-.}
bad=0
flags=$(pkg-config --cflags libpq)
for header in $(cd "$top/src" && find . -name '*.h' | sort); do
	printf '#include "config.h"\n#include "%s"\n' "${header#./}" |
		${CC:-gcc} -std=gnu11 -fsyntax-only -I. -I"$top/src" -Isrc $flags -x c - || bad=1
done
exit $bad
