package engine

import (
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	s := Spec{Kind: Checklist, Items: []string{"One", "Two", "Three"}}
	a := s.Answer(map[string]string{"item_2": "yes", "item_3": "no"})
	if a.Results[0].Text != "1 of 3" || a.Text != "[ ] One\n[x] Two\n[ ] Three\n" {
		t.Error(a)
	}
	if a.Result("left") != "2" || a.Result("nothing") != "" {
		t.Error(a)
	}
	if a = s.Answer(map[string]string{"item_1": "perhaps"}); len(a.Problems) != 1 {
		t.Error(a)
	}
}

func TestCount(t *testing.T) {
	s := Spec{Kind: Counter, Tallies: []Tally{
		{"In", 0, 1, 0, 3}, {"Boxes", 24, 12, -5, 40},
	}}
	for _, c := range []struct{ in, want, notes string }{
		{"", "0 24", "lowest "},
		{"add=1", "1 24", " "},
		{"count_1=2 add=1", "3 24", "highest "},
		{"count_1=3 add=1", "3 24", "highest "},
		{"count_2=36 add=2", "0 40", "lowest highest"},
		{"count_2=5 subtract=2", "0 -5", "lowest lowest"},
		{"count_1=2 count_2=30 reset=2", "2 24", " "},
		{"count_1=2 count_2=30 reset=all", "0 24", "lowest "},
		{"count_1=2 add=9", "2 24", " "},
	} {
		a := s.Answer(pairs(c.in))
		if len(a.Problems) > 0 {
			t.Error(c.in, a)
			continue
		}
		got := a.Results[0].Plain + " " + a.Results[1].Plain
		notes := a.Results[0].Note + " " + a.Results[1].Note
		if got != c.want || notes != c.notes {
			t.Errorf("%s: %s %s", c.in, got, notes)
		}
	}
	for _, in := range []string{"count_1=4", "count_1=x", "count_1=1.5", "count_2=-6"} {
		if a := s.Answer(pairs(in)); len(a.Problems) != 1 {
			t.Error(in, a)
		}
	}
}

func pairs(s string) map[string]string {
	values := map[string]string{}
	for _, p := range strings.Fields(s) {
		i := strings.IndexByte(p, '=')
		values[p[:i]] = p[i+1:]
	}
	return values
}

func TestTime(t *testing.T) {
	s := Spec{Kind: Timer, Rounds: 2, Stages: []Stage{{"Work", 1500}, {"Break", 300}}}
	for _, c := range []struct{ in, state, stage, clock, round, share string }{
		{"", "running", "0", "25:00", "1 of 2", "0.0000"},
		{"elapsed=0.3", "running", "0", "25:00", "1 of 2", "0.0002"},
		{"elapsed=1", "running", "0", "24:59", "1 of 2", "0.0007"},
		{"elapsed=750", "running", "0", "12:30", "1 of 2", "0.5000"},
		{"elapsed=1499.9", "running", "0", "00:01", "1 of 2", "0.9999"},
		{"elapsed=1500", "running", "1", "05:00", "1 of 2", "0.0000"},
		{"elapsed=1801", "running", "2", "24:59", "2 of 2", "0.0007"},
		{"stage=3 elapsed=299", "running", "3", "00:01", "2 of 2", "0.9967"},
		{"stage=3 elapsed=300", "finished", "4", "00:00", "2 of 2", "1.0000"},
		{"elapsed=3600", "finished", "4", "00:00", "2 of 2", "1.0000"},
		{"stage=4", "finished", "4", "00:00", "2 of 2", "1.0000"},
		{"elapsed=999999", "finished", "4", "00:00", "2 of 2", "1.0000"},
	} {
		a := s.Answer(pairs(c.in))
		if len(a.Problems) > 0 || a.Result("state") != c.state || a.Result("stage") != c.stage ||
			a.Results[2].Text != c.clock || a.Results[3].Text != c.round ||
			a.Result("share") != c.share {
			t.Errorf("%s: %v", c.in, a)
		}
	}
	if a := s.Answer(pairs("elapsed=1800.25")); a.Result("elapsed") != "0.250" {
		t.Error(a)
	}
	for _, in := range []string{"stage=5", "stage=-1", "elapsed=-1", "elapsed=x"} {
		if a := s.Answer(pairs(in)); len(a.Problems) != 1 {
			t.Error(in, a)
		}
	}
}

func TestStopwatch(t *testing.T) {
	s := Spec{Kind: Timer, Rounds: 1, Stages: []Stage{{"Time", 0}}}
	a := s.Answer(pairs("elapsed=3725.9"))
	if a.Result("state") != "running" || a.Results[2].Text != "1:02:05" {
		t.Error(a)
	}
	if a = s.Answer(pairs("stage=1")); a.Result("state") != "finished" {
		t.Error(a)
	}
}
