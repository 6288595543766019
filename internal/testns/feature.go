package testns

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A Feature is something that not every kernel or machine has and that tests
// depend on. That a kernel has it is decided by a probe alone, since kernels
// carry backports and are built in many ways. Only of the kernels of the
// matrix, which are known, is it said beforehand: there a probe that fails
// must not turn a test into a skip that nobody looks at.
type Feature struct {
	// Name is what [Require] takes and what a skip prints. For a kind of link
	// it is the kind's name, as in "ip link add type NAME"; for one of its
	// options the name of that follows, as in kind's lists of attributes.
	Name string
	// Since is the first kernel release that has it, if that is later than
	// 5.10, the oldest kernel supported.
	Since string
	// Except lists the kernels of the matrix, by key, of which Since says the
	// wrong thing, each with the reason: those that are new enough and were
	// built without the feature, and older ones that it was backported to.
	Except map[string]string
	// Probe tries the feature out in a namespace of its own and returns why
	// it is not there.
	Probe func(*Prober) error
}

// In reports whether a kernel of the matrix must have the feature.
func (f Feature) In(k Kernel) bool {
	_, except := f.Except[k.Key]
	return (compareReleases(k.Release, f.Since) >= 0) != except
}

// since says when the kernel got a feature.
func since(release string, f Feature) Feature {
	f.Since = release
	return f
}

// except adds an exception for some kernels of the matrix.
func except(f Feature, reason string, keys ...string) Feature {
	f.Except = maps.Clone(f.Except)
	if f.Except == nil {
		f.Except = make(map[string]string)
	}
	for _, k := range keys {
		f.Except[k] = reason
	}
	return f
}

// nowhere says why no kernel of the matrix has a feature. Tests that require
// it run only on other machines.
func nowhere(f Feature, reason string) Feature {
	for _, k := range Kernels {
		if f.In(k) {
			f = except(f, reason, k.Key)
		}
	}
	return f
}

// Nowhere returns the reasons why no kernel of the matrix has some features, by
// their names. One that is only too new is not among them: the matrix must get a
// kernel that has it.
func Nowhere() map[string]string {
	out := make(map[string]string)
	for _, f := range Features {
		reasons := make(map[string]bool)
		for _, k := range Kernels {
			if f.In(k) {
				reasons = nil
				break
			}
			if why := f.Except[k.Key]; why != "" {
				reasons[why] = true
			}
		}
		if len(reasons) > 0 {
			out[f.Name] = strings.Join(slices.Sorted(maps.Keys(reasons)), "; ")
		}
	}
	return out
}

// Require skips the test if the running kernel lacks a feature of [Features],
// and fails it if there is no feature of that name. In the kernel matrix it
// fails the test, too, if the kernel must have the feature. Each is probed
// once.
func Require(t testing.TB, names ...string) {
	t.Helper()
	NeedSandbox(t)
	if _, _, err := runningKernel(); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		i := slices.IndexFunc(Features, func(f Feature) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("testns.Features has no feature %q", name)
		}
		if err := Probe(Features[i]); err != nil {
			Missing(t, Features[i], err)
		}
	}
}

// Missing skips the test because the running kernel lacks a feature, which need
// not be one of [Features]: the test has found out itself, and why says how. In
// the kernel matrix it fails the test if the kernel must have the feature.
func Missing(t testing.TB, f Feature, why error) {
	t.Helper()
	k, matrix, err := runningKernel()
	switch {
	case err != nil:
		t.Fatal(err)
	case matrix && f.In(k):
		t.Fatalf("kernel %s must have feature %q: %v%s", k.Key, f.Name, why, unfinished())
	}
	t.Skipf("kernel feature %q is missing: %v", f.Name, why)
}

// unfinished names modules that are loaded and do not work: modprobe leaves them
// alone, and so they can be what is missing.
func unfinished() (text string) {
	b, _ := os.ReadFile("/proc/modules") // without it there are none
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) > 4 && f[4] != "Live" {
			text += fmt.Sprintf("; module %s is %s", f[0], strings.ToLower(f[4]))
		}
	}
	return text
}

// probed holds the result of each probe by the feature's name.
var probed struct {
	sync.Mutex
	results map[string]error
}

// Probe returns why the running kernel lacks a feature, nil if it has it. It
// needs the sandbox; see [NeedSandbox].
func Probe(f Feature) error {
	probed.Lock()
	defer probed.Unlock()
	if err, ok := probed.results[f.Name]; ok {
		return err
	}
	if probed.results == nil {
		probed.results = make(map[string]error)
	}
	err := probe(f)
	probed.results[f.Name] = err
	return err
}

func probe(f Feature) error {
	p, err := newProber()
	if err != nil {
		return fmt.Errorf("set up the probe: %w", err)
	}
	defer p.close()
	return f.Probe(p)
}
