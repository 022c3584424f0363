//go:build js && wasm

// The logic for a page in the browser: busCompute(request) gives the answer,
// both JSON.
package main

import (
	"syscall/js"

	"app/tool"
)

func main() {
	js.Global().Set("busCompute", js.FuncOf(compute))
	select {}
}

func compute(_ js.Value, args []js.Value) any {
	if len(args) != 1 || args[0].Type() != js.TypeString {
		return tool.Compute("")
	}
	return tool.Compute(args[0].String())
}
