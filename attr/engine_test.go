package attr_test

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

func decode(t *testing.T, sc attr.Scope, b string, s attr.Struct) {
	t.Helper()
	if err := sc.Decode([]byte(b), s); err != nil {
		t.Fatal(err)
	}
}

// TestRepeated has attributes that come more often than they should: the last
// counts, as in the kernel.
func TestRepeated(t *testing.T) {
	name := func(s string) string { return tlv(1, s, "\x00") }
	data := func(v uint64) string { return tlv(2|nest, tlv(4, host(4, v))) }
	info := func(parts ...string) string { return zeros(16) + tlv(18|nest, parts...) }
	l3 := &netkit{Mode: attr.Some(mode(1))}
	for _, tt := range []struct {
		name, in string
		want     message
	}{
		{"number", zeros(16) + tlv(26, tlv(10, tlv(8, "\x01"), tlv(8, "\x02"))), message{GenMode: attr.U8(2)}},
		{"nest", zeros(16) + tlv(26, tlv(10, tlv(8, "\x01"))) + tlv(26, tlv(10)), message{}},
		{"data", info(data(0), data(0), name("netkit"), data(0), data(1)), message{Link: l3}},
		{"data before the name", info(data(0), data(0), data(1), name("netkit")), message{Link: l3}},
		{"name", info(name("gre"), name("netkit"), data(1)), message{Link: l3}},
		{"known and unknown name", info(name("netkit"), name("other"), data(1)), message{Link: l3}},
		{"list", zeros(16) + tlv(5, tlv(4, string(mac1.AsSlice()))) + tlv(5, tlv(4, string(mac2.AsSlice()))), message{MACs: []attr.HWAddr{mac2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got message
			decode(t, scope, tt.in, &got)
			if got = *attr.Clone(&got); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v %+v\nwant %+v", got, got.Link, tt.want)
			}
		})
	}
}

// plain keeps what a Choice has no struct for.
type plain struct {
	Link    named
	Unknown attr.Raw
}

func (p *plain) Fields(c *attr.Codec) {
	attr.Choice(c, 3, 1, "kind", 2, "data", &p.Link)
	attr.Rest(c, &p.Unknown)
}

// TestNobodyKnowsTheName: name and data are unknown attributes then, however
// many there are.
func TestNobodyKnowsTheName(t *testing.T) {
	name, x, y, z, more := tlv(1, "other\x00"), tlv(2, "abcd"), tlv(2, "efgh"), tlv(2, "ijkl"), tlv(77)
	for _, sc := range []attr.Scope{{}, scope} {
		var got plain
		decode(t, sc, x+name+y+more+z, &got)
		if string(got.Unknown) != name+more+x+y+z || got.Link != nil {
			t.Errorf("kept %x of %v", got.Unknown, got.Link)
		}
	}
}

// view reads the same field by a name of its own in one family.
type view struct {
	Family uint8
	Link   named
}

func (v *view) Fields(c *attr.Codec) {
	attr.Header(c, 4, 4)
	attr.HeadFamily(c, 0, "family", &v.Family)
	attr.Chosen(c, 12, "protinfo", 1, "netkit", &v.Link, attr.Family(afBridge))
	attr.Inline(c, 18, "info", func(c *attr.Codec) {
		attr.Choice(c, 1, 1, "kind", 2, "data", &v.Link, attr.NotFamily(afBridge))
	})
}

func TestChosen(t *testing.T) {
	in := "\x07" + zeros(3) + tlv(12|nest, tlv(4, host(4, 1)))
	message := []byte(in)
	var v view
	decode(t, scope, in, &v)
	if k, ok := v.Link.(*netkit); !ok || k.Mode != attr.Some(mode(1)) {
		t.Fatalf("got %+v", v.Link)
	}
	if b, err := scope.Append(nil, &v); err != nil || string(b) != in {
		t.Errorf("sent %x, %v, want %x", b, err, in)
	}
	const want = "family 7\n12 protinfo (8 bytes)\n  4 mode 1\n"
	if got := scope.Dump([]byte(in), &v); got != want {
		t.Errorf("dump %q, want %q", got, want)
	}
	if got := scope.PathAt([]byte(in), &v, 8); got != "protinfo.mode" {
		t.Errorf("path %q", got)
	}
	if n := testing.AllocsPerRun(100, func() { _ = scope.Decode(message, &v) }); n != 0 && !raceEnabled {
		t.Errorf("reading it again allocates %v times", n)
	}
	decode(t, scope, zeros(4)+tlv(18, tlv(1, "gre\x00")), &v)
	if _, ok := v.Link.(*gre); !ok {
		t.Errorf("got %+v", v.Link)
	}
	decode(t, scope, "\x07"+zeros(3), &v)
	if v.Link != nil {
		t.Errorf("a message without it leaves %+v", v.Link)
	}
}

// TestJoinedStorage: the end of a range is not in the list, and must neither
// stay behind in storage that is used again nor be lost in copies.
func TestJoinedStorage(t *testing.T) {
	ranges := message{Family: afBridge, VLANs: []vlan{{0, 5, 9}, {0, 20, 30}}}
	b, err := scope.Append(nil, &ranges)
	if err != nil {
		t.Fatal(err)
	}
	var m message
	decode(t, scope, string(b), &m)
	if c := attr.Clone(&m); !reflect.DeepEqual(c.VLANs, ranges.VLANs) {
		t.Errorf("the clone has %v", c.VLANs)
	}
	shorter := message{Family: afBridge, VLANs: []vlan{{0, 5, 9}, {0, 20, 21}}}
	var diff message
	if fields, err := attr.Diff(&diff, &shorter, &ranges); err != nil || len(fields) != 1 || !reflect.DeepEqual(diff.VLANs, shorter.VLANs) {
		t.Errorf("%d differences, %v, %v", len(fields), diff.VLANs, err)
	}
	single := message{Family: afBridge, VLANs: []vlan{{0, 1, 0}, {0, 2, 0}}}
	if b, err = scope.Append(b[:0], &single); err != nil {
		t.Fatal(err)
	}
	decode(t, scope, string(b), &m)
	if !reflect.DeepEqual(m.VLANs, single.VLANs) {
		t.Errorf("read again: %v, want %v", m.VLANs, single.VLANs)
	}
}

// TestUsedValue decodes every message into a value that has held every other.
func TestUsedValue(t *testing.T) {
	messages := []message{
		{},
		{Family: afBridge, VLANs: []vlan{{2, 1, 0}, {0, 5, 9}}},
		{Link: &netkit{Mode: attr.Some(mode(1)), Peer: attr.Some(peer{Name: "p", Up: attr.On})}},
		{Link: &netkit{Primary: attr.On}},
		{Link: &gre{Key: attr.U32(5), Local: ip4}},
		{VFs: []vf{{Number: 3, Rate: attr.Some(vfRate{1, 2}), VLANs: []vfRate{{3, 4}}, Stats: attr.Some(vfStats{attr.U64(9)})}}},
		{VFs: []vf{{Number: 4}, {Number: 0, Spoof: attr.Off}}},
		{Conf: conf{[4]attr.Opt[uint32]{attr.U32(1)}}, Names: []string{"one"}, GVRP: attr.On, Group: ip6},
		{Names: []string{"a", "b"}, Unknown: attr.Raw(tlv(300, "abc")), Others: 8, MACs: []attr.HWAddr{mac1}},
	}
	for i := range messages {
		for k := range messages {
			t.Run(fmt.Sprintf("%d after %d", k, i), func(t *testing.T) {
				var used, fresh message
				for _, m := range []*message{&messages[i], &messages[k]} {
					b, err := report(0).Append(nil, m)
					if err != nil {
						t.Fatal(err)
					}
					decode(t, report(0), string(b), &used)
					fresh = message{}
					decode(t, report(0), string(b), &fresh)
				}
				if a, b := attr.Clone(&used), attr.Clone(&fresh); !reflect.DeepEqual(a, b) {
					t.Errorf("used  %+v\nfresh %+v", a, b)
				}
			})
		}
	}
}

// Wrong lists, each of which is refused when first used, with what is said.
type (
	twice   struct{ A, B attr.Opt[uint8] }
	foreign struct{ A attr.Opt[uint8] }

	w1  struct{ A attr.Opt[uint8] }
	w2  struct{ A netip.Addr }
	w3  struct{ A attr.HWAddr }
	w4  struct{ A attr.Opt[uint8] }
	w5  struct{ A attr.Opt[w1] }
	w6  struct{ A []w6 }
	w7  struct{ A uint32 }
	w8  struct{ A attr.HWAddr }
	w9  struct{ A attr.Opt[uint8] }
	w10 struct{ A attr.Opt[bool] }
	w11 struct{ A attr.Opt[uint8] }
)

func (s *twice) Fields(c *attr.Codec) {
	attr.Uint8(c, 1, "a", &s.A)
	attr.Uint8(c, 1, "b", &s.B)
}

func (s *foreign) Fields(c *attr.Codec) { attr.Uint8(c, 1, "a", new(attr.Opt[uint8])) }

func (s *w1) Fields(c *attr.Codec) { attr.Uint8(c, 1, "a", &s.A, attr.MaxLen(3)) }
func (s *w2) Fields(c *attr.Codec) { attr.Addr4(c, 1, "a", &s.A, attr.Range(0, 1)) }
func (s *w3) Fields(c *attr.Codec) {
	attr.MAC(c, 1, "a", &s.A, attr.Same(func(want, have uint8) bool { return true }))
}
func (s *w4) Fields(c *attr.Codec) { attr.Uint8(c, 1|attr.Nested, "a", &s.A) }
func (s *w5) Fields(c *attr.Codec) { attr.Nest(c, 1, "a", &s.A) }
func (s *w6) Fields(c *attr.Codec) { attr.NestList(c, 1, 1, "a", &s.A) }
func (s *w7) Fields(c *attr.Codec) { attr.Header(c, 4, 4); attr.HeadUint32(c, 2, "a", &s.A) }
func (s *w8) Fields(c *attr.Codec) { attr.Header(c, 40, 40); attr.HeadMAC(c, 0, 40, "a", &s.A) }
func (s *w9) Fields(c *attr.Codec) {
	attr.Inline(c, 1, "in", func(c *attr.Codec) { attr.Uint8(c, 2, "a", &s.A); attr.Uint8(c, 2, "b", &s.A) })
}
func (s *w10) Fields(c *attr.Codec) {
	attr.Bits(c, 1, "bits", attr.ValueMask, new(uint32), []attr.Bit{{Name: "a", Mask: 1, On: &s.A}})
}
func (s *w11) Fields(c *attr.Codec) {
	for i := range attr.Type(129) {
		attr.Uint8(c, i, "a", &s.A)
	}
}

func TestWrongLists(t *testing.T) {
	for _, s := range []attr.Struct{new(twice), new(foreign)} {
		if err := attr.Check(s); !errors.Is(err, attr.ErrValue) {
			t.Errorf("Check(%T) = %v", s, err)
		}
		if _, err := attr.Append(nil, s); !errors.Is(err, attr.ErrValue) {
			t.Errorf("Append(%T) = %v", s, err)
		}
		if err := attr.Decode(nil, s); !errors.Is(err, attr.ErrValue) {
			t.Errorf("Decode(%T) = %v", s, err)
		}
	}
	for _, s := range []attr.Struct{new(message), new(netkit), new(gre)} {
		if err := attr.Check(s); err != nil {
			t.Error(err)
		}
	}
}

func TestRefusedLists(t *testing.T) {
	for _, tt := range []struct {
		s    attr.Struct
		want string
	}{
		{new(w1), `attr_test.w1: "a" has a MaxLen but no length`},
		{new(w2), `attr_test.w2: "a" has a Range but no number`},
		{new(w3), `attr_test.w3: "a" has a Same of another type`},
		{new(w4), `attr_test.w4: "a" has type 0x8001, with flag bits`},
		{new(w5), `attr_test.w1: "a" has a MaxLen but no length`},
		{new(w6), `attr_test.w6 holds itself`},
		{new(w7), `attr_test.w7: "a" is not in the header of 4 bytes`},
		{new(w8), `attr_test.w8: "a" is longer than a hardware address`},
		{new(w9), `attr_test.w9.in lists type 2 as "a" and as "b"`},
		{new(w10), `attr_test.w10.rest: "rest" is not one of its own fields`},
		{new(w11), `attr_test.w11 lists 129 attributes, at most 128`},
		{(*w1)(nil), `*attr_test.w1 is nil or not a pointer`},
	} {
		err := attr.Check(tt.s)
		if !errors.Is(err, attr.ErrValue) || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%T: %v, want %s", tt.s, err, tt.want)
		}
		if _, err := attr.Describe(tt.s); err == nil {
			t.Errorf("%T is described", tt.s)
		}
		if (attr.Printer{}).Text(tt.s) != "" || attr.IsZero(tt.s) {
			t.Errorf("%T has values", tt.s)
		}
		attr.Reset(tt.s)
		for range attr.Refs(tt.s) {
			t.Errorf("%T has references", tt.s)
		}
	}
}

// TestManyAtOnce compiles and uses lists from many goroutines.
func TestManyAtOnce(t *testing.T) {
	b := []byte(tlv(1|nest, tlv(1, host(4, 5))))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			a, h := new(fresh), new(fresh)
			for _, s := range []attr.Struct{a, h} {
				if err := attr.Check(s); err != nil {
					t.Error(err)
				}
			}
			if err := attr.Decode(b, a); err != nil || a.V.Value().V != attr.U32(5) {
				t.Errorf("%+v, %v", a, err)
			}
			if fields, err := attr.Diff(new(fresh), a, h); err != nil || len(fields) != 1 {
				t.Errorf("%v, %v", fields, err)
			}
		})
	}
	wg.Wait()
}

// fresh is used by no other test, so that its list is compiled there.
type fresh struct{ one[attr.Opt[l3]] }

func (s *fresh) Fields(c *attr.Codec) { attr.Nest(c, 1, "v", &s.V) }

// padded has a pad between two numbers, and a Rest.
type padded struct {
	A, B    attr.Opt[uint64]
	Unknown attr.Raw
}

func (p *padded) Fields(c *attr.Codec) {
	attr.Uint64(c, 1, "a", &p.A)
	attr.Pad(c, 2)
	attr.Uint64(c, 3, "b", &p.B)
	attr.Rest(c, &p.Unknown)
}

func TestPadAndRest(t *testing.T) {
	a, pad, b, x, y := tlv(1, host(8, 1)), tlv(2), tlv(3, host(8, 2)), tlv(9|nest, "ab"), tlv(16000, "cdefg")
	var got padded
	decode(t, attr.Scope{}, pad+a+x+pad+b+y[:len(y)-3], &got)
	if want := (padded{attr.U64(1), attr.U64(2), attr.Raw(x + y)}); got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if out, err := attr.Append(nil, &got); err != nil || string(out) != a+b+x+y {
		t.Errorf("sent %x, %v", out, err)
	}
	fields, err := attr.Describe(&got)
	if err != nil || len(fields) != 3 || fields[1].Wire != attr.WirePad || fields[1].Dir != 0 {
		t.Errorf("described as %+v, %v", fields, err)
	}
	decode(t, attr.Scope{}, "", &got)
	if got != (padded{}) {
		t.Errorf("an empty message leaves %+v", got)
	}
}
