package engine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const base64Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" +
	"abcdefghijklmnopqrstuvwxyz" + "0123456789+/"

func encode64(s string) string {
	out := make([]byte, 0, (len(s)+2)/3*4)
	for ; len(s) > 0; s = s[least3(s):] {
		var three [3]byte
		n := copy(three[:], s)
		bits := int(three[0])<<16 | int(three[1])<<8 | int(three[2])
		for i := 0; i < 4; i++ {
			if i > n {
				out = append(out, '=')
				continue
			}
			out = append(out, base64Letters[bits>>(18-6*i)&63])
		}
	}
	return string(out)
}

func least3(s string) int {
	if len(s) < 3 {
		return len(s)
	}
	return 3
}

// base64Decode takes both alphabets, with and without padding and breaks.
func base64Decode(s string, _ map[string]string) (string, Problem) {
	s = strings.NewReplacer("-", "+", "_", "/", "\n", "", " ", "").Replace(s)
	s = strings.TrimRight(s, "=")
	out := make([]byte, 0, len(s)/4*3+2)
	bits, n := 0, 0
	for i := 0; i < len(s); i++ {
		k := strings.IndexByte(base64Letters, s[i])
		if k < 0 {
			return "", Problem{"text", "This is not Base64."}
		}
		bits, n = (bits<<6|k)&0xFFFFFF, n+6
		if n >= 8 {
			n -= 8
			out = append(out, byte(bits>>n))
		}
	}
	if n == 6 {
		return "", Problem{"text", "This is not Base64."}
	}
	return asText(out)
}

func asText(b []byte) (string, Problem) {
	if !utf8.Valid(b) {
		return "", Problem{"text", notText}
	}
	return string(b), Problem{}
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("-_.~", c) >= 0
}

func encodeURL(s string) string {
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, len(s)+len(s)/2)
	for i := 0; i < len(s); i++ {
		if unreserved(s[i]) {
			out = append(out, s[i])
		} else {
			out = append(out, '%', hex[s[i]>>4], hex[s[i]&15])
		}
	}
	return string(out)
}

// urlDecode undoes percent signs; a plus stays one, as in encoded parts.
func urlDecode(s string, _ map[string]string) (string, Problem) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		if i+2 >= len(s) || hexDigit(s[i+1]) < 0 || hexDigit(s[i+2]) < 0 {
			return "", Problem{"text", "There is a % without two digits."}
		}
		out = append(out, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
		i += 2
	}
	return asText(out)
}

func hexDigit(c byte) int {
	if c >= 'A' && c <= 'F' {
		c += 'a' - 'A'
	}
	return strings.IndexByte("0123456789abcdef", c)
}

// Letters with marks and what they are without; pairs of a run of letters
// and its replacement.
var folds = [...][2]string{
	{"àáâãäåāăą", "a"}, {"çćĉċč", "c"}, {"ďđð", "d"}, {"èéêëēĕėęě", "e"},
	{"ĝğġģ", "g"}, {"ĥħ", "h"}, {"ìíîïĩīĭįı", "i"}, {"ĵ", "j"}, {"ķ", "k"},
	{"ĺļľŀł", "l"}, {"ñńņňŋ", "n"}, {"òóôõöøōŏő", "o"}, {"ŕŗř", "r"},
	{"śŝşšș", "s"}, {"ţťŧț", "t"}, {"ùúûüũūŭůűų", "u"}, {"ŵ", "w"},
	{"ýÿŷ", "y"}, {"źżž", "z"}, {"æ", "ae"}, {"œ", "oe"}, {"ß", "ss"}, {"þ", "th"},
}

// slug makes what may stand in an address: small letters, digits, hyphens.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, c := range s {
		part := foldLetter(unicode.ToLower(c))
		if part == "" {
			gap = gap || c != '\'' && c != '\u2019'
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(part)
	}
	return b.String()
}

func foldLetter(c rune) string {
	if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
		return string(c)
	}
	for _, f := range folds {
		if c > 127 && strings.ContainsRune(f[0], c) {
			return f[1]
		}
	}
	return ""
}
