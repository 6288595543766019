package laws

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadme compares the Go code of README.md with the module's examples, so
// that everything a newcomer copies has been compiled and run. A block is
//
//   - a program: it equals a file of examples, or its main equals the body of
//     an Example function;
//   - statements: they equal the body of an Example function;
//   - declarations: each of them stands in a file that has examples.
//
// Indentation, and the comment that gives an example's output, do not count.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "README.md"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no README yet")
	}
	if err != nil {
		t.Fatal(err)
	}
	known := examples(sources(t))
	blocks := goBlocks(string(text))
	if len(blocks) == 0 {
		t.Error("README.md shows no Go code")
	}
	for i, b := range blocks {
		for _, part := range parts(b) {
			if !known[flat(part)] {
				t.Errorf("README.md, Go block %d: no example is equal to\n%s", i+1, part)
			}
		}
	}
}

// goBlocks returns the contents of the fenced blocks marked go.
func goBlocks(text string) []string {
	var blocks []string
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		switch {
		case !inside && strings.TrimSpace(line) == "```go":
			inside = true
		case inside && strings.TrimSpace(line) == "```":
			blocks = append(blocks, b.String())
			b.Reset()
			inside = false
		case inside:
			b.WriteString(line)
		}
	}
	return blocks
}

// parts returns the pieces of a block, each of which has to be known: the body
// of main, the declarations, or all of it.
func parts(block string) []string {
	if !strings.Contains("\n"+block, "\npackage ") {
		if d := declarations(block); len(d) > 0 {
			return d
		}
		return []string{block}
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", block, parser.ParseComments)
	if err != nil {
		return []string{block} // which no example equals
	}
	var list []string
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "main" {
			list = append(list, body(fset, fn, block))
		} else if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT {
			list = append(list, between(fset, d.Pos(), d.End(), block))
		}
	}
	return list
}

func declarations(block string) []string {
	const clause = "package p\n"
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", clause+block, parser.ParseComments)
	if err != nil {
		return nil
	}
	var list []string
	for _, d := range f.Decls {
		list = append(list, between(fset, d.Pos(), d.End(), clause+block))
	}
	return list
}

// examples returns what a block of the README may be equal to.
func examples(list []*source) map[string]bool {
	known := map[string]bool{}
	for _, s := range list {
		program := strings.HasPrefix(s.dir, "examples/")
		if !program && !(s.isTest() && strings.Contains(string(s.text), "\nfunc Example")) {
			continue
		}
		for _, d := range s.ast.Decls {
			known[flat(between(s.fset, d.Pos(), d.End(), string(s.text)))] = true
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil && (program || strings.HasPrefix(f.Name.Name, "Example")) {
				known[flat(body(s.fset, f, string(s.text)))] = true
			}
		}
	}
	return known
}

// body returns the source between the braces, without an output comment.
func body(fset *token.FileSet, f *ast.FuncDecl, text string) string {
	b := between(fset, f.Body.Lbrace+1, f.Body.Rbrace, text)
	for _, mark := range []string{"// Output:", "// Unordered output:"} {
		b, _, _ = strings.Cut(b, mark)
	}
	return b
}

func between(fset *token.FileSet, from, to token.Pos, text string) string {
	return text[fset.Position(from).Offset:fset.Position(to).Offset]
}

// flat returns the lines of text without indentation and empty lines.
func flat(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

func TestReadmeBlocks(t *testing.T) {
	blocks := goBlocks("a\n```go\nx := 1\n```\n```sh\nls\n```\n```go\nfunc F() {}\n```\n")
	if len(blocks) != 2 || blocks[0] != "x := 1\n" {
		t.Fatalf("%q", blocks)
	}
	if p := parts(blocks[0]); len(p) != 1 || flat(p[0]) != "x := 1\n" {
		t.Errorf("statements: %q", p)
	}
	if p := parts(blocks[1]); len(p) != 1 || p[0] != "func F() {}" {
		t.Errorf("declarations: %q", p)
	}
	p := parts("package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(1)\n\t// Output: 1\n}\n\nfunc g() {}\n")
	if len(p) != 2 || flat(p[0]) != "fmt.Println(1)\n" || p[1] != "func g() {}" {
		t.Errorf("program: %q", p)
	}
}
