package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() {
	register(func() Kind { return new(IP6GRE) })
	register(func() Kind { return new(IP6GRETap) })
	register(func() Kind { return new(IP6ERSPAN) })
}

// IP6GRE is a [GRE] tunnel over IPv6, "ip link add type ip6gre"
// (net/ipv6/ip6_gre.c). It needs no link below; the device ip6gre0 exists by
// itself. A change replaces all of it.
type IP6GRE struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// Local and Remote are the ends of the tunnel, any address by default.
	Local, Remote netip.Addr
	// InKey, OutKey, InKeyed, OutKeyed and the like are those of [GRE].
	InKey, OutKey           attr.Opt[TunnelKey]
	InKeyed, OutKeyed       attr.Opt[bool]
	InSequence, OutSequence attr.Opt[bool]
	InChecksum, OutChecksum attr.Opt[bool]
	OtherInFlags            uint16
	OtherOutFlags           uint16
	// HopLimit is the hop limit of the outer packets; 0, the default, takes
	// that of the route. "ip" asks for 64.
	HopLimit attr.Opt[uint8]
	// Header is the rest of the outer header.
	Header IPv6Header
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Encap puts the packets into UDP.
	Encap Encap
	// External takes the tunnel's parameters from each packet's metadata
	// (IFLA_GRE_COLLECT_METADATA). Fixed at creation; a namespace can have one
	// such device.
	External attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ip6gre".
func (*IP6GRE) Kind() string { return "ip6gre" }

// Info says that a change replaces the data.
func (*IP6GRE) Info() Info { return Info{Update: Replace, Module: "ip6_gre"} }

// Complete is that of [GRE].
func (g *IP6GRE) Complete() { g.common().useKeys() }

// Tidy leaves out what iproute2 does.
func (g *IP6GRE) Tidy(o *attr.Object) {
	g.common().tidyKeys(o)
	g.Header.tidy(o)
	g.Encap.tidy(o)
}

// Fields lists IFLA_GRE_* for IPv6.
func (g *IP6GRE) Fields(c *attr.Codec) {
	g.fields(c)
	attr.Rest(c, &g.Unknown)
}

// common is that of [GRE].
func (g *IP6GRE) common() greCommon {
	return greCommon{
		link: &g.Link, external: &g.External, local: &g.Local, remote: &g.Remote,
		in:  greWay{&g.InKey, &g.InKeyed, &g.InSequence, &g.InChecksum, &g.OtherInFlags},
		out: greWay{&g.OutKey, &g.OutKeyed, &g.OutSequence, &g.OutChecksum, &g.OtherOutFlags},
	}
}

func (g *IP6GRE) fields(c *attr.Codec) {
	replaced := attr.Changes(attr.Replaced)
	g.common().fields(c, attr.Addr6)
	attr.Uint8(c, greTTL, "hoplimit", &g.HopLimit, replaced, attr.JSON("ttl"))
	g.Header.fields(c, greEncapLimit)
	attr.Uint32(c, greFwmark, "fwmark", &g.Mark, replaced, attr.Hex, attr.OmitZero)
	g.Encap.fields(c, greEncapType)
}

// IP6GRETap is an [IP6GRE] tunnel for Ethernet frames, "ip link add type
// ip6gretap". It takes the same data. A remote address is needed unless
// External is on.
type IP6GRETap IP6GRE

// Kind returns "ip6gretap".
func (*IP6GRETap) Kind() string { return "ip6gretap" }

// Info says that a change replaces the data.
func (*IP6GRETap) Info() Info { return Info{Update: Replace, Module: "ip6_gre"} }

// Complete is that of [GRE].
func (g *IP6GRETap) Complete() { (*IP6GRE)(g).Complete() }

// Tidy is that of [IP6GRE].
func (g *IP6GRETap) Tidy(o *attr.Object) { (*IP6GRE)(g).Tidy(o) }

// Fields lists IFLA_GRE_* for IPv6.
func (g *IP6GRETap) Fields(c *attr.Codec) { (*IP6GRE)(g).Fields(c) }

// IP6ERSPAN is an [ERSPAN] tunnel over IPv6, "ip link add type ip6erspan". It
// needs keys and sequence numbers, and takes no checksums, unless External is
// on.
type IP6ERSPAN struct {
	IP6GRE
	// Version is 1 (type II, the default) or 2 (type III).
	Version attr.Opt[uint8]
	// Index, Direction and HardwareID are those of [ERSPAN].
	Index      attr.Opt[uint32]
	Direction  attr.Opt[ERSPANDirection]
	HardwareID attr.Opt[uint16]
}

// Kind returns "ip6erspan".
func (*IP6ERSPAN) Kind() string { return "ip6erspan" }

// Forget is that of [ERSPAN].
func (e *IP6ERSPAN) Forget() { erspanLists{&e.Version, &e.Index, &e.Direction, &e.HardwareID}.forget() }

// Fields lists IFLA_GRE_* for IPv6 with what ERSPAN adds.
func (e *IP6ERSPAN) Fields(c *attr.Codec) {
	e.IP6GRE.fields(c)
	erspanLists{&e.Version, &e.Index, &e.Direction, &e.HardwareID}.fields(c, attr.Replaced, 1)
	attr.Rest(c, &e.Unknown)
}
