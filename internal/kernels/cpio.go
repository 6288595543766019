package main

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A cpioWriter writes an archive in the format "newc" that the kernel unpacks
// as its first file system (Documentation/driver-api/early-userspace/buffer-format.rst).
// Times, owners and inode numbers are left 0: they would only differ from run
// to run. The first error stays.
type cpioWriter struct {
	w   *bufio.Writer
	n   int64
	err error
}

func newCPIO(w io.Writer) *cpioWriter { return &cpioWriter{w: bufio.NewWriter(w)} }

// File types as cpio and Unix have them.
const (
	cpioDir     = 0o040000
	cpioFile    = 0o100000
	cpioSymlink = 0o120000
)

// add writes one entry: mode is its type and permissions, body the content of a
// file or the target of a symbolic link. Directories come before what is in
// them.
func (c *cpioWriter) add(name string, mode int, body []byte) {
	const links = 1
	c.printf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
		0, mode, 0, 0, links, 0, len(body), 0, 0, 0, 0, len(name)+1, 0, name)
	c.pad(4)
	c.write(body)
	c.pad(4)
}

// close ends the archive. Another one may follow.
func (c *cpioWriter) close() error {
	c.add("TRAILER!!!", 0, nil)
	c.pad(512)
	if c.err == nil {
		c.err = c.w.Flush()
	}
	return c.err
}

func (c *cpioWriter) printf(format string, args ...any) { c.write(fmt.Appendf(nil, format, args...)) }

func (c *cpioWriter) write(b []byte) {
	if c.err == nil {
		_, c.err = c.w.Write(b)
		c.n += int64(len(b))
	}
}

func (c *cpioWriter) pad(to int64) { c.write(make([]byte, (to-c.n%to)%to)) }

// addTree adds what is in a directory, without that itself, under prefix, which
// is empty or ends in a slash. A file keeps from its mode whether it can be executed.
func (c *cpioWriter) addTree(prefix, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return c.addFile(prefix+filepath.ToSlash(rel), path, d)
	})
}

func (c *cpioWriter) addFile(name, path string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	switch {
	case d.IsDir():
		c.add(name, cpioDir|0o755, nil)
	case d.Type() == fs.ModeSymlink:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		c.add(name, cpioSymlink|0o777, []byte(target))
	case d.Type().IsRegular():
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c.add(name, cpioFile|0o644|int(info.Mode())&0o111, body)
	}
	return c.err
}

// writeArchive makes an archive of a directory.
func writeArchive(file, dir string) error {
	return withArchive(file, func(c *cpioWriter) error { return c.addTree("", dir) })
}

// withArchive makes a file of the archive that f fills.
func withArchive(file string, f func(*cpioWriter) error) error {
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	defer w.Close()
	c := newCPIO(w)
	if err := f(c); err != nil {
		return err
	}
	if err := c.close(); err != nil {
		return err
	}
	return w.Close()
}
