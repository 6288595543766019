// Package testns is what tests that need a kernel have in common: a sandbox
// with network namespaces of their own, probes of what the running kernel has,
// and a check that nothing was left behind.
//
// A package with such tests has one line of set-up,
//
//	func TestMain(m *testing.M) { testns.Main(m) }
//
// and each test begins with what it needs:
//
//	ns := testns.New(t)
//	testns.Require(t, "vxlan")
//
// A test skips for one of two reasons only: the machine forbids the sandbox, or
// the running kernel lacks a feature of the table in table.go. Both are said in
// one line. In the kernel matrix (internal/kernels) the first is a failure, and
// so is the second unless the table says that this kernel may lack the feature.
//
// The matrix runs the tests of files named *_linux_test.go, on machines that have
// nothing but the test program, its testdata directory and busybox: a test that
// needs more belongs into a file of another name.
package testns

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/iplink-go/iplink/nsutil"
)

// RequireSandbox is the environment variable that, set to 1, makes it a failure
// of all tests that the machine forbids the sandbox. Where the tests are meant
// to test, such as in the kernel matrix, skipping must not look like success.
const RequireSandbox = "IPLINK_REQUIRE_SANDBOX"

// What Main found out. Without Main no test may touch a network: it would be
// the host's.
var (
	sandboxed bool
	forbidden error
)

// Main runs the tests of a package in a sandbox, see [nsutil.Sandbox], and does
// not return. If all pass it checks that they left behind no goroutine, file
// descriptor, named namespace or thread in another namespace; what they did
// leave makes the run fail.
func Main(m *testing.M) {
	idle()
	offer()
	forbidden = nsutil.Sandbox()
	sandboxed = forbidden == nil
	if !sandboxed {
		if os.Getenv(RequireSandbox) == "1" {
			fmt.Fprintf(os.Stderr, "FAIL: %s=1, but %v\n", RequireSandbox, forbidden)
			os.Exit(1)
		}
		fmt.Fprintf(os.Stderr, "tests and examples that need a kernel are skipped: %v\n", forbidden)
		skipExamples()
	}
	before := takeStock()
	code := m.Run()
	if code == 0 {
		code = before.check(os.Stderr)
	}
	os.Exit(code)
}

// skipExamples excludes the examples of the package, which cannot skip
// themselves, from the run.
func skipExamples() {
	flag.Parse()
	skip := "^Example"
	if more := flag.Lookup("test.skip").Value.String(); more != "" {
		skip += "|" + more
	}
	_ = flag.Set("test.skip", skip) // a string takes any value
}

// NeedSandbox skips the test where the machine forbids the sandbox.
func NeedSandbox(t testing.TB) {
	t.Helper()
	switch {
	case forbidden != nil:
		t.Skipf("no sandbox: %v", forbidden)
	case !sandboxed:
		t.Fatal("the package's TestMain must call testns.Main")
	}
}

// New returns a network namespace for this test alone. The links in it are those
// of [nsutil.New], so tests must not count on lo having no company. It is closed, and its links are gone, when the test ends.
func New(t testing.TB) *nsutil.Namespace {
	t.Helper()
	NeedSandbox(t)
	ns, err := nsutil.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ns.Close(); err != nil {
			t.Errorf("close the namespace of the test: %v", err)
		}
	})
	return ns
}

// In runs f in ns, see [nsutil.Do]. f may end the test.
func In(t testing.TB, ns *nsutil.Namespace, f func()) {
	t.Helper()
	err := nsutil.Do(ns, func() error {
		f()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
