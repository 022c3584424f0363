package page

import (
	"strings"
	"testing"

	"app/engine"
)

const evil = `"><script>x</script>'&{{title}}`

func sum(v []float64) float64 { return engine.Add(v[0], 1) }

// One tool of each kind, with texts that want to be markup.
var tools = []engine.Spec{
	{Kind: engine.Calculator, Inputs: fields(), Outputs: []engine.Output{
		{Name: "sum", Label: evil, Unit: evil, Digits: 2, Expr: sum}}},
	{Kind: engine.Converter, From: "a", To: "b", Units: []engine.Unit{
		{Name: "a", Label: evil, Symbol: evil, Scale: 1}, {Name: "b", Label: "B", Scale: 2}}},
	{Kind: engine.Checklist, Items: []string{evil, "second"}},
	{Kind: engine.Counter, Tallies: []engine.Tally{
		{Label: evil, Step: 1, Max: 9}, {Label: "B", Step: 2, Max: 9}}},
	{Kind: engine.Timer, Rounds: 2, Stages: []engine.Stage{
		{Label: evil, Seconds: 60}, {Label: "B", Seconds: 5}}},
	{Kind: engine.Form, Inputs: fields(), Body: evil + "{line}"},
	{Kind: engine.Text, Operations: []string{"count", "upper", "find_replace"}},
}

func fields() []engine.Input {
	many := []string{"a", "b", "c", "d", evil}
	return []engine.Input{
		{Name: "number", Label: evil, Unit: evil, Default: "1", HasMin: true, HasMax: true, Max: 9},
		{Name: "integer", Label: "I", Type: engine.Integer},
		{Name: "line", Label: "L", Type: engine.Line, Default: evil, Required: true},
		{Name: "long", Label: "T", Type: engine.LongText, Default: "\n</textarea>" + evil},
		{Name: "few", Label: "F", Type: engine.Choice, Default: evil, Choices: many[3:]},
		{Name: "many", Label: "M", Type: engine.Choice, Choices: many},
		{Name: "yes", Label: evil, Type: engine.YesNo, Default: "yes"},
		{Name: "day", Label: "D", Type: engine.Date, Default: "today"},
	}
}

func rendered(t *testing.T, s engine.Spec) string {
	s.Slug, s.Title, s.Summary = "some-tool", "Title "+evil, "Summary "+evil
	text := Render(&s, Served())
	if !strings.HasSuffix(text, "</html>\n") {
		t.Errorf("%v: no end", s.Kind)
	}
	return text
}

func TestRenderEscapes(t *testing.T) {
	for _, s := range tools {
		text := rendered(t, s)
		if strings.Contains(text, "<script>") || strings.Contains(text, "&amp;{{title}}") == false {
			t.Errorf("%v: a text became markup, or was filled in again", s.Kind)
		}
		if strings.Count(text, "<script") != 1 || strings.Count(text, "</textarea>") !=
			strings.Count(text, "<textarea") {
			t.Errorf("%v: elements that are not ours", s.Kind)
		}
	}
}

// Every element that is opened is closed, in order.
func TestRenderIsWellFormed(t *testing.T) {
	empty := map[string]bool{"meta": true, "link": true, "input": true, "!doctype": true}
	for _, s := range tools {
		open := []string{}
		rest := rendered(t, s)
		for {
			at := strings.IndexByte(rest, '<')
			if at < 0 {
				break
			}
			end := strings.IndexByte(rest[at:], '>')
			tag := rest[at+1 : at+end]
			name := strings.Fields(strings.TrimPrefix(tag, "/"))[0]
			rest = rest[at+end:]
			switch {
			case empty[name]:
			case tag[0] != '/':
				open = append(open, name)
			case len(open) == 0 || open[len(open)-1] != name:
				t.Fatalf("%v: </%s> closes %v", s.Kind, name, open)
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%v: left open: %v", s.Kind, open)
		}
	}
}

// Ids are unique, and every reference to one leads somewhere.
func TestRenderReferences(t *testing.T) {
	for _, s := range tools {
		text := rendered(t, s)
		ids := map[string]bool{}
		for _, id := range attributes(text, "id") {
			if ids[id] {
				t.Errorf("%v: id %s twice", s.Kind, id)
			}
			ids[id] = true
		}
		for _, name := range []string{"for", "aria-labelledby", "aria-describedby"} {
			for _, value := range attributes(text, name) {
				for _, id := range strings.Fields(value) {
					if !ids[id] {
						t.Errorf("%v: %s of %s", s.Kind, name, id)
					}
				}
			}
		}
	}
}

func attributes(text, name string) []string {
	all := []string{}
	for _, part := range strings.Split(text, " "+name+`="`)[1:] {
		all = append(all, part[:strings.IndexByte(part, '"')])
	}
	return all
}

func TestRenderShowsTheFirstResult(t *testing.T) {
	for kind, want := range map[int]string{
		0: "2\u00a0&quot;", 1: "0.5", 2: "0 of 2", 3: ">0<", 4: "01:00", 6: "Words",
	} {
		if !strings.Contains(rendered(t, tools[kind]), want) {
			t.Errorf("%v: %s is missing", tools[kind].Kind, want)
		}
	}
}

func TestSqueeze(t *testing.T) {
	in := "/* one */\n\ta: b;\n\n  /* two\n\tlines */\n// three\nc(\"/* no */ // no\");\n"
	if got := squeeze(in); got != "a: b;\nc(\"/* no */ // no\");\n" {
		t.Errorf("%q", got)
	}
}

// The script must not hold what squeeze cannot see: text over several lines.
func TestScriptsCanBeSqueezed(t *testing.T) {
	for _, s := range []string{js, kinds, css} {
		if strings.Contains(s, "`") {
			t.Error("a text over several lines would lose its indentation")
		}
	}
}

func TestPolicy(t *testing.T) {
	if p := Policy("'sha256-x'", "'sha256-y'"); !strings.Contains(p, "connect-src 'none'") ||
		!strings.Contains(p, "default-src 'none'") {
		t.Error(p)
	}
	if p := Served().Policy; !strings.Contains(p, "connect-src 'self'") {
		t.Error(p)
	}
}
