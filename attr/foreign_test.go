package attr_test

import (
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// lists has lists and switches, which can hold what they have no place for.
type lists struct {
	MACs    []attr.HWAddr
	Nests   []l3
	A, B    attr.Opt[bool]
	Others  uint32
	C       attr.Opt[bool]
	Number  attr.Opt[uint32]
	Unknown attr.Raw
}

func (s *lists) Fields(c *attr.Codec) {
	attr.MACList(c, 5, 4, "macs", &s.MACs, attr.SetOnly)
	attr.NestList(c, 6, 1, "nests", &s.Nests)
	attr.Bits(c, 7, "bits", attr.ValueMask, &s.Others, []attr.Bit{{Name: "a", Mask: 1, On: &s.A}, {Name: "b", Mask: 2, On: &s.B}})
	attr.Bits(c, 8, "more", attr.MaskValue, nil, []attr.Bit{{Name: "c", Mask: 1, On: &s.C}})
	attr.Uint32(c, 9, "number", &s.Number)
	attr.Rest(c, &s.Unknown)
}

var (
	wireMAC1, wireMAC2 = tlv(4, string(mac1.AsSlice())), tlv(4, string(mac2.AsSlice()))
	strange, stranger  = tlv(99, "abc"), tlv(1|nest, tlv(2))
)

func bitPair(a, b uint64) string { return host(4, a) + host(4, b) }

// TestForeign reads attributes that hold what their fields cannot. sent is what
// is written again where that is not the same.
func TestForeign(t *testing.T) {
	macs := []attr.HWAddr{mac1, mac2}
	for _, tt := range []struct {
		name, in string
		want     lists
		sent     string
	}{
		{"after the elements", tlv(5|nest, wireMAC1, wireMAC2, strange, stranger), lists{MACs: macs, Unknown: attr.Raw(tlv(5|nest, strange, stranger))}, ""},
		{"among them", tlv(5|nest, strange, wireMAC1, stranger, wireMAC2), lists{MACs: macs, Unknown: attr.Raw(tlv(5|nest, strange, stranger))}, tlv(5|nest, wireMAC1, wireMAC2, strange, stranger)},
		{"the last unpadded", tlv(5|nest, wireMAC1, strange[:7]), lists{MACs: macs[:1], Unknown: attr.Raw(tlv(5|nest, strange))}, tlv(5|nest, wireMAC1, strange)},
		{"alone", tlv(5|nest, strange), lists{Unknown: attr.Raw(tlv(5|nest, strange))}, ""},
		{"unmarked nest", tlv(5, wireMAC1, strange), lists{MACs: macs[:1], Unknown: attr.Raw(tlv(5|nest, strange))}, tlv(5|nest, wireMAC1, strange)},
		{"the last list counts", tlv(5|nest, wireMAC1, strange) + tlv(5|nest, wireMAC2, stranger), lists{MACs: macs[1:], Unknown: attr.Raw(tlv(5|nest, stranger))}, tlv(5|nest, wireMAC2, stranger)},
		{"and takes all with it", tlv(99, "x") + tlv(5|nest, wireMAC1, strange) + tlv(5|nest), lists{Unknown: attr.Raw(tlv(99, "x"))}, tlv(99, "x")},
		{"in the order of the list", tlv(99, "x") + tlv(8, bitPair(6, 2)) + tlv(6|nest, stranger, strange) + tlv(5|nest, strange),
			lists{Nests: []l3{{}}, Unknown: attr.Raw(tlv(5|nest, strange) + tlv(6|nest, strange) + tlv(8, bitPair(6, 2)) + tlv(99, "x"))},
			tlv(6|nest, tlv(1|nest), strange) + tlv(5|nest, strange) + tlv(8, bitPair(6, 2)) + tlv(99, "x")},
		{"bits that are off", tlv(7, bitPair(1|16, 1|4|8|16)), lists{A: attr.On, Others: 16, Unknown: attr.Raw(tlv(7, bitPair(0, 4|8)))}, ""},
		{"mask first, on and off", tlv(8, bitPair(1|4|8, 4)), lists{C: attr.Off, Unknown: attr.Raw(tlv(8, bitPair(4|8, 4)))}, ""},
		{"no switch", tlv(7, bitPair(0, 4)), lists{Unknown: attr.Raw(tlv(7, bitPair(0, 4)))}, ""},
		{"the last bits count", tlv(7, bitPair(1, 1|4)) + tlv(7, bitPair(0, 2)), lists{B: attr.Off}, tlv(7, bitPair(0, 2))},
		{"a mask of all bits", tlv(7, bitPair(2|32, 1<<32-1)), lists{A: attr.Off, B: attr.On, Others: 32}, tlv(7, bitPair(2|32, 3|32))},
		{"a mask of all bits, on", tlv(8, bitPair(1<<32-1, 1|4)), lists{C: attr.On, Unknown: attr.Raw(tlv(8, bitPair(4, 4)))}, tlv(8, bitPair(1|4, 1|4))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got, again lists
			decode(t, attr.Scope{}, tt.in, &got)
			if c := attr.Clone(&got); !reflect.DeepEqual(c, attr.Clone(&tt.want)) {
				t.Errorf("got  %+v\nwant %+v", c, tt.want)
			}
			if tt.sent == "" {
				tt.sent = tt.in
			}
			for range 2 {
				b, err := attr.Append([]byte("before"), &got)
				if err != nil || string(b) != "before"+tt.sent {
					t.Errorf("sent %x, %v\nwant %x", b, err, "before"+tt.sent)
				}
				decode(t, attr.Scope{}, tt.sent, &again)
				if a, b := attr.Clone(&again), attr.Clone(&got); !reflect.DeepEqual(a, b) {
					t.Errorf("read again: %+v, want %+v", a, b)
				}
			}
			if raceEnabled {
				return
			}
			buf := make([]byte, 0, 256)
			if n := testing.AllocsPerRun(100, func() { _ = attr.Decode([]byte(tt.sent), &again); _, _ = attr.Append(buf, &again) }); n > 1 {
				t.Errorf("%v allocations", n) // one for the conversion
			}
		})
	}
}

// TestForeignStays: what cannot go into its attribute is sent alone, and what
// is malformed not at all.
func TestForeignStays(t *testing.T) {
	s := lists{MACs: []attr.HWAddr{mac1}, Unknown: attr.Raw(tlv(5|nest, strange))}
	b, err := attr.Scope{Only: attr.Create}.Append(nil, &s) // which the list is not for
	if err != nil || string(b) != tlv(5|nest, strange) {
		t.Errorf("%x, %v", b, err)
	}
	s.Unknown = attr.Raw(tlv(5|nest, strange) + "junk")
	if b, err := attr.Append(nil, &s); err == nil {
		t.Errorf("junk is sent: %x", b)
	}
	// In a struct without a place for them they are dropped.
	var l led
	element := tlv(1, host(4, 9), host(4, 1), host(4, 2))
	decode(t, attr.Scope{}, tlv(6|nest, element, strange), &l)
	if b, err := attr.Append(nil, &l); err != nil || string(b) != tlv(6|nest, element) {
		t.Errorf("%x, %v", b, err)
	}
}

// ledKept is led with a place for what is unknown.
type ledKept struct {
	led
	Unknown attr.Raw
}

func (l *ledKept) Fields(c *attr.Codec) {
	l.led.Fields(c)
	attr.Rest(c, &l.Unknown)
}

// TestForeignInLed: the number of the elements is not written into others.
func TestForeignInLed(t *testing.T) {
	in := tlv(6|nest, tlv(1, host(4, 9), host(4, 1), host(4, 2)), strange, tlv(7, "long enough"))
	var l ledKept
	decode(t, attr.Scope{}, in, &l)
	if b, err := attr.Append(nil, &l); err != nil || string(b) != in || l.N != 9 {
		t.Errorf("number %d, sent %x, %v\nwant %x", l.N, b, err, in)
	}
}
