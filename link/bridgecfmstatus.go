package link

import "github.com/iplink-go/iplink/attr"

// What an end point of a bridge's CFM has seen, and the enumerations.

// A CFMStatus is what an end point has seen since the last report
// (IFLA_BRIDGE_CFM_MEP_STATUS_*).
type CFMStatus struct {
	// Instance is the end point.
	Instance attr.Opt[uint32]
	// OpcodeUnexpected, VersionUnexpected and LevelLow are on if frames came
	// with another operation or version, or of a lower level.
	OpcodeUnexpected, VersionUnexpected, LevelLow attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (s *CFMStatus) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &s.Instance, attr.ReadOnly)
	attr.Bool32(c, 2, "opcode_unexp_seen", &s.OpcodeUnexpected, attr.ReadOnly)
	attr.Bool32(c, 3, "version_unexp_seen", &s.VersionUnexpected, attr.ReadOnly)
	attr.Bool32(c, 4, "rx_level_low_seen", &s.LevelLow, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// A CFMPeerStatus is what an end point knows of a peer
// (IFLA_BRIDGE_CFM_CC_PEER_STATUS_*).
type CFMPeerStatus struct {
	// Instance is the end point here, MEPID the id of the peer.
	Instance, MEPID attr.Opt[uint32]
	// Defect is on if its checks have failed to come, RDI if they carry the
	// mark of a defect at its end.
	Defect, RDI attr.Opt[bool]
	// PortState and InterfaceState are the states that its checks say.
	PortState, InterfaceState attr.Opt[uint8]
	// Seen is on if a check came, TLVSeen if one came with states, and
	// SequenceUnexpected if one came out of order, since the last report.
	Seen, TLVSeen, SequenceUnexpected attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (s *CFMPeerStatus) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &s.Instance, attr.ReadOnly)
	attr.Uint32(c, 2, "peer_mepid", &s.MEPID, attr.ReadOnly)
	attr.Bool32(c, 3, "ccm_defect", &s.Defect, attr.ReadOnly)
	attr.Bool32(c, 4, "rdi", &s.RDI, attr.ReadOnly)
	attr.Uint8(c, 5, "port_tlv_value", &s.PortState, attr.ReadOnly)
	attr.Uint8(c, 6, "if_tlv_value", &s.InterfaceState, attr.ReadOnly)
	attr.Bool32(c, 7, "seen", &s.Seen, attr.ReadOnly)
	attr.Bool32(c, 8, "tlv_seen", &s.TLVSeen, attr.ReadOnly)
	attr.Bool32(c, 9, "seq_unexp_seen", &s.SequenceUnexpected, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// A CFMDomain is what a maintenance end point is for (BR_CFM_*).
type CFMDomain uint32

// The domains.
const (
	CFMPort CFMDomain = iota // a port
	CFMVLAN                  // a VLAN on a port
)

var cfmDomains = attr.Words[CFMDomain]{{Value: CFMPort, Name: "port"}, {Value: CFMVLAN, Name: "vlan"}}

// String returns the domain.
func (d CFMDomain) String() string { return cfmDomains.Text(d) }

// MarshalText returns the form of String.
func (d CFMDomain) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *CFMDomain) UnmarshalText(b []byte) (err error) {
	*d, err = cfmDomains.Parse("domain", string(b))
	return err
}

// A CFMDirection is where a maintenance end point looks (BR_CFM_MEP_DIRECTION_*).
type CFMDirection uint32

// The directions.
const (
	CFMDown CFMDirection = iota // out of the port
	CFMUp                       // into the bridge
)

var cfmDirections = attr.Words[CFMDirection]{{Value: CFMDown, Name: "down"}, {Value: CFMUp, Name: "up"}}

// String returns the direction.
func (d CFMDirection) String() string { return cfmDirections.Text(d) }

// MarshalText returns the form of String.
func (d CFMDirection) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *CFMDirection) UnmarshalText(b []byte) (err error) {
	*d, err = cfmDirections.Parse("direction", string(b))
	return err
}

// A CFMInterval is the time between continuity checks
// (BR_CFM_CCM_INTERVAL_*).
type CFMInterval uint32

// The intervals.
const (
	CFMNoInterval CFMInterval = iota // none is set; only reported
	CFM3300us
	CFM10ms
	CFM100ms
	CFM1s
	CFM10s
	CFM1min
	CFM10min
)

var cfmIntervals = attr.Words[CFMInterval]{
	{Value: CFMNoInterval, Name: "none"}, {Value: CFM3300us, Name: "3.3ms"}, {Value: CFM10ms, Name: "10ms"}, {Value: CFM100ms, Name: "100ms"},
	{Value: CFM1s, Name: "1s"}, {Value: CFM10s, Name: "10s"}, {Value: CFM1min, Name: "1min"}, {Value: CFM10min, Name: "10min"},
}

// String returns the interval with its unit.
func (i CFMInterval) String() string { return cfmIntervals.Text(i) }

// MarshalText returns the form of String.
func (i CFMInterval) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the form of String.
func (i *CFMInterval) UnmarshalText(b []byte) (err error) {
	*i, err = cfmIntervals.Parse("interval", string(b))
	return err
}
