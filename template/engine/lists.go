package engine

import (
	"math"
	"strconv"
	"strings"
)

// check answers a checklist: item_1, item_2, … say what is done. The text is
// the list to copy.
func (s *Spec) check(entered map[string]string) Answer {
	a := Answer{}
	var b strings.Builder
	done := 0
	for i, item := range s.Items {
		name := numbered("item_", i)
		v, problem := (&Input{Type: YesNo}).Read(entered[name])
		if problem != "" {
			a.problem(name, problem)
		}
		mark := "[ ] "
		if v.n != 0 {
			mark = "[x] "
			done++
		}
		b.WriteString(mark + item + "\n")
	}
	all := strconv.Itoa(len(s.Items))
	n := strconv.Itoa(done)
	a.result("done", "Done", n+" of "+all, n)
	a.result("left", "Left", strconv.Itoa(len(s.Items)-done), strconv.Itoa(len(s.Items)-done))
	a.Text = b.String()
	return a
}

func numbered(head string, i int) string { return head + strconv.Itoa(i+1) }

// count answers a counter: count_1, count_2, … are what they stand at (the
// start when absent), add, subtract and reset name the number of one to
// change ("all" resets every one). A step that would pass a bound stops there.
func (s *Spec) count(entered map[string]string) Answer {
	a := Answer{}
	for i := range s.Tallies {
		t := &s.Tallies[i]
		name := numbered("count_", i)
		n, problem := t.at(entered[name])
		if problem != "" {
			a.problem(name, problem)
			continue
		}
		switch number := strconv.Itoa(i + 1); {
		case entered["reset"] == number || entered["reset"] == "all":
			n = t.Start
		case entered["add"] == number:
			n = t.move(n, t.Step)
		case entered["subtract"] == number:
			n = t.move(n, -t.Step)
		}
		a.tally(name, t, n)
	}
	return a
}

func (t *Tally) at(entered string) (int64, string) {
	if entered == "" {
		return t.Start, ""
	}
	in := Input{Type: Integer, HasMin: true, HasMax: true}
	in.Min, in.Max = float64(t.Min), float64(t.Max)
	v, problem := in.Read(entered)
	return int64(v.n), problem
}

func (t *Tally) move(n, step int64) int64 {
	switch {
	case step > 0 && n > t.Max-step:
		return t.Max
	case step < 0 && n < t.Min-step:
		return t.Min
	}
	return n + step
}

func (a *Answer) tally(name string, t *Tally, n int64) {
	r := Result{Name: name, Label: t.Label, Plain: strconv.FormatInt(n, 10)}
	r.Text = pretty(r.Plain)
	if n >= t.Max {
		r.Note = "highest"
	}
	if n <= t.Min {
		r.Note = "lowest"
	}
	a.Results = append(a.Results, r)
}

// time answers a timer: stage is the number of the one that runs, counted
// from 0 over all rounds, elapsed the seconds since it began. The answer says
// where that leads to, for a timer that has run out hands over to the next; a
// stopwatch waits for the user.
func (s *Spec) time(entered map[string]string) Answer {
	a := Answer{}
	all := int64(len(s.Stages)) * s.Rounds
	k := int64(s.number(&a, entered, "stage", Integer, float64(all)))
	elapsed := s.number(&a, entered, "elapsed", Number, 1e9)
	if len(a.Problems) > 0 {
		return a
	}
	for k < all && s.runsOut(k, elapsed) {
		elapsed -= float64(s.at(k).Seconds)
		k++
	}
	if k < all {
		a.result("state", "State", "Running", "running")
		a.stage(s, k, k, elapsed)
	} else {
		a.result("state", "State", "Finished", "finished")
		a.stage(s, all-1, all, float64(s.at(all-1).Seconds))
	}
	return a
}

func (s *Spec) at(k int64) *Stage { return &s.Stages[k%int64(len(s.Stages))] }

func (s *Spec) runsOut(k int64, elapsed float64) bool {
	length := s.at(k).Seconds
	return length > 0 && elapsed >= float64(length)
}

func (s *Spec) number(a *Answer, entered map[string]string, name string, t Type, max float64) float64 {
	in := Input{Type: t, HasMin: true, HasMax: true, Max: max}
	v, problem := in.Read(entry(entered, name, "0"))
	if problem != "" {
		a.problem(name, problem)
	}
	return v.n
}

// stage adds what is known about the k-th stage after so many seconds: what
// the clock shows, what share is over, which round it is.
func (a *Answer) stage(s *Spec, k, number int64, elapsed float64) {
	t := s.at(k)
	a.result("stage", "Stage", t.Label, strconv.FormatInt(number, 10))
	shown, share := math.Floor(elapsed), 0.0
	if t.Seconds > 0 {
		// A second that has begun still shows; a hair of one does not.
		shown = math.Ceil(float64(t.Seconds) - elapsed - 0.001)
		share = elapsed / float64(t.Seconds)
	}
	a.result("clock", "Time", Clock(int64(shown)), decimals(shown, 0))
	round := k/int64(len(s.Stages)) + 1
	a.result("round", "Round", strconv.FormatInt(round, 10)+" of "+
		strconv.FormatInt(s.Rounds, 10), strconv.FormatInt(round, 10))
	a.result("elapsed", "", "", decimals(elapsed, 3))
	a.result("share", "", "", decimals(share, 4))
}

// Clock writes seconds as 04:05 or 1:04:05.
func Clock(n int64) string {
	text := twoDigits(n/60%60) + ":" + twoDigits(n%60)
	if n >= 3600 {
		return strconv.FormatInt(n/3600, 10) + ":" + text
	}
	return text
}

func twoDigits(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}
