package testns_test

import (
	"errors"
	"fmt"
	"net"
	"os"
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
	var has, lacks []string
	for _, f := range testns.Features {
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

// The table must be true of each kernel of the matrix, in both directions: else
// what it says of one that lacks a feature would hide tests for ever.
func TestMatrix(t *testing.T) {
	key := os.Getenv(testns.KernelVariable)
	if key == "" {
		return
	}
	i := slices.IndexFunc(testns.Kernels, func(k testns.Kernel) bool { return k.Key == key })
	if i < 0 {
		t.Fatalf("%s=%s: there is no such kernel", testns.KernelVariable, key)
	}
	k := testns.Kernels[i]
	if k.GOARCH != runtime.GOARCH {
		t.Errorf("kernel %s runs tests for %s", key, runtime.GOARCH)
	}
	for _, f := range testns.Features {
		if f.Name == "xdp" { // of package link alone
			continue
		}
		switch err := testns.Probe(f); {
		case f.In(k) && err != nil:
			t.Errorf("kernel %s must have feature %q: %v", key, f.Name, err)
		case !f.In(k) && err == nil:
			t.Errorf("kernel %s has feature %q, which the table says it lacks", key, f.Name)
		}
	}
}

// In the matrix, a feature that the kernel must have is not skipped, and a
// kernel that the table does not know is a mistake.
func TestRequireMatrix(t *testing.T) {
	testns.NeedSandbox(t)
	saved := testns.Features
	defer func() { testns.Features = saved }()
	must := fmt.Sprintf("a feature of 6.12 (%p)", t) // another one with each -count
	backported, unbuilt := must+", backported", must+", not built"
	missing := func(*testns.Prober) error { return errors.New("of course") }
	testns.Features = append(slices.Clone(saved),
		testns.Feature{Name: must, Since: "6.12", Probe: missing},
		testns.Feature{Name: backported, Since: "6.12", Probe: missing, Except: map[string]string{"6.1": "backported"}},
		testns.Feature{Name: unbuilt, Since: "6.12", Probe: missing, Except: map[string]string{"7.2": "not built"}},
	)
	for _, c := range []struct {
		kernel, feature string
		fails           bool
	}{
		{"", must, false}, {"5.10", must, false}, {"6.1", must, false}, {"6.12", must, true}, {"7.2", must, true}, {"6.12-s390x", must, true},
		{"5.10", backported, false}, {"6.1", backported, true}, {"6.12", unbuilt, true}, {"7.2", unbuilt, false},
		{"6.13", "veth", true}, {"7.2", "veth", false},
	} {
		t.Setenv(testns.KernelVariable, c.kernel)
		r := record(t, func(t testing.TB) { testns.Require(t, c.feature) })
		if r.failed != c.fails || !r.failed && (r.skipped == "") != (c.feature == "veth") {
			t.Errorf("kernel %q, %s: %+v", c.kernel, c.feature, r)
		}
	}
}

// A skip names the feature; a name that is not in the table is a mistake.
func TestRequire(t *testing.T) {
	testns.NeedSandbox(t)
	t.Setenv(testns.KernelVariable, "") // which fails instead
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

func (r *recorder) Fatal(...any) { r.Fatalf("") }

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
	for _, name := range []string{"probe", "lower", "master"} {
		if _, err := net.InterfaceByName(name); err == nil {
			t.Errorf("a link %q in the sandbox", name)
		}
	}
	names, err := nsutil.List()
	if err != nil || len(names) != 0 {
		t.Errorf("names in the sandbox: %q, %v", names, err)
	}
}
