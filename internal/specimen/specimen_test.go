package specimen

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

func mustSubjects(t *testing.T) []*Subject {
	t.Helper()
	list, err := Subjects()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (s *Subject) mustAttrs(t *testing.T) []Attr {
	t.Helper()
	attrs, err := s.Attrs()
	if err != nil {
		t.Fatal(err)
	}
	return attrs
}

// Every attribute has values before a kernel is asked, and every exception a
// reason.
func TestValues(t *testing.T) {
	n := 0
	for _, s := range mustSubjects(t) {
		t.Run(s.Name, func(t *testing.T) {
			for _, a := range s.mustAttrs(t) {
				if e := a.Exception; e.Why == "" && !reflect.DeepEqual(e, Exception{}) {
					t.Errorf("%s: an exception without a reason", a.Name)
				}
				if a.Untested {
					continue
				}
				n++
				s.checkValues(t, &a)
			}
		})
	}
	t.Logf("values for %d attributes", n)
}

func (s *Subject) checkValues(t *testing.T, a *Attr) {
	t.Helper()
	values, err := s.Values(a, s.fresh())
	if err != nil {
		t.Error(err)
		return
	}
	if a.At(values[0]) == nil {
		t.Errorf("%s: the first value says nothing of it", a.Name)
	}
	for i, v := range values {
		if reflect.TypeOf(v) != reflect.TypeOf(s.fresh()) {
			t.Fatalf("%s: value %d is a %T", a.Name, i, v)
		}
		if b, err := scope.Append(nil, v); err != nil || len(b) == 0 {
			t.Errorf("%s: value %d cannot be sent: %v", a.Name, i, err)
		}
		if i > 0 && reflect.DeepEqual(values[0], v) {
			t.Errorf("%s: the same value twice", a.Name)
		}
	}
}

// The first value is never what the link has already.
func TestValuesDiffer(t *testing.T) {
	for _, s := range mustSubjects(t) {
		for _, a := range s.mustAttrs(t) {
			if a.Untested || a.Values != nil || isLinkMessage(&a.Field) {
				continue
			}
			values, err := s.Values(&a, s.fresh())
			if err != nil || len(values) < 2 {
				continue
			}
			again, err := s.Values(&a, values[0])
			if err != nil || reflect.DeepEqual(a.At(again[0]), a.At(values[0])) {
				t.Errorf("%s %s: %v for a link that has it: %v", s.Name, a.Name, a.At(again[0]), err)
			}
		}
	}
}

func TestMerge(t *testing.T) {
	v6 := netip.MustParseAddr("2001:db8::1")
	table := []struct {
		name       string
		subject    string
		a, b, want attr.Struct
	}{
		{"beside", "vxlan", &kind.VXLAN{ID: attr.U32(1)}, &kind.VXLAN{TTL: attr.U8(2)}, &kind.VXLAN{ID: attr.U32(1), TTL: attr.U8(2)}},
		{"instead", "vxlan", &kind.VXLAN{ID: attr.U32(1)}, &kind.VXLAN{ID: attr.U32(2)}, &kind.VXLAN{ID: attr.U32(2)}},
		{"the other of a pair", "vxlan", &kind.VXLAN{Remote: netip.MustParseAddr("192.0.2.1")}, &kind.VXLAN{Remote: v6}, &kind.VXLAN{Remote: v6}},
		{
			"switches of one attribute", "vlan",
			&kind.VLAN{GVRP: attr.On, MVRP: attr.Off}, &kind.VLAN{LooseBinding: attr.On}, &kind.VLAN{GVRP: attr.On, MVRP: attr.Off, LooseBinding: attr.On},
		},
		{
			"list instead", "vlan",
			&kind.VLAN{EgressQoS: []kind.QoSMapping{{From: 1, To: 2}}}, &kind.VLAN{EgressQoS: []kind.QoSMapping{{From: 3, To: 4}}}, &kind.VLAN{EgressQoS: []kind.QoSMapping{{From: 3, To: 4}}},
		},
		{
			"header", "link",
			&link.Spec{Index: 7, Up: attr.On, Name: "a"}, &link.Spec{ARP: attr.Off}, &link.Spec{Index: 7, Up: attr.On, ARP: attr.Off, Name: "a"},
		},
		{
			"nest", "link",
			reason(kind.ProtoDownReason{Mask: attr.U32(1)}), reason(kind.ProtoDownReason{Value: attr.U32(2)}), reason(kind.ProtoDownReason{Mask: attr.U32(1), Value: attr.U32(2)}),
		},
	}
	for _, test := range table {
		t.Run(test.name, func(t *testing.T) {
			for _, s := range mustSubjects(t) {
				if s.Name != test.subject {
					continue
				}
				got, err := s.merge(test.a, test.b)
				if err != nil || !reflect.DeepEqual(got, test.want) {
					t.Errorf("%+v, want %+v: %v", got, test.want, err)
				}
			}
		})
	}
}
