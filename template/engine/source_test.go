package engine

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A text that stands in the source in one piece stands so in the program as
// well. Long ones are cut, so that nothing that was delivered can be taken
// for source that leaked.
func TestTextsAreCut(t *testing.T) {
	const longest = 60
	files := token.NewFileSet()
	walk := func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			text, ok := n.(*ast.BasicLit)
			if !ok || text.Kind != token.STRING {
				return true
			}
			if s, _ := strconv.Unquote(text.Value); len(s) >= longest {
				t.Errorf("%s: %d bytes in one piece", files.Position(n.Pos()), len(s))
			}
			return true
		})
		return nil
	}
	if err := filepath.WalkDir("..", walk); err != nil {
		t.Error(err)
	}
}
