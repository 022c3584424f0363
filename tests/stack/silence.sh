#!/bin/bash
# A model that says nothing for a minute, asked by OpenAI's client through nginx and
# Apache, both of which pack what they may: heads at once, signs of life, the answer.
# SILENCE (60) seconds; all of it runs beside each other.
. "${srcdir:-.}/tests/lib/stack.sh"
UP=$(free_port) SILENCE=${SILENCE:-60}
write_models() {
	jq -n --arg url "http://127.0.0.1:$UP/v1" '{backends: [{id: "late", kind: "openai_api", url: $url, idle_ms: 120000}],
		models: [{id: "late", backend_class: "openai_api", plan_feature: "chat", context_tokens: 100000,
			max_output_tokens: 100, capabilities: [], uses: ["chat"], routes: [{backend: "late", model: "m", usage: "openai"}],
			prices: [{version: "t", from: "2026-01-01T00:00:00Z", input: 1, cached_input: 1, cache_write: 1,
				output: 1, reasoning: 1}]}]}' >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
# A second nginx of ours before the same programs, as an installation may have it.
front_nginx() {
	local dir=$VAR/front
	BUS_PORT=$(free_port) && mkdir -p "$dir" || exit 99
	BASE=http://127.0.0.1:$BUS_PORT
	sed "s|^listen =.*|listen = 127.0.0.1:$BUS_PORT|" "$VAR/etc/bus.conf" >"$dir/bus.conf"
	"$BUS" routes --nginx --config "$dir/bus.conf" >"$dir/routes.conf"
	{
		printf '%s\n' "daemon off; pid $dir/pid; error_log stderr warn;" "$([ "$(id -u)" != 0 ] || echo "user root;")" \
			"events { worker_connections 512; }" "http { access_log off; gzip on; gzip_min_length 0; gzip_proxied any; gzip_types *;" \
			"include /etc/nginx/mime.types;"
		for t in client_body proxy fastcgi uwsgi scgi; do echo "${t}_temp_path $dir/$t;"; done
		echo "include $dir/routes.conf; }"
	} >"$dir/nginx.conf"
	/usr/sbin/nginx -e stderr -c "$dir/nginx.conf" -p "$dir" 2>"$dir/stderr" &
	NGINX=$!
	curl -s -o /dev/null --retry 50 --retry-delay 1 --retry-connrefused --retry-max-time 20 "$BASE/livez" || {
		echo "Bail out! nginx does not start"; cat "$dir/stderr"; exit 99; }
}
npm_package openai@4.104.0 || {
	echo "Bail out! OpenAI's client cannot be installed"; exit 99; }
BEFORE_UP=write_models stack_begin
node "$srcdir/tests/chat/silence.mjs" serve "$UP" "$SILENCE" & LATE=$!
NGINX=''
trap 'kill $LATE $NGINX 2>/dev/null; stack_end' EXIT
OURS=$BASE
front_nginx; FRONT_NGINX=$BASE
ok "the nginx in front packs what it may" contains "$(curl -s -o /dev/null -D - -H 'Accept-Encoding: gzip' "$BASE/")" "Content-Encoding: gzip"
front_apache; FRONT_APACHE=$BASE
ok "and so does Apache" contains "$(curl -s -o /dev/null -D - -H 'Accept-Encoding: gzip' "$BASE/")" "Content-Encoding: gzip"
(cd "$builddir/test-npm" && cp -u "$srcdir/tests/chat/silence.mjs" . && node silence.mjs ask "$(cat "$VAR/demo.token")" "$SILENCE" \
	"stack=$OURS/v1" "nginx=$FRONT_NGINX/v1" "apache=$FRONT_APACHE/v1") >"$VAR/silence.tap"
ok "a silence of $SILENCE s ($(grep -c '^ok' "$VAR/silence.tap") checks)" equal "$?" 0
grep '^not ok' "$VAR/silence.tap" | sed 's/^/# /'
done_testing
