#!/bin/sh
# The portal is static, small and its own: no inline script or style, nothing
# from other hosts, nothing that parses text as HTML or code, no dead links.
set -u
root=${srcdir:-$(dirname "$0")/../..}/htdocs
page_limit=61440 # bytes: 60 KiB of all of ours that one page loads
bad=0

complain() {
	echo "htdocs: $*" >&2
	bad=1
}

# Nothing may match the pattern in the named files.
forbid() {
	why=$1 pattern=$2
	shift 2
	found=$(grep -nEi -- "$pattern" "$@" /dev/null) && complain "$why
$found"
}

cd "$root" || exit 1
files=$(find . -type f ! -name openapi.json ! -path './vendor/*')
code=$(find . -name '*.js' ! -path './vendor/*')
pages=$(find . -name '*.html')

# Other people's code is what it says it is, and no more of it than is known.
(cd vendor && sha256sum --quiet -c SHA256SUMS) || complain "vendor/ is not what SHA256SUMS says"
for file in vendor/*; do
	case $file in */SHA256SUMS | */README.md) continue ;; esac
	grep -q "  ${file#vendor/}$" vendor/SHA256SUMS || complain "$file has no sum"
done

# What a page loads: its styles, its script, and what that imports.
loads() {
	list=" "
	set -- "$1" $(sed -nE 's/.*(src|href)="\/(assets\/[^"]+)".*/\2/p' "$1")
	while [ $# -gt 0 ]; do
		case $list in *" $1 "*) ;; *)
			list="$list$1 "
			set -- "$@" $(sed -nE "s|.*from '\./([^']+)'.*|assets/\1|p" "$1") ;;
		esac
		shift
	done
	echo "$list"
}
sizes=
for page in $pages; do
	size=$(cat $(loads "$page") | wc -c)
	sizes="$sizes ${page#./} $size,"
	[ "$size" -le "$page_limit" ] || complain "$page loads $size bytes, $page_limit are allowed"
done

found=$(sed -E 's|<script type="module" src="/[a-z/]+\.js"></script>||g' $pages | grep -i '<script') &&
	complain "a script that is inline or from elsewhere
$found"
forbid 'inline style' '<style|[[:space:]]style=' $pages
forbid 'inline handler' '[[:space:]]on[a-z]+=' $pages
forbid 'javascript: address' 'javascript:' $files
forbid 'text parsed as HTML or code' \
	'innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser|createContextualFragment|[^a-z]eval\(|new Function|setTimeout\(["'"'"'`]|setAttribute\(["'"'"'](on|style)' $code
forbid 'a secret kept where scripts read it' 'localStorage|session_token|document\.cookie *=' $code
forbid 'style from elsewhere' '@import|url\(' $(find . -name '*.css')

# Names of SVG are no addresses; all others are those of another host.
found=$(sed 's|http://www\.w3\.org/2000/svg||g' $files | grep -nE "(https?:)?//[a-z0-9.-]+\.[a-z]") &&
	complain "an address of another host
$found"

for ref in $(sed -nE 's/.*(src|href)="\/([^"]+)".*/\2/p' $pages); do
	[ -f "$ref" ] || complain "$ref is referred to and missing"
done
for file in $code; do
	for ref in $(sed -nE "s/.*from '([^']+)'.*/\1/p" "$file"); do
		[ -f "$(dirname "$file")/$ref" ] || complain "$file imports $ref, which is missing"
	done
done
for file in $(find assets -type f); do
	name=${file##*/}
	grep -qF "$name" $pages $code || complain "$file is used nowhere"
done

# Every sentence that is asked for exists in the catalog.
keys=$(sed -nE 's/.*data-(t|label)="([a-zA-Z.]+)".*/\2/p' $pages
	grep -ohE '\b[TAW]\.[a-zA-Z]+' $code | sed 's/^..//' | sort -u)
for key in $keys; do
	grep -qE "(^|[^a-zA-Z])${key##*.}: " assets/text*.js || complain "no sentence for $key"
done

[ "$bad" = 0 ] && echo "htdocs:$sizes of $page_limit bytes"
exit "$bad"
