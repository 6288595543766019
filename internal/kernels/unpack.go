package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// unpack makes vmlinuz and base.cpio in dir from the packages in debs.
func unpack(ctx context.Context, debs, dir string) error {
	work := filepath.Join(dir, "work")
	defer os.RemoveAll(work)
	packages, err := filepath.Glob(filepath.Join(debs, "*.deb"))
	if err != nil {
		return err
	}
	from, base := filepath.Join(work, "packages"), filepath.Join(work, "base")
	if err := os.MkdirAll(from, 0o755); err != nil {
		return err
	}
	for _, p := range packages {
		if _, err := output(ctx, dir, "dpkg-deb", "-x", p, from); err != nil {
			return err
		}
	}
	vmlinuz, err := first(from, "boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz")
	if err != nil {
		return err
	}
	if err := copyFile(filepath.Join(dir, "vmlinuz"), vmlinuz, 0o644); err != nil {
		return err
	}
	modules, err := first(from, "usr/lib/modules/*", "lib/modules/*")
	if err != nil {
		return err
	}
	if err := installModules(ctx, modules, base, filepath.Base(modules)); err != nil {
		return err
	}
	busybox, err := first(from, "usr/bin/busybox", "bin/busybox")
	if err != nil {
		return err
	}
	if err := copyFile(filepath.Join(base, "bin", "busybox"), busybox, 0o755); err != nil {
		return err
	}
	// The kernel looks for modprobe there.
	if err := os.Symlink("bin", filepath.Join(base, "sbin")); err != nil {
		return err
	}
	return writeArchive(filepath.Join(dir, "base.cpio"), base)
}

// first returns the first file below dir that matches one of the patterns.
// Debian moves files from release to release.
func first(dir string, patterns ...string) (string, error) {
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil {
			return "", err
		}
		if len(files) > 0 {
			return files[0], nil
		}
	}
	return "", fmt.Errorf("the packages have no %s", patterns)
}

func copyFile(to, from string, mode os.FileMode) (err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	r, err := os.Open(from)
	if err != nil {
		return err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, r)
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}
