package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(GTP) }) }

// GTP is the user plane of the GPRS tunneling protocol of mobile networks (3GPP
// TS 29.281), "ip link add type gtp" (drivers/net/gtp.c). Its tunnels are set up
// through generic netlink, so that it needs no link below. Nothing of it can be
// changed.
type GTP struct {
	// FD0 and FD1 are descriptors of UDP sockets of this process for versions
	// 0 and 1 of the protocol, bound to ports 3386 and 2152. The device lives
	// no longer than they do. Of the sockets the kernel reports nothing.
	FD0, FD1 attr.Opt[uint32]
	// CreateSockets has the kernel make both sockets; Linux 5.18. A request
	// without descriptors asks for it.
	CreateSockets attr.Opt[bool]
	// Local is the address that those sockets are bound to, all by default;
	// Linux 6.10 (IFLA_GTP_LOCAL, IFLA_GTP_LOCAL6).
	Local netip.Addr
	// HashSize is how many buckets the tables of tunnels have, below 1<<17;
	// 1024 by default.
	HashSize attr.Opt[uint32]
	// Role is the side of the tunnels; GTPGGSN by default.
	Role attr.Opt[GTPRole]
	// RestartCount is what the other end is told in answers to echo requests,
	// 0 by default; Linux 5.18.
	RestartCount attr.Opt[uint8]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "gtp".
func (*GTP) Kind() string { return "gtp" }

// Info says that the data is for creation only and always needed.
func (*GTP) Info() Info { return Info{Update: Never, NeedsData: true, Module: "gtp"} }

// Complete asks the kernel for sockets if there are none: it makes no device
// without.
func (g *GTP) Complete() {
	if !g.FD0.IsSet() && !g.FD1.IsSet() && !g.CreateSockets.IsSet() {
		g.CreateSockets = attr.On
	}
}

// Fields lists IFLA_GTP_*.
func (g *GTP) Fields(c *attr.Codec) {
	const maxHashSize = 1<<17 - 1 // of iproute2; the tables are allocated at once
	attr.Uint32(c, 1, "fd0", &g.FD0, attr.CreateOnly, attr.WriteOnly, attr.Hidden, attr.Descriptor)
	attr.Uint32(c, 2, "fd1", &g.FD1, attr.CreateOnly, attr.WriteOnly, attr.Hidden, attr.Descriptor)
	attr.Uint32(c, 3, "hsize", &g.HashSize, attr.CreateOnly, attr.Range(0, maxHashSize))
	attr.Uint32(c, 4, "role", &g.Role, attr.CreateOnly)
	attr.Bool(c, 5, "create-sockets", &g.CreateSockets, attr.CreateOnly, attr.WriteOnly, attr.Hidden)
	attr.Uint8(c, 6, "restart_count", &g.RestartCount, attr.CreateOnly)
	attr.Addr(c, 7, 8, "local", &g.Local, attr.CreateOnly, attr.WriteOnly, attr.Hidden)
	attr.Rest(c, &g.Unknown)
}

// A GTPRole is a side of a GTP tunnel (linux/if_link.h GTP_ROLE_*).
type GTPRole uint32

// The sides.
const (
	GTPGGSN GTPRole = iota // the gateway to the packet network
	GTPSGSN                // the node that serves the mobile
)

var gtpRoles = attr.Words[GTPRole]{{Value: GTPGGSN, Name: "ggsn"}, {Value: GTPSGSN, Name: "sgsn"}}

// String returns iproute2's word.
func (r GTPRole) String() string { return gtpRoles.Text(r) }

// MarshalText returns the form of String.
func (r GTPRole) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String.
func (r *GTPRole) UnmarshalText(b []byte) (err error) {
	*r, err = gtpRoles.Parse("role", string(b))
	return err
}
