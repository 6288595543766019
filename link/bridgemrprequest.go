package link

import "github.com/iplink-go/iplink/attr"

// An MRPRequest is what is asked of a bridge's rings (IFLA_BRIDGE_MRP_*). The
// port that PortState and PortRole are about is the one the message names.
type MRPRequest struct {
	// Ring makes the bridge part of a ring, or ends that.
	Ring attr.Opt[MRPRing]
	// PortState opens and closes a port, PortRole says what it is in the
	// ring.
	PortState attr.Opt[MRPPortState]
	PortRole  attr.Opt[MRPPortRole]
	// RingState, Role and Test set up a ring.
	RingState attr.Opt[MRPRingState]
	Role      attr.Opt[MRPRingRole]
	Test      attr.Opt[MRPTest]
	// InRole, InState and InTest set up the connection of two rings.
	InRole  attr.Opt[MRPConnection]
	InState attr.Opt[MRPInRingState]
	InTest  attr.Opt[MRPInTest]
}

func (r *MRPRequest) fields(c *attr.Codec) {
	attr.Nest(c, 1, "instance", &r.Ring, attr.WriteOnly)
	attr.Inline(c, 2, "port_state", func(c *attr.Codec) {
		attr.Uint32(c, 1, "state", &r.PortState, attr.WriteOnly)
	}, attr.WriteOnly)
	attr.Inline(c, 3, "port_role", func(c *attr.Codec) {
		attr.Uint32(c, 1, "role", &r.PortRole, attr.WriteOnly)
	}, attr.WriteOnly)
	attr.Nest(c, 4, "ring_state", &r.RingState, attr.WriteOnly)
	attr.Nest(c, 5, "ring_role", &r.Role, attr.WriteOnly)
	attr.Nest(c, 6, "start_test", &r.Test, attr.WriteOnly)
	attr.Nest(c, 8, "in_role", &r.InRole, attr.WriteOnly)
	attr.Nest(c, 9, "in_state", &r.InState, attr.WriteOnly)
	attr.Nest(c, 10, "start_in_test", &r.InTest, attr.WriteOnly)
}

// An MRPRing is a ring with the bridge's two ports in it
// (IFLA_BRIDGE_MRP_INSTANCE_*). The kernel wants all but Priority, also to
// leave a ring.
type MRPRing struct {
	// RingID is the ring's number on the bridge.
	RingID attr.Opt[uint32]
	// Primary and Secondary are the ports.
	Primary, Secondary attr.Ref
	// Priority decides between machines that could all be the manager, lower
	// first.
	Priority attr.Opt[uint16]
}

// Fields lists the attributes.
func (m *MRPRing) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "ring_id", &m.RingID, attr.WriteOnly)
	attr.Link(c, 2, "p_ifindex", &m.Primary, attr.WriteOnly)
	attr.Link(c, 3, "s_ifindex", &m.Secondary, attr.WriteOnly)
	attr.Uint16(c, 4, "prio", &m.Priority, attr.WriteOnly)
}

// An MRPRingState is the state that a daemon has found a ring in.
type MRPRingState struct {
	// RingID is the ring, State its state.
	RingID attr.Opt[uint32]
	State  attr.Opt[MRPState]
}

// Fields lists IFLA_BRIDGE_MRP_RING_STATE_*.
func (m *MRPRingState) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "ring_id", &m.RingID, attr.WriteOnly)
	attr.Uint32(c, 2, "state", &m.State, attr.WriteOnly)
}

// An MRPRingRole is what the machine does in a ring.
type MRPRingRole struct {
	// RingID is the ring, Role the role.
	RingID attr.Opt[uint32]
	Role   attr.Opt[MRPRole]
}

// Fields lists IFLA_BRIDGE_MRP_RING_ROLE_*.
func (m *MRPRingRole) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "ring_id", &m.RingID, attr.WriteOnly)
	attr.Uint32(c, 2, "role", &m.Role, attr.WriteOnly)
}

// An MRPTest sends, or watches, test frames in a ring.
type MRPTest struct {
	// RingID is the ring.
	RingID attr.Opt[uint32]
	// Interval is the time between two frames in microseconds, at least 1;
	// MaxMiss how many may be lost until the ring counts as open; Period how
	// long they are sent, in microseconds, 0 to end it.
	Interval, MaxMiss, Period attr.Opt[uint32]
	// Monitor watches the frames of another machine instead of sending.
	Monitor attr.Opt[bool]
}

// Fields lists IFLA_BRIDGE_MRP_START_TEST_*.
func (m *MRPTest) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "ring_id", &m.RingID, attr.WriteOnly)
	attr.Uint32(c, 2, "interval", &m.Interval, attr.WriteOnly, attr.Range(1, maxUint32))
	attr.Uint32(c, 3, "max_miss", &m.MaxMiss, attr.WriteOnly)
	attr.Uint32(c, 4, "period", &m.Period, attr.WriteOnly)
	attr.Bool32(c, 5, "monitor", &m.Monitor, attr.WriteOnly)
}

const maxUint32 = 1<<32 - 1

// An MRPConnection is what the machine does where two rings are connected.
type MRPConnection struct {
	// RingID is its own ring, InID the number of the connection.
	RingID attr.Opt[uint32]
	InID   attr.Opt[uint16]
	// Role is the role, Port the port that leads to the other ring.
	Role attr.Opt[MRPInRole]
	Port attr.Ref
}

// Fields lists IFLA_BRIDGE_MRP_IN_ROLE_*.
func (m *MRPConnection) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "ring_id", &m.RingID, attr.WriteOnly)
	attr.Uint16(c, 2, "in_id", &m.InID, attr.WriteOnly)
	attr.Uint32(c, 3, "role", &m.Role, attr.WriteOnly)
	attr.Link(c, 4, "i_ifindex", &m.Port, attr.WriteOnly)
}

// An MRPInRingState is the state that a daemon has found a connection in.
type MRPInRingState struct {
	// InID is the connection, State its state.
	InID  attr.Opt[uint32]
	State attr.Opt[MRPState]
}

// Fields lists IFLA_BRIDGE_MRP_IN_STATE_*.
func (m *MRPInRingState) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "in_id", &m.InID, attr.WriteOnly)
	attr.Uint32(c, 2, "state", &m.State, attr.WriteOnly)
}

// An MRPInTest is an [MRPTest] for the connection of two rings.
type MRPInTest struct {
	// InID is the connection; the others are as in MRPTest.
	InID, Interval, MaxMiss, Period attr.Opt[uint32]
}

// Fields lists IFLA_BRIDGE_MRP_START_IN_TEST_*.
func (m *MRPInTest) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "in_id", &m.InID, attr.WriteOnly)
	attr.Uint32(c, 2, "interval", &m.Interval, attr.WriteOnly, attr.Range(1, maxUint32))
	attr.Uint32(c, 3, "max_miss", &m.MaxMiss, attr.WriteOnly)
	attr.Uint32(c, 4, "period", &m.Period, attr.WriteOnly)
}

// An MRPPortState is the state of a port in a ring (BR_MRP_PORT_STATE_*).
type MRPPortState uint32

// The states.
const (
	MRPPortDisabled     MRPPortState = iota // drops everything
	MRPPortBlocked                          // drops all but MRP
	MRPPortForwarding                       // forwards
	MRPPortNotConnected                     // has no carrier
)

var mrpPortStates = attr.Words[MRPPortState]{
	{Value: MRPPortDisabled, Name: "disabled"}, {Value: MRPPortBlocked, Name: "blocked"}, {Value: MRPPortForwarding, Name: "forwarding"},
	{Value: MRPPortNotConnected, Name: "not_connected"},
}

// String returns the state.
func (s MRPPortState) String() string { return mrpPortStates.Text(s) }

// MarshalText returns the form of String.
func (s MRPPortState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *MRPPortState) UnmarshalText(b []byte) (err error) {
	*s, err = mrpPortStates.Parse("state of a port in a ring", string(b))
	return err
}

// An MRPPortRole is what a port is in a ring (BR_MRP_PORT_ROLE_*).
type MRPPortRole uint32

// The roles.
const (
	MRPPortPrimary   MRPPortRole = iota // forwards
	MRPPortSecondary                    // blocked at the manager while the ring is closed
	MRPPortInter                        // leads to another ring
)

var mrpPortRoles = attr.Words[MRPPortRole]{
	{Value: MRPPortPrimary, Name: "primary"}, {Value: MRPPortSecondary, Name: "secondary"}, {Value: MRPPortInter, Name: "inter"},
}

// String returns the role.
func (r MRPPortRole) String() string { return mrpPortRoles.Text(r) }

// MarshalText returns the form of String.
func (r MRPPortRole) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String.
func (r *MRPPortRole) UnmarshalText(b []byte) (err error) {
	*r, err = mrpPortRoles.Parse("role of a port in a ring", string(b))
	return err
}
