// Package calc is the private half of the tool: what a customer paid for and
// does not get to read.
package calc

import "math"

// Compound gives the value of an amount after so many years at a yearly rate,
// with interest added so many times a year.
func Compound(amount, rate float64, perYear, years int) float64 {
	steps := float64(perYear * years)
	if steps <= 0 || math.IsNaN(rate) {
		return amount
	}
	return amount * math.Pow(1+rate/float64(perYear), steps)
}

// Table is a row per year.
func Table(years int) []float64 {
	rows := make([]float64, 0, years)
	for year := 1; year <= years; year++ {
		value := Compound(1000, 0.0375, 12, year)
		rows = append(rows, math.Round(value*100)/100)
	}
	return rows
}
