package attr_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

func TestOpt(t *testing.T) {
	var none attr.Opt[uint32]
	if _, ok := none.Get(); ok || none.IsSet() || none.Value() != 0 || none.Or(7) != 7 || none.String() != "-" {
		t.Errorf("the zero Opt is %v", none)
	}
	zero := attr.U32(0)
	if v, ok := zero.Get(); !ok || v != 0 || !zero.IsSet() || zero.Or(7) != 0 || zero.String() != "0" || zero == none {
		t.Errorf("zero is %v", zero)
	}
	var o attr.Opt[uint32]
	if o.Set(5); o != attr.U32(5) || o.Value() != 5 {
		t.Errorf("set to 5: %v", o)
	}
	if o.Clear(); o != none {
		t.Errorf("cleared: %v", o)
	}
	for want, s := range map[string]interface{ String() string }{
		"8": attr.U8(8), "16": attr.U16(16), "64": attr.U64(64), "-32": attr.I32(-32),
		"true": attr.On, "false": attr.Off, "text": attr.Some("text"), "1s": attr.Some(time.Second), "l3": attr.Some(mode(1)),
	} {
		if s.String() != want {
			t.Errorf("%s is not %s", s, want)
		}
	}
}

func TestHWAddr(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"02:00:00:00:00:01", "02:00:00:00:00:01"},
		{"AB-CD-EF-01-23-45", "ab:cd:ef:01:23:45"},
		{"0a", "0a"},
		{"7f:00:00:01", "7f:00:00:01"},
		{strings.Repeat("ff:", 31) + "ff", strings.Repeat("ff:", 31) + "ff"},
	} {
		a, err := attr.ParseHWAddr(tt.in)
		if err != nil || a.String() != tt.want || !a.IsValid() || a.Len() != (len(tt.in)+1)/3 {
			t.Errorf("%q: %v of %d bytes, %v", tt.in, a, a.Len(), err)
		}
		if b, ok := attr.HWAddrFrom(a.AsSlice()); !ok || b != a || b.Compare(a) != 0 {
			t.Errorf("%v becomes %v", a, b)
		}
		text, err := a.MarshalText()
		var back attr.HWAddr
		if err != nil || back.UnmarshalText(text) != nil || back != a {
			t.Errorf("%v becomes %v in text", a, back)
		}
	}
	for _, in := range []string{"", "0", "0:", "00:", ":00", "00:0", "0x:00", "00 00", "00:00-00", "00-00:00", "000000", "00:00:00:00:00:0g", strings.Repeat("ff:", 32) + "ff"} {
		if a, err := attr.ParseHWAddr(in); !errors.Is(err, attr.ErrValue) || a.IsValid() {
			t.Errorf("%q is read as %v, %v", in, a, err)
		}
	}
	if _, ok := attr.HWAddrFrom(make([]byte, 33)); ok {
		t.Error("an address of 33 bytes")
	}
}

func TestHWAddrZero(t *testing.T) {
	var a attr.HWAddr
	if a.IsValid() || a.Len() != 0 || a.AsSlice() != nil || a.String() != "" {
		t.Errorf("the zero HWAddr is %q", a)
	}
	b := mac1
	if err := json.Unmarshal([]byte(`""`), &b); err != nil || b != a {
		t.Errorf("empty text gives %v, %v", b, err)
	}
	if err := json.Unmarshal([]byte(`"nonsense"`), &b); !errors.Is(err, attr.ErrValue) {
		t.Errorf("nonsense gives %v, %v", b, err)
	}
	s := mac1.AsSlice()
	if s[5] = 9; mac1.String() != "02:00:00:00:00:01" {
		t.Error("AsSlice shares the address")
	}
	list := []attr.HWAddr{mac2, mac1, hwaddr("ff"), a}
	slices.SortFunc(list, attr.HWAddr.Compare)
	if !slices.Equal(list, []attr.HWAddr{a, hwaddr("ff"), mac1, mac2}) {
		t.Errorf("sorted %v", list)
	}
	if got := string(mac1.AppendTo([]byte("at "))); got != "at 02:00:00:00:00:01" {
		t.Error(got)
	}
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, attr.ErrValue) {
			t.Errorf("MustParseHWAddr panics with %v", err)
		}
	}()
	attr.MustParseHWAddr("nonsense")
}

func TestRef(t *testing.T) {
	for _, tt := range []struct {
		name        string
		r           attr.Ref
		set, hasIdx bool
		index       uint32
		link, text  string
	}{
		{"zero", attr.Ref{}, false, false, 0, "", ""},
		{"empty name", attr.RefName(""), false, false, 0, "", ""},
		{"none", attr.NoRef, true, true, 0, "", "none"},
		{"index", attr.RefIndex(7), true, true, 7, "", "7"},
		{"name", attr.RefName("eth0"), true, false, 0, "eth0", "eth0"},
	} {
		i, ok := tt.r.Index()
		if tt.r.IsSet() != tt.set || ok != tt.hasIdx || i != tt.index || tt.r.Name() != tt.link || tt.r.String() != tt.text {
			t.Errorf("%s: %+v, index %d %v, %q", tt.name, tt.r, i, ok, tt.r.String())
		}
	}
}

type color uint16

var colors = attr.Words[color]{{0, "none"}, {1, "red"}, {2, "green"}, {2, "verde"}, {12, "blue"}}

func TestWords(t *testing.T) {
	for v, want := range map[color]string{0: "none", 1: "red", 2: "green", 3: "3", 12: "blue"} {
		if got := colors.Text(v); got != want {
			t.Errorf("%d is %q", v, got)
		}
	}
	for in, want := range map[string]color{"red": 1, "verde": 2, "none": 0, "7": 7, "0x10": 16, "65535": 65535} {
		if got, err := colors.Parse("color", in); err != nil || got != want {
			t.Errorf("%q is %d, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "Red", "red ", "65536", "-1", "1.5"} {
		got, err := colors.Parse("color", in)
		if !errors.Is(err, attr.ErrValue) || got != 0 || !strings.HasSuffix(err.Error(), "want one of none, red, green, verde, blue") {
			t.Errorf("%q is %d, %v", in, got, err)
		}
	}
}

func TestWordFlags(t *testing.T) {
	for v, want := range map[color]string{0: "", 1: "red", 3: "red,green", 4: "0x4", 13: "red,blue", 0x8001: "red,0x8000"} {
		if got := colors.Flags(v); got != want {
			t.Errorf("%#x is %q", v, got)
		}
		if back, err := colors.ParseFlags("color", want); err != nil || back != v {
			t.Errorf("%q is %#x, %v", want, back, err)
		}
	}
	if v, err := colors.ParseFlags("color", "red, green"); err != nil || v != 3 {
		t.Errorf("with a blank: %d, %v", v, err)
	}
	if _, err := colors.ParseFlags("color", "red,,green"); !errors.Is(err, attr.ErrValue) {
		t.Errorf("an empty name: %v", err)
	}
}

func TestDirAndMode(t *testing.T) {
	for d, want := range map[attr.Dir]string{0: "-", attr.Read: "r", attr.Read | attr.Create | attr.Set | attr.Query: "rcsq", attr.Set: "s"} {
		if d.String() != want {
			t.Errorf("%d is %v, want %s", d, d, want)
		}
	}
	for m, want := range map[attr.Mode]bool{attr.Any: false, attr.Fixed: true, attr.FixedEqual: true, attr.FixedSilent: true, attr.Replaced: false} {
		if m.Fixed() != want {
			t.Errorf("%v.Fixed() = %v", m, !want)
		}
	}
}
