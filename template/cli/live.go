package cli

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"time"

	"app/engine"
)

// The tools that go on: a counter that reads keys, a timer that runs.

// count answers once from pairs; the word count reads a line at a time: + and
// - with the number of a counter (+2), r to reset, q to end.
func count(s *engine.Spec, rest []string, values map[string]string) int {
	if len(rest) == 0 {
		return report(s, s.Answer(values), shown)
	}
	if len(rest) > 1 || rest[0] != "count" {
		return extra(rest)
	}
	a := s.Answer(values)
	code := report(s, a, oneLine)
	in := bufio.NewScanner(os.Stdin)
	for code == 0 && in.Scan() {
		line := strings.TrimSpace(in.Text())
		if line == "q" {
			break
		}
		next, ok := step(s, a, line)
		if !ok {
			complain("use + or - with a number, r or q")
			continue
		}
		a = next
		code = report(s, a, oneLine)
	}
	return code
}

var steps = map[byte]string{'+': "add", '-': "subtract", 'r': "reset"}

func step(s *engine.Spec, a engine.Answer, line string) (engine.Answer, bool) {
	if line == "" || steps[line[0]] == "" {
		return a, false
	}
	values := map[string]string{}
	for _, r := range a.Results {
		values[r.Name] = r.Plain
	}
	which := line[1:]
	if which == "" && line[0] == 'r' {
		which = "all"
	} else if which == "" {
		which = "1"
	}
	n, err := strconv.Atoi(which)
	if which != "all" && (err != nil || n < 1 || n > len(s.Tallies)) {
		return a, false
	}
	values[steps[line[0]]] = which
	return s.Answer(values), true
}

func oneLine(a engine.Answer) string {
	all := []string{}
	for _, r := range a.Results {
		all = append(all, r.Label+": "+r.Plain)
	}
	return strings.Join(all, "  ") + "\n"
}

// timer prints the plan, runs, or says where it stands after some time.
func timer(s *engine.Spec, rest []string, values map[string]string) int {
	switch {
	case len(rest) == 0:
		return report(s, s.Answer(values), shown)
	case len(rest) == 1 && rest[0] == "plan":
		return write(plan(s))
	case len(rest) == 1 && rest[0] == "run":
		return runTimer(s)
	}
	return extra(rest)
}

// plan lists when each stage begins.
func plan(s *engine.Spec) string {
	var b strings.Builder
	at := int64(0)
	for round := int64(0); round < s.Rounds; round++ {
		for _, t := range s.Stages {
			b.WriteString(engine.Clock(at) + "  " + t.Label + "\n")
			at += t.Seconds
		}
	}
	return b.String() + engine.Clock(at) + "  End\n"
}

// runTimer counts by the clock on the wall. On a terminal it shows the time
// in one line; else it prints a line for each stage that begins.
func runTimer(s *engine.Spec) int {
	terminal := isTerminal(os.Stdout)
	stop := make(chan bool)
	if s.Stages[0].Seconds == 0 {
		write("Press Enter to stop.\n")
		go func() {
			bufio.NewReader(os.Stdin).ReadString('\n')
			stop <- true
		}()
	}
	start := time.Now().Round(0)
	before := ""
	for {
		gone := time.Now().Round(0).Sub(start).Seconds()
		a := s.Answer(map[string]string{"elapsed": strconv.FormatFloat(gone, 'f', 3, 64)})
		if a.Result("state") == "finished" {
			return write(ending(terminal))
		}
		if stage := a.Result("stage"); stage != before || terminal {
			write(stageLine(s, a, terminal, stage != before && before != ""))
			before = stage
		}
		select {
		case <-stop:
			return write("\n" + engine.Clock(int64(gone)) + "\n")
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func stageLine(s *engine.Spec, a engine.Answer, terminal, moved bool) string {
	line := a.Results[1].Text + " " + a.Results[2].Text
	if s.Rounds > 1 {
		line += "  Round " + a.Results[3].Text
	}
	switch {
	case terminal && moved:
		return "\a\r" + line + "    "
	case terminal:
		return "\r" + line + "    "
	}
	return line + "\n"
}

func ending(terminal bool) string {
	if terminal {
		return "\a\rFinished            \n"
	}
	return "Finished\n"
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
