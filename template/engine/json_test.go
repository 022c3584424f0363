package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestReadObject(t *testing.T) {
	for in, want := range map[string]map[string]string{
		`{}`:                                   {},
		" { } \n":                              {},
		`{"a":"b"}`:                            {"a": "b"},
		`{"a":1.5e3,"b":true,"c":null,"d":-2}`: {"a": "1.5e3", "b": "true", "d": "-2"},
		`{"a":"\"\\\/\b\f\n\r\t"}`:             {"a": "\"\\/\b\f\n\r\t"},
		`{"\u00e9":"\ud83d\ude00"}`:            {"é": "😀"},
		`{"a":"\ud83d x"}`:                     {"a": "\uFFFD x"},
		`{"a":"\ud83dA"}`:                      {"a": "\uFFFDA"},
		`{"a":"\udc00"}`:                       {"a": "\uFFFD"},
		"{\"a\":\"\xff\"}":                     {"a": "\uFFFD"},
		`{"a":""}`:                             {"a": ""},
	} {
		got, ok := readObject(in)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v", in, got, ok)
		}
	}
	for _, in := range []string{"", "{", "[]", `"a"`, `{"a"}`, `{"a":}`, `{"a":[]}`, `{"a":{}}`,
		`{"a":"b"`, `{"a":"b",}`, `{"a":"b"}x`, `{"a":"b" "c":"d"}`, `{"a":"b","a":"c"}`,
		`{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\ud83d\u12"}`, "{\"a\":\"\n\"}", `{"a":tru}`,
		`{"a":nan}`, `{"a":"\`, `{a:1}`, `{"a":"b`, strings.Repeat(`{"a":`, 1000)} {
		if got, ok := readObject(in); ok {
			t.Errorf("%s was taken: %v", in, got)
		}
	}
	if _, ok := readObject(`{"a":"` + strings.Repeat("x", RequestMax) + `"}`); ok {
		t.Error("too long")
	}
}

// What we write, the standard library reads; what it writes, we read.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{"", "a\"b\\c\n\t\x00\x7f</script>", "é😀", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		valid := strings.ToValidUTF8(s, "\uFFFD")
		written, _ := json.Marshal(map[string]string{"k": valid})
		if got, ok := readObject(string(written)); !ok || got["k"] != valid {
			t.Errorf("%q: %v", written, got)
		}
		var back string
		if err := json.Unmarshal(appendQuoted(nil, valid), &back); err != nil || back != valid {
			t.Errorf("%q: %q %v", valid, back, err)
		}
		readObject(s)
	})
}

func TestCompute(t *testing.T) {
	var got struct {
		OK      bool
		Errors  []struct{ Field, Message string }
		Outputs []struct{ Name, Label, Text, Plain, Unit, Note, Problem string }
		Text    string
	}
	read := func(request string) {
		got.Errors, got.Outputs = nil, nil
		if err := json.Unmarshal([]byte(tip.Compute(request)), &got); err != nil {
			t.Fatal(err)
		}
	}
	if read(`{"bill":"100"}`); !got.OK || got.Outputs[0].Text != "€15.00" {
		t.Error(got)
	}
	if read(`{"bill":"x"}`); got.OK || got.Errors[0].Field != "bill" || len(got.Outputs) != 0 {
		t.Error(got)
	}
	if read(`nonsense`); got.OK || got.Errors[0].Message != "The request could not be read." {
		t.Error(got)
	}
	if strings.Contains(letter.Compute(`{"name":"</script>"}`), "</script") {
		t.Error("an answer must not end a script")
	}
}

// Whatever is asked of a tool of whatever kind, it answers in JSON.
func FuzzAnswer(f *testing.F) {
	tools := []*Spec{&tip, &letter, everything(),
		{Kind: Converter, From: "a", To: "b", Units: []Unit{
			{"a", "A", "°", 1, -5}, {"b", "B", "", 1e-30, 3}}},
		{Kind: Checklist, Items: []string{"One"}},
		{Kind: Counter, Tallies: []Tally{{"In", 0, 7, -9, 9}}},
		{Kind: Timer, Rounds: 2, Stages: []Stage{{"Work", 60}, {"Rest", 1}}},
	}
	for i, pair := range [][2]string{
		{"bill", "1e308"}, {"rent", "{}"}, {"text", "\u00c9\n\n. ?"}, {"value", "-1e300"},
		{"item_1", "on"}, {"count_1", "-9"}, {"elapsed", "61.5"}, {"operation", "title"},
	} {
		f.Add(i, pair[0], pair[1], "1")
	}
	f.Fuzz(func(t *testing.T, kind int, name, one, other string) {
		s := tools[uint(kind)%uint(len(tools))]
		request, _ := json.Marshal(map[string]string{name: one, "operation": other,
			"find": other, "stage": other, "add": other, "from": other})
		if answer := s.Compute(string(request)); !json.Valid([]byte(answer)) {
			t.Errorf("%s: %s", request, answer)
		}
	})
}
