package engine

import (
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// TextMax is how many bytes of text are worked on.
const TextMax = 1 << 20

// A replacement may make a text longer, but not without end.
const grownMax = 4 << 20

const notText = "The result is not text."

// Operation is one thing to do with a text. Label is what the button says.
type Operation struct {
	Name, Label string
	do          func(text string, entered map[string]string) (string, Problem)
}

// Operations are all that there are, by the names that a spec uses.
var Operations = []Operation{
	{"count", "Count", nil},
	{"upper", "UPPER CASE", plain(upperCase)},
	{"lower", "lower case", plain(strings.ToLower)},
	{"title", "Title Case", plain(titleCase)},
	{"sentence", "Sentence case", plain(sentenceCase)},
	{"trim", "Trim lines", plain(trimLines)},
	{"collapse_spaces", "Single spaces", plain(collapseSpaces)},
	{"reverse_lines", "Reverse lines", lines(reverseLines)},
	{"sort_lines", "Sort lines", lines(sortLines)},
	{"dedupe_lines", "Remove duplicate lines", lines(dedupeLines)},
	{"number_lines", "Number lines", lines(numberLines)},
	{"remove_blank_lines", "Remove blank lines", lines(removeBlankLines)},
	{"slug", "Make a slug", plain(slug)},
	{"find_replace", "Find and replace", findReplace},
	{"base64_encode", "Base64 encode", plain(encode64)},
	{"base64_decode", "Base64 decode", base64Decode},
	{"url_encode", "URL encode", plain(encodeURL)},
	{"url_decode", "URL decode", urlDecode},
}

// Operation finds one by its name, among those of this tool.
func (s *Spec) Operation(name string) *Operation {
	for _, mine := range s.Operations {
		for i := range Operations {
			if mine == name && Operations[i].Name == name {
				return &Operations[i]
			}
		}
	}
	return nil
}

// rewrite answers a text tool: operation names what to do with text; find and
// replace are for find_replace.
func (s *Spec) rewrite(entered map[string]string) Answer {
	a := Answer{}
	text := strings.ReplaceAll(entered["text"], "\r\n", "\n")
	first := ""
	if len(s.Operations) > 0 {
		first = s.Operations[0]
	}
	op := s.Operation(entry(entered, "operation", first))
	switch {
	case op == nil:
		a.problem("operation", "Choose what to do.")
	case len(text) > TextMax:
		a.problem("text", "This text is too long.")
	case op.do == nil:
		a.counts(text)
	default:
		out, problem := op.do(text, entered)
		if problem.Message != "" {
			a.problem(problem.Field, problem.Message)
		}
		a.Text = out
	}
	return a
}

func plain(f func(string) string) func(string, map[string]string) (string, Problem) {
	return func(s string, _ map[string]string) (string, Problem) {
		return f(s), Problem{}
	}
}

// lines works on lines; a break at the end stays where it was.
func lines(f func([]string) []string) func(string, map[string]string) (string, Problem) {
	return plain(func(s string) string {
		if s == "" {
			return ""
		}
		tail := ""
		if strings.HasSuffix(s, "\n") {
			s, tail = s[:len(s)-1], "\n"
		}
		return strings.Join(f(strings.Split(s, "\n")), "\n") + tail
	})
}

// Words read in a minute.
const readingPace = 200

func (a *Answer) counts(s string) {
	words, all, blanks := len(strings.Fields(s)), utf8.RuneCountInString(s), 0
	for _, c := range s {
		if unicode.IsSpace(c) {
			blanks++
		}
	}
	rows, paragraphs := countLines(s)
	for _, c := range [...]struct {
		name, label string
		n           int
	}{
		{"words", "Words", words},
		{"characters", "Characters", all},
		{"letters", "Characters without spaces", all - blanks},
		{"sentences", "Sentences", countSentences(s)},
		{"lines", "Lines", rows},
		{"paragraphs", "Paragraphs", paragraphs},
	} {
		n := strconv.Itoa(c.n)
		a.result(c.name, c.label, pretty(n), n)
	}
	seconds := (words*60 + readingPace - 1) / readingPace
	a.result("reading", "Reading time", Clock(int64(seconds)), strconv.Itoa(seconds))
}

func countLines(s string) (rows, paragraphs int) {
	if s == "" {
		return 0, 0
	}
	inside := false
	for _, line := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		rows++
		text := strings.TrimSpace(line) != ""
		if text && !inside {
			paragraphs++
		}
		inside = text
	}
	return rows, paragraphs
}

func sentenceEnd(c rune) bool { return c == '.' || c == '!' || c == '?' || c == '\u2026' }

// countSentences counts words that end one, and what stands open at the end
// of a paragraph: 3.14 ends none, "Really?!" ends one.
func countSentences(s string) int {
	n := 0
	for _, block := range strings.Split(s, "\n\n") {
		open := false
		for _, word := range strings.Fields(block) {
			word = strings.TrimRight(word, "\"')]\u201d\u2019\u00bb")
			last, _ := utf8.DecodeLastRuneInString(word)
			open = !sentenceEnd(last)
			if !open {
				n++
			}
		}
		if open {
			n++
		}
	}
	return n
}

// upperCase: capitals have no sharp s of their own in common use.
func upperCase(s string) string {
	return strings.ToUpper(strings.ReplaceAll(s, "\u00df", "SS"))
}

func insideWord(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) ||
		c == '\'' || c == '\u2019'
}

func titleCase(s string) string {
	before := ' '
	return strings.Map(func(c rune) rune {
		start := !insideWord(before)
		before = c
		if start {
			return unicode.ToTitle(c)
		}
		return unicode.ToLower(c)
	}, s)
}

// sentenceCase begins each sentence and each paragraph with a capital and
// leaves the word I alone.
func sentenceCase(s string) string {
	in := []rune(s)
	start, ended := true, false
	for i, c := range in {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if start {
				in[i] = unicode.ToTitle(c)
			} else if c != 'I' || !aloneAt(in, i) {
				in[i] = unicode.ToLower(c)
			}
			start, ended = false, false
		case sentenceEnd(c):
			ended = true
		case c == '\n' && i > 0 && in[i-1] == '\n':
			start = true
		case unicode.IsSpace(c):
			start = start || ended
			ended = false
		}
	}
	return string(in)
}

func aloneAt(in []rune, i int) bool {
	letter := func(k int) bool {
		return k >= 0 && k < len(in) && (unicode.IsLetter(in[k]) || unicode.IsDigit(in[k]))
	}
	return !letter(i-1) && !letter(i+1)
}

func trimLines(s string) string {
	all := strings.Split(s, "\n")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return strings.Join(all, "\n")
}

// collapseSpaces makes one blank of several; the beginning of a line counts
// as well, line breaks stay.
func collapseSpaces(s string) string {
	var b strings.Builder
	blank := false
	for _, c := range s {
		if c != '\n' && unicode.IsSpace(c) {
			blank = true
			continue
		}
		if blank {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(c)
	}
	if blank {
		b.WriteByte(' ')
	}
	return b.String()
}

func reverseLines(in []string) []string {
	out := make([]string, len(in))
	for i, line := range in {
		out[len(in)-1-i] = line
	}
	return out
}

// sortLines sorts without regard to case; lines that differ only in it keep
// capitals first.
func sortLines(in []string) []string {
	type line struct{ key, text string }
	all := make([]line, len(in))
	for i, s := range in {
		all[i] = line{strings.ToLower(s), s}
	}
	sort.SliceStable(all, func(i, k int) bool {
		if all[i].key != all[k].key {
			return all[i].key < all[k].key
		}
		return all[i].text < all[k].text
	})
	for i := range all {
		in[i] = all[i].text
	}
	return in
}

func dedupeLines(in []string) []string {
	seen := map[string]bool{}
	out := in[:0]
	for _, line := range in {
		if !seen[line] {
			out = append(out, line)
		}
		seen[line] = true
	}
	return out
}

func numberLines(in []string) []string {
	for i, line := range in {
		in[i] = strconv.Itoa(i+1) + ". " + line
	}
	return in
}

func removeBlankLines(in []string) []string {
	out := in[:0]
	for _, line := range in {
		if strings.TrimSpace(line) != "" {
			out = append(out, line)
		}
	}
	return out
}

func findReplace(s string, entered map[string]string) (string, Problem) {
	find, with := entered["find"], entered["replace"]
	if find == "" {
		return "", Problem{"find", "Enter what to look for."}
	}
	n := strings.Count(s, find)
	if len(s)+n*(len(with)-len(find)) > grownMax {
		return "", Problem{"replace", "The result would be too long."}
	}
	return strings.ReplaceAll(s, find, with), Problem{}
}
