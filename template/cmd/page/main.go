// Page packs the tool into one file that opens from disk or from any server.
// It runs at build time.
//
//	page --wasm FILE --goroot FOLDER --out FILE
package main

import (
	"os"

	"app/pack"
	"app/tool"
)

func main() {
	if err := pack.Run(tool.Spec(), os.Args[1:]); err != nil {
		os.Stderr.WriteString("page: " + err.Error() + "\n")
		os.Exit(1)
	}
}
