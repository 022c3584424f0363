package engine

import (
	"strings"
	"testing"
)

func everything() *Spec {
	s := &Spec{Kind: Text}
	for _, o := range Operations {
		s.Operations = append(s.Operations, o.Name)
	}
	return s
}

func TestRewrite(t *testing.T) {
	s := everything()
	for _, c := range [][3]string{
		{"upper", "Straße é", "STRASSE É"},
		{"lower", "ÀB c", "àb c"},
		{"title", "the o'neill brothers-in-law don’t", "The O'neill Brothers-In-Law Don’t"},
		{"title", "ÉCOLE 2nd", "École 2nd"},
		{"sentence", "HELLO there. I AM here! what?\n\nnew BLOCK", "Hello there. I am here! What?\n\nNew block"},
		{"sentence", "costs 3.50 today", "Costs 3.50 today"},
		{"trim", "  a \n\tb\t\n\n c", "a\nb\n\nc"},
		{"collapse_spaces", "a   b\t\tc\n  d ", "a b c\n d "},
		{"reverse_lines", "1\n2\n3", "3\n2\n1"},
		{"reverse_lines", "1\n2\n", "2\n1\n"},
		{"sort_lines", "b\nA\na\nC\n", "A\na\nb\nC\n"},
		{"sort_lines", "", ""},
		{"dedupe_lines", "a\nb\na\nA\nb\n", "a\nb\nA\n"},
		{"number_lines", "a\n\nb", "1. a\n2. \n3. b"},
		{"remove_blank_lines", "a\n\n \nb\n", "a\nb\n"},
		{"slug", "  Ärger & Öl: Crème brûlée, it's 100%! ", "arger-ol-creme-brulee-its-100"},
		{"slug", "日本", ""},
		{"slug", "Łódź Þór æsir STRASSE ß", "lodz-thor-aesir-strasse-ss"},
		{"base64_encode", "", ""},
		{"base64_encode", "f", "Zg=="},
		{"base64_encode", "fo", "Zm8="},
		{"base64_encode", "foo€", "Zm9v4oKs"},
		{"base64_decode", "Zm9v4oKs", "foo€"},
		{"base64_decode", "Zg", "f"},
		{"base64_decode", "Zm 8=\n", "fo"},
		{"base64_decode", "4oKs_-8"[:4], "€"},
		{"url_encode", "a b+c/ü~", "a%20b%2Bc%2F%C3%BC~"},
		{"url_decode", "a%20b%2Bc+%c3%BC", "a b+c+ü"},
		{"upper", "a\r\nb", "A\nB"},
	} {
		a := s.Answer(map[string]string{"operation": c[0], "text": c[1]})
		if len(a.Problems) > 0 || a.Text != c[2] {
			t.Errorf("%s of %q: %q %v, want %q", c[0], c[1], a.Text, a.Problems, c[2])
		}
	}
}

func TestRewriteRefuses(t *testing.T) {
	s := everything()
	for _, c := range [][3]string{
		{"base64_decode", "Zm9v*", "This is not Base64."},
		{"base64_decode", "Z", "This is not Base64."},
		{"base64_decode", "/w==", notText},
		{"url_decode", "100%", "There is a % without two digits."},
		{"url_decode", "%zz", "There is a % without two digits."},
		{"url_decode", "%ff", notText},
		{"nothing", "", "Choose what to do."},
		{"find_replace", "x", "Enter what to look for."},
		{"upper", strings.Repeat("x", TextMax+1), "This text is too long."},
	} {
		a := s.Answer(map[string]string{"operation": c[0], "text": c[1]})
		if len(a.Problems) != 1 || a.Problems[0].Message != c[2] || a.Text != "" {
			t.Errorf("%s of %.20q: %v", c[0], c[1], a.Problems)
		}
	}
	mine := Spec{Kind: Text, Operations: []string{"upper"}}
	if a := mine.Answer(map[string]string{"operation": "lower"}); len(a.Problems) != 1 {
		t.Error("only its own operations")
	}
	if a := mine.Answer(map[string]string{"text": "a"}); a.Text != "A" {
		t.Error("the first operation is the usual one")
	}
}

func TestFindReplace(t *testing.T) {
	s := everything()
	values := map[string]string{"operation": "find_replace", "text": "a.b.c", "find": ".", "replace": "$1\n"}
	if a := s.Answer(values); a.Text != "a$1\nb$1\nc" {
		t.Error(a)
	}
	values["text"] = strings.Repeat("x", TextMax)
	values["find"], values["replace"] = "x", "12345"
	if a := s.Answer(values); len(a.Problems) != 1 || a.Problems[0].Field != "replace" {
		t.Error(a.Problems)
	}
}

func TestCounts(t *testing.T) {
	s := everything()
	for text, want := range map[string]string{
		"":                             "0 0 0 0 0 0 0",
		"one":                          "1 3 3 1 1 1 1",
		"Héllo wörld. Pi is 3.14!\n":   "5 25 20 2 1 1 2",
		"\"Really?!\" he said.\n\nEnd": "4 24 20 3 3 2 2",
		"a\nb\n\n\nc\n":                "3 8 3 2 5 2 1",
	} {
		a := s.Answer(map[string]string{"operation": "count", "text": text})
		got := []string{}
		for _, r := range a.Results {
			got = append(got, r.Plain)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", text, got, want)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	for _, s := range []string{"", "a", "ab", "abc", "añ€😀\n\t%+/=", strings.Repeat("x", 1000)} {
		if got, p := base64Decode(encode64(s), nil); got != s || p.Message != "" {
			t.Errorf("base64 of %q: %q", s, got)
		}
		if got, p := urlDecode(encodeURL(s), nil); got != s || p.Message != "" {
			t.Errorf("url of %q: %q", s, got)
		}
	}
}
