package testns_test

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/nsutil"
)

func TestMain(m *testing.M) { testns.Main(m) }

func TestNew(t *testing.T) {
	ns := testns.New(t)
	testns.In(t, ns, func() {
		lo, err := net.InterfaceByName("lo")
		if err != nil || lo.Flags&net.FlagUp != 0 {
			t.Errorf("lo of a new namespace: %v, %v; want it down", lo, err)
		}
	})
	if other := testns.New(t); other.Equal(ns) {
		t.Error("two tests share a namespace")
	}
}

// The function that In runs may end the test.
func TestInEnds(t *testing.T) {
	ns, ended := testns.New(t), true
	r := record(t, func(t testing.TB) {
		testns.In(t, ns, func() { t.Skipf("in the namespace") })
		ended = false
	})
	if !ended || r.skipped != "in the namespace" {
		t.Errorf("the test went on: %+v", r)
	}
}

func TestFeatures(t *testing.T) {
	testns.NeedSandbox(t)
	names := make(map[string]bool)
	var has, lacks []string
	for _, f := range testns.Features {
		if names[f.Name] || f.Name == "" || f.Probe == nil {
			t.Errorf("feature %q is listed twice or incomplete", f.Name)
		}
		names[f.Name] = true
		switch err := testns.Probe(f); {
		case err == nil:
			has = append(has, f.Name)
		case strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: not one line: %v", f.Name, err)
		default:
			lacks = append(lacks, f.Name)
			t.Logf("%s: %v", f.Name, err)
		}
	}
	t.Logf("this kernel has %q, lacks %q", has, lacks)
	// A probe that fails for a mistake of its own would hide tests. These two
	// must be there wherever tests make sense.
	for _, name := range []string{"veth", "bridge"} {
		if !slices.Contains(has, name) {
			t.Errorf("no %s: the probes or the kernel are unusable", name)
		}
	}
}

// A skip names the feature; a name that is not in the table is a mistake.
func TestRequire(t *testing.T) {
	testns.NeedSandbox(t)
	saved := testns.Features
	defer func() { testns.Features = saved }()
	probes := 0
	missing := fmt.Sprintf("a feature of no kernel (%p)", t) // another one with each -count
	testns.Features = append(slices.Clone(saved), testns.Feature{
		Name:  missing,
		Probe: func(*testns.Prober) error { probes++; return errors.New("of course") },
	})
	for range 2 {
		r := record(t, func(t testing.TB) { testns.Require(t, missing) })
		if r.failed || !strings.Contains(r.skipped, missing+`" is missing: of course`) {
			t.Errorf("Require of a missing feature: %+v", r)
		}
	}
	if probes != 1 {
		t.Errorf("probed %d times", probes)
	}
	if r := record(t, func(t testing.TB) { testns.Require(t, "no such name") }); !r.failed || r.skipped != "" {
		t.Errorf("Require of an unknown name: %+v", r)
	}
	if r := record(t, func(t testing.TB) { testns.Require(t, "veth", "bridge") }); r.failed || r.skipped != "" {
		t.Errorf("Require of what is there: %+v", r)
	}
}

// A recorder is a test that notes how it ends instead of ending.
type recorder struct {
	testing.TB
	skipped string
	failed  bool
}

func (r *recorder) Skipf(format string, args ...any) {
	r.skipped = strings.TrimSpace(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) Fatalf(string, ...any) {
	r.failed = true
	runtime.Goexit()
}

func record(t *testing.T, f func(testing.TB)) *recorder {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

// The probes must leave the sandbox itself as it was.
func TestProbesLeaveNothing(t *testing.T) {
	testns.NeedSandbox(t)
	for _, name := range []string{"probe", "lower"} {
		if _, err := net.InterfaceByName(name); err == nil {
			t.Errorf("a link %q in the sandbox", name)
		}
	}
	names, err := nsutil.List()
	if err != nil || len(names) != 0 {
		t.Errorf("names in the sandbox: %q, %v", names, err)
	}
}
