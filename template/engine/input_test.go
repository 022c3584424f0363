package engine

import (
	"math"
	"strings"
	"testing"
)

func TestReadInput(t *testing.T) {
	percent := Input{Type: Number, Unit: "%", Required: true, HasMin: true, HasMax: true, Max: 100}
	people := Input{Type: Integer, HasMin: true, Min: 1}
	least := Input{Type: Number, HasMax: true, Max: -2.5, Unit: "€"}
	size := Input{Type: Choice, Choices: []string{"Small", "Large", "1"}, Required: true}
	cases := Input{Type: Choice, Choices: []string{"ab", "AB", " Ab "}}
	gift := Input{Type: YesNo}
	name := Input{Type: Line, Required: true}
	note := Input{Type: LongText}
	birth := Input{Type: Date}
	for _, c := range []struct {
		in      *Input
		entered string
		n       float64
		text    string
		problem string
	}{
		{&percent, "12,5", 12.5, "12.5", ""},
		{&percent, "", 0, "", "Enter a number."},
		{&percent, "  ", 0, "", "Enter a number."},
		{&percent, "ten", 0, "", notNumber},
		{&percent, "101", 0, "", "Must be from 0\u00a0% to 100\u00a0%."},
		{&percent, "-1", 0, "", "Must be from 0\u00a0% to 100\u00a0%."},
		{&percent, strings.Repeat("1", 61), 0, "", "This is too long."},
		{&people, "", 0, "", ""},
		{&people, "3", 3, "3", ""},
		{&people, "3.0", 3, "3", ""},
		{&people, "12345", 12345, "12345", ""},
		{&people, "2.5", 0, "", "Only whole numbers, please."},
		{&people, "0", 0, "", "Must be 1 or more."},
		{&people, "1e17", 0, "", tooLarge},
		{&least, "0", 0, "", "Must be \u2212€2.5 or less."},
		{&size, "large", 2, "Large", ""},
		{&size, "2", 2, "Large", ""},
		{&size, "1", 3, "1", ""},
		{&size, "4", 0, "", "Not one of the choices."},
		{&size, "0", 0, "", "Not one of the choices."},
		{&size, "", 0, "", "Choose one."},
		{&cases, "AB", 2, "AB", ""},
		{&cases, " Ab ", 3, " Ab ", ""},
		{&cases, "aB", 1, "ab", ""},
		{&gift, "", 0, "no", ""},
		{&gift, "Yes", 1, "yes", ""},
		{&gift, "off", 0, "no", ""},
		{&gift, "maybe", 0, "", "Choose yes or no."},
		{&name, "", 0, "", "Enter a text."},
		{&name, " Ann\tB\n", 5, "Ann B", ""},
		{&name, "a\x00b\u0085", 2, "ab", ""},
		{&name, strings.Repeat("é", 201), 0, "", "At most 200 characters."},
		{&name, strings.Repeat("é", 200), 200, strings.Repeat("é", 200), ""},
		{&note, "a\r\nb\rc\td", 7, "a\nb\nc\td", ""},
		{&note, strings.Repeat("x", 4001), 0, "", "At most 4000 characters."},
		{&birth, "2000-01-01", 10957, "1 January 2000", ""},
		{&birth, "1.2.3", 0, "", notDate},
	} {
		v, problem := c.in.Read(c.entered)
		if problem != c.problem || problem == "" && (v.n != c.n || v.text != c.text) {
			t.Errorf("%q: %v %q, want %v %q %q", c.entered, v, problem, c.n, c.text, c.problem)
		}
	}
	if v, problem := birth.Read(""); problem != "" || !math.IsNaN(v.n) {
		t.Error("an empty date counts as none")
	}
}

func TestHint(t *testing.T) {
	for want, in := range map[string]Input{
		"0 to 100":   {Type: Number, Unit: "%", HasMin: true, HasMax: true, Max: 100},
		"18 or more": {Type: Integer, HasMin: true, Min: 18, HasMax: true, Max: 1e6},
		"50 or less": {Type: Number, HasMax: true, Max: 50},
		"":           {Type: Number, HasMin: true, HasMax: true, Max: 1e6},
	} {
		if got := in.Hint(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestToday(t *testing.T) {
	s := Spec{Kind: Form, Body: "{day}", Inputs: []Input{
		{Name: "day", Label: "Day", Type: Date, Default: Today, Required: true}}}
	if a := s.Answer(map[string]string{}); len(a.Problems) != 1 || a.Text != "[Day]" {
		t.Error(a)
	}
	values := map[string]string{}
	s.FillToday(values, "2026-11-20")
	if a := s.Answer(values); a.Text != "20 November 2026" {
		t.Error(a)
	}
	values["day"] = ""
	s.FillToday(values, "2026-11-20")
	if a := s.Answer(values); len(a.Problems) != 1 {
		t.Error("an empty field stays empty")
	}
}
