package cli

import (
	"net"
	"os/exec"
	"runtime"
	"strings"

	"app/engine"
	"app/page"
)

// The page is for this computer alone: it listens on the loopback and answers
// only to its names, so that no web site can reach it under a name of its own
// that points here.
var loopback = map[string]string{
	"": "127.0.0.1", "127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1",
}

// At most so many connections are served at a time.
const connectionsMax = 64

func serve(s *engine.Spec, listen string, open bool) int {
	address, ok := localAddress(listen)
	if !ok {
		return usage("--listen takes an address of this computer only")
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		complain(err.Error())
		return exitService
	}
	url := "http://" + l.Addr().String() + "/"
	write(s.Title + " is ready at " + url + "\nPress Ctrl+C to stop.\n")
	if open {
		openBrowser(url)
	}
	site := newSite(s)
	places := make(chan bool, connectionsMax)
	for {
		c, err := l.Accept()
		if err != nil {
			complain(err.Error())
			return exitService
		}
		places <- true
		go func() {
			defer func() { <-places }()
			site.answer(c)
		}()
	}
}

// localAddress completes "8080", ":8080" or "localhost:8080".
func localAddress(listen string) (string, bool) {
	host, port := "", listen
	if strings.Contains(listen, ":") {
		var err error
		if host, port, err = net.SplitHostPort(listen); err != nil {
			return "", false
		}
	}
	if port == "" {
		port = "0"
	}
	for _, c := range port {
		if c < '0' || c > '9' {
			return "", false
		}
	}
	host, ok := loopback[host]
	return net.JoinHostPort(host, port), ok
}

func openBrowser(url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	if err := exec.Command(name, args...).Start(); err != nil {
		complain("cannot open a browser: " + err.Error())
	}
}

func newSite(s *engine.Spec) *site {
	h := page.Served()
	return &site{
		policy:  h.Policy + "; frame-ancestors 'none'",
		compute: s.Compute,
		files: map[string]file{
			"/":         {"text/html; charset=utf-8", page.Render(s, h)},
			"/page.css": {"text/css; charset=utf-8", page.CSS()},
			"/page.js":  {"text/javascript; charset=utf-8", page.JS()},
		},
	}
}
