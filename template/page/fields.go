package page

import (
	"strconv"

	"app/engine"
)

// Up to this many choices stand open; more go into a list.
const openChoices = 4

func (b *builder) field(in *engine.Input) {
	switch {
	case in.Type == engine.YesNo:
		b.yesNo(in)
	case in.Type == engine.Choice && len(in.Choices) <= openChoices &&
		(in.Required || in.Default != ""):
		b.radios(in)
	default:
		b.labelled(in)
	}
}

// labelled is a field with its label above, its hint and its error below.
func (b *builder) labelled(in *engine.Input) {
	id := "f-" + in.Name
	b.open("div", "class", "field", "data-field", in.Name)
	b.label(in, "label", "for", id)
	hint := in.Hint()
	described := "e-" + in.Name
	if hint != "" {
		described = "h-" + in.Name + " " + described
	}
	if in.Unit != "" {
		described = "u-" + in.Name + " " + described
	}
	common := []string{"id", id, "aria-describedby", described,
		when(in.Required, "required"), "+"}
	b.open("div", "class", "box")
	b.control(in, common)
	if in.Unit != "" {
		b.text("span", in.Unit, "class", "unit", "id", "u-"+in.Name)
	}
	b.close("div")
	if hint != "" {
		b.text("p", hint, "class", "hint", "id", "h-"+in.Name)
	}
	b.problem(in.Name)
	b.close("div")
}

func (b *builder) label(in *engine.Input, tag string, attributes ...string) {
	b.open(tag, attributes...)
	b.WriteString(escape(in.Label))
	if !in.Required && in.Type != engine.YesNo && in.Default == "" {
		b.text("span", " (optional)", "class", "optional")
	}
	b.close(tag)
}

func (b *builder) problem(name string) {
	b.open("p", "class", "error", "id", "e-"+name, "hidden", "+")
	b.close("p")
}

func (b *builder) control(in *engine.Input, common []string) {
	limit := strconv.Itoa(in.Limit())
	line := append(common, "maxlength", limit, "autocomplete", "off")
	switch in.Type {
	case engine.Number:
		b.open("input", append(line, "type", "text", "inputmode", "decimal",
			"value", in.Default)...)
	case engine.Integer:
		b.open("input", append(line, "type", "text", "inputmode", signed(in),
			"value", in.Default)...)
	case engine.Line:
		b.open("input", append(line, "type", "text", "value", in.Default)...)
	case engine.LongText:
		b.open("textarea", append(line, "rows", "5")...)
		// A browser drops the first line break after the tag.
		b.WriteString("\n" + escape(in.Default))
		b.close("textarea")
	case engine.Date:
		b.date(in, common)
	default:
		b.list(in, common)
	}
}

// signed: a phone's keyboard for digits has no minus sign.
func signed(in *engine.Input) string {
	if in.HasMin && in.Min >= 0 {
		return "numeric"
	}
	return "text"
}

func (b *builder) date(in *engine.Input, common []string) {
	today := in.Default == engine.Today
	value := in.Default
	if today {
		value = ""
	}
	b.open("input", append(common, "type", "date", "min", "0001-01-01",
		"max", "9999-12-31", "value", value, when(today, "data-today"), "+")...)
}

func (b *builder) list(in *engine.Input, common []string) {
	b.open("select", common...)
	if in.Default == "" {
		first := "Choose\u2026"
		if !in.Required {
			first = "\u2013"
		}
		b.text("option", first, "value", "")
	}
	for _, c := range in.Choices {
		b.text("option", c, "value", c, when(c == in.Default, "selected"), "+")
	}
	b.close("select")
}

func (b *builder) radios(in *engine.Input) {
	b.open("fieldset", "class", "field", "data-field", in.Name,
		"aria-describedby", "e-"+in.Name)
	b.label(in, "legend")
	b.open("div", "class", "chips")
	for _, c := range in.Choices {
		b.chip("f-"+in.Name, c, c, c == in.Default)
	}
	b.close("div")
	b.problem(in.Name)
	b.close("fieldset")
}

// chip is one of several choices that stand side by side.
func (b *builder) chip(group, value, label string, on bool) {
	b.open("label")
	b.open("input", "type", "radio", "name", group, "value", value,
		when(on, "checked"), "+")
	b.text("span", label)
	b.close("label")
}

func (b *builder) yesNo(in *engine.Input) {
	b.open("div", "class", "field", "data-field", in.Name)
	b.tick("f-"+in.Name, in.Label, in.Default == "yes")
	b.problem(in.Name)
	b.close("div")
}

// tick is one box to tick, with its label.
func (b *builder) tick(id, label string, on bool) {
	b.open("label", "class", "tick")
	b.open("input", "type", "checkbox", "id", id, "value", "yes",
		when(on, "checked"), "+")
	b.text("span", label)
	b.close("label")
}
