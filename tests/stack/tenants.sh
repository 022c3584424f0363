#!/bin/bash
# Route × tenant, from the route table: two customers who have one of everything.
# Whatever one of them asks for by the other's names is not there, reads nothing
# and changes nothing: with both defences, with the application's check alone
# (row-level security is switched off in this database) and with row-level security
# alone (a copy of the program whose statements have lost their condition of
# ownership). With neither of them the same requests must succeed: so each is a
# request that only these two have refused.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin "waitlist = auto" "billing_provider = local" "code_network_hour = 1000" "contact_required = 0"
T=$VAR/tenants && mkdir -p "$T"
TABLES=$(sql admin "SELECT string_agg(format('%I', c.relname), ' ' ORDER BY c.relname) FROM pg_class c
	WHERE c.relnamespace = 'bus'::regnamespace AND c.relkind = 'r' AND (c.relrowsecurity OR c.relname = 'usage_record')")
rls() { local t; for t in $TABLES; do sql admin "ALTER TABLE bus.$t $1 ROW LEVEL SECURITY" >/dev/null || return 1; done; }

until_true() { local end=$((SECONDS + 60)); until "$@"; do [ $SECONDS -lt $end ] || return 1; read -rt 0.1 <> <(:); done; true; }
answered() { api GET "/api/v1/chats/$1"; [ "$(field '.items[-1].state')" = complete ]; }
bearer() { curl -s -m 60 -X "$2" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' ${4:+-d "$4"} "$BASE$3"; }

# One of everything: names in $T/NAME.ids, one a line, as KIND VALUE.
tenant() {
	local who=$1 i token key
	visitor "$who"
	quote "A tip calculator that splits the bill" web
	api POST "/api/v1/build-runs/$RUN/checkout" '{}'
	i=$(field .url); i=${i##*/}
	echo "checkout_id $i" >"$T/$who.ids"
	curl -s -o /dev/null -X POST "$BASE/api/v1/local-payments/$i/pay"
	ok "$who: a tool is paid for and built" until_true wait_phase artifact_ready 5
	enter "$who@example.com"
	token=$(field .access_token)
	echo "$token" >"$T/$who.token"
	bearer "$token" POST /api/v1/auth/keys "{\"name\":\"key of $who\",\"resources\":\"usage:read billing:read llm:proxy build:read build:write\"}" >"$T/key"
	jq -r .key <"$T/key" >"$T/$who.key"
	echo "key_id $(jq -r .key_id <"$T/key")" >>"$T/$who.ids"
	bearer "$(cat "$T/$who.key")" POST /v1/chat/completions '{"model":"bus-static","messages":[{"role":"user","content":"hi"}]}' >/dev/null
	api POST /api/v1/chats "{\"title\":\"talk of $who\"}"; CHAT=$(field .chat_id)
	api POST "/api/v1/chats/$CHAT/messages" "{\"text\":\"a secret of $who\"}"
	ok "$who: a conversation is answered" until_true answered "$CHAT"
	{
		echo "run_id $RUN"; echo "chat_id $CHAT"; echo "text a secret of $who"; echo "email $who@example.com"
		api GET "/api/v1/build-runs/$RUN/artifacts"; field '.items[0] | "artifact_id \(.artifact_id)"'
		bearer "$token" GET /api/v1/auth/sessions | jq -r '"session_id \(.items[0].session_id)"'
		bearer "$token" GET /api/v1/auth/me | jq -r '"identity \(.identity_id)"'
		bearer "$(cat "$T/$who.key")" GET /api/v1/usage | jq -r '.items[] | "usage_id \(.usage_id)", "receipt_id \(.receipt_id)"'
	} >>"$T/$who.ids"
	ok "$who: one of everything" equal "$(grep -cE '^(run|chat|artifact|session|key|usage|receipt|checkout)_id [a-z]+_[a-z0-9]{10,}$' "$T/$who.ids")" 10
}
tenant alice
tenant bob
id() { sed -n "s/^$2 //p" "$T/$1.ids" | head -n 1; }
"$BUS" routes --json | jq -r '.[] | select(.site == "portal") | [.id, .method, .path, .audience, .scope] | @tsv' >"$T/routes"
CURSOR=$(sql admin "SELECT max(id) + 1 FROM bus.usage_record")

# What is alice's, as the database has it.
hers() {
	local t
	for t in $TABLES; do
		case $t in
		budget) sql admin "SELECT 'budget', subject, period, posted FROM bus.budget WHERE scope = 'account' AND subject = '$ALICE'" ;;
		run_work) sql admin "SELECT w.run, w.phase FROM bus.run_work w JOIN bus.run r ON r.id = w.run WHERE r.account_id = $ALICE" ;;
		preview) ;; # alice's own requests make them
		session) sql admin "SELECT session_id FROM bus.session WHERE account_id = $ALICE ORDER BY 1" ;;
		*) sql admin "SELECT '$t', to_json(t)::text FROM bus.$t t WHERE account_id = $ALICE ORDER BY 2" ;;
		esac
	done
}
ALICE=$(sql admin "SELECT account_id FROM bus.customer WHERE email = 'alice@example.com'")

# as bob, by his cookie, his token or his key
as() {
	local by=$1 method=$2 path=$3 auth; shift 3
	case $by in
	cookie) visitor bob; auth=(-b "$V" -H "X-CSRF-Token: $CSRF") ;;
	owner) visitor alice; auth=(-b "$V" -H "X-CSRF-Token: $CSRF") ;;
	*) auth=(-H "Authorization: Bearer $(cat "$T/bob.$by")") ;;
	esac
	BODY=$(curl -s -m 20 -D "$VAR/head" -X "$method" "${auth[@]}" "$@" "$BASE$path" | tr -d '\0')
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
# A body that the row would take.
body_of() {
	case $1 in
	chat.say | build_run.say) echo '{"text":"bob was here"}' ;;
	chat.rename) echo '{"title":"bob was here"}' ;;
	build_run.contact) echo '{"email":"bob@example.com"}' ;;
	build_run.approve_scope) echo "{\"scope_hash\":\"$(printf '0%.0s' {1..64})\"}" ;;
	*) echo '{}' ;;
	esac
}
fill() { # PATTERN RUN ARTIFACT OTHERS: the names of which tenant
	local p=$1 k
	p=${p//\{run_id\}/$(id "$2" run_id)} p=${p//\{artifact_id\}/$(id "$3" artifact_id)}
	for k in chat_id session_id key_id usage_id receipt_id; do
		[[ $p != *{$k}* ]] || p=${p//\{$k\}/$(id "$4" $k)}
	done
	echo "$p"
}
# Names of the same shape that nobody has.
while read -r kind value; do echo "$kind ${value%???????}aaaaaaa"; done <"$T/alice.ids" >"$T/nobody.ids"

hides() { # nothing of alice's is in the answer, but for what was asked by
	local kind value
	while read -r kind value; do
		[[ $1 == *"$value"* ]] || lacks "$BODY" "$value" || { echo "# shows alice's $kind"; return 1; }
	done <"$T/alice.ids"
}
plain() { jq -S 'del(.request_id, .instance)' <<<"$BODY" 2>/dev/null; }
LEAKS=''
# try NAME ID METHOD PATH UNKNOWN: the path of another's, and of nobody's
try() {
	local pass=$1 id=$2 method=$3 path=$4 unknown=$5 by said status; shift 5
	for by in cookie token key; do
		as $by "$method" "$path" "$@"; said=$(plain) status=$STATUS
		[ "$pass" != neither ] || { [[ $STATUS != 2* && $STATUS != 409 ]] || LEAKS+=" $id"; continue; } # a conflict says that it is there
		ok "$pass: $id by $by is refused" one_of "$STATUS" "401 403 404"
		ok "$pass: $id by $by shows nothing" hides "$path"
		[ "$status" = 404 ] || continue # no credential for this row: no name was looked at
		as $by "$method" "$unknown" "$@"
		ok "$pass: $id by $by, as if nobody had it" equal "$status $said" "$STATUS $(plain)"
	done
}
one_of() { case " $2 " in *" $1 "*) return 0 ;; esac; echo "# have: $1, want one of: $2"; return 1; }
look() { # what takes no name shows one's own alone, whatever is asked
	local pass=$1 id=$2 path=$3 by; shift 3
	for by in cookie token key; do
		as $by GET "$path"
		ok "$pass: $id by $by is one's own (${path##*\?})" hides "$path"
	done
}

# walk PASS METHOD: every route of that method
walk() {
	local pass=$1 want=$2 id method pattern audience scope args
	while IFS=$'\t' read -r id method pattern audience scope; do
		[ "$method" = "$want" ] || continue
		args=(); [ "$method" = GET ] || args=(-H 'Content-Type: application/json' -d "$(body_of "$id")")
		case $pattern in
		*local-payments*) continue ;; # who knows a payment page's name may open it
		*{artifact_id}*)
			for mix in "alice alice" "bob alice" "alice bob"; do
				set -- $mix
				try "$pass" "$id" "$method" "$(fill "$pattern" "$1" "$2")" \
					"$(fill "$pattern" "${1/alice/nobody}" "${2/alice/nobody}")" "${args[@]}"
			done </dev/null ;;
		*{*) try "$pass" "$id" "$method" "$(fill "$pattern" alice alice alice)" \
				"$(fill "$pattern" nobody nobody nobody)" "${args[@]}" </dev/null ;;
		*) [ "$method" = GET ] && [ "$pass" != neither ] && [ "$audience" != public ] && {
				look "$pass" "$id" "$pattern"
				for q in "cursor=$(id alice run_id)" "cursor=$(id alice chat_id)" "cursor=$CURSOR" \
					"run_id=$(id alice run_id)" "chat_id=$(id alice chat_id)"; do
					look "$pass" "$id" "$pattern?$q"
				done
			} </dev/null ;;
		esac
	done <"$T/routes"
}
refused() { # PASS: all routes, and nothing of alice's has changed
	local before after
	before=$(hers)
	for method in GET POST PATCH DELETE; do walk "$1" $method; done
	after=$(hers)
	ok "$1: alice has something" equal "$(($(wc -l <<<"$before") > 30))" 1
	ok "$1: nothing of hers has changed" equal "$(diff <(echo "$before") <(echo "$after") | head -n 5)" ""
	for path in "/api/v1/build-runs/$(id alice run_id)" "/api/v1/chats/$(id alice chat_id)" \
		"/api/v1/build-runs/$(id alice run_id)/artifacts/$(id alice artifact_id)/provenance"; do
		as owner GET "$path"; ok "$1: alice has it still" equal "$STATUS" 200
	done
}
refused both
ok "row-level security is off" rls DISABLE
refused application
rls ENABLE

# The statements of this program's copy own nothing: each condition of ownership
# becomes true, of the same length.
cp "$builddir/bus" "$builddir/bus-reaper" "$T/" && chmod 755 "$VAR" "$T"
OWNS='\b(?:\w+\.)?account_id = (?:who\.(?:account_id|id)|bus_account\(\))|\bb\.subject = who\.id::text'
OWNS_ARG='\b(?:\w+\.)?account_id = (\$\d::bigint)'
perl -0777 -pe 's/('"$OWNS"')/"true" . " " x (length($1) - 4)/ge;
	s/('"$OWNS_ARG"')/"$2=$2" . " " x (length($1) - 2 * length($2) - 1)/ge' "$builddir/bus-fcgi" >"$T/bus-fcgi"
chmod 755 "$T/bus-fcgi"
ok "the copy differs in some places" equal "$(($(cmp -l "$builddir/bus-fcgi" "$T/bus-fcgi" | wc -l) > 300))" 1
# The functions that run with their caller's rights lose theirs too.
sql admin "SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'bus'::regnamespace AND NOT p.prosecdef
	AND p.prosrc ~ 'account_id = p_account'" >"$T/functions"
ok "and functions of the database" equal "$(($(wc -l <"$T/functions") >= 3))" 1
while read -r f; do
	psql -h "$VAR/run" -U bus_admin -d bus -XAtqc "SELECT replace(pg_get_functiondef('bus.${f#bus.}'::regprocedure), 'account_id = p_account', 'true')" >"$T/f.sql" </dev/null
	PGOPTIONS='-c search_path=bus' psql -h "$VAR/run" -U bus_admin -d bus -Xq -v ON_ERROR_STOP=1 -f "$T/f.sql" </dev/null || ok "$f" false
done <"$T/functions"
"$BUS" stack down >/dev/null 2>&1
BUS=$T/bus
"$BUS" stack up --json >"$VAR/up.json" 2>"$VAR/up.err" || { echo "Bail out! the copy does not start"; cat "$VAR/up.err"; exit 99; }
ok "the copy serves" equal "$(for p in $(pgrep -f "bus-fcgi $VAR/etc/bus.conf"); do readlink "/proc/$p/exe"; done | sort -u)" "$T/bus-fcgi"
refused security

# Neither: what has a name is there for whoever asks.
rls DISABLE
for method in GET POST PATCH DELETE; do walk neither $method; done
LEAKS=" $(tr ' ' '\n' <<<"$LEAKS" | sort -u | tr '\n' ' ')"
echo "# with neither:$LEAKS"
# What is decided in functions that run with their owner's rights has one defence,
# that function: chat.say and chat.retry (chat_context, chat_post), auth.session_revoke
# (session_end). What was paid for wants no contact. A model is nobody's.
ONE=" chat.say chat.retry auth.session_revoke v1.model "
while IFS=$'\t' read -r id method pattern audience scope; do
	[[ $pattern == *{* && $pattern != *local-payments* && $audience =~ ^(customer|api|auth)$ ]] || continue
	[[ $audience != auth || -z $scope ]] || continue # no customer has that
	[[ $ONE == *" $id "* ]] || ok "with neither, $id is open" contains "$LEAKS" " $id "
done <"$T/routes"
done_testing
