package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A cache keeps for each kernel and version, in the directory KEY/VERSION,
//
//	debs/         the packages as they came
//	package       name and version of the kernel's package; written last
//	boot-RECIPE/  what machines need, made from the packages: vmlinuz, base.cpio
//
// A directory is built under another name and gets its own by renaming, so that
// any number of runs can share a cache: the slower one throws its work away.
// Versions that an update replaced stay until somebody deletes them.
type cache struct{ dir string }

func openCache() (cache, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return cache{}, err
	}
	c := cache{filepath.Join(dir, "iplink-kernels")}
	return c, os.MkdirAll(c.dir, 0o755)
}

// newest returns the directory of the version fetched last.
func (c cache) newest(k kernel) (dir string, ok bool) {
	files, _ := filepath.Glob(filepath.Join(c.dir, k.key, "*", "package")) // the pattern is well-formed
	var latest time.Time
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && info.ModTime().After(latest) {
			dir, latest, ok = filepath.Dir(f), info.ModTime(), true
		}
	}
	return dir, ok
}

// make calls build with an empty directory, which then becomes dir. Nothing is
// to do if dir is there.
func (c cache) make(dir string, build func(tmp string) error) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(c.dir, "unfinished-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := os.Chmod(tmp, 0o755); err != nil {
		return err
	}
	if err := build(tmp); err != nil {
		return err
	}
	err = os.Rename(tmp, dir)
	if _, e := os.Stat(dir); e == nil {
		return nil // by this run, or by a quicker one
	}
	return err
}

// An image is a kernel ready to boot.
type image struct {
	// version is as in 7.2.13, and pkg is name and version of its package.
	version, pkg string
	// vmlinuz and base are files: the kernel, and an archive of its modules.
	vmlinuz, base string
}

// image returns a kernel from the cache, fetched and unpacked before if
// necessary.
func (c config) image(ctx context.Context, k kernel) (*image, error) {
	cache, err := openCache()
	if err != nil {
		return nil, err
	}
	dir, ok := cache.newest(k)
	if !ok || c.update {
		if dir, err = cache.fetch(ctx, k, c.mirror); err != nil {
			return nil, err
		}
	}
	name, err := os.ReadFile(filepath.Join(dir, "package"))
	if err != nil {
		return nil, err
	}
	boot := filepath.Join(dir, "boot-"+recipe())
	err = cache.make(boot, func(tmp string) error { return unpack(ctx, filepath.Join(dir, "debs"), tmp) })
	if err != nil {
		return nil, err
	}
	_, version, _ := strings.Cut(string(name), " ")
	return &image{pkg{version: version}.release(), string(name), filepath.Join(boot, "vmlinuz"), filepath.Join(boot, "base.cpio")}, nil
}

// recipe changes with what goes into the files made from packages.
func recipe() string {
	sum := sha256.Sum256(fmt.Append(nil, modules, "1"))
	return fmt.Sprintf("%x", sum[:4])
}

// fetch downloads the newest kernel of its suite into the cache, unless that
// is there, and returns its directory.
func (c cache) fetch(ctx context.Context, k kernel, mirror string) (dir string, err error) {
	s, err := findSource(mirror)
	if err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp("", "kernels-apt-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	a, err := newApt(ctx, tmp, k, s)
	if err != nil {
		return "", err
	}
	packages, err := a.find(ctx)
	if err != nil {
		return "", err
	}
	dir = filepath.Join(c.dir, k.key, packages[0].version)
	err = c.make(dir, func(tmp string) error {
		fmt.Printf("%s: downloading %s %s\n", k.key, packages[0].name, packages[0].version)
		names := []string{"busybox-static"}
		for _, p := range packages {
			names = append(names, p.name)
		}
		if err := a.download(ctx, filepath.Join(tmp, "debs"), names...); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(tmp, "package"), []byte(packages[0].name+" "+packages[0].version), 0o644)
	})
	if err != nil {
		return "", err
	}
	// It is the one to use, whichever came first.
	return dir, os.Chtimes(filepath.Join(dir, "package"), time.Time{}, time.Now())
}
