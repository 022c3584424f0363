# Sourced by the tests that need a whole stack of their own (bash).
#
#   stack_begin ["name = value" …]   a fresh stack; settings on top of the test ones
#   BEFORE_UP=COMMAND                run when all is configured and nothing started
#   front_apache                     a private Apache before the stack; BASE is its address
#   stack_end                        stop it and remove its state
#   visitor NAME                     a new visitor: sets V (cookie jar), CSRF
#   api METHOD PATH [JSON]           as the present visitor: sets STATUS, BODY
#   v1 PATH [BODY [HEADER…]]         as the program with the token TOKEN, else T: the same, and $VAR/head
#   header NAME                      the value of a header of the last answer
#   field NAME                       the value of a member of BODY (a string or a number)
#   quote MESSAGE [TYPE [ANSWER]]    from the first message to the approved scope: sets RUN
#   converse MESSAGE [TYPE [ANSWER]] the same, and the work is asked for
#   wait_phase REGEX [SECONDS]       until the run's phase matches; sets PHASE
#   build_tool MESSAGE [TYPE]        converse, approve, wait for artifact_ready
#   ask_code EMAIL, give_code EMAIL CODE   as the present visitor
#   code_for EMAIL                   send what waits; the newest code in CODE, its file in MAIL
#   enter EMAIL                      the three in one: a customer now
#   ok WHAT CONDITION…               one line of TAP; counts failures
#   browser_tools                    what tests/browser/ needs, in $work
#   done_testing                     the plan; exit status

srcdir=${srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
srcdir=$(cd "$srcdir" && pwd)
builddir=${builddir:-$PWD}
builddir=$(cd "$builddir" && pwd)
BUS=$builddir/bus
TESTS_RUN=0 TESTS_FAILED=0 VAR='' BASE='' APACHE=''

ok() {
	local what=$1; shift
	TESTS_RUN=$((TESTS_RUN + 1))
	if "$@"; then
		echo "ok $TESTS_RUN - $what"
	else
		TESTS_FAILED=$((TESTS_FAILED + 1))
		echo "not ok $TESTS_RUN - $what"
		echo "# ${BASH_SOURCE[1]}:${BASH_LINENO[0]}: $* (status ${STATUS:-}, body ${BODY:0:300})"
	fi
}

done_testing() {
	echo "1..$TESTS_RUN"
	[ $TESTS_FAILED -eq 0 ] || { echo "# $TESTS_FAILED of $TESTS_RUN failed"; exit 1; }
	exit 0
}

# Below the ports that the system gives to connections on their way out.
free_port() {
	local port
	for _ in $(seq 100); do
		port=$((10000 + RANDOM % 20000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo $port; return; }
	done
	return 1
}

# State lies below /tmp: its sockets need a short path, and root's unprivileged
# account must be able to reach it.
stack_begin() {
	local port line
	VAR=$(mktemp -d /tmp/bus-test-XXXXXX) && chmod 755 "$VAR" || exit 99
	trap stack_end EXIT
	trap 'exit 130' INT TERM
	port=$(free_port) || exit 99
	export BUS_VAR=$VAR BUS_PORT=$port BUS_DATA=$srcdir
	BASE=http://127.0.0.1:$port
	mkdir -p "$VAR/etc" "$builddir/test-cache"
	[ "$(id -u)" != 0 ] || chown _bus "$builddir/test-cache"
	cat >"$VAR/etc/bus.conf" <<-E
	public_url = http://localhost:$port
	preview_host = preview.localhost:$port
	listen = 127.0.0.1:$port
	var = $VAR
	run = $VAR/run
	user = $([ "$(id -u)" != 0 ] || echo _bus)
	template = $srcdir/template
	htdocs = $srcdir/htdocs
	catalog = $srcdir/conf/catalog.json
	models = $srcdir/conf/models.json
	plans = $srcdir/conf/plans.json
	go_cache = $builddir/test-cache
	rate_percent = 0
	operator_totp_required = 0
	E
	for line; do
		sed -i "/^${line%% *} *=/d" "$VAR/etc/bus.conf"
		echo "$line" >>"$VAR/etc/bus.conf"
	done
	[ -z "${BEFORE_UP:-}" ] || "$BEFORE_UP"
	"$BUS" stack up --json >"$VAR/up.json" 2>"$VAR/up.err" || {
		echo "Bail out! the stack does not start: $(tail -n 3 "$VAR/up.err")"
		tail -n 20 "$VAR"/log/*.log 2>/dev/null | sed 's/^/# /'
		exit 99
	}
}

# In the foreground and below $VAR: no system service is touched.
front_apache() {
	local dir=$VAR/apache m modules=/usr/lib/apache2/modules
	BUS_PORT=$(free_port) && mkdir -p "$dir" || exit 99
	BASE=http://127.0.0.1:$BUS_PORT
	sed "s|^listen =.*|listen = 127.0.0.1:$BUS_PORT|" "$VAR/etc/bus.conf" >"$dir/bus.conf"
	{
		for m in mpm_event authz_core headers setenvif mime dir deflate filter proxy proxy_fcgi xsendfile; do
			echo "LoadModule ${m}_module $modules/mod_$m.so"
		done
		printf '%s\n' "ServerRoot $dir" "PidFile $dir/pid" "DefaultRuntimeDir $dir" "ErrorLog $dir/error.log" \
			"ServerName localhost" "Listen 127.0.0.1:$BUS_PORT" "TypesConfig /etc/mime.types" \
			"AddOutputFilterByType DEFLATE text/html text/plain application/json text/event-stream"
		[ "$(id -u)" != 0 ] || printf '%s\n' "User _bus" "Group $(id -gn _bus)"
		"$BUS" routes --apache --config "$dir/bus.conf"
	} >"$dir/httpd.conf"
	/usr/sbin/apache2 -DFOREGROUND -f "$dir/httpd.conf" 2>"$dir/stderr" &
	APACHE=$!
	curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 "$BASE/livez" || {
		echo "Bail out! Apache does not start"; cat "$dir/stderr" "$dir/error.log" 2>/dev/null; exit 99; }
}

# Processes of the stack that are there although it is down. Some take a moment.
left_behind() {
	local end=$((SECONDS + 10)) at found
	while found=$(for at in /proc/[0-9]*; do
		case $(readlink "$at/cwd" 2>/dev/null) in "$VAR" | "$VAR"/*) echo "${at#/proc/}" ;; esac
	done); do
		[ -n "$found" ] && [ $SECONDS -lt $end ] || break
		read -rt 0.1 <> <(:)
	done
	[ -n "$found" ] || return 1
	for at in $found; do echo "not ok - left behind: $at $(tr '\0' ' ' <"/proc/$at/cmdline")"; done
	kill -9 $found 2>/dev/null
}

stack_end() {
	local status=$?
	trap - EXIT
	[ -n "$VAR" ] || return
	[ -z "$APACHE" ] || { kill "$APACHE" 2>/dev/null; wait "$APACHE" 2>/dev/null; }
	"$BUS" stack down >/dev/null 2>&1
	[ $status -eq 0 ] && [ $TESTS_FAILED -eq 0 ] ||
		tail -n 15 "$VAR"/log/*.log 2>/dev/null | sed 's/^/# /'
	# A database must not outlive its test, whatever became of the supervisor.
	[ ! -f "$VAR/pg/postmaster.pid" ] || kill -9 "$(head -n 1 "$VAR/pg/postmaster.pid")" 2>/dev/null
	left_behind && status=1
	[ -n "${KEEP:-}" ] || rm -rf "$VAR"
	VAR=''
	return $status
}

visitor() {
	V=$VAR/jar.$1 CSRF=''
	[ ! -f "$V" ] || CSRF=$(awk '$6 ~ /^bus_csrf/ { print $7 }' "$V")
}

# What the stack's programs are started as.
AS=()
[ "$(id -u)" != 0 ] || AS=(setpriv --reuid _bus --regid "$(id -g _bus)" --clear-groups)

# What drives a browser, in $work. Before the stack: it may have to be installed.
browser_tools() {
	work=$builddir/tests/browser-run
	mkdir -p "$work" || exit 99
	( # one of those that run beside each other
		flock 9 && cp -u "$srcdir"/tests/browser/* "$srcdir/tests/browser/.npmrc" "$work/" || exit 99
		[ -d "$work/node_modules/playwright-core" ] ||
			(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts) || exit 99
	) 9>"$work/.lock" || exit 99
}

# npm_package NAME@VERSION: installed below $builddir/test-npm, by the first who asks.
npm_package() {
	local dir=$builddir/test-npm
	mkdir -p "$dir" && (
		flock 9
		[ "$(jq -r .version "$dir/node_modules/${1%@*}/package.json" 2>/dev/null)" = "${1##*@}" ] ||
			npm install --prefix "$dir" --silent --no-audit --no-fund "$1"
	) 9>"$dir/.lock" >/dev/null 2>&1
}

# The body in BODY, the status in STATUS, the headers in $VAR/head.
api() {
	local method=$1 path=$2 body=${3-}
	BODY=$(curl -s -m 60 -b "$V" -c "$V" -D "$VAR/head" -X "$method" "$BASE$path" \
		-H "X-CSRF-Token: $CSRF" ${body:+-H 'Content-Type: application/json' -d "$body"} \
		${HEADER:+-H "$HEADER"})
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
	CSRF=$(awk '$6 ~ /^bus_csrf/ { print $7 }' "$V" 2>/dev/null)
}

v1() {
	local path=$1 body=${2-} h more=(); shift 2 || shift
	for h; do more+=(-H "$h"); done
	BODY=$(curl -s -m 30 -D "$VAR/head" -H "Authorization: Bearer ${TOKEN-$T}" "${more[@]}" \
		${body:+-H 'Content-Type: application/json' --data-binary "$body"} "$BASE$path")
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
header() { tr -d '\r' <"$VAR/head" | sed -n "s/^$1: //Ip" | tail -n 1; }

# Waits, a minute at most, for a command to succeed.
until_true() { for _ in $(seq 600); do "$@" && return 0; read -rt 0.1 <> <(:); done; return 1; }

field() {
	jq -r "$1" <<<"$BODY"
}

quote() {
	local type=${2:-}
	api POST /api/v1/build-runs "$(jq -nc --arg m "$1" --arg t "$type" \
		'{message: $m} + if $t == "" then {} else {artifact_type: $t} end')"
	RUN=$(field .run_id)
	[ "$(field .next_action)" != answer ] ||
		api POST "/api/v1/build-runs/$RUN/messages" "$(jq -nc --arg m "${3:-Use the suggested default.}" '{text: $m}')"
	api GET "/api/v1/build-runs/$RUN"
	api POST "/api/v1/build-runs/$RUN/scope-approval" "{\"scope_hash\":\"$(field .scope.scope_hash)\"}"
}
converse() { quote "$@"; api POST "/api/v1/build-runs/$RUN/checkout" '{}'; }

wait_phase() {
	local end=$((SECONDS + ${2:-60})) after=0
	while [ $SECONDS -lt $end ]; do
		api GET "/api/v1/build-runs/$RUN"
		PHASE=$(field .phase)
		[[ $PHASE =~ ^($1)$ ]] && return 0
		after=$(field .last_event_id)
		api GET "/api/v1/build-runs/$RUN/events?after=$after&wait=5"
	done
	return 1
}

build_tool() {
	converse "$@"
	"$BUS" build approve "$RUN" >/dev/null && wait_phase 'artifact_ready|failed|cancelled' &&
		[ "$PHASE" = artifact_ready ]
}

ask_code() { api POST /api/v1/auth/otp/request "{\"email\":\"$1\"}"; }
give_code() { api POST /api/v1/auth/otp/verify "$(jq -nc --arg e "$1" --arg o "$2" '{email: $e, otp: $o}')"; }

# The newest mail to that address which was not read before, when it comes.
READ=' '
code_comes() {
	local end=$((SECONDS + 20)) f
	while [ $SECONDS -lt $end ]; do
		for f in $(ls -t "$VAR"/spool/mail/*.eml 2>/dev/null); do
			[[ $READ == *" $f "* ]] && continue
			grep -q "^To: <$1>" "$f" || continue
			READ+="$f " MAIL=$f CODE=$(sed -n 's/^Your code: //p' "$f")
			return 0
		done
		read -rt 0.1 <> <(:)
	done
	return 1
}
push_mail() { "${AS[@]}" "$builddir/bus-reaper" --once --pass=identity.mail "$VAR/etc/bus.conf" >/dev/null 2>&1; }
code_for() { push_mail; code_comes "$1"; }
enter() { ask_code "$1"; code_for "$1"; give_code "$1" "$CODE"; }

contains() { case $1 in *"$2"*) return 0 ;; esac; return 1; }
silent() { "$@" >/dev/null 2>&1; }
lacks() { ! contains "$1" "$2"; }
equal() { [ "$1" = "$2" ] || { echo "# have: $1"; echo "# want: $2"; return 1; }; }

# SQL as a login role of the stack: sql ROLE STATEMENT
sql() {
	psql -h "$VAR/run" -U "bus_$1" -d bus -XAtq -v ON_ERROR_STOP=1 -c "$2" 2>&1
}
