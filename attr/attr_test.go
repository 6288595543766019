package attr_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		name, in      string
		t             attr.Type
		payload, rest string
		err           error
	}{
		{"nothing", "", 0, "", "", attr.ErrTruncated},
		{"half a header", "\x04\x00\x01", 0, "", "", attr.ErrTruncated},
		{"no payload", tlv(7), 7, "", "", nil},
		{"payload and rest", tlv(7, "abcd") + "rest", 7, "abcd", "rest", nil},
		{"padding", tlv(7, "abcde") + "rest", 7, "abcde", "rest", nil},
		{"last without padding", tlv(7, "abcde")[:9], 7, "abcde", "", nil},
		{"last with half its padding", tlv(7, "abcde")[:10], 7, "abcde", "", nil},
		{"padding of anything", host(2, 5) + host(2, 7) + "a!!!rest", 7, "a", "rest", nil},
		{"flag bits stay", tlv(7 | nest | 0x4000), 7 | attr.Nested | attr.NetByteOrder, "", "", nil},
		{"length zero", zeros(8), 0, "", "", attr.ErrLength},
		{"length three", host(2, 3) + host(2, 1), 0, "", "", attr.ErrLength},
		{"longer than the data", host(2, 9) + host(2, 1) + "abcd", 0, "", "", attr.ErrTruncated},
		{"the longest", tlv(1, strings.Repeat("x", 1<<16-5)), 1, strings.Repeat("x", 1<<16-5), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			typ, payload, rest, err := attr.Cut([]byte(tt.in))
			if typ != tt.t || string(payload) != tt.payload || string(rest) != tt.rest || err != tt.err {
				t.Errorf("%#x, %.20q, %q, %v", uint16(typ), payload, rest, err)
			}
			if cap(payload) != len(payload) {
				t.Errorf("appending to the payload would overwrite %d bytes", cap(payload)-len(payload))
			}
		})
	}
}

func TestAll(t *testing.T) {
	in := tlv(1|nest, "abcd") + tlv(2) + tlv(3, "e") + host(2, 2)
	var got []string
	for typ, p := range attr.All([]byte(in)) {
		got = append(got, string(rune('0'+typ))+string(p))
		if cap(p) != len(p) {
			t.Errorf("payload %q has spare capacity", p)
		}
	}
	if s := strings.Join(got, " "); s != "1abcd 2 3e" {
		t.Errorf("got %s", s)
	}
	for range attr.All([]byte(in)) {
		break // a range that ends early must not panic
	}
}

func TestAppendFunctions(t *testing.T) {
	before := []byte("before")
	for _, tt := range []struct {
		name string
		got  []byte
		want string
	}{
		{"bytes", attr.AppendBytes(before, 1, []byte("abc")), tlv(1, "abc")},
		{"no bytes", attr.AppendBytes(before, 1, nil), tlv(1)},
		{"the most bytes", attr.AppendBytes(before, 1, make([]byte, 1<<16-5)), tlv(1, zeros(1<<16-5))},
		{"string", attr.AppendString(before, 1, "abc"), tlv(1, "abc\x00")},
		{"empty string", attr.AppendString(before, 1, ""), tlv(1, "\x00")},
		{"u8", attr.AppendUint8(before, 1, 0xfe), tlv(1, "\xfe")},
		{"u16", attr.AppendUint16(before, 1, 0x0102), tlv(1, host(2, 0x0102))},
		{"u32", attr.AppendUint32(before, 1, 0x01020304), tlv(1, host(4, 0x01020304))},
		{"u64", attr.AppendUint64(before, 1, 1<<63+2), tlv(1, host(8, 1<<63+2))},
		{"flag bits", attr.AppendUint8(before, 1|attr.Nested, 1), tlv(1|nest, "\x01")},
	} {
		if string(tt.got) != "before"+tt.want {
			t.Errorf("%s: %.40x, want %.40x", tt.name, tt.got, "before"+tt.want)
		}
	}
}

// TestTooLong appends what no attribute can hold: whatever is done with it then
// is an error.
func TestTooLong(t *testing.T) {
	for n, want := range map[int]error{attr.MaxPayload: nil, attr.MaxPayload + 1: attr.ErrLength, 1 << 16: attr.ErrLength, 1<<16 + 8: attr.ErrLength} {
		for name, b := range map[string][]byte{
			"bytes":  attr.AppendBytes(nil, 1, make([]byte, n)),
			"string": attr.AppendString(nil, 1, strings.Repeat("x", n-1)),
		} {
			raw, err := attr.RawFrom(b)
			if !errors.Is(err, want) {
				t.Errorf("%s of %d, kept: %v", name, n, err)
			}
			if err := attr.Decode(b, new(l21)); !errors.Is(err, want) {
				t.Errorf("%s of %d, read: %v", name, n, err)
			}
			if want == nil {
				if b, err := attr.Append(nil, &gre{Unknown: raw}); err != nil || len(b) < n {
					t.Errorf("%s of %d, sent: %v", name, n, err)
				}
				continue
			}
			if _, err := attr.Append(nil, &gre{Unknown: attr.Raw(b)}); !errors.Is(err, want) {
				t.Errorf("%s of %d, sent: %v", name, n, err)
			}
			nested := attr.BeginNest(nil, 5)
			if _, err := attr.EndNest(append(nested, b...), 0); err != attr.ErrTooLong {
				t.Errorf("%s of %d, in a nest: %v", name, n, err)
			}
		}
	}
}

func TestNests(t *testing.T) {
	b := attr.BeginNest([]byte("1234"), 5)
	inner := len(b)
	b = attr.AppendUint8(attr.BeginNest(b, 6), 7, 8)
	b, err := attr.EndNest(b, inner)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = attr.EndNest(b, 4); err != nil || string(b) != "1234"+tlv(5|nest, tlv(6|nest, tlv(7, "\x08"))) {
		t.Errorf("%x, %v", b, err)
	}
	// Content that is no attribute is padded.
	if b, err := attr.EndNest(append(attr.BeginNest(nil, 1), "abcde"...), 0); err != nil || string(b) != tlv(1|nest, "abcde") {
		t.Errorf("%x, %v", b, err)
	}
	for n, want := range map[int]error{1<<16 - 5: nil, 1<<16 - 4: attr.ErrTooLong} {
		if _, err := attr.EndNest(append(attr.BeginNest(nil, 1), make([]byte, n)...), 0); err != want {
			t.Errorf("a nest of %d bytes: %v, want %v", n, err, want)
		}
	}
}

func TestReads(t *testing.T) {
	b := []byte(host(4, 0x01020304) + "more")
	if v, ok := attr.ReadUint32(b); !ok || v != 0x01020304 {
		t.Errorf("u32 %#x, %v", v, ok)
	}
	if v, ok := attr.ReadUint16([]byte(host(2, 0x0102))); !ok || v != 0x0102 {
		t.Errorf("u16 %#x, %v", v, ok)
	}
	if _, ok := attr.ReadUint32(b[:3]); ok {
		t.Error("a u32 of three bytes")
	}
	if _, ok := attr.ReadUint16(b[:1]); ok {
		t.Error("a u16 of one byte")
	}
	for in, want := range map[string]string{"": "", "abc": "abc", "abc\x00": "abc", "a\x00b": "a", "\x00": ""} {
		if got := attr.ReadString([]byte(in)); got != want {
			t.Errorf("%q reads as %q", in, got)
		}
	}
	if n := (7 | attr.Nested | attr.NetByteOrder).Number(); n != 7 {
		t.Errorf("number %d", n)
	}
}

func TestRaw(t *testing.T) {
	whole := tlv(1, "abc") + tlv(2|nest, tlv(3))
	b := []byte(whole)
	r, err := attr.RawFrom(b)
	if err != nil || string(r) != whole {
		t.Fatalf("%x, %v", r, err)
	}
	clear(b)
	n := 0
	for range r.All() {
		n++
	}
	if n != 2 || string(r) != whole {
		t.Errorf("%d attributes in %x", n, r)
	}
	b = []byte(tlv(1, "abc")[:7] + "XXXX")
	if r, err := attr.RawFrom(b[:7]); err != nil || string(r) != tlv(1, "abc") {
		t.Errorf("without padding: %x, %v", r, err)
	}
	if !bytes.HasSuffix(b, []byte("XXXX")) {
		t.Error("the padding has been written behind the input")
	}
	for name, tt := range map[string]struct {
		in  string
		err error
		off int
	}{
		"cut":       {tlv(1, "abcd") + tlv(2, "abcd")[:6], attr.ErrTruncated, 8},
		"length":    {tlv(1) + zeros(4), attr.ErrLength, 4},
		"leftovers": {tlv(1) + "ab", attr.ErrTruncated, 4},
	} {
		var e *attr.Error
		if _, err := attr.RawFrom([]byte(tt.in)); !errors.As(err, &e) || !errors.Is(err, tt.err) || e.Offset != tt.off {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What is not whole attributes is not sent.
	if _, err := attr.Append(nil, &gre{Unknown: "junk!"}); !errors.Is(err, attr.ErrValue) || !errors.Is(err, attr.ErrTruncated) && !errors.Is(err, attr.ErrLength) {
		t.Errorf("junk is sent: %v", err)
	}
	if b, err := attr.Append(nil, &gre{Unknown: attr.Raw(tlv(99, "a")[:5])}); err != nil || string(b) != tlv(99, "a") {
		t.Errorf("without padding: %x, %v", b, err)
	}
}
