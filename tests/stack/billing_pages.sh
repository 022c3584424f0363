#!/bin/bash
# One run, more than one payment page: old pages are closed at the provider, and of
# what is paid twice one payment is kept, whatever the order.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
TOOL="A counter of laps"
visitor v
at_provider() { fake all | jq -r --arg s "$(of_page .session_id)" '.[] | select(.id == $s) | .status'; }
other_words() { api POST "/api/v1/build-runs/$RUN/messages" '{"text":"Call it Dinner Splitter"}'; }
agree() { api GET "/api/v1/build-runs/$RUN"; api POST "/api/v1/build-runs/$RUN/scope-approval" "{\"scope_hash\":\"$(field .scope.scope_hash)\"}"; checkout; }
# two [SAME]: a run with two pages, P1 and P2, of another scope or (SAME) of one
two() {
	converse "$TOOL" web; P1=$(of_page .checkout_id)
	if [ -n "$1" ]; then
		sql admin "UPDATE bus.checkout SET expires_at = now() + interval '5 minutes' WHERE checkout_id = '$P1'" >/dev/null; checkout
	else other_words; agree; fi
	P2=$(of_page .checkout_id)
}
pay() { PAGE=$1; tell $DONE; PAGE=''; reap billing.inbox; }
back() { PAGE=$1; tell charge.refunded "$REFUND"; PAGE=''; reap billing.inbox; }
state() { PAGE=$1; of_page '.state + " " + .refund'; PAGE=''; }
phase() { sql operator "SELECT phase FROM bus.run WHERE run_id = '$RUN'"; }
given() { for _ in $(seq 80); do reap billing.refund 60; PAGE=$1; have=$(of_page .refund); PAGE=''; [ "$have" != due ] && break; read -rt 0.25 <> <(:); done; echo "$have"; }

# Closed when another takes its place.
two
ok "another scope has another page" equal "$STATUS $([ "$P1" != "$P2" ] && echo two)" "201 two"
ok "the first is closed, at the provider too" equal "$(PAGE=$P1; of_page '.state + " " + .note') $(PAGE=$P1; at_provider) $(at_provider)" "expired another page took its place expired open"
two same
ok "so is one that is about to end" equal "$(state "$P1") $(PAGE=$P1; at_provider) $(at_provider)" "expired none expired open"
converse "$TOOL" web; P1=$(of_page .checkout_id); other_words
fake pay "{\"session\":\"$(of_page .session_id)\"}" >/dev/null; agree
ok "one that is being paid is not closed, and there is no second" equal "$STATUS $(field .code) $(of_page '.checkout_id + " " + .state')" "409 conflict $P1 open"
pay "$P1"; ok "what was paid on it is given back" equal "$(state "$P1" | sed 's/asked/due/') $(approved)" "paid due 0 -"
agree; ok "then there is one for the new scope" equal "$STATUS $(of_page .state)" "201 open"
converse "$TOOL" web; P1=$(of_page .checkout_id); other_words; control '"503"'; agree
ok "a provider that is away: no second page" equal "$STATUS $(of_page '.checkout_id + " " + .state')" "503 $P1 open"
agree; ok "and then there is" equal "$STATUS $(PAGE=$P1; at_provider) $(of_page .state)" "201 expired open"

# Closed when it is of no use.
closes() { for _ in $(seq 80); do reap billing.complete 300; [ "$(of_page .state)" = open ] || break; read -rt 0.25 <> <(:); done; echo "$(of_page .state) $(at_provider) $(of_page .note)"; }
gone="expired expired of no use to its run any more"
converse "$TOOL" web; other_words; ok "a scope that has changed closes the page" equal "$(closes)" "$gone"
converse "$TOOL" web; api POST "/api/v1/build-runs/$RUN/cancel" '{}'; ok "so does the end of the run" equal "$(closes)" "$gone"
converse "$TOOL" web; "$BUS" build approve "$RUN" >/dev/null; ok "and an approval by hand" equal "$(closes)" "$gone"
ok "which is told as nothing else than that" lacks "$(api GET "/api/v1/build-runs/$RUN/events"; echo "$BODY")" "payment page was closed"
converse "$TOOL" web; reap billing.complete 60; ok "what is still to be paid stays open" equal "$(of_page .state) $(at_provider)" "open open"
if grep -q "^billing.closed" "$BUS_FAULT_LOG"; then
	converse "$TOOL" web; api POST "/api/v1/build-runs/$RUN/cancel" '{}'; arm billing.closed
	for _ in $(seq 20); do [ -e "$BUS_FAULT_FILE" ] || break; reap billing.complete 60; done
	ok "billing.closed was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?)" 1
	rm -f "$BUS_FAULT_FILE"; ok "and the page is closed afterwards" equal "$(closes)" "$gone"
fi

# Both are paid all the same.
for order in "1 2" "2 1"; do
	for same in '' same; do
		two $same; [ "$order" = "1 2" ] && set -- "$P1" "$P2" || set -- "$P2" "$P1"
		pay "$1"; pay "$2"
		keep=$P2 lose=$P1; [ -z "$same" ] || keep=$1 lose=$2
		ok "$order ${same:-other} scope: one starts the run" equal "$(approved) $(payment) $(state "$keep")" "1 payment paid paid none"
		ok "the other is given back" equal "$(given "$lose") $(state "$lose")" "asked paid asked"
		back "$lose"
		ok "which takes nothing from the run" equal "$(state "$lose") $(payment) $([ "$(phase)" = cancelled ] || echo "goes on")" "paid done paid goes on"
	done
done
ok "to its end" wait_phase 'artifact_ready|failed'
ok "indeed" equal "$PHASE $(payment)" "artifact_ready paid"
back "$keep"; ok "the last payment that is given back is the run's" equal "$(state "$keep") $(payment)" "paid done refunded"
two same; pay "$P1"; pay "$P2"; back "$P1"
ok "the one that started it, while the other is on its way back" equal "$(approved | cut -c1) $(payment) $(phase)" "1 refunded cancelled"
back "$P2"; ok "and then the other" equal "$(state "$P2") $(payment)" "paid done refunded"
ok "the invariants hold" sound
done_testing
