package link_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

var (
	end4   = netip.MustParseAddr("192.0.2.1")
	other4 = netip.MustParseAddr("192.0.2.2")
	end6   = netip.MustParseAddr("2001:db8::1")
	other6 = netip.MustParseAddr("2001:db8::2")
	addr4  = netip.MustParseAddr("192.0.2.9")
	addr6  = netip.MustParseAddr("2001:db8::9")
	sixRD  = netip.MustParseAddr("2001:db8::")
	relay  = netip.MustParseAddr("192.0.2.0")
)

func key(k kind.TunnelKey) attr.Opt[kind.TunnelKey] { return attr.Some(k) }

// TestWhole completes changes of kinds whose changes replace all data.
func TestWhole(t *testing.T) {
	now := kind.GRE{
		Link: link.Index(3), Remote: end4, Local: netip.IPv4Unspecified(), InKey: key(0), OutKey: key(7), InKeyed: attr.Off, OutKeyed: attr.On,
		InSequence: attr.On, OutSequence: attr.Off, InChecksum: attr.Off, OutChecksum: attr.Off, OtherInFlags: 0x40, TTL: attr.U8(9),
		Encap:   kind.Encap{Type: attr.Some(kind.EncapFOU), DestinationPort: attr.U16(5555), Checksum: attr.On, Checksum6: attr.Off, RemoteChecksum: attr.Off},
		Unknown: attr.Raw(u32(99, 1)),
	}
	with := func(f func(*kind.GRE)) *kind.GRE {
		g := now
		g.Unknown = "" // may be what a request must not hold
		f(&g)
		return &g
	}
	for _, tt := range []struct {
		name string
		said kind.GRE
		want *kind.GRE
	}{
		{"nothing", kind.GRE{}, with(func(*kind.GRE) {})},
		{"one field", kind.GRE{TTL: attr.U8(5)}, with(func(g *kind.GRE) { g.TTL.Set(5) })},
		{"one switch of several", kind.GRE{InChecksum: attr.On}, with(func(g *kind.GRE) { g.InChecksum = attr.On })},
		{"a key is used", kind.GRE{InKey: key(5)}, with(func(g *kind.GRE) { g.InKey, g.InKeyed = key(5), attr.On })},
		{"a key is not used any more", kind.GRE{OutKeyed: attr.Off}, with(func(g *kind.GRE) { g.OutKeyed = attr.Off })},
		{"a key of zero", kind.GRE{InKey: key(0)}, with(func(g *kind.GRE) { g.InKeyed = attr.On })},
		{"no remote end", kind.GRE{Remote: netip.IPv4Unspecified()}, with(func(g *kind.GRE) { g.Remote = netip.IPv4Unspecified() })},
		{"part of a group", kind.GRE{Encap: kind.Encap{SourcePort: attr.U16(1)}}, with(func(g *kind.GRE) { g.Encap.SourcePort.Set(1) })},
		{"no link", kind.GRE{Link: link.None}, with(func(g *kind.GRE) { g.Link = link.None })},
	} {
		said := tt.said
		if got := link.Whole(&now, &said); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v\nwant %+v", tt.name, got, tt.want)
		}
		if said != tt.said {
			t.Errorf("%s: what was said has changed: %+v", tt.name, said)
		}
	}
}

// TestGeneveSpec makes a device again whose hop limit was set before it was to
// be copied: a message that makes one cannot say both.
func TestGeneveSpec(t *testing.T) {
	for name, tt := range map[string]struct{ is, want kind.Geneve }{
		"copied": {kind.Geneve{TTL: attr.U8(64), TTLInherit: attr.On}, kind.Geneve{TTLInherit: attr.On}},
		"set":    {kind.Geneve{TTL: attr.U8(64), TTLInherit: attr.Off}, kind.Geneve{TTL: attr.U8(64), TTLInherit: attr.Off}},
	} {
		s := (&link.Link{Kind: &tt.is}).Spec()
		if g := s.Kind.(*kind.Geneve); *g != tt.want {
			t.Errorf("%s: %+v, want %+v", name, g, tt.want)
		}
	}
}
