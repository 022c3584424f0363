#!/bin/sh
# Every path that the README names exists.
cd "${srcdir:-.}" || exit 99
bad=0
for path in $(grep -oE '`[a-zA-Z0-9_./-]+(/|\.[a-z]+)[a-zA-Z0-9_./-]*`' README.md | tr -d '`' | sort -u); do
	case $path in
	/* | ./* | build/* | x.* | x_*) continue ;;
	esac
	[ -e "$path" ] || ls src/*/"$path" >/dev/null 2>&1 || { echo "README.md: $path does not exist"; bad=1; }
done
exit $bad
