package cli

import (
	"io"
	"os"
	"strings"
	"testing"

	"app/engine"
)

// running gives what a command line prints and its exit code.
func running(t *testing.T, s *engine.Spec, in string, args ...string) (out, problems string, code int) {
	t.Helper()
	folder := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(folder + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	stdin, stdout, stderr := os.Stdin, os.Stdout, os.Stderr
	defer func() { os.Stdin, os.Stdout, os.Stderr = stdin, stdout, stderr }()
	os.Stdin, os.Stdout, os.Stderr = open("in"), open("out"), open("err")
	os.Stdin.WriteString(in)
	os.Stdin.Seek(0, io.SeekStart)
	code = Run(s, args)
	o, _ := os.ReadFile(folder + "/out")
	e, _ := os.ReadFile(folder + "/err")
	return string(o), string(e), code
}

var calculator = engine.Spec{Kind: engine.Calculator, Slug: "tip", Title: "Tip", Summary: "Tips.",
	Inputs: []engine.Input{
		{Name: "bill", Label: "Bill", Unit: "€", Required: true},
		{Name: "day", Label: "Day", Type: engine.Date, Default: "today"},
		{Name: "size", Label: "Size", Type: engine.Choice, Default: "S", Choices: []string{"S", "L"}},
	},
	Outputs: []engine.Output{
		{Name: "tip", Label: "Tip", Unit: "€", Format: engine.AsMoney, Digits: 2,
			Expr: func(v []float64) float64 { return engine.Div(v[0], 10) }},
		{Name: "inverse", Label: "Inverse", Digits: 2,
			Expr: func(v []float64) float64 { return engine.Div(1, v[0]) }},
		{Name: "later", Label: "Later", Format: engine.AsInteger,
			Expr: func(v []float64) float64 { return engine.Gt(v[1], 20000) }},
	}}
var converter = engine.Spec{Kind: engine.Converter, Slug: "conv", From: "m", To: "cm",
	Units: []engine.Unit{{Name: "m", Label: "Metres", Symbol: "m", Scale: 1},
		{Name: "cm", Label: "Centimetres", Symbol: "cm", Scale: 0.01}}}
var checklist = engine.Spec{Kind: engine.Checklist, Slug: "list", Items: []string{"One", "Two"}}
var counter = engine.Spec{Kind: engine.Counter, Slug: "count", Tallies: []engine.Tally{
	{Label: "In", Step: 1, Max: 2}, {Label: "Out", Step: 5, Max: 100}}}
var clock = engine.Spec{Kind: engine.Timer, Slug: "timer", Rounds: 2, Stages: []engine.Stage{
	{Label: "Work", Seconds: 60}, {Label: "Rest", Seconds: 5}}}
var letter = engine.Spec{Kind: engine.Form, Slug: "letter", Body: "Dear {name}", Inputs: []engine.Input{
	{Name: "name", Label: "Name", Type: engine.Line, Required: true}}}
var rewriter = engine.Spec{Kind: engine.Text, Slug: "text",
	Operations: []string{"upper", "count", "find_replace"}}

func TestCommands(t *testing.T) {
	for _, c := range []struct {
		s             *engine.Spec
		args, in, out string
		problem       string
		code          int
	}{
		{&calculator, "bill=50", "", "Tip: 5.00 €\nInverse: 0.02\nLater: 1\n", "", 0},
		{&calculator, "bill=0", "", "Tip: 0.00 €\nLater: 1\n", "Inverse: Cannot be computed", 65},
		{&calculator, "size=L", "", "", "bill: Enter a number.", 65},
		{&calculator, "bill=x size=M", "", "", "size: Not one of", 65},
		{&calculator, "bil=5", "", "", "no value called bil", 64},
		{&calculator, "bill=5 bill=6", "", "", "given twice", 64},
		{&calculator, "bill=5 what", "", "", "what is what?", 64},
		{&calculator, "--nonsense", "", "", "unknown option --nonsense", 64},
		{&calculator, "--listen 10.0.0.1:80", "", "", "of this computer only", 64},
		{&calculator, "--version", "", "tip 1.0\n", "", 0},
		{&converter, "1.5", "", "Metres: 1.5 m\nCentimetres: 150 cm\n", "", 0},
		{&converter, "150 cm m", "", "Metres: 1.5 m\n", "", 0},
		{&converter, "value=-2 to=cm", "", "Centimetres: -200 cm\n", "", 0},
		{&converter, "-2 m cm", "", "Centimetres: -200 cm\n", "", 0},
		{&converter, "1 m mile", "", "", "to: Choose a unit.", 65},
		{&converter, "1 m cm x", "", "", "what is x?", 64},
		{&checklist, "list", "", "[ ] One\n[ ] Two\nDone: 0 of 2\nLeft: 2\n", "", 0},
		{&checklist, "done=2", "", "[ ] One\n[x] Two\nDone: 1 of 2\nLeft: 1\n", "", 0},
		{&checklist, "done=3", "", "", "no item 3", 65},
		{&checklist, "lost", "", "", "what is lost?", 64},
		{&counter, "count_1=1 add=1", "", "In: 2\nOut: 0\n", "", 0},
		{&counter, "count", "+\n+2\n-2\nr1\n?\n+3\nq\n+\n",
			"In: 0  Out: 0\nIn: 1  Out: 0\nIn: 1  Out: 5\nIn: 1  Out: 0\nIn: 0  Out: 0\n",
			"use + or -", 0},
		{&counter, "count count_2=95", "+2\n+2\nr\n", "In: 0  Out: 95\nIn: 0  Out: 100\nIn: 0  Out: 100\nIn: 0  Out: 0\n", "", 0},
		{&clock, "plan", "", "00:00  Work\n01:00  Rest\n01:05  Work\n02:05  Rest\n02:10  End\n", "", 0},
		{&clock, "elapsed=62", "", "State: Running\nStage: Rest\nTime: 00:03\nRound: 1 of 2\n", "", 0},
		{&clock, "go", "", "", "what is go?", 64},
		{&letter, "name=Ann", "", "Dear Ann\n", "", 0},
		{&letter, "name=", "", "", "name: Enter a text.", 65},
		{&rewriter, "upper", "abc\n", "ABC\n", "", 0},
		{&rewriter, "-", "abc", "ABC\n", "", 0},
		{&rewriter, "upper text=x", "abc", "X\n", "", 0},
		{&rewriter, "find_replace find=b replace=", "abc", "ac\n", "", 0},
		{&rewriter, "find_replace", "abc", "", "find: Enter what", 65},
		{&rewriter, "lower", "abc", "", "no operation called lower", 64},
		{&rewriter, "count", "a b", "Words: 2\nCharacters: 3\n", "", 0},
	} {
		out, problems, code := running(t, c.s, c.in, strings.Fields(c.args)...)
		if code != c.code || !strings.HasPrefix(out, c.out) || c.out == "" && out != "" ||
			!strings.Contains(problems, c.problem) || c.problem == "" && problems != "" {
			t.Errorf("%s %s: %d %q %q", c.s.Slug, c.args, code, out, problems)
		}
	}
}

func TestHelp(t *testing.T) {
	for _, s := range []*engine.Spec{&calculator, &converter, &checklist, &counter, &clock,
		&letter, &rewriter} {
		out, problems, code := running(t, s, "", "--help")
		if code != 0 || problems != "" || !strings.Contains(out, "--listen ADDRESS") {
			t.Errorf("%s: %d %q %q", s.Slug, code, out, problems)
		}
		for _, in := range s.Inputs {
			if !strings.Contains(out, "\n  "+in.Name+"\n") {
				t.Errorf("%s: %s is missing", s.Slug, in.Name)
			}
		}
	}
}

func TestLocalAddress(t *testing.T) {
	for in, want := range map[string]string{
		"": "127.0.0.1:0", "8080": "127.0.0.1:8080", ":8080": "127.0.0.1:8080",
		"localhost:1": "127.0.0.1:1", "127.0.0.1:2": "127.0.0.1:2", "[::1]:3": "[::1]:3",
	} {
		if got, ok := localAddress(in); !ok || got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
	for _, in := range []string{"0.0.0.0:80", "example.org:80", "http", "1:2:3", "[::]:80", "192.168.1.2:80"} {
		if got, ok := localAddress(in); ok {
			t.Errorf("%s became %s", in, got)
		}
	}
}
