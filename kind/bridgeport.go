package kind

import (
	"time"

	"github.com/iplink-go/iplink/attr"
)

func init() { registerPort(func() Port { return new(BridgePort) }) }

// BridgePort is what a link has for being a port of a [Bridge], "ip link set
// type bridge_slave" and "bridge link set" (net/bridge/br_netlink.c). The same
// attributes are IFLA_INFO_SLAVE_DATA in messages about any link and
// IFLA_PROTINFO in those of the family AF_BRIDGE.
//
// A link must be a port before they can be set: in a message of its own, after
// the one that names the master. Leaving the bridge resets them.
type BridgePort struct {
	// State is the state in the spanning tree. It can be set only while the
	// kernel does not run STP, and only on a port that is up and has carrier.
	// What is set does not last: the bridge moves on by itself, from
	// blocking to forwarding too.
	State attr.Opt[PortState]
	// Priority is the port's priority in STP, 0 to 63, 32 by default.
	Priority attr.Opt[uint16]
	// Cost is the path cost of the port in STP, 1 to 65535; by default it
	// follows the speed.
	Cost attr.Opt[uint32]
	// Hairpin sends frames back out of the port they came in by
	// (IFLA_BRPORT_MODE).
	Hairpin attr.Opt[bool]
	// Guard disables the port when STP packets come in (BPDU guard).
	Guard attr.Opt[bool]
	// RootBlock keeps the port from becoming the way to the root
	// (IFLA_BRPORT_PROTECT).
	RootBlock attr.Opt[bool]
	// FastLeave ends a multicast membership at once when a member leaves.
	FastLeave attr.Opt[bool]
	// Learning learns source addresses; on by default.
	Learning attr.Opt[bool]
	// Flood sends unicast frames for unknown addresses to the port; on by
	// default.
	Flood attr.Opt[bool]
	// ProxyARP answers ARP requests for neighbours, ProxyARPWiFi also as
	// access points must (IEEE 802.11).
	ProxyARP, ProxyARPWiFi attr.Opt[bool]
	// LearningSync is on if the addresses that hardware learns are taken
	// over; read-only.
	LearningSync attr.Opt[bool]
	// RootID and BridgeID are the ids of the root and of the bridge that is
	// the designated one on the port's segment; read-only.
	RootID, BridgeID attr.Opt[BridgeID]
	// DesignatedPort is the id of the designated port, DesignatedCost its
	// path cost; read-only.
	DesignatedPort, DesignatedCost attr.Opt[uint16]
	// ID is the port's id in STP, its priority in the upper six bits and its
	// number in the lower ten; Number is the number; read-only.
	ID, Number attr.Opt[uint16]
	// TopologyChangeAck and ConfigPending are STP's flags; read-only.
	TopologyChangeAck, ConfigPending attr.Opt[bool]
	// MessageAgeTimer, ForwardDelayTimer and HoldTimer are what is left of
	// STP's timers; read-only.
	MessageAgeTimer, ForwardDelayTimer, HoldTimer attr.Opt[time.Duration]
	// FDBFlush, if on, removes the addresses learned on the port; a command,
	// never reported.
	FDBFlush attr.Opt[bool]
	// MCastRouter says whether all multicast goes out of the port.
	MCastRouter attr.Opt[MCastRouter]
	// MCastFlood and BroadcastFlood send multicast without a known receiver,
	// and broadcast, to the port; on by default.
	MCastFlood, BroadcastFlood attr.Opt[bool]
	// MCastToUnicast sends multicast to each receiver by itself.
	MCastToUnicast attr.Opt[bool]
	// VLANTunnel maps VLANs to the ids of a tunnel.
	VLANTunnel attr.Opt[bool]
	// GroupFwdMask says which link-local groups are forwarded from the port.
	GroupFwdMask attr.Opt[GroupFwdMask]
	// NeighSuppress answers ARP and neighbour requests instead of sending
	// them to the port.
	NeighSuppress attr.Opt[bool]
	// Isolated keeps the port from talking to other isolated ones.
	Isolated attr.Opt[bool]
	// BackupPort is the port that takes over while this one has no carrier;
	// [attr.NoRef] for none.
	BackupPort attr.Ref
	// MRPRingOpen and MRPInOpen are on while a ring of the media redundancy
	// protocol is open (IEC 62439-2); read-only.
	MRPRingOpen, MRPInOpen attr.Opt[bool]
	// MCastEHTHostsLimit is how many hosts are tracked, 512 by default, and
	// MCastEHTHosts, read-only, how many are; Linux 5.12.
	MCastEHTHostsLimit, MCastEHTHosts attr.Opt[uint32]
	// Locked drops frames from senders without a forwarding entry
	// (IEEE 802.1X); Linux 5.18.
	Locked attr.Opt[bool]
	// MAB makes a locked entry for each such sender, so that a program can
	// let it in; it needs Locked and Learning; Linux 6.2.
	MAB attr.Opt[bool]
	// MCastGroups is how many multicast groups the port is in, read-only, and
	// MCastMaxGroups how many it may be in, 0 for any number; Linux 6.3.
	MCastGroups, MCastMaxGroups attr.Opt[uint32]
	// NeighVLANSuppress is NeighSuppress by VLAN; Linux 6.4.
	NeighVLANSuppress attr.Opt[bool]
	// BackupNextHop is the id of the nexthop with which BackupPort is used,
	// 0 for none; Linux 6.6.
	BackupNextHop attr.Opt[uint32]
	// NeighForwardGratuitous sends unsolicited ARP and neighbour
	// announcements to the port in spite of NeighSuppress; Linux 7.2. Kernels
	// of OpenWrt use the number for something else.
	NeighForwardGratuitous attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "bridge".
func (*BridgePort) Kind() string { return "bridge" }

// IsPort marks p as port data.
func (*BridgePort) IsPort() {}

// Numbers of IFLA_BRPORT_* in linux/if_link.h.
const (
	brportState = iota + 1
	brportPriority
	brportCost
	brportMode
	brportGuard
	brportProtect
	brportFastLeave
	brportLearning
	brportUnicastFlood
	brportProxyARP
	brportLearningSync
	brportProxyARPWiFi
	brportRootID
	brportBridgeID
	brportDesignatedPort
	brportDesignatedCost
	brportID
	brportNo
	brportTopologyChangeAck
	brportConfigPending
	brportMessageAgeTimer
	brportForwardDelayTimer
	brportHoldTimer
	brportFlush
	brportMulticastRouter
	brportPad
	brportMCastFlood
	brportMCastToUcast
	brportVLANTunnel
	brportBcastFlood
	brportGroupFwdMask
	brportNeighSuppress
	brportIsolated
	brportBackupPort
	brportMRPRingOpen
	brportMRPInOpen
	brportMCastEHTHostsLimit
	brportMCastEHTHostsCnt
	brportLocked
	brportMAB
	brportMCastNGroups
	brportMCastMaxGroups
	brportNeighVLANSuppress
	brportBackupNHID
	brportNeighForwardGrat
)

const (
	maxPortPriority = 63 // BR_MAX_PORTS leaves six bits of the id
	maxPathCost     = 1<<16 - 1
)

// Fields lists IFLA_BRPORT_*.
func (p *BridgePort) Fields(c *attr.Codec) {
	attr.Uint8(c, brportState, "state", &p.State, attr.SetOnly, attr.Volatile, attr.Range(0, int64(PortBlocking)))
	attr.Uint16(c, brportPriority, "priority", &p.Priority, attr.SetOnly, attr.Range(0, maxPortPriority))
	attr.Uint32(c, brportCost, "cost", &p.Cost, attr.SetOnly, attr.Range(1, maxPathCost))
	attr.Bool(c, brportMode, "hairpin", &p.Hairpin, attr.SetOnly)
	attr.Bool(c, brportGuard, "guard", &p.Guard, attr.SetOnly)
	attr.Bool(c, brportProtect, "root_block", &p.RootBlock, attr.SetOnly)
	attr.Bool(c, brportFastLeave, "fastleave", &p.FastLeave, attr.SetOnly)
	attr.Bool(c, brportLearning, "learning", &p.Learning, attr.SetOnly)
	attr.Bool(c, brportUnicastFlood, "flood", &p.Flood, attr.SetOnly)
	attr.Bool(c, brportProxyARP, "proxy_arp", &p.ProxyARP, attr.SetOnly)
	attr.Bool(c, brportLearningSync, "learning_sync", &p.LearningSync, attr.ReadOnly, attr.Hidden)
	attr.Bool(c, brportProxyARPWiFi, "proxy_arp_wifi", &p.ProxyARPWiFi, attr.SetOnly)
	p.spanningTree(c)
	attr.Flag(c, brportFlush, "fdb_flush", &p.FDBFlush, attr.Access(attr.Set), attr.Hidden)
	attr.Uint8(c, brportMulticastRouter, "mcast_router", &p.MCastRouter, attr.SetOnly, attr.Range(0, int64(MCastRouterTemporary)), attr.Number, attr.JSON("multicast_router"))
	attr.Pad(c, brportPad)
	attr.Bool(c, brportMCastFlood, "mcast_flood", &p.MCastFlood, attr.SetOnly)
	attr.Bool(c, brportMCastToUcast, "mcast_to_unicast", &p.MCastToUnicast, attr.SetOnly)
	attr.Bool(c, brportVLANTunnel, "vlan_tunnel", &p.VLANTunnel, attr.SetOnly)
	attr.Bool(c, brportBcastFlood, "bcast_flood", &p.BroadcastFlood, attr.SetOnly)
	attr.Uint16(c, brportGroupFwdMask, "group_fwd_mask", &p.GroupFwdMask, attr.SetOnly, attr.Hex, attr.JSONWords("group_fwd_mask_str"))
	attr.Bool(c, brportNeighSuppress, "neigh_suppress", &p.NeighSuppress, attr.SetOnly)
	attr.Bool(c, brportIsolated, "isolated", &p.Isolated, attr.SetOnly)
	attr.Link(c, brportBackupPort, "backup_port", &p.BackupPort, attr.SetOnly)
	attr.Bool(c, brportMRPRingOpen, "mrp_ring_open", &p.MRPRingOpen, attr.ReadOnly, attr.Hidden)
	attr.Bool(c, brportMRPInOpen, "mrp_in_open", &p.MRPInOpen, attr.ReadOnly, attr.Hidden)
	attr.Uint32(c, brportMCastEHTHostsLimit, "mcast_eht_hosts_limit", &p.MCastEHTHostsLimit, attr.SetOnly, attr.Hidden)
	attr.Uint32(c, brportMCastEHTHostsCnt, "mcast_eht_hosts_cnt", &p.MCastEHTHosts, attr.ReadOnly, attr.Hidden)
	attr.Bool(c, brportLocked, "locked", &p.Locked, attr.SetOnly)
	attr.Bool(c, brportMAB, "mab", &p.MAB, attr.SetOnly)
	attr.Uint32(c, brportMCastNGroups, "mcast_n_groups", &p.MCastGroups, attr.ReadOnly, attr.Hidden)
	attr.Uint32(c, brportMCastMaxGroups, "mcast_max_groups", &p.MCastMaxGroups, attr.SetOnly, attr.Hidden)
	attr.Bool(c, brportNeighVLANSuppress, "neigh_vlan_suppress", &p.NeighVLANSuppress, attr.SetOnly)
	attr.Uint32(c, brportBackupNHID, "backup_nhid", &p.BackupNextHop, attr.SetOnly, attr.ZeroUnsaid)
	attr.Bool(c, brportNeighForwardGrat, "neigh_forward_grat", &p.NeighForwardGratuitous, attr.SetOnly)
	attr.Rest(c, &p.Unknown)
}

// spanningTree lists IFLA_BRPORT_ROOT_ID to IFLA_BRPORT_HOLD_TIMER.
func (p *BridgePort) spanningTree(c *attr.Codec) {
	attr.CStruct(c, brportRootID, "designated_root", &p.RootID, attr.ReadOnly, attr.JSON("root_id"))
	attr.CStruct(c, brportBridgeID, "designated_bridge", &p.BridgeID, attr.ReadOnly, attr.JSON("bridge_id"))
	attr.Uint16(c, brportDesignatedPort, "designated_port", &p.DesignatedPort, attr.ReadOnly)
	attr.Uint16(c, brportDesignatedCost, "designated_cost", &p.DesignatedCost, attr.ReadOnly)
	attr.Uint16(c, brportID, "port_id", &p.ID, attr.ReadOnly, attr.Hex, attr.JSON("id"))
	attr.Uint16(c, brportNo, "port_no", &p.Number, attr.ReadOnly, attr.Hex, attr.JSON("no"))
	attr.Bool(c, brportTopologyChangeAck, "topology_change_ack", &p.TopologyChangeAck, attr.ReadOnly, attr.Number)
	attr.Bool(c, brportConfigPending, "config_pending", &p.ConfigPending, attr.ReadOnly, attr.Number)
	attr.Ticks64(c, brportMessageAgeTimer, "message_age_timer", &p.MessageAgeTimer, attr.ReadOnly, attr.Timer)
	attr.Ticks64(c, brportForwardDelayTimer, "forward_delay_timer", &p.ForwardDelayTimer, attr.ReadOnly, attr.Timer)
	attr.Ticks64(c, brportHoldTimer, "hold_timer", &p.HoldTimer, attr.ReadOnly, attr.Timer)
}

// A PortState is the state of a bridge's port in the spanning tree
// (BR_STATE_*, IEEE 802.1D).
type PortState uint8

// The states of a port.
const (
	PortDisabled   PortState = iota // not up, or switched off
	PortListening                   // waits for the tree to settle
	PortLearning                    // learns addresses
	PortForwarding                  // learns and forwards
	PortBlocking                    // closed, so that there is no loop
)

var portStates = attr.Words[PortState]{
	{Value: PortDisabled, Name: "disabled"}, {Value: PortListening, Name: "listening"}, {Value: PortLearning, Name: "learning"},
	{Value: PortForwarding, Name: "forwarding"}, {Value: PortBlocking, Name: "blocking"},
}

// String returns iproute2's word.
func (s PortState) String() string { return portStates.Text(s) }

// MarshalText returns the form of String.
func (s PortState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *PortState) UnmarshalText(b []byte) (err error) {
	*s, err = portStates.Parse("state", string(b))
	return err
}
