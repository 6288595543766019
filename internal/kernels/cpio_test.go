package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
)

// entries reads an archive as the kernel does.
func entries(t *testing.T, b []byte) (list []string) {
	t.Helper()
	for at := 0; ; {
		if len(b)-at < 110 || string(b[at:at+6]) != "070701" {
			t.Fatalf("no header at %d of %d", at, len(b))
		}
		number := func(field int) int {
			n, err := strconv.ParseUint(string(b[at+6+8*field:at+14+8*field]), 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		align := func(n int) int { return (n + 3) &^ 3 }
		mode, size, nameSize := number(1), number(6), number(11)
		name := string(b[at+110 : at+110+nameSize-1])
		body := align(at + 110 + nameSize)
		if name == "TRAILER!!!" {
			return list
		}
		list = append(list, fmt.Sprintf("%o %s %q", mode, name, b[body:body+size]))
		at = align(body + size)
	}
}

func TestCPIO(t *testing.T) {
	var b bytes.Buffer
	c := newCPIO(&b)
	c.add("a", cpioDir|0o755, nil)
	c.add("a/file", cpioFile|0o644, []byte("12345"))
	c.add("a/l", cpioSymlink|0o777, []byte("file"))
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	want := []string{`40755 a ""`, `100644 a/file "12345"`, `120777 a/l "file"`}
	if got := entries(t, b.Bytes()); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if b.Len()%512 != 0 {
		t.Errorf("%d bytes: an archive that follows would not be aligned", b.Len())
	}
}

func TestCPIOTree(t *testing.T) {
	dir := t.TempDir()
	for name, mode := range map[string]os.FileMode{"bin/tool": 0o755, "lib/a": 0o600} {
		if err := writeFile(filepath.Join(dir, name), []byte(name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{`40755 bin ""`, `100755 bin/tool "bin/tool"`, `40755 lib ""`, `100644 lib/a "lib/a"`}
	if runtime.GOOS == "windows" {
		want[1] = `100644 bin/tool "bin/tool"`
	}
	file := filepath.Join(t.TempDir(), "archive")
	if err := writeArchive(file, dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := entries(t, b); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestCPIOError(t *testing.T) {
	c := newCPIO(brokenWriter{})
	c.add("big", cpioFile, make([]byte, 1<<16))
	if err := c.close(); err != os.ErrClosed {
		t.Errorf("close: %v", err)
	}
}
