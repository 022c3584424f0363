#!/bin/sh
# Every global symbol of a floor's library begins with the name of the room or
# of one of its headers (or a prefix in prefixes.txt); the rest is static.
top=${srcdir:-.}
bad=0
for lib in lib*.a; do
	room=${lib#lib}; room=${room%.a}
	[ -d "$top/src/$room" ] || continue
	prefixes=$(cd "$top/src/$room" && ls ./*.h | sed 's,./,,; s,\.h$,,; s,_int$,,')
	more=$(sed -n "s/^$room: //p" "$top/tests/lint/prefixes.txt")
	pattern=$(printf '%s\n' $room $prefixes $more | sort -u | paste -sd'|')
	found=$(nm -g --defined-only "$lib" 2>/dev/null | awk 'NF == 3 { print $3 }' |
		grep -vE "^($pattern)(_|\$)|^__(asan|odr_asan|ubsan|gcov|sanitizer)|^_(Z|ZN)" |
		grep -vE '^(fuzz|LLVM)')
	[ -z "$found" ] || { echo "$lib: $found"; bad=1; }
done
exit $bad
