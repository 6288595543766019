package link

import "github.com/iplink-go/iplink/attr"

// A VF is a virtual function of an SR-IOV device, as its physical function
// reports and configures it (IFLA_VF_INFO).
type VF struct {
	// Number is the function's number, from 0.
	Number uint32
	// MAC is its hardware address.
	MAC attr.Opt[attr.HWAddr]
	// VLAN is the VLAN it is held in. VLANs is the same with the protocol of
	// the VLAN, for devices that can have several.
	VLAN  attr.Opt[VFVLAN]
	VLANs []VFVLANInfo
	// TxRate is the highest rate in Mbit/s, 0 for no limit; Rate is the
	// newer form with a lowest one.
	TxRate attr.Opt[uint32]
	Rate   attr.Opt[VFRate]
	// SpoofCheck drops packets whose source address is not its own.
	SpoofCheck attr.Opt[bool]
	// LinkState says whether its link follows the physical one.
	LinkState attr.Opt[VFLinkState]
	// RSSQuery lets it read the settings of the receive hash.
	RSSQuery attr.Opt[bool]
	// Stats are its counters; read-only.
	Stats attr.Opt[VFStats]
	// Trust lets it do what only the physical function may otherwise.
	Trust attr.Opt[bool]
	// NodeGUID and PortGUID are its InfiniBand identifiers.
	NodeGUID, PortGUID attr.Opt[uint64]
	// Broadcast is its broadcast address; read-only.
	Broadcast attr.Opt[attr.HWAddr]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_VF_*.
func (v *VF) Fields(c *attr.Codec) {
	n := &v.Number
	attr.LedMAC(c, 1, "mac", n, &v.MAC, attr.SetOnly, attr.JSON("address"))
	attr.LedStruct(c, 2, "vlan", n, &v.VLAN, attr.SetOnly)
	attr.LedUint32(c, 3, "tx_rate", n, &v.TxRate, attr.SetOnly)
	attr.LedBool(c, 4, "spoofchk", n, &v.SpoofCheck, attr.SetOnly)
	attr.LedUint32(c, 5, "link_state", n, &v.LinkState, attr.SetOnly)
	attr.LedStruct(c, 6, "rate", n, &v.Rate, attr.SetOnly)
	attr.LedBool(c, 7, "query_rss_en", n, &v.RSSQuery, attr.SetOnly)
	attr.Nest(c, 8, "stats", &v.Stats, attr.ReadOnly)
	attr.LedBool(c, 9, "trust", n, &v.Trust, attr.SetOnly)
	attr.LedUint64(c, 10, "node_guid", n, &v.NodeGUID, attr.SetOnly, attr.Hex)
	attr.LedUint64(c, 11, "port_guid", n, &v.PortGUID, attr.SetOnly, attr.Hex)
	attr.LedStructList(c, 12, 1, "vlan_list", n, &v.VLANs, attr.SetOnly)
	attr.PaddedMAC(c, 13, "broadcast", &v.Broadcast, attr.ReadOnly)
	attr.Rest(c, &v.Unknown)
}

// A VFVLAN is the VLAN of a virtual function: id 0 to 4095, 0 for none, and
// priority 0 to 7 (struct ifla_vf_vlan).
type VFVLAN struct {
	// ID is the VLAN, QoS the priority of its packets.
	ID, QoS uint32
}

// Fields lists the members after the function's number.
func (v *VFVLAN) Fields(c *attr.Codec) {
	attr.Header(c, 12, 12)
	attr.HeadUint32(c, 4, "vlan", &v.ID)
	attr.HeadUint32(c, 8, "qos", &v.QoS)
}

// A VFVLANInfo is a VLAN of a virtual function with its Ethernet type (struct
// ifla_vf_vlan_info).
type VFVLANInfo struct {
	// ID is the VLAN, QoS the priority of its packets.
	ID, QoS uint32
	// Protocol is 0x8100 or 0x88a8.
	Protocol uint16
}

// Fields lists the members after the function's number.
func (v *VFVLANInfo) Fields(c *attr.Codec) {
	attr.Header(c, 16, 14)
	attr.HeadUint32(c, 4, "vlan", &v.ID)
	attr.HeadUint32(c, 8, "qos", &v.QoS)
	attr.HeadUint16BE(c, 12, "vlan_proto", &v.Protocol, attr.Hex)
}

// A VFRate is the range of a virtual function's transmit rate in Mbit/s, 0
// for no limit (struct ifla_vf_rate).
type VFRate struct {
	// Min and Max are the ends of the range.
	Min, Max uint32
}

// Fields lists the members after the function's number.
func (r *VFRate) Fields(c *attr.Codec) {
	attr.Header(c, 12, 12)
	attr.HeadUint32(c, 4, "min_tx", &r.Min)
	attr.HeadUint32(c, 8, "max_tx", &r.Max)
}

// A VFLinkState says how the link of a virtual function behaves
// (IFLA_VF_LINK_STATE_*).
type VFLinkState uint32

// The link states of a virtual function.
const (
	VFLinkAuto    VFLinkState = iota // follows the physical link
	VFLinkEnable                     // always up
	VFLinkDisable                    // always down
)

var vfLinkStates = attr.Words[VFLinkState]{
	{Value: VFLinkAuto, Name: "auto"}, {Value: VFLinkEnable, Name: "enable"}, {Value: VFLinkDisable, Name: "disable"},
}

// String returns iproute2's word.
func (s VFLinkState) String() string { return vfLinkStates.Text(s) }

// MarshalText returns the form of String.
func (s VFLinkState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *VFLinkState) UnmarshalText(b []byte) (err error) {
	*s, err = vfLinkStates.Parse("VF link state", string(b))
	return err
}

// VFStats are the counters of a virtual function (IFLA_VF_STATS_*).
type VFStats struct {
	// Packets and bytes that it received and sent.
	RxPackets, TxPackets, RxBytes, TxBytes attr.Opt[uint64]
	// Packets that it received for many, and packets that were dropped.
	Broadcast, Multicast, RxDropped, TxDropped attr.Opt[uint64]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the counters, whose numbers start at 0.
func (s *VFStats) Fields(c *attr.Codec) {
	attr.Uint64(c, 0, "rx_packets", &s.RxPackets, attr.ReadOnly)
	attr.Uint64(c, 1, "tx_packets", &s.TxPackets, attr.ReadOnly)
	attr.Uint64(c, 2, "rx_bytes", &s.RxBytes, attr.ReadOnly)
	attr.Uint64(c, 3, "tx_bytes", &s.TxBytes, attr.ReadOnly)
	attr.Uint64(c, 4, "broadcast", &s.Broadcast, attr.ReadOnly)
	attr.Uint64(c, 5, "multicast", &s.Multicast, attr.ReadOnly)
	attr.Pad(c, 6)
	attr.Uint64(c, 7, "rx_dropped", &s.RxDropped, attr.ReadOnly)
	attr.Uint64(c, 8, "tx_dropped", &s.TxDropped, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// A VFPort is the port profile of a virtual or physical function on an
// 802.1Qbh switch (IFLA_PORT_*).
type VFPort struct {
	// VF is the function, absent for the physical one.
	VF attr.Opt[uint32]
	// Profile is the profile's name, at most 39 bytes.
	Profile string
	// InstanceUUID and HostUUID are 16 bytes each.
	InstanceUUID, HostUUID string
	// Request is what is asked for and Response, read-only, the answer
	// (PORT_REQUEST_*, PORT_PROFILE_RESPONSE_*).
	Request, Response attr.Opt[uint16]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_PORT_*.
func (p *VFPort) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "vf", &p.VF, attr.SetOnly)
	attr.String(c, 2, "profile", &p.Profile, attr.SetOnly, attr.MaxLen(39))
	attr.Bytes(c, 4, "instance_uuid", &p.InstanceUUID, attr.SetOnly, attr.MaxLen(16))
	attr.Bytes(c, 5, "host_uuid", &p.HostUUID, attr.SetOnly, attr.MaxLen(16))
	attr.Uint8Read16(c, 6, "request", &p.Request, attr.SetOnly)
	attr.Uint16(c, 7, "response", &p.Response, attr.ReadOnly)
	attr.Rest(c, &p.Unknown)
}
