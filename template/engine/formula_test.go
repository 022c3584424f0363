package engine

import (
	"math"
	"testing"
)

func TestFormula(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"add", Add(1, 2), 3}, {"sub", Sub(1, 2), -1}, {"mul", Mul(3, 4), 12},
		{"div", Div(1, 4), 0.25}, {"div 0", Div(1, 0), inf}, {"0/0", Div(0, 0), nan},
		{"pow", Pow(2, 10), 1024}, {"pow nan", Pow(-1, 0.5), nan}, {"neg", Neg(3), -3},
		{"mod", Mod(7, 3), 1}, {"mod neg", Mod(-7, 3), -1}, {"mod 0", Mod(7, 0), nan},
		{"mod noise", Mod(0.3, 0.1), 0}, {"mod part", Mod(7.5, 2), 1.5},
		{"mod large", Mod(1e17, 7), math.Mod(1e17, 7)},
		{"lt", Lt(1, 2), 1}, {"lt same", Lt(2, 2), 0}, {"le same", Le(2, 2), 1},
		{"gt", Gt(2, 1), 1}, {"gt same", Gt(2, 2), 0}, {"ge same", Ge(2, 2), 1},
		{"eq", Eq(2, 2), 1}, {"eq not", Eq(2, 3), 0}, {"ne", Ne(2, 3), 1},
		{"eq noise", Eq(0.1+0.2, 0.3), 1}, {"ge noise", Ge(0.1*3*10, 3), 1},
		{"lt noise", Lt(0.3, 0.1+0.2), 0}, {"eq small", Eq(1e-20, 2e-20), 0},
		{"gt inf", Gt(inf, 5), 1}, {"eq inf", Eq(inf, 5), 0}, {"lt nan", Lt(nan, 5), nan},
		{"if", If(1, 2, 3), 2}, {"if not", If(0, 2, 3), 3}, {"if other", If(-1, 2, 3), 2},
		{"if nan", If(nan, 2, 3), nan}, {"if unused", If(1, 2, Div(1, 0)), 2},
		{"min", Min(3, 1, 2), 1}, {"max", Max(3, 1, 2, 9, 4), 9},
		{"floor", Floor(2.7), 2}, {"floor neg", Floor(-2.1), -3},
		{"floor noise", Floor(0.1 * 3 * 10), 3}, {"ceil noise", Ceil(0.1 * 3 * 10), 3},
		{"ceil", Ceil(2.1), 3}, {"abs", Abs(-2), 2}, {"sqrt", Sqrt(16), 4},
		{"sqrt neg", Sqrt(-1), nan}, {"exp", Exp(0), 1}, {"ln", Ln(1), 0},
		{"ln 0", Ln(0), -inf}, {"log10", Log10(1000), 3},
		{"round", Round(2.5), 3}, {"round neg", Round(-2.5), -3},
		{"round 2", Round(2.675, 2), 2.68}, {"round -2", Round(1250, -2), 1300},
		{"round nan", Round(1, nan), nan}, {"round far", Round(1.5, 1e300), 1.5},
	} {
		same := c.got == c.want || math.IsNaN(c.got) && math.IsNaN(c.want)
		if !same {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

func day(s string) float64 {
	d, problem := parseDate(s)
	if problem != "" {
		panic(s)
	}
	return d.number()
}

func TestDates(t *testing.T) {
	for _, c := range []struct {
		from, to            string
		days, months, years float64
	}{
		{"2001-03-15", "2002-03-15", 365, 12, 1},
		{"2001-03-15", "2002-03-14", 364, 11, 0},
		{"2002-03-15", "2001-03-15", -365, -12, -1},
		{"2024-01-31", "2024-02-29", 29, 0, 0},
		{"2024-01-31", "2024-03-01", 30, 1, 0},
		{"2024-02-29", "2025-02-28", 365, 11, 0},
		{"2024-02-29", "2025-03-01", 366, 12, 1},
		{"1999-12-31", "2000-01-01", 1, 0, 0},
		{"1900-02-28", "1900-03-01", 1, 0, 0},
		{"2000-02-28", "2000-03-01", 2, 0, 0},
		{"0001-01-01", "9999-12-31", 3652058, 119987, 9998},
		{"1970-01-01", "1970-01-01", 0, 0, 0},
	} {
		a, b := day(c.from), day(c.to)
		if Days(a, b) != c.days || Months(a, b) != c.months || Years(a, b) != c.years {
			t.Errorf("%s to %s: %v days %v months %v years", c.from, c.to,
				Days(a, b), Months(a, b), Years(a, b))
		}
	}
	if day("1970-01-01") != 0 || !math.IsNaN(Months(math.NaN(), 3)) {
		t.Error("the first day, or no day")
	}
}

// Every day of 800 years follows the one before it and comes back the same.
func TestDateRoundTrip(t *testing.T) {
	for n := day("1600-01-01"); n < day("2400-01-01"); n++ {
		d := dateOf(n)
		if !d.valid() || d.number() != n {
			t.Fatalf("%v: %v", n, d)
		}
	}
}

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2026-03-31": "31 March 2026", "2024-02-29": "29 February 2024",
		"31.3.2026": "31 March 2026", "01.12.1999": "1 December 1999",
	} {
		if d, problem := parseDate(in); problem != "" || d.String() != want {
			t.Errorf("%s: %v %s", in, d, problem)
		}
	}
	for _, in := range []string{"", "2023-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
		"3/4/2026", "26-03-31", "2026-3", "x-y-z", "0000-01-01", "1900-02-29",
		"2026-03-31T00:00", "+2026-03-31", "31.3.26", "2026--3-31"} {
		if _, problem := parseDate(in); problem != notDate {
			t.Errorf("%s was taken", in)
		}
	}
}
