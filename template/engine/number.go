package engine

import (
	"math"
	"strconv"
	"strings"
)

// Reading numbers as people write them.

const (
	notNumber = "Not a number. Write it like 1234.5"
	tooLarge  = "This number is too large."
	twoWays   = " can be read in two ways. Write "
)

// Blanks and marks that group thousands.
const groupMarks = " '_\u00a0\u2009\u202f\u2019"

// parseNumber takes a decimal point or comma, grouped thousands and the unit
// itself around the number. What can be read in two ways (1,234) is refused
// with a question, never guessed.
func parseNumber(s, unit string) (float64, string) {
	s = strings.ReplaceAll(s, minus, "-")
	s = stripUnit(strings.TrimSpace(s), unit)
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	sign := ""
	if strings.HasPrefix(mantissa, "-") || strings.HasPrefix(mantissa, "+") {
		sign, mantissa = mantissa[:1], stripUnit(mantissa[1:], unit)
	}
	plain, problem := plainDigits(mantissa)
	if problem != "" {
		return 0, problem
	}
	x, err := strconv.ParseFloat(sign+plain+exponent, 64)
	switch {
	case math.IsInf(x, 0):
		return 0, tooLarge
	case err != nil:
		return 0, notNumber
	}
	return x, ""
}

// stripUnit removes the unit (and a percent sign) around a number.
func stripUnit(s, unit string) string {
	for _, u := range [...]string{unit, "%"} {
		if u != "" {
			s = strings.TrimSpace(strings.TrimSuffix(s, u))
			s = strings.TrimSpace(strings.TrimPrefix(s, u))
		}
	}
	return s
}

// plainDigits turns "1 234,5" into "1234.5".
func plainDigits(s string) (string, string) {
	whole, fraction := s, ""
	last := strings.LastIndexAny(s, ".,")
	if last >= 0 && strings.Count(s, s[last:last+1]) == 1 {
		whole, fraction = s[:last], s[last+1:]
		if s[last] == ',' && ambiguous(whole, fraction) {
			plain := whole + fraction
			return "", s + twoWays + plain + " or " + whole + "." + fraction
		}
	}
	digits, ok := ungroup(whole)
	if !ok || !allDigits(fraction) || digits+fraction == "" {
		return "", notNumber
	}
	return digits + "." + fraction, ""
}

// 1,234 may be a thousand or a little more than one; 0,125 and 12,5 may not.
func ambiguous(whole, fraction string) bool {
	return len(fraction) == 3 && allDigits(fraction) && allDigits(whole) &&
		len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0'
}

// ungroup removes one kind of mark between groups of three digits.
func ungroup(s string) (string, bool) {
	if allDigits(s) {
		return s, true
	}
	at := strings.IndexAny(s, groupMarks+".,")
	if at <= 0 {
		return "", false
	}
	mark := string([]rune(s[at:])[0])
	groups := strings.Split(s, mark)
	for i, g := range groups {
		if !allDigits(g) || len(g) > 3 || i > 0 && len(g) < 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Writing numbers as people read them.

// decimals writes x with that many digits after the point, rounded half away
// from zero as seen in 15 significant digits: 2.675 becomes 2.68 although its
// binary value is a little less. Past what a float64 holds exactly it is
// written with an exponent.
func decimals(x float64, digits int) string {
	if math.Abs(x) >= 1e15 {
		return strconv.FormatFloat(x, 'e', 6, 64)
	}
	s := strconv.FormatFloat(math.Abs(x), 'e', 14, 64)
	exponent, _ := strconv.Atoi(s[17:])
	s = roundDecimal(s[:1]+s[2:16], exponent+1, digits)
	if x < 0 && strings.Trim(s, "0.") != "" {
		s = "-" + s
	}
	return s
}

// roundDecimal writes 0.d1d2d3… times ten to the power of point.
func roundDecimal(d string, point, digits int) string {
	if point < 0 {
		d, point = strings.Repeat("0", -point)+d, 0
	}
	keep := point + digits
	up := keep < len(d) && d[keep] >= '5'
	if keep > len(d) {
		d += strings.Repeat("0", keep-len(d))
	}
	b := []byte("0" + d[:keep])
	for i := len(b) - 1; up; i-- {
		up = b[i] == '9'
		if b[i]++; up {
			b[i] = '0'
		}
	}
	at := len(b) - digits
	whole := strings.TrimLeft(string(b[:at]), "0")
	if whole == "" {
		whole = "0"
	}
	if digits == 0 {
		return whole
	}
	return whole + "." + string(b[at:])
}

// roundTo rounds to digits after the point, or before it when negative.
func roundTo(x float64, digits int) float64 {
	if math.IsNaN(x) || math.Abs(x) >= 1e15 {
		return x
	}
	if digits < 0 {
		p := math.Pow10(-digits)
		return roundTo(x/p, 0) * p
	}
	r, _ := strconv.ParseFloat(decimals(x, digits), 64)
	return r
}

// shortest writes x with as many digits as it needs, at most 8 significant
// ones but all before the point.
func shortest(x float64) string {
	size := math.Abs(x)
	if x == 0 {
		return "0"
	}
	if size >= 1e15 || size < 1e-6 {
		return strconv.FormatFloat(x, 'e', -1, 64)
	}
	digits := 7 - int(math.Floor(math.Log10(size)))
	if digits < 0 {
		digits = 0
	}
	return trimZeros(decimals(x, digits))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") || strings.Contains(s, "e") {
		return s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

const minus = "\u2212"

// pretty turns a plain number into what is shown: a true minus sign and, from
// five digits on, thousands apart by a narrow blank, which no country reads
// as a decimal mark. (Four digits stay together: 2026 may be a year.)
func pretty(s string) string { return grouped(s, 5) }

func grouped(s string, from int) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = minus, s[1:]
	}
	if i := strings.IndexByte(s, 'e'); i >= 0 {
		return sign + trimZeros(s[:i]) + " \u00d7 10" + superscript(s[i+1:])
	}
	end := strings.IndexByte(s, '.')
	if end < 0 {
		end = len(s)
	}
	if end < from {
		return sign + s
	}
	var b strings.Builder
	for i := 0; i < end; i++ {
		if i > 0 && (end-i)%3 == 0 {
			b.WriteString("\u202f")
		}
		b.WriteByte(s[i])
	}
	return sign + b.String() + s[end:]
}

func superscript(s string) string {
	n, _ := strconv.Atoi(s)
	out := []rune{}
	for _, c := range strconv.Itoa(n) {
		if c == '-' {
			out = append(out, '\u207b')
			continue
		}
		out = append(out, []rune("\u2070\u00b9\u00b2\u00b3\u2074" +
			"\u2075\u2076\u2077\u2078\u2079")[c-'0'])
	}
	return string(out)
}
