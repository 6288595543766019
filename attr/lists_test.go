package attr_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// The forms that bonds and CAN controllers want: numbered addresses, arrays of
// small integers, milliseconds, texts in structs, switches whose mask is not
// reported.

type forms struct {
	V4, V6   attr.Opt[[]netip.Addr]
	U16s     []uint16
	U32s     []uint32
	Wait     attr.Opt[time.Duration]
	Clock    attr.Opt[clock]
	On, More attr.Opt[bool]
	Others   uint32
}

type clock struct {
	Name string
	Rate uint32
}

func (s *clock) Fields(c *attr.Codec) {
	attr.Header(c, 12, 12)
	attr.HeadString(c, 0, 8, "name", &s.Name)
	attr.HeadUint32(c, 8, "rate", &s.Rate, attr.JSON("rate/max"))
}

func (s *clock) Tidy(o *attr.Object) { o.Set("rate/min", 1) }

func (s *forms) Fields(c *attr.Codec) {
	attr.Addr4List(c, 1, "v4", 2, &s.V4, attr.ZeroUnsaid)
	attr.Addr6List(c, 2, "v6", 2, &s.V6)
	attr.Uint16s(c, 3, "u16s", &s.U16s)
	attr.Uint32s(c, 4, "u32s", &s.U32s)
	attr.Millis32(c, 5, "wait", &s.Wait)
	attr.CStruct(c, 6, "clock", &s.Clock)
	attr.Bits(c, 7, "modes", attr.MaskValueUnsaid, &s.Others, []attr.Bit{{Name: "on", Mask: 1, On: &s.On}, {Name: "more", Mask: 2, On: &s.More}})
}

func (s *forms) Tidy(o *attr.Object) { o.Set("clock/seen", true) }

func addrs(list ...netip.Addr) attr.Opt[[]netip.Addr] { return attr.Some(list) }

func TestListForms(t *testing.T) {
	for _, tt := range []struct {
		name            string
		s               forms
		request, report string
	}{
		{"IPv4", forms{V4: addrs(ip4, netip.IPv4Unspecified())}, tlv(1|nest, tlv(0, wire4), tlv(1, zeros(4))), ""},
		{"no address", forms{V4: addrs()}, tlv(1 | nest), ""},
		{"IPv6", forms{V6: addrs(ip6)}, tlv(2|nest, tlv(0, wire6)), ""},
		{"u16s", forms{U16s: []uint16{120, 0, 60}}, tlv(3, host(2, 120), host(2, 0), host(2, 60)), ""},
		{"u32s", forms{U32s: []uint32{500000}}, tlv(4, host(4, 500000)), ""},
		{"milliseconds", forms{Wait: attr.Some(1500 * time.Millisecond)}, tlv(5, host(4, 1500)), ""},
		{"text in a struct", forms{Clock: attr.Some(clock{"dummy", 8})}, tlv(6, "dummy\x00\x00\x00", host(4, 8)), ""},
		{"text without NUL in a struct", forms{Clock: attr.Some(clock{"12345678", 8})}, tlv(6, "12345678", host(4, 8)), ""},
		{"all switches", forms{On: attr.On, More: attr.Off, Others: 8}, tlv(7, host(4, 11), host(4, 9)), tlv(7, host(4, 0), host(4, 9))},
		{"one switch", forms{On: attr.On}, tlv(7, host(4, 1), host(4, 1)), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, sc := range []attr.Scope{{}, {Report: true}} {
				want := tt.request
				if sc.Report && tt.report != "" {
					want = tt.report
				}
				b, err := sc.Append(nil, &tt.s)
				if err != nil || string(b) != want {
					t.Fatalf("report %v: %x, %v\nwant %x", sc.Report, b, err, want)
				}
				var got forms
				if err := sc.Decode(b, &got); err != nil {
					t.Fatal(err)
				}
				if c := attr.Clone(&got); !reflect.DeepEqual(c, &got) {
					t.Errorf("clone %+v of %+v", c, got)
				}
				if fields, err := attr.Diff(new(forms), &tt.s, &got); err != nil || len(fields) > 0 {
					t.Errorf("reads as %+v, %v", got, err)
				}
				if attr.Reset(&got); !attr.IsZero(&got) {
					t.Errorf("reset leaves %+v", got)
				}
			}
		})
	}
}

func TestListsRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		s    forms
		want error
		text string
	}{
		{"too many", forms{V4: addrs(ip4, ip4, ip4)}, attr.ErrTooLong, "v4: too long: 3 addresses, at most 2"},
		{"IPv6 among IPv4", forms{V4: addrs(ip4, ip6)}, attr.ErrValue, "v4: invalid value: address 2001:db8::1, want 32 bits without a zone"},
		{"IPv4 among IPv6", forms{V6: addrs(ip4)}, attr.ErrValue, "v6: invalid value: address 192.0.2.1, want 128 bits without a zone"},
		{"zone", forms{V6: addrs(ip6.WithZone("eth0"))}, attr.ErrValue, "v6: invalid value: address 2001:db8::1%eth0, want 128 bits without a zone"},
		{"no address at all", forms{V4: addrs(netip.Addr{})}, attr.ErrValue, "v4: invalid value: address invalid IP, want 32 bits without a zone"},
		{"many u32", forms{U32s: make([]uint32, 1<<14)}, attr.ErrTooLong, "u32s: too long: 16384 numbers"},
		{"parts of a millisecond", forms{Wait: attr.Some(time.Microsecond)}, attr.ErrValue, "wait: 1µs is not a multiple of 1ms, the kernel's unit here"},
		{"long text in a struct", forms{Clock: attr.Some(clock{Name: "123456789"})}, attr.ErrTooLong, "clock.name: too long: 9 bytes, at most 8"},
	} {
		if _, err := attr.Append(nil, &tt.s); !errors.Is(err, tt.want) || err.Error() != tt.text {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.text)
		}
	}
	for name, b := range map[string]string{
		"long IPv4": tlv(1|nest, tlv(0, wire6)), "short IPv6": tlv(2|nest, tlv(0, wire4)), "cut address": tlv(1|nest, host(2, 8)+host(2, 0)),
		"odd u16s": tlv(3, "abc"), "odd u32s": tlv(4, "abcdef"), "short struct": tlv(6, "dummy"),
	} {
		var e *attr.Error
		if err := attr.Decode([]byte(b), new(forms)); !errors.As(err, &e) || e.Offset < 0 || e.Offset >= len(b) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestListsUnsaid: a report without a list that was said to be empty holds.
func TestListsUnsaid(t *testing.T) {
	for _, tt := range []struct {
		want, have forms
		differs    bool
	}{
		{forms{V4: addrs()}, forms{}, false},
		{forms{V4: addrs(ip4)}, forms{}, true},
		{forms{V4: addrs()}, forms{V4: addrs(ip4)}, true},
		{forms{V4: addrs(ip4)}, forms{V4: addrs(ip4)}, false},
		{forms{More: attr.On}, forms{On: attr.On, More: attr.Off}, true},
	} {
		var d forms
		fields, err := attr.Diff(&d, &tt.want, &tt.have)
		if err != nil || (len(fields) > 0) != tt.differs || tt.differs && !reflect.DeepEqual(d, tt.want) {
			t.Errorf("%+v against %+v: %+v, %v", tt.want, tt.have, d, err)
		}
	}
}

func TestListsShown(t *testing.T) {
	s := &forms{
		V4: addrs(ip4, ip4), U16s: []uint16{1, 2}, U32s: []uint32{3}, Wait: attr.Some(1500 * time.Millisecond), Clock: attr.Some(clock{"dummy", 8}), On: attr.On, More: attr.Off,
	}
	const wantJSON = `{"v4":["192.0.2.1","192.0.2.1"],"u16s":[1,2],"u32s":[3],"wait":1500,"clock":{"name":"dummy","rate":{"max":8,"min":1},"seen":true},"on":true,"more":false}`
	if b, err := json.Marshal(attr.Printer{}.Object(s)); err != nil || string(b) != wantJSON {
		t.Errorf("JSON %s, %v\nwant %s", b, err, wantJSON)
	}
	const wantText = "v4 192.0.2.1 192.0.2.1 u16s 1 2 u32s 3 wait 1500 clock { name dummy rate 8 } on on more off"
	if text := (attr.Printer{}).Text(s); text != wantText {
		t.Errorf("text %q\nwant %q", text, wantText)
	}
}
