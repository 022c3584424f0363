package page

import "strings"

// builder writes elements. Every text and every value of an attribute is
// escaped here, and nowhere else.
type builder struct {
	strings.Builder
}

// open begins an element; attributes come in pairs, an empty name is left
// out, and a value of "+" stands for an attribute without one.
func (b *builder) open(tag string, attributes ...string) {
	b.WriteString("<" + tag)
	for i := 0; i+1 < len(attributes); i += 2 {
		name, value := attributes[i], attributes[i+1]
		if name == "" {
			continue
		}
		b.WriteString(" " + name)
		if value != "+" {
			b.WriteString(`="` + escape(value) + `"`)
		}
	}
	b.WriteString(">")
}

func (b *builder) close(tags ...string) {
	for _, tag := range tags {
		b.WriteString("</" + tag + ">")
	}
	b.WriteString("\n")
}

// text is an element with nothing but text.
func (b *builder) text(tag, text string, attributes ...string) {
	b.open(tag, attributes...)
	b.WriteString(escape(text))
	b.close(tag)
}

// when gives an attribute's name when it is wanted.
func when(wanted bool, name string) string {
	if wanted {
		return name
	}
	return ""
}

func (b *builder) button(action, label string, more ...string) {
	attributes := append([]string{"type", "button", "data-do", action}, more...)
	b.text("button", label, attributes...)
}
