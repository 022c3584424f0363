package engine

import (
	"strconv"
	"strings"
)

// A date is the number of days since 1970-01-01, so that formulas can count
// with it. The calendar is the Gregorian one, years 1 to 9999.

const notDate = "Not a date. Write it like 2026-03-31"

var monthDays = [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

var monthNames = [...]string{
	"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December",
}

type date struct{ year, month, day int }

// parseDate takes 2026-03-31 and 31.3.2026; dates with slashes mean different
// days in different countries and are refused.
func parseDate(s string) (date, string) {
	var parts []string
	d := date{}
	if parts = strings.Split(s, "-"); len(parts) == 3 && len(parts[0]) == 4 {
		d = date{part(parts[0]), part(parts[1]), part(parts[2])}
	} else if parts = strings.Split(s, "."); len(parts) == 3 && len(parts[2]) == 4 {
		d = date{part(parts[2]), part(parts[1]), part(parts[0])}
	}
	if !d.valid() {
		return date{}, notDate
	}
	return d, ""
}

func part(s string) int {
	if len(s) > 4 || !allDigits(s) {
		return 0
	}
	n, _ := strconv.Atoi(s)
	return n
}

func leap(year int) bool {
	return year%4 == 0 && (year%100 != 0 || year%400 == 0)
}

func (d date) valid() bool {
	if d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 {
		return false
	}
	last := monthDays[d.month-1]
	if d.month == 2 && leap(d.year) {
		last = 29
	}
	return d.day <= last
}

// number counts days in a year that begins in March, so that the leap day is
// the last one.
func (d date) number() float64 {
	year, month := d.year, d.month-3
	if month < 0 {
		year, month = year-1, month+12
	}
	n := 365*year + year/4 - year/100 + year/400
	n += (153*month+2)/5 + d.day - 1
	return float64(n - 719468)
}

// dateOf is the reverse of number.
func dateOf(n float64) date {
	days := int(n) + 719468
	era := floorDiv(days, 146097)
	inEra := days - era*146097
	year := (inEra - inEra/1460 + inEra/36524 - inEra/146096) / 365
	inYear := inEra - (365*year + year/4 - year/100)
	month := (5*inYear + 2) / 153
	d := date{year + era*400, month + 3, inYear - (153*month+2)/5 + 1}
	if d.month > 12 {
		d.year, d.month = d.year+1, d.month-12
	}
	return d
}

func floorDiv(a, b int) int {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// String writes the date as in a letter.
func (d date) String() string {
	return strconv.Itoa(d.day) + " " + monthNames[d.month-1] + " " + strconv.Itoa(d.year)
}
