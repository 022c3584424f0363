// Package pack makes one file of a tool: the finished page with its style,
// its script and, compressed, its logic.
package pack

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"app/engine"
	"app/page"
)

// Run writes the page as the arguments say.
func Run(s *engine.Spec, args []string) error {
	options := map[string]string{"--goroot": os.Getenv("GOROOT")}
	for i := 0; i+1 < len(args); i += 2 {
		options[args[i]] = args[i+1]
	}
	if len(args)%2 != 0 || options["--wasm"] == "" || options["--out"] == "" {
		return errors.New("give --wasm, --goroot and --out")
	}
	logic, err := os.ReadFile(options["--wasm"])
	if err != nil {
		return err
	}
	glue, err := readGlue(options["--goroot"])
	if err != nil {
		return err
	}
	out := options["--out"]
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(out, []byte(File(s, glue, logic)), 0o644)
}

// readGlue reads the script that comes with the compiler and ties its
// WebAssembly to a browser; newer compilers keep it in another folder.
func readGlue(goroot string) (string, error) {
	if goroot == "" {
		return "", errors.New("where is Go? Give --goroot")
	}
	var err error
	for _, folder := range [...]string{"lib", "misc"} {
		var glue []byte
		name := filepath.Join(goroot, folder, "wasm", "wasm_exec.js")
		if glue, err = os.ReadFile(name); err == nil {
			return string(glue), nil
		}
	}
	return "", err
}

// File is the whole page. The same input gives the same bytes.
func File(s *engine.Spec, glue string, logic []byte) string {
	scripts := [...]string{glue, page.JS()}
	style := page.CSS()
	h := page.Head{
		Style:  "<style>" + style + "</style>",
		Footer: "Works without a connection. " + "What you enter stays on this device.",
	}
	h.Script = `<script type="text/plain" id="logic">` + squash(logic) + "</script>\n"
	allowed := []string{"'wasm-unsafe-eval'"}
	for _, text := range scripts {
		text = strings.ReplaceAll(text, "</script", `<\/script`)
		h.Script += "<script>" + text + "</script>\n"
		allowed = append(allowed, digest(text))
	}
	h.Policy = page.Policy(strings.Join(allowed, " "), digest(style))
	return page.Render(s, h)
}

// digest is how a policy names the one text it allows.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Measured: the best level takes three times as long for one per cent less.
const level = 5

func squash(b []byte) string {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, level)
	w.Write(b)
	w.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}
