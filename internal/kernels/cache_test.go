package main

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestCacheMake(t *testing.T) {
	c := cache{t.TempDir()}
	dir := filepath.Join(c.dir, "7.2", "7.2.13-1")
	broken := errors.New("broken")
	if err := c.make(dir, func(string) error { return broken }); err != broken {
		t.Errorf("an error of the build: %v", err)
	}
	// All build, none sees what another has not finished.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			err := c.make(dir, func(tmp string) error {
				if err := os.WriteFile(filepath.Join(tmp, "package"), []byte("half"), 0o644); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
				return os.WriteFile(filepath.Join(tmp, "package"), []byte("whole"), 0o644)
			})
			if err != nil {
				t.Error(err)
			}
			if b, err := os.ReadFile(filepath.Join(dir, "package")); err != nil || string(b) != "whole" {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
	wg.Wait()
	if left, _ := filepath.Glob(filepath.Join(c.dir, "unfinished-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := c.make(dir, func(string) error { return broken }); err != nil {
		t.Errorf("what is there was built again: %v", err)
	}
}

func TestCacheNewest(t *testing.T) {
	c := cache{t.TempDir()}
	k := kernel{key: "7.2"}
	if dir, ok := c.newest(k); ok {
		t.Errorf("an empty cache has %s", dir)
	}
	now := time.Now()
	for version, age := range map[string]time.Duration{"7.2.9-1": 2 * time.Hour, "7.2.13-1": time.Hour, "7.2.10-1": 3 * time.Hour} {
		file := filepath.Join(c.dir, "7.2", version, "package")
		if err := writeFile(file, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if dir, ok := c.newest(k); !ok || filepath.Base(dir) != "7.2.13-1" {
		t.Errorf("newest is %s, %v", dir, ok)
	}
}
