package kind

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// Types that bridges and their ports share, and the nests and enumerations of
// bridges.

const ethALen = 6

// A BridgeID tells bridges apart in the spanning tree (struct ifla_bridge_id,
// IEEE 802.1D). The lower is the better one.
type BridgeID struct {
	// Priority is the bridge's priority; its lower twelve bits are zero.
	Priority uint16
	// Address is the bridge's hardware address.
	Address attr.HWAddr
}

// Fields lists the members.
func (id *BridgeID) Fields(c *attr.Codec) {
	attr.Header(c, 8, 8)
	attr.HeadUint16BE(c, 0, "priority", &id.Priority)
	attr.HeadMAC(c, 2, ethALen, "address", &id.Address)
}

// String returns the id as iproute2 shows it: "8000.2:0:0:0:0:99".
func (id BridgeID) String() string {
	var mac [ethALen]byte
	copy(mac[:], id.Address.AsSlice())
	return fmt.Sprintf("%04x.%x:%x:%x:%x:%x:%x", id.Priority, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5])
}

// Compare orders ids as the spanning tree does: by priority, then by address.
func (id BridgeID) Compare(other BridgeID) int {
	if id.Priority != other.Priority {
		return int(id.Priority) - int(other.Priority)
	}
	return id.Address.Compare(other.Address)
}

// A GroupFwdMask is a set of link-local groups 01:80:c2:00:00:0X, bit X
// standing for the one that ends in X.
type GroupFwdMask uint16

// The groups with a name.
const (
	FwdSTP  GroupFwdMask = 1 << 0  // spanning tree
	FwdLACP GroupFwdMask = 1 << 2  // link aggregation and other slow protocols
	FwdLLDP GroupFwdMask = 1 << 14 // link layer discovery
)

var groupFwdMasks = attr.Words[GroupFwdMask]{{Value: FwdSTP, Name: "stp"}, {Value: FwdLACP, Name: "lacp"}, {Value: FwdLLDP, Name: "lldp"}}

// String returns iproute2's words in the order of the bits, with commas
// between them; bits without a word as hexadecimal numbers; "0x0" for none.
func (m GroupFwdMask) String() string {
	if m == 0 {
		return "0x0"
	}
	var words []string
	for bit := GroupFwdMask(1); bit != 0; bit <<= 1 {
		if m&bit != 0 {
			words = append(words, groupFwdMasks.Flags(bit))
		}
	}
	return strings.Join(words, ",")
}

// MarshalText returns the form of String.
func (m GroupFwdMask) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String, or one number.
func (m *GroupFwdMask) UnmarshalText(b []byte) (err error) {
	*m, err = groupFwdMasks.ParseFlags("group_fwd_mask", string(b))
	return err
}

// A QuerierState says who sends multicast queries in a bridge's network
// (BRIDGE_QUERIER_*).
type QuerierState struct {
	// IPv4 and IPv6 are the addresses of the queriers, unspecified if none
	// is known.
	IPv4, IPv6 netip.Addr
	// IPv4Port and IPv6Port are the ports they were seen on, if they are not
	// the bridge itself.
	IPv4Port, IPv6Port attr.Ref
	// IPv4OtherTimer and IPv6OtherTimer are how long other queriers are still
	// believed to be there.
	IPv4OtherTimer, IPv6OtherTimer attr.Opt[time.Duration]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists BRIDGE_QUERIER_*.
func (s *QuerierState) Fields(c *attr.Codec) {
	attr.Addr4(c, 1, "mcast_querier_ipv4_addr", &s.IPv4, attr.ReadOnly)
	attr.Link(c, 2, "mcast_querier_ipv4_port", &s.IPv4Port, attr.ReadOnly)
	attr.Ticks64(c, 3, "mcast_querier_ipv4_other_timer", &s.IPv4OtherTimer, attr.ReadOnly, attr.Timer)
	attr.Pad(c, 4)
	attr.Addr6(c, 5, "mcast_querier_ipv6_addr", &s.IPv6, attr.ReadOnly)
	attr.Link(c, 6, "mcast_querier_ipv6_port", &s.IPv6Port, attr.ReadOnly)
	attr.Ticks64(c, 7, "mcast_querier_ipv6_other_timer", &s.IPv6OtherTimer, attr.ReadOnly, attr.Timer)
	attr.Rest(c, &s.Unknown)
}

// Flatten writes iproute2's JSON: an object for each protocol, empty if
// nothing is known of it, ports by number.
func (s *QuerierState) Flatten(o *attr.Object, _ attr.Printer) {
	for _, x := range []struct {
		protocol string
		addr     netip.Addr
		port     attr.Ref
		timer    attr.Opt[time.Duration]
	}{
		{"ipv4", s.IPv4, s.IPv4Port, s.IPv4OtherTimer},
		{"ipv6", s.IPv6, s.IPv6Port, s.IPv6OtherTimer},
	} {
		members := new(attr.Object)
		if x.addr.IsValid() {
			members.Set("mcast_querier_"+x.protocol+"_addr", x.addr)
		}
		if i, ok := x.port.Index(); ok {
			members.Set("mcast_querier_"+x.protocol+"_port", i)
		}
		if d, ok := x.timer.Get(); ok {
			members.Set("mcast_querier_"+x.protocol+"_other_timer", ticksAsNanoseconds(d))
		}
		o.Set("mcast_querier_state_"+x.protocol, members)
	}
}

// ticksAsNanoseconds writes a timer as iproute2 does in this one place: it
// takes the count of ticks for one of nanoseconds.
func ticksAsNanoseconds(d time.Duration) string {
	n := int64(d / attr.Tick)
	for _, unit := range []struct {
		size int64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}} {
		if n >= unit.size {
			return strconv.FormatFloat(float64(n)/float64(unit.size), 'g', 3, 64) + unit.name
		}
	}
	return strconv.FormatInt(n, 10) + "ns"
}

// An STPState says whether a bridge runs the spanning tree protocol, and who
// does.
type STPState uint32

// The states of STP. A request says off or anything else; see
// [Bridge.STPMode].
const (
	STPOff    STPState = iota // nobody
	STPKernel                 // the kernel
	STPUser                   // a program, started by /sbin/bridge-stp
)

var stpStates = attr.Words[STPState]{{Value: STPOff, Name: "off"}, {Value: STPKernel, Name: "kernel"}, {Value: STPUser, Name: "user"}}

// String returns a word for the number that iproute2 shows.
func (s STPState) String() string { return stpStates.Text(s) }

// MarshalText returns the form of String.
func (s STPState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String, or the number.
func (s *STPState) UnmarshalText(b []byte) (err error) {
	*s, err = stpStates.Parse("stp_state", string(b))
	return err
}

// An STPMode says who is to run the spanning tree protocol of a bridge
// (BR_STP_MODE_*, Linux 7.1).
type STPMode uint32

// The modes of STP.
const (
	STPModeAuto   STPMode = iota // a program if /sbin/bridge-stp starts one, else the kernel
	STPModeUser                  // a program, without a helper being called
	STPModeKernel                // the kernel
)

var stpModes = attr.Words[STPMode]{{Value: STPModeAuto, Name: "auto"}, {Value: STPModeUser, Name: "user"}, {Value: STPModeKernel, Name: "kernel"}}

// String returns iproute2's word.
func (m STPMode) String() string { return stpModes.Text(m) }

// MarshalText returns the form of String.
func (m STPMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *STPMode) UnmarshalText(b []byte) (err error) {
	*m, err = stpModes.Parse("stp_mode", string(b))
	return err
}

// A MCastRouter says whether all multicast goes somewhere because a multicast
// router is there (MDB_RTR_TYPE_*).
type MCastRouter uint8

// The modes of a multicast router.
const (
	MCastRouterDisabled  MCastRouter = iota // never
	MCastRouterAutomatic                    // while queries come from there
	MCastRouterPermanent                    // always
	MCastRouterTemporary                    // for a while; ports only
)

var mcastRouters = attr.Words[MCastRouter]{
	{Value: MCastRouterDisabled, Name: "disabled"}, {Value: MCastRouterAutomatic, Name: "automatic"},
	{Value: MCastRouterPermanent, Name: "permanent"}, {Value: MCastRouterTemporary, Name: "temporary"},
}

// String returns a word for the number that iproute2 shows.
func (r MCastRouter) String() string { return mcastRouters.Text(r) }

// MarshalText returns the form of String.
func (r MCastRouter) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String, or the number.
func (r *MCastRouter) UnmarshalText(b []byte) (err error) {
	*r, err = mcastRouters.Parse("mcast_router", string(b))
	return err
}
