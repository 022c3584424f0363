#!/bin/bash
# Plans that are sold: the catalog at the provider, payment pages, subscriptions
# whose plan follows what the provider says, whatever the order of events, usage
# to its meter, Stripe's own client on the same provider, the local provider.
. "${srcdir:-.}/tests/lib/stack.sh"
. "${srcdir:-.}/tests/lib/billing.sh"
cp "$srcdir/conf/plans.json" "$VAR/plans.json"
put() { jq "$1" "$VAR/plans.json" >"$VAR/plans.new" && mv "$VAR/plans.new" "$VAR/plans.json"; "$BUS" plan put "$VAR/plans.json"; }
put '(.plans[] | select(.id == "pro") | .trial_days) = 0'
plan_of() { sql operator "SELECT hard_limit FROM bus.budget b JOIN bus.account a ON b.scope = 'account' AND b.subject = a.id::text AND b.period = 'month' WHERE a.subject = '$WHO'"; }

# The catalog.
someone ann
bill checkout-session '{"plan_id":"pro"}'
ok "without a price at the provider nothing is sold" equal "$STATUS $(field .code)" "503 resource_unavailable"
sync() { "$BUS" billing catalog sync "$@" --json | jq -r '[.[] | select(.action != "keep") | .object + " " + .action] | join(", ")'; }
ok "a dry run tells what is missing" equal "$(sync)" "product create, price create, price create, meter create"
ok "and makes nothing" equal "$(fake all | jq length)" 0
ok "applied, it is made" equal "$(sync --apply)" "product create, price create, price create, meter create"
ok "once" equal "$(sync --apply) $(fake all | jq -r 'map(.object) | sort | join(" ")')" " billing.meter price price product"
"$BUS" billing catalog sync --apply >/dev/null
OLD=$(sql operator "SELECT price_id FROM bus.plan_price WHERE lookup_key = 'bus_pro_month_eur' AND active")
put '(.plans[] | select(.id == "pro") | .prices[0].unit_amount) = 3100'
bill checkout-session '{"plan_id":"pro"}'
ok "a price that the provider does not know yet is not sold" equal "$STATUS" 503
ok "a changed price is another one" equal "$(sync --apply)" "price replace"
NEW=$(sql operator "SELECT price_id FROM bus.plan_price WHERE lookup_key = 'bus_pro_month_eur' AND active")
ok "with the lookup key; the old one is retired" equal "$(fake all | jq -r --arg o "$OLD" --arg n "$NEW" '[.[] | select(.id == $o or .id == $n) | [.active, .lookup_key, .unit_amount] | map(tostring) | join(" ")] | join(", ")')" \
	"false null 2900, true bus_pro_month_eur 3100"
month() { put "(.plans[] | select(.id == \"pro\") | .prices[0].unit_amount) = $1"; }
month 3000; control '"-","-","-","503"'; sync --apply >/dev/null 2>&1
ok "a crash before the old one is retired is made up for" equal "$(sync) $(sync --apply) $(sync) $(fake all | jq -r --arg n "$NEW" '.[] | select(.id == $n) | .active')" "price retire price retire  false"
month 3100; sync --apply >/dev/null; NEW=$(sql operator "SELECT price_id FROM bus.plan_price WHERE lookup_key = 'bus_pro_month_eur' AND active")
theirs() { fake change "$(jq -nc --arg id "$NEW" "{id: \$id} + $1")" >/dev/null; }
theirs '{product: "prod_of_others"}'; out=$("$BUS" billing catalog sync --apply 2>&1); status=$?
ok "a price of others under our lookup key is left alone" equal "$status $(grep -c "$NEW of another product" <<<"$out") $(fake all | jq -r --arg n "$NEW" '.[] | select(.id == $n) | "\(.active) \(.lookup_key)"')" "65 1 true bus_pro_month_eur"
theirs '{product: "bus_prod_pro", recurring: {interval: "month", interval_count: 3, usage_type: "licensed"}}'
ok "every three months is another price than every month" equal "$(sync)" "price replace"
theirs '{recurring: {interval: "month", interval_count: 1, usage_type: "licensed"}, livemode: true}'
ok "one of the other mode is none" equal "$("$BUS" billing catalog sync >/dev/null 2>&1; echo $?)" 65
theirs '{livemode: false}'
# told KEY PATH FORM [VERSION [TYPE]]: the error that the fake tells, as the real one would
told() { curl -s -H "Authorization: Bearer $KEY" -H "Idempotency-Key: $1" -H "Stripe-Version: ${4:-2026-10-28.endive}" -H "Content-Type: ${5:-application/x-www-form-urlencoded}" -d "$3" "http://127.0.0.1:$FAKE$2" | jq -r '.error | .code + " " + (.message | split(" ")[:2] | join(" "))'; }
page='mode=payment&line_items[0][quantity]=1&line_items[0][price_data][currency]=eur&line_items[0][price_data][product_data][name]=x&success_url='
ok "the fake is no kinder than the real one" equal "$(told a /v1/products 'name=x&description='; told b /v1/products 'name=x&color=red'
	told c /v1/prices 'product=bus_prod_pro&currency=eur&unit_amount=1.5'; told d /v1/checkout/sessions "${page}nowhere&line_items[0][price_data][unit_amount]=1"
	told e /v1/checkout/sessions "${page}https://a.example/&line_items[0][price_data][amount]=1"; told f /v1/products 'name=x' 2024-06-20.acacia
	told g /v1/products '{"name":"x"}' '' application/json; told h /v1/billing/meters 'display_name=x'; told h /v1/billing/meters 'display_name=y'
	told catalog /v1/prices "product=bus_prod_pro&currency=eur&unit_amount=1&lookup_key=bus_pro_month_eur")" \
"parameter_invalid_empty You passed
parameter_unknown Received unknown
parameter_invalid_integer Invalid parameter:
url_invalid Invalid parameter:
parameter_unknown Received unknown
 Invalid Stripe
 Invalid request:
parameter_missing Missing required
parameter_missing Missing required
resource_already_exists A price"
METER=$(fake all | jq -r '.[] | select(.object == "billing.meter") | .id')
fake change "{\"id\":\"$METER\",\"default_aggregation\":{\"formula\":\"count\"}}" >/dev/null
ok "a meter that counts otherwise is told, and no step to take" equal "$(sync) $("$BUS" billing catalog sync | grep -c 'steps with')" "meter differs 0"
fake change "{\"id\":\"$METER\",\"default_aggregation\":{\"formula\":\"sum\"}}" >/dev/null
control '"drop"'; "$BUS" billing catalog sync --apply >/dev/null 2>&1
put '(.plans[] | select(.id == "pro") | .name) = "Professional"'
control '"503","409"'; ok "a provider that is away" equal "$(sync --apply >/dev/null 2>&1; "$BUS" billing catalog sync --apply >/dev/null 2>&1; echo $?)" 69
ok "then it goes on from there" equal "$(sync --apply)" "product update"
put '(.plans[] | select(.id == "pro") | .prices) |= .[:1]'
ok "what is sold no more is retired" equal "$(sync --apply) $(sync)" "price retire "
put '(.plans[] | select(.id == "pro") | .prices) += [{currency: "eur", unit_amount: 100, interval: "year"}]'; sync --apply >/dev/null
fake change "$(fake all | jq -c '.[] | select(.unit_amount == 100) | {id, object: "gone"}')" >/dev/null
put '(.plans[] | select(.id == "pro") | .prices) |= .[:1]'
ok "one that is there no more, too" equal "$(sync --apply) $(sync)" "price retire "
inside catalog
ok "the catalog in BusDK's shape" equal "$STATUS $(field '[.plans[] | .id] | join(" ")') $(field '.plans[] | select(.id == "pro") | .product_id + " " + (.prices[0].unit_amount | tostring) + " " + (.quotas | map(.window) | join(" "))')" \
	"200 demo pro visitor bus_prod_pro 3100 day month"
CATALOG=$BODY; inside catalog "$CATALOG" PUT
ok "put back as it was it changes nothing" equal "$STATUS $(jq -S . <<<"$BODY")" "200 $(jq -S . <<<"$CATALOG")"
ok "and limits that it does not speak of stay" equal "$(sql operator "SELECT string_agg(scope || ' ' || period, ', ' ORDER BY scope, period) FROM bus.plan_limit WHERE plan = 'pro' OR plan IS NULL")" "account day, account month, installation day, installation month, run total"
for bad in '.plans[0].quotas = []' '.plans[0].prices = [{currency: "EUR", unit_amount: 1, interval: "month"}]' '.plans[0].id = .plans[1].id' \
	'.plans[0].product_id = "nothing"' '.secret = "sk_test_x"' '.plans[0].quotas[0].limit = 0' '.plans[0].quotas[0].meter_event_name = "other"'; do
	inside catalog "$(jq -c "$bad" <<<"$CATALOG")" PUT
	ok "refused: $bad" equal "$STATUS" 422
done
inside catalog "$CATALOG x" PUT; ok "and what follows it" equal "$STATUS" 400
inside catalog "$(jq -c 'del(.plans[] | select(.id == "demo"))' <<<"$CATALOG")" PUT
ok "a plan that is left out stays for those who have it" equal "$STATUS $(field '[.plans[] | .id] | join(" ")')" "200 demo pro visitor"

# The page.
may=$(may); ok "no plan, no models" equal "$may" "false billing_required"
ask; ok "indeed" equal "$STATUS $(field .error.code)" "402 billing_required"
T=$("$BUS" token issue --subject ann --scope billing:read) bill checkout-session '{}'; ok "it takes its scope" equal "$STATUS $(field .code)" "403 insufficient_scope"
bill checkout-session '{"account_id":"somebody"}'; ok "for nobody else" equal "$STATUS" 422
bill checkout-session '{"plan_id":"demo"}'; ok "a plan that is not sold" equal "$STATUS" 404
bill checkout-session '{"feature":"nothing"}'; ok "a feature that none has" equal "$STATUS" 404
bill checkout-session '{"return_url":"https://elsewhere.example/"}'; ok "it returns to nobody else" equal "$STATUS" 422
bill portal-session '{}'; ok "no portal before" equal "$STATUS $(field .code)" "402 billing_required"
visitor v; api POST /api/v1/sessions '{}'; api POST /api/v1/billing/checkout-session '{}'
ok "a visitor signs in first" equal "$STATUS $(field .code)" "409 contact_required"
bill checkout-session '{"feature":"llm:proxy"}'
ok "the page of a plan" equal "$STATUS $(field .provider) $(field .url)" "200 stripe $(plan_page .url)"
ok "by price, with the account" equal "$(asked '.[-1].form | [.mode, .["line_items[0][price]"], .client_reference_id, .["metadata[bus_account_id]"], .["subscription_data[metadata][bus_checkout_id]"], .["metadata[bus_features]"]] | join(" ")')" \
	"subscription $NEW ann ann $(plan_page .checkout_id) chat,tools"
URL=$(field .url) N=$(asked length)
bill checkout-session '{}'; ok "asked again it is the same page" equal "$(field .url) $(asked length)" "$URL $N"
put '(.plans[] | select(.id == "pro") | .prices) += [{currency: "eur", unit_amount: 29000, interval: "year"}]'; sync --apply >/dev/null
FIRST=$(plan_page .session_id); bill checkout-session '{"interval":"year"}'
ok "another price takes its place, and the first is closed" equal "$STATUS $(plan_page .amount) $(fake all | jq -r --arg s "$FIRST" '.[] | select(.id == $s) | .status')" "200 29000 expired"
fake pay "{\"session\":\"$(plan_page .session_id)\"}" >/dev/null
bill checkout-session '{"interval":"month"}'; ok "one that is being paid is not replaced" equal "$STATUS" 409

# Somebody pays.
PAID=$(fake all | jq -c --arg s "$(plan_page .session_id)" '.[] | select(.id == $s)')
for bad in '.amount_total = 1' '.currency = "usd"' '.mode = "payment"' '.id = "cs_other"'; do
	say checkout.session.completed "$(jq -c "$bad" <<<"$PAID")"; reap billing.inbox
	ok "refused: $bad" equal "${SENT:0:3} $(event_state) $(plan)" "200 refused -"
done
say checkout.session.completed "$PAID"; look
ok "the plan is in force" equal "$(plan) $(sub '.status + " " + .plan') $(plan_page .state)" "pro active pro complete"
ok "the entitlement is granted" equal "$(may)" "true billing_active"
ask; ok "models answer" equal "$STATUS" 200
bill status
ok "the status says so" equal "$(field '[.status, .provider, .plan_id, .subscription.status, .past_due, .subscription_inactive, .cancel_at_period_end, .trial] | map(tostring) | join(" ")')" "active stripe pro active false false false false"
bill checkout-session '{}'; ok "nobody subscribes twice" equal "$STATUS" 409
bill portal-session '{}'; ok "the portal" equal "$STATUS $(asked '[.[] | select(.url == "/v1/billing_portal/sessions")][-1].form.customer')" "200 $(sub .customer_id)"
control '"refuse"'; bill portal-session '{}'; ok "a portal that is refused" equal "$STATUS" 503
say checkout.session.expired "$PAID"; look
ok "a late word changes nothing" equal "$(plan) $(plan_page .state)" "pro complete"

# What becomes of it.
becomes '{"cancel_at_period_end":true}'; bill status
ok "cancelled at the end of the period: in force" equal "$(plan) $(field '[.cancel_at_period_end, .status] | map(tostring) | join(" ")')" "pro true active"
becomes '{"cancel_at_period_end":false}'
becomes '{"status":"past_due"}' invoice.payment_failed; bill status
ok "past due: in force for the grace" equal "$(plan) $(field '[.status, .past_due, .next_action, .blocked] | map(tostring) | join(" ")')" "pro past_due true update_payment false"
look $((8 * 86400)); ok "and no longer" equal "$(plan) $(may)" "- false billing_required"
bill status; ok "as it says" equal "$(field '[.status, .subscription_inactive, .next_action, .plan_id] | map(tostring) | join(" ")')" "past_due true update_payment null"
becomes '{"status":"active"}' invoice.paid; ok "paid, it is in force again" equal "$(plan)" pro
for s in unpaid paused incomplete incomplete_expired a_status_to_come; do
	becomes "{\"status\":\"$s\"}"; ok "$s gives nothing" equal "$(plan) $(sub .status)" "- $s"
done
ok "what nobody knows is an operator's matter" equal "$(sub .problem)" "a status that is not known here"
becomes '{"status":"active"}'; ok "resumed" equal "$(plan)" pro
ITEMS=$(jq -c .items <<<"$S")
for bad in '.data[0].price.unit_amount = 1' '.data[0].price.currency = "usd"' '.data[0].price.recurring.interval = "week"' '.data[0].price.id = "price_of_others"' '.data[0].quantity = 2' '.data += .data'; do
	becomes "$(jq -c "{items: ($bad)}" <<<"$ITEMS")"
	ok "no plan for: $bad" equal "$(plan) $(sub '.problem != ""')" "- true"
done
becomes "{\"items\":$ITEMS,\"livemode\":true}"; ok "nor of the other mode" equal "$(plan) $(sub .problem)" "- another mode"
becomes '{"livemode":false}'; ok "as before" equal "$(plan)" pro

# An answer that comes late, events that never come, a provider that fails.
control '"503"'; say customer.subscription.updated "$S"; reap billing.inbox; reap billing.subscriptions
for _ in $(seq 50); do LEFT=$(sub '"\(.attempts > 0) \(.wanted > .seen)"'); [ "$LEFT" = "true true" ] && [ "$(asked '.[-1].status')" = 503 ] && break; done
ok "a provider that is away leaves it as it is" equal "$(plan) $LEFT" "pro true true"
reap billing.subscriptions 400; ok "and is asked again" equal "$(sub '.wanted == .seen')" true
fake change "{\"id\":\"$(sub .subscription_id)\",\"status\":\"canceled\",\"ended_at\":$(date +%s)}" >/dev/null
reap billing.subscriptions 90000; ok "without any event it is found within a day" equal "$(plan) $(sub .status)" "- canceled"
bill status; ok "the subscription has ended" equal "$(field '[.status, .subscription.status, .next_action] | join(" ")')" "canceled canceled setup_billing"
someone bob; bill checkout-session '{"interval":"month"}'; pays
say customer.subscription.created "$(fake all | jq -c --arg s "$(jq -r .subscription <<<"$PAID")" '.[] | select(.id == $s)')"; look
ok "a subscription that comes before its page" equal "$(plan) $(plan_page .state)" "pro open"
say checkout.session.completed "$PAID"; look; ok "and then the page" equal "$(plan) $(plan_page .state)" "pro complete"
"$BUS" plan assign bob demo; becomes '{"cancel_at_period_end":true}'
ok "an operator's plan does not end the one that is paid for" equal "$(plan)" pro
becomes '{"status":"canceled","ended_at":1}' customer.subscription.deleted; ok "and is there when that ends" equal "$(plan)" demo
say invoice.paid '{"id":"in_others","object":"invoice","customer":"cus_others","parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_others","metadata":{}}}}'
look; ok "a subscription of nobody waits to be known" equal "$(event_state)" waiting
seen; ok "the invariants hold" sound

# Upgrades reach the budgets of the period that runs.
someone cid; "$BUS" plan assign cid visitor; ask; ok "on a small plan" equal "$STATUS $(plan_of)" "200 1000000"
bill checkout-session '{"plan_id":"pro","interval":"month"}'; pays; say checkout.session.completed "$PAID"; look
ok "more is allowed at once" equal "$(plan) $(plan_of)" "pro 300000000"
becomes '{"status":"canceled","ended_at":1}' customer.subscription.deleted
ok "and less again" equal "$(plan) $(plan_of)" "visitor 1000000"

# A trial, and a dispute about a subscription's payment.
put '(.plans[] | select(.id == "pro") | .trial_days) = 14'
someone dan; bill checkout-session '{"interval":"month"}'; pays; say checkout.session.completed "$PAID"; look; bill status
ok "a trial" equal "$(plan) $(field '[.trial, .status, .subscription.status] | map(tostring) | join(" ")')" "pro true active trialing"
say charge.dispute.created "{\"id\":\"du_dan\",\"payment_intent\":\"pi_$(sub .subscription_id)\",\"status\":\"needs_response\"}"; reap billing.inbox
ask; ok "a dispute about a payment of it stops models" equal "$STATUS $(field .error.code) $(plan)" "402 payment_disputed pro"
bill checkout-session '{}'; ok "and sales" equal "$STATUS $(field .code)" "402 payment_disputed"
say charge.dispute.closed "{\"id\":\"du_dan\",\"payment_intent\":\"pi_$(sub .subscription_id)\",\"status\":\"lost\"}"; reap billing.inbox
ok "lost" equal "$("$BUS" billing disputes --json | jq -r '.items[].account')" dan
"$BUS" billing dispute lift "pi_$(sub .subscription_id)" --reason "paid otherwise"; ask; ok "and lifted" equal "$STATUS" 200
say customer.deleted "{\"id\":\"$(sub .customer_id)\",\"object\":\"customer\"}"; look
ok "a customer who is deleted there is forgotten" equal "$(sql operator "SELECT count(*) FROM bus.billing_customer c JOIN bus.account a ON a.id = c.account_id WHERE a.subject = 'dan'")" 0

# Usage to the provider's meter.
exports() { sql operator "SELECT coalesce(string_agg(m.state || ' ' || m.value, ', ' ORDER BY m.usage), '-') FROM bus.meter_export m JOIN bus.account a ON a.id = m.account_id WHERE a.subject = '$WHO'"; }
metered() { fake all | jq -r --arg c "$(sub .customer_id)" '[.[] | select(.object == "billing.meter_event" and .payload.stripe_customer_id == $c) | .payload.value | tonumber] | [length, add // 0] | join(" ")'; }
used() { sql operator "SELECT count(*) || ' ' || coalesce(sum(posted), 0) FROM bus.usage_record u JOIN bus.account a ON a.id = u.account_id WHERE a.subject = '$WHO' AND u.state = 'posted'"; }
someone eve; bill checkout-session '{"interval":"month"}'; pays; say checkout.session.completed "$PAID"; look
ask; settled; meter
ok "what was used is told once settled" equal "$(exports) $(metered)" "sent 8 1 8"
ok "under the name of the call" equal "$(asked '[.[] | select(.url == "/v1/billing/meter_events")][-1] | .form.identifier + " " + .idem')" "$(sql operator "SELECT usage_id || ' meter:' || usage_id || ':1' FROM bus.usage_record ORDER BY id DESC LIMIT 1")"
meter 60; ok "and not again" equal "$(exports) $(metered)" "sent 8 1 8"
control '"drop"'; ask; settled; meter
ok "an answer that is lost" equal "$(exports) $(metered)" "sent 8, due 8 2 16"
meter 60; ok "is asked for again, and counts once" equal "$(exports) $(metered)" "sent 8, sent 8 2 16"
control '"503"'; ask; settled; meter; ok "one that did not arrive" equal "$(metered)" "2 16"
meter 60; ok "arrives later" equal "$(metered) $(used)" "3 24 3 24"
control '"500"'; ask; settled; meter; meter 60
ok "one whose answer of 500 is kept, too" equal "$(exports | tail -c 7) $(metered)" "sent 8 4 32"
control '"refuse"'; ask; settled; meter; ok "one that is refused is an operator's matter" equal "$("$BUS" billing exports --state refused --json | jq -r '.items[] | .account + " " + .note')" "eve 400 invalid_request_error parameter_invalid_empty: refused as asked"
control '"503"'; ask; settled; meter; meter 90000
ok "after a day nobody could tell whether it counted: not told again" equal "$(exports | tail -c 10) $(metered)" "unknown 8 4 32"
someone fay; "$BUS" plan assign fay demo; ask; settled; reap billing.meter
ok "who pays nothing is not metered" equal "$(exports)" -

# Stripe's own client.
if npm_package stripe@23.1.0; then
	cp -u "$srcdir"/tests/billing/*.mjs "$builddir/test-npm/"
	WHO=eve
	sql operator "SELECT json_build_object('plan', (SELECT row_to_json(c) FROM bus.plan_checkout c WHERE c.subject = 'eve'), 'subscription', row_to_json(s),
		'price', (SELECT row_to_json(p) FROM bus.plan_price p WHERE p.price_id = s.price_id), 'usage', (SELECT identifier FROM bus.meter_export m WHERE m.account_id = s.account_id AND state = 'sent' LIMIT 1))
		FROM bus.subscription s JOIN bus.account a ON a.id = s.account_id WHERE a.subject = 'eve'" >"$VAR/ours.json"
	(cd "$builddir/test-npm" && timeout 120 node client.mjs "$FAKE" $KEY "$VAR/ours.json") >"$VAR/client"
	ok "Stripe's own client reads what we made, and fails as we do" equal $? 0
	sed 's/^/# /' "$VAR/client"
else
	echo "# npm is not reachable: Stripe's client was not tried"
fi

# The storm: every event of every subscription, many times, in any order, while
# programs are killed. In the end all is as the provider says.
put '(.plans[] | select(.id == "pro") | .trial_days) = 0'
for s in active active past_due unpaid canceled paused trialing incomplete; do
	someone "storm-$s-$((++STORM))"; bill checkout-session '{"interval":"month"}'; pays
	S=$(fake change "$(jq -c --arg s $s '{id: .subscription, status: $s} + if $s == "canceled" then {ended_at: 1} else {} end' <<<"$PAID")")
	jq -nc --argjson p "$PAID" --argjson s "$S" --arg w "$WHO" '{checkout_id: $p.metadata.bus_checkout_id, session: $p, subscription: $s, who: $w}'
done >"$VAR/pages"
jq -s . "$VAR/pages" >"$VAR/pages.json"
node "$srcdir/tests/billing/storm.mjs" "$BASE" $SECRET "$VAR/pages.json" "${BILLING_DELIVERIES:-3000}" 16 "${BILLING_SEED:-1}" >"$VAR/storm" & storm=$!
MASTER=$(pgrep -o -f "bus-fcgi $VAR/etc/bus.conf")
while kill -0 $storm 2>/dev/null; do
	for pass in billing.inbox billing.subscriptions; do
		"${AS[@]}" "$builddir/bus-reaper" --once --pass=$pass "$VAR/etc/bus.conf" >/dev/null 2>&1 & one=$!
		read -rt 0.5 <> <(:)
		kill -9 $one $(pgrep -P "$MASTER" | shuf -n 2) 2>/dev/null
	done
done
wait $storm; ok "every delivery was answered as it should be" equal $? 0
echo "# $(cat "$VAR/storm")"
look; look 4000
ok "nothing is left in the inbox" equal "$(sql operator "SELECT count(*) FROM bus.stripe_event WHERE event_id LIKE 'evt_chp_%' AND state IN ('new', 'waiting', 'failed')")" 0
while read -r WHO status; do
	case $status in active | trialing | past_due) want=pro ;; *) want=- ;; esac
	ok "$WHO: as the provider says" equal "$(sub .status) $(plan) $(plan_page .state)" "$status $want complete"
done < <(jq -r '.[] | .who + " " + .subscription.status' "$VAR/pages.json")
ok "no forged, stale or wrong-mode event was kept" equal "$(sql operator "SELECT count(*) FROM bus.stripe_event WHERE event_id ~ '_(live|forged|old|changed)$'")" 0
seen; ok "the invariants hold" sound

# A crash at each point.
for point in billing.plan_intended billing.plan_called; do
	grep -q "^$point" "$BUS_FAULT_LOG" || continue
	someone "crash-$point"; arm $point; bill checkout-session '{"interval":"month"}'
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?) $(plan_page .state)" "1 intent"
	for _ in 1 2 3 4 5; do reap billing.plan_complete 60; [ "$(plan_page .state)" = open ] && break; done
	ok "$point: the pass completes it, once" equal "$(plan_page .state) $(asked "[.[] | select(.form[\"metadata[bus_account_id]\"] == \"$WHO\" and .id) | .id] | unique | length")" "open 1"
done
for point in billing.subscribed billing.asked billing.read; do
	grep -q "^$point" "$BUS_FAULT_LOG" || continue
	someone "crash-$point"; bill checkout-session '{"interval":"month"}'; pays; arm $point; say checkout.session.completed "$PAID"
	for _ in $(seq 20); do [ -e "$BUS_FAULT_FILE" ] || break; reap billing.inbox; reap billing.subscriptions; done
	ok "$point was reached" equal "$(test -e "$BUS_FAULT_FILE"; echo $?)" 1
	rm -f "$BUS_FAULT_FILE"; look; reap billing.subscriptions 60
	ok "$point: the plan is in force" equal "$(plan)" pro
done

# Without a provider: the local pages, and the proof.
switch_local
someone gus
for _ in $(seq 40); do bill checkout-session '{"interval":"month"}'; [ "$(field .provider)" = local ] && break; read -rt 0.25 <> <(:); done
ok "a local page" contains "$(field .url)" "/api/v1/local-payments/chp_"
path=/api/v1/local-payments/${BODY##*/local-payments/}; path=${path%%\"*}
ok "says what it is for" contains "$(curl -s "$BASE$path")" "31.00 eur each month"
ok "paying returns" contains "$(curl -s -o /dev/null -w '%{http_code}' -X POST "$BASE$path/pay")" 303; look
ok "and the plan is in force" equal "$(plan) $(sub .status)" "pro active"
bill portal-session '{}'; ok "its portal" contains "$(field .url)" "/api/v1/local-subscriptions/$(sub .subscription_id)"
press() { curl -s -o /dev/null -w '%{http_code}' -X POST "$BASE/api/v1/local-subscriptions/$(sub .subscription_id)/$1"; }
ok "a payment that fails" equal "$(press fail)" 303; look; ok "is past due" equal "$(plan) $(sub .status)" "pro past_due"
press pay >/dev/null; look; press cancel >/dev/null; look; ok "paid, and cancelled at the end" equal "$(plan) $(sub '"\(.status) \(.cancel_at_period_end)"')" "pro active true"
ok "what it does not do" equal "$(press jump)" 409
OFFERS=$(curl -s "$BASE/api/v1/billing/catalog")
ok "what is sold is public" equal "$(jq -r '.items[] | [.plan_id, .name, (.prices[] | "\(.amount) \(.currency) \(.interval)"), .limits[0].hard_limit, .support.level] | map(tostring) | join(", ")' <<<"$OFFERS")" "pro, Professional, 3100 eur month, 29000 eur year, 50000000, standard"
ok "the page has the other price" contains "$(curl -s "$BASE/api/v1/local-subscriptions/$(sub .subscription_id)")" "change-pro-year\"><button>Change to pro, 290.00 eur each year"
ok "which is changed to" equal "$(press change-pro-year)" 303; look
ok "and is read" equal "$(plan) $(sub '.price_id')" "pro price_local_bus_pro_year_eur_29000"
for odd in change-pro-year change-none-year change-pro-decade change- change-- change-pro; do
	ok "no change: $odd" equal "$(press "$odd")" 409
done
press change-pro-month >/dev/null; look; ok "and back" equal "$(sub '.price_id')" price_local_bus_pro_month_eur_3100
press end >/dev/null; look; ok "ended" equal "$(plan) $(sub .status) $(press pay)" "- canceled 409"
ok "what has ended is not changed" equal "$(press change-pro-year) $(curl -s "$BASE/api/v1/local-subscriptions/$(sub .subscription_id)" | grep -c change-)" "409 0"
ok "no such subscription" equal "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/api/v1/local-subscriptions/sub_local_none")" 404
out=$("$BUS" proof billing --json 2>"$VAR/err"); ok "the proof" equal "$? $(jq -r '.ok' <<<"$out")" "0 true"
ok "shows each step" equal "$(jq -r '[.steps[].step] | join(", ")' <<<"$out")" "catalog item, account mapping, entitlement refused, checkout, webhook, entitlement granted, quota, usage record, usage export, subscription ended"
ok "and how Stripe takes the local provider's place" contains "$(jq -r .stripe <<<"$out")" "sk_test_"
ok "it is quiet on a pipe" equal "$(cat "$VAR/err")" ""
ok "nothing of it is sold on" equal "$(sql operator "SELECT count(*) FROM bus.plan_sold WHERE plan LIKE 'proof-%'")" 0
ok "the invariants hold at the end" sound
done_testing
