#!/bin/bash
# A command with a migrated database of its own: database.sh COMMAND [ARGUMENT…]
#
# BUS_VAR names the folder of its configuration (etc/bus.conf). The cluster lies
# below /tmp, belongs to the unprivileged account when root runs the tests, is
# reached by a socket alone and ends with this script.
set -u
srcdir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
builddir=$(cd "${builddir:-.}" && pwd)
AS=()
[ "$(id -u)" != 0 ] || AS=(setpriv --reuid _bus --regid "$(id -g _bus)" --clear-groups)
pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "$pg/postgres" ] || { echo "PostgreSQL is missing: apt install postgresql"; exit 99; }
dir=$("${AS[@]}" mktemp -d /tmp/bus-test-XXXXXX) && cd "$dir" || exit 99
server=''
end() {
	[ -z "$server" ] || { kill -INT "$server" && wait "$server"; } 2>/dev/null
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 130' INT TERM

export BUS_VAR=$dir BUS_DATA=$srcdir
"${AS[@]}" mkdir etc run
"${AS[@]}" "$pg/initdb" -D pg -U bus_admin -A trust -E UTF8 --no-locale --no-sync >log 2>&1 ||
	{ cat log; exit 99; }
cat >etc/bus.conf <<-E
	var = $dir
	db_prepare = 0
	catalog = $srcdir/conf/catalog.json
E
"${AS[@]}" setpriv --pdeathsig KILL "$pg/postgres" -D pg -k "$dir/run" -h '' -F >log 2>&1 &
server=$!
for _ in $(seq 300); do
	"$pg/pg_isready" -q -h "$dir/run" && break
	kill -0 "$server" 2>/dev/null || break
	read -rt 0.1 <> <(:)
done
"$pg/createdb" -h "$dir/run" -U bus_admin bus && "$builddir/bus" db migrate >migrate.log 2>&1 ||
	{ cat log migrate.log; exit 99; }
cd "$builddir" && "$@"
