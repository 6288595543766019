package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(OVPN) }) }

// OVPN is an OpenVPN tunnel whose packets the kernel encrypts (data channel
// offload), "ip link add type ovpn" (drivers/net/ovpn); Linux 6.16. The kernel does
// not load the module when a link is asked for. Peers and keys are not kind
// data: OpenVPN gives them through the kind's own generic netlink family.
type OVPN struct {
	// Mode says how many peers there are; one by default. Fixed at creation.
	Mode attr.Opt[OVPNMode]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ovpn".
func (*OVPN) Kind() string { return "ovpn" }

// Info says that data is for creation only.
func (*OVPN) Info() Info { return Info{Update: Never, Module: "ovpn", Since: "6.16"} }

// Fields lists IFLA_OVPN_*.
func (o *OVPN) Fields(c *attr.Codec) {
	attr.Uint8(c, 1, "mode", &o.Mode, attr.CreateOnly, attr.Range(0, int64(OVPNMultiPeer)), attr.Hidden)
	attr.Rest(c, &o.Unknown)
}

// An OVPNMode says how many peers an OVPN link has (OVPN_MODE_*).
type OVPNMode uint8

// The modes.
const (
	OVPNPeerToPeer OVPNMode = iota // one; there is carrier while it is known
	OVPNMultiPeer                  // any number, as a server has; there is always carrier
)

var ovpnModes = attr.Words[OVPNMode]{{Value: OVPNPeerToPeer, Name: "p2p"}, {Value: OVPNMultiPeer, Name: "mp"}}

// String returns the kernel's word.
func (m OVPNMode) String() string { return ovpnModes.Text(m) }

// MarshalText returns the form of String.
func (m OVPNMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *OVPNMode) UnmarshalText(b []byte) (err error) {
	*m, err = ovpnModes.Parse("ovpn mode", string(b))
	return err
}
