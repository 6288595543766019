package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() {
	register(func() Kind { return new(VTI) })
	register(func() Kind { return new(VTI6) })
}

// VTI is a tunnel interface for IPsec over IPv4, "ip link add type vti"
// (net/ipv4/ip_vti.c): packets that are routed to it carry its key as their
// mark, which IPsec policies look for. [XFRM] does the same without ends of its
// own. It needs no link below; the device ip_vti0 exists by itself.
//
// A change replaces all of it but for Mark. It can neither give a remote
// address to a tunnel that has none nor take it away.
type VTI struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// InKey is the mark of received packets, OutKey that of sent ones; 0, the
	// default, for none.
	InKey, OutKey attr.Opt[TunnelKey]
	// Local and Remote are the ends of the tunnel, any address by default.
	Local, Remote netip.Addr
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vti".
func (*VTI) Kind() string { return "vti" }

// Info says that a change replaces the data.
func (*VTI) Info() Info { return Info{Update: Replace, Module: "ip_vti"} }

// Numbers of IFLA_VTI_* in linux/if_tunnel.h.
const (
	vtiLink = iota + 1
	vtiInKey
	vtiOutKey
	vtiLocal
	vtiRemote
	vtiFwmark
)

// Fields lists IFLA_VTI_* for IPv4.
func (v *VTI) Fields(c *attr.Codec) {
	replaced := attr.Changes(attr.Replaced)
	vtiLists(c, &v.Link, &v.InKey, &v.OutKey)
	attr.Addr4(c, vtiLocal, "local", &v.Local, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Addr4(c, vtiRemote, "remote", &v.Remote, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Uint32(c, vtiFwmark, "fwmark", &v.Mark, attr.Hex, attr.OmitZero)
	attr.Rest(c, &v.Unknown)
}

// vtiLists lists what is the same over IPv4 and IPv6.
func vtiLists(c *attr.Codec, link *attr.Ref, in, out *attr.Opt[TunnelKey]) {
	replaced := attr.Changes(attr.Replaced)
	attr.Link(c, vtiLink, "dev", link, replaced, attr.JSON("link"), attr.OmitZero)
	attr.Uint32BE(c, vtiInKey, "ikey", in, replaced, attr.OmitZero)
	attr.Uint32BE(c, vtiOutKey, "okey", out, replaced, attr.OmitZero)
}

// VTI6 is a [VTI] over IPv6, "ip link add type vti6" (net/ipv6/ip6_vti.c). The
// device ip6_vti0 exists by itself. A change replaces all of it.
type VTI6 struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// InKey is the mark of received packets, OutKey that of sent ones; 0, the
	// default, for none.
	InKey, OutKey attr.Opt[TunnelKey]
	// Local and Remote are the ends of the tunnel, any address by default.
	Local, Remote netip.Addr
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vti6".
func (*VTI6) Kind() string { return "vti6" }

// Info says that a change replaces the data.
func (*VTI6) Info() Info { return Info{Update: Replace, Module: "ip6_vti"} }

// Fields lists IFLA_VTI_* for IPv6.
func (v *VTI6) Fields(c *attr.Codec) {
	replaced := attr.Changes(attr.Replaced)
	vtiLists(c, &v.Link, &v.InKey, &v.OutKey)
	attr.Addr6(c, vtiLocal, "local", &v.Local, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Addr6(c, vtiRemote, "remote", &v.Remote, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	attr.Uint32(c, vtiFwmark, "fwmark", &v.Mark, replaced, attr.Hex, attr.OmitZero)
	attr.Rest(c, &v.Unknown)
}
