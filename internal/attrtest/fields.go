// Package attrtest holds what the tests of attribute lists share, whatever the
// list: a generator of messages ([Shape.Generate]), the properties that hold
// for every message ([Shape.Check]), and the ways to cut one short ([Cuts],
// [Site]). Only tests import it.
package attrtest

import (
	"runtime"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// Describe returns the fields of s, which must have a valid list.
func Describe(t testing.TB, s attr.Struct) []attr.Field {
	t.Helper()
	fields, err := attr.Describe(s)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// HeaderLen returns how many bytes of a header the fields are in.
func HeaderLen(fields []attr.Field) (n int) {
	for _, f := range fields {
		if f.Header {
			n = max(n, int(f.Type)+f.Size)
		}
	}
	return n
}

// Find returns the field of a number, nil if there is none.
func Find(fields []attr.Field, n attr.Type) *attr.Field {
	for i := range fields {
		if f := &fields[i]; !f.Header && (f.Type == n || f.Alt != 0 && f.Alt == n) {
			return f
		}
	}
	return nil
}

// IsList reports whether f is a nest of elements of one number.
func IsList(f *attr.Field) bool { return len(f.Fields) == 1 && f.Fields[0].Name == "" }

// Allocated returns how many bytes f allocates, and what else allocates
// meanwhile.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
