// The same read in Go, with net/http and lib/pq and nothing else:
// bare PORT "host=… user=… dbname=…"
package main

import (
	"database/sql"
	"log"
	"net/http"
	"os"
	"strings"

	_ "github.com/lib/pq"
)

func main() {
	db, err := sql.Open("postgres", os.Args[2]+" sslmode=disable")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	row, err := db.Prepare("SELECT doc::text FROM bus.run_public WHERE run_id = $1")
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			var doc string

			id := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
			w.Header().Set("Content-Type", "application/json")
			if row.QueryRow(id).Scan(&doc) != nil {
				w.WriteHeader(404)
				doc = "{}"
			}
			w.Write([]byte(doc))
		})))
}
