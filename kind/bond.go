package kind

import (
	"net/netip"
	"time"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(Bond) }) }

// Bond makes one link of several, for more bandwidth or to survive the failure
// of one, "ip link add type bond" (drivers/net/bonding). Links join it while
// they are down, and take its MTU and address.
//
// The kernel takes most settings at any time, Mode only while the bond is down
// and has no ports, and refuses those that the mode has no use for: with mode
// in a comment below, a setting is for that mode alone. Times are counted in
// milliseconds. Watching the links by MII and by ARP exclude each other: what
// turns one on turns the other off.
type Bond struct {
	// Mode says how the ports are used; balance-rr by default.
	Mode attr.Opt[BondMode]
	// ActiveSlave is the port that is used, in the modes active-backup,
	// balance-tlb and balance-alb; [attr.NoRef] lets the bond choose. It must
	// be a port that works. The bond changes it by itself.
	ActiveSlave attr.Ref
	// MIIMon is the time between looks at the ports' carriers, 0 for none;
	// 100 ms in 802.3ad, balance-tlb and balance-alb if it is not said, else
	// 0 by default.
	MIIMon attr.Opt[time.Duration]
	// UpDelay and DownDelay are how long a port's carrier must be back or
	// gone before that counts. The kernel rounds them down to multiples of
	// MIIMon, without which it refuses them.
	UpDelay, DownDelay attr.Opt[time.Duration]
	// UseCarrier is obsolete: kernels since Linux 6.18 take only on.
	UseCarrier attr.Opt[bool]
	// ARPInterval is the time between ARP requests and IPv6 neighbour
	// solicitations to the targets, 0 for none, which is the default. Not in
	// the modes 802.3ad, balance-tlb and balance-alb.
	ARPInterval attr.Opt[time.Duration]
	// ARPTargets are the IPv4 addresses that are asked, at most 16. A
	// request replaces them; an empty list that is said removes them.
	ARPTargets attr.Opt[[]netip.Addr]
	// ARPValidate says which ports' answers are looked at closely; none by
	// default. The kernel refuses it while MIIMon is on.
	ARPValidate attr.Opt[ARPValidate]
	// ARPAllTargets says how many of the targets must answer.
	ARPAllTargets attr.Opt[ARPAllTargets]
	// Primary is the port to prefer, in the modes active-backup, balance-tlb
	// and balance-alb; [attr.NoRef] is none. A link can be named before it
	// joins; the kernel reports it once it has.
	Primary attr.Ref
	// PrimaryReselect says when Primary becomes active again; always by
	// default.
	PrimaryReselect attr.Opt[PrimaryReselect]
	// FailOverMAC says who changes addresses when the active port does; none
	// by default. It can be changed while the bond has no ports.
	FailOverMAC attr.Opt[FailOverMAC]
	// XmitHashPolicy says which headers choose the port to send on, in the
	// modes balance-xor, 802.3ad and balance-tlb; layer2 by default.
	XmitHashPolicy attr.Opt[XmitHashPolicy]
	// ResendIGMP is how many IGMP reports are sent when the active port
	// changes, 0 to 255; 1 by default.
	ResendIGMP attr.Opt[uint32]
	// NumPeerNotif is how many gratuitous ARP packets and neighbour
	// advertisements are sent when the active port changes; 1 by default.
	// iproute2 calls it num_grat_arp and num_unsol_na.
	NumPeerNotif attr.Opt[uint8]
	// AllSlavesActive delivers frames that come in on ports that are not
	// active.
	AllSlavesActive attr.Opt[bool]
	// MinLinks is how many ports must work for the bond to have carrier.
	MinLinks attr.Opt[uint32]
	// LPInterval is the time between learning packets, whole seconds from 1
	// on; 1 s by default. balance-tlb, balance-alb.
	LPInterval attr.Opt[time.Duration]
	// PacketsPerSlave is how many packets go out on a port before it is the
	// next one's turn, 0 to 65535, 0 for a port at random; 1 by default.
	// balance-rr.
	PacketsPerSlave attr.Opt[uint32]
	// LACPRate is how often the partner is asked to send; slow by default.
	// It can be changed while the bond is down, as ADSelect, ADUserPortKey,
	// TLBDynamicLB, LACPActive and CoupledControl. 802.3ad.
	LACPRate attr.Opt[LACPRate]
	// ADSelect says when another aggregator is chosen; stable by default.
	ADSelect attr.Opt[ADSelect]
	// ADInfo is the state of 802.3ad; read-only.
	ADInfo attr.Opt[ADInfo]
	// ADActorSysPrio is the system's priority, 1 to 65535; 65535 by default.
	// 802.3ad; reported in that mode and to root of the machine only, as the
	// next two.
	ADActorSysPrio attr.Opt[uint16]
	// ADUserPortKey is the upper ten bits of the port key, 0 to 1023.
	// 802.3ad.
	ADUserPortKey attr.Opt[uint16]
	// ADActorSystem is the system's address instead of the bond's. 802.3ad.
	ADActorSystem attr.HWAddr
	// TLBDynamicLB moves streams to ports with less load; on by default.
	// balance-tlb, balance-alb.
	TLBDynamicLB attr.Opt[bool]
	// PeerNotifyDelay is the time between those of NumPeerNotif, up to 300 s;
	// by default they come with each look at the ports. Rounded as UpDelay.
	PeerNotifyDelay attr.Opt[time.Duration]
	// LACPActive sends LACP packets unasked; on by default. 802.3ad; Linux
	// 5.15.
	LACPActive attr.Opt[bool]
	// ARPMissedMax is after how many ARP intervals without an answer a port
	// counts as down, 1 to 255; 2 by default. Not in the modes 802.3ad,
	// balance-tlb and balance-alb; Linux 5.17.
	ARPMissedMax attr.Opt[uint8]
	// NSTargets are ARPTargets for IPv6; Linux 5.18.
	NSTargets attr.Opt[[]netip.Addr]
	// CoupledControl receives and sends from the same state of LACP on; on by
	// default. 802.3ad; Linux 6.9.
	CoupledControl attr.Opt[bool]
	// BroadcastNeighbor sends ARP and neighbour discovery packets on all
	// ports. 802.3ad; Linux 6.17.
	BroadcastNeighbor attr.Opt[bool]
	// LACPStrict takes the carrier away while no partner answers. 802.3ad;
	// Linux 7.2.
	LACPStrict attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "bond".
func (*Bond) Kind() string { return "bond" }

// Info says that a bond takes ports while they are down and stays in its
// namespace.
func (*Bond) Info() Info {
	return Info{JoinsDown: true, RxHandler: "bond", NetNSImmutable: true, Module: "bonding"}
}

// Numbers of IFLA_BOND_* in linux/if_link.h.
const (
	bondMode = iota + 1
	bondActiveSlave
	bondMIIMon
	bondUpDelay
	bondDownDelay
	bondUseCarrier
	bondARPInterval
	bondARPIPTarget
	bondARPValidate
	bondARPAllTargets
	bondPrimary
	bondPrimaryReselect
	bondFailOverMAC
	bondXmitHashPolicy
	bondResendIGMP
	bondNumPeerNotif
	bondAllSlavesActive
	bondMinLinks
	bondLPInterval
	bondPacketsPerSlave
	bondADLACPRate
	bondADSelect
	bondADInfo
	bondADActorSysPrio
	bondADUserPortKey
	bondADActorSystem
	bondTLBDynamicLB
	bondPeerNotifDelay
	bondADLACPActive
	bondMissedMax
	bondNSIP6Target
	bondCoupledControl
	bondBroadcastNeigh
	bondLACPStrict
)

// Limits of bond_opts in drivers/net/bonding/bond_options.c.
const (
	maxBondTargets     = 16 // BOND_MAX_ARP_TARGETS, BOND_MAX_NS_TARGETS
	maxBondInt         = 1<<31 - 1
	maxResendIGMP      = 255
	maxPacketsPerSlave = 1<<16 - 1
	maxADUserPortKey   = 1<<10 - 1
	maxPeerNotifyDelay = 300000
)

// Fields lists IFLA_BOND_*.
func (b *Bond) Fields(c *attr.Codec) {
	attr.Uint8(c, bondMode, "mode", &b.Mode, attr.Changes(attr.WhenDownNoPorts), attr.Range(0, int64(BondALB)))
	attr.Link(c, bondActiveSlave, "active_slave", &b.ActiveSlave, attr.Volatile, attr.OmitZero)
	attr.Millis32(c, bondMIIMon, "miimon", &b.MIIMon, attr.Range(0, maxBondInt))
	attr.Millis32(c, bondUpDelay, "updelay", &b.UpDelay, attr.Range(0, maxBondInt))
	attr.Millis32(c, bondDownDelay, "downdelay", &b.DownDelay, attr.Range(0, maxBondInt))
	attr.Bool(c, bondUseCarrier, "use_carrier", &b.UseCarrier, attr.CreateOnly, attr.Number)
	attr.Millis32(c, bondARPInterval, "arp_interval", &b.ARPInterval, attr.Range(0, maxBondInt))
	attr.Addr4List(c, bondARPIPTarget, "arp_ip_target", maxBondTargets, &b.ARPTargets, attr.ZeroUnsaid)
	attr.Uint32(c, bondARPValidate, "arp_validate", &b.ARPValidate, attr.Range(0, int64(ARPFilterBackup)))
	attr.Uint32(c, bondARPAllTargets, "arp_all_targets", &b.ARPAllTargets, attr.Range(0, int64(ARPTargetsAll)))
	attr.Link(c, bondPrimary, "primary", &b.Primary, attr.Unconfirmed, attr.OmitZero)
	attr.Uint8(c, bondPrimaryReselect, "primary_reselect", &b.PrimaryReselect, attr.Range(0, int64(PrimaryFailure)))
	attr.Uint8(c, bondFailOverMAC, "fail_over_mac", &b.FailOverMAC, attr.Changes(attr.WhenNoPorts), attr.Range(0, int64(FailOverMACFollow)))
	attr.Uint8(c, bondXmitHashPolicy, "xmit_hash_policy", &b.XmitHashPolicy, attr.Range(0, int64(XmitHashVLANSrcMAC)))
	attr.Uint32(c, bondResendIGMP, "resend_igmp", &b.ResendIGMP, attr.Range(0, maxResendIGMP))
	attr.Uint8(c, bondNumPeerNotif, "num_grat_arp", &b.NumPeerNotif, attr.JSON("num_peer_notif"))
	attr.Bool(c, bondAllSlavesActive, "all_slaves_active", &b.AllSlavesActive, attr.Number)
	attr.Uint32(c, bondMinLinks, "min_links", &b.MinLinks, attr.Range(0, maxBondInt))
	attr.Seconds32(c, bondLPInterval, "lp_interval", &b.LPInterval, attr.Range(1, maxBondInt))
	attr.Uint32(c, bondPacketsPerSlave, "packets_per_slave", &b.PacketsPerSlave, attr.Range(0, maxPacketsPerSlave))
	b.lacp(c)
	attr.Bool(c, bondTLBDynamicLB, "tlb_dynamic_lb", &b.TLBDynamicLB, attr.Changes(attr.WhenDown), attr.Number)
	attr.Millis32(c, bondPeerNotifDelay, "peer_notify_delay", &b.PeerNotifyDelay, attr.Range(0, maxPeerNotifyDelay))
	attr.Bool(c, bondADLACPActive, "lacp_active", &b.LACPActive, attr.Changes(attr.WhenDown), attr.JSON("ad_lacp_active"))
	attr.Uint8(c, bondMissedMax, "arp_missed_max", &b.ARPMissedMax, attr.Range(1, 255))
	attr.Addr6List(c, bondNSIP6Target, "ns_ip6_target", maxBondTargets, &b.NSTargets, attr.ZeroUnsaid)
	attr.Bool(c, bondCoupledControl, "coupled_control", &b.CoupledControl, attr.Changes(attr.WhenDown))
	attr.Bool(c, bondBroadcastNeigh, "broadcast_neighbor", &b.BroadcastNeighbor)
	attr.Bool(c, bondLACPStrict, "lacp_strict", &b.LACPStrict, attr.Hidden)
	attr.Rest(c, &b.Unknown)
}

// lacp lists IFLA_BOND_AD_LACP_RATE to IFLA_BOND_AD_ACTOR_SYSTEM.
func (b *Bond) lacp(c *attr.Codec) {
	attr.Uint8(c, bondADLACPRate, "lacp_rate", &b.LACPRate, attr.Changes(attr.WhenDown), attr.Range(0, int64(LACPFast)), attr.JSON("ad_lacp_rate"))
	attr.Uint8(c, bondADSelect, "ad_select", &b.ADSelect, attr.Changes(attr.WhenDown), attr.Range(0, int64(ADSelectPortPriority)))
	attr.Nest(c, bondADInfo, "ad_info", &b.ADInfo, attr.ReadOnly)
	attr.Uint16(c, bondADActorSysPrio, "ad_actor_sys_prio", &b.ADActorSysPrio, attr.Unconfirmed, attr.Range(1, 1<<16-1))
	attr.Uint16(c, bondADUserPortKey, "ad_user_port_key", &b.ADUserPortKey, attr.Unconfirmed, attr.Changes(attr.WhenDown), attr.Range(0, maxADUserPortKey))
	attr.MAC(c, bondADActorSystem, "ad_actor_system", &b.ADActorSystem, attr.Unconfirmed, attr.MaxLen(ethALen))
}

// Tidy shows no validation as null and LACPActive as a word, as iproute2 does.
func (b *Bond) Tidy(o *attr.Object) {
	if v, ok := b.ARPValidate.Get(); ok && v == ARPValidateNone {
		o.Set("arp_validate", nil)
	}
	if on, ok := b.LACPActive.Get(); ok {
		o.Set("ad_lacp_active", map[bool]string{true: "on", false: "off"}[on])
	}
}

// An ADInfo is what a [Bond] has agreed on with its partner in mode 802.3ad
// (IFLA_BOND_AD_INFO_*).
type ADInfo struct {
	// Aggregator is the id of the active aggregator, NumPorts how many ports
	// it has.
	Aggregator, NumPorts attr.Opt[uint16]
	// ActorKey and PartnerKey are the keys of the two sides.
	ActorKey, PartnerKey attr.Opt[uint16]
	// PartnerMAC is the system address of the partner, zero without one.
	PartnerMAC attr.HWAddr
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_BOND_AD_INFO_*.
func (i *ADInfo) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "aggregator", &i.Aggregator, attr.ReadOnly)
	attr.Uint16(c, 2, "num_ports", &i.NumPorts, attr.ReadOnly)
	attr.Uint16(c, 3, "actor_key", &i.ActorKey, attr.ReadOnly)
	attr.Uint16(c, 4, "partner_key", &i.PartnerKey, attr.ReadOnly)
	attr.MAC(c, 5, "partner_mac", &i.PartnerMAC, attr.ReadOnly)
	attr.Rest(c, &i.Unknown)
}
