package cli

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"app/engine"
)

// As much HTTP as one page needs: one request a connection, everything
// bounded. The server of the standard library would triple the size of the
// program and double the time to link it.

const (
	headMax  = 16 << 10
	patience = 20 * time.Second
)

type file struct{ kind, text string }

type site struct {
	policy  string
	files   map[string]file
	compute func(string) string
}

type request struct {
	method, path string
	fields       map[string]string // names in lower case
	length       int
}

type reply struct {
	status string
	file
	allow string
}

func failed(status string) reply {
	return reply{status: status, file: file{"text/plain; charset=utf-8", status + "\n"}}
}

func (s *site) answer(c net.Conn) {
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	in := bufio.NewReaderSize(c, headMax)
	q, problem := readHead(in)
	r := failed(problem)
	if problem == "" {
		r = s.route(q, in, c)
	}
	io.WriteString(c, s.head(r))
	if q.method != "HEAD" {
		io.WriteString(c, r.text)
	}
}

// head writes the status and the fields of a reply.
func (s *site) head(r reply) string {
	var b strings.Builder
	b.WriteString("HTTP/1.1 " + r.status + "\r\n")
	field := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	field("Content-Type", r.kind)
	field("Content-Length", strconv.Itoa(len(r.text)))
	field("Connection", "close")
	field("Cache-Control", "no-store")
	field("Content-Security-Policy", s.policy)
	field("X-Content-Type-Options", "nosniff")
	field("Referrer-Policy", "no-referrer")
	field("Cross-Origin-Opener-Policy", "same-origin")
	field("Cross-Origin-Resource-Policy", "same-origin")
	if r.allow != "" {
		field("Allow", r.allow)
	}
	b.WriteString("\r\n")
	return b.String()
}

func (s *site) route(q request, in *bufio.Reader, c net.Conn) reply {
	f, there := s.files[q.path]
	get := q.method == "GET" || q.method == "HEAD"
	switch {
	case !q.named():
		return failed("403 Forbidden")
	case there && get:
		return reply{status: "200 OK", file: f}
	case there:
		r := failed("405 Method Not Allowed")
		r.allow = "GET, HEAD"
		return r
	case q.path != "/compute":
		return failed("404 Not Found")
	case q.method != "POST":
		r := failed("405 Method Not Allowed")
		r.allow = "POST"
		return r
	case !q.ownPage():
		return failed("403 Forbidden")
	}
	return s.post(q, in, c)
}

func (s *site) post(q request, in *bufio.Reader, c net.Conn) reply {
	kind := strings.TrimSpace(strings.SplitN(q.fields["content-type"], ";", 2)[0])
	if !strings.EqualFold(kind, "application/json") {
		return failed("415 Unsupported Media Type")
	}
	if strings.EqualFold(q.fields["expect"], "100-continue") {
		io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
	}
	body := make([]byte, q.length)
	if _, err := io.ReadFull(in, body); err != nil {
		return failed("400 Bad Request")
	}
	return reply{status: "200 OK", file: file{"application/json", s.compute(string(body))}}
}

// named: is it asked under a name of this computer?
func (q request) named() bool {
	host := q.fields["host"]
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	_, local := loopback[host]
	return local && host != ""
}

// ownPage: does our page ask, and not that of another site?
func (q request) ownPage() bool {
	origin, given := q.fields["origin"]
	site := q.fields["sec-fetch-site"]
	return (!given || origin == "http://"+q.fields["host"]) &&
		(site == "" || site == "same-origin")
}

// readHead reads the request line and the fields. A problem is a status.
func readHead(in *bufio.Reader) (request, string) {
	const bad = "400 Bad Request"
	q := request{fields: map[string]string{}}
	line, left, ok := readLine(in, headMax)
	parts := strings.Split(line, " ")
	if !ok || len(parts) != 3 || !strings.HasPrefix(parts[2], "HTTP/1.") {
		return q, bad
	}
	q.method, q.path = parts[0], strings.SplitN(parts[1], "?", 2)[0]
	for {
		if line, left, ok = readLine(in, left); !ok {
			return q, bad
		}
		if line == "" {
			return q, q.measure()
		}
		colon := strings.IndexByte(line, ':')
		if colon <= 0 || strings.ContainsAny(line[:colon], " \t") {
			return q, bad
		}
		name := strings.ToLower(line[:colon])
		if _, twice := q.fields[name]; twice && single[name] {
			return q, bad
		}
		q.fields[name] = strings.TrimSpace(line[colon+1:])
	}
}

// Fields that must not stand twice, or two readers may see two requests.
var single = map[string]bool{
	"host": true, "content-length": true, "transfer-encoding": true,
	"origin": true, "content-type": true,
}

// readLine reads a line without its end; left is how much may be read.
func readLine(in *bufio.Reader, left int) (string, int, bool) {
	line, err := in.ReadSlice('\n')
	left -= len(line)
	if err != nil || left < 0 {
		return "", left, false
	}
	return strings.TrimSuffix(string(line[:len(line)-1]), "\r"), left, true
}

// measure takes the length of the body.
func (q *request) measure() string {
	if _, given := q.fields["transfer-encoding"]; given {
		return "501 Not Implemented"
	}
	text, given := q.fields["content-length"]
	if !given {
		return ""
	}
	n, err := strconv.ParseUint(text, 10, 31)
	switch {
	case err != nil:
		return "400 Bad Request"
	case n > engine.RequestMax:
		return "413 Content Too Large"
	}
	q.length = int(n)
	return ""
}
