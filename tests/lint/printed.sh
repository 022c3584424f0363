#!/bin/sh
# Files in conf/ that are printed from tables are what the tables say now.
top=${srcdir:-.}
bad=0
same() {
	file=$1; shift
	"$@" | cmp -s - "$top/$file" || { echo "$file is stale: $* > $file"; bad=1; }
}
same conf/bus.conf.sample ./bus config sample
same conf/nginx.conf ./bus routes --nginx --config "$top/conf/production.conf"
same conf/apache.conf ./bus routes --apache --config "$top/conf/production.conf"
same htdocs/openapi.json ./bus routes --openapi
jq empty "$top/htdocs/openapi.json" || { echo "htdocs/openapi.json is no JSON"; bad=1; }
exit $bad
