#!/bin/sh
# Build the sample tool for all platforms, and the page with the program in it:
# build.sh SOURCES OUT. The Go caches lie in OUT too.
set -eu
from=$1
out=$2
rm -rf "$out/src"
mkdir -p "$out/src/calc" "$out/dist"
out=$(cd "$out" && pwd)
cp "$from/go.mod" "$from/main.go" "$from/main_js.go" "$out/src/"
cp "$from/calc/calc.go" "$out/src/calc/"

export GOCACHE="$out/cache" GOPATH="$out/path" GOPROXY=off GOFLAGS=-mod=mod CGO_ENABLED=0
root=$(go env GOROOT)
glue=$root/misc/wasm/wasm_exec.js
[ -f "$glue" ] || glue=$root/lib/wasm/wasm_exec.js

build() { # GOOS GOARCH NAME
	(cd "$out/src" && GOOS=$1 GOARCH=$2 go build -trimpath -buildvcs=false \
		-ldflags="-s -w -buildid=" -o "$out/dist/$3" .)
}

build js wasm app.wasm
gzip -9nc "$out/dist/app.wasm" | base64 -w0 > "$out/app.b64"
awk -v glue="$glue" -v b64="$out/app.b64" '
	/^@WASM_EXEC@$/ { while ((getline line < glue) > 0) print line; next }
	/@WASM@/ {
		split($0, half, "@WASM@")
		printf "%s", half[1]
		while ((getline line < b64) > 0) printf "%s", line
		print half[2]
		next
	}
	{ print }' "$from/public/page.html" > "$out/dist/index.html"
cp "$out/dist/index.html" "$out/src/page.html"
build linux amd64 tool-linux-amd64
build linux arm64 tool-linux-arm64
build darwin arm64 tool-darwin-arm64
build windows amd64 tool-windows-amd64.exe
touch "$out/stamp"
