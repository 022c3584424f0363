// Package cli is the program around a tool: without arguments it serves its
// page to the browser on this computer, with arguments it answers on the
// command line.
package cli

import (
	"os"
	"strings"

	"app/engine"
)

// Exit codes, as in sysexits.h.
const (
	exitUsage   = 64
	exitData    = 65
	exitService = 69
	exitIO      = 74
)

const version = "1.0"

var program string // what it calls itself in complaints

// Run does what the arguments say and gives the exit code.
func Run(s *engine.Spec, args []string) int {
	program = s.Slug
	options, words, problem := split(args)
	switch {
	case problem != "":
		return usage(problem)
	case options.help:
		return write(help(s))
	case options.version:
		return write(s.Slug + " " + version + "\n")
	case len(words) > 0:
		return command(s, words)
	}
	return serve(s, options.listen, options.open)
}

type options struct {
	help, version, open bool
	listen              string
}

// split takes the options from the words. What begins with one hyphen is a
// word, for it may be a number.
func split(args []string) (o options, words []string, problem string) {
	for i := 0; i < len(args); i++ {
		name, value, given := cut(args[i])
		switch {
		case args[i] == "--help" || args[i] == "-h":
			o.help = true
		case args[i] == "--version":
			o.version = true
		case args[i] == "--open":
			o.open = true
		case name == "--listen" && given:
			o.listen = value
		case name == "--listen" && i+1 < len(args):
			i++
			o.listen = args[i]
		case strings.HasPrefix(args[i], "--"):
			return o, nil, "unknown option " + args[i]
		default:
			words = append(words, args[i])
		}
	}
	return o, words, ""
}

// cut splits name=value.
func cut(s string) (name, value string, given bool) {
	i := strings.IndexByte(s, '=')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

func usage(problem string) int {
	complain(problem)
	os.Stderr.WriteString("Try --help.\n")
	return exitUsage
}

func complain(problem string) {
	os.Stderr.WriteString(program + ": " + problem + "\n")
}

func write(s string) int {
	if _, err := os.Stdout.WriteString(s); err != nil {
		complain("cannot write: " + err.Error())
		return exitIO
	}
	return 0
}

// report prints an answer, or on standard error what was wrong.
func report(s *engine.Spec, a engine.Answer, show func(engine.Answer) string) int {
	for _, p := range a.Problems {
		name := p.Field
		if name != "" {
			name += ": "
		}
		complain(name + p.Message)
	}
	if len(a.Problems) > 0 {
		return exitData
	}
	if code := write(show(a)); code != 0 {
		return code
	}
	code := 0
	for _, r := range a.Results {
		if r.Problem != "" {
			complain(r.Label + ": " + r.Problem)
			code = exitData
		}
	}
	return code
}
