// Driver does in tests what a worker does with the template.
//
//	driver build TREE SLUG TYPE PLATFORM…   run the steps of build.json
//	driver leaks TREE FILE…                 no long run of the source in a file
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

type step struct {
	Name         string
	Stage        int
	For          []string
	EachPlatform bool `json:"each_platform"`
	Argv         []string
	Env          map[string]string
}

type profile struct {
	Env     map[string]string
	Steps   []step
	Outputs []struct {
		Path         string
		For          []string
		EachPlatform bool `json:"each_platform"`
	}
	Public []string
}

func main() {
	var err error
	switch {
	case len(os.Args) > 4 && os.Args[1] == "build":
		err = build(os.Args[2], os.Args[3], os.Args[4], os.Args[5:])
	case len(os.Args) > 3 && os.Args[1] == "leaks":
		err = leaks(os.Args[2], os.Args[3:])
	default:
		err = errors.New("build or leaks?")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "driver:", err)
		os.Exit(1)
	}
}

func read(tree string) (profile, error) {
	p := profile{}
	b, err := os.ReadFile(filepath.Join(tree, "build.json"))
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	return p, err
}

func wanted(list []string, kind string) bool {
	for _, k := range list {
		if k == kind {
			return true
		}
	}
	return false
}

// filler replaces the placeholders of build.json.
func filler(slug, platform, goroot string) *strings.Replacer {
	goos, goarch, exe := "", "", ""
	if i := strings.IndexByte(platform, '-'); i > 0 {
		goos, goarch = platform[:i], platform[i+1:]
	}
	if goos == "windows" {
		exe = ".exe"
	}
	return strings.NewReplacer("{slug}", slug, "{platform}", platform, "{goos}", goos,
		"{goarch}", goarch, "{exe}", exe, "{out}", "dist", "{goroot}", goroot)
}

func build(tree, slug, kind string, platforms []string) error {
	p, err := read(tree)
	if err != nil {
		return err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	start := time.Now()
	for stage := 1; stage <= 2; stage++ {
		if err := runStage(p, stage, tree, slug, kind, strings.TrimSpace(string(goroot)), platforms); err != nil {
			return err
		}
	}
	fmt.Printf("%s %s: %d ms\n", slug, kind, time.Since(start).Milliseconds())
	for _, o := range p.Outputs {
		for _, platform := range repeat(o.EachPlatform, platforms) {
			path := filler(slug, platform, "").Replace(o.Path)
			info, err := os.Stat(filepath.Join(tree, path))
			if wanted(o.For, kind) && (err != nil || info.Size() == 0) {
				return fmt.Errorf("%s was not made", path)
			}
		}
	}
	return nil
}

func repeat(each bool, platforms []string) []string {
	if each {
		return platforms
	}
	return []string{""}
}

func runStage(p profile, stage int, tree, slug, kind, goroot string, platforms []string) error {
	var group sync.WaitGroup
	problems := make(chan error, 64)
	for _, s := range p.Steps {
		if s.Stage != stage || !wanted(s.For, kind) {
			continue
		}
		for _, platform := range repeat(s.EachPlatform, platforms) {
			group.Add(1)
			go func(s step, platform string) {
				defer group.Done()
				if err := runStep(p, s, tree, filler(slug, platform, goroot)); err != nil {
					problems <- fmt.Errorf("%s: %w", s.Name, err)
				}
			}(s, platform)
		}
	}
	group.Wait()
	close(problems)
	return <-problems
}

// runStep gives the step nothing of our environment but what a worker has.
func runStep(p profile, s step, tree string, fill *strings.Replacer) error {
	argv := []string{}
	for _, a := range s.Argv {
		argv = append(argv, fill.Replace(a))
	}
	c := exec.Command(argv[0], argv[1:]...)
	if strings.Contains(argv[0], "/") {
		c.Path = filepath.Join(tree, argv[0])
	}
	c.Dir = tree
	for _, name := range []string{"PATH", "HOME", "GOCACHE", "TMPDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			c.Env = append(c.Env, name+"="+v)
		}
	}
	for _, env := range []map[string]string{p.Env, s.Env} {
		for k, v := range env {
			c.Env = append(c.Env, k+"="+fill.Replace(v))
		}
	}
	out, err := c.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if len(out) > 0 {
		return fmt.Errorf("was not silent: %s", out)
	}
	return nil
}

const window = 64

// leaks looks for every run of 64 bytes of the tree's own files, but for the
// public ones, and for the folder that the tree lies in.
func leaks(tree string, names []string) error {
	p, err := read(tree)
	if err != nil {
		return err
	}
	seen := map[string]string{}
	err = filepath.WalkDir(tree, func(name string, d fs.DirEntry, err error) error {
		inner, _ := filepath.Rel(tree, name)
		if err != nil || d.IsDir() || strings.HasPrefix(inner, "dist/") ||
			strings.HasPrefix(inner, "build/") || wanted(p.Public, inner) {
			return err
		}
		b, err := os.ReadFile(name)
		for i := 0; i+window <= len(b); i++ {
			seen[string(b[i:i+window])] = inner
		}
		return err
	})
	if err != nil {
		return err
	}
	if len(seen) < 10000 {
		return errors.New("there is hardly any source to look for")
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for i := 0; i+window <= len(b); i++ {
			if from, hit := seen[string(b[i:i+window])]; hit {
				return fmt.Errorf("%s holds %q of %s", name, b[i:i+window], from)
			}
		}
		if bytes.Contains(b, []byte(tree)) {
			return fmt.Errorf("%s names the folder it was built in", name)
		}
	}
	return nil
}
