package testns

import (
	"os"
	"testing"

	"github.com/iplink-go/iplink/nsutil"
)

// Links of hardware, which machines of the matrix have, come up in the first
// namespace, where a sandbox cannot reach them. So the process that starts the
// sandbox, which is root of the machine, lends them: it waits at a socket for the
// name of a link and the namespace that wants it. When that namespace ends, the
// kernel moves the link back.

// lenderVariable is the environment variable that tells the sandbox where the
// socket is.
const lenderVariable = "IPLINK_LENDER"

// offer starts to lend, in the process that starts the sandbox, and only on a
// machine of the matrix: the links of others are not for tests.
func offer() {
	if os.Getenv(KernelVariable) != "" && os.Getenv(lenderVariable) == "" {
		os.Setenv(lenderVariable, startLending())
	}
}

// Borrow moves a link of the machine's hardware into ns, until ns is closed.
// Tests of it require a feature whose probe has borrowed it.
func Borrow(t testing.TB, ns *nsutil.Namespace, name string) {
	t.Helper()
	if err := borrow(ns, name); err != nil {
		t.Fatalf("borrow %s: %v", name, err)
	}
}
