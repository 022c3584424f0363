package engine

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A small JSON of our own: encoding/json would double the size of the page.

// RequestMax is how many bytes of a request are read.
const RequestMax = 8 << 20

const membersMax = 256

type reader struct {
	s string
	i int
}

// readObject reads one flat object. Numbers and true or false are taken as
// their text, null as absent; anything nested is refused.
func readObject(s string) (map[string]string, bool) {
	r := reader{s: s}
	values := map[string]string{}
	if len(s) > RequestMax || !r.eat('{') {
		return nil, false
	}
	if r.eat('}') {
		return values, r.end()
	}
	for n := 0; n < membersMax; n++ {
		key, ok := r.text()
		if !ok || !r.eat(':') {
			return nil, false
		}
		value, null, ok := r.value()
		if _, twice := values[key]; !ok || twice {
			return nil, false
		}
		if !null {
			values[key] = value
		}
		if r.eat('}') {
			return values, r.end()
		}
		if !r.eat(',') {
			return nil, false
		}
	}
	return nil, false
}

func (r *reader) blanks() {
	for r.i < len(r.s) && strings.IndexByte(" \t\r\n", r.s[r.i]) >= 0 {
		r.i++
	}
}

func (r *reader) eat(c byte) bool {
	r.blanks()
	if r.i == len(r.s) || r.s[r.i] != c {
		return false
	}
	r.i++
	return true
}

func (r *reader) end() bool {
	r.blanks()
	return r.i == len(r.s)
}

func (r *reader) value() (text string, null, ok bool) {
	r.blanks()
	if r.i < len(r.s) && r.s[r.i] == '"' {
		text, ok = r.text()
		return text, false, ok
	}
	from := r.i
	for r.i < len(r.s) && wordByte(r.s[r.i]) {
		r.i++
	}
	switch word := r.s[from:r.i]; word {
	case "true", "false":
		return word, false, true
	case "null":
		return "", true, true
	default:
		_, err := strconv.ParseFloat(word, 64)
		number := err == nil && (word[0] == '-' || word[0] >= '0' && word[0] <= '9')
		return word, false, number
	}
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' ||
		c == '-' || c == '+' || c == '.' || c == 'E'
}

func (r *reader) text() (string, bool) {
	if !r.eat('"') {
		return "", false
	}
	var b strings.Builder
	for r.i < len(r.s) {
		c := r.s[r.i]
		switch {
		case c == '"':
			r.i++
			return strings.ToValidUTF8(b.String(), "\uFFFD"), true
		case c < ' ':
			return "", false
		case c != '\\':
			b.WriteByte(c)
			r.i++
		default:
			c, ok := r.escape()
			if !ok {
				return "", false
			}
			b.WriteRune(c)
		}
	}
	return "", false
}

const escapes = "\"\"\\\\//b\bf\fn\nr\rt\t"

func (r *reader) escape() (rune, bool) {
	if r.i+1 >= len(r.s) {
		return 0, false
	}
	c := r.s[r.i+1]
	r.i += 2
	if c == 'u' {
		return r.unicode()
	}
	for i := 0; i < len(escapes); i += 2 {
		if escapes[i] == c {
			return rune(escapes[i+1]), true
		}
	}
	return 0, false
}

// unicode reads the four digits of an escape, and its other half where there
// is one; a lone half becomes the replacement character.
func (r *reader) unicode() (rune, bool) {
	c, ok := r.hex()
	if !ok || c < 0xD800 || c > 0xDFFF {
		return c, ok
	}
	if c > 0xDBFF || !strings.HasPrefix(r.s[r.i:], `\u`) {
		return utf8.RuneError, true
	}
	at := r.i
	r.i += 2
	low, ok := r.hex()
	if !ok {
		return 0, false
	}
	if low < 0xDC00 || low > 0xDFFF {
		r.i = at
		return utf8.RuneError, true
	}
	return (c-0xD800)<<10 + (low - 0xDC00) + 0x10000, true
}

func (r *reader) hex() (rune, bool) {
	if r.i+4 > len(r.s) {
		return 0, false
	}
	n, err := strconv.ParseUint(r.s[r.i:r.i+4], 16, 32)
	r.i += 4
	return rune(n), err == nil
}

// appendObject appends the pairs as an object; the i-th of a list.
func appendObject(b []byte, i int, pairs ...string) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '{')
	for k := 0; k < len(pairs); k += 2 {
		if k > 0 {
			b = append(b, ',')
		}
		b = appendQuoted(b, pairs[k])
		b = append(b, ':')
		b = appendQuoted(b, pairs[k+1])
	}
	return append(b, '}')
}

func appendQuoted(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c < ' ' || c == 0x7F || c == '<':
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
