package page

import (
	"strconv"
	"strings"

	"app/engine"
)

// What stands between the heading and the foot, by kind of tool.
var bodies = [...]func(*builder, *engine.Spec){
	engine.Calculator: (*builder).calculator,
	engine.Converter:  (*builder).converter,
	engine.Checklist:  (*builder).checklist,
	engine.Counter:    (*builder).counter,
	engine.Timer:      (*builder).timer,
	engine.Form:       (*builder).form,
	engine.Text:       (*builder).rewriter,
}

const waiting = "Complete the fields to see the result."
const unfinished = "Complete the fields to finish the text."

// More results than this stand in rows instead of large.
const largeResults = 4

// pane begins a part of the page with a heading of its own.
func (b *builder) pane(class, title string) {
	id := strings.Fields(class)[0] + "-title"
	b.open("section", "class", "pane "+class, "aria-labelledby", id)
	b.text("h2", title, "id", id)
}

func (b *builder) entries(s *engine.Spec) {
	b.open("form", "class", "pane entry", "id", "entry", "novalidate", "+",
		"autocomplete", "off")
	for i := range s.Inputs {
		b.field(&s.Inputs[i])
	}
	b.open("div", "class", "actions")
	b.button("again", "Start over")
	b.close("div", "form")
}

// results shows the outputs, with what the defaults give.
func (b *builder) results(all []engine.Result) {
	class := "results"
	switch {
	case len(all) == 1:
		class = "results single"
	case len(all) > largeResults:
		class = "results rows"
	}
	b.open("dl", "class", class)
	for _, r := range all {
		b.open("div", "data-output", r.Name)
		b.text("dt", r.Label)
		text := r.Text
		if text == "" {
			text = "\u2013"
		}
		b.text("dd", text)
		b.close("div")
	}
	b.close("dl")
}

func (b *builder) calculator(s *engine.Spec) {
	a := s.Answer(map[string]string{})
	shown := a.Results
	if len(a.Problems) > 0 {
		shown = make([]engine.Result, 0, len(s.Outputs))
		for _, o := range s.Outputs {
			r := engine.Result{Name: o.Name, Label: o.Label}
			shown = append(shown, r)
		}
	}
	b.open("div", "class", "panes")
	b.entries(s)
	b.pane("result", "Result")
	b.results(shown)
	b.text("p", waiting, "class", "hint", "id", "waiting",
		when(len(a.Problems) == 0, "hidden"), "+")
	b.open("div", "class", "actions")
	b.button("copy", "Copy result")
	b.close("div", "section", "div")
}

func (b *builder) form(s *engine.Spec) {
	a := s.Answer(map[string]string{})
	b.open("div", "class", "panes")
	b.entries(s)
	b.pane("result paper", "Text")
	b.finished(a.Text)
	b.text("p", unfinished, "class", "hint", "id", "waiting",
		when(len(a.Problems) == 0, "hidden"), "+")
	b.open("div", "class", "actions")
	b.button("copy", "Copy text")
	b.button("print", "Print")
	b.close("div", "section", "div")
}

func (b *builder) unitList(s *engine.Spec, name, label, chosen string) {
	b.open("div", "class", "field", "data-field", name)
	b.text("label", label, "for", "f-"+name)
	b.open("div", "class", "box")
	b.open("select", "id", "f-"+name)
	for _, u := range s.Units {
		text := u.Label
		if u.Symbol != "" {
			text += " (" + u.Symbol + ")"
		}
		b.text("option", text, "value", u.Name, when(u.Name == chosen, "selected"), "+")
	}
	b.close("select", "div", "div")
}

func (b *builder) converter(s *engine.Spec) {
	a := s.Answer(map[string]string{})
	b.open("form", "class", "pane entry conversion", "id", "entry",
		"novalidate", "+", "autocomplete", "off")
	b.labelled(&engine.Input{Name: "value", Label: "Value", Default: "1", Required: true})
	b.unitList(s, "from", "From", s.From)
	b.button("swap", "\u21c4", "class", "swap", "aria-label", "Swap the units")
	b.unitList(s, "to", "To", s.To)
	b.close("form")
	b.open("div", "class", "panes")
	b.pane("result", "Result")
	b.text("p", a.Text, "class", "equation", "data-text", "+")
	b.open("div", "class", "actions")
	b.button("copy", "Copy result")
	b.close("div", "section")
	b.pane("all", "In every unit")
	b.open("dl", "class", "rows")
	for i := 1; i < len(a.Results); i++ {
		b.open("div", "data-output", a.Results[i].Name)
		b.text("dt", a.Results[i].Label)
		b.text("dd", a.Results[i].Text)
		b.close("div")
	}
	b.close("dl", "section", "div")
}

func (b *builder) checklist(s *engine.Spec) {
	a := s.Answer(map[string]string{})
	all := strconv.Itoa(len(s.Items))
	b.open("section", "class", "pane list", "aria-label", "Checklist")
	b.open("div", "class", "progress")
	b.open("progress", "id", "bar", "max", all, "value", "0", "aria-label", "Done")
	b.close("progress")
	b.text("span", a.Results[0].Text, "id", "share")
	b.close("div")
	b.open("ul", "class", "items")
	for i, item := range s.Items {
		name := "item_" + strconv.Itoa(i+1)
		b.open("li", "data-field", name)
		b.tick("f-"+name, item, false)
		b.close("li")
	}
	b.close("ul")
	b.open("div", "class", "actions")
	b.button("again", "Clear all")
	b.button("copy", "Copy list")
	b.button("print", "Print")
	b.close("div", "section")
}

func (b *builder) counter(s *engine.Spec) {
	a := s.Answer(map[string]string{})
	b.open("ul", "class", "tallies")
	for i, t := range s.Tallies {
		n := strconv.Itoa(i + 1)
		by := strconv.FormatInt(t.Step, 10)
		b.open("li", "class", "pane tally", "data-output", "count_"+n)
		b.text("h2", t.Label, "id", "t-"+n)
		b.text("p", a.Results[i].Text, "class", "number", "data-value", "+")
		b.open("div", "class", "steps", "role", "group", "aria-labelledby", "t-"+n)
		b.button("subtract", "\u2212", "data-of", n,
			"aria-label", "Subtract "+by+": "+t.Label)
		b.button("add", "+", "data-of", n, "class", "main",
			"aria-label", "Add "+by+": "+t.Label)
		b.close("div")
		b.button("reset", "Reset", "data-of", n, "class", "quiet",
			"aria-label", "Reset: "+t.Label)
		b.close("li")
	}
	b.close("ul")
	if len(s.Tallies) > 1 {
		b.open("div", "class", "actions")
		b.button("reset", "Reset all", "data-of", "all")
		b.close("div")
	}
}

func (b *builder) timer(s *engine.Spec) {
	a := s.Answer(map[string]string{})
	several := len(s.Stages) > 1 || s.Rounds > 1
	b.open("div", "class", "panes uneven")
	b.open("section", "class", "pane clock", "aria-label", "Timer")
	b.text("p", a.Results[1].Text, "class", "stage", "id", "stage")
	b.text("p", a.Results[2].Text, "class", "time", "id", "time", "role", "timer")
	b.open("progress", "id", "bar", "max", "1", "value", "0", "aria-hidden", "true")
	b.close("progress")
	if s.Rounds > 1 {
		b.text("p", "Round "+a.Results[3].Text, "class", "hint", "id", "round")
	}
	b.open("div", "class", "actions")
	b.button("go", "Start", "class", "main")
	if several {
		b.button("skip", "Skip")
	}
	b.button("again", "Reset")
	b.close("div")
	if s.Stages[0].Seconds > 0 {
		b.tick("sound", "Sound at the end", false)
	}
	b.close("section")
	if several {
		b.stages(s)
	}
	b.close("div")
}

func (b *builder) stages(s *engine.Spec) {
	b.pane("plan", "Order")
	b.open("ol", "class", "rows")
	for _, t := range s.Stages {
		b.open("li", "data-seconds", strconv.FormatInt(t.Seconds, 10))
		b.text("span", t.Label)
		b.text("span", engine.Clock(t.Seconds))
		b.close("li")
	}
	b.close("ol", "section")
}

func (b *builder) rewriter(s *engine.Spec) {
	b.open("div", "class", "panes")
	b.open("form", "class", "pane entry", "id", "entry", "novalidate", "+",
		"autocomplete", "off")
	b.area("text", "Your text")
	b.open("fieldset", "class", "field", "data-field", "operation",
		when(len(s.Operations) == 1, "hidden"), "+")
	b.text("legend", "What to do")
	b.open("div", "class", "chips")
	for i, name := range s.Operations {
		b.chip("f-operation", name, s.Operation(name).Label, i == 0)
	}
	b.close("div", "fieldset")
	if s.Operation("find_replace") != nil {
		b.open("div", "class", "pair", "data-for", "find_replace")
		b.labelled(&engine.Input{Name: "find", Label: "Find", Type: engine.Line, Required: true})
		b.labelled(&engine.Input{Name: "replace", Label: "Replace with",
			Type: engine.Line, Default: "", Required: true})
		b.close("div")
	}
	b.close("form")
	b.pane("result paper", "Result")
	if s.Operation("count") != nil {
		b.results(s.Answer(map[string]string{"operation": "count"}).Results)
	}
	b.finished("")
	b.open("div", "class", "actions")
	b.button("copy", "Copy")
	b.button("reuse", "Use as your text")
	b.close("div", "section", "div")
}

// finished is the text that comes out; it can be reached by keyboard, for it
// may be longer than its box.
func (b *builder) finished(text string) {
	b.text("div", text, "class", "text", "data-text", "+", "tabindex", "0",
		"role", "group", "aria-label", "Finished text")
}

func (b *builder) area(name, label string) {
	b.open("div", "class", "field", "data-field", name)
	b.text("label", label, "for", "f-"+name)
	b.open("textarea", "id", "f-"+name, "rows", "9", "aria-describedby", "e-"+name)
	b.close("textarea")
	b.problem(name)
	b.close("div")
}
