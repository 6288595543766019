package attr_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// parted has numbers made of parts in all forms, and an address that a request
// says only where it is one.
type parted struct {
	Seq, Key, Found attr.Opt[bool]
	Rest            uint16
	Class           attr.Opt[uint8]
	Label           attr.Opt[uint32]
	A, B            attr.Opt[bool]
	Addr            netip.Addr
}

func (p *parted) Fields(c *attr.Codec) {
	attr.Parts16BE(c, 1, "flags", &p.Rest, []attr.Part{
		attr.FlagPart("seq", 0x1000, &p.Seq, attr.OmitZero),
		attr.FlagPart("key", 0x2000, &p.Key),
		attr.FlagPart("found", 0x0001, &p.Found, attr.ReadOnly),
	}, attr.Changes(attr.Replaced))
	attr.Parts32BE(c, 2, "info", nil, []attr.Part{
		attr.NumberPart("class", 0x0ff00000, &p.Class, attr.Hex),
		attr.NumberPart("label", 0x000fffff, &p.Label),
	})
	attr.Parts16(c, 3, "a16", nil, []attr.Part{attr.FlagPart("a", 1, &p.A, attr.ReadOnly)})
	attr.Parts32(c, 4, "b32", nil, []attr.Part{attr.FlagPart("b", 2, &p.B)})
	attr.Addr4(c, 5, "addr", &p.Addr, attr.NotZero, attr.ZeroWord("any"))
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		name         string
		s            parted
		request, all string // all: what a report of the same would hold
	}{
		{"nothing", parted{}, "", ""},
		{"one switch says all", parted{Seq: attr.On}, tlv(1, "\x10\x00"), tlv(1, "\x10\x00")},
		{"off", parted{Key: attr.Off}, tlv(1, "\x00\x00"), tlv(1, "\x00\x00")},
		{"both", parted{Seq: attr.On, Key: attr.On}, tlv(1, "\x30\x00"), tlv(1, "\x30\x00")},
		{"others", parted{Rest: 0x4000}, tlv(1, "\x40\x00"), tlv(1, "\x40\x00")},
		{"read-only beside another", parted{Key: attr.On, Found: attr.On}, tlv(1, "\x20\x00"), tlv(1, "\x20\x01")},
		{"read-only alone", parted{A: attr.On}, "", tlv(3, host(2, 1))},
		{"numbers", parted{Class: attr.Some[uint8](0x12), Label: attr.U32(0x34567)}, tlv(2, "\x01\x23\x45\x67"), tlv(2, "\x01\x23\x45\x67")},
		{"one number", parted{Label: attr.U32(5)}, tlv(2, "\x00\x00\x00\x05"), tlv(2, "\x00\x00\x00\x05")},
		{"host order", parted{B: attr.On}, tlv(4, host(4, 2)), tlv(4, host(4, 2))},
		{"address", parted{Addr: ip4}, tlv(5, string(ip4.AsSlice())), tlv(5, string(ip4.AsSlice()))},
		{"no address", parted{Addr: netip.IPv4Unspecified()}, "", tlv(5, zeros(4))},
	} {
		b, err := attr.Append(nil, &tt.s)
		if err != nil || string(b) != tt.request {
			t.Errorf("%s: request %x, %v\nwant %x", tt.name, b, err, tt.request)
		}
		b, err = attr.Scope{Report: true}.Append(nil, &tt.s)
		if err != nil || string(b) != tt.all {
			t.Errorf("%s: report %x, %v\nwant %x", tt.name, b, err, tt.all)
		}
		var got parted
		decode(t, attr.Scope{}, tt.all, &got)
		if again, err := (attr.Scope{Report: true}).Append(nil, &got); err != nil || string(again) != tt.all {
			t.Errorf("%s: written again %x, %v\nwant %x", tt.name, again, err, tt.all)
		}
	}
}

func TestPartsRead(t *testing.T) {
	got := parted{Rest: 9, B: attr.On}
	decode(t, attr.Scope{}, tlv(1, "\x50\x00")+tlv(2, "\xf2\x30\x00\x01"), &got)
	want := parted{Seq: attr.On, Key: attr.Off, Rest: 0x4000, Class: attr.Some[uint8](0x23), Label: attr.U32(1)}
	if got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	decode(t, attr.Scope{}, tlv(1, "\x00\x01")+tlv(3, host(2, 0)), &got)
	if want := (parted{Seq: attr.Off, Key: attr.Off, Found: attr.On}); got != want {
		t.Errorf("%+v\nwant %+v: a read-only switch that is off says nothing", got, want)
	}
	for _, wire := range []string{tlv(1, "\x00"), tlv(1, zeros(4)), tlv(2, zeros(2)), tlv(4)} {
		if err := attr.Decode([]byte(wire), new(parted)); !errors.Is(err, attr.ErrLength) {
			t.Errorf("%x: %v", wire, err)
		}
	}
}

func TestPartsRefused(t *testing.T) {
	for want, s := range map[string]*parted{
		"label": {Label: attr.U32(1 << 20)},
		"flags": {Seq: attr.On, Rest: 0x2000},
	} {
		_, err := attr.Append(nil, s)
		var e *attr.Error
		if !errors.As(err, &e) || !strings.HasSuffix(e.Path, want) || !errors.Is(err, attr.ErrRange) && !errors.Is(err, attr.ErrValue) {
			t.Errorf("%+v: %v, want an error at %s", s, err, want)
		}
	}
}

// TestPartsOneByOne compares, copies and shows parts as fields of their own.
func TestPartsOneByOne(t *testing.T) {
	want := &parted{Key: attr.On, Label: attr.U32(7)}
	have := &parted{Seq: attr.On, Key: attr.Off, Class: attr.Some[uint8](3), Label: attr.U32(7)}
	var d parted
	fields, err := attr.Diff(&d, want, have)
	if err != nil || len(fields) != 1 || fields[0].Name != "key" || fields[0].Mode != attr.Replaced || d != (parted{Key: attr.On}) {
		t.Errorf("%v, %v: %+v", fields, err, d)
	}
	if err := attr.Copy(have, want, func(f *attr.Field) bool { return f.Name == "key" }); err != nil {
		t.Fatal(err)
	}
	if *have != (parted{Seq: attr.On, Key: attr.On, Class: attr.Some[uint8](3), Label: attr.U32(7)}) {
		t.Errorf("copied: %+v", have)
	}
	have.Rest, have.Addr = 0x40, netip.IPv4Unspecified()
	if got, want := (attr.Printer{}).Text(have), "seq on key on flags 64 class 0x3 label 7 addr any"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	o, err := json.Marshal(attr.Printer{}.Object(have))
	if want := `{"seq":true,"key":true,"class":"0x3","label":7,"addr":"any"}`; err != nil || string(o) != want {
		t.Errorf("%s, %v, want %s", o, err, want)
	}
	if path := (attr.Scope{}).PathAt([]byte(tlv(1, "\x50\x00")), have, 0); path != "flags" {
		t.Errorf("path %q", path)
	}
	if text := attr.Dump([]byte(tlv(1, "\x50\x00")), have); !strings.Contains(text, "flags 20480") {
		t.Errorf("dump %q", text)
	}
}

// overlap has two parts that share a bit, wide a part that does not fit.
type (
	overlap struct{ A, B attr.Opt[bool] }
	wide    struct{ A attr.Opt[bool] }
)

func (o *overlap) Fields(c *attr.Codec) {
	attr.Parts16(c, 1, "n", nil, []attr.Part{attr.FlagPart("a", 1, &o.A), attr.FlagPart("b", 1, &o.B)})
}

func (w *wide) Fields(c *attr.Codec) {
	attr.Parts16(c, 1, "n", nil, []attr.Part{attr.FlagPart("a", 0x10000, &w.A)})
}

func TestPartsChecked(t *testing.T) {
	for _, s := range []attr.Struct{new(overlap), new(wide)} {
		if err := attr.Check(s); !errors.Is(err, attr.ErrValue) {
			t.Errorf("%T: %v", s, err)
		}
	}
}
