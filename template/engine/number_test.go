package engine

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for _, c := range []struct {
		in, unit string
		want     float64
	}{
		{"12", "", 12},
		{" 12.5 ", "", 12.5},
		{"12,5", "", 12.5},
		{"-3", "", -3},
		{"\u22123,25", "", -3.25},
		{"+7", "", 7},
		{".5", "", 0.5},
		{"5.", "", 5},
		{"0,125", "", 0.125},
		{"1234,567", "", 1234.567},
		{"1.234", "", 1.234},
		{"1 234", "", 1234},
		{"1 234 567,89", "", 1234567.89},
		{"1\u202f234.5", "", 1234.5},
		{"1'234.50", "", 1234.5},
		{"1,234,567", "", 1234567},
		{"1,234.5", "", 1234.5},
		{"1.234,5", "", 1234.5},
		{"1.234.567", "", 1234567},
		{"1e3", "", 1000},
		{"2.5E-2", "", 0.025},
		{"15 %", "", 15},
		{"€50", "€", 50},
		{"50 €", "€", 50},
		{"-€50", "€", -50},
		{"12 km", "km", 12},
	} {
		got, problem := parseNumber(c.in, c.unit)
		if got != c.want || problem != "" {
			t.Errorf("%q: %v %q, want %v", c.in, got, problem, c.want)
		}
	}
}

func TestParseNumberRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":            notNumber,
		"abc":         notNumber,
		"1x":          notNumber,
		"12 34":       notNumber,
		"1,23,456":    notNumber,
		"1.2.3":       notNumber,
		"--1":         notNumber,
		"- 1-":        notNumber,
		"0x10":        notNumber,
		"1_000_0":     notNumber,
		"inf":         notNumber,
		"NaN":         notNumber,
		"1e":          notNumber,
		".":           notNumber,
		",":           notNumber,
		"e5":          notNumber,
		"1e400":       tooLarge,
		"٣":           notNumber,
		"1 234.567.8": notNumber,
		"1,234":       "1,234 can be read in two ways. Write 1234 or 1.234",
	} {
		if _, problem := parseNumber(in, ""); problem != want {
			t.Errorf("%q: %q, want %q", in, problem, want)
		}
	}
}

func TestDecimals(t *testing.T) {
	for _, c := range []struct {
		x      float64
		digits int
		want   string
	}{
		{0, 0, "0"}, {0, 2, "0.00"}, {math.Copysign(0, -1), 2, "0.00"},
		{2.675, 2, "2.68"}, {1.005, 2, "1.01"}, {-2.675, 2, "-2.68"},
		{0.5, 0, "1"}, {1.5, 0, "2"}, {2.5, 0, "3"}, {-0.5, 0, "-1"},
		{-0.4, 0, "0"}, {-0.004, 2, "0.00"}, {0.005, 2, "0.01"},
		{0.1 + 0.2, 10, "0.3000000000"}, {0.05, 1, "0.1"}, {0.04, 1, "0.0"},
		{0.00123, 3, "0.001"}, {0.0096, 3, "0.010"},
		{999.995, 2, "1000.00"}, {9.99, 1, "10.0"}, {99.5, 0, "100"},
		{1234567.891, 2, "1234567.89"}, {1e14, 2, "100000000000000.00"},
		{123456789012345, 0, "123456789012345"},
		{1e15, 2, "1.000000e+15"}, {-1.5e300, 2, "-1.500000e+300"},
		{1e-300, 4, "0.0000"}, {1.0 / 3, 10, "0.3333333333"},
	} {
		if got := decimals(c.x, c.digits); got != c.want {
			t.Errorf("%v with %d: %s, want %s", c.x, c.digits, got, c.want)
		}
	}
}

// Against the standard library, away from the ties that it sees otherwise.
func TestDecimalsAgreesWithStrconv(t *testing.T) {
	x := 0.123456
	for i := 0; i < 2000; i++ {
		x = math.Mod(x*1.37+0.000123*float64(i), 1e6)
		for digits := 0; digits <= 4; digits++ {
			want := strconv.FormatFloat(x, 'f', digits, 64)
			if got := decimals(x, digits); got != want {
				t.Fatalf("%v with %d: %s, want %s", x, digits, got, want)
			}
		}
	}
}

func TestRoundTo(t *testing.T) {
	for _, c := range []struct {
		x      float64
		digits int
		want   float64
	}{
		{2.675, 2, 2.68}, {-1.5, 0, -2}, {1234.5, -2, 1200}, {1250, -2, 1300},
		{0.1 + 0.2, 1, 0.3}, {1e20, 2, 1e20},
	} {
		if got := roundTo(c.x, c.digits); got != c.want {
			t.Errorf("%v to %d: %v, want %v", c.x, c.digits, got, c.want)
		}
	}
	if !math.IsNaN(roundTo(math.NaN(), 2)) {
		t.Error("NaN")
	}
}

func TestShortest(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", -2.5: "-2.5", 0.1 + 0.2: "0.3", 1.0 / 3: "0.33333333",
		1073741824: "1073741824", 1609.344: "1609.344", 123456.789123: "123456.79",
		1e-7: "1e-07", 1e15: "1e+15", 0.00001234: "0.00001234", 999999999.9: "1000000000",
	} {
		if got := shortest(x); got != want {
			t.Errorf("%v: %s, want %s", x, got, want)
		}
	}
}

func TestPretty(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "1234": "1234", "12345": "12\u202f345", "-5": "\u22125",
		"1234567.5": "1\u202f234\u202f567.5", "1234.56789": "1234.56789",
		"1e-07": "1 \u00d7 10\u207b\u2077", "-1.50e+15": "\u22121.5 \u00d7 10\u00b9\u2075",
	} {
		if got := pretty(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	if got := grouped("1234.50", 4); got != "1\u202f234.50" {
		t.Error(got)
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"1,5", "1 234", "e", "-", "1e5", "\u2212.", "1.2,3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		x, problem := parseNumber(s, "kg")
		if problem == "" && (math.IsNaN(x) || math.IsInf(x, 0)) {
			t.Errorf("%q: %v", s, x)
		}
		if problem == "" && strings.ContainsAny(s, "xX") {
			t.Errorf("%q was taken", s)
		}
	})
}
