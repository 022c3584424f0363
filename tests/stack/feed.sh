#!/bin/bash
# The feed of usage for collectors: who may read it, its pages and cursor, what is
# counted and what is not, and that what was collected leaves it once.
. "${srcdir:-.}/tests/lib/stack.sh"
stack_begin
T=$("$BUS" token issue --subject collector --audience ai.hg.fi/internal --scope "usage:read usage:delete")
FEED=/api/internal/usage-events
delete() {
	BODY=$(curl -s -m 30 -w '\n%{http_code}' -X DELETE -H "Authorization: Bearer ${TOKEN-$T}" "$BASE$FEED${1:-}")
	STATUS=${BODY##*$'\n'} BODY=${BODY%$'\n'*}
}
# last of each call: what is counted
COUNTED='.items | map(select(.event_id | contains(":") | not))'
ended() { sql operator "SELECT count(*) FROM bus.usage_record WHERE settled_at IS NOT NULL"; }

TOKEN=$(cat "$VAR/demo.token") v1 /v1/chat/completions '{"model":"bus-static","messages":[{"role":"user","content":"hi"}]}'
ID=$(header x-bus-usage-id)
for _ in $(seq 100); do [ "$(ended)" = 1 ] && break; read -rt 0.05 <> <(:); done
v1 $FEED
ok "what has only just ended is not in it yet" equal "$STATUS $(field '.items | length') $(field .has_more)" "200 0 false"
visitor ada; enter ada@example.org
sql admin "UPDATE bus.usage_record SET settled_at = now() - interval '1 hour';
	UPDATE bus.account SET subject = 'ada' WHERE id = (SELECT account_id FROM bus.customer);
	INSERT INTO bus.usage_record (usage_id, account_id, run_id, chat_id, model, backend, price_version, state, reserved, posted,
		tokens, reason, budgets, created_at, expires_at, settled_at)
	SELECT 'usg_row' || n, (SELECT account_id FROM bus.customer), 'run_x', 'chat_y', 'm', 'b', 'v',
		CASE n % 4 WHEN 0 THEN 'posted' WHEN 1 THEN 'released' ELSE 'estimated' END, 100,
		CASE n % 4 WHEN 1 THEN 0 ELSE 50 END,
		CASE n % 4 WHEN 0 THEN '{\"input\":10,\"cached_input\":5,\"output\":7,\"tool_unit\":3}'::json END,
		CASE n % 4 WHEN 2 THEN 'the client left' ELSE '' END, '{}', now(), now(), now() - interval '30 min' + n * interval '1 s'
	FROM generate_series(0, 24) n" >/dev/null
v1 $FEED
ok "then it is" equal "$STATUS $(field '.items | length') $(field .page) $(field .page_size) $(field .has_more) $(field .next_cursor)" "200 54 1 1000 false null"
ok "a call by its name" equal "$(field "$COUNTED"' | .[0] | [.event_id, .event_type, .data.usage_id, .data.model, .data.subject] | tostring')" "[\"$ID\",\"usage_recorded\",\"$ID\",\"bus-static\",\"demo\"]"
ok "with all its tokens" equal "$(field "$COUNTED"' | .[1].data | [.total_tokens, .tokens.cached_input, .quantity, .unit, .run_id, .chat_id] | tostring')" '[22,5,50,"micro","run_x","chat_y"]'
ok "a customer by the name that BusDK knows" equal "$(field '.items[4].account_id')" "$(sql operator "SELECT identity_id FROM bus.customer")"
ok "a program has none" equal "$(field '.items[0].account_id')" null
ok "each end has its type" equal "$(field "$COUNTED"' | [.[1:5][].event_type] | tostring')" '["usage_recorded","request_failed","client_aborted","usage_missing"]'
ok "only what was recorded has tokens to be billed" equal "$(field '[.items[] | select(.event_type != "usage_recorded") | .data.total_tokens] | unique | tostring')" '[null]'
ok "each begins" equal "$(field '[.items[] | select(.event_type == "request_started") | .event_id] | length')" 26
ok "in the order in which they happened" equal "$(field '[.items[].occurred_at] | . == sort')" true
ALL=$(field '[.items[].event_id] | tostring')
BEFORE=$(field .before)

seen='[]' cursor=''
for _ in $(seq 10); do
	v1 "$FEED?page_size=7${cursor:+&cursor=$cursor}"
	seen=$(jq -c ". + $(field '[.items[].event_id] | tostring')" <<<"$seen")
	cursor=$(field .next_cursor)
	[ "$cursor" != null ] || break
done
ok "the cursor gives each once" equal "$seen" "$ALL"
seen='[]'
for page in 1 2 3 4 5 6 7 8; do
	v1 "$FEED?page_size=7&page=$page&before=$BEFORE"
	seen=$(jq -c ". + $(field '[.items[].event_id] | tostring')" <<<"$seen")
done
ok "so do its pages" equal "$seen $(field .has_more)" "$ALL false"
v1 "$FEED?page=9"
ok "there is nothing behind the last" equal "$STATUS $(field '.items | length')" "200 0"
v1 "$FEED?before=2026-01-01T00:00:00Z"
ok "nor before the first" equal "$STATUS $(field '.items | length')" "200 0"

refused() { ok "$3: $1 $2" equal "$STATUS $(field .code)" "$1 $2"; }
for odd in page=0 page=-1 page=x page_size=0 page_size=10001 before=yesterday before=2026-13-01T00:00:00Z cursor=x cursor=1- cursor=-1 cursor=1-1 cursor=1--1 cursor=1-1-x \
	"cursor=1-99999999999999999999-1" "cursor=9999999999999999-1-1" "cursor=1-1-1&before=$BEFORE" surprise=1 'page=1&page=2'; do
	v1 "$FEED?$odd"; refused 422 validation_failed "$odd"
done
delete "?cursor=1-1-1"; refused 422 validation_failed "a cursor does not delete"
TOKEN='' v1 $FEED; refused 401 unauthenticated "nobody"
TOKEN=$(cat "$VAR/demo.token") v1 $FEED; refused 401 unauthenticated "a customer's program"
TOKEN=$(cat "$VAR/etc/operator.token") v1 $FEED; refused 401 unauthenticated "the operator's token, which is no service's"
TOKEN=$("$BUS" token issue --subject x --audience ai.hg.fi/auth --scope usage:read) v1 $FEED; refused 401 unauthenticated "another audience"
TOKEN=$("$BUS" token issue --subject x --audience ai.hg.fi/internal --scope usage:write) v1 $FEED; refused 403 insufficient_scope "another scope"
READER=$("$BUS" token issue --subject x --audience ai.hg.fi/internal --scope usage:read)
TOKEN=$READER v1 $FEED
ok "a reader reads" equal "$STATUS" 200
TOKEN=$READER delete; refused 403 insufficient_scope "and deletes nothing"
api GET $FEED; refused 401 unauthenticated "a session"
v1 $FEED '{}'; refused 405 method_not_allowed "nobody writes here"

delete "?page_size=10&before=$BEFORE"
ok "a page is collected" equal "$STATUS $(field .deleted)" "200 10"
v1 $FEED
ok "and has left the feed" equal "$(field '[.items[].event_id] | tostring')" "$(jq -c '.[10:]' <<<"$ALL")"
for i in 1 2 3 4 5 6; do delete "?page_size=3&before=$BEFORE" && echo "$BODY" >"$VAR/deleted.$i" & done; wait %2 %3 %4 %5 %6 %7 2>/dev/null; wait
v1 $FEED
ok "six at once take each row once" equal "$(cat "$VAR"/deleted.* | jq -s 'map(.deleted) | add') $(field '.items | length')" "$((44 - $(field '.items | length'))) $(field '.items | length')"
delete; delete
ok "then there is nothing" equal "$STATUS $(field .deleted)" "200 0"
ok "the ledger is as it was" equal "$(ended)" 26

# The longest page, of the longest rows.
sql admin "INSERT INTO bus.usage_record (usage_id, account_id, run_id, chat_id, model, backend, price_version, state, reserved,
		posted, tokens, budgets, created_at, expires_at, settled_at)
	SELECT 'usg_' || repeat('a', 27) || to_char(n, 'FM00000'), (SELECT account_id FROM bus.customer), 'run_' || repeat('r', 32),
		'chat_' || repeat('c', 32), repeat('m', 128), 'b', repeat('v', 60), 'posted', 1000000000, 1000000000,
		'{\"input\":1000000,\"cached_input\":1000000,\"output\":1000000,\"reasoning\":1000000,\"tool_unit\":1000000}', '{}',
		now(), now(), now() - interval '30 min' FROM generate_series(1, 10050) n" >/dev/null
v1 "$FEED?page_size=10000"
ok "ten thousand in one page" equal "$STATUS $(jq '.items | length' <<<"$BODY") $(jq .has_more <<<"$BODY")" "200 10000 true"
ok "which is long ($((${#BODY} / 1000000)) MB)" equal "$((${#BODY} > 5000000))" 1
done_testing
