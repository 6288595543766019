package attr_test

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// one is a struct with one field, for tests of field functions.
type one[T any] struct{ V T }

// Structs whose list is one line: a list belongs to a type, so each field
// function needs one.
type (
	l1  struct{ one[attr.Opt[uint8]] }
	l2  struct{ one[attr.Opt[uint16]] }
	l3  struct{ one[attr.Opt[uint32]] }
	l4  struct{ one[attr.Opt[uint64]] }
	l5  struct{ one[attr.Opt[int32]] }
	l6  struct{ one[attr.Opt[uint16]] }
	l7  struct{ one[attr.Opt[uint32]] }
	l8  struct{ one[attr.Opt[uint64]] }
	l9  struct{ one[attr.Opt[bool]] }
	l10 struct{ one[attr.Opt[bool]] }
	l40 struct{ one[attr.Opt[bool]] }
	l11 struct{ one[attr.Opt[bool]] }
	l12 struct{ one[attr.Opt[bool]] }
	l13 struct{ one[attr.Opt[uint64]] }
	l14 struct{ one[attr.Opt[uint16]] }
	l15 struct{ one[attr.Opt[time.Duration]] }
	l16 struct{ one[attr.Opt[time.Duration]] }
	l17 struct{ one[attr.Opt[time.Duration]] }
	l18 struct{ one[string] }
	l19 struct{ one[attr.Opt[string]] }
	l20 struct{ one[attr.Opt[string]] }
	l21 struct{ one[string] }
	l22 struct{ one[attr.HWAddr] }
	l23 struct{ one[attr.Opt[attr.HWAddr]] }
	l24 struct{ one[netip.Addr] }
	l25 struct{ one[netip.Addr] }
	l26 struct{ one[netip.Addr] }
	l27 struct{ one[netip.Addr] }
	l28 struct{ one[attr.Ref] }
	l29 struct{ one[attr.Opt[l3]] }
	l30 struct{ one[attr.Opt[cstruct]] }
	l31 struct{ one[[]cstruct] }
	l32 struct{ one[[]l3] }
	l33 struct{ one[[]string] }
	l34 struct{ one[[]cstruct] }
	l35 struct{ one[[]l3] }
	l36 struct{ one[[]attr.HWAddr] }
	l37 struct{ one[[]uint64] }
	l38 struct{ one[attr.Opt[uint32]] }
	l39 struct{ one[conf] }
)

func (s *l1) Fields(c *attr.Codec)  { attr.Uint8(c, 1, "v", &s.V) }
func (s *l2) Fields(c *attr.Codec)  { attr.Uint16(c, 1, "v", &s.V) }
func (s *l3) Fields(c *attr.Codec)  { attr.Uint32(c, 1, "v", &s.V) }
func (s *l4) Fields(c *attr.Codec)  { attr.Uint64(c, 1, "v", &s.V) }
func (s *l5) Fields(c *attr.Codec)  { attr.Int32(c, 1, "v", &s.V) }
func (s *l6) Fields(c *attr.Codec)  { attr.Uint16BE(c, 1, "v", &s.V) }
func (s *l7) Fields(c *attr.Codec)  { attr.Uint32BE(c, 1, "v", &s.V) }
func (s *l8) Fields(c *attr.Codec)  { attr.Uint64BE(c, 1, "v", &s.V) }
func (s *l9) Fields(c *attr.Codec)  { attr.Bool(c, 1, "v", &s.V) }
func (s *l10) Fields(c *attr.Codec) { attr.Bool32(c, 1, "v", &s.V) }
func (s *l40) Fields(c *attr.Codec) { attr.Bool16(c, 1, "v", &s.V) }
func (s *l11) Fields(c *attr.Codec) { attr.Flag(c, 1, "v", &s.V) }
func (s *l12) Fields(c *attr.Codec) { attr.FlagBool(c, 1, "v", &s.V) }
func (s *l13) Fields(c *attr.Codec) { attr.Uint(c, 1, "v", &s.V) }
func (s *l14) Fields(c *attr.Codec) { attr.Uint8Read16(c, 1, "v", &s.V) }
func (s *l15) Fields(c *attr.Codec) { attr.Ticks32(c, 1, "v", &s.V) }
func (s *l16) Fields(c *attr.Codec) { attr.Ticks64(c, 1, "v", &s.V) }
func (s *l17) Fields(c *attr.Codec) { attr.Seconds32(c, 1, "v", &s.V) }
func (s *l18) Fields(c *attr.Codec) { attr.String(c, 1, "v", &s.V) }
func (s *l19) Fields(c *attr.Codec) { attr.Text(c, 1, "v", &s.V) }
func (s *l20) Fields(c *attr.Codec) { attr.Text(c, 1, "v", &s.V, attr.NoNUL) }
func (s *l21) Fields(c *attr.Codec) { attr.Bytes(c, 1, "v", &s.V) }
func (s *l22) Fields(c *attr.Codec) { attr.MAC(c, 1, "v", &s.V) }
func (s *l23) Fields(c *attr.Codec) { attr.PaddedMAC(c, 1, "v", &s.V) }
func (s *l24) Fields(c *attr.Codec) { attr.Addr4(c, 1, "v", &s.V) }
func (s *l25) Fields(c *attr.Codec) { attr.Addr6(c, 1, "v", &s.V) }
func (s *l26) Fields(c *attr.Codec) { attr.Addr(c, 1, 2, "v", &s.V) }
func (s *l27) Fields(c *attr.Codec) { attr.Addr(c, 1, 1, "v", &s.V) }
func (s *l28) Fields(c *attr.Codec) { attr.Link(c, 1, "v", &s.V) }
func (s *l29) Fields(c *attr.Codec) { attr.Nest(c, 1, "v", &s.V) }
func (s *l30) Fields(c *attr.Codec) { attr.CStruct(c, 1, "v", &s.V) }
func (s *l31) Fields(c *attr.Codec) { attr.RepeatStruct(c, 1, "v", &s.V) }
func (s *l32) Fields(c *attr.Codec) { attr.RepeatNest(c, 1, "v", &s.V) }
func (s *l33) Fields(c *attr.Codec) { attr.RepeatString(c, 1, "v", &s.V) }
func (s *l34) Fields(c *attr.Codec) { attr.StructList(c, 1, 2, "v", &s.V) }
func (s *l35) Fields(c *attr.Codec) { attr.NestList(c, 1, 2, "v", &s.V) }
func (s *l36) Fields(c *attr.Codec) { attr.MACList(c, 1, 2, "v", &s.V) }
func (s *l37) Fields(c *attr.Codec) { attr.Counters(c, 1, "v", &s.V) }
func (s *l38) Fields(c *attr.Codec) {
	attr.Inline(c, 1, "v", func(c *attr.Codec) { attr.Uint32(c, 2, "v", &s.V) })
}
func (s *l39) Fields(c *attr.Codec) { attr.Array(c, 1, "v", 1, &s.V) }

// cstruct has a member of every kind, the last of which is younger.
type cstruct struct {
	A uint8
	B uint16
	C uint16
	D uint32
	E uint64
	G attr.HWAddr
	F uint64
}

func (s *cstruct) Fields(c *attr.Codec) {
	attr.Header(c, 28, 24)
	attr.HeadUint8(c, 0, "a", &s.A)
	attr.HeadUint16(c, 2, "b", &s.B)
	attr.HeadUint16BE(c, 4, "c", &s.C)
	attr.HeadUint32(c, 8, "d", &s.D)
	attr.HeadUint64(c, 12, "e", &s.E)
	attr.HeadMAC(c, 20, 4, "g", &s.G)
	attr.HeadCounter(c, 24, "f", &s.F)
}

// host returns the n bytes of v in host byte order.
func host(n int, v uint64) string {
	b := binary.NativeEndian.AppendUint64(nil, v)
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 { // little-endian
		return string(b[:n])
	}
	return string(b[8-n:])
}

// tlv returns an attribute, made without the functions under test.
func tlv(t int, payload ...string) string {
	p := strings.Join(payload, "")
	return host(2, uint64(4+len(p))) + host(2, uint64(t)) + p + "\x00\x00\x00"[:-len(p)&3]
}

const nest = 0x8000

func zeros(n int) string { return strings.Repeat("\x00", n) }

var (
	ip4   = netip.MustParseAddr("192.0.2.1")
	ip6   = netip.MustParseAddr("2001:db8::1")
	wire4 = string(ip4.AsSlice())
	wire6 = string(ip6.AsSlice())

	cstruct1 = cstruct{1, 2, 3, 4, 5, hwaddr("01:02:03:04"), 6}
	wireC    = "\x01\x00" + host(2, 2) + "\x00\x03\x00\x00" + host(4, 4) + host(8, 5) + "\x01\x02\x03\x04" + host(4, 6)
	opt3     = l3{one[attr.Opt[uint32]]{attr.U32(5)}}
)

func hwaddr(s string) attr.HWAddr { return attr.MustParseHWAddr(s) }

// set returns a new S whose only field holds v.
func set[S any](v any) *S {
	s := new(S)
	reflect.ValueOf(s).Elem().Field(0).FieldByName("V").Set(reflect.ValueOf(v))
	return s
}

// TestWireForms has the bytes of every field function. request is what a
// request holds, report what the kernel sends, if that is something else;
// "none" is no attribute.
func TestWireForms(t *testing.T) {
	const none = "none"
	for _, tt := range []struct {
		name    string
		s       attr.Struct
		request string
		report  string
	}{
		{"u8", set[l1](attr.U8(0xfe)), tlv(1, "\xfe"), ""},
		{"u8 zero", set[l1](attr.U8(0)), tlv(1, "\x00"), ""},
		{"u16", set[l2](attr.U16(0x0102)), tlv(1, host(2, 0x0102)), ""},
		{"u32", set[l3](attr.U32(0x01020304)), tlv(1, host(4, 0x01020304)), ""},
		{"u64", set[l4](attr.U64(0x0102030405060708)), tlv(1, host(8, 0x0102030405060708)), ""},
		{"s32", set[l5](attr.I32(-2)), tlv(1, host(4, 0xfffffffe)), ""},
		{"be16", set[l6](attr.U16(0x0102)), tlv(1, "\x01\x02"), ""},
		{"be32", set[l7](attr.U32(0x01020304)), tlv(1, "\x01\x02\x03\x04"), ""},
		{"be64", set[l8](attr.U64(0x0102030405060708)), tlv(1, "\x01\x02\x03\x04\x05\x06\x07\x08"), ""},
		{"bool on", set[l9](attr.On), tlv(1, "\x01"), ""},
		{"bool off", set[l9](attr.Off), tlv(1, "\x00"), ""},
		{"bool16 on", set[l40](attr.On), tlv(1, host(2, 1)), ""},
		{"bool16 off", set[l40](attr.Off), tlv(1, host(2, 0)), ""},
		{"bool32 on", set[l10](attr.On), tlv(1, host(4, 1)), ""},
		{"bool32 off", set[l10](attr.Off), tlv(1, host(4, 0)), ""},
		{"flag on", set[l11](attr.On), tlv(1), ""},
		{"flag off", set[l11](attr.Off), none, none},
		{"flag bool on", set[l12](attr.On), tlv(1), tlv(1, "\x01")},
		{"flag bool off", set[l12](attr.Off), none, tlv(1, "\x00")},
		{"uint of 32 bits", set[l13](attr.U64(1<<32 - 1)), tlv(1, host(4, 1<<32-1)), ""},
		{"uint of 64 bits", set[l13](attr.U64(1 << 32)), tlv(1, host(8, 1<<32)), ""},
		{"u8 read as u16", set[l14](attr.U16(255)), tlv(1, "\xff"), tlv(1, host(2, 255))},
		{"ticks32", set[l15](attr.Some(2 * time.Second)), tlv(1, host(4, 200)), ""},
		{"ticks64", set[l16](attr.Some(10 * time.Millisecond)), tlv(1, host(8, 1)), ""},
		{"seconds", set[l17](attr.Some(time.Minute)), tlv(1, host(4, 60)), ""},
		{"longest seconds", set[l17](attr.Some((1<<32 - 1) * time.Second)), tlv(1, host(4, 1<<32-1)), ""},
		{"string", set[l18]("eth0"), tlv(1, "eth0\x00"), ""},
		{"text", set[l19](attr.Some("eth0")), tlv(1, "eth0\x00"), ""},
		{"empty text", set[l19](attr.Some("")), tlv(1, "\x00"), ""},
		{"text without NUL", set[l20](attr.Some("eth0")), tlv(1, "eth0"), ""},
		{"empty text without NUL", set[l20](attr.Some("")), tlv(1), ""},
		{"bytes", set[l21]("\x00\x01\x00"), tlv(1, "\x00\x01\x00"), ""},
		{"hardware address", set[l22](mac1), tlv(1, "\x02\x00\x00\x00\x00\x01"), ""},
		{"InfiniBand address", set[l22](hwaddr(strings.Repeat("ab:", 19) + "ab")), tlv(1, strings.Repeat("\xab", 20)), ""},
		{"padded address", set[l23](attr.Some(mac1)), tlv(1, "\x02\x00\x00\x00\x00\x01", zeros(26)), ""},
		{"IPv4", set[l24](ip4), tlv(1, wire4), ""},
		{"IPv6", set[l25](ip6), tlv(1, wire6), ""},
		{"IPv4 of a pair", set[l26](ip4), tlv(1, wire4), ""},
		{"IPv6 of a pair", set[l26](ip6), tlv(2, wire6), ""},
		{"IPv4 of one number", set[l27](ip4), tlv(1, wire4), ""},
		{"IPv6 of one number", set[l27](ip6), tlv(1, wire6), ""},
		{"IPv4 in IPv6", set[l27](netip.MustParseAddr("::ffff:192.0.2.1")), tlv(1, zeros(10), "\xff\xff", wire4), ""},
		{"link", set[l28](attr.RefIndex(7)), tlv(1, host(4, 7)), ""},
		{"no link", set[l28](attr.NoRef), tlv(1, host(4, 0)), ""},
		{"nest", set[l29](attr.Some(opt3)), tlv(1|nest, tlv(1, host(4, 5))), ""},
		{"empty nest", set[l29](attr.Some(l3{})), tlv(1 | nest), ""},
		{"C struct", set[l30](attr.Some(cstruct1)), tlv(1, wireC), ""},
		{"C struct of zeros", set[l30](attr.Some(cstruct{G: hwaddr("00:00:00:00")})), tlv(1, zeros(28)), ""},
		{"repeated structs", set[l31]([]cstruct{cstruct1, cstruct1}), tlv(1, wireC) + tlv(1, wireC), ""},
		{"repeated nests", set[l32]([]l3{{}, opt3}), tlv(1|nest) + tlv(1|nest, tlv(1, host(4, 5))), ""},
		{"repeated strings", set[l33]([]string{"a", ""}), tlv(1, "a\x00") + tlv(1, "\x00"), ""},
		{"list of structs", set[l34]([]cstruct{cstruct1}), tlv(1|nest, tlv(2, wireC)), ""},
		{"list of nests", set[l35]([]l3{opt3, {}}), tlv(1|nest, tlv(2|nest, tlv(1, host(4, 5))), tlv(2|nest)), ""},
		{"list of addresses", set[l36]([]attr.HWAddr{mac1, mac2}), tlv(1|nest, tlv(2, string(mac1.AsSlice())), tlv(2, string(mac2.AsSlice()))), ""},
		{"counters", set[l37]([]uint64{1, 2}), tlv(1, host(8, 1), host(8, 2)), ""},
		{"inline nest", set[l38](attr.U32(9)), tlv(1|nest, tlv(2, host(4, 9))), ""},
		{"array", set[l39](conf{[4]attr.Opt[uint32]{attr.U32(1), attr.U32(0)}}), tlv(1|nest, tlv(1, host(4, 1)), tlv(2, host(4, 0))), tlv(1, host(4, 1), host(4, 0))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, sc := range []attr.Scope{{}, {Report: true}} {
				want := tt.request
				if sc.Report && tt.report != "" {
					want = tt.report
				}
				if want == none {
					want = ""
				}
				b, err := sc.Append([]byte("before"), tt.s)
				if err != nil || string(b) != "before"+want {
					t.Fatalf("report %v: %x, %v\nwant %x", sc.Report, b, err, "before"+want)
				}
				if want == "" {
					continue
				}
				got := reflect.New(reflect.TypeOf(tt.s).Elem()).Interface().(attr.Struct)
				if err := sc.Decode([]byte(want), got); err != nil || !reflect.DeepEqual(got, tt.s) {
					t.Errorf("reads as %+v, %v\nwant %+v", got, err, tt.s)
				}
			}
		})
	}
}

// TestLengths reads payloads of lengths that a form does not have, and of
// those that it must take.
func TestLengths(t *testing.T) {
	for _, tt := range []struct {
		name    string
		s       attr.Struct
		payload string
		want    any // an error, or the struct
	}{
		{"u8 of none", new(l1), "", attr.ErrLength},
		{"u8 of two", new(l1), "ab", attr.ErrLength},
		{"u16 of four", new(l2), "abcd", attr.ErrLength},
		{"u32 of two", new(l3), "ab", attr.ErrLength},
		{"u64 of four", new(l4), "abcd", attr.ErrLength},
		{"be16 of one", new(l6), "a", attr.ErrLength},
		{"bool of four", new(l9), "abcd", attr.ErrLength},
		{"bool is any number", new(l9), "\x02", set[l9](attr.On)},
		{"bool16 of four", new(l40), "abcd", attr.ErrLength},
		{"bool16 is any number", new(l40), host(2, 1<<15), set[l40](attr.On)},
		{"bool32 of one", new(l10), "a", attr.ErrLength},
		{"bool32 is any number", new(l10), host(4, 1<<31), set[l10](attr.On)},
		{"flag of one", new(l11), "a", attr.ErrLength},
		{"flag bool of two", new(l12), "ab", attr.ErrLength},
		{"uint of two", new(l13), "ab", attr.ErrLength},
		{"u8 or u16 of four", new(l14), "abcd", attr.ErrLength},
		{"u8 or u16 of one", new(l14), "\x07", set[l14](attr.U16(7))},
		{"more ticks than a Duration holds", new(l16), strings.Repeat("\xff", 8), set[l16](attr.Some(time.Duration(1<<63-1) / attr.Tick * attr.Tick))},
		{"string without NUL", new(l18), "eth0", set[l18]("eth0")},
		{"string up to NUL", new(l18), "eth0\x00junk", set[l18]("eth0")},
		{"empty string", new(l18), "", new(l18)},
		{"text of NUL", new(l19), "\x00", set[l19](attr.Some(""))},
		{"empty bytes", new(l21), "", new(l21)},
		{"address of 33", new(l22), zeros(33), attr.ErrLength},
		{"address of none", new(l22), "", new(l22)},
		{"padded address of six", new(l23), zeros(6), attr.ErrLength},
		{"padded InfiniBand address", new(l23), zeros(7) + "\x01" + zeros(24), set[l23](attr.Some(hwaddr(strings.Repeat("00:", 7) + "01" + strings.Repeat(":00", 12))))},
		{"padded long address", new(l23), zeros(31) + "\x01", set[l23](attr.Some(hwaddr(strings.Repeat("00:", 31) + "01")))},
		{"IPv4 of sixteen", new(l24), wire6, attr.ErrLength},
		{"IPv6 of four", new(l25), wire4, attr.ErrLength},
		{"pair's IPv4 of sixteen", new(l26), wire6, attr.ErrLength},
		{"address of five", new(l27), "abcde", attr.ErrLength},
		{"link of two", new(l28), "ab", attr.ErrLength},
		{"longer C struct", new(l30), wireC + "newer", set[l30](attr.Some(cstruct1))},
		{"shorter C struct", new(l30), wireC[:24], set[l30](attr.Some(cstruct{1, 2, 3, 4, 5, cstruct1.G, 0}))},
		{"C struct cut in a member", new(l30), wireC[:26], set[l30](attr.Some(cstruct{1, 2, 3, 4, 5, cstruct1.G, 0}))},
		{"too short C struct", new(l30), wireC[:23], attr.ErrTruncated},
		{"short list element", new(l34), tlv(2, "a"), attr.ErrTruncated},
		{"other element", new(l34), tlv(3, wireC), new(l34)},
		{"counters of four", new(l37), "abcd", attr.ErrLength},
		{"array of two", new(l39), "ab", attr.ErrLength},
		{"longer array", new(l39), strings.Repeat(host(4, 9), 6), set[l39](conf{[4]attr.Opt[uint32]{attr.U32(9), attr.U32(9), attr.U32(9), attr.U32(9)}})},
		{"request's array of a place it has not", new(l39), tlv(9, host(4, 1)), attr.ErrRange},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := attr.Decode([]byte(tlv(1, tt.payload)), tt.s)
			if want, ok := tt.want.(error); ok {
				var e *attr.Error
				if !errors.Is(err, want) || !errors.As(err, &e) || !strings.HasPrefix(e.Path, "v") {
					t.Errorf("%v, want %v in v", err, want)
				}
				return
			}
			got := reflect.ValueOf(attr.Clone(tt.s)).Interface() // an empty list is nil
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%+v, %v\nwant %+v", got, err, tt.want)
			}
		})
	}
}

// repeated has nests that can be of any length, wordy a name that is too long.
type (
	repeated struct{ V []gre }
	wordy    struct{}
)

func (s *repeated) Fields(c *attr.Codec) { attr.RepeatNest(c, 1, "v", &s.V) }
func (*wordy) Fields(*attr.Codec)        {}
func (*wordy) Kind() string              { return strings.Repeat("x", attr.MaxPayload) }

// TestRefused has values that cannot be sent.
func TestRefused(t *testing.T) {
	long := strings.Repeat("x", 1<<16)
	longRaw := attr.Raw(strings.Repeat(tlv(99, "abcd"), 1<<13))
	for _, tt := range []struct {
		name string
		s    attr.Struct
		want error
		text string
	}{
		{"u16 that is sent as u8", set[l14](attr.U16(256)), attr.ErrRange, "v: 256 is out of range, want 0 to 255"},
		{"parts of a tick", set[l15](attr.Some(time.Millisecond)), attr.ErrValue, "v: 1ms is not a multiple of 10ms, the kernel's unit here"},
		{"negative ticks", set[l16](attr.Some(-attr.Tick)), attr.ErrRange, "v: -10ms is out of range, want 0s to 2562047h47m16.85s"},
		{"too many seconds", set[l17](attr.Some((1 << 32) * time.Second)), attr.ErrRange, "v: 1193046h28m16s is out of range, want 0s to 1193046h28m15s"},
		{"string with NUL", set[l18]("a\x00b"), attr.ErrValue, `v: invalid value: "a\x00b" holds a NUL`},
		{"long string", set[l18](long), attr.ErrTooLong, "v: too long"},
		{"long text", set[l19](attr.Some(long)), attr.ErrTooLong, "v: too long"},
		{"long bytes", set[l21](long), attr.ErrTooLong, "v: too long"},
		{"IPv6 for IPv4", set[l24](ip6), attr.ErrValue, "v: invalid value: address 2001:db8::1, want IPv4 without a zone"},
		{"IPv4 for IPv6", set[l25](ip4), attr.ErrValue, "v: invalid value: address 192.0.2.1, want IPv6 without a zone"},
		{"zone", set[l26](ip6.WithZone("eth0")), attr.ErrValue, "v: invalid value: address 2001:db8::1%eth0, want IPv4 or IPv6 without a zone"},
		{"link by name", set[l28](attr.RefName("eth0")), attr.ErrUnresolved, `v: name not resolved to a number: "eth0"`},
		{"long address in a struct", set[l30](attr.Some(cstruct{G: mac1})), attr.ErrTooLong, "v.g: too long: 6 bytes, at most 4"},
		{"long list", set[l33]([]string{"a", long}), attr.ErrTooLong, "v.1: too long"},
		{"the longest string", set[l18](long[:attr.MaxPayload]), attr.ErrTooLong, "v: too long"},
		{"long text without NUL", set[l20](attr.Some(long)), attr.ErrTooLong, "v: too long"},
		{"long repeated nest", &repeated{[]gre{{}, {Unknown: longRaw}}}, attr.ErrTooLong, "v.1: too long"},
		{"long list of nests", set[l35](make([]l3, 1<<14)), attr.ErrTooLong, "v: too long"},
		{"long list of addresses", set[l36](slices.Repeat([]attr.HWAddr{mac1}, 6000)), attr.ErrTooLong, "v: too long"},
		{"long kind data", &message{Link: &gre{Unknown: longRaw}}, attr.ErrTooLong, "linkinfo.data: too long"},
		{"long kind name", &message{Link: new(wordy)}, attr.ErrTooLong, "linkinfo.kind: too long"},
		{"long unknown in a nest", &netkit{Peer: attr.Some(peer{Unknown: longRaw})}, attr.ErrTooLong, "peer: too long"},
		{"long list in a list", &message{VFs: []vf{{VLANs: make([]vfRate, 5000)}}}, attr.ErrTooLong, "vfs.0.vlan_list: too long"},
		{"long list", &message{VFs: make([]vf, 1<<14)}, attr.ErrTooLong, "vfs: too long"},
		{"long nest", set[l34](make([]cstruct, 2048)), attr.ErrTooLong, "v: too long"},
		{"many counters", set[l37](make([]uint64, 8192)), attr.ErrTooLong, "v: too long: 8192 numbers"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := attr.Append([]byte("before"), tt.s)
			var e *attr.Error
			if !errors.Is(err, tt.want) || !errors.As(err, &e) || e.Offset != -1 || err.Error() != tt.text {
				t.Errorf("%v\nwant %s", err, tt.text)
			}
			if string(b) != "before" {
				t.Errorf("%d bytes are half-written", len(b))
			}
		})
	}
}
