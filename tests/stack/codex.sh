#!/bin/bash
# The Codex binary as a client: a turn in which a tool is called runs through the
# gateway, and each of its calls is counted.
. "${srcdir:-.}/tests/lib/stack.sh"
. "$srcdir/tests/lib/upstreams.sh"
BEFORE_UP=write_models stack_begin
ok "Codex can be installed" npm_package @openai/codex@0.169.0
T=$(cat "$VAR/demo.token")
serve_upstreams

mkdir -p "$VAR/codex/work"
(umask 077; cat >"$VAR/codex/config.toml" <<C
model = "gpt-5.5"
model_provider = "bus"
[model_providers.bus]
name = "Bus"
base_url = "$BASE/v1"
wire_api = "responses"
experimental_bearer_token = "$T"
request_max_retries = 0
stream_max_retries = 0
C
)
CODEX=$(find "$builddir/test-npm/node_modules/@openai" -path '*/bin/codex' -type f -size +10M | head -1)
CODEX_HOME=$VAR/codex HOME=$VAR/codex timeout 120 "$CODEX" exec --skip-git-repo-check --dangerously-bypass-approvals-and-sandbox \
	-C "$VAR/codex/work" "Run the command and say what it printed." </dev/null >"$VAR/codex/said" 2>"$VAR/codex/log"
ok "the turn ends well" equal "$?" 0
ok "the tool ran here, and its output went round" contains "$(cat "$VAR/codex/said")" "It printed from-42-codex."
rows() { sql operator "SELECT string_agg(state || ' ' || posted, ', ') FROM bus.usage_record WHERE model = 'gpt-5.5'"; }
counted() { [ "$(rows)" = "posted 1100, posted 1100" ]; }
ok "both calls are counted, to the micro-unit" until_true counted
ok "the invariants hold" silent "$BUS" fsck
done_testing
