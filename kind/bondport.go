package kind

import (
	"strings"

	"github.com/iplink-go/iplink/attr"
)

func init() { registerPort(func() Port { return new(BondPort) }) }

// BondPort is what a link has for being a port of a [Bond], "ip link set type
// bond_slave" (drivers/net/bonding/bond_netlink.c). Leaving the bond resets it.
type BondPort struct {
	// State says whether the port is in use; read-only, as all but QueueID,
	// Priority and ActorPortPriority.
	State attr.Opt[BondPortState]
	// MIIStatus is the carrier as the bond sees it.
	MIIStatus attr.Opt[MIIStatus]
	// LinkFailures counts losses of the carrier.
	LinkFailures attr.Opt[uint32]
	// PermAddress is the address that the link had before it joined.
	PermAddress attr.HWAddr
	// QueueID is the transmit queue of the bond whose packets go out on this
	// port, 0 for none.
	QueueID attr.Opt[uint16]
	// AggregatorID is that of the port's aggregator in mode 802.3ad.
	AggregatorID attr.Opt[uint16]
	// ActorState and PartnerState are the states of LACP on the two sides.
	ActorState   attr.Opt[LACPState]
	PartnerState attr.Opt[LACPPartnerState]
	// Priority decides which port becomes active when one fails, in the
	// modes active-backup, balance-tlb and balance-alb: the highest; Linux
	// 6.0.
	Priority attr.Opt[int32]
	// ActorPortPriority is the port's priority in LACP, 255 by default;
	// Linux 6.18.
	ActorPortPriority attr.Opt[uint16]
	// ActorChurn and PartnerChurn say whether the sides keep changing
	// instead of settling; Linux 7.1.
	ActorChurn, PartnerChurn attr.Opt[ChurnState]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "bond".
func (*BondPort) Kind() string { return "bond" }

// IsPort marks p as port data.
func (*BondPort) IsPort() {}

// OwnAddress returns PermAddress: the ports of most bonds have the address of the
// bond.
func (p *BondPort) OwnAddress() attr.HWAddr { return p.PermAddress }

// Fields lists IFLA_BOND_SLAVE_*.
func (p *BondPort) Fields(c *attr.Codec) {
	attr.Uint8(c, 1, "state", &p.State, attr.ReadOnly)
	attr.Uint8(c, 2, "mii_status", &p.MIIStatus, attr.ReadOnly)
	attr.Uint32(c, 3, "link_failure_count", &p.LinkFailures, attr.ReadOnly)
	attr.MAC(c, 4, "perm_hwaddr", &p.PermAddress, attr.ReadOnly)
	attr.Uint16(c, 5, "queue_id", &p.QueueID, attr.SetOnly)
	attr.Uint16(c, 6, "ad_aggregator_id", &p.AggregatorID, attr.ReadOnly)
	attr.Uint8(c, 7, "ad_actor_oper_port_state", &p.ActorState, attr.ReadOnly, attr.Number)
	attr.Uint16(c, 8, "ad_partner_oper_port_state", &p.PartnerState, attr.ReadOnly, attr.Number)
	attr.Int32(c, 9, "prio", &p.Priority, attr.SetOnly)
	attr.Uint16(c, 10, "actor_port_prio", &p.ActorPortPriority, attr.SetOnly)
	attr.Uint8(c, 11, "ad_churn_actor_state", &p.ActorChurn, attr.ReadOnly, attr.Hidden)
	attr.Uint8(c, 12, "ad_churn_partner_state", &p.PartnerChurn, attr.ReadOnly, attr.Hidden)
	attr.Rest(c, &p.Unknown)
}

// Tidy spells the states of LACP out, as iproute2 does.
func (p *BondPort) Tidy(o *attr.Object) {
	if s, ok := p.ActorState.Get(); ok {
		o.Set("ad_actor_oper_port_state_str", s.words())
	}
	if s, ok := p.PartnerState.Get(); ok {
		o.Set("ad_partner_oper_port_state_str", LACPState(s).words())
	}
}

// A BondPortState says whether a port of a bond is in use (BOND_STATE_*).
type BondPortState uint8

// The states of a port of a bond.
const (
	BondPortActive BondPortState = iota // it sends and receives
	BondPortBackup                      // it waits
)

var bondPortStates = attr.Words[BondPortState]{{Value: BondPortActive, Name: "ACTIVE"}, {Value: BondPortBackup, Name: "BACKUP"}}

// String returns iproute2's word.
func (s BondPortState) String() string { return bondPortStates.Text(s) }

// MarshalText returns the form of String.
func (s BondPortState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *BondPortState) UnmarshalText(b []byte) (err error) {
	*s, err = bondPortStates.Parse("state", string(b))
	return err
}

// A MIIStatus is the carrier of a port as a bond sees it (BOND_LINK_*).
type MIIStatus uint8

// The states of a carrier.
const (
	MIIUp        MIIStatus = iota // there
	MIIGoingDown                  // gone, within DownDelay
	MIIDown                       // gone
	MIIGoingBack                  // there, within UpDelay
)

var miiStatuses = attr.Words[MIIStatus]{
	{Value: MIIUp, Name: "UP"}, {Value: MIIGoingDown, Name: "GOING_DOWN"}, {Value: MIIDown, Name: "DOWN"}, {Value: MIIGoingBack, Name: "GOING_BACK"},
}

// String returns iproute2's word.
func (s MIIStatus) String() string { return miiStatuses.Text(s) }

// MarshalText returns the form of String.
func (s MIIStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *MIIStatus) UnmarshalText(b []byte) (err error) {
	*s, err = miiStatuses.Parse("mii status", string(b))
	return err
}

// A LACPState is the state of one side of a port in LACP (LACP_STATE_*, IEEE
// 802.1AX, section 6.4.2.3).
type LACPState uint8

// The bits of a LACPState.
const (
	LACPActivity        LACPState = 1 << iota // sends unasked
	LACPShortTimeout                          // wants packets every second
	LACPAggregation                           // can be part of an aggregator
	LACPSynchronization                       // is in the right one
	LACPCollecting                            // receives
	LACPDistributing                          // sends
	LACPDefaulted                             // has heard nothing from the partner
	LACPExpired                               // has not heard from it for too long
)

var lacpStates = attr.Words[LACPState]{
	{Value: LACPActivity, Name: "active"}, {Value: LACPShortTimeout, Name: "short_timeout"}, {Value: LACPAggregation, Name: "aggregating"},
	{Value: LACPSynchronization, Name: "in_sync"}, {Value: LACPCollecting, Name: "collecting"}, {Value: LACPDistributing, Name: "distributing"},
	{Value: LACPDefaulted, Name: "defaulted"}, {Value: LACPExpired, Name: "expired"},
}

// String returns iproute2's words with commas between them, "" for none.
func (s LACPState) String() string { return lacpStates.Flags(s) }

// MarshalText returns the form of String.
func (s LACPState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *LACPState) UnmarshalText(b []byte) (err error) {
	*s, err = lacpStates.ParseFlags("lacp state", string(b))
	return err
}

func (s LACPState) words() []string {
	if s == 0 {
		return []string{}
	}
	return strings.Split(s.String(), ",")
}

// A LACPPartnerState is the [LACPState] of the partner, which the kernel
// reports in 16 bits.
type LACPPartnerState uint16

// String returns what [LACPState.String] does.
func (s LACPPartnerState) String() string { return LACPState(s).String() }

// MarshalText returns the form of String.
func (s LACPPartnerState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *LACPPartnerState) UnmarshalText(b []byte) error {
	var l LACPState
	err := l.UnmarshalText(b)
	*s = LACPPartnerState(l)
	return err
}

// A ChurnState says whether one side of a port in LACP settles (enum
// churn_state_t of the kernel; IEEE 802.1AX, section 6.4.17).
type ChurnState uint8

// The states of settling.
const (
	ChurnMonitor ChurnState = iota // too early to tell
	Churned                        // it did not settle in time
	NoChurn                        // it has settled
)

var churnStates = attr.Words[ChurnState]{{Value: ChurnMonitor, Name: "monitoring"}, {Value: Churned, Name: "churned"}, {Value: NoChurn, Name: "none"}}

// String returns the kernel's word in /proc/net/bonding.
func (s ChurnState) String() string { return churnStates.Text(s) }

// MarshalText returns the form of String.
func (s ChurnState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *ChurnState) UnmarshalText(b []byte) (err error) {
	*s, err = churnStates.Parse("churn state", string(b))
	return err
}
