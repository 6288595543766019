package testns

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// A Feature is something that not every kernel or machine has and that tests
// depend on.
type Feature struct {
	// Name is what [Require] takes and what a skip prints. For a kind of link
	// it is the kind's name, as in "ip link add type NAME".
	Name string
	// Since is the first kernel release that has it, if that is later than
	// 5.10, the oldest kernel supported. A newer kernel may have been built
	// without it. Only the kernel matrix, which knows how its kernels were
	// built, may use this: elsewhere kernels carry backports, so only the
	// probe counts.
	Since string
	// Probe tries the feature out in a namespace of its own and returns why
	// it is not there.
	Probe func(*Prober) error
}

// Require skips the test if the running kernel lacks a feature of [Features],
// and fails it if there is no feature of that name. Each is probed once.
func Require(t testing.TB, names ...string) {
	t.Helper()
	NeedSandbox(t)
	for _, name := range names {
		i := slices.IndexFunc(Features, func(f Feature) bool { return f.Name == name })
		if i < 0 {
			t.Fatalf("testns.Features has no feature %q", name)
		}
		if err := Probe(Features[i]); err != nil {
			t.Skipf("kernel feature %q is missing: %v", name, err)
		}
	}
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
