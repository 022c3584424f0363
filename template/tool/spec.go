// Code generated from the specification of the tool. DO NOT EDIT.

package tool

import "app/engine"

const slug = "sample-tool"

const title = "Sample tool"

const summary = "Adds two numbers."

var inputs = []engine.Input{
	{Name: "a", Label: "First number", Type: engine.Number, Default: "1", Required: true},
	{Name: "b", Label: "Second number", Type: engine.Number, Default: "2", Required: true},
}

var outputs = []engine.Output{
	{Name: "sum", Label: "Sum", Format: engine.AsNumber, Digits: 2, Expr: output0},
}

func output0(v []float64) float64 {
	return engine.Add(v[0], v[1])
}

var spec = engine.Spec{Kind: engine.Calculator, Slug: slug, Title: title, Summary: summary, Inputs: inputs, Outputs: outputs}
