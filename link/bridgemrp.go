package link

import "github.com/iplink-go/iplink/attr"

// Rings and spanning trees of a bridge in messages of family AF_BRIDGE: the
// media redundancy protocol (MRP, IEC 62439-2; net/bridge/br_mrp_netlink.c) and
// the multiple spanning tree protocol (MST, IEEE 802.1Q; br_mst.c). The kernel
// does what must be fast; a daemon decides.

// An MRPInfo is what a bridge reports of one ring, or of the connection of two
// rings, that it takes part in (IFLA_BRIDGE_MRP_INFO).
type MRPInfo struct {
	// RingID is the ring's number on the bridge.
	RingID attr.Opt[uint32]
	// Primary and Secondary are its ports in the ring.
	Primary, Secondary attr.Ref
	// Priority decides between machines that could all be the manager, lower
	// first.
	Priority attr.Opt[uint16]
	// RingState is whether the ring is closed, Role what this machine does.
	RingState attr.Opt[MRPState]
	Role      attr.Opt[MRPRole]
	// TestInterval is the time between test frames in microseconds, and
	// TestMaxMiss how many may be lost until the ring counts as open.
	TestInterval, TestMaxMiss attr.Opt[uint32]
	// Monitor is on if the machine only watches the test frames of another.
	Monitor attr.Opt[bool]
	// Inter is the port of the connection to another ring. The other fields
	// with In are those above for the connection.
	Inter                         attr.Ref
	InState                       attr.Opt[MRPState]
	InRole                        attr.Opt[MRPInRole]
	InTestInterval, InTestMaxMiss attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_BRIDGE_MRP_INFO_*.
func (m *MRPInfo) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "ring_id", &m.RingID, attr.ReadOnly)
	attr.Link(c, 2, "p_ifindex", &m.Primary, attr.ReadOnly)
	attr.Link(c, 3, "s_ifindex", &m.Secondary, attr.ReadOnly)
	attr.Uint16(c, 4, "prio", &m.Priority, attr.ReadOnly)
	attr.Uint32(c, 5, "ring_state", &m.RingState, attr.ReadOnly)
	attr.Uint32(c, 6, "ring_role", &m.Role, attr.ReadOnly)
	attr.Uint32(c, 7, "test_interval", &m.TestInterval, attr.ReadOnly)
	attr.Uint32(c, 8, "test_max_miss", &m.TestMaxMiss, attr.ReadOnly)
	attr.Bool32(c, 9, "test_monitor", &m.Monitor, attr.ReadOnly)
	attr.Link(c, 10, "i_ifindex", &m.Inter, attr.ReadOnly)
	attr.Uint32(c, 11, "in_state", &m.InState, attr.ReadOnly)
	attr.Uint32(c, 12, "in_role", &m.InRole, attr.ReadOnly)
	attr.Uint32(c, 13, "in_test_interval", &m.InTestInterval, attr.ReadOnly)
	attr.Uint32(c, 14, "in_test_max_miss", &m.InTestMaxMiss, attr.ReadOnly)
	attr.Rest(c, &m.Unknown)
}

// An MRPRole is what a machine does in a ring (BR_MRP_RING_ROLE_*).
type MRPRole uint32

// The roles.
const (
	MRPDisabled MRPRole = iota // nothing
	MRPClient                  // forwards test frames
	MRPManager                 // sends them and opens or closes the ring
	MRPAuto                    // client or manager, as the machines agree
)

var mrpRoles = attr.Words[MRPRole]{
	{Value: MRPDisabled, Name: "disabled"}, {Value: MRPClient, Name: "mrc"}, {Value: MRPManager, Name: "mrm"}, {Value: MRPAuto, Name: "mra"},
}

// String returns the standard's abbreviation, in lower case.
func (r MRPRole) String() string { return mrpRoles.Text(r) }

// MarshalText returns the form of String.
func (r MRPRole) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String.
func (r *MRPRole) UnmarshalText(b []byte) (err error) {
	*r, err = mrpRoles.Parse("role in a ring", string(b))
	return err
}

// An MRPInRole is what a machine does where two rings are connected
// (BR_MRP_IN_ROLE_*).
type MRPInRole uint32

// The roles.
const (
	MRPInDisabled MRPInRole = iota // nothing
	MRPInClient                    // forwards test frames
	MRPInManager                   // sends them
)

var mrpInRoles = attr.Words[MRPInRole]{
	{Value: MRPInDisabled, Name: "disabled"}, {Value: MRPInClient, Name: "mic"}, {Value: MRPInManager, Name: "mim"},
}

// String returns the standard's abbreviation, in lower case.
func (r MRPInRole) String() string { return mrpInRoles.Text(r) }

// MarshalText returns the form of String.
func (r MRPInRole) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String.
func (r *MRPInRole) UnmarshalText(b []byte) (err error) {
	*r, err = mrpInRoles.Parse("role between rings", string(b))
	return err
}

// An MRPState is whether a ring, or the connection of two, is whole
// (BR_MRP_RING_STATE_*, BR_MRP_IN_STATE_*).
type MRPState uint32

// The states.
const (
	MRPOpen   MRPState = iota // interrupted: all ports forward
	MRPClosed                 // whole: the manager's secondary port is blocked
)

var mrpStates = attr.Words[MRPState]{{Value: MRPOpen, Name: "open"}, {Value: MRPClosed, Name: "closed"}}

// String returns the state.
func (s MRPState) String() string { return mrpStates.Text(s) }

// MarshalText returns the form of String.
func (s MRPState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *MRPState) UnmarshalText(b []byte) (err error) {
	*s, err = mrpStates.Parse("state of a ring", string(b))
	return err
}
