package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() {
	register(func() Kind { return new(IPIP) })
	register(func() Kind { return new(SIT) })
	register(func() Kind { return new(IP6Tnl) })
}

// IPIP is a tunnel for IPv4 packets over IPv4 (RFC 2003), also for MPLS, "ip
// link add type ipip" (net/ipv4/ipip.c). It needs no link below; the device
// tunl0 exists by itself.
//
// A change replaces all of it but for Mark. It can neither give a remote
// address to a tunnel that has none nor take it away.
type IPIP struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// Local is the source address. Remote is the other end, or a multicast
	// group. Both are any address by default.
	Local, Remote netip.Addr
	// TTL is the hop limit of the outer packets; 0, the default, copies the
	// inner one. Any other sets PathMTUDiscovery on.
	TTL attr.Opt[uint8]
	// TOS is the type of service of the outer packets; 1 copies the inner, 0
	// is the default.
	TOS attr.Opt[uint8]
	// PathMTUDiscovery sets the don't-fragment bit of outer packets; on by
	// default, off where a request says nothing at all of the tunnel. It can be
	// off only with a TTL of 0.
	PathMTUDiscovery attr.Opt[bool]
	// Protocol is what is in the tunnel: TunnelIPv4 (the default), TunnelMPLS
	// or TunnelAny. Fixed at creation: the kernel ignores a change.
	Protocol attr.Opt[TunnelProtocol]
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Encap puts the packets into UDP.
	Encap Encap
	// External takes the tunnel's parameters from each packet's metadata
	// (IFLA_IPTUN_COLLECT_METADATA). Fixed at creation; a namespace can have
	// one such device.
	External attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ipip".
func (*IPIP) Kind() string { return "ipip" }

// Info says that a change replaces the data.
func (*IPIP) Info() Info { return Info{Update: Replace, Module: "ipip"} }

// Tidy leaves out what iproute2 does.
func (t *IPIP) Tidy(o *attr.Object) { t.Encap.tidy(o) }

// Numbers of IFLA_IPTUN_* in linux/if_tunnel.h.
const (
	iptunLink = iota + 1
	iptunLocal
	iptunRemote
	iptunTTL
	iptunTOS
	iptunEncapLimit
	_ // FLOWINFO: see IPv6Header
	iptunFlags
	iptunProto
	iptunPMTUDisc
	iptun6RDPrefix
	iptun6RDRelayPrefix
	iptun6RDPrefixLen
	iptun6RDRelayPrefixLen
	iptunEncapType
	_ // FLAGS, SPORT, DPORT: see Encap
	_
	_
	iptunCollectMetadata
	iptunFwmark
)

// Fields lists IFLA_IPTUN_* for IPv4.
func (t *IPIP) Fields(c *attr.Codec) {
	ip4TunnelLists{&t.Link, &t.Local, &t.Remote, &t.TTL, &t.TOS, &t.PathMTUDiscovery, &t.Protocol, &t.Mark, &t.Encap}.fields(c)
	attr.Flag(c, iptunCollectMetadata, "external", &t.External, attr.CreateOnly, attr.OmitZero)
	attr.Rest(c, &t.Unknown)
}

// ip4TunnelLists points to what the tunnels over IPv4 have in common.
type ip4TunnelLists struct {
	link          *attr.Ref
	local, remote *netip.Addr
	ttl, tos      *attr.Opt[uint8]
	pmtudisc      *attr.Opt[bool]
	protocol      *attr.Opt[TunnelProtocol]
	mark          *attr.Opt[uint32]
	encap         *Encap
}

func (l ip4TunnelLists) fields(c *attr.Codec) {
	replaced := attr.Changes(attr.Replaced)
	attr.Link(c, iptunLink, "dev", l.link, replaced, attr.JSON("link"), attr.OmitZero)
	attr.Addr4(c, iptunLocal, "local", l.local, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Addr4(c, iptunRemote, "remote", l.remote, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Uint8(c, iptunTTL, "ttl", l.ttl, replaced)
	attr.Uint8(c, iptunTOS, "tos", l.tos, replaced, attr.Hex, attr.OmitZero)
	attr.Uint8(c, iptunProto, "mode", l.protocol, attr.Changes(attr.FixedSilent), attr.JSON("proto"))
	attr.Bool(c, iptunPMTUDisc, "pmtudisc", l.pmtudisc, replaced)
	attr.Uint32(c, iptunFwmark, "fwmark", l.mark, attr.Hex, attr.OmitZero)
	l.encap.fields(c, iptunEncapType)
}

// SIT is a tunnel for IPv6 packets over IPv4 (RFC 4213), also for IPv4 and
// MPLS, "ip link add type sit" (net/ipv6/sit.c). It needs no link below; the
// device sit0 exists by itself.
//
// A change replaces all of it but for Mark. It can neither give a remote
// address to a tunnel that has none nor take it away.
type SIT struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// Local is the source address. Remote is the other end; without one, it is
	// in the IPv6 addresses (6to4, 6rd, ISATAP). Both are any address by default.
	Local, Remote netip.Addr
	// TTL is the hop limit of the outer packets, 64 by default; 0 copies the
	// inner one. Any other sets PathMTUDiscovery on.
	TTL attr.Opt[uint8]
	// TOS is the type of service of the outer packets; 1 copies the inner, 0
	// is the default.
	TOS attr.Opt[uint8]
	// PathMTUDiscovery sets the don't-fragment bit of outer packets; on by
	// default, off where a request says nothing at all of the tunnel. It can be
	// off only with a TTL of 0.
	PathMTUDiscovery attr.Opt[bool]
	// Protocol is what is in the tunnel: TunnelIPv6 (the default), TunnelIPv4,
	// TunnelMPLS or TunnelAny. Fixed at creation: the kernel ignores a change.
	Protocol attr.Opt[TunnelProtocol]
	// ISATAP makes the IPv6 addresses those of RFC 5214. Fixed at creation:
	// the kernel ignores a change.
	ISATAP attr.Opt[bool]
	// OtherFlags are bits of the flags without a field.
	OtherFlags uint16
	// SixRDPrefix and SixRDPrefixLen, in bits, are the IPv6 prefix that holds
	// the IPv4 addresses of other ends (6rd, RFC 5969), by default 2002::/16
	// (6to4). Bits behind the length must be zero. SixRDRelayPrefix and
	// SixRDRelayPrefixLen are the part of those IPv4 addresses that all have
	// and is left out, none by default. What is left out is reset when any of
	// the four is sent, and stays when none is.
	SixRDPrefix         netip.Addr
	SixRDPrefixLen      attr.Opt[uint16]
	SixRDRelayPrefix    netip.Addr
	SixRDRelayPrefixLen attr.Opt[uint16]
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Encap puts the packets into UDP.
	Encap Encap
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "sit".
func (*SIT) Kind() string { return "sit" }

// Info says that a change replaces the data.
func (*SIT) Info() Info { return Info{Update: Replace, Module: "sit"} }

// Fields lists IFLA_IPTUN_* for IPv4 with the prefixes of 6rd.
func (t *SIT) Fields(c *attr.Codec) {
	const (
		maxPrefix      = 64
		maxRelayPrefix = 32
	)
	ip4TunnelLists{&t.Link, &t.Local, &t.Remote, &t.TTL, &t.TOS, &t.PathMTUDiscovery, &t.Protocol, &t.Mark, &t.Encap}.fields(c)
	// The kernel calls the flags big-endian and reads them in its own order.
	attr.Parts16(c, iptunFlags, "flags", &t.OtherFlags, []attr.Part{attr.FlagPart("isatap", 1, &t.ISATAP, attr.OmitZero)}, attr.Changes(attr.FixedSilent))
	group := attr.Changes(attr.ReplacedGroup)
	attr.Addr6(c, iptun6RDPrefix, "6rd-prefix", &t.SixRDPrefix, group, attr.JSON("prefix"))
	attr.Addr4(c, iptun6RDRelayPrefix, "6rd-relay_prefix", &t.SixRDRelayPrefix, group, attr.JSON("relay_prefix"))
	attr.Uint16(c, iptun6RDPrefixLen, "6rd-prefixlen", &t.SixRDPrefixLen, group, attr.Range(0, maxPrefix), attr.JSON("prefixlen"))
	attr.Uint16(c, iptun6RDRelayPrefixLen, "6rd-relay_prefixlen", &t.SixRDRelayPrefixLen, group, attr.Range(0, maxRelayPrefix), attr.JSON("relay_prefixlen"))
	attr.Rest(c, &t.Unknown)
}

// Tidy leaves out what iproute2 does: prefixes that are none.
func (t *SIT) Tidy(o *attr.Object) {
	t.Encap.tidy(o)
	none := t.SixRDPrefixLen.Value() == 0
	if none {
		o.Remove("prefix")
		o.Remove("prefixlen")
	}
	if none || !t.SixRDRelayPrefix.IsValid() || t.SixRDRelayPrefix.IsUnspecified() {
		o.Remove("relay_prefix")
		o.Remove("relay_prefixlen")
	}
}

// IP6Tnl is a tunnel for IPv4 and IPv6 packets over IPv6 (RFC 2473), "ip link
// add type ip6tnl" (net/ipv6/ip6_tunnel.c). It needs no link below; the device
// ip6tnl0 exists by itself. A change replaces all of it.
type IP6Tnl struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// Local and Remote are the ends of the tunnel, any address by default.
	Local, Remote netip.Addr
	// HopLimit is the hop limit of the outer packets; 0, the default, takes
	// that of the route. "ip" asks for 64.
	HopLimit attr.Opt[uint8]
	// Header is the rest of the outer header.
	Header IPv6Header
	// Protocol is what is in the tunnel: IP6TunnelAny (the default),
	// IP6TunnelIPv4 or IP6TunnelIPv6.
	Protocol attr.Opt[IP6TunnelProtocol]
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Encap puts the packets into UDP.
	Encap Encap
	// External takes the tunnel's parameters from each packet's metadata
	// (IFLA_IPTUN_COLLECT_METADATA). Fixed at creation; a namespace can have
	// one such device.
	External attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ip6tnl".
func (*IP6Tnl) Kind() string { return "ip6tnl" }

// Info says that a change replaces the data.
func (*IP6Tnl) Info() Info { return Info{Update: Replace, Module: "ip6_tunnel"} }

// Fields lists IFLA_IPTUN_* for IPv6.
func (t *IP6Tnl) Fields(c *attr.Codec) {
	replaced := attr.Changes(attr.Replaced)
	attr.Link(c, iptunLink, "dev", &t.Link, replaced, attr.JSON("link"), attr.OmitZero)
	attr.Addr6(c, iptunLocal, "local", &t.Local, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Addr6(c, iptunRemote, "remote", &t.Remote, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Uint8(c, iptunTTL, "hoplimit", &t.HopLimit, replaced, attr.JSON("ttl"))
	t.Header.fields(c, iptunEncapLimit)
	attr.Uint8(c, iptunProto, "mode", &t.Protocol, replaced, attr.JSON("proto"))
	attr.Uint32(c, iptunFwmark, "fwmark", &t.Mark, replaced, attr.Hex, attr.OmitZero)
	t.Encap.fields(c, iptunEncapType)
	attr.Flag(c, iptunCollectMetadata, "external", &t.External, attr.CreateOnly, attr.OmitZero)
	attr.Rest(c, &t.Unknown)
}

// Tidy leaves out what iproute2 does.
func (t *IP6Tnl) Tidy(o *attr.Object) {
	t.Header.tidy(o)
	t.Encap.tidy(o)
}

// A TunnelProtocol says what packets are in a tunnel over IPv4, by their IP
// protocol number (linux/in.h IPPROTO_*).
type TunnelProtocol uint8

// What can be in a tunnel over IPv4.
const (
	TunnelAny  TunnelProtocol = 0   // all that the kind takes
	TunnelIPv4 TunnelProtocol = 4   // IPv4
	TunnelIPv6 TunnelProtocol = 41  // IPv6
	TunnelMPLS TunnelProtocol = 137 // MPLS
)

var tunnelProtocols = attr.Words[TunnelProtocol]{
	{Value: TunnelAny, Name: "any"}, {Value: TunnelIPv4, Name: "ipip"}, {Value: TunnelIPv6, Name: "ip6ip"}, {Value: TunnelMPLS, Name: "mplsip"},
	{Value: TunnelAny, Name: "any/ipv4"}, {Value: TunnelIPv4, Name: "ipv4/ipv4"}, {Value: TunnelIPv4, Name: "ip4ip4"},
	{Value: TunnelIPv6, Name: "ipv6/ipv4"}, {Value: TunnelMPLS, Name: "mpls/ipv4"},
}

// String returns iproute2's word.
func (p TunnelProtocol) String() string { return tunnelProtocols.Text(p) }

// MarshalText returns the form of String.
func (p TunnelProtocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String and iproute2's other words.
func (p *TunnelProtocol) UnmarshalText(b []byte) (err error) {
	*p, err = tunnelProtocols.Parse("tunnel mode", string(b))
	return err
}

// An IP6TunnelProtocol is a [TunnelProtocol] over IPv6.
type IP6TunnelProtocol uint8

// What can be in a tunnel over IPv6.
const (
	IP6TunnelAny  IP6TunnelProtocol = 0  // both
	IP6TunnelIPv4 IP6TunnelProtocol = 4  // IPv4
	IP6TunnelIPv6 IP6TunnelProtocol = 41 // IPv6
)

var ip6TunnelProtocols = attr.Words[IP6TunnelProtocol]{
	{Value: IP6TunnelAny, Name: "any"}, {Value: IP6TunnelIPv4, Name: "ipip6"}, {Value: IP6TunnelIPv6, Name: "ip6ip6"},
	{Value: IP6TunnelAny, Name: "any/ipv6"}, {Value: IP6TunnelIPv4, Name: "ip/ipv6"}, {Value: IP6TunnelIPv4, Name: "ipv4/ipv6"},
	{Value: IP6TunnelIPv4, Name: "ip4ip6"}, {Value: IP6TunnelIPv6, Name: "ipv6/ipv6"},
}

// String returns iproute2's word.
func (p IP6TunnelProtocol) String() string { return ip6TunnelProtocols.Text(p) }

// MarshalText returns the form of String.
func (p IP6TunnelProtocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String and iproute2's other words.
func (p *IP6TunnelProtocol) UnmarshalText(b []byte) (err error) {
	*p, err = ip6TunnelProtocols.Parse("tunnel mode", string(b))
	return err
}
