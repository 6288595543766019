package main

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSelection(t *testing.T) {
	const text = `package p
func TestA(t *testing.T) {}
func Testify(t *testing.T) {}
func TestMain(m *testing.M) {}
func FuzzF(f *testing.F) {}
func BenchmarkB(b *testing.B) {}
func (x T) TestMethod(t *testing.T) {}
func Example() {
	// Output: 1
}
func ExampleT_empty() {
	// Output:
}
func ExampleT() {}
`
	parsed := func() *selection { return new(selection) }
	for _, c := range []struct{ file, kernel, other string }{
		{"a_linux_test.go", "TestA Example ExampleT_empty", "FuzzF"},
		{"a_test.go", "", "TestA FuzzF Example ExampleT_empty"},
	} {
		s := parsed()
		f, err := parser.ParseFile(token.NewFileSet(), c.file, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		s.addFile(c.file, f)
		sorted := func(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), " ") }
		if got := sorted(s.kernel); got != sorted(strings.Fields(c.kernel)) {
			t.Errorf("%s: kernel tests %s", c.file, got)
		}
		if got := sorted(s.other); got != sorted(strings.Fields(c.other)) {
			t.Errorf("%s: other tests %s", c.file, got)
		}
	}
	if got := (selection{other: []string{"A", "B"}}).skipPattern(); got != "^(A|B)$" {
		t.Errorf("pattern %s", got)
	}
}

func TestKernelPackages(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []string{"link/a_linux_test.go", "pure/a_test.go", "other/a_linux_test.go"} {
		if err := writeFile(filepath.Join(dir, f), []byte("package p\nimport \"testing\"\nfunc TestA(t *testing.T) {}\n")); err != nil {
			t.Fatal(err)
		}
	}
	list := strings.NewReader(strings.ReplaceAll(`
{"ImportPath": "m.example/pure", "Dir": "DIR/pure", "TestGoFiles": ["a_test.go"]}
{"ImportPath": "m.example/pure.test", "Deps": ["m.example/internal/testns"]}
{"ImportPath": "m.example/other", "Dir": "DIR/other", "XTestGoFiles": ["a_linux_test.go"]}
{"ImportPath": "m.example/other.test", "Deps": ["m.example/internal/other"]}
{"ImportPath": "m.example/link", "Dir": "DIR/link", "XTestGoFiles": ["a_linux_test.go"]}
{"ImportPath": "m.example/link [m.example/link.test]", "ForTest": "m.example/link", "Dir": "DIR/link"}
{"ImportPath": "m.example/link.test", "Deps": ["m.example/internal/testns [m.example/link.test]"]}
`, "DIR", filepath.ToSlash(dir)))
	got, err := kernelPackages(list, "m.example")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].path != "m.example/link" || got[0].rel != "link" || !slices.Equal(got[0].tests.kernel, []string{"TestA"}) {
		t.Errorf("got %d packages: %+v", len(got), got)
	}
}

func TestScript(t *testing.T) {
	p := &payload{packages: []*testPackage{
		{rel: "link", port: 3, tests: selection{other: []string{"TestPure"}}},
		{rel: "internal/rtnl", port: 4},
	}}
	want := `run 3 'link' '-test.skip=^(TestPure)$' '-test.run=it'\''s'
run 4 'internal/rtnl' '-test.skip=^()$' '-test.run=it'\''s'
`
	if got := string(p.script([]string{"-test.run=it's"})); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestPack(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"3.test": "program", "link/testdata/golden/a": "data", "link/a.go": "source"} {
		if err := writeFile(filepath.Join(dir, name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	p := &payload{archive: filepath.Join(dir, "payload.cpio"), packages: []*testPackage{
		{rel: "internal/x/link", port: 3, binary: filepath.Join(dir, "3.test"), dir: filepath.Join(dir, "link")},
	}}
	if err := p.pack(nil); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries(t, readAll(t, p.archive)) {
		names = append(names, strings.Fields(e)[1])
	}
	want := []string{"init", "tests", "tests/ports", "tests/run", "tests/internal", "tests/internal/x", "tests/internal/x/link",
		"tests/internal/x/link/package.test", "tests/internal/x/link/testdata", "tests/internal/x/link/testdata/golden",
		"tests/internal/x/link/testdata/golden/a"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
}

func TestChoose(t *testing.T) {
	for list, want := range map[string]string{"": "5.10, 6.1, 6.12, 7.2, 6.12-s390x", "7.2": "7.2", "6.12-s390x,5.10": "5.10, 6.12-s390x"} {
		got, err := choose(list)
		if err != nil || keyList(got) != want {
			t.Errorf("%q: %s, %v", list, keyList(got), err)
		}
	}
	if _, err := choose("7.2,8.0"); err == nil || !strings.Contains(err.Error(), `"8.0"`) || !strings.Contains(err.Error(), "6.12-s390x") {
		t.Errorf("an unknown kernel: %v", err)
	}
}

func TestMissing(t *testing.T) {
	err := missing(map[string]string{"no-such-tool": "b", "no-such-either": "a", "no-such-third": "b"})
	if err == nil || !strings.HasSuffix(err.Error(), "apt-get install --no-install-recommends a b") {
		t.Errorf("%v", err)
	}
	if err := missing(nil); err != nil {
		t.Error(err)
	}
}
