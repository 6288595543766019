package kind

import "github.com/iplink-go/iplink/attr"

// The enumerations of bonds.

// A BondMode says how a bond uses its ports (BOND_MODE_*).
type BondMode uint8

// The modes of a bond.
const (
	BondRoundRobin   BondMode = iota // one after the other
	BondActiveBackup                 // one at a time
	BondXOR                          // by a hash of the packet
	BondBroadcast                    // all at once
	Bond8023AD                       // those that LACP has agreed on (IEEE 802.1AX), by a hash
	BondTLB                          // for sending, by load
	BondALB                          // for sending and receiving, by load
)

var bondModes = attr.Words[BondMode]{
	{Value: BondRoundRobin, Name: "balance-rr"}, {Value: BondActiveBackup, Name: "active-backup"},
	{Value: BondXOR, Name: "balance-xor"}, {Value: BondBroadcast, Name: "broadcast"}, {Value: Bond8023AD, Name: "802.3ad"},
	{Value: BondTLB, Name: "balance-tlb"}, {Value: BondALB, Name: "balance-alb"},
}

// String returns iproute2's word.
func (m BondMode) String() string { return bondModes.Text(m) }

// MarshalText returns the form of String.
func (m BondMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *BondMode) UnmarshalText(b []byte) (err error) {
	*m, err = bondModes.Parse("bond mode", string(b))
	return err
}

// An ARPValidate says on which ports of a bond ARP answers must be those to its
// own requests (BOND_ARP_VALIDATE_*), and whether other frames count as traffic.
type ARPValidate uint32

// The validations.
const (
	ARPValidateNone   ARPValidate = iota // on no port
	ARPValidateActive                    // on the active one
	ARPValidateBackup                    // on the others
	ARPValidateAll                       // on all
	ARPFilter                            // on no port; only ARP counts as traffic
	ARPFilterActive                      // on the active one; only ARP counts
	ARPFilterBackup                      // on the others; only ARP counts
)

var arpValidates = attr.Words[ARPValidate]{
	{Value: ARPValidateNone, Name: "none"}, {Value: ARPValidateActive, Name: "active"}, {Value: ARPValidateBackup, Name: "backup"},
	{Value: ARPValidateAll, Name: "all"}, {Value: ARPFilter, Name: "filter"}, {Value: ARPFilterActive, Name: "filter_active"},
	{Value: ARPFilterBackup, Name: "filter_backup"},
}

// String returns iproute2's word.
func (a ARPValidate) String() string { return arpValidates.Text(a) }

// MarshalText returns the form of String.
func (a ARPValidate) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the form of String.
func (a *ARPValidate) UnmarshalText(b []byte) (err error) {
	*a, err = arpValidates.Parse("arp_validate", string(b))
	return err
}

// An ARPAllTargets says how many of a bond's targets must answer
// (BOND_ARP_TARGETS_*).
type ARPAllTargets uint32

// The numbers of targets.
const (
	ARPTargetsAny ARPAllTargets = iota // one
	ARPTargetsAll                      // all
)

var arpAllTargets = attr.Words[ARPAllTargets]{
	{Value: ARPTargetsAny, Name: "any"}, {Value: ARPTargetsAll, Name: "all"},
}

// String returns iproute2's word.
func (a ARPAllTargets) String() string { return arpAllTargets.Text(a) }

// MarshalText returns the form of String.
func (a ARPAllTargets) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the form of String.
func (a *ARPAllTargets) UnmarshalText(b []byte) (err error) {
	*a, err = arpAllTargets.Parse("arp_all_targets", string(b))
	return err
}

// A PrimaryReselect says when the primary port of a bond becomes active again
// (BOND_PRI_RESELECT_*).
type PrimaryReselect uint8

// The times.
const (
	PrimaryAlways  PrimaryReselect = iota // as soon as it works
	PrimaryBetter                         // if it is faster than the active one
	PrimaryFailure                        // when the active one fails
)

var primaryReselects = attr.Words[PrimaryReselect]{
	{Value: PrimaryAlways, Name: "always"}, {Value: PrimaryBetter, Name: "better"}, {Value: PrimaryFailure, Name: "failure"},
}

// String returns iproute2's word.
func (p PrimaryReselect) String() string { return primaryReselects.Text(p) }

// MarshalText returns the form of String.
func (p PrimaryReselect) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String.
func (p *PrimaryReselect) UnmarshalText(b []byte) (err error) {
	*p, err = primaryReselects.Parse("primary_reselect", string(b))
	return err
}

// A FailOverMAC says who takes another address when the active port of a bond
// changes (BOND_FOM_*).
type FailOverMAC uint8

// The policies.
const (
	FailOverMACNone   FailOverMAC = iota // nobody: all ports have the bond's
	FailOverMACActive                    // the bond, that of the active port
	FailOverMACFollow                    // the port that becomes active, the bond's
)

var failOverMACs = attr.Words[FailOverMAC]{
	{Value: FailOverMACNone, Name: "none"}, {Value: FailOverMACActive, Name: "active"}, {Value: FailOverMACFollow, Name: "follow"},
}

// String returns iproute2's word.
func (f FailOverMAC) String() string { return failOverMACs.Text(f) }

// MarshalText returns the form of String.
func (f FailOverMAC) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the form of String.
func (f *FailOverMAC) UnmarshalText(b []byte) (err error) {
	*f, err = failOverMACs.Parse("fail_over_mac", string(b))
	return err
}

// An XmitHashPolicy says which headers choose the port of a bond that a packet
// is sent on (BOND_XMIT_POLICY_*).
type XmitHashPolicy uint8

// The policies.
const (
	XmitHashLayer2     XmitHashPolicy = iota // hardware addresses
	XmitHashLayer34                          // IP addresses and ports
	XmitHashLayer23                          // hardware and IP addresses
	XmitHashEncap23                          // layer2+3 of the inner packet
	XmitHashEncap34                          // layer3+4 of the inner packet
	XmitHashVLANSrcMAC                       // VLAN and source address; Linux 5.12
)

var xmitHashPolicies = attr.Words[XmitHashPolicy]{
	{Value: XmitHashLayer2, Name: "layer2"}, {Value: XmitHashLayer34, Name: "layer3+4"}, {Value: XmitHashLayer23, Name: "layer2+3"},
	{Value: XmitHashEncap23, Name: "encap2+3"}, {Value: XmitHashEncap34, Name: "encap3+4"}, {Value: XmitHashVLANSrcMAC, Name: "vlan+srcmac"},
}

// String returns iproute2's word.
func (x XmitHashPolicy) String() string { return xmitHashPolicies.Text(x) }

// MarshalText returns the form of String.
func (x XmitHashPolicy) MarshalText() ([]byte, error) { return []byte(x.String()), nil }

// UnmarshalText reads the form of String.
func (x *XmitHashPolicy) UnmarshalText(b []byte) (err error) {
	*x, err = xmitHashPolicies.Parse("xmit_hash_policy", string(b))
	return err
}

// A LACPRate is how often the partner is asked to send LACP packets (AD_LACP_*).
type LACPRate uint8

// The rates.
const (
	LACPSlow LACPRate = iota // every 30 seconds
	LACPFast                 // every second
)

var lacpRates = attr.Words[LACPRate]{
	{Value: LACPSlow, Name: "slow"}, {Value: LACPFast, Name: "fast"},
}

// String returns iproute2's word.
func (l LACPRate) String() string { return lacpRates.Text(l) }

// MarshalText returns the form of String.
func (l LACPRate) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the form of String.
func (l *LACPRate) UnmarshalText(b []byte) (err error) {
	*l, err = lacpRates.Parse("lacp_rate", string(b))
	return err
}

// An ADSelect says when a bond chooses another aggregator (BOND_AD_*).
type ADSelect uint8

// The choices.
const (
	ADSelectStable       ADSelect = iota // when the active one has no port left; by bandwidth
	ADSelectBandwidth                    // when ports change; by bandwidth
	ADSelectCount                        // when ports change; by their number
	ADSelectPortPriority                 // when ports change; by their priorities; Linux 6.18
)

var adSelects = attr.Words[ADSelect]{
	{Value: ADSelectStable, Name: "stable"}, {Value: ADSelectBandwidth, Name: "bandwidth"}, {Value: ADSelectCount, Name: "count"},
	{Value: ADSelectPortPriority, Name: "actor_port_prio"},
}

// String returns iproute2's word.
func (a ADSelect) String() string { return adSelects.Text(a) }

// MarshalText returns the form of String.
func (a ADSelect) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the form of String.
func (a *ADSelect) UnmarshalText(b []byte) (err error) {
	*a, err = adSelects.Parse("ad_select", string(b))
	return err
}
