package link_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/specimen"
	"github.com/iplink-go/iplink/internal/testns"
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

func newRecount(t *testing.T) *recount { return &recount{t: t, key: os.Getenv(testns.KernelVariable)} }

// lacks notes that the kernel does not have an attribute, which ends the test.
// A kernel of the matrix must have what its release has.
func (r *recount) lacks(t *testing.T, s *specimen.Subject, a *specimen.Attr, why error) {
	t.Helper()
	name := s.Name + " " + a.Name
	r.missing = append(r.missing, name)
	testns.Missing(t, testns.Feature{Name: name, Since: a.Since, Except: a.Lacks}, why)
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

// log prints the totals; what is called a count the kernel matrix puts into a
// table.
func (r *recount) log() {
	r.t.Logf("read back as something that counts as equal: %s", strings.Join(r.rounded, ", "))
	r.t.Logf("set by other tests, or by none for want of hardware: %s", strings.Join(r.untested, ", "))
	r.t.Logf("kinds that cannot be made: %s", strings.Join(r.impossible, ", "))
	r.t.Logf("missing here: %s", strings.Join(r.missing, ", "))
	for _, c := range []struct {
		what string
		n    int
	}{
		{"kinds, ports and peers", r.kinds}, {"attributes offered", r.offered}, {"set and read back", r.set}, {"set at creation", r.created},
		{"changed later", r.changed}, {"refused as fixed", r.refused}, {"not reported", r.unread}, {"missing", len(r.missing)},
	} {
		r.t.Logf("count %s: %d", c.what, c.n)
	}
}

func kernelRelease() string {
	var u unix.Utsname
	_ = unix.Uname(&u) // cannot fail with valid memory
	return unix.ByteSliceToString(u.Release[:])
}
