package attr_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// led has every field that begins with the number.
type led struct {
	N    uint32
	U32  attr.Opt[uint32]
	Bool attr.Opt[bool]
	U64  attr.Opt[uint64]
	MAC  attr.Opt[attr.HWAddr]
	S    attr.Opt[vfRate]
	List []vfRate
}

func (l *led) Fields(c *attr.Codec) {
	attr.LedUint32(c, 1, "u32", &l.N, &l.U32)
	attr.LedBool(c, 2, "bool", &l.N, &l.Bool)
	attr.LedUint64(c, 3, "u64", &l.N, &l.U64)
	attr.LedMAC(c, 4, "mac", &l.N, &l.MAC)
	attr.LedStruct(c, 5, "struct", &l.N, &l.S)
	attr.LedStructList(c, 6, 1, "list", &l.N, &l.List)
}

func TestLed(t *testing.T) {
	n := host(4, 9)
	for _, tt := range []struct {
		name string
		s    led
		wire string
	}{
		{"u32", led{N: 9, U32: attr.U32(5)}, tlv(1, n, host(4, 5))},
		{"bool", led{N: 9, Bool: attr.On}, tlv(2, n, host(4, 1))},
		{"u64 with a hole", led{N: 9, U64: attr.U64(5)}, tlv(3, n, zeros(4), host(8, 5))},
		{"address", led{N: 9, MAC: attr.Some(mac1)}, tlv(4, n, string(mac1.AsSlice()), zeros(26))},
		{"struct", led{N: 9, S: attr.Some(vfRate{1, 2})}, tlv(5, n, host(4, 1), host(4, 2))},
		{"list", led{N: 9, List: []vfRate{{1, 2}, {3, 4}}}, tlv(6|nest, tlv(1, n, host(4, 1), host(4, 2)), tlv(1, n, host(4, 3), host(4, 4)))},
		{"number alone", led{N: 9}, ""},
	} {
		b, err := attr.Append(nil, &tt.s)
		if err != nil || string(b) != tt.wire {
			t.Errorf("%s: %x, %v\nwant %x", tt.name, b, err, tt.wire)
		}
		got := led{N: 77}
		if decode(t, attr.Scope{}, tt.wire, &got); tt.wire != "" && !reflect.DeepEqual(got, tt.s) {
			t.Errorf("%s reads as %+v", tt.name, got)
		}
		if c := attr.Clone(&tt.s); !reflect.DeepEqual(c, &tt.s) {
			t.Errorf("%s: the clone is %+v", tt.name, c)
		}
	}
	for _, in := range []string{tlv(1, n), tlv(3, n, zeros(8)), tlv(4, n, "abcdef"), tlv(5, n), tlv(6, tlv(1, n))} {
		if err := attr.Decode([]byte(in), new(led)); !errors.Is(err, attr.ErrLength) && !errors.Is(err, attr.ErrTruncated) {
			t.Errorf("%x: %v", in, err)
		}
	}
	var zero led
	if decode(t, attr.Scope{}, "", &zero); zero.N != 0 {
		t.Errorf("a message without the number leaves %d", zero.N)
	}
}

// switched has switches in both layouts, in an attribute and in a header.
type switched struct {
	Up, ARP, A, B attr.Opt[bool]
	Rest          uint32
}

func (s *switched) Fields(c *attr.Codec) {
	attr.Header(c, 8, 8)
	attr.HeadBits(c, 0, "flags", attr.MaskValue, nil, []attr.Bit{
		{Name: "up", Mask: 1, On: &s.Up}, {Name: "arp", Mask: 0x80, On: &s.ARP, Inverted: true},
	})
	attr.Bits(c, 1, "bits", attr.ValueMask, &s.Rest, []attr.Bit{
		{Name: "a", Mask: 1, On: &s.A}, {Name: "b", Mask: 2, On: &s.B, Inverted: true},
	})
}

func TestBits(t *testing.T) {
	pair := func(a, b uint64) string { return host(4, a) + host(4, b) }
	for _, tt := range []struct {
		name string
		s    switched
		wire string
	}{
		{"nothing", switched{}, pair(0, 0)},
		{"on", switched{Up: attr.On, A: attr.On}, pair(1, 1) + tlv(1, pair(1, 1))},
		{"off", switched{Up: attr.Off, A: attr.Off}, pair(1, 0) + tlv(1, pair(0, 1))},
		{"inverted on", switched{ARP: attr.On, B: attr.On}, pair(0x80, 0) + tlv(1, pair(0, 2))},
		{"inverted off", switched{ARP: attr.Off, B: attr.Off}, pair(0x80, 0x80) + tlv(1, pair(2, 2))},
		{"others", switched{Rest: 0x10}, pair(0, 0) + tlv(1, pair(0x10, 0x10))},
	} {
		b, err := attr.Append(nil, &tt.s)
		if err != nil || string(b) != tt.wire {
			t.Errorf("%s: %x, %v\nwant %x", tt.name, b, err, tt.wire)
		}
		got := switched{Up: attr.On, Rest: 99}
		if decode(t, attr.Scope{}, tt.wire, &got); got != tt.s {
			t.Errorf("%s reads as %+v", tt.name, got)
		}
	}
	longer := switched{}
	decode(t, attr.Scope{}, pair(0, 0)+tlv(1, pair(1, 1), "more"), &longer)
	if longer != (switched{A: attr.On}) {
		t.Errorf("a longer one reads as %+v", longer)
	}
	if err := attr.Decode([]byte(pair(0, 0)+tlv(1, host(4, 1))), new(switched)); !errors.Is(err, attr.ErrLength) {
		t.Errorf("a shorter one: %v", err)
	}
}

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  *attr.Error
		want string
	}{
		{&attr.Error{Path: "a.b", Type: 3, Offset: 8, Err: attr.ErrLength}, "a.b: type 3 at offset 8: wrong length"},
		{&attr.Error{Type: 3, Offset: 0, Err: attr.ErrTruncated}, "type 3 at offset 0: truncated"},
		{&attr.Error{Path: "a", Offset: -1, Err: attr.ErrValue}, "a: invalid value"},
	} {
		if got := tt.err.Error(); got != tt.want || !errors.Is(tt.err, tt.err.Err) {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
