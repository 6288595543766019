package kind

import "github.com/iplink-go/iplink/attr"

func init() {
	register(func() Kind { return new(VRF) })
	registerPort(func() Port { return new(VRFPort) })
}

// VRF is a routing domain: its ports and the addresses on them use a routing
// table of their own, "ip link add type vrf" (drivers/net/vrf.c). Routes go to
// the table only while the VRF is up.
type VRF struct {
	// Table is the number of the routing table (IFLA_VRF_TABLE). Needed at
	// creation and fixed then.
	Table attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vrf".
func (*VRF) Kind() string { return "vrf" }

// Info says that a VRF's data is for creation only and that it stays in its
// namespace.
func (*VRF) Info() Info {
	return Info{CyclesPorts: true, Update: Never, NetNSImmutable: true, Module: "vrf"}
}

// Fields lists IFLA_VRF_*.
func (v *VRF) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "table", &v.Table, attr.CreateOnly)
	attr.Rest(c, &v.Unknown)
}

// VRFPort is what a link has for being a port of a [VRF]
// (IFLA_VRF_PORT_TABLE). There is nothing to set.
type VRFPort struct {
	// Table is the routing table of the VRF; read-only.
	Table attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vrf".
func (*VRFPort) Kind() string { return "vrf" }

// IsPort marks p as port data.
func (*VRFPort) IsPort() {}

// Fields lists IFLA_VRF_PORT_*.
func (p *VRFPort) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "table", &p.Table, attr.ReadOnly)
	attr.Rest(c, &p.Unknown)
}
