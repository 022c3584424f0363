// Package tool is the tool of this program: spec.go, the only generated file,
// says what it is.
package tool

import "app/engine"

// Spec gives the tool, to be shown.
func Spec() *engine.Spec { return &spec }

// Compute answers one request in JSON: see engine.Spec.Compute.
func Compute(request string) string { return spec.Compute(request) }
