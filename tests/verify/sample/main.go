//go:build !js

// A tool as a worker would make it, with everything in it that looks like a
// leak and is none: archive readers, key parsers, file type tables.
package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"compress/zlib"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"

	"app/calc"
)

//go:embed page.html
var page []byte

var parts = template.Must(template.New("row").Parse("<tr><td>{{.Name}}</td><td>{{.Value}}</td></tr>"))

type row struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
}

// readers keeps the packages in the program.
func readers(name string) error {
	if _, err := zip.OpenReader(name); err == nil {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := gzip.NewReader(f); err != nil {
		if _, err := zlib.NewReader(f); err != nil {
			_, err = tar.NewReader(f).Next()
			return err
		}
	}
	block, _ := pem.Decode([]byte(name))
	if block != nil {
		_, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	_, _ = tls.LoadX509KeyPair(name, name)
	_, _ = url.Parse(name)
	return err
}

func main() {
	version := flag.Bool("version", false, "print the version")
	serve := flag.String("serve", "", "address to serve the page on")
	file := flag.String("file", "", "a file to look at")
	flag.Parse()
	switch {
	case *version:
		fmt.Println("sample 1.0")
	case *file != "":
		fmt.Println(readers(*file))
	case *serve != "":
		http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(page)
		})
		http.HandleFunc("/rows", func(w http.ResponseWriter, r *http.Request) {
			for _, v := range calc.Table(10) {
				parts.Execute(w, row{Name: time.Now().Weekday().String(), Value: v})
			}
		})
		log.Fatal(http.ListenAndServe(*serve, nil))
	default:
		json.NewEncoder(os.Stdout).Encode(calc.Table(10))
	}
}
