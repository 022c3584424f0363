package engine

import (
	"math"
	"strconv"
	"strings"
)

const cannot = "Cannot be computed with these values."

// calculate answers a calculator.
func (s *Spec) calculate(entered map[string]string) Answer {
	a := Answer{}
	values := s.read(entered, &a)
	if len(a.Problems) == 0 {
		s.outputs(values, &a)
	}
	return a
}

// outputs computes every output from the inputs and the outputs before it.
func (s *Spec) outputs(values []value, a *Answer) {
	numbers := make([]float64, 0, len(s.Inputs)+len(s.Outputs))
	for _, v := range values {
		numbers = append(numbers, v.n)
	}
	for i := range s.Outputs {
		x := s.Outputs[i].Expr(numbers)
		numbers = append(numbers, x)
		a.Results = append(a.Results, s.Outputs[i].Show(x))
	}
}

// Show formats the value of an output.
func (o *Output) Show(x float64) Result {
	r := Result{Name: o.Name, Label: o.Label, Unit: o.Unit}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		r.Problem = cannot
		return r
	}
	switch o.Format {
	case AsInteger:
		r.Plain = decimals(x, 0)
	case AsMoney:
		r.Plain = decimals(x, o.Digits)
		r.Text = withUnit(grouped(r.Plain, 4), o.Unit)
		return r
	case AsPercent:
		r.Plain, r.Unit = trimZeros(decimals(x, o.Digits)), "%"
	case AsDuration:
		r.Plain, r.Unit = decimals(x, o.Digits), "s"
		r.Text = duration(x, o.Digits)
		return r
	default:
		r.Plain = trimZeros(decimals(x, o.Digits))
	}
	r.Text = withUnit(pretty(r.Plain), r.Unit)
	return r
}

// withUnit puts a currency sign before the number, a degree right after it,
// and any other unit after a blank that does not break.
func withUnit(number, unit string) string {
	switch unit {
	case "":
		return number
	case "$", "\u00a3", "\u20ac", "\u00a5":
		if strings.HasPrefix(number, minus) {
			return minus + unit + strings.TrimPrefix(number, minus)
		}
		return unit + number
	case "\u00b0":
		return number + unit
	}
	return number + "\u00a0" + unit
}

// duration writes seconds as h:mm:ss.
func duration(x float64, digits int) string {
	sign := ""
	if x = roundTo(x, digits); x < 0 {
		sign, x = minus, -x
	}
	if x >= 1e15 {
		return sign + pretty(decimals(x, 0)) + "\u00a0s"
	}
	whole := math.Floor(x)
	n := int64(whole)
	text := strconv.FormatInt(n/3600, 10) + ":" + twoDigits(n/60%60) + ":" + twoDigits(n%60)
	return sign + text + strings.TrimPrefix(decimals(x-whole, digits), "0")
}

// fill answers a form: {name} in the body becomes what was entered, or the
// output of that name. What was entered is never looked at again, so a brace
// in it stays a brace. What is missing shows as a gap.
func (s *Spec) fill(entered map[string]string) Answer {
	a := Answer{}
	values := s.read(entered, &a)
	texts := map[string]string{}
	for i := range s.Inputs {
		texts[s.Inputs[i].Name] = s.Inputs[i].show(values[i])
	}
	for _, p := range a.Problems {
		values[s.input(p.Field)].n = math.NaN()
		texts[p.Field] = gap(s.Inputs[s.input(p.Field)].Label)
	}
	whole := len(a.Problems) == 0
	s.outputs(values, &a)
	for _, r := range a.Results {
		texts[r.Name] = r.Text
		if r.Problem != "" {
			texts[r.Name] = gap(r.Label)
		}
		if r.Problem != "" && whole {
			a.problem("", r.Label+": "+r.Problem)
		}
	}
	a.Text = expand(s.Body, texts)
	return a
}

func gap(label string) string { return "[" + label + "]" }

func (s *Spec) input(name string) int {
	for i := range s.Inputs {
		if s.Inputs[i].Name == name {
			return i
		}
	}
	return -1
}

// show is what an input is in a text: a number with its unit.
func (in *Input) show(v value) string {
	if v.text == "" || in.Type != Number && in.Type != Integer {
		return v.text
	}
	return withUnit(pretty(v.text), in.Unit)
}

func expand(body string, texts map[string]string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(body, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(body[open:], '}')
		if end < 0 {
			break
		}
		text, known := texts[body[open+1:open+end]]
		if !known {
			text, end = "{", 0
		}
		b.WriteString(body[:open] + text)
		body = body[open+end+1:]
	}
	return b.String() + body
}
