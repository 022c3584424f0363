package cli

import (
	"strings"

	"app/engine"
)

// How each kind is used on the command line: the words after the name of the
// program, and what they do.
var usages = [...][][2]string{
	engine.Calculator: {{"NAME=VALUE …", "compute once and print the result"}},
	engine.Converter: {
		{"VALUE [FROM [TO]]", "convert; without TO into every unit"},
	},
	engine.Checklist: {{"list [done=1,3]", "print the list"}},
	engine.Counter: {
		{"count", "count by lines: +1 -1 r q"},
		{"count_1=5 add=1", "change once and print"},
	},
	engine.Timer: {
		{"run", "run in the terminal"},
		{"plan", "print when each part begins"},
		{"elapsed=SECONDS", "print where it stands then"},
	},
	engine.Form: {{"NAME=VALUE …", "print the finished text"}},
	engine.Text: {{"OPERATION", "change what comes in on standard input"}},
}

var typeNames = [...]string{
	engine.Number:   "number",
	engine.Integer:  "whole number",
	engine.Line:     "text",
	engine.LongText: "text of several lines",
	engine.Choice:   "one of the choices",
	engine.YesNo:    "yes or no",
	engine.Date:     "date such as 2026-03-31",
}

func help(s *engine.Spec) string {
	var b strings.Builder
	b.WriteString(s.Title + "\n" + s.Summary + "\n\nUsage:\n")
	all := append([][2]string{
		{"[--listen ADDRESS] [--open]", "serve a page for your browser"},
	}, usages[s.Kind]...)
	all = append(all, [2]string{"--help", "this text"},
		[2]string{"--version", "the version"})
	for _, u := range all {
		b.WriteString("  " + s.Slug + " " + u[0] + "\n      " + u[1] + "\n")
	}
	b.WriteString(details(s))
	b.WriteString("\nThe page is for this computer only; ADDRESS is a port or\n" +
		"an address such as 127.0.0.1:8080. Exit codes: 0 fine,\n" +
		"64 wrong usage, 65 wrong values.\n")
	return b.String()
}

// details lists what the names and words of this tool are.
func details(s *engine.Spec) string {
	var b strings.Builder
	head := func(title string, n int) {
		if n > 0 {
			b.WriteString("\n" + title + ":\n")
		}
	}
	head("Values", len(s.Inputs))
	for i := range s.Inputs {
		b.WriteString("  " + s.Inputs[i].Name + "\n      " + describe(&s.Inputs[i]) + "\n")
	}
	head("Units", len(s.Units))
	for _, u := range s.Units {
		b.WriteString("  " + u.Name + "\n      " + u.Label)
		if u.Symbol != "" {
			b.WriteString(" (" + u.Symbol + ")")
		}
		b.WriteString("\n")
	}
	head("Operations", len(s.Operations))
	for _, name := range s.Operations {
		b.WriteString("  " + name + "\n")
	}
	if s.Operation("find_replace") != nil {
		b.WriteString("      with find=TEXT replace=TEXT\n")
	}
	return b.String()
}

func describe(in *engine.Input) string {
	text := in.Label + ": " + typeNames[in.Type]
	if in.Unit != "" {
		text += ", " + in.Unit
	}
	if hint := in.Hint(); hint != "" {
		text += ", " + hint
	}
	if in.Type == engine.Choice {
		text += " (" + strings.Join(in.Choices, ", ") + ")"
	}
	if in.Default != "" && !strings.Contains(in.Default, "\n") {
		text += ", default " + in.Default
	} else if in.Required {
		text += ", required"
	}
	return text
}
