package cli

import (
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"app/engine"
)

// What the words of a command line mean, by kind of tool.
var commands = [...]func(*engine.Spec, []string, map[string]string) int{
	engine.Calculator: compute,
	engine.Converter:  convert,
	engine.Checklist:  list,
	engine.Counter:    count,
	engine.Timer:      timer,
	engine.Form:       compute,
	engine.Text:       rewrite,
}

// command parts the words into name=value pairs and the rest.
func command(s *engine.Spec, words []string) int {
	values := map[string]string{}
	rest := []string{}
	known := names(s)
	for _, w := range words {
		name, value, given := cut(w)
		_, twice := values[name]
		switch {
		case !given:
			rest = append(rest, w)
		case !known[name]:
			return usage("there is no value called " + name)
		case twice:
			return usage(name + " is given twice")
		default:
			values[name] = value
		}
	}
	return commands[s.Kind](s, rest, values)
}

// names are what may stand before the equals sign.
func names(s *engine.Spec) map[string]bool {
	all := map[string]bool{}
	for _, in := range s.Inputs {
		all[in.Name] = true
	}
	for i := range s.Tallies {
		all["count_"+strconv.Itoa(i+1)] = true
	}
	for _, name := range valueNames[s.Kind] {
		all[name] = true
	}
	return all
}

var valueNames = [...][]string{
	engine.Converter: {"value", "from", "to"},
	engine.Checklist: {"done"},
	engine.Counter:   {"add", "subtract", "reset"},
	engine.Timer:     {"stage", "elapsed"},
	engine.Text:      {"operation", "text", "find", "replace"},
}

func extra(rest []string) int {
	return usage("what is " + rest[0] + "?")
}

func compute(s *engine.Spec, rest []string, values map[string]string) int {
	if len(rest) > 0 {
		return extra(rest)
	}
	s.FillToday(values, time.Now().Format("2006-01-02"))
	if s.Kind == engine.Form {
		return report(s, s.Answer(values), text)
	}
	return report(s, s.Answer(values), plain)
}

// text is the text of an answer, ending with a line break.
func text(a engine.Answer) string {
	if a.Text == "" || strings.HasSuffix(a.Text, "\n") {
		return a.Text
	}
	return a.Text + "\n"
}

// plain writes the values as plain numbers, one a line.
func plain(a engine.Answer) string {
	var b strings.Builder
	for _, r := range a.Results {
		if r.Problem != "" {
			continue
		}
		b.WriteString(r.Label + ": " + r.Plain)
		if r.Unit != "" {
			b.WriteString(" " + r.Unit)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// shown writes the values as on the page, one a line.
func shown(a engine.Answer) string {
	var b strings.Builder
	for _, r := range a.Results {
		if r.Label != "" {
			b.WriteString(r.Label + ": " + r.Text + "\n")
		}
	}
	return b.String()
}

// convert takes VALUE [FROM [TO]] as well as pairs. Without TO it prints the
// value in every unit.
func convert(s *engine.Spec, rest []string, values map[string]string) int {
	for i, name := range valueNames[engine.Converter] {
		if i < len(rest) {
			values[name] = rest[i]
		}
	}
	if len(rest) > 3 {
		return extra(rest[3:])
	}
	_, one := values["to"]
	return report(s, s.Answer(values), func(a engine.Answer) string {
		if one {
			a.Results = a.Results[:1]
		} else {
			a.Results = a.Results[1:]
		}
		return plain(a)
	})
}

// list prints the checklist; done=1,3 ticks off.
func list(s *engine.Spec, rest []string, values map[string]string) int {
	if len(rest) > 1 || len(rest) == 1 && rest[0] != "list" {
		return extra(rest)
	}
	items := map[string]string{}
	for _, n := range strings.Split(values["done"], ",") {
		i, err := strconv.Atoi(strings.TrimSpace(n))
		switch {
		case n == "":
			continue
		case err != nil || i < 1 || i > len(s.Items):
			complain("done: there is no item " + n)
			return exitData
		}
		items["item_"+strconv.Itoa(i)] = "yes"
	}
	return report(s, s.Answer(items), func(a engine.Answer) string {
		return a.Text + shown(a)
	})
}

// rewrite works on text=… or on what comes in on standard input.
func rewrite(s *engine.Spec, rest []string, values map[string]string) int {
	if len(rest) > 1 {
		return extra(rest[1:])
	}
	if len(rest) == 1 && rest[0] != "-" {
		values["operation"] = rest[0]
	}
	if op, given := values["operation"]; given && s.Operation(op) == nil {
		return usage("there is no operation called " + op)
	}
	if _, given := values["text"]; !given {
		b, err := io.ReadAll(io.LimitReader(os.Stdin, engine.TextMax+1))
		if err != nil {
			complain("cannot read: " + err.Error())
			return exitIO
		}
		values["text"] = string(b)
	}
	return report(s, s.Answer(values), func(a engine.Answer) string {
		return text(a) + plain(a)
	})
}
