//go:build js

// The same tool inside a page.
package main

import (
	"encoding/json"
	"fmt"
	"syscall/js"

	"app/calc"
)

func main() {
	text, err := json.Marshal(calc.Table(10))
	document := js.Global().Get("document")
	if err != nil {
		document.Call("getElementById", "out").Set("textContent", fmt.Sprint(err))
		return
	}
	document.Call("getElementById", "out").Set("textContent", string(text))
	document.Get("documentElement").Call("setAttribute", "data-ready", "true")
}
