package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(OpenVSwitch) }) }

// OpenVSwitch is an internal port of an Open vSwitch datapath, the link that
// carries the bridge's name among them (net/openvswitch/vport-internal_dev.c).
// Links of the kind are made and deleted through the switch's own generic
// netlink family (ovs_datapath, ovs_vport), as "ovs-vsctl" does; link messages
// read and set what any link has. It has no data of its own.
type OpenVSwitch struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "openvswitch".
func (*OpenVSwitch) Kind() string { return "openvswitch" }

// Info says that Open vSwitch makes links of the kind and that they stay in
// their namespace.
func (*OpenVSwitch) Info() Info {
	return Info{
		Update: Never, RxHandler: "openvswitch", NetNSImmutable: true, Module: "openvswitch",
		MadeBy: "Open vSwitch (generic netlink family ovs_vport, ovs-vsctl add-port)",
	}
}

// Fields lists nothing.
func (o *OpenVSwitch) Fields(c *attr.Codec) { attr.Rest(c, &o.Unknown) }
