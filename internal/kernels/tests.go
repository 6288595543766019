package main

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A selection is the test functions of a package.
type selection struct {
	// kernel are the ones to run, other those to keep from running.
	kernel, other []string
}

// selectTests parses the test files of a package.
func selectTests(dir string, files []string) (s selection, err error) {
	fset := token.NewFileSet()
	for _, name := range files {
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments)
		if err != nil {
			return s, err
		}
		s.addFile(name, f)
	}
	slices.Sort(s.kernel)
	slices.Sort(s.other)
	return s, nil
}

func (s *selection) addFile(name string, f *ast.File) {
	tests := testNames(f)
	if !strings.HasSuffix(name, "_linux_test.go") {
		s.other = append(s.other, tests...)
		return
	}
	for _, t := range tests {
		if isTestName(t, "Fuzz") {
			s.other = append(s.other, t)
		} else {
			s.kernel = append(s.kernel, t)
		}
	}
}

// testNames returns the functions of a file that go test would run without
// being asked for more: tests, fuzz targets with their seeds, and examples that
// say what they print.
func testNames(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fn.Recv == nil && fn.Name.Name != "TestMain" && (isTestName(fn.Name.Name, "Test") || isTestName(fn.Name.Name, "Fuzz")) {
			names = append(names, fn.Name.Name)
		}
	}
	for _, e := range doc.Examples(f) {
		if e.Output != "" || e.EmptyOutput {
			names = append(names, "Example"+e.Name)
		}
	}
	return names
}

// isTestName is the rule of go test: what follows the prefix does not begin with
// a lower-case letter.
func isTestName(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return false
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !unicode.IsLower(r)
}

// skipPattern is the value of -test.skip that keeps the others from running.
func (s selection) skipPattern() string {
	return "^(" + strings.Join(s.other, "|") + ")$"
}
