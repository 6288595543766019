package kind

import "github.com/iplink-go/iplink/attr"

func init() {
	register(func() Kind { return new(VCAN) })
	register(func() Kind { return new(VXCAN) })
}

// VCAN is a CAN bus without hardware: what is sent on it comes back, "ip link
// add type vcan" (drivers/net/can/vcan.c). It has no data of its own. Its MTU,
// 72 by default, says which frames it takes: 16 are classical CAN, 72 CAN FD
// too, 76 to 2060 CAN XL as well.
type VCAN struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vcan".
func (*VCAN) Kind() string { return "vcan" }

// Info says that there is no data to change.
func (*VCAN) Info() Info { return Info{Update: Never, Module: "vcan"} }

// Fields lists nothing.
func (v *VCAN) Fields(c *attr.Codec) { attr.Rest(c, &v.Unknown) }

// VXCAN is a pair of CAN links, as [Veth] is one of Ethernet links, "ip link
// add type vxcan" (drivers/net/can/vxcan.c). It takes a CAN bus to another
// namespace. Both ends are made in one step and deleted together.
type VXCAN struct {
	// Peer says what the other end shall be (VXCAN_INFO_PEER). As with a
	// veth, an end about which nothing is said takes what is said of this
	// one. The kernel does not report it.
	Peer attr.Opt[Peer]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vxcan".
func (*VXCAN) Kind() string { return "vxcan" }

// Info says that the data is for creation only.
func (*VXCAN) Info() Info { return Info{Update: Never, Pair: true, Module: "vxcan"} }

// PeerSpec returns Peer.
func (v *VXCAN) PeerSpec() *attr.Opt[Peer] { return &v.Peer }

// Fields lists VXCAN_INFO_*.
func (v *VXCAN) Fields(c *attr.Codec) {
	attr.Nest(c, 1, "peer", &v.Peer, attr.CreateOnly, attr.WriteOnly)
	attr.Rest(c, &v.Unknown)
}
