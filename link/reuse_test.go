package link_test

import (
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// A Link that has been read before shows nothing of what it held. FuzzLink
// found the cases of TestReuseFound.

// TestReuse reads captured messages, each after another that differs much:
// the next is of the same kind at times, and of another at others.
func TestReuse(t *testing.T) {
	var bodies [][]byte
	for _, m := range golden.Messages() {
		bodies = append(bodies, body(m))
	}
	var used link.Link
	for i := range bodies {
		b := bodies[i*617%len(bodies)] // a prime: the kinds come in any order
		var fresh link.Link
		if err := link.Decode(b, &fresh); err != nil {
			t.Fatal(err)
		}
		if err := link.Decode(b, &used); err != nil || !sameLink(&used, &fresh) {
			t.Fatalf("message %d: %v\n%s\n%s", i, err, &used, &fresh)
		}
		if c := used.Clone(); !sameLink(c, &fresh) {
			t.Fatalf("message %d: cloned\n%s\n%s", i, c, &fresh)
		}
	}
}

func TestReuseFound(t *testing.T) {
	data := kindData(u32(1, 42))
	before := report(u32(5, 3), info(kindName("nonesuch"), kindData(u32(1, 1))), attr.AppendBytes(nil, iflaVFInfoList, attr.AppendBytes(nil, 1, u64Led(9, 1))))
	for name, b := range map[string][]byte{
		"data three times, then the kind": report(info(data, data, data, kindName("vxlan"))),
		"data three times, no kind":       report(info(data, data, data)),
		"data of no length, no kind":      report(info(raw(infoData, 1, 2, 3))),
		"a VF without settings":           report(attr.AppendBytes(nil, iflaVFInfoList, attr.AppendBytes(nil, 1, nil))),
	} {
		var fresh, used link.Link
		if err := link.Decode(before, &used); err != nil {
			t.Fatal(err)
		}
		want := link.Decode(b, &fresh)
		if err := link.Decode(b, &used); (err == nil) != (want == nil) || err == nil && !sameLink(&used, &fresh) {
			t.Errorf("%s: %v, %v\n%+v\n%+v", name, err, want, used, fresh)
		}
	}
	l := decode(t, report(info(data, kindData(u32(1, 43)), kindName("vxlan"))))
	if v := l.Kind.(*kind.VXLAN); v.ID != attr.U32(43) {
		t.Errorf("of two data the last counts, not %+v", v)
	}
}

// u64Led returns a setting of virtual function n.
func u64Led(n uint32, typ attr.Type) []byte {
	p := u32(0, n)[attr.HeaderLen:]
	return attr.AppendBytes(nil, typ, append(p, make([]byte, 32)...))
}

// TestCloneKeepsNumbers copies what a list holds besides its attributes.
func TestCloneKeepsNumbers(t *testing.T) {
	s := link.Spec{VFs: []link.VF{{Number: 3, Trust: attr.On}}, Kind: &kind.Opaque{Name: "nonesuch"}, Port: &kind.OpaquePort{Name: "nonesuch"}}
	c := s.Clone()
	if c.VFs[0].Number != 3 || c.Kind.Kind() != "nonesuch" || c.Port.Kind() != "nonesuch" {
		t.Errorf("%+v", c)
	}
	c.VFs[0].Number = 4
	if s.VFs[0].Number != 3 {
		t.Error("the clone shares its list")
	}
	for _, n := range []uint32{0, 3} {
		want, have, dst := link.Spec{VFs: []link.VF{{Number: n, Trust: attr.On}}}, link.Spec{VFs: []link.VF{{Number: 5, Trust: attr.On}}}, link.Spec{}
		if fields, err := attr.Diff(&dst, &want, &have); err != nil || len(fields) != 1 || dst.VFs[0].Number != n {
			t.Errorf("VF %d and VF 5 are equal: %v, %v", n, fields, err)
		}
	}
}
