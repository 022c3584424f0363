package cli

import (
	"io"
	"net"
	"strings"
	"testing"
)

// asked gives the whole reply to the bytes of a request.
func asked(t *testing.T, raw string) string {
	t.Helper()
	here, there := net.Pipe()
	go newSite(&calculator).answer(there)
	go io.WriteString(here, raw)
	b, _ := io.ReadAll(here)
	return string(b)
}

const from = "Host: 127.0.0.1:8080\r\n"
const kind = "Content-Type: application/json\r\n"

const post = "POST /compute HTTP/1.1\r\n" + from + kind + "Content-Length: 2\r\n"

func TestReplies(t *testing.T) {
	for _, c := range [][2]string{
		{"GET / HTTP/1.1\r\n" + from + "\r\n", "200 OK"},
		{"GET /?x=y HTTP/1.1\r\nhost: LOCALHOST\r\n\r\n", "200 OK"},
		{"GET /page.js HTTP/1.0\r\nHost: [::1]:80\r\n\r\n", "200 OK"},
		{"GET /page.css HTTP/1.1\n" + from + "\n", "200 OK"},
		{"HEAD / HTTP/1.1\r\n" + from + "\r\n", "200 OK"},
		{"GET /nothing HTTP/1.1\r\n" + from + "\r\n", "404"},
		{"GET /../etc/passwd HTTP/1.1\r\n" + from + "\r\n", "404"},
		{"POST / HTTP/1.1\r\n" + from + "\r\n", "405"},
		{"GET /compute HTTP/1.1\r\n" + from + "\r\n", "405"},
		{"POST /compute HTTP/1.1\r\n" + from + kind + "Content-Length: 13\r\n\r\n{\"bill\":\"50\"}", "200 OK"},
		{"POST /compute HTTP/1.1\r\n" + from + "Content-Length: 2\r\n\r\n{}", "415"},
		{"POST /compute HTTP/1.1\r\n" + from + "Content-Type: text/plain\r\n\r\n", "415"},
		{"POST /compute HTTP/1.1\r\n" + from + kind + "Content-Length: 8388609\r\n\r\n", "413"},
		{"POST /compute HTTP/1.1\r\n" + from + kind + "Content-Length: -1\r\n\r\n", "400"},
		{"POST /compute HTTP/1.1\r\n" + from + kind + "Content-Length: 0x1\r\n\r\n", "400"},
		{"POST /compute HTTP/1.1\r\n" + from + kind + "Transfer-Encoding: chunked\r\n\r\n", "501"},
		{"POST /compute HTTP/1.1\r\n" + from + kind + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n\r\n", "403"},
		{"GET / HTTP/1.1\r\nHost:\r\n\r\n", "403"},
		{"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403"},
		{"GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", "403"},
		{"GET / HTTP/1.1\r\n" + from + "Host: evil.example\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n" + from + "Sec-Fetch-Site: cross-site\r\n\r\n", "200 OK"},
		{post + "Origin: http://evil.example\r\n\r\n{}", "403"},
		{post + "Origin: null\r\n\r\n{}", "403"},
		{post + "Origin: http://127.0.0.1:8081\r\n\r\n{}", "403"},
		{post + "Origin: http://127.0.0.1:8080\r\n\r\n{}", "200 OK"},
		{post + "Sec-Fetch-Site: same-site\r\n\r\n{}", "403"},
		{post + "Sec-Fetch-Site: same-origin\r\n\r\n{}", "200 OK"},
		{"GET /\r\n\r\n", "400"},
		{"GET / HTTP/2.0\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n" + from + " folded\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n" + from + "no colon\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n" + from + "X: " + strings.Repeat("x", headMax) + "\r\n\r\n", "400"},
		{"GET / HTTP/1.1\r\n" + from + strings.Repeat("X: y\r\n", headMax/5) + "\r\n", "400"},
	} {
		got := asked(t, c[0])
		if !strings.HasPrefix(got, "HTTP/1.1 "+c[1]) {
			t.Errorf("%.60q: %.40q, want %s", c[0], got, c[1])
		}
		if !strings.Contains(got, "\r\nX-Content-Type-Options: nosniff\r\n") ||
			!strings.Contains(got, "\r\nContent-Security-Policy: default-src 'none'") {
			t.Errorf("%.60q: without its guards", c[0])
		}
	}
}

func TestBodies(t *testing.T) {
	if got := asked(t, "HEAD / HTTP/1.1\r\n"+from+"\r\n"); !strings.HasSuffix(got, "\r\n\r\n") {
		t.Error("HEAD with a body")
	}
	got := asked(t, "POST /compute HTTP/1.1\r\n"+from+kind+"Content-Length: 13\r\n\r\n{\"bill\":\"50\"}")
	if !strings.Contains(got, `"text":"€5.00"`) {
		t.Error(got)
	}
	got = asked(t, "POST /compute HTTP/1.1\r\n"+from+kind+"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}")
	if !strings.HasPrefix(got, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") {
		t.Error(got)
	}
}
