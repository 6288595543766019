package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(VLAN) }) }

// VLAN is one virtual LAN of the link below (IEEE 802.1Q), "ip link add link
// eth0 type vlan" (net/8021q).
type VLAN struct {
	// ID is the VLAN id, 0 to 4094. Needed at creation and fixed then: the
	// kernel ignores a change.
	ID attr.Opt[uint16]
	// ReorderHeader hides the VLAN header from packet sockets; on by default.
	ReorderHeader attr.Opt[bool]
	// GVRP and MVRP register the VLAN with the switch.
	GVRP, MVRP attr.Opt[bool]
	// LooseBinding keeps the link up while the one below is down.
	LooseBinding attr.Opt[bool]
	// BridgeBinding takes the carrier from the ports of the bridge below
	// that are in this VLAN.
	BridgeBinding attr.Opt[bool]
	// OtherFlags are bits of IFLA_VLAN_FLAGS without a field that are on.
	OtherFlags uint32
	// EgressQoS maps the priority of packets (From, skb->priority) to that
	// in the VLAN header (To, 0 to 7); IngressQoS the other way round. A
	// change adds mappings to those the link has and replaces those with
	// the same From.
	EgressQoS, IngressQoS []QoSMapping
	// Protocol is the VLAN protocol, 802.1Q by default. Fixed at creation.
	Protocol attr.Opt[VLANProtocol]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vlan".
func (*VLAN) Kind() string { return "vlan" }

// Info says that a VLAN sits on a lower link and that every message which
// names the kind needs data.
func (v *VLAN) Info() Info {
	return Info{
		NeedsLower: true, NeedsData: true, UpWithLower: !v.LooseBinding.Value(), BelowLimitsMTU: true, MaxMTU: maxEtherMTU, AddrLen: etherAddrLen, Module: "8021q",
	}
}

const maxVLANID = 4094

// Fields lists IFLA_VLAN_*.
func (v *VLAN) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "id", &v.ID, attr.CreateOnlySilent, attr.Range(0, maxVLANID))
	attr.Bits(c, 2, "flags", attr.ValueMask, &v.OtherFlags, []attr.Bit{
		{Name: "reorder_hdr", Key: "REORDER_HDR", Mask: 1, On: &v.ReorderHeader},
		{Name: "gvrp", Key: "GVRP", Mask: 2, On: &v.GVRP},
		{Name: "mvrp", Key: "MVRP", Mask: 8, On: &v.MVRP},
		{Name: "loose_binding", Key: "LOOSE_BINDING", Mask: 4, On: &v.LooseBinding},
		{Name: "bridge_binding", Key: "BRIDGE_BINDING", Mask: 16, On: &v.BridgeBinding},
	}, attr.ZeroUnsaid, attr.JSONList("flags"))
	attr.StructList(c, 3, 1, "egress-qos-map", &v.EgressQoS, attr.Changes(attr.Additive), attr.Same(attr.Subset[QoSMapping]), attr.JSON("egress_qos"))
	attr.StructList(c, 4, 1, "ingress-qos-map", &v.IngressQoS, attr.Changes(attr.Additive), attr.Same(attr.Subset[QoSMapping]), attr.JSON("ingress_qos"))
	attr.Uint16BE(c, 5, "protocol", &v.Protocol, attr.CreateOnlySilent)
	attr.Rest(c, &v.Unknown)
}

// A QoSMapping maps one priority, From, to another, To (struct ifla_vlan_qos_mapping).
type QoSMapping struct{ From, To uint32 }

// Fields lists the members.
func (m *QoSMapping) Fields(c *attr.Codec) {
	attr.Header(c, 8, 8)
	attr.HeadUint32(c, 0, "from", &m.From)
	attr.HeadUint32(c, 4, "to", &m.To)
}

// A VLANProtocol is the Ethernet type of a VLAN header.
type VLANProtocol uint16

// The VLAN protocols.
const (
	VLAN8021Q  VLANProtocol = 0x8100 // customer VLANs
	VLAN8021AD VLANProtocol = 0x88a8 // service VLANs
)

var vlanProtocols = attr.Words[VLANProtocol]{{Value: VLAN8021Q, Name: "802.1Q"}, {Value: VLAN8021AD, Name: "802.1ad"}}

// String returns iproute2's word.
func (p VLANProtocol) String() string { return vlanProtocols.Text(p) }

// MarshalText returns the form of String.
func (p VLANProtocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String.
func (p *VLANProtocol) UnmarshalText(b []byte) (err error) {
	*p, err = vlanProtocols.Parse("VLAN protocol", string(b))
	return err
}
