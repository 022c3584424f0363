// Package page makes the one page that every tool has.
//
// What the browser gets (the html, css and js files) stands in files of its
// own and is public. The page is complete before its script runs: all fields
// and, where the defaults allow it, the first result.
package page

import (
	_ "embed"
	"strings"

	"app/engine"
)

//go:embed page.html
var skeleton string

//go:embed page.css
var css string

//go:embed page.js
var js string

//go:embed kinds.js
var kinds string

// CSS and JS are what the page needs beside itself when it is served.
func CSS() string { return squeeze(css) }
func JS() string {
	return "\"use strict\";\n(() => {\n" + squeeze(kinds) + squeeze(js) + "})();\n"
}

// Head is how the page comes to its style, script and logic.
type Head struct {
	Policy, Style, Script, Footer string
}

// Served is the head of a page that the program itself serves.
func Served() Head {
	return Head{
		Policy: Policy("'self'", "'self'"),
		Style:  `<link rel="stylesheet" href="page.css">`,
		Script: `<script src="page.js"></script>`,
		Footer: "What you enter stays on this computer.",
	}
}

// Policy is the Content-Security-Policy: nothing but the page itself. A page
// asks for its logic only where its script comes from 'self'.
func Policy(script, style string) string {
	connect := "'none'"
	if script == "'self'" {
		connect = script
	}
	return "default-src 'none'; script-src " + script + "; style-src " + style +
		"; connect-src " + connect + "; img-src data:" +
		"; base-uri 'none'; form-action 'none'"
}

// Render writes the page of a tool.
func Render(s *engine.Spec, h Head) string {
	b := &builder{}
	bodies[s.Kind](b, s)
	return strings.NewReplacer(
		"{{kind}}", escape(s.Kind.String()), "{{slug}}", escape(s.Slug),
		"{{title}}", escape(s.Title), "{{summary}}", escape(s.Summary),
		"{{policy}}", escape(h.Policy), "{{style}}", h.Style,
		"{{body}}", b.String(), "{{script}}", h.Script,
		"{{footer}}", escape(h.Footer),
	).Replace(skeleton)
}

// squeeze leaves out indentation, blank lines and lines that are comment.
func squeeze(s string) string {
	var b strings.Builder
	comment := false
	for _, line := range strings.Split(s, "\n") {
		line = strings.Trim(line, "\t ")
		comment = comment || strings.HasPrefix(line, "/*")
		if comment {
			comment = !strings.HasSuffix(line, "*/")
			continue
		}
		if line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;",
	`"`, "&quot;", "'", "&#39;")

func escape(s string) string { return escaper.Replace(s) }
