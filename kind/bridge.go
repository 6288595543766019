package kind

import (
	"time"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(Bridge) }) }

// Bridge is an Ethernet switch whose ports are other links (IEEE 802.1D and
// 802.1Q), "ip link add type bridge" (net/bridge/br_netlink.c). A request
// leaves every absent field to the kernel: its default at creation, what the
// bridge has later. No field needs the bridge to be down.
//
// Times are counted in hundredths of a second. The kernel may report one less
// than it was told, which counts as equal.
type Bridge struct {
	// ForwardDelay is how long a port listens, and then learns, before it
	// forwards; 15 s by default. Between 2 and 30 s while STP is on.
	ForwardDelay attr.Opt[time.Duration]
	// HelloTime is the time between hello packets of STP, 1 to 10 s; 2 s by
	// default.
	HelloTime attr.Opt[time.Duration]
	// MaxAge is how long the root bridge may be silent, 6 to 40 s; 20 s by
	// default.
	MaxAge attr.Opt[time.Duration]
	// Ageing is how long learned addresses stay; 300 s by default.
	Ageing attr.Opt[time.Duration]
	// STPState turns the spanning tree protocol on and off. Whether the
	// kernel or a program runs it is the kernel's answer, see STPMode: both
	// count as equal.
	STPState attr.Opt[STPState]
	// Priority is the bridge's priority in STP, 0x8000 by default; lower is
	// likelier to be the root. The upper four bits count.
	Priority attr.Opt[uint16]
	// VLANFiltering makes ports heed their VLANs. It needs a kernel with
	// CONFIG_BRIDGE_VLAN_FILTERING.
	VLANFiltering attr.Opt[bool]
	// VLANProtocol is the protocol of the VLANs, 802.1Q by default.
	VLANProtocol attr.Opt[VLANProtocol]
	// GroupFwdMask says which link-local groups are forwarded; the kernel
	// refuses the bits of STP (0), pause frames (1) and LACP (2).
	GroupFwdMask attr.Opt[GroupFwdMask]
	// RootID and ID are the bridge ids of the root and of this bridge,
	// RootPort and RootPathCost the way to the root; read-only.
	RootID, ID   attr.Opt[BridgeID]
	RootPort     attr.Opt[uint16]
	RootPathCost attr.Opt[uint32]
	// TopologyChange and TopologyChangeDetected are STP's flags; read-only.
	TopologyChange, TopologyChangeDetected attr.Opt[bool]
	// HelloTimer, TCNTimer and TopologyChangeTimer are what is left of STP's
	// timers, GCTimer of that of the next ageing run; read-only.
	HelloTimer, TCNTimer, TopologyChangeTimer, GCTimer attr.Opt[time.Duration]
	// GroupAddress is the group that STP packets go to, one of
	// 01:80:c2:00:00:00 to 0f but not 01, 02 and 03.
	GroupAddress attr.HWAddr
	// FDBFlush, if on, removes the learned addresses; a command, never
	// reported.
	FDBFlush attr.Opt[bool]
	// MCastRouter says whether multicast goes to the bridge itself as to a
	// router.
	MCastRouter attr.Opt[MCastRouter]
	// MCastSnooping forwards multicast only to ports that asked for it
	// (IGMP, MLD); on by default.
	MCastSnooping attr.Opt[bool]
	// MCastQueryUseIfAddr sends queries from the bridge's IPv4 address
	// instead of 0.0.0.0.
	MCastQueryUseIfAddr attr.Opt[bool]
	// MCastQuerier sends queries.
	MCastQuerier attr.Opt[bool]
	// MCastHashElasticity has no effect since Linux 4.20, which ignores a
	// change with success and always reports 16: all values count as equal.
	MCastHashElasticity attr.Opt[uint32]
	// MCastHashMax is the most multicast groups, 4096 by default.
	MCastHashMax attr.Opt[uint32]
	// MCastLastMemberCount and MCastStartupQueryCount are how many queries
	// are sent when a member leaves and at start; 2 by default.
	MCastLastMemberCount, MCastStartupQueryCount attr.Opt[uint32]
	// MCastLastMemberInterval is the time between queries after a member
	// left; 1 s by default.
	MCastLastMemberInterval attr.Opt[time.Duration]
	// MCastMembershipInterval is how long a membership lasts without a
	// report; 260 s by default.
	MCastMembershipInterval attr.Opt[time.Duration]
	// MCastQuerierInterval is how long another querier may be silent before
	// this one takes over; 255 s by default.
	MCastQuerierInterval attr.Opt[time.Duration]
	// MCastQueryInterval is the time between queries, 125 s by default, and
	// MCastQueryResponseInterval the time to answer one, 10 s by default.
	// The kernel keeps the first between 1 s and a day: what it makes of a
	// value counts as equal.
	MCastQueryInterval, MCastQueryResponseInterval attr.Opt[time.Duration]
	// MCastStartupQueryInterval is the time between queries at start; 31.25 s
	// by default. The kernel keeps it between 1 s and a day.
	MCastStartupQueryInterval attr.Opt[time.Duration]
	// NFCallIPTables, NFCallIP6Tables and NFCallARPTables pass frames
	// through netfilter's tables. They are ignored without the module
	// br_netfilter.
	NFCallIPTables, NFCallIP6Tables, NFCallARPTables attr.Opt[bool]
	// VLANDefaultPVID is the VLAN of untagged frames on new ports, 0 to
	// 4094; 0 is none, 1 the default.
	VLANDefaultPVID attr.Opt[uint16]
	// VLANStats counts traffic by VLAN.
	VLANStats attr.Opt[bool]
	// MCastStats counts IGMP and MLD messages.
	MCastStats attr.Opt[bool]
	// MCastIGMPVersion is 2 or 3, MCastMLDVersion 1 or 2.
	MCastIGMPVersion, MCastMLDVersion attr.Opt[uint8]
	// VLANStatsPerPort counts by port and VLAN; it can be changed only while
	// no port has VLANs.
	VLANStatsPerPort attr.Opt[bool]
	// NoLinkLocalLearn does not learn the senders of link-local frames
	// (IFLA_BR_MULTI_BOOLOPT, as the next four).
	NoLinkLocalLearn attr.Opt[bool]
	// MCastVLANSnooping snoops in each VLAN of its own; it needs
	// VLANFiltering; Linux 5.15.
	MCastVLANSnooping attr.Opt[bool]
	// MST is multiple spanning trees, a port state for each group of VLANs;
	// it can be changed only while no port has VLANs; Linux 5.18.
	MST attr.Opt[bool]
	// MDBOffloadFailNotification announces multicast groups that hardware
	// did not take; Linux 6.16.
	MDBOffloadFailNotification attr.Opt[bool]
	// FDBLocalVLAN0 keeps the addresses of the bridge and its ports once
	// instead of once a VLAN; Linux 6.18.
	FDBLocalVLAN0 attr.Opt[bool]
	// OtherOptions are bits of IFLA_BR_MULTI_BOOLOPT without a field that
	// are on.
	OtherOptions uint32
	// MCastQuerierState says who sends queries; read-only; Linux 5.15.
	MCastQuerierState attr.Opt[QuerierState]
	// FDBLearned is how many addresses are learned, read-only, and
	// FDBMaxLearned how many may be, 0 for any number; Linux 6.7.
	FDBLearned, FDBMaxLearned attr.Opt[uint32]
	// STPMode says who runs STP. It can be changed only while STP is off, or
	// in the message that turns it off; Linux 7.1.
	STPMode attr.Opt[STPMode]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "bridge".
func (*Bridge) Kind() string { return "bridge" }

// Info says that a bridge takes MTU and address from its ports and stays in
// its namespace.
func (*Bridge) Info() Info {
	return Info{
		FollowsPorts: true, RxHandler: "bridge", NetNSImmutable: true, MinMTU: minEtherMTU, MaxMTU: maxEtherMTU, AddrLen: etherAddrLen,
		Module: "bridge",
	}
}

// Omit leaves out that VLAN filtering and what needs it are off: a kernel that
// does not have them reports that and refuses to be told so.
func (b *Bridge) Omit() {
	for _, o := range []*attr.Opt[bool]{&b.VLANFiltering, &b.MCastVLANSnooping, &b.MST} {
		if *o == attr.Off {
			o.Clear()
		}
	}
}

// Numbers of IFLA_BR_* in linux/if_link.h.
const (
	brForwardDelay = iota + 1
	brHelloTime
	brMaxAge
	brAgeingTime
	brSTPState
	brPriority
	brVLANFiltering
	brVLANProtocol
	brGroupFwdMask
	brRootID
	brBridgeID
	brRootPort
	brRootPathCost
	brTopologyChange
	brTopologyChangeDetected
	brHelloTimer
	brTCNTimer
	brTopologyChangeTimer
	brGCTimer
	brGroupAddr
	brFDBFlush
	brMCastRouter
	brMCastSnooping
	brMCastQueryUseIfAddr
	brMCastQuerier
	brMCastHashElasticity
	brMCastHashMax
	brMCastLastMemberCnt
	brMCastStartupQueryCnt
	brMCastLastMemberIntvl
	brMCastMembershipIntvl
	brMCastQuerierIntvl
	brMCastQueryIntvl
	brMCastQueryResponseIntvl
	brMCastStartupQueryIntvl
	brNFCallIPTables
	brNFCallIP6Tables
	brNFCallARPTables
	brVLANDefaultPVID
	brPad
	brVLANStatsEnabled
	brMCastStatsEnabled
	brMCastIGMPVersion
	brMCastMLDVersion
	brVLANStatsPerPort
	brMultiBoolOpt
	brMCastQuerierState
	brFDBNLearned
	brFDBMaxLearned
	brSTPMode
)

// Limits of STP's times in ticks (BR_MIN_HELLO_TIME and its like), which hold
// whether STP is on or off; those of ForwardDelay do not.
const (
	minHelloTime, maxHelloTime = 100, 1000
	minMaxAge, maxMaxAge       = 600, 4000
)

// Fields lists IFLA_BR_*.
func (b *Bridge) Fields(c *attr.Codec) {
	attr.Ticks32(c, brForwardDelay, "forward_delay", &b.ForwardDelay)
	attr.Ticks32(c, brHelloTime, "hello_time", &b.HelloTime, attr.Range(minHelloTime, maxHelloTime))
	attr.Ticks32(c, brMaxAge, "max_age", &b.MaxAge, attr.Range(minMaxAge, maxMaxAge))
	attr.Ticks32(c, brAgeingTime, "ageing_time", &b.Ageing)
	attr.Uint32(c, brSTPState, "stp_state", &b.STPState, attr.Number, attr.Same(sameSTPState))
	attr.Uint16(c, brPriority, "priority", &b.Priority)
	attr.Bool(c, brVLANFiltering, "vlan_filtering", &b.VLANFiltering, attr.Number)
	attr.Uint16BE(c, brVLANProtocol, "vlan_protocol", &b.VLANProtocol)
	attr.Uint16(c, brGroupFwdMask, "group_fwd_mask", &b.GroupFwdMask, attr.Hex)
	attr.CStruct(c, brRootID, "root_id", &b.RootID, attr.ReadOnly)
	attr.CStruct(c, brBridgeID, "bridge_id", &b.ID, attr.ReadOnly)
	attr.Uint16(c, brRootPort, "root_port", &b.RootPort, attr.ReadOnly)
	attr.Uint32(c, brRootPathCost, "root_path_cost", &b.RootPathCost, attr.ReadOnly)
	attr.Bool(c, brTopologyChange, "topology_change", &b.TopologyChange, attr.ReadOnly, attr.Number)
	attr.Bool(c, brTopologyChangeDetected, "topology_change_detected", &b.TopologyChangeDetected, attr.ReadOnly, attr.Number)
	attr.Ticks64(c, brHelloTimer, "hello_timer", &b.HelloTimer, attr.ReadOnly, attr.Timer)
	attr.Ticks64(c, brTCNTimer, "tcn_timer", &b.TCNTimer, attr.ReadOnly, attr.Timer)
	attr.Ticks64(c, brTopologyChangeTimer, "topology_change_timer", &b.TopologyChangeTimer, attr.ReadOnly, attr.Timer)
	attr.Ticks64(c, brGCTimer, "gc_timer", &b.GCTimer, attr.ReadOnly, attr.Timer)
	attr.MAC(c, brGroupAddr, "group_address", &b.GroupAddress, attr.MaxLen(ethALen), attr.JSON("group_addr"))
	attr.Flag(c, brFDBFlush, "fdb_flush", &b.FDBFlush, attr.Access(attr.Set), attr.Hidden)
	b.multicast(c)
	attr.Bool(c, brNFCallIPTables, "nf_call_iptables", &b.NFCallIPTables, attr.Number)
	attr.Bool(c, brNFCallIP6Tables, "nf_call_ip6tables", &b.NFCallIP6Tables, attr.Number)
	attr.Bool(c, brNFCallARPTables, "nf_call_arptables", &b.NFCallARPTables, attr.Number)
	attr.Uint16(c, brVLANDefaultPVID, "vlan_default_pvid", &b.VLANDefaultPVID, attr.Range(0, maxVLANID))
	attr.Pad(c, brPad)
	attr.Bool(c, brVLANStatsEnabled, "vlan_stats_enabled", &b.VLANStats, attr.Number)
	attr.Bool(c, brMCastStatsEnabled, "mcast_stats_enabled", &b.MCastStats, attr.Number)
	attr.Uint8(c, brMCastIGMPVersion, "mcast_igmp_version", &b.MCastIGMPVersion, attr.Range(2, 3))
	attr.Uint8(c, brMCastMLDVersion, "mcast_mld_version", &b.MCastMLDVersion, attr.Range(1, 2))
	attr.Bool(c, brVLANStatsPerPort, "vlan_stats_per_port", &b.VLANStatsPerPort, attr.Changes(attr.Conditional), attr.Number)
	attr.Bits(c, brMultiBoolOpt, "options", attr.ValueMask, &b.OtherOptions, []attr.Bit{
		{Name: "no_linklocal_learn", Mask: 1, On: &b.NoLinkLocalLearn},
		{Name: "mcast_vlan_snooping", Mask: 2, On: &b.MCastVLANSnooping},
		{Name: "mst_enabled", Mask: 4, On: &b.MST},
		{Name: "mdb_offload_fail_notification", Mask: 8, On: &b.MDBOffloadFailNotification},
		{Name: "fdb_local_vlan_0", Mask: 16, On: &b.FDBLocalVLAN0},
	}, attr.Number)
	attr.Nest(c, brMCastQuerierState, "mcast_querier_state", &b.MCastQuerierState, attr.ReadOnly)
	attr.Uint32(c, brFDBNLearned, "fdb_n_learned", &b.FDBLearned, attr.ReadOnly)
	attr.Uint32(c, brFDBMaxLearned, "fdb_max_learned", &b.FDBMaxLearned)
	attr.Uint32(c, brSTPMode, "stp_mode", &b.STPMode, attr.Changes(attr.Conditional), attr.Range(0, int64(STPModeKernel)))
	attr.Rest(c, &b.Unknown)
}

// PortVLAN implements [VLANBridge]. The kernel begins with VLAN 1, and reports
// none where it is built without VLAN filtering.
func (b *Bridge) PortVLAN() uint16 { return b.VLANDefaultPVID.Or(1) }

// multicast lists IFLA_BR_MCAST_ROUTER to IFLA_BR_MCAST_STARTUP_QUERY_INTVL.
func (b *Bridge) multicast(c *attr.Codec) {
	attr.Uint8(c, brMCastRouter, "mcast_router", &b.MCastRouter, attr.Number, attr.Range(0, int64(MCastRouterPermanent)))
	attr.Bool(c, brMCastSnooping, "mcast_snooping", &b.MCastSnooping, attr.Number)
	attr.Bool(c, brMCastQueryUseIfAddr, "mcast_query_use_ifaddr", &b.MCastQueryUseIfAddr, attr.Number)
	attr.Bool(c, brMCastQuerier, "mcast_querier", &b.MCastQuerier, attr.Number)
	attr.Uint32(c, brMCastHashElasticity, "mcast_hash_elasticity", &b.MCastHashElasticity, attr.Same(sameElasticity))
	attr.Uint32(c, brMCastHashMax, "mcast_hash_max", &b.MCastHashMax)
	attr.Uint32(c, brMCastLastMemberCnt, "mcast_last_member_count", &b.MCastLastMemberCount, attr.JSON("mcast_last_member_cnt"))
	attr.Uint32(c, brMCastStartupQueryCnt, "mcast_startup_query_count", &b.MCastStartupQueryCount, attr.JSON("mcast_startup_query_cnt"))
	attr.Ticks64(c, brMCastLastMemberIntvl, "mcast_last_member_interval", &b.MCastLastMemberInterval, attr.JSON("mcast_last_member_intvl"))
	attr.Ticks64(c, brMCastMembershipIntvl, "mcast_membership_interval", &b.MCastMembershipInterval, attr.JSON("mcast_membership_intvl"))
	attr.Ticks64(c, brMCastQuerierIntvl, "mcast_querier_interval", &b.MCastQuerierInterval, attr.JSON("mcast_querier_intvl"))
	attr.Ticks64(c, brMCastQueryIntvl, "mcast_query_interval", &b.MCastQueryInterval, attr.Same(sameClamped), attr.JSON("mcast_query_intvl"))
	attr.Ticks64(c, brMCastQueryResponseIntvl, "mcast_query_response_interval", &b.MCastQueryResponseInterval, attr.JSON("mcast_query_response_intvl"))
	attr.Ticks64(c, brMCastStartupQueryIntvl, "mcast_startup_query_interval", &b.MCastStartupQueryInterval, attr.Same(sameClamped), attr.JSON("mcast_startup_query_intvl"))
}

// The comparators of what the kernel does not take over as it is told.

func sameSTPState(want, have STPState) bool { return (want == STPOff) == (have == STPOff) }

func sameElasticity(_, _ uint32) bool { return true }

// sameClamped compares query intervals, which the kernel raises to a second
// from Linux 5.17 on (BR_MULTICAST_QUERY_INTVL_MIN) and newer ones cut to a day
// (BR_MULTICAST_QUERY_INTVL_MAX).
func sameClamped(want, have time.Duration) bool {
	same := func(want time.Duration) bool { return want == have || want == have+attr.Tick }
	return same(want) || same(min(max(want, time.Second), 24*time.Hour))
}
