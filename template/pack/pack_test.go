package pack

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"app/engine"
)

var sample = engine.Spec{Kind: engine.Checklist, Slug: "some-list", Title: "List",
	Summary: "A list.", Items: []string{"One", "Two"}}

func between(s, from, to string) string {
	s = s[strings.Index(s, from)+len(from):]
	return s[:strings.Index(s, to)]
}

func TestFile(t *testing.T) {
	logic := bytes.Repeat([]byte("\x00asm logic "), 1000)
	text := File(&sample, `glue("</script>")`, logic)
	if text != File(&sample, `glue("</script>")`, logic) {
		t.Error("two runs differ")
	}
	packed, err := base64.StdEncoding.DecodeString(between(text, `id="logic">`, "</script>"))
	if err != nil {
		t.Fatal(err)
	}
	in, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := io.ReadAll(in); err != nil || !bytes.Equal(back, logic) {
		t.Error("the logic did not come back")
	}
	for _, part := range []string{between(text, "<style>", "</style>"),
		between(text, "</script>\n<script>", "</script>")} {
		allowed := strings.ReplaceAll(digest(part), "'", "&#39;")
		if !strings.Contains(text, allowed) {
			t.Errorf("the policy does not allow %.40q", part)
		}
	}
	if strings.Count(text, "</script>") != 3 || strings.Contains(text, `="http`) {
		t.Error("a script ends early, or something is asked from elsewhere")
	}
}

func TestRun(t *testing.T) {
	folder := t.TempDir()
	for _, at := range []string{"lib", "misc"} {
		goroot := filepath.Join(folder, at)
		os.MkdirAll(filepath.Join(goroot, at, "wasm"), 0o755)
		os.WriteFile(filepath.Join(goroot, at, "wasm", "wasm_exec.js"), []byte("glue"), 0o644)
		logic := filepath.Join(folder, "logic.wasm")
		os.WriteFile(logic, []byte("logic"), 0o644)
		out := filepath.Join(goroot, "new", "page.html")
		err := Run(&sample, []string{"--wasm", logic, "--goroot", goroot, "--out", out})
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := os.ReadFile(out); !strings.Contains(string(b), "<script>glue</script>") {
			t.Error("no glue from", at)
		}
	}
	t.Setenv("GOROOT", "")
	for _, args := range [][]string{nil, {"--wasm"}, {"--wasm", "x"},
		{"--wasm", "/nowhere", "--out", "x"}, {"--wasm", os.Args[0], "--out", "x"},
		{"--wasm", os.Args[0], "--out", "x", "--goroot", folder}} {
		if Run(&sample, args) == nil {
			t.Error(args, "was taken")
		}
	}
}
