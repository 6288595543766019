package link

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A Link is what the kernel reports of one link (RTM_NEWLINK): every
// attribute it sends. Fields are absent where the kernel did not send them.
//
// A Link that is read into again ([Decode], Client.All, Client.GetInto)
// reuses its storage; [Link.Clone] makes one that stays as it is.
type Link struct {
	// Family is the address family of the message: 0, or AF_BRIDGE for the
	// view of a bridge, or AF_INET6.
	Family uint8
	// Type is the hardware type.
	Type Type
	// Index is the interface index, unique in its namespace.
	Index uint32
	// Flags are the flags, and Change those that a notification is about.
	Flags, Change Flags

	// Name is the name, AltNames the alternative names.
	Name     string
	AltNames []string
	// Address, Broadcast and PermAddress are the hardware address, the
	// broadcast address and the address the hardware came with.
	Address, Broadcast, PermAddress attr.HWAddr
	// MTU is the largest packet in bytes, MinMTU and MaxMTU what it can be;
	// a MaxMTU of 0 is no limit.
	MTU, MinMTU, MaxMTU attr.Opt[uint32]
	// Lower is the link below, or the peer of a pair: in this namespace, or
	// in the one with id LowerNetNSID (IFLA_LINK, IFLA_LINK_NETNSID).
	Lower        attr.Ref
	LowerNetNSID attr.Opt[int32]
	// Master is the link that this one is a port of.
	Master attr.Ref
	// Kind is the kind of link and its data, nil for hardware and loopback.
	// Port is the data of a port of Master, nil if its kind has none.
	Kind kind.Kind
	Port kind.Port
	// KindStats are counters that the kernel reports beside the kind's data,
	// which it does of CAN controllers ([kind.CANStats]), nil if there are
	// none or there is no type for them: then they are in UnknownInfo. Those of
	// bridges and bonds are for [Client.GetStats] to read.
	KindStats kind.Stats

	// QDisc is the queueing discipline; TxQueueLen its length in packets.
	QDisc      string
	TxQueueLen attr.Opt[uint32]
	// OperState is the operational state, LinkMode what makes it.
	OperState attr.Opt[kind.OperState]
	LinkMode  attr.Opt[kind.LinkMode]
	// Carrier is whether there is one. The counters say how often it changed,
	// came and went.
	Carrier                                          attr.Opt[bool]
	CarrierChanges, CarrierUpCount, CarrierDownCount attr.Opt[uint32]
	// Group is the group number, 0 being the default.
	Group attr.Opt[uint32]
	// Alias is a text.
	Alias attr.Opt[string]
	// Promiscuity and AllMulti count who asked for all packets, or all
	// multicast packets, programs and other links included.
	Promiscuity, AllMulti attr.Opt[uint32]
	// NumTxQueues and NumRxQueues are how many queues it has.
	NumTxQueues, NumRxQueues attr.Opt[uint32]
	// ProtoDown is whether a protocol holds it down, ProtoDownReason why.
	ProtoDown       attr.Opt[bool]
	ProtoDownReason attr.Opt[kind.ProtoDownReason]
	// The largest packets, in bytes and segments: of segmentation in
	// software (GSO) and hardware (TSO), and of receive aggregation (GRO).
	GSOMaxSize, GSOMaxSegs, GROMaxSize, GSOIPv4MaxSize, GROIPv4MaxSize, TSOMaxSize, TSOMaxSegs attr.Opt[uint32]
	// Headroom and Tailroom are the bytes it wants around packets; Linux
	// 6.18.
	Headroom, Tailroom attr.Opt[uint16]
	// MaxPacingHorizon is how far ahead it can time packets, in
	// nanoseconds; Linux 6.13.
	MaxPacingHorizon attr.Opt[uint64]

	// PhysPortID, PhysPortName and PhysSwitchID identify a port of a
	// switch; the ids are bytes.
	PhysPortID, PhysPortName, PhysSwitchID string
	// ParentDev and ParentBus name the device that the link belongs to.
	ParentDev, ParentBus string
	// DevlinkPort and DPLLPin are its devlink port and its clock pin.
	DevlinkPort attr.Opt[DevlinkPort]
	DPLLPin     attr.Opt[DPLLPin]
	// Map is the hardware resources of an old device.
	Map attr.Opt[Map]
	// XDP is the BPF programs that see its packets first.
	XDP attr.Opt[XDP]

	// NetNSImmutable is whether it cannot move to another namespace; Linux
	// 6.15.
	NetNSImmutable attr.Opt[bool]
	// NewNetNSID and NewIndex are where a link went that was moved; in its
	// last notification from here.
	NewNetNSID attr.Opt[int32]
	NewIndex   attr.Opt[int32]
	// NetNS echoes the namespace id of a request (IFLA_TARGET_NETNSID).
	NetNS kind.NetNS
	// Event is why the link was announced.
	Event attr.Opt[Event]
	// Wireless is an event of the wireless extensions; a message with it
	// holds nothing else but the name.
	Wireless string

	// Stats are the counters, if they were asked for; Stats32 the same in
	// 32 bits.
	Stats   attr.Opt[Stats]
	Stats32 attr.Opt[Stats32]
	// NumVF is how many virtual functions there are. VFs, VFPorts and
	// PortSelf are their settings, if they were asked for.
	NumVF    attr.Opt[uint32]
	VFs      []VF
	VFPorts  []VFPort
	PortSelf attr.Opt[VFPort]

	// IPv4 and IPv6 are what the protocols keep for the link; AddrGenMode
	// and IPv6Token are IPv6's settings, MCTPNet that of MCTP.
	IPv4        kind.IPv4Conf
	AddrGenMode attr.Opt[kind.AddrGenMode]
	IPv6Token   netip.Addr
	IPv6        kind.IPv6State
	MCTPNet     attr.Opt[uint32]
	// Bridge is the bridge's view, in messages of family AF_BRIDGE.
	Bridge BridgeView

	// Unknown holds attributes without a field; the others those of nests.
	Unknown         attr.Raw
	UnknownInfo     attr.Raw
	UnknownProps    attr.Raw
	UnknownProtInfo attr.Raw
	UnknownAF       kind.AFUnknown

	netns uint64 // see place.handOut
}

// Fields lists the header and IFLA_*.
func (l *Link) Fields(c *attr.Codec) {
	attr.Header(c, ifinfomsgLen, ifinfomsgLen)
	attr.HeadFamily(c, 0, "family", &l.Family)
	attr.HeadUint16(c, 2, "type", &l.Type)
	attr.HeadUint32(c, 4, "index", &l.Index)
	attr.HeadUint32(c, 8, "flags", &l.Flags)
	attr.HeadUint32(c, 12, "change", &l.Change)
	kind.Common{
		Name: &l.Name, Address: &l.Address, Broadcast: &l.Broadcast, MTU: &l.MTU, Master: &l.Master,
		TxQueueLen: &l.TxQueueLen, OperState: &l.OperState, LinkMode: &l.LinkMode, Group: &l.Group, Alias: &l.Alias,
		NumTxQueues: &l.NumTxQueues, NumRxQueues: &l.NumRxQueues, Carrier: &l.Carrier, ProtoDown: &l.ProtoDown,
		ProtoDownReason: &l.ProtoDownReason, GSOMaxSize: &l.GSOMaxSize, GSOMaxSegs: &l.GSOMaxSegs, GROMaxSize: &l.GROMaxSize,
		GSOIPv4MaxSize: &l.GSOIPv4MaxSize, GROIPv4MaxSize: &l.GROIPv4MaxSize, NetNS: &l.NetNS,
	}.Fields(c)
	above{&l.Lower, &l.LowerNetNSID, &l.Kind, &l.Port, &l.KindStats, &l.UnknownInfo, &l.XDP, &l.VFs, &l.VFPorts, &l.PortSelf, &l.Map, &l.ParentDev}.fields(c)
	af := kind.AFSpec{IPv4: &l.IPv4, AddrGenMode: &l.AddrGenMode, Token: &l.IPv6Token, MCTPNet: &l.MCTPNet, IPv6: &l.IPv6, Unknown: &l.UnknownAF}
	af.Fields(c)
	l.views(c, af)
	l.reported(c)
	attr.Rest(c, &l.Unknown)
}

// views lists what some attributes are in messages of one address family.
func (l *Link) views(c *attr.Codec, af kind.AFSpec) {
	attr.Inline(c, iflaAFSpec, "af_spec", l.Bridge.fields, attr.Family(kind.AFBridge), attr.SetOnly)
	attr.Inline(c, iflaProtInfo, "protinfo", af.Inet6, attr.Family(kind.AFInet6), attr.SetOnly)
	attr.Chosen(c, iflaProtInfo, "protinfo", kind.PortSlot, kind.BridgeName, &l.Port, attr.Family(kind.AFBridge), attr.SetOnly)
}

// reported lists what the kernel reports and nobody can set.
func (l *Link) reported(c *attr.Codec) {
	attr.String(c, iflaQDisc, "qdisc", &l.QDisc, attr.ReadOnly)
	attr.CStruct(c, iflaStats, "stats", &l.Stats32, attr.ReadOnly)
	attr.Bytes(c, iflaWireless, "wireless", &l.Wireless, attr.ReadOnly)
	attr.Uint32(c, iflaNumVF, "num_vf", &l.NumVF, attr.ReadOnly)
	attr.CStruct(c, iflaStats64, "stats64", &l.Stats, attr.ReadOnly)
	attr.Uint32(c, iflaPromiscuity, "promiscuity", &l.Promiscuity, attr.ReadOnly)
	attr.Bytes(c, iflaPhysPortID, "phys_port_id", &l.PhysPortID, attr.ReadOnly)
	attr.Uint32(c, iflaCarrierChanges, "carrier_changes", &l.CarrierChanges, attr.ReadOnly)
	attr.Bytes(c, iflaPhysSwitchID, "phys_switch_id", &l.PhysSwitchID, attr.ReadOnly)
	attr.String(c, iflaPhysPortName, "phys_port_name", &l.PhysPortName, attr.ReadOnly)
	attr.Pad(c, iflaPad)
	attr.Uint32(c, iflaEvent, "event", &l.Event, attr.ReadOnly)
	attr.Int32(c, iflaNewNetNSID, "new_netnsid", &l.NewNetNSID, attr.ReadOnly)
	attr.Uint32(c, iflaCarrierUpCount, "carrier_up_count", &l.CarrierUpCount, attr.ReadOnly)
	attr.Uint32(c, iflaCarrierDownCount, "carrier_down_count", &l.CarrierDownCount, attr.ReadOnly)
	attr.Int32(c, iflaNewIfindex, "new_ifindex", &l.NewIndex, attr.SetOnly)
	attr.Uint32(c, iflaMinMTU, "minmtu", &l.MinMTU, attr.ReadOnly)
	attr.Uint32(c, iflaMaxMTU, "maxmtu", &l.MaxMTU, attr.ReadOnly)
	attr.Inline(c, iflaPropList, "prop_list", func(c *attr.Codec) {
		attr.RepeatString(c, iflaAltIfname, "altname", &l.AltNames, attr.SetOnly)
		attr.Rest(c, &l.UnknownProps)
	}, attr.SetOnly)
	attr.MAC(c, iflaPermAddress, "permaddr", &l.PermAddress, attr.ReadOnly)
	attr.String(c, iflaParentDevBusName, "parentbus", &l.ParentBus, attr.ReadOnly)
	attr.Uint32(c, iflaTSOMaxSize, "tso_max_size", &l.TSOMaxSize, attr.ReadOnly)
	attr.Uint32(c, iflaTSOMaxSegs, "tso_max_segs", &l.TSOMaxSegs, attr.ReadOnly)
	attr.Uint32(c, iflaAllMulti, "allmulti", &l.AllMulti, attr.ReadOnly)
	attr.Nest(c, iflaDevlinkPort, "devlink_port", &l.DevlinkPort, attr.ReadOnly)
	attr.Nest(c, iflaDPLLPin, "dpll_pin", &l.DPLLPin, attr.ReadOnly)
	attr.Uint(c, iflaMaxPacing, "max_pacing_offload_horizon", &l.MaxPacingHorizon, attr.ReadOnly)
	attr.Bool(c, iflaNetNSImmutable, "netns-immutable", &l.NetNSImmutable, attr.ReadOnly)
	attr.Uint16(c, iflaHeadroom, "headroom", &l.Headroom, attr.ReadOnly)
	attr.Uint16(c, iflaTailroom, "tailroom", &l.Tailroom, attr.ReadOnly)
}

// A DPLLPin is the pin of a clock that a device is driven by (DPLL_A_PIN_*);
// Linux 6.7. The zero DPLLPin is none.
type DPLLPin struct {
	// ID is the pin's number on the machine.
	ID attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (p *DPLLPin) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "id", &p.ID, attr.ReadOnly)
	attr.Rest(c, &p.Unknown)
}

// above points to the fields that [Link] and [Spec] have and a peer has not.
type above struct {
	lower     *attr.Ref
	lowerNS   *attr.Opt[int32]
	kind      *kind.Kind
	port      *kind.Port
	kindStats *kind.Stats
	unknown   *attr.Raw
	xdp       *attr.Opt[XDP]
	vfs       *[]VF
	vfPorts   *[]VFPort
	portSelf  *attr.Opt[VFPort]
	ifmap     *attr.Opt[Map]
	parent    *string
}

func (a above) fields(c *attr.Codec) {
	attr.Link(c, iflaLink, "link", a.lower, attr.CreateOnlySilent)
	attr.CStruct(c, iflaMap, "map", a.ifmap, attr.SetOnly)
	attr.Inline(c, iflaLinkInfo, "linkinfo", func(c *attr.Codec) {
		attr.Choice(c, kind.LinkSlot, infoKind, "kind", infoData, "data", a.kind,
			attr.ChoiceJSON("linkinfo/info_kind", "linkinfo/info_data", "linkinfo/info_raw"))
		attr.Choice(c, kind.PortSlot, infoSlaveKind, "port-kind", infoSlaveData, "port-data", a.port,
			attr.SetOnly, attr.NotFamily(kind.AFBridge), attr.ChoiceJSON("linkinfo/info_slave_kind", "linkinfo/info_slave_data", "linkinfo/info_slave_raw"))
		attr.Beside(c, infoXStats, "xstats", kind.LinkSlot, a.kind, kind.StatsSlot, a.kindStats, attr.ReadOnly)
		attr.Rest(c, a.unknown)
	})
	attr.NestList(c, iflaVFInfoList, 1, "vfs", a.vfs, attr.SetOnly, attr.JSON("vfinfo_list"))
	attr.NestList(c, iflaVFPorts, 1, "vf_ports", a.vfPorts, attr.SetOnly)
	attr.Nest(c, iflaPortSelf, "port_self", a.portSelf, attr.SetOnly)
	attr.Int32(c, iflaLinkNetNSID, "link-netnsid", a.lowerNS, attr.CreateOnlySilent, attr.JSON("link_netnsid"))
	attr.Nest(c, iflaXDP, "xdp", a.xdp, attr.SetOnly)
	attr.String(c, iflaParentDevName, "parentdev", a.parent, attr.CreateOnlySilent)
}

// IsUp reports whether the administrator has set the link up.
func (l *Link) IsUp() bool { return l.Flags&FlagUp != 0 }

// HasCarrier reports whether the link has a carrier: whether there is
// something at the other end. A link that is down has none to speak of.
func (l *Link) HasCarrier() bool { return l.IsUp() && l.Flags&FlagLowerUp != 0 }

// KindName returns the kind, "" for hardware and loopback.
func (l *Link) KindName() string {
	if l.Kind == nil {
		return ""
	}
	return l.Kind.Kind()
}

// Ref returns a reference to the link, by index. An index is one of a
// namespace: a link that a client has made in another namespace than its own, or
// moved there, or read there as a peer, has a reference that the client refuses
// where it would be another link.
func (l *Link) Ref() Ref { return attr.RefIndex(l.Index).In(l.netns) }

// Clone returns a copy that shares no storage with l.
func (l *Link) Clone() *Link { return attr.Clone(l) }
