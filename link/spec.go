package link

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A Ref points to a link, by index or by name; see [Index] and [Name].
type Ref = attr.Ref

// Index returns a reference to the link with that interface index.
func Index(i uint32) Ref { return attr.RefIndex(i) }

// Name returns a reference to the link with that name or alternative name.
func Name(s string) Ref { return attr.RefName(s) }

// None is the reference that says "no link": as a master it releases a port.
var None = attr.NoRef

// A Spec says what a link shall be: to create it, to change it, or as the
// state it shall have. Fields left absent are left to the kernel at creation
// and alone in a change; the zero Spec says nothing.
//
//	link.Spec{Name: "br0", Kind: &kind.Bridge{VLANFiltering: attr.On}, Up: attr.On}
type Spec struct {
	// Name is the name, at most 15 bytes, none of them '/', ':', '%' or white
	// space. A change to another name renames the link.
	Name string
	// Index is the interface index to take at creation, or in the namespace
	// a link moves to; 0 is the next free one, or the old one if it is free.
	Index uint32
	// Kind is the kind of link and its data.
	Kind kind.Kind
	// Port is the data of a port of Master.
	Port kind.Port
	// AltNames are alternative names, at most 127 bytes each. A change
	// removes those that are not listed; nil says nothing, and an empty
	// list that there shall be none.
	AltNames []string

	// Address is the hardware address, Broadcast the broadcast address.
	Address, Broadcast attr.HWAddr
	// MTU is the largest packet in bytes.
	MTU attr.Opt[uint32]
	// Lower is the link that this one sits on, in the namespace with id
	// LowerNetNSID if that is said. Fixed at creation.
	Lower        Ref
	LowerNetNSID attr.Opt[int32]
	// Master is the link to be a port of; [None] releases the link.
	Master Ref
	// Up sets the link up or down. ARP, Promisc, AllMulti, Multicast, Trailers
	// and Dynamic are its other flags: address resolution, receiving all
	// packets, all multicast packets, being able to multicast, using
	// trailers, and losing addresses when down.
	Up, ARP, Promisc, AllMulti, Multicast, Trailers, Dynamic attr.Opt[bool]
	// TxQueueLen is the transmit queue's length in packets.
	TxQueueLen attr.Opt[uint32]
	// Group is the group number, 0 being the default.
	Group attr.Opt[uint32]
	// Alias is a text of at most 255 bytes; "" removes it.
	Alias attr.Opt[string]
	// NetNS is the namespace to be in: to be made in, or to move to.
	NetNS kind.NetNS

	// OperState and LinkMode are the operational state and what makes it.
	OperState attr.Opt[kind.OperState]
	LinkMode  attr.Opt[kind.LinkMode]
	// Carrier turns the carrier of a dummy, tun or team link on and off.
	Carrier attr.Opt[bool]
	// ProtoDown holds a macvlan or vxlan link down, for ProtoDownReason.
	ProtoDown       attr.Opt[bool]
	ProtoDownReason attr.Opt[kind.ProtoDownReason]
	// NumTxQueues and NumRxQueues are how many queues it has, 1 to 4096.
	// Fixed at creation.
	NumTxQueues, NumRxQueues attr.Opt[uint32]
	// The largest packets, in bytes and segments, of segmentation (GSO) and
	// of receive aggregation (GRO).
	GSOMaxSize, GSOMaxSegs, GROMaxSize, GSOIPv4MaxSize, GROIPv4MaxSize attr.Opt[uint32]
	// ParentDev is the device the link belongs to. Fixed at creation.
	ParentDev string

	// IPv4 are settings of IPv4.
	IPv4 kind.IPv4Conf
	// AddrGenMode says how IPv6 link-local addresses are made; IPv6Token is
	// the interface identifier of autoconfigured addresses; MCTPNet the
	// network of an MCTP link.
	AddrGenMode attr.Opt[kind.AddrGenMode]
	IPv6Token   netip.Addr
	MCTPNet     attr.Opt[uint32]

	// VFs are settings of virtual functions, VFPorts and PortSelf port
	// profiles, XDP a BPF program, Map hardware resources.
	VFs      []VF
	VFPorts  []VFPort
	PortSelf attr.Opt[VFPort]
	XDP      attr.Opt[XDP]
	Map      attr.Opt[Map]

	// Unknown holds attributes without a field. Creation sends them as they
	// are; a change leaves them out, because what it does not know it cannot
	// compare with what holds.
	Unknown attr.Raw

	unknownInfo attr.Raw
	unknownAF   kind.AFUnknown
	kindStats   kind.Stats
}

// Fields lists the header and IFLA_*. Alternative names are not among them:
// they travel in messages of their own.
func (s *Spec) Fields(c *attr.Codec) {
	kind.Flags{Up: &s.Up, ARP: &s.ARP, Promisc: &s.Promisc, AllMulti: &s.AllMulti, Multicast: &s.Multicast, Trailers: &s.Trailers, Dynamic: &s.Dynamic}.Fields(c, &s.Index)
	kind.Common{
		Name: &s.Name, Address: &s.Address, Broadcast: &s.Broadcast, MTU: &s.MTU, Master: &s.Master,
		TxQueueLen: &s.TxQueueLen, OperState: &s.OperState, LinkMode: &s.LinkMode, Group: &s.Group, Alias: &s.Alias,
		NumTxQueues: &s.NumTxQueues, NumRxQueues: &s.NumRxQueues, Carrier: &s.Carrier, ProtoDown: &s.ProtoDown,
		ProtoDownReason: &s.ProtoDownReason, GSOMaxSize: &s.GSOMaxSize, GSOMaxSegs: &s.GSOMaxSegs, GROMaxSize: &s.GROMaxSize,
		GSOIPv4MaxSize: &s.GSOIPv4MaxSize, GROIPv4MaxSize: &s.GROIPv4MaxSize, NetNS: &s.NetNS,
	}.Fields(c)
	above{&s.Lower, &s.LowerNetNSID, &s.Kind, &s.Port, &s.kindStats, &s.unknownInfo, &s.XDP, &s.VFs, &s.VFPorts, &s.PortSelf, &s.Map, &s.ParentDev}.fields(c)
	kind.AFSpec{IPv4: &s.IPv4, AddrGenMode: &s.AddrGenMode, Token: &s.IPv6Token, MCTPNet: &s.MCTPNet, Unknown: &s.unknownAF}.Fields(c)
	attr.Rest(c, &s.Unknown)
}

// Clone returns a copy that shares no storage with s.
func (s *Spec) Clone() *Spec {
	c := attr.Clone(s)
	c.AltNames = append([]string(nil), s.AltNames...)
	if s.AltNames != nil && c.AltNames == nil {
		c.AltNames = []string{}
	}
	return c
}
