#!/bin/bash
# The first acceptance test of the product on nginx (or FRONT=apache), for each type of artifact,
# and a search of everything a customer received for what must never leave.
. "${srcdir:-.}/tests/lib/stack.sh"

export BUS_CANARY=canaryenvironment7f3a
stack_begin
[ "${FRONT:-nginx}" = nginx ] || "front_$FRONT"
SEEN=$VAR/seen
mkdir -p "$SEEN"

# Everything of the last answer is kept for the search at the end.
keep() { cp "$VAR/head" "$SEEN/$1.head"; printf '%s' "$BODY" >"$SEEN/$1.body"; }
get() { api GET "$2"; keep "$1"; }

header() { tr -d '\r' <"$VAR/head" | awk -v n="$1" 'BEGIN { IGNORECASE = 1; n = tolower(n) ":" }
	tolower($1) == n { sub(/^[^ ]* /, ""); print }'; }

# fetch FILE PATH [CURL OPTION…]: the bytes of an answer, as the present visitor.
fetch() {
	local file=$1 path=$2; shift 2
	curl -s -m 60 -b "$V" -D "$VAR/head" -o "$file" "$@" "$BASE$path"
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}

download() {
	local name=$1 path=$2 sha=$3 size=$4 file=$SEEN/$1.file
	fetch "$file" "$path"
	ok "$name: the download has the digest that was listed" equal "$(sha256sum <"$file" | cut -d' ' -f1)" "$sha"
	ok "$name: and its size" equal "$(stat -c %s "$file")" "$size"
	ok "$name: the entity tag is the digest" contains "$(header ETag)" "$sha"
	ok "$name: Repr-Digest" contains "$(header Repr-Digest)" "sha-256=:$(openssl dgst -sha256 -binary "$file" | base64):"
	ok "$name: it is saved, not shown" contains "$(header Content-Disposition)" attachment
	ok "$name: nosniff survives the web server" equal "$(header X-Content-Type-Options)" nosniff
	ok "$name: the internal redirect does not leave" equal "$(header X-Accel-Redirect)$(header X-Sendfile)" ""
	cp "$VAR/head" "$SEEN/$name.download.head"
	fetch "$VAR/none" "$path" -I
	ok "$name: HEAD" equal "$STATUS $(header Content-Length)" "200 $size"
	fetch "$VAR/part" "$path" -H 'Range: bytes=10-19'
	ok "$name: a range" equal "$STATUS $(sha256sum <"$VAR/part")" "206 $(tail -c +11 "$file" | head -c 10 | sha256sum)"
	fetch "$VAR/none" "$path" -H "Range: bytes=$size-"
	ok "$name: a range behind the end" equal "$STATUS" 416
	fetch "$VAR/none" "$path" -H "If-None-Match: \"other\", W/\"sha256-$sha\""
	ok "$name: not modified" equal "$STATUS" 304
	resumed "$name" "$path" "$sha" "$size"
}

# A part is only good beside the same bytes (RFC 9110, 13.1.5).
resumed() {
	local name=$1 path=$2 sha=$3 size=$4 row condition want
	while IFS='|' read -r row condition want; do
		fetch "$VAR/part" "$path" -H 'Range: bytes=10-19' -H "If-Range: $condition"
		ok "$name: If-Range with $row" equal "$STATUS $(stat -c %s "$VAR/part")" "$want"
	done <<-E
	our tag|"sha256-$sha"|206 10
	another tag|"sha256-${sha%?}x"|200 $size
	a part of our tag|"sha256"|200 $size
	a weak tag|W/"sha256-$sha"|200 $size
	no tag at all|sha256-$sha|200 $size
	a date before|Thu, 01 Jan 2026 00:00:00 GMT|200 $size
	a date to come|Thu, 01 Jan 2099 00:00:00 GMT|200 $size
	E
	head -c 20 "$SEEN/$name.file" >"$VAR/part"
	curl -s -m 60 -b "$V" -C - -H "If-Range: \"sha256-$sha\"" -o "$VAR/part" "$BASE$path"
	ok "$name: a download that was broken off goes on" silent cmp "$VAR/part" "$SEEN/$name.file"
}

provenance() {
	local name=$1 base=$2 bad=$VAR/bad
	fetch "$SEEN/$name.dsse" "$base/provenance"
	fetch "$VAR/key.pem" /.well-known/busdk-provenance.pem
	"$BUS" verify "$SEEN/$name.file" "$SEEN/$name.dsse" --key "$VAR/key.pem" >"$VAR/said"
	ok "$name: the provenance verifies" equal "$?" 0
	fetch "$VAR/jwks" /.well-known/jwks.json
	ok "$name: the published keys" equal "$STATUS $(header Cache-Control) $(jq '.keys | length' "$VAR/jwks")" "200 public, max-age=300 2"
	ok "$name: a stranger needs no more" silent stranger envelope "$SEEN/$name.dsse" "$SEEN/$name.file"
	ok "$name: not for other bytes" refuses stranger envelope "$SEEN/$name.dsse" "$VAR/jwks"
	sed -n '/^  /p' "$VAR/said" | sed -n '/jq -r .payload /,$p' >"$VAR/plain.sh"
	ok "$name: it prints plain commands" grep -q 'openssl pkeyutl -verify' "$VAR/plain.sh"
	ok "$name: with them as well" silent plain
	sed -i "s|$SEEN/$name.dsse|$bad|" "$VAR/plain.sh"
	jq -c '.payload |= ("A" + .[1:])' "$SEEN/$name.dsse" >"$bad"
	ok "$name: but not for another statement" refuses plain
	{ cat "$SEEN/$name.file"; printf x; } >"$bad"
	ok "$name: not for other bytes" refuses "$BUS" verify "$bad" "$SEEN/$name.dsse" --key "$VAR/key.pem"
	jq -c '.payload |= (.[0:40] + "A" + .[41:])' "$SEEN/$name.dsse" >"$bad"
	ok "$name: nor with another statement" refuses "$BUS" verify "$SEEN/$name.file" "$bad" --key "$VAR/key.pem"
	jq -r .payload "$SEEN/$name.dsse" | base64 -d >"$SEEN/$name.statement"
}
stranger() { node "$srcdir/tests/verify/stranger.mjs" "$VAR/jwks" "$@"; }
plain() { (cd "$VAR" && mkdir -p plain && cd plain && sh -e ../plain.sh); }
refuses() { ! "$@" >/dev/null 2>&1; }

# The preview host resolves to this machine; a real name is not needed.
see() {
	curl -s -m 20 -D "$VAR/head" -o "$1" --connect-to "::127.0.0.1:$BUS_PORT" "${@:3}" "$2"
	STATUS=$(tr -d '\r' <"$VAR/head" | awk '/^HTTP/ { s = $2 } END { print s }')
}
preview() {
	local name=$1 base=$2 url host cookie trick
	api POST "$base/preview" '{}'
	ok "$name: a preview is offered" equal "$STATUS" 201
	url=$(field .url) host=${url%%/\?*}
	see "$VAR/none" "$host/"
	ok "$name: without the ticket it is closed" equal "$((STATUS >= 400))" 1
	see "$VAR/none" "$url"
	ok "$name: the ticket becomes a cookie" equal "$STATUS" 303
	# By hand: a browser takes localhost for a safe place, curl does not.
	cookie=$(header Set-Cookie) cookie=${cookie%%;*}
	see "$SEEN/$name.page" "$host/" -H "Cookie: $cookie"
	ok "$name: the page" equal "$STATUS" 200
	ok "$name: as HTML" contains "$(header Content-Type)" text/html
	ok "$name: in a sandbox" contains "$(header Content-Security-Policy)" sandbox
	ok "$name: it has a heading" grep -q '<h1' "$SEEN/$name.page"
	see "$VAR/none" "$url"
	ok "$name: the ticket opens once" equal "$((STATUS >= 400))" 1
	for trick in /../go.mod /%2e%2e/go.mod /..%2fgo.mod /%00 /.git/HEAD /tool/spec.go //etc/passwd '/\..\go.mod'; do
		see "$SEEN/$name.trick" "$host$trick" -H "Cookie: $cookie" --path-as-is
		ok "$name: no way out by $trick" equal "$((STATUS >= 400))" 1
	done
}

one_type() {
	local type=$1 n=0 total art base
	visitor "$type"
	api POST /api/v1/build-runs "{\"message\":\"I would like a tiny Go web tool.\",\"artifact_type\":\"$type\"}"
	keep "$type.create"
	RUN=$(field .run_id)
	ok "$type: a run" equal "$STATUS $(field .phase)" "201 drafting"
	ok "$type: one question" equal "$(field .next_action)" answer
	api POST "/api/v1/build-runs/$RUN/messages" '{"text":"A tip calculator that splits the bill"}'
	keep "$type.answer"
	ok "$type: the scope" equal "$STATUS $(field .run.next_action)" "201 approve_scope"
	ok "$type: with a price" equal "$((${#BODY} > 0 && $(field .run.scope.price.amount) > 0))" 1
	api POST "/api/v1/build-runs/$RUN/scope-approval" "{\"scope_hash\":\"$(field .run.scope.scope_hash)\"}"
	keep "$type.approval"
	ok "$type: approved" equal "$STATUS" 200
	api POST "/api/v1/build-runs/$RUN/checkout" '{}'
	ok "$type: an operator is asked" equal "$(field .approval)" requested
	get "$type.waiting" "/api/v1/build-runs/$RUN"
	ok "$type: nothing starts by itself" equal "$(field .phase)" quoted
	ok "$type: the operator approves" silent "$BUS" build approve "$RUN"
	ok "$type: it becomes ready" wait_phase 'artifact_ready|failed' 120
	ok "$type: and not failed" equal "$PHASE" artifact_ready
	get "$type.run" "/api/v1/build-runs/$RUN"
	fetch "$VAR/jwks" /.well-known/jwks.json
	ok "$type: the receipt's signature holds" silent stranger receipt "$SEEN/$type.run.body"
	jq '.decision.reason += "!"' "$SEEN/$type.run.body" >"$VAR/forged"
	ok "$type: and not when it was changed" refuses stranger receipt "$VAR/forged"
	get "$type.messages" "/api/v1/build-runs/$RUN/messages"
	get "$type.events" "/api/v1/build-runs/$RUN/events"
	ok "$type: events have no gap" equal "$(field '[.events[].id] == [range(1; .last_id + 1)]')" true
	get "$type.artifacts" "/api/v1/build-runs/$RUN/artifacts"
	total=$(field '.items | length')
	ok "$type: artifacts" equal "$total" "$([ "$type" = both ] && echo 2 || echo 1)"
	art=$(field '[.items[] | select(.preview_available).artifact_id][0] // ""')
	[ -z "$art" ] || { api POST "/api/v1/build-runs/$RUN/artifacts/$art/preview" '{"inside":true}'; ok "$type: a preview beside the conversation" equal "$STATUS" 201; }
	api GET "/api/v1/build-runs/$RUN"; ok "$type: nothing is delivered until it is taken" equal "$(field .phase)" artifact_ready
	while [ $n -lt "$total" ]; do
		art=$(jq -c ".items[$n]" "$SEEN/$type.artifacts.body")
		base=/api/v1/build-runs/$RUN/artifacts/$(jq -r .artifact_id <<<"$art")
		get "$type.$n.show" "$base"
		ok "$type.$n: no source" equal "$(field .source_included)" false
		ok "$type.$n: built twice, the same bytes" equal "$(field .reproducible)" true
		download "$type.$n" "$base/download" "$(jq -r .sha256 <<<"$art")" "$(jq -r .size_bytes <<<"$art")"
		provenance "$type.$n" "$base"
		[ "$(jq -r .preview_available <<<"$art")" != true ] || preview "$type.$n" "$base"
		[ "$(jq -r .kind <<<"$art")" != binary ] || program "$type.$n"
		n=$((n + 1))
	done
	not_for_others "$type"
}

program() {
	local file=$SEEN/$1.file
	chmod +x "$file"
	ok "$1: the program starts and tells its version" silent timeout 10 "$file" --version
	ok "$1: and its help" silent timeout 10 "$file" --help
}

not_for_others() {
	local path list=$SEEN/$1.artifacts.body
	visitor "other-$1"
	api POST /api/v1/sessions '{}'
	for path in "" /messages /events /artifacts "/artifacts/$(jq -r '.items[0].artifact_id' "$list")" \
		"/artifacts/$(jq -r '.items[0].artifact_id' "$list")/download" \
		"/artifacts/$(jq -r '.items[0].artifact_id' "$list")/provenance"; do
		api GET "/api/v1/build-runs/$RUN$path"
		ok "$1: $path is not there for another visitor" equal "$STATUS" 404
	done
}

# What a customer may never see, taken from where it is: the source in the
# template, the paths and the branches, the secrets, the database.
canaries() {
	sed -n 's/^\(func [a-zA-Z]*([a-z][^{]*\) {$/\1/p' "$srcdir"/template/*/*.go | awk 'length > 24' | head -n 12
	printf '%s\n' "$VAR/" /repo/ worktree build/2 refs/heads .git/ _bus bus_reaper "$BUS_CANARY" \
		'BEGIN PRIVATE' 'INSERT INTO' 'SELECT ' goroutine 'go build'
	head -n 1 "$VAR/etc/operator.token"
	openssl pkey -in "$VAR/etc/provenance.pem" -outform DER | base64 -w0 | cut -c1-40
}
search() {
	local word hits
	canaries >"$VAR/canaries"
	ok "there are canaries to search for" equal "$(($(wc -l <"$VAR/canaries") >= 20))" 1
	while IFS= read -r word; do
		[ -n "$word" ] || continue
		# A Go program has words of its runtime; what is ours is searched in all.
		hits=$(case $word in goroutine|'go build'|'SELECT '|'INSERT INTO'|.git/|worktree|refs/heads|'BEGIN PRIVATE'|build/2)
			grep -lraF --exclude='*.file' --exclude='*.page' -- "$word" "$SEEN" ;;
		*) grep -lraF -- "$word" "$SEEN" ;; esac)
		ok "nowhere: ${word:0:40}" equal "${hits//$SEEN\//}" ""
	done <"$VAR/canaries"
}

for t in web binary both; do one_type $t; done
search
ok "the invariants hold" silent "$BUS" fsck
done_testing
