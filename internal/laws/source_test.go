package laws

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/iplink-go/iplink"

// A source is one Go file of the module.
type source struct {
	// name is the path below the root, with slashes; dir its directory, "." for
	// the root.
	name, dir string
	text      []byte
	ast       *ast.File
	fset      *token.FileSet
}

func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// onlyLinux reports whether the name keeps the file to Linux.
func (s *source) onlyLinux() bool { return strings.HasSuffix(s.name, "_linux.go") }

func (s *source) line(p token.Pos) int { return s.fset.Position(p).Line }

// imports returns the paths that the file imports.
func (s *source) imports() []string {
	var list []string
	for _, i := range s.ast.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		list = append(list, p)
	}
	return list
}

// root returns the directory that holds go.mod. Test binaries that run far
// from their source have none: then there is nothing to check.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(b), "module "+module+"\n") {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Skip("the source tree is not at hand")
		}
		dir = parent
	}
}

var once struct {
	sync.Once
	list []*source
	err  error
}

// sources parses every Go file of the module, those of testdata included.
// Nested modules have their own rules.
func sources(t *testing.T) []*source {
	t.Helper()
	dir := root(t)
	once.Do(func() { once.list, once.err = load(dir) })
	if once.err != nil {
		t.Fatal(once.err)
	}
	if len(once.list) == 0 {
		t.Fatal("no source found")
	}
	return once.list
}

func load(dir string) (list []*source, err error) {
	fset := token.NewFileSet()
	err = walk(dir, func(name string, text []byte) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		list = append(list, &source{name: name, dir: path.Dir(name), text: text, ast: f, fset: fset})
		return nil
	})
	return list, err
}

// walk calls f for every file of the repository outside nested modules.
func walk(dir string, f func(name string, text []byte) error) error {
	return fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git" && d.IsDir():
			return fs.SkipDir
		case name == ".git": // of a worktree: a file, and skipping it would skip all beside it
			return nil
		case d.IsDir():
			if _, err := os.Stat(filepath.Join(dir, name, "go.mod")); err == nil && name != "." {
				return fs.SkipDir
			}
			return nil
		}
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		return f(name, text)
	})
}
