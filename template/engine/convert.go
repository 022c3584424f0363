package engine

import "math"

// convert answers a converter: the value in the unit asked for first, then in
// every unit.
func (s *Spec) convert(entered map[string]string) Answer {
	a := Answer{}
	from := s.unit(entry(entered, "from", s.From))
	to := s.unit(entry(entered, "to", s.To))
	symbol := ""
	if from == nil {
		a.problem("from", "Choose a unit.")
	} else {
		symbol = from.Symbol
	}
	if to == nil {
		a.problem("to", "Choose a unit.")
	}
	in := Input{Unit: symbol, Required: true}
	v, problem := in.Read(entry(entered, "value", "1"))
	if problem != "" {
		a.problem("value", problem)
	}
	if len(a.Problems) > 0 {
		return a
	}
	a.unitResult("result", v.n, from, to)
	for i := range s.Units {
		a.unitResult("in_"+s.Units[i].Name, v.n, from, &s.Units[i])
	}
	a.Text = withUnit(pretty(shortest(v.n)), from.Symbol) + " = " + a.Results[0].Text
	return a
}

func (a *Answer) unitResult(name string, x float64, from, to *Unit) {
	r := Result{Name: name, Label: to.Label, Unit: to.Symbol}
	y := x
	if from != to {
		y = Div(Sub(Add(Mul(x, from.Scale), from.Offset), to.Offset), to.Scale)
		y = settle(y, from.Offset, to)
	}
	if math.IsNaN(y) || math.IsInf(y, 0) {
		r.Problem = cannot
	} else {
		r.Plain = shortest(y)
		r.Text = withUnit(pretty(r.Plain), to.Symbol)
	}
	a.Results = append(a.Results, r)
}

// settle removes the noise that offsets leave around nothing: 32 degrees
// Fahrenheit are 0 degrees Celsius, not 5.7e-14.
func settle(y, offset float64, to *Unit) float64 {
	size := math.Max(math.Abs(offset), math.Abs(to.Offset)) / math.Abs(to.Scale)
	if math.Abs(y) < 1e-12*size {
		return 0
	}
	return y
}

// unit finds a unit by its name, or else by its symbol.
func (s *Spec) unit(name string) *Unit {
	for i := range s.Units {
		if s.Units[i].Name == name {
			return &s.Units[i]
		}
	}
	for i := range s.Units {
		if name != "" && s.Units[i].Symbol == name {
			return &s.Units[i]
		}
	}
	return nil
}
