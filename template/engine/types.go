// Package engine is what all tools have in common.
//
// A tool is a Spec: fields, units, items, and formulas as Go functions. The
// package is pure: no clock, no files, no network; the page, the program and
// the tests all come in through Compute or Answer. The spec of this very tool
// stands in package tool, apart, so that a new one compiles in no time.
package engine

// Kind is what sort of tool this is.
type Kind int

const (
	Calculator Kind = iota // inputs and computed outputs
	Converter              // one quantity, many units
	Checklist
	Counter
	Timer
	Form // inputs filled into a text
	Text // operations on a text
)

var kindNames = [...]string{
	"calculator", "converter", "checklist", "counter", "timer", "form", "text",
}

func (k Kind) String() string { return kindNames[k] }

// Type is what an input takes.
type Type int

const (
	Number Type = iota
	Integer
	Line
	LongText
	Choice
	YesNo
	Date
)

// Format is how an output is shown.
type Format int

const (
	AsNumber   Format = iota // at most so many digits after the point
	AsInteger                // rounded
	AsMoney                  // exactly so many digits
	AsPercent                // the value is in per cent: 25 is shown as 25 %
	AsDuration               // the value is in seconds, shown as h:mm:ss
)

// Input is one field that the user fills in. Min and Max bound a number.
type Input struct {
	Name, Label, Unit, Default string
	Type                       Type
	Required, HasMin, HasMax   bool
	Min, Max                   float64
	Choices                    []string
}

// Output is one computed value. Expr gets the values of all inputs followed
// by those of the outputs before this one.
type Output struct {
	Name, Label, Unit string
	Format            Format
	Digits            int
	Expr              func(v []float64) float64
}

// Unit is one unit of a converter: the value in the base unit is
// x*Scale + Offset.
type Unit struct {
	Name, Label, Symbol string
	Scale, Offset       float64
}

// Tally is one counter.
type Tally struct {
	Label                 string
	Start, Step, Min, Max int64
}

// Stage is one timer of a sequence; 0 seconds is a stopwatch.
type Stage struct {
	Label   string
	Seconds int64
}

// Spec is a whole tool.
type Spec struct {
	Kind                 Kind
	Slug, Title, Summary string
	Inputs               []Input
	Outputs              []Output
	Units                []Unit
	From, To             string // names of the units first shown
	Items                []string
	Tallies              []Tally
	Stages               []Stage
	Rounds               int64 // how often the stages run one after the other
	Body                 string
	Operations           []string
}
