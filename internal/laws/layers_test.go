package laws

import (
	"go/build/constraint"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Imports point downwards: a package may import packages of lower rank only.
// Directories that are not listed take the rank of the longest listed prefix.
var ranks = map[string]int{
	"testdata":      0, // embedded files, for support packages
	"attr":          1,
	"kind":          2,
	"internal/rtnl": 2,
	"nsutil":        3,
	"link":          4,
	"examples":      5,
	"internal":      support,
	".ci":           support,
	".":             support, // doc.go
	// A package that fakes another for tests stands beside it.
	"internal/rtnl/rtnltest": support,
}

// support is the rank of what serves tests: nothing else may import it.
const support = 6

func rank(t *testing.T, dir string) int {
	t.Helper()
	for d := dir; ; d = filepath.ToSlash(filepath.Dir(d)) {
		if r, ok := ranks[d]; ok {
			if d == "." && dir != "." {
				t.Errorf("%s: say in internal/laws which layer it belongs to", dir)
			}
			return r
		}
	}
}

// TestDownwards holds the order of the layers. Tests may import anything that
// the compiler lets them; support packages may import each other.
func TestDownwards(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		own := rank(t, s.dir)
		for _, p := range s.imports() {
			dir, ours := strings.CutPrefix(p, module+"/")
			if !ours {
				continue
			}
			if r := rank(t, dir); r > own || r == own && own != support {
				t.Errorf("%s imports %s, which is not below it", s.name, dir)
			}
			if own == ranks["examples"] && strings.HasPrefix(dir, "internal/") {
				t.Errorf("%s imports %s: examples show the public API", s.name, dir)
			}
		}
	}
}

// TestPure keeps attr and kind free of the operating system, so that they work
// and are tested everywhere: they may import the standard library except what
// reaches outside the process, each other downwards, and attr may import
// native, the byte order.
func TestPure(t *testing.T) {
	const native = "github.com/josharian/native"
	for _, s := range sources(t) {
		if s.isTest() || s.dir != "attr" && s.dir != "kind" {
			continue
		}
		for _, p := range s.imports() {
			switch {
			case isModule(p, module):
			case p == native && s.dir == "attr":
			case isStandard(p) && !reachesOut(p):
			default:
				t.Errorf("%s imports %s: the package is pure", s.name, p)
			}
		}
	}
}

func isModule(p, m string) bool { return p == m || strings.HasPrefix(p, m+"/") }

// isStandard relies on the first element of other paths being a domain.
func isStandard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

func reachesOut(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return p == "net" || first == "net" && p != "net/netip" ||
		slices.Contains([]string{"os", "syscall", "log", "plugin", "embed", "testing"}, first) ||
		slices.Contains([]string{"io/ioutil", "path/filepath", "runtime/cgo"}, p)
}

// TestSystemCalls keeps system calls in files for Linux of the packages that
// talk to the kernel, next to a file that lets other systems build.
func TestSystemCalls(t *testing.T) {
	stub, linux := map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		place := s.dir == "link" || s.dir == "nsutil" || strings.HasPrefix(s.dir, "internal/")
		linux[s.dir] = linux[s.dir] || s.onlyLinux()
		stub[s.dir] = stub[s.dir] || notLinux(s)
		if s.onlyLinux() && !place {
			t.Errorf("%s: only link, nsutil and internal have code for one system", s.name)
		}
		for _, p := range s.imports() {
			if callsKernel(p) && !(place && s.onlyLinux()) {
				t.Errorf("%s imports %s: system calls belong in a *_linux.go of link, nsutil or internal", s.name, p)
			}
		}
	}
	for dir := range linux {
		if linux[dir] && !stub[dir] {
			t.Errorf("%s has *_linux.go but no file with //go:build !linux beside it", dir)
		}
	}
}

func callsKernel(p string) bool {
	return p == "syscall" || isModule(p, "golang.org/x/sys") || strings.HasPrefix(p, "github.com/mdlayher/")
}

// notLinux reports whether a build constraint keeps the file off Linux, but
// not off other systems.
func notLinux(s *source) bool {
	for _, g := range s.ast.Comments {
		for _, c := range g.List {
			if c.Pos() > s.ast.Package || !constraint.IsGoBuild(c.Text) {
				continue
			}
			x, err := constraint.Parse(c.Text)
			return err == nil && !x.Eval(func(tag string) bool { return tag == "linux" }) &&
				x.Eval(func(tag string) bool { return tag == "darwin" })
		}
	}
	return false
}

// TestUnsafe confines unsafe to one file of attr, where the engine is, and to
// files that make system calls.
func TestUnsafe(t *testing.T) {
	var inAttr []string
	for _, s := range sources(t) {
		if s.isTest() || !slices.Contains(s.imports(), "unsafe") {
			continue
		}
		if s.dir == "attr" {
			inAttr = append(inAttr, s.name)
		} else if !s.onlyLinux() || s.dir == "kind" {
			t.Errorf("%s imports unsafe", s.name)
		}
	}
	if len(inAttr) > 1 {
		t.Errorf("unsafe in %d files of attr: %v", len(inAttr), inAttr)
	}
}

// TestRequirements holds the module's dependencies: four, and what they bring.
func TestRequirements(t *testing.T) {
	direct := []string{"github.com/google/go-cmp", "github.com/josharian/native", "github.com/mdlayher/netlink", "golang.org/x/sys"}
	brought := []string{"github.com/mdlayher/socket", "golang.org/x/net", "golang.org/x/sync"}
	b, err := os.ReadFile(filepath.Join(root(t), "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(strings.TrimPrefix(line, "require"))
		if len(f) < 2 || !strings.HasPrefix(f[1], "v") {
			if len(f) > 0 && slices.Contains([]string{"replace", "tool", "exclude"}, f[0]) {
				t.Errorf("go.mod: %s", strings.TrimSpace(line))
			}
			continue
		}
		n++
		allowed := direct
		if strings.HasSuffix(strings.TrimSpace(line), "// indirect") {
			allowed = brought
		}
		if !slices.Contains(allowed, f[0]) {
			t.Errorf("go.mod requires %s", f[0])
		}
	}
	if n == 0 {
		t.Error("go.mod: no requirements found")
	}
	for _, s := range sources(t) {
		for _, p := range s.imports() {
			if isModule(p, direct[0]) && !s.isTest() {
				t.Errorf("%s imports %s, which is for tests", s.name, p)
			}
		}
	}
}

// TestSupportOnlyInTests keeps golden data and tables out of what users build.
func TestSupportOnlyInTests(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || rank(t, s.dir) == support {
			continue
		}
		for _, p := range s.imports() {
			if p == module+"/testdata" || p == "testing" {
				t.Errorf("%s imports %s", s.name, p)
			}
		}
	}
}
