package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A payload is what machines of one architecture get to run.
type payload struct {
	dir      string
	packages []*testPackage
	// archive is the cpio file.
	archive string
}

// A testPackage is a package with kernel tests.
type testPackage struct {
	// path is the import path, rel the part of it below the module's.
	path, rel string
	// dir has the source, and binary is the test program.
	dir, binary string
	// port is where the program's output comes out.
	port  int
	tests selection
}

// build finds the packages with kernel tests among those that patterns name,
// all packages of the module if there are none, and builds their test programs
// in dir.
func build(ctx context.Context, goarch string, patterns []string, dir string) (*payload, error) {
	b := builder{ctx, append(os.Environ(), "GOOS=linux", "GOARCH="+goarch, "CGO_ENABLED=0")}
	p := &payload{dir: dir, archive: filepath.Join(dir, "payload.cpio")}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	var err error
	if p.packages, err = b.find(patterns); err != nil {
		return nil, err
	}
	for i, t := range p.packages {
		t.port = firstTestPort + i
		t.binary = filepath.Join(dir, fmt.Sprintf("%d.test", t.port))
		// Without debugging information: it makes half of the program, and
		// panics are as readable.
		if _, err := b.run("test", "-c", "-ldflags=-s -w", "-o", t.binary, t.path); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// tests counts the kernel tests.
func (p *payload) tests() (n int) {
	for _, t := range p.packages {
		n += len(t.tests.kernel)
	}
	return n
}

type builder struct {
	ctx context.Context
	env []string
}

// run runs the go command.
func (b builder) run(args ...string) ([]byte, error) {
	cmd := exec.CommandContext(b.ctx, "go", args...)
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = b.env, &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, err
}

// listed is what is used of the output of go list.
type listed struct {
	ImportPath, Dir, ForTest  string
	Deps                      []string
	TestGoFiles, XTestGoFiles []string
	Module                    struct{ Path string }
}

func (b builder) find(patterns []string) ([]*testPackage, error) {
	module, err := b.run("list", "-m")
	if err != nil {
		return nil, err
	}
	modulePath := strings.TrimSpace(string(module))
	if len(patterns) == 0 {
		patterns = []string{modulePath + "/..."}
	}
	out, err := b.run(append([]string{"list", "-test", "-json=ImportPath,Dir,ForTest,Deps,TestGoFiles,XTestGoFiles"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	packages, err := kernelPackages(bytes.NewReader(out), modulePath)
	if err == nil && len(packages) == 0 {
		err = fmt.Errorf("no kernel tests in %s", strings.Join(patterns, " "))
	}
	if err == nil && len(packages) > maxTestPorts {
		err = fmt.Errorf("%d packages have kernel tests, and a machine has ports for %d", len(packages), maxTestPorts)
	}
	return packages, err
}

// kernelPackages reads the output of go list -test: each package, and its test
// program as a package of its own.
func kernelPackages(list io.Reader, module string) (packages []*testPackage, err error) {
	source, needsKernel := map[string]listed{}, map[string]bool{}
	for d := json.NewDecoder(list); ; {
		var l listed
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if tested, ok := strings.CutSuffix(l.ImportPath, ".test"); ok {
			needsKernel[tested] = slices.ContainsFunc(l.Deps, func(dep string) bool {
				// A variant for one test has that behind a space.
				name, _, _ := strings.Cut(dep, " ")
				return name == module+"/internal/testns"
			})
		} else if l.ForTest == "" {
			source[l.ImportPath] = l
		}
	}
	for name, l := range source {
		if !needsKernel[name] {
			continue
		}
		t := &testPackage{path: name, rel: strings.TrimPrefix(strings.TrimPrefix(name, module), "/"), dir: l.Dir}
		if t.tests, err = selectTests(l.Dir, slices.Concat(l.TestGoFiles, l.XTestGoFiles)); err != nil {
			return nil, err
		}
		if len(t.tests.kernel) > 0 {
			packages = append(packages, t)
		}
	}
	// The packages about namespaces come before those about links, from which
	// modules are left that put devices into every new namespace: with these
	// it takes several times as long to make and remove one.
	slices.SortFunc(packages, func(a, b *testPackage) int { return strings.Compare(b.path, a.path) })
	return packages, nil
}

//go:embed init.sh
var initScript []byte

// pack makes the archive: init, the programs with their testdata, and what
// init.sh reads, the numbers of ports and a line per program. The arguments are
// the same for all programs.
func (p *payload) pack(arguments []string) error {
	return withArchive(p.archive, func(c *cpioWriter) error {
		c.add("init", cpioFile|0o755, initScript)
		c.add("tests", cpioDir|0o755, nil)
		c.add("tests/ports", cpioFile|0o644, fmt.Appendf(nil, "last=%d\n", firstTestPort+len(p.packages)-1))
		c.add("tests/run", cpioFile|0o644, p.script(arguments))
		made := map[string]bool{".": true}
		for _, t := range p.packages {
			if err := t.pack(c, made); err != nil {
				return err
			}
		}
		return c.err
	})
}

// script runs one program after the other.
func (p *payload) script(arguments []string) []byte {
	var b bytes.Buffer
	for _, t := range p.packages {
		fmt.Fprintf(&b, "run %d %s", t.port, quote(t.rel))
		for _, a := range append([]string{"-test.skip=" + t.tests.skipPattern()}, arguments...) {
			b.WriteString(" " + quote(a))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// quote makes one word of s for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// pack adds the test program and its testdata. made are the directories that
// the archive has.
func (t *testPackage) pack(c *cpioWriter, made map[string]bool) error {
	dir := path.Join("tests", t.rel)
	makeDirs(c, t.rel, made)
	program, err := os.ReadFile(t.binary)
	if err != nil {
		return err
	}
	c.add(dir+"/package.test", cpioFile|0o755, program)
	data := filepath.Join(t.dir, "testdata")
	if _, err := os.Stat(data); err != nil {
		return nil // it has none
	}
	c.add(dir+"/testdata", cpioDir|0o755, nil)
	return c.addTree(dir+"/testdata/", data)
}

// makeDirs adds a directory below tests and those above it.
func makeDirs(c *cpioWriter, rel string, made map[string]bool) {
	if rel = path.Clean(rel); made[rel] {
		return
	}
	makeDirs(c, path.Dir(rel), made)
	made[rel] = true
	c.add(path.Join("tests", rel), cpioDir|0o755, nil)
}
