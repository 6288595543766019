package specimen

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The least of kinds that send packets in packets. Another end keeps them apart
// from the fallback devices that some modules make in every namespace.

var (
	far4, far6   = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	near4, near6 = netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::2")
)

var tunnelRows = map[string]row{
	"bareudp": {data: &kind.BareUDP{Port: attr.U16(6635), EtherType: attr.Some(kind.EtherTypeIPv4)}},
	"geneve":  {data: &kind.Geneve{ID: attr.U32(42), Remote: far4}},
	"gre":     {data: &kind.GRE{Remote: far4}},
	"gretap":  {data: &kind.GRETap{Remote: far4}},
	// Who gives a key need not say that it is used; here it is said, because the
	// switches share an attribute, and with one of them all are said.
	"erspan":    {data: &kind.ERSPAN{GRE: kind.GRE{Remote: far4, Local: near4, InKey: session, InKeyed: attr.On, OutKey: session, OutKeyed: attr.On, InSequence: attr.On, OutSequence: attr.On}}},
	"ip6gre":    {data: &kind.IP6GRE{Remote: far6}},
	"ip6gretap": {data: &kind.IP6GRETap{Remote: far6}},
	"ip6erspan": {data: &kind.IP6ERSPAN{IP6GRE: kind.IP6GRE{Remote: far6, Local: near6, InKey: session, InKeyed: attr.On, OutKey: session, OutKeyed: attr.On, InSequence: attr.On, OutSequence: attr.On}}},
	"ipip":      {data: &kind.IPIP{Remote: far4}},
	"sit":       {data: &kind.SIT{Remote: far4}},
	"ip6tnl":    {data: &kind.IP6Tnl{Remote: far6}},
	"vti":       {data: &kind.VTI{Remote: far4}},
	"vti6":      {data: &kind.VTI6{Remote: far6}},
	"vxlan":     {data: &kind.VXLAN{ID: attr.U32(42)}},
	"xfrm":      {data: &kind.XFRM{ID: attr.U32(42)}},
}

// session is a key that ERSPAN takes.
var session = attr.Some[kind.TunnelKey](1)
