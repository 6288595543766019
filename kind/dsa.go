package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(DSA) }) }

// DSA is a port of a switch chip that the kernel manages through one or more
// of the machine's Ethernet links (Distributed Switch Architecture, net/dsa);
// Linux 6.1. Ports are there when the switch's driver is, and are not made or
// deleted by link messages.
type DSA struct {
	// Conduit is the link that carries the port's traffic to the machine,
	// "ip link set swp0 type dsa conduit eth1". Only drivers of switches with
	// more than one such link let it be changed, while the port is down.
	Conduit attr.Ref
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "dsa".
func (*DSA) Kind() string { return "dsa" }

// Info says that the driver of a switch makes its ports.
func (*DSA) Info() Info {
	return Info{MadeBy: "the driver of the switch", Module: "dsa_core", Since: "6.1"}
}

// Fields lists IFLA_DSA_*.
func (d *DSA) Fields(c *attr.Codec) {
	attr.Link(c, 1, "conduit", &d.Conduit, attr.SetOnly)
	attr.Rest(c, &d.Unknown)
}
