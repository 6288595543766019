package link_test

import (
	"context"
	"errors"
	"io/fs"
	"net/netip"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Faults that clients of other libraries have, each as a test that this one
// has none of them. Those of their codecs are in peerfault_test.go; reading a
// link and writing it back unchanged is TestPeerFaultWriteBack.

// A change of the TTL alone sent everything, and the kernel refused the rest.
func TestPeerFaultVXLANTTL(t *testing.T) {
	b := newBox(t)
	b.prepare(link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), Proxy: attr.On, Port: attr.U16(4789), Remote: netip.MustParseAddr("192.0.2.1")}})
	b.change("vx0", link.Spec{Kind: &kind.VXLAN{TTL: attr.U8(9)}})
	sent := b.tap.mutating()
	if len(sent) != 1 {
		t.Fatalf("%d messages", len(sent))
	}
	var l link.Link
	if err := link.Decode(sent[0].Payload, &l); err != nil {
		t.Fatal(err)
	}
	if k := l.Kind.(*kind.VXLAN); *k != (kind.VXLAN{TTL: attr.U8(9), TTLInherit: k.TTLInherit, GBP: k.GBP, GPE: k.GPE, RemoteChecksumNoPartial: k.RemoteChecksumNoPartial}) {
		t.Errorf("sent:\n%s", link.Dump(sent[0].Payload))
	}
}

// The checksum of the outer packets could be switched on, but not off.
func TestPeerFaultUDPChecksumOff(t *testing.T) {
	b := newBox(t)
	for name, sum := range map[string]attr.Opt[bool]{"off": attr.Off, "on": attr.On} {
		l := b.create(link.Spec{Name: name, Kind: &kind.VXLAN{ID: attr.U32(uint32(len(name))), UDPChecksum: sum}})
		if got := l.Kind.(*kind.VXLAN).UDPChecksum; got != sum {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Learning was off unless it was asked for, against the kernel's default.
func TestPeerFaultVXLANLearning(t *testing.T) {
	b := newBox(t)
	l := b.create(link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), Port: attr.U16(4789)}})
	if !l.Kind.(*kind.VXLAN).Learning.Value() {
		t.Error(l)
	}
}

// A pair with a bad master stayed behind, since the master was a request of
// its own.
func TestPeerFaultCreateWithBadMaster(t *testing.T) {
	b := newBox(t)
	was := b.snapshot()
	for _, master := range []link.Ref{link.Index(999), link.Name("nobody"), link.Name("lo")} {
		if _, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Master: master, Kind: veth(kind.Peer{Name: "x1"})}); err == nil {
			t.Errorf("master %s: no error", master)
		}
	}
	b.unchanged(was)
}

// The zero value set the length of the transmit queue to 0.
func TestPeerFaultZeroValue(t *testing.T) {
	b := newBox(t)
	b.create(link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"})})
	for _, name := range []string{"x0", "x1"} {
		if l := b.get(name); l.TxQueueLen.Value() != 1000 || l.Flags&link.FlagMulticast == 0 || l.MTU.Value() != 1500 {
			t.Error(l)
		}
	}
	was := b.snapshot()
	b.tap.reset(nil)
	b.change("x0", link.Spec{})
	b.change("x0", link.Spec{Kind: &kind.Veth{}})
	b.wantSent(0)
	b.unchanged(was)
}

// A pair whose peer nothing was said of made the library panic.
func TestPeerFaultVethWithoutPeer(t *testing.T) {
	b := newBox(t)
	l := b.create(link.Spec{Name: "x0", Kind: &kind.Veth{}, MTU: attr.U32(1400)})
	if p := must[*link.Link](t)(b.c.Get(b.ctx, l.Lower)); p.MTU.Value() != 1400 || p.Lower != l.Ref() {
		t.Error(p)
	}
}

// The error for a link that is missing could not be matched, and was another
// one where the link was to be deleted.
func TestPeerFaultMissing(t *testing.T) {
	b := newBox(t)
	_, err := b.c.Get(b.ctx, link.Name("nobody"))
	for _, err := range []error{err, b.c.Delete(b.ctx, link.Name("nobody")), b.c.Delete(b.ctx, link.Index(999))} {
		wantError(t, err, "No such device", fs.ErrNotExist, link.ErrNotExist)
	}
	// A lookup by an alternative name made all later ones list all links.
	b.pair()
	b.change("v0", link.Spec{AltNames: []string{"alt"}})
	b.tap.reset(nil)
	for _, name := range []string{"alt", "v0", "nobody"} {
		_, _ = b.c.Get(b.ctx, link.Name(name))
	}
	for _, m := range b.tap.requests() {
		if m.Flags&rtnl.FlagDump == rtnl.FlagDump {
			t.Error("a lookup lists all links")
		}
	}
}

// A list of a kind that the kernel does not know returned all links.
func TestPeerFaultListUnknownKind(t *testing.T) {
	b := newBox(t)
	b.pair()
	if links := must[link.Links](t)(b.c.List(b.ctx, link.Filter{Kind: "iplink_none"})); len(links) != 0 {
		t.Errorf("%q", names(links))
	}
}

// A master together with port data failed: the link must be a port first.
func TestPeerFaultMasterWithPortData(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.bridge()
	l := b.change("v0", link.Spec{Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(42), Hairpin: attr.On}})
	if p := l.Port.(*kind.BridgePort); p.Cost.Value() != 42 || !p.Hairpin.Value() {
		t.Error(l)
	}
}

// Queue length, group, mode and carrier were ignored without an error.
func TestPeerFaultIgnoredSettings(t *testing.T) {
	b := newBox(t)
	b.pair()
	l := b.change("v0", link.Spec{TxQueueLen: attr.U32(3), Group: attr.U32(4), LinkMode: attr.Some(kind.LinkModeDormant)})
	if l.TxQueueLen.Value() != 3 || l.Group.Value() != 4 || l.LinkMode.Value() != kind.LinkModeDormant {
		t.Error(l)
	}
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Carrier: attr.On})
	wantError(t, err, "", link.ErrNotSupported)
}

// One acknowledgement that was not read made every later request fail, and so
// did notifications on the same socket.
func TestPeerFaultUnreadAck(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
		return []rtnltest.Fault{rtnltest.Noise, rtnltest.Overrun}[n%2]
	})
	for range 5 {
		_, _ = b.c.Change(b.ctx, link.Name("v0"), link.Spec{MTU: attr.U32(1400)})
		_, _ = b.c.List(b.ctx, link.Filter{})
	}
	b.tap.reset(nil)
	b.change("v0", link.Spec{MTU: attr.U32(1300)})
	if links, err := b.c.List(b.ctx, link.Filter{}); err != nil || links.ByName("v0") == nil {
		t.Error(links, err)
	}
}

// A bridge made by somebody else was adopted, another link changed.
func TestPeerFaultAdoption(t *testing.T) {
	b := newBox(t)
	b.bridge()
	b.prepare(link.Spec{Name: "i0", Kind: &kind.IFB{}})
	was := b.snapshot()
	for _, s := range []link.Spec{
		{Name: "br0", Kind: &kind.Bridge{}, MTU: attr.U32(1400)}, {Name: "i0", Kind: &kind.Bridge{}, Group: attr.U32(9)},
		{Name: "n0", Index: b.get("i0").Index, Kind: &kind.IFB{}},
	} {
		_, err := b.c.Create(b.ctx, s)
		wantError(t, err, "taken", link.ErrExist)
	}
	b.unchanged(was)
}

// Identity: a link that takes over an index or a name is not touched.
func TestPeerFaultIdentity(t *testing.T) {
	b := newBox(t)
	b.prepare(link.Spec{Name: "i0", Index: 700, Kind: &kind.IFB{}})
	// Just before the first message another link takes the index.
	replace := func(n int, req rtnl.Message) rtnltest.Fault {
		if n == 1 {
			ctx := context.WithoutCancel(b.ctx)
			if err := b.plain.Delete(ctx, link.Index(700)); err != nil {
				t.Error(err)
			}
			b.prepare(link.Spec{Name: "other", Index: 700, Kind: &kind.Bridge{}})
		}
		return rtnltest.None
	}
	b.tap.reset(replace)
	_, err := b.c.Change(b.ctx, link.Name("i0"), link.Spec{Group: attr.U32(7)})
	wantError(t, err, "", link.ErrConflict)
	b.wantSent(0)
	if err := b.plain.Delete(b.ctx, link.Index(700)); err != nil {
		t.Fatal(err)
	}
	b.prepare(link.Spec{Name: "i0", Index: 700, Kind: &kind.IFB{}})
	b.tap.reset(replace)
	wantError(t, b.c.Delete(b.ctx, link.Name("i0")), "", link.ErrConflict)
	b.wantSent(0)
	if l := b.get("other"); l.Index != 700 || l.Group.Value() != 0 {
		t.Error(l)
	}
}

// Somebody else changes the field that is about to be changed.
func TestPeerFaultConflict(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
		if n == 1 { // between planning and the guard
			if _, err := b.plain.Change(b.ctx, link.Name("v0"), link.Spec{MTU: attr.U32(1400), Group: attr.U32(5)}); err != nil {
				t.Error(err)
			}
		}
		return rtnltest.None
	})
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{MTU: attr.U32(1400)})
	if err != nil && !errors.Is(err, link.ErrConflict) {
		t.Error(err)
	}
	if l := b.get("v0"); l.MTU.Value() != 1400 || l.Group.Value() != 5 {
		t.Errorf("somebody else's change is gone:\n%s", l)
	}
}
