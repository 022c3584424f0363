// Tool is the program that a customer starts.
package main

import (
	"os"

	"app/cli"
	"app/tool"
)

func main() { os.Exit(cli.Run(tool.Spec(), os.Args[1:])) }
