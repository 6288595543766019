package kind

import "github.com/iplink-go/iplink/attr"

// A Peer says what the other end of a pair shall be: the attributes that any
// link can be given. Fields left absent are the kernel's choice. Creation
// ignores some of what a peer can be given; a client sets that afterwards.
type Peer struct {
	// Index is the interface index to take, 0 for the next free one. The
	// kernel heeds it only if the first end has a chosen index too.
	Index uint32
	// Name is the name, at most 15 bytes; the kernel numbers one if empty.
	Name string
	// Address is the hardware address, random if absent, and Broadcast the
	// broadcast address.
	Address, Broadcast attr.HWAddr
	// MTU is the largest packet in bytes.
	MTU attr.Opt[uint32]
	// Master is the link that the peer becomes a port of.
	Master attr.Ref
	// Up, ARP and the like are the flags.
	Up, ARP, Promisc, AllMulti, Multicast, Trailers, Dynamic attr.Opt[bool]
	// TxQueueLen is the transmit queue's length in packets.
	TxQueueLen attr.Opt[uint32]
	// OperState and LinkMode are the operational state and what makes it.
	OperState attr.Opt[OperState]
	LinkMode  attr.Opt[LinkMode]
	// Group is the group number, 0 being the default.
	Group attr.Opt[uint32]
	// Alias is a text of up to 255 bytes.
	Alias attr.Opt[string]
	// NumTxQueues and NumRxQueues are how many queues it has, 1 to 4096.
	NumTxQueues, NumRxQueues attr.Opt[uint32]
	// Carrier and ProtoDown are for kinds that let them be set.
	Carrier, ProtoDown attr.Opt[bool]
	// ProtoDownReason says why the peer is held down.
	ProtoDownReason attr.Opt[ProtoDownReason]
	// The largest packets, in bytes and segments, of segmentation (GSO) and
	// of receive aggregation (GRO).
	GSOMaxSize, GSOMaxSegs, GROMaxSize, GSOIPv4MaxSize, GROIPv4MaxSize attr.Opt[uint32]
	// NetNS is the namespace the peer is made in.
	NetNS NetNS
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the header and IFLA_*.
func (p *Peer) Fields(c *attr.Codec) {
	Flags{&p.Up, &p.ARP, &p.Promisc, &p.AllMulti, &p.Multicast, &p.Trailers, &p.Dynamic}.Fields(c, &p.Index)
	Common{
		Name: &p.Name, Address: &p.Address, Broadcast: &p.Broadcast, MTU: &p.MTU, Master: &p.Master,
		TxQueueLen: &p.TxQueueLen, OperState: &p.OperState, LinkMode: &p.LinkMode, Group: &p.Group, Alias: &p.Alias,
		NumTxQueues: &p.NumTxQueues, NumRxQueues: &p.NumRxQueues, Carrier: &p.Carrier, ProtoDown: &p.ProtoDown,
		ProtoDownReason: &p.ProtoDownReason, GSOMaxSize: &p.GSOMaxSize, GSOMaxSegs: &p.GSOMaxSegs, GROMaxSize: &p.GROMaxSize,
		GSOIPv4MaxSize: &p.GSOIPv4MaxSize, GROIPv4MaxSize: &p.GROIPv4MaxSize, NetNS: &p.NetNS,
	}.Fields(c)
	attr.Rest(c, &p.Unknown)
}
