package engine

import (
	"math"
	"strings"
	"testing"
)

var tip = Spec{
	Kind: Calculator, Slug: "tip", Title: "Tip", Summary: "Tips.",
	Inputs: []Input{
		{Name: "bill", Label: "Bill", Unit: "€", Default: "60", Required: true},
		{Name: "percent", Label: "Tip", Unit: "%", Default: "15"},
	},
	Outputs: []Output{
		{Name: "tip", Label: "Tip", Unit: "€", Format: AsMoney, Digits: 2,
			Expr: func(v []float64) float64 { return Div(Mul(v[0], v[1]), 100) }},
		{Name: "share", Label: "Share", Format: AsNumber, Digits: 3,
			Expr: func(v []float64) float64 { return Div(v[2], v[1]) }},
	},
}

func TestCalculate(t *testing.T) {
	a := tip.Answer(map[string]string{})
	if len(a.Problems) != 0 || a.Results[0].Text != "€9.00" || a.Results[1].Text != "0.6" {
		t.Error(a)
	}
	a = tip.Answer(map[string]string{"bill": "26,75", "percent": "10"})
	if a.Results[0].Plain != "2.68" || a.Results[0].Unit != "€" {
		t.Error(a)
	}
	a = tip.Answer(map[string]string{"bill": "x", "percent": ""})
	if len(a.Problems) != 1 || a.Problems[0] != (Problem{"bill", notNumber}) || a.Results != nil {
		t.Error(a)
	}
	a = tip.Answer(map[string]string{"percent": ""})
	if a.Results[0].Text != "€0.00" || a.Results[1].Problem != cannot || a.Results[1].Text != "" {
		t.Error(a)
	}
}

func TestShow(t *testing.T) {
	for _, c := range []struct {
		o           Output
		x           float64
		text, plain string
	}{
		{Output{Digits: 2}, 1.5, "1.5", "1.5"},
		{Output{Digits: 2}, 2, "2", "2"},
		{Output{Digits: 2, Unit: "kg"}, -0.456, "\u22120.46\u00a0kg", "-0.46"},
		{Output{Digits: 0}, 12345.6, "12\u202f346", "12346"},
		{Output{Format: AsInteger, Digits: 4}, 2.5, "3", "3"},
		{Output{Format: AsMoney, Digits: 2}, 1234.5, "1\u202f234.50", "1234.50"},
		{Output{Format: AsMoney, Digits: 2, Unit: "$"}, -3, "\u2212$3.00", "-3.00"},
		{Output{Format: AsMoney, Digits: 0, Unit: "EUR"}, 3.5, "4\u00a0EUR", "4"},
		{Output{Format: AsMoney, Digits: 2, Unit: "£"}, 0.005, "£0.01", "0.01"},
		{Output{Format: AsPercent, Digits: 1}, 12.5, "12.5\u00a0%", "12.5"},
		{Output{Format: AsPercent, Digits: 1}, 50, "50\u00a0%", "50"},
		{Output{Unit: "°"}, 90, "90°", "90"},
		{Output{Format: AsDuration}, 3725, "1:02:05", "3725"},
		{Output{Format: AsDuration}, 59.6, "0:01:00", "60"},
		{Output{Format: AsDuration, Digits: 2}, 1.25, "0:00:01.25", "1.25"},
		{Output{Format: AsDuration}, -60, "\u22120:01:00", "-60"},
		{Output{Format: AsDuration}, 360000, "100:00:00", "360000"},
		{Output{Digits: 2}, 1e21, "1 \u00d7 10\u00b2\u00b9", "1.000000e+21"},
	} {
		r := c.o.Show(c.x)
		if r.Text != c.text || r.Plain != c.plain || r.Problem != "" {
			t.Errorf("%v as %v: %q %q, want %q %q", c.x, c.o.Format, r.Text, r.Plain, c.text, c.plain)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for f := AsNumber; f <= AsDuration; f++ {
			o := Output{Format: f, Digits: 2}
			if r := o.Show(x); r.Problem != cannot || r.Text != "" || r.Plain != "" {
				t.Error(x, f, r)
			}
		}
	}
}

var letter = Spec{
	Kind: Form,
	Inputs: []Input{
		{Name: "name", Label: "Name", Type: Line, Required: true},
		{Name: "rent", Label: "Rent", Unit: "€", Required: true},
		{Name: "pet", Label: "Pet", Type: YesNo},
	},
	Outputs: []Output{{Name: "half", Label: "Half", Unit: "€", Format: AsMoney, Digits: 2,
		Expr: func(v []float64) float64 { return Div(v[1], Mul(2, v[1])) }}},
	Body: "Dear {name}, {rent}, {half}, {pet}, {other} {",
}

func TestFill(t *testing.T) {
	a := letter.Answer(map[string]string{"name": "{rent} <b>", "rent": "12000", "pet": "yes"})
	want := "Dear {rent} <b>, €12\u202f000, €0.50, yes, {other} {"
	if a.Text != want || len(a.Problems) != 0 {
		t.Errorf("%q", a.Text)
	}
	a = letter.Answer(map[string]string{"rent": "x"})
	if a.Text != "Dear [Name], [Rent], [Half], no, {other} {" || len(a.Problems) != 2 {
		t.Error(a)
	}
	a = letter.Answer(map[string]string{"name": "A", "rent": "0"})
	if len(a.Problems) != 1 || a.Problems[0].Field != "" ||
		!strings.HasPrefix(a.Problems[0].Message, "Half: ") {
		t.Error(a)
	}
}

func TestConvert(t *testing.T) {
	s := Spec{Kind: Converter, From: "c", To: "f", Units: []Unit{
		{"c", "Celsius", "°C", 1, 273.15},
		{"f", "Fahrenheit", "°F", 5.0 / 9, 273.15 - 32*5.0/9},
		{"k", "Kelvin", "K", 1, 0},
		{"far", "Far", "", 1e-300, 0},
	}}
	for _, c := range [][4]string{
		{"100", "c", "f", "212"}, {"32", "f", "c", "0"}, {"-40", "c", "f", "-40"},
		{"0", "k", "c", "-273.15"}, {"1", "c", "c", "1"}, {"98,6 °F", "f", "c", "37"},
		{"5", "°C", "K", "278.15"},
	} {
		a := s.Answer(map[string]string{"value": c[0], "from": c[1], "to": c[2]})
		if len(a.Problems) > 0 || a.Results[0].Plain != c[3] {
			t.Error(c, a)
		}
	}
	a := s.Answer(map[string]string{})
	if a.Text != "1\u00a0°C = 33.8\u00a0°F" || len(a.Results) != 5 {
		t.Error(a)
	}
	a = s.Answer(map[string]string{"value": "1e300", "to": "far"})
	if a.Results[0].Problem != cannot {
		t.Error(a)
	}
	a = s.Answer(map[string]string{"value": "", "from": "x", "to": ""})
	if len(a.Problems) != 3 {
		t.Error(a)
	}
}
