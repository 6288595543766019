package attr_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// shown has what is written in forms of its own.
type shown struct {
	Mode, Plain attr.Opt[mode]
	Mask        attr.Opt[mode]
	Wait        attr.Opt[time.Duration]
	Port        attr.Opt[uint16]
	Addr        netip.Addr
	On          attr.Opt[bool]
	Inner       attr.Opt[holder]
}

type holder struct{ Addresses []attr.HWAddr }

func (h *holder) Fields(c *attr.Codec) { attr.MACList(c, 1, 4, "addresses", &h.Addresses) }

func (s *shown) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "mode", &s.Mode, attr.Number)
	attr.Uint32(c, 2, "plain", &s.Plain)
	attr.Uint32(c, 3, "mask", &s.Mask, attr.Hex, attr.JSONWords("mask_str"))
	attr.Ticks32(c, 4, "wait", &s.Wait, attr.Range(100, 1000))
	attr.Uint16BE(c, 5, "port", &s.Port)
	attr.Addr4(c, 6, "addr", &s.Addr)
	attr.Bits(c, 7, "flags", attr.ValueMask, nil, []attr.Bit{{Name: "on", Mask: 4, On: &s.On}}, attr.Number)
	attr.Nest(c, 8, "inner", &s.Inner, attr.Hidden)
}

func TestForms(t *testing.T) {
	s := &shown{
		Mode: attr.Some(mode(1)), Plain: attr.Some(mode(1)), Mask: attr.Some(mode(1)), Wait: attr.Some(2 * time.Second),
		Port: attr.U16(4789), Addr: netip.MustParseAddr("192.0.2.1"), On: attr.Off,
	}
	const wantJSON = `{"mode":1,"plain":"l3","mask":"0x1","mask_str":"l3","wait":200,"port":4789,"addr":"192.0.2.1","on":0}`
	if b, err := json.Marshal(attr.Printer{}.Object(s)); err != nil || string(b) != wantJSON {
		t.Errorf("JSON %s, %v\nwant %s", b, err, wantJSON)
	}
	const wantText = "mode l3 plain l3 mask l3 wait 200 port 4789 addr 192.0.2.1 on off"
	if text := (attr.Printer{}).Text(s); text != wantText {
		t.Errorf("text %q\nwant %q", text, wantText)
	}
	const wantDump = "1 mode 1\n2 plain 1\n3 mask 1\n4 wait 200\n5 port 4789\n6 addr 192.0.2.1\n7 flags 0x0/0x4\n"
	b, err := attr.Append(nil, s)
	if dump := attr.Dump(b, s); err != nil || dump != wantDump {
		t.Errorf("dump %q, %v\nwant %q", dump, err, wantDump)
	}
}

func TestSpanOutOfRange(t *testing.T) {
	for _, tt := range []struct {
		wait time.Duration
		want string
	}{
		{time.Minute, "wait: 1m0s is out of range, want 1s to 10s"},
		{-time.Second, "wait: -1s is out of range, want 1s to 10s"},
		{1005 * time.Millisecond, "wait: 1.005s is not a multiple of 10ms, the kernel's unit here"},
	} {
		_, err := attr.Append(nil, &shown{Wait: attr.Some(tt.wait)})
		if err == nil || err.Error() != tt.want {
			t.Errorf("%v: %v, want %s", tt.wait, err, tt.want)
		}
		var r *attr.RangeError
		if errors.As(err, &r) != errors.Is(err, attr.ErrRange) || r != nil && (r.Min != 100 || r.Max != 1000) {
			t.Errorf("%v: %v, %+v", tt.wait, err, r)
		}
	}
}

// TestCloneSharesNothing: lists inside nests too.
func TestCloneSharesNothing(t *testing.T) {
	s := &shown{Inner: attr.Some(holder{[]attr.HWAddr{mac1}})}
	c := attr.Clone(s)
	s.Inner.Value().Addresses[0] = mac2
	if got := c.Inner.Value().Addresses; len(got) != 1 || got[0] != mac1 {
		t.Errorf("the clone holds %v, want %v", got, mac1)
	}
}
