# For tests of the gateway: the models of tests/chat/upstreams.mjs, and that as a server.
UP=$(free_port)
write_models() {
	node "$srcdir/tests/chat/upstreams.mjs" models "$UP" >"$VAR/models.json"
	sed -i "s|^models = .*|models = $VAR/models.json|" "$VAR/etc/bus.conf"
}
# Answers until the test ends, or until end_upstreams.
serve_upstreams() {
	node "$srcdir/tests/chat/upstreams.mjs" serve "$UP" & UP_PID=$!
	trap 'end_upstreams; stack_end' EXIT
	ok "upstream answers" until_true silent curl -s -m 2 -d '{"model":"sdk-asked"}' "http://127.0.0.1:$UP/"
}
end_upstreams() { [ -z "${UP_PID:-}" ] || kill "$UP_PID" 2>/dev/null; UP_PID=''; }
