package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Veth) }) }

// Veth is a virtual Ethernet pair, "ip link add type veth" (drivers/net/veth.c).
// Both ends are made in one step and deleted together.
type Veth struct {
	// Peer says what the other end shall be (VETH_INFO_PEER). Without it
	// the other end is named by the kernel and takes MTU, queues, group and
	// namespace of this one; with it, even if it says nothing, it takes
	// none of them. The kernel does not report it: the peer of a link that
	// exists is its IFLA_LINK.
	Peer attr.Opt[Peer]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "veth".
func (*Veth) Kind() string { return "veth" }

// Info says that a veth pair's data is for creation only.
func (*Veth) Info() Info {
	return Info{Update: Never, Pair: true, MinMTU: minEtherMTU, MaxMTU: maxEtherMTU, AddrLen: etherAddrLen, Module: "veth"}
}

// PeerSpec returns Peer.
func (v *Veth) PeerSpec() *attr.Opt[Peer] { return &v.Peer }

// Fields lists VETH_INFO_*.
func (v *Veth) Fields(c *attr.Codec) {
	attr.Nest(c, 1, "peer", &v.Peer, attr.CreateOnly, attr.WriteOnly)
	attr.Rest(c, &v.Unknown)
}
