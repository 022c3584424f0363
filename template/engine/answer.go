package engine

import "strconv"

// Result is one value of an answer.
type Result struct {
	Name, Label string
	Text        string // as shown: grouped, with its unit
	Plain       string // for programs: a plain number
	Unit        string // of the plain value
	Note        string // a word about the value, such as "highest"
	Problem     string // why there is no value
}

// Problem is what is wrong with one field; Field is empty for the whole.
type Problem struct {
	Field, Message string
}

// Answer is what the tool says to one set of values. With problems there are
// no results, and the text of a form is a draft with gaps.
type Answer struct {
	Problems []Problem
	Results  []Result
	Text     string
}

func (a *Answer) problem(field, message string) {
	a.Problems = append(a.Problems, Problem{field, message})
}

func (a *Answer) result(name, label, text, plain string) {
	r := Result{Name: name, Label: label, Text: text, Plain: plain}
	a.Results = append(a.Results, r)
}

// Result gives the plain value of that name, or "".
func (a *Answer) Result(name string) string {
	for _, r := range a.Results {
		if r.Name == name {
			return r.Plain
		}
	}
	return ""
}

var answers = [...]func(*Spec, map[string]string) Answer{
	Calculator: (*Spec).calculate,
	Converter:  (*Spec).convert,
	Checklist:  (*Spec).check,
	Counter:    (*Spec).count,
	Timer:      (*Spec).time,
	Form:       (*Spec).fill,
	Text:       (*Spec).rewrite,
}

// Answer works on the texts a user has entered, by name of the field. A field
// that is not there has its default; an empty one is empty.
func (s *Spec) Answer(values map[string]string) Answer {
	a := answers[s.Kind](s, values)
	if len(a.Problems) > 0 {
		a.Results = nil
	}
	return a
}

// Compute is Answer in JSON. The request is one object of texts by name:
// {"bill":"50"}. The answer is {"ok":…,"errors":[{"field","message"}],
// "outputs":[{"name","label","text","plain","unit","note","problem"}],
// "text":…}.
func (s *Spec) Compute(request string) string {
	values, ok := readObject(request)
	if !ok {
		a := Answer{}
		a.problem("", "The request could not be read.")
		return a.json()
	}
	a := s.Answer(values)
	return a.json()
}

func (a *Answer) json() string {
	b := make([]byte, 0, 512+len(a.Text))
	b = append(b, `{"ok":`...)
	b = strconv.AppendBool(b, len(a.Problems) == 0)
	b = append(b, `,"errors":[`...)
	for i, p := range a.Problems {
		b = appendObject(b, i, "field", p.Field, "message", p.Message)
	}
	b = append(b, `],"outputs":[`...)
	for i, r := range a.Results {
		b = appendObject(b, i, "name", r.Name, "label", r.Label,
			"text", r.Text, "plain", r.Plain, "unit", r.Unit,
			"note", r.Note, "problem", r.Problem)
	}
	b = append(b, `],"text":`...)
	b = appendQuoted(b, a.Text)
	return string(append(b, '}'))
}
