package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Batadv) }) }

// Batadv is the local end of a mesh of machines that route Ethernet frames for
// each other (B.A.T.M.A.N. Advanced), "ip link add type batadv"
// (net/batman-adv). The links that the mesh runs over are its ports: they have
// it as their master. All other settings travel in its own generic netlink
// family, as "batctl" sends them.
type Batadv struct {
	// RoutingAlgo is the routing algorithm, "BATMAN_IV" or "BATMAN_V"; the
	// module's parameter routing_algo by default. Fixed at creation and not
	// reported; Linux 5.11, older kernels ignore it.
	RoutingAlgo string
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "batadv".
func (*Batadv) Kind() string { return "batadv" }

// Info says that data is for creation only and that a mesh stays in its
// namespace.
func (*Batadv) Info() Info { return Info{Update: Never, NetNSImmutable: true, Module: "batman-adv"} }

// Fields lists IFLA_BATADV_*.
func (b *Batadv) Fields(c *attr.Codec) {
	attr.String(c, 1, "ra", &b.RoutingAlgo, attr.CreateOnly, attr.WriteOnly)
	attr.Rest(c, &b.Unknown)
}
