package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(AMT) }) }

// AMT tunnels multicast through networks without it (RFC 7450), "ip link add
// type amt" (drivers/net/amt.c). It names the link below, an Ethernet one, in
// its data. Nothing of it can be changed, nor can it move to another namespace.
type AMT struct {
	// Mode is the side of the tunnels. Needed.
	Mode attr.Opt[AMTMode]
	// RelayPort and GatewayPort are the UDP ports, 2268 by default.
	RelayPort, GatewayPort attr.Opt[uint16]
	// Link is the link below. Needed.
	Link attr.Ref
	// Local is the IPv4 address of this end. Needed.
	Local netip.Addr
	// Discovery is the IPv4 address where a gateway looks for relays, which
	// needs it.
	Discovery netip.Addr
	// Remote is the IPv4 address of the relay that a gateway has found.
	// Read-only.
	Remote netip.Addr
	// MaxTunnels is how many gateways a relay serves, 128 by default; 0 asks
	// for the default.
	MaxTunnels attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "amt".
func (*AMT) Kind() string { return "amt" }

// Info says that the data is for creation only and always needed.
func (*AMT) Info() Info {
	return Info{GoesWithLink: true, Update: Never, NeedsData: true, NetNSImmutable: true, Module: "amt", Since: "5.16"}
}

// Fields lists IFLA_AMT_* of linux/amt.h.
func (a *AMT) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "mode", &a.Mode, attr.CreateOnly)
	attr.Uint16BE(c, 2, "relay_port", &a.RelayPort, attr.CreateOnly)
	attr.Uint16BE(c, 3, "gateway_port", &a.GatewayPort, attr.CreateOnly)
	attr.Link(c, 4, "dev", &a.Link, attr.CreateOnly, attr.JSON("link"))
	attr.Addr4(c, 5, "local", &a.Local, attr.CreateOnly)
	attr.Addr4(c, 6, "remote", &a.Remote, attr.ReadOnly)
	attr.Addr4(c, 7, "discovery", &a.Discovery, attr.CreateOnly)
	attr.Uint32(c, 8, "max_tunnels", &a.MaxTunnels, attr.CreateOnly)
	attr.Rest(c, &a.Unknown)
}

// An AMTMode is a side of an AMT tunnel (linux/amt.h AMT_MODE_*).
type AMTMode uint32

// The sides.
const (
	AMTGateway AMTMode = iota // asks for multicast
	AMTRelay                  // has it
)

var amtModes = attr.Words[AMTMode]{{Value: AMTGateway, Name: "gateway"}, {Value: AMTRelay, Name: "relay"}}

// String returns iproute2's word.
func (m AMTMode) String() string { return amtModes.Text(m) }

// MarshalText returns the form of String.
func (m AMTMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *AMTMode) UnmarshalText(b []byte) (err error) {
	*m, err = amtModes.Parse("amt mode", string(b))
	return err
}
