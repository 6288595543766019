package link_test

import (
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// A tunnel is one kind as the kernel makes it, and what is changed of it, one
// by one.
type tunnel struct {
	feature string
	make    kind.Kind
	changes map[string]kind.Kind
}

// session are the flags that ERSPAN wants.
func session(g kind.GRE) kind.GRE {
	g.InKey, g.OutKey, g.InSequence, g.OutSequence = key(5), key(6), attr.On, attr.On
	return g
}

func session6(g kind.IP6GRE) kind.IP6GRE {
	g.InKey, g.OutKey, g.InSequence, g.OutSequence = key(5), key(6), attr.On, attr.On
	return g
}

var tunnels = []tunnel{
	{"gre", &kind.GRE{Local: other4, Remote: end4, OutKey: key(7), TTL: attr.U8(9), InSequence: attr.On, Mark: attr.U32(3)}, map[string]kind.Kind{
		"ttl": &kind.GRE{TTL: attr.U8(5)}, "tos": &kind.GRE{TOS: attr.U8(1)}, "ikey": &kind.GRE{InKey: key(1)}, "ikey 0": &kind.GRE{InKey: key(0)},
		"okey": &kind.GRE{OutKey: key(1)}, "nookey": &kind.GRE{OutKeyed: attr.Off}, "noiseq": &kind.GRE{InSequence: attr.Off}, "ocsum": &kind.GRE{OutChecksum: attr.On},
		"remote": &kind.GRE{Remote: addr4}, "nopmtudisc": &kind.GRE{PathMTUDiscovery: attr.Off}, "fwmark": &kind.GRE{Mark: attr.U32(0)},
		"ignore-df": &kind.GRE{IgnoreDF: attr.On, PathMTUDiscovery: attr.Off}, "dev": &kind.GRE{Link: link.Name("v0")},
	}},
	{"gretap", &kind.GRETap{Remote: end4}, map[string]kind.Kind{"ikey": &kind.GRETap{InKey: key(1)}, "local": &kind.GRETap{Local: other4}}},
	{"gretap", &kind.GRETap{External: attr.On}, map[string]kind.Kind{"ttl": &kind.GRETap{TTL: attr.U8(3)}}},
	{"erspan", &kind.ERSPAN{GRE: session(kind.GRE{Remote: end4}), Version: attr.U8(1), Index: attr.U32(3)}, map[string]kind.Kind{
		"erspan": &kind.ERSPAN{Index: attr.U32(4)}, "ttl": &kind.ERSPAN{GRE: kind.GRE{TTL: attr.U8(4)}}, "ikey": &kind.ERSPAN{GRE: kind.GRE{InKey: key(9)}},
	}},
	{"erspan", &kind.ERSPAN{GRE: session(kind.GRE{Remote: end4}), Version: attr.U8(2), Direction: attr.Some(kind.ERSPANEgress), HardwareID: attr.U16(63)}, map[string]kind.Kind{
		"erspan_hwid": &kind.ERSPAN{HardwareID: attr.U16(1)}, "erspan_dir": &kind.ERSPAN{Direction: attr.Some(kind.ERSPANIngress)},
	}},
	{"ip6gre", &kind.IP6GRE{Remote: end6, HopLimit: attr.U8(64), OutKey: key(7), Header: kind.IPv6Header{EncapLimit: attr.U8(4), FlowLabel: attr.U32(5)}}, map[string]kind.Kind{
		"hoplimit": &kind.IP6GRE{HopLimit: attr.U8(5)}, "tclass": &kind.IP6GRE{Header: kind.IPv6Header{TrafficClass: attr.U8(9)}},
		"flowlabel": &kind.IP6GRE{Header: kind.IPv6Header{FlowLabel: attr.U32(9)}}, "encaplimit none": &kind.IP6GRE{Header: kind.IPv6Header{NoEncapLimit: attr.On}},
		"remote": &kind.IP6GRE{Remote: other6}, "local": &kind.IP6GRE{Local: other6}, "fwmark": &kind.IP6GRE{Mark: attr.U32(7)}, "ikey": &kind.IP6GRE{InKey: key(1)},
	}},
	{"ip6gretap", &kind.IP6GRETap{Remote: end6}, map[string]kind.Kind{"hoplimit": &kind.IP6GRETap{HopLimit: attr.U8(3)}, "dev": &kind.IP6GRETap{Link: link.Name("v0")}}},
	{"ip6gretap", &kind.IP6ERSPAN{IP6GRE: session6(kind.IP6GRE{Remote: end6}), Version: attr.U8(1), Index: attr.U32(3)}, map[string]kind.Kind{
		"erspan": &kind.IP6ERSPAN{Index: attr.U32(4)}, "hoplimit": &kind.IP6ERSPAN{IP6GRE: kind.IP6GRE{HopLimit: attr.U8(4)}},
	}},
	{"ipip", &kind.IPIP{Local: other4, Remote: end4, TTL: attr.U8(9), Protocol: attr.Some(kind.TunnelAny), Mark: attr.U32(3)}, map[string]kind.Kind{
		"ttl": &kind.IPIP{TTL: attr.U8(5)}, "tos": &kind.IPIP{TOS: attr.U8(4)}, "remote": &kind.IPIP{Remote: addr4}, "local": &kind.IPIP{Local: addr4},
		"nopmtudisc": &kind.IPIP{TTL: attr.U8(0), PathMTUDiscovery: attr.Off}, "fwmark": &kind.IPIP{Mark: attr.U32(4)}, "dev": &kind.IPIP{Link: link.Name("v0")},
	}},
	{"sit", &kind.SIT{Local: other4, SixRDPrefix: sixRD, SixRDPrefixLen: attr.U16(32), ISATAP: attr.On}, map[string]kind.Kind{
		"ttl": &kind.SIT{TTL: attr.U8(5)}, "6rd-relay_prefix": &kind.SIT{SixRDRelayPrefix: relay, SixRDRelayPrefixLen: attr.U16(24)},
		"local": &kind.SIT{Local: addr4},
	}},
	{"ip6tnl", &kind.IP6Tnl{Remote: end6, HopLimit: attr.U8(64), Header: kind.IPv6Header{EncapLimit: attr.U8(4), CopyDSCP: attr.On}}, map[string]kind.Kind{
		"mode": &kind.IP6Tnl{Protocol: attr.Some(kind.IP6TunnelIPv4)}, "hoplimit": &kind.IP6Tnl{HopLimit: attr.U8(3)}, "local": &kind.IP6Tnl{Local: other6},
		"remote": &kind.IP6Tnl{Remote: other6}, "fwmark": &kind.IP6Tnl{Mark: attr.U32(9)}, "fwmark inherit": &kind.IP6Tnl{Header: kind.IPv6Header{CopyMark: attr.On}},
		"tclass inherit": &kind.IP6Tnl{Header: kind.IPv6Header{CopyTrafficClass: attr.On}}, "dev": &kind.IP6Tnl{Link: link.Name("v0")},
	}},
	{"vti", &kind.VTI{Local: other4, Remote: end4, InKey: key(1), OutKey: key(2)}, map[string]kind.Kind{
		"ikey": &kind.VTI{InKey: key(3)}, "fwmark": &kind.VTI{Mark: attr.U32(9)}, "remote": &kind.VTI{Remote: addr4},
	}},
	{"vti6", &kind.VTI6{Local: other6, Remote: end6, InKey: key(1), OutKey: key(2)}, map[string]kind.Kind{
		"okey": &kind.VTI6{OutKey: key(0)}, "fwmark": &kind.VTI6{Mark: attr.U32(9)}, "local": &kind.VTI6{Local: addr6},
	}},
	{"xfrm", &kind.XFRM{ID: attr.U32(7), Link: link.Name("v0")}, map[string]kind.Kind{"if_id": &kind.XFRM{ID: attr.U32(8)}}},
	{"geneve", &kind.Geneve{ID: attr.U32(7), Remote: end4, TTL: attr.U8(9), DF: attr.Some(kind.DFSet)}, map[string]kind.Kind{
		"ttl": &kind.Geneve{TTL: attr.U8(5)}, "ttl-inherit": &kind.Geneve{TTLInherit: attr.On}, "tos": &kind.Geneve{TOS: attr.U8(4)},
		"remote": &kind.Geneve{Remote: other4}, "df": &kind.Geneve{DF: attr.Some(kind.DFInherit)},
	}},
	{"geneve", &kind.Geneve{ID: attr.U32(7), Remote: end6, TTLInherit: attr.On, Port: attr.U16(9999)}, map[string]kind.Kind{
		"flowlabel": &kind.Geneve{Label: attr.U32(5)}, "ttl": &kind.Geneve{TTL: attr.U8(5), TTLInherit: attr.Off},
	}},
}

// TestTunnels makes tunnels, changes them in one respect and back, and makes
// them again from what was read.
func TestTunnels(t *testing.T) {
	changed := 0
	for _, tt := range tunnels {
		t.Run(tt.make.Kind(), func(t *testing.T) {
			testns.Require(t, tt.feature)
			for name, change := range tt.changes {
				t.Run(name, func(t *testing.T) {
					b := newBox(t)
					b.pair()
					b.prepare(link.Spec{Name: "tun0", Kind: attr.Clone(tt.make)})
					b.setAndBack("tun0", func() link.Spec { return link.Spec{Kind: attr.Clone(change)} }, false)
					changed++
				})
			}
			t.Run("again", func(t *testing.T) {
				b := newBox(t)
				b.pair()
				b.create(link.Spec{Name: "tun0", Kind: attr.Clone(tt.make)})
				was, l := b.again("tun0")
				if !reflect.DeepEqual(l.Kind, was.Kind) {
					t.Errorf("%+v\nwant %+v", l.Kind, was.Kind)
				}
			})
		})
	}
	t.Logf("%d changes made and taken back", changed)
}

// again deletes a link and makes it again from what was read of it.
func (b *box) again(name string) (was, l *link.Link) {
	b.t.Helper()
	was = b.get(name)
	s := was.Spec()
	if err := b.c.Delete(b.ctx, was.Ref()); err != nil {
		b.t.Fatal(err)
	}
	return was, b.create(link.Spec{Name: name, Index: s.Index, Kind: s.Kind})
}

// TestGeneveAgain makes a device again that was told to copy the hop limit when
// it had one.
func TestGeneveAgain(t *testing.T) {
	testns.Require(t, "geneve")
	b := newBox(t)
	b.prepare(link.Spec{Name: "tun0", Kind: &kind.Geneve{ID: attr.U32(7), Remote: end4, TTL: attr.U8(9)}})
	b.change("tun0", link.Spec{Kind: &kind.Geneve{TTLInherit: attr.On}})
	was, l := b.again("tun0")
	if g := was.Kind.(*kind.Geneve); g.TTL != attr.U8(9) || g.TTLInherit != attr.On {
		t.Fatalf("%+v does not say both", g)
	}
	if g := l.Kind.(*kind.Geneve); g.TTLInherit != attr.On {
		t.Errorf("%+v", g)
	}
}

// TestTunnelUndo fails after the data of a tunnel has been changed: all of it
// must come back, though a change replaces what it leaves out.
func TestTunnelUndo(t *testing.T) {
	for _, tt := range tunnels {
		t.Run(tt.make.Kind(), func(t *testing.T) {
			testns.Require(t, tt.feature)
			for name, change := range tt.changes {
				b := newBox(t)
				b.pair()
				b.prepare(link.Spec{Name: "tun0", Kind: attr.Clone(tt.make)})
				was := b.snapshot()
				_, err := b.c.Change(b.ctx, link.Name("tun0"), link.Spec{Kind: attr.Clone(change), Master: link.Name("v0")})
				if err == nil {
					t.Fatalf("%s: v0 takes ports", name)
				}
				b.unchanged(was)
			}
		})
	}
}

// TestTunnelFixed refuses what cannot be changed before anything is sent.
func TestTunnelFixed(t *testing.T) {
	for _, tt := range []struct {
		feature, field string
		make, change   kind.Kind
	}{
		{"gre", "external", &kind.GRE{Remote: end4}, &kind.GRE{External: attr.On}},
		{"ipip", "mode", &kind.IPIP{Remote: end4}, &kind.IPIP{Protocol: attr.Some(kind.TunnelMPLS)}},
		{"sit", "isatap", &kind.SIT{Local: other4}, &kind.SIT{ISATAP: attr.On}},
		{"xfrm", "dev", &kind.XFRM{ID: attr.U32(7)}, &kind.XFRM{Link: link.Name("v0")}},
		{"geneve", "id", &kind.Geneve{ID: attr.U32(7), Remote: end4}, &kind.Geneve{ID: attr.U32(8)}},
		{"geneve", "remote", &kind.Geneve{ID: attr.U32(7), Remote: end4}, &kind.Geneve{Remote: end6}},
		{"bareudp", "kind", &kind.BareUDP{Port: attr.U16(6635), EtherType: attr.Some(kind.EtherTypeMPLSUnicast)}, &kind.BareUDP{SourcePortMin: attr.U16(9)}},
	} {
		t.Run(tt.make.Kind()+" "+tt.field, func(t *testing.T) {
			testns.Require(t, tt.feature)
			b := newBox(t)
			b.pair()
			b.prepare(link.Spec{Name: "tun0", Kind: tt.make})
			_, err := b.c.Change(b.ctx, link.Name("tun0"), link.Spec{Kind: tt.change})
			wantError(t, err, "", link.ErrFixed)
			b.wantSent(0)
		})
	}
}
