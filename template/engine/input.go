package engine

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a field holds: its number for formulas, its text for letters.
type value struct {
	n    float64
	text string
}

// Limits in characters.
const (
	lineMax  = 200
	longMax  = 4000
	shortMax = 60 // a number, a date or a choice
)

var readers = [...]func(*Input, string) (value, string){
	Number:   (*Input).readNumber,
	Integer:  (*Input).readInteger,
	Line:     (*Input).readText,
	LongText: (*Input).readText,
	Choice:   (*Input).readChoice,
	YesNo:    (*Input).readYesNo,
	Date:     (*Input).readDate,
}

var missing = [...]string{
	Number:   "Enter a number.",
	Integer:  "Enter a whole number.",
	Line:     "Enter a text.",
	LongText: "Enter a text.",
	Choice:   "Choose one.",
	YesNo:    "Choose yes or no.",
	Date:     "Enter a date.",
}

// Read is the value of what was entered, or what is wrong with it. An empty
// field that is not required counts as 0, an empty date as no value at all.
func (in *Input) Read(entered string) (value, string) {
	s := entered
	if in.Type != LongText {
		s = strings.TrimSpace(s)
	}
	if in.Type < Line || in.Type > LongText {
		if utf8.RuneCountInString(s) > shortMax {
			return value{}, "This is too long."
		}
	}
	if strings.TrimSpace(s) == "" && in.Type != YesNo {
		if in.Required {
			return value{}, missing[in.Type]
		}
		if in.Type == Date {
			return value{n: math.NaN()}, ""
		}
		return value{}, ""
	}
	return readers[in.Type](in, s)
}

func (in *Input) readNumber(s string) (value, string) {
	x, problem := parseNumber(s, in.Unit)
	if problem == "" {
		problem = in.outside(x)
	}
	return value{x, shortest(x)}, problem
}

func (in *Input) readInteger(s string) (value, string) {
	x, problem := parseNumber(s, in.Unit)
	switch {
	case problem != "":
		return value{}, problem
	case x != math.Trunc(x):
		return value{}, "Only whole numbers, please."
	case math.Abs(x) > 1<<53:
		return value{}, tooLarge
	}
	return value{x, strconv.FormatFloat(x, 'f', 0, 64)}, in.outside(x)
}

// outside says what is wrong with a number beyond the bounds.
func (in *Input) outside(x float64) string {
	low, high := in.HasMin && x < in.Min, in.HasMax && x > in.Max
	switch {
	case !low && !high:
		return ""
	case in.HasMin && in.HasMax:
		return "Must be from " + in.bound(in.Min) + " to " + in.bound(in.Max) + "."
	case low:
		return "Must be " + in.bound(in.Min) + " or more."
	}
	return "Must be " + in.bound(in.Max) + " or less."
}

func (in *Input) bound(x float64) string { return withUnit(pretty(shortest(x)), in.Unit) }

// Hint says what may be entered where that is good to know beforehand, or "".
// Bounds so far out that they only catch mistakes are said when they are met.
func (in *Input) Hint() string {
	if in.Type != Number && in.Type != Integer {
		return ""
	}
	low, high := pretty(shortest(in.Min)), pretty(shortest(in.Max))
	atop := in.HasMax && in.Max < 10000
	switch {
	case in.HasMin && atop:
		return low + " to " + high
	case in.HasMin && in.Min > 1:
		return low + " or more"
	case atop:
		return high + " or less"
	}
	return ""
}

// Limit is how many characters a text may have.
func (in *Input) Limit() int {
	switch in.Type {
	case Line:
		return lineMax
	case LongText:
		return longMax
	}
	return shortMax
}

func (in *Input) readText(s string) (value, string) {
	s = cleanText(s, in.Type == LongText)
	n := utf8.RuneCountInString(s)
	if n > in.Limit() {
		return value{}, "At most " + strconv.Itoa(in.Limit()) + " characters."
	}
	return value{float64(n), s}, ""
}

// cleanText drops control characters; in a line, breaks become blanks.
func cleanText(s string, lines bool) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' && lines || c == '\t' && lines:
			return c
		case c == '\n' || c == '\t':
			return ' '
		case unicode.IsControl(c):
			return -1
		}
		return c
	}, s)
}

// A choice is entered as its text, in whatever case where that is clear, or,
// where no choice is called so, as its position; it counts as its position.
func (in *Input) readChoice(s string) (value, string) {
	for _, same := range [...]func(a, b string) bool{
		func(a, b string) bool { return a == b }, strings.EqualFold,
	} {
		for i, c := range in.Choices {
			if same(strings.TrimSpace(c), s) {
				return value{float64(i + 1), c}, ""
			}
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > len(in.Choices) {
		return value{}, "Not one of the choices."
	}
	return value{float64(n), in.Choices[n-1]}, ""
}

var yesWords = map[string]bool{
	"yes": true, "y": true, "true": true, "1": true, "on": true,
	"no": false, "n": false, "false": false, "0": false, "off": false, "": false,
}

func (in *Input) readYesNo(s string) (value, string) {
	yes, known := yesWords[strings.ToLower(s)]
	switch {
	case !known:
		return value{}, missing[YesNo]
	case yes:
		return value{1, "yes"}, ""
	}
	return value{0, "no"}, ""
}

func (in *Input) readDate(s string) (value, string) {
	d, problem := parseDate(s)
	if problem != "" {
		return value{}, problem
	}
	return value{d.number(), d.String()}, ""
}

// read gives the values of all inputs in order; problems go into the answer.
func (s *Spec) read(entered map[string]string, a *Answer) []value {
	values := make([]value, 0, len(s.Inputs))
	for i := range s.Inputs {
		in := &s.Inputs[i]
		v, problem := in.Read(entry(entered, in.Name, in.start()))
		if problem != "" {
			a.problem(in.Name, problem)
		}
		values = append(values, v)
	}
	return values
}

func entry(entered map[string]string, name, dflt string) string {
	if s, ok := entered[name]; ok {
		return s
	}
	return dflt
}

// Today is the default of a date that begins as the day the tool is used. The
// package knows no clock: whoever asks fills the day in, with FillToday.
const Today = "today"

func (in *Input) start() string {
	if in.Type == Date && in.Default == Today {
		return ""
	}
	return in.Default
}

// FillToday gives the dates that begin as today and were not entered their
// value, such as 2026-03-31.
func (s *Spec) FillToday(entered map[string]string, day string) {
	for i := range s.Inputs {
		in := &s.Inputs[i]
		if _, ok := entered[in.Name]; !ok && in.Type == Date && in.Default == Today {
			entered[in.Name] = day
		}
	}
}
