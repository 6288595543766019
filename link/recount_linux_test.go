package link_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/specimen"
	"golang.org/x/sys/unix"
)

// A recount is what became of the attributes on the running kernel.
type recount struct {
	t *testing.T
	// key is the kernel of the matrix, "" outside it.
	key string

	kinds, offered, set               int
	created, changed, refused, unread int
	missing, untested, rounded        []string
	impossible                        []string
}

func newRecount(t *testing.T) *recount { return &recount{t: t, key: os.Getenv("IPLINK_KERNEL")} }

// lacks notes that the kernel does not have an attribute. A kernel of the
// matrix must have what its release has.
func (r *recount) lacks(t *testing.T, s *specimen.Subject, a *specimen.Attr, why error) {
	t.Helper()
	r.missing = append(r.missing, s.Name+" "+a.Name)
	if r.key == "" {
		t.Logf("missing here: %v", why)
		return
	}
	switch reason := a.Lacks[r.key]; {
	case reason != "":
		t.Logf("missing: %s", reason)
	case !r.predates(a):
		t.Errorf("kernel %s has it since %q: %v", r.key, a.Since, why)
	}
}

// predates reports whether this is a kernel of the matrix that is older than
// the attribute.
func (r *recount) predates(a *specimen.Attr) bool {
	release, _, _ := strings.Cut(r.key, "-")
	return r.key != "" && newer(a.Since, release)
}

// newer reports whether release a is newer than b. What is no release is as
// old as can be.
func newer(a, b string) bool {
	x, y := parseRelease(a), parseRelease(b)
	return x[0] > y[0] || x[0] == y[0] && x[1] > y[1]
}

func parseRelease(s string) (v [2]int) {
	for i, part := range strings.SplitN(s, ".", 3) {
		if i < 2 {
			v[i], _ = strconv.Atoi(part) // "<=2.6.25" is 0
		}
	}
	return v
}

// log prints the totals.
func (r *recount) log() {
	r.t.Logf("set and read back: %d attributes of %d; missing here: %s", r.set, r.offered, strings.Join(r.missing, ", "))
	r.t.Logf("read back as something that counts as equal: %s", strings.Join(r.rounded, ", "))
	r.t.Logf("set by other tests, or by none for want of hardware: %s", strings.Join(r.untested, ", "))
	r.t.Logf("kinds that cannot be made: %s", strings.Join(r.impossible, ", "))
	r.t.Logf("matrix: kernel %s: %d attributes of %d kinds set at creation, %d changed, %d refused as fixed, %d not reported, %d missing: %v",
		r.kernel(), r.created, r.kinds, r.changed, r.refused, r.unread, len(r.missing), r.missing)
}

// kernel names the running kernel.
func (r *recount) kernel() string {
	name := kernelRelease() + " " + runtime.GOARCH
	if r.key != "" {
		name = r.key + " (" + name + ")"
	}
	return name
}

func kernelRelease() string {
	var u unix.Utsname
	_ = unix.Uname(&u) // cannot fail with valid memory
	return unix.ByteSliceToString(u.Release[:])
}
