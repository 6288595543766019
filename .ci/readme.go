//go:build ignore

// Readme writes the Go code of a Markdown file as programs that can be built.
//
//	readme FILE DIRECTORY
//
// Every block marked go becomes DIRECTORY/blockN/main.go: a block that is a
// program as it stands, statements inside a main, declarations beside an empty
// one. Imports that a fragment needs are added.
package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const module = "github.com/iplink-go/iplink"

// known maps the package names that fragments use to import paths; the
// standard library's one-element paths need no entry.
var known = map[string]string{
	"attr": module + "/attr", "kind": module + "/kind", "link": module + "/link", "nsutil": module + "/nsutil",
	"netip": "net/netip", "slog": "log/slog", "fs": "io/fs", "json": "encoding/json", "exec": "os/exec",
	"context": "context", "errors": "errors", "fmt": "fmt", "log": "log", "net": "net", "os": "os",
	"slices": "slices", "strings": "strings", "time": "time", "maps": "maps",
}

func main() {
	if len(os.Args) != 3 {
		fatal(errors.New("usage: readme FILE DIRECTORY"))
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fatal(err)
	}
	blocks := goBlocks(string(text))
	if len(blocks) == 0 {
		fatal(fmt.Errorf("%s shows no Go code", os.Args[1]))
	}
	for i, b := range blocks {
		if err := write(filepath.Join(os.Args[2], fmt.Sprintf("block%d", i+1)), b); err != nil {
			fatal(fmt.Errorf("%s, Go block %d: %w", os.Args[1], i+1, err))
		}
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "readme:", err)
	os.Exit(1)
}

func goBlocks(text string) (blocks []string) {
	for i, part := range strings.Split(text, "\n```") {
		// Fences alternate between opening and closing.
		if rest, ok := strings.CutPrefix(part, "go\n"); ok && i%2 == 1 {
			blocks = append(blocks, rest)
		}
	}
	return blocks
}

func write(dir, block string) error {
	text, err := program(block)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "main.go"), text, 0o644)
}

// program makes a program of a block: the first form that parses.
func program(block string) ([]byte, error) {
	if strings.Contains("\n"+block, "\npackage ") {
		return []byte(block), nil
	}
	var first error
	for _, code := range []string{block + "\nfunc main() {}\n", "func main() {\n" + block + "\n}\n"} {
		text, err := complete(code)
		if err == nil {
			return text, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// complete adds the package clause and the imports.
func complete(code string) ([]byte, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package main\n"+code, 0)
	if err != nil {
		return nil, err
	}
	var paths []string
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Obj == nil && known[x.Name] != "" {
				paths = append(paths, known[x.Name])
			}
		}
		return true
	})
	slices.Sort(paths)
	var b strings.Builder
	b.WriteString("package main\n")
	for _, p := range slices.Compact(paths) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	return format.Source([]byte(b.String() + code))
}
