package laws

import (
	"bytes"
	"go/ast"
	"path"
	"strings"
	"testing"
)

// Words that say that something is not finished, or that only make sense on
// one machine. They are put together here so that this file has none of them.
var forbidden = []string{"TO" + "DO", "FIX" + "ME", "XX" + "X:", "/wo" + "rk/", "../sha" + "red", "/home" + "/", "/tmp/" + "brief"}

// TestWords searches every file of the repository but the captures.
func TestWords(t *testing.T) {
	n := 0
	err := walk(root(t), func(name string, text []byte) error {
		if strings.HasPrefix(name, "testdata/") && path.Ext(name) != ".go" && path.Ext(name) != ".md" || bytes.IndexByte(text, 0) >= 0 {
			return nil
		}
		n++
		for _, w := range forbidden {
			if i := bytes.Index(text, []byte(w)); i >= 0 {
				t.Errorf("%s:%d: %s", name, 1+bytes.Count(text[:i], []byte("\n")), w)
			}
		}
		return nil
	})
	if err != nil || n < 10 {
		t.Errorf("%d files searched, %v", n, err)
	}
}

// maxLines is the length of a function that can still be read as one thought.
const maxLines = 80

// TestLength measures functions outside tests.
func TestLength(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		for _, d := range s.ast.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > maxLines {
				t.Errorf("%s:%d: %s has %d lines, at most %d", s.name, s.line(f.Pos()), f.Name.Name, n, maxLines)
			}
		}
	}
}
