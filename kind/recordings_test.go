package kind_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
)

// TestRecordings reads the kind and port data that kernels reported of links
// with everything set, and writes it again as a report: the same attributes,
// each with a field, that read the same. (The bytes may differ: kernels say that
// all 32 bits of a mask count, also where only five are anything.)
func TestRecordings(t *testing.T) {
	list, err := golden.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range list {
		t.Run(r.Folder+"/"+r.Subject, func(t *testing.T) {
			if !golden.Native(r.Order) {
				t.Skip("recorded in the other byte order")
			}
			for _, x := range r.Reports {
				link := capture(x.Message)
				link.each(func(s attr.Named, want []byte) {
					n++
					rewrite(t, x.Name, s, want)
				})
			}
		})
	}
	t.Logf("%d kinds and ports read", n)
}

func rewrite(t *testing.T, name string, s attr.Named, want []byte) {
	t.Helper()
	if err := report.Decode(want, s); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	got, err := report.Append(nil, s)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	again := attr.Clone(s)
	attr.Reset(again)
	if err := report.Decode(got, again); err != nil || !reflect.DeepEqual(again, s) || !slices.Equal(types(got), types(want)) {
		t.Errorf("%s: written again\n%s\nwas\n%s\n%v", name, attr.Dump(got, s), attr.Dump(want, s), err)
	}
	fields := describe(t, s)
	for typ := range attr.All(want) {
		if find(fields, typ) == nil {
			t.Errorf("%s: no field for attribute %d:\n%s", name, typ, attr.Dump(want, s))
		}
	}
}

// types returns the numbers of the attributes in b, sorted.
func types(b []byte) (list []attr.Type) {
	for t := range attr.All(b) {
		list = append(list, t)
	}
	slices.Sort(list)
	return list
}
