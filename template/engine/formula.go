package engine

import "math"

// What formulas are made of. Every step is a call of its own: the result is
// rounded to a float64 each time, so that no platform joins two steps into
// one and all give the same digits; and a constant is never folded by the
// compiler, so that 1/0 is a value that cannot be shown, not a broken build.

func Add(a, b float64) float64 { return float64(a + b) }
func Sub(a, b float64) float64 { return float64(a - b) }
func Mul(a, b float64) float64 { return float64(a * b) }
func Div(a, b float64) float64 { return float64(a / b) }
func Pow(a, b float64) float64 { return math.Pow(a, b) }
func Neg(a float64) float64    { return -a }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// near: two values that differ only by the noise of floating point. What
// people compare are sums of money and measures: 0.1 + 0.2 is 0.3 to them.
func near(a, b float64) bool {
	if a == b || math.IsInf(a, 0) || math.IsInf(b, 0) {
		return a == b
	}
	return math.Abs(a-b) <= noise*math.Max(math.Abs(a), math.Abs(b))
}

const noise = 1e-13

// A comparison with a value that is missing is missing too.
func compare(a, b float64, holds bool) float64 {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.NaN()
	}
	return truth(holds)
}

func Lt(a, b float64) float64 { return compare(a, b, a < b && !near(a, b)) }
func Le(a, b float64) float64 { return compare(a, b, a < b || near(a, b)) }
func Gt(a, b float64) float64 { return compare(a, b, a > b && !near(a, b)) }
func Ge(a, b float64) float64 { return compare(a, b, a > b || near(a, b)) }
func Eq(a, b float64) float64 { return compare(a, b, near(a, b)) }
func Ne(a, b float64) float64 { return compare(a, b, !near(a, b)) }

// If is the if of formulas: anything but 0 is true.
func If(cond, yes, no float64) float64 {
	switch {
	case math.IsNaN(cond):
		return cond
	case cond != 0:
		return yes
	}
	return no
}

func Min(first float64, rest ...float64) float64 {
	for _, x := range rest {
		first = math.Min(first, x)
	}
	return first
}

func Max(first float64, rest ...float64) float64 {
	for _, x := range rest {
		first = math.Max(first, x)
	}
	return first
}

func Floor(a float64) float64 { return math.Floor(snap(a)) }
func Ceil(a float64) float64  { return math.Ceil(snap(a)) }
func Abs(a float64) float64   { return math.Abs(a) }
func Sqrt(a float64) float64  { return math.Sqrt(a) }
func Exp(a float64) float64   { return math.Exp(a) }
func Ln(a float64) float64    { return math.Log(a) }
func Log10(a float64) float64 { return math.Log10(a) }

// snap gives the whole number that a value differs from only by noise, so
// that floor and ceil of 0.1 * 3 * 10 are 3.
func snap(a float64) float64 {
	if r := math.Round(a); near(a, r) {
		return r
	}
	return a
}

// Mod is what is left of a, with the sign of a. A division that comes out
// even but for noise leaves nothing.
func Mod(a, b float64) float64 {
	if q := a / b; math.Abs(q) < 1e9 && snap(q) == math.Trunc(snap(q)) {
		return 0
	}
	return math.Mod(a, b)
}

// Days are the whole days from one date to another.
func Days(from, to float64) float64 { return to - from }

// Months are the whole calendar months from one date to another: from the
// 15th to the 14th of the next month is none yet.
func Months(from, to float64) float64 {
	switch {
	case math.IsNaN(from) || math.IsNaN(to):
		return math.NaN()
	case to < from:
		return -Months(to, from)
	}
	a, b := dateOf(from), dateOf(to)
	n := 12*(b.year-a.year) + b.month - a.month
	if b.day < a.day {
		n--
	}
	return float64(n)
}

// Years are the whole calendar years: what an age is.
func Years(from, to float64) float64 { return math.Trunc(Months(from, to) / 12) }

// Round rounds half away from zero, as people do on paper.
func Round(a float64, digits ...float64) float64 {
	if len(digits) == 0 {
		return roundTo(a, 0)
	}
	d := digits[0]
	if math.IsNaN(d) {
		return d
	}
	return roundTo(a, int(math.Max(-15, math.Min(15, math.Trunc(d)))))
}
