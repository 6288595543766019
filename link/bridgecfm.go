package link

import "github.com/iplink-go/iplink/attr"

// Connectivity fault management of a bridge (CFM, IEEE 802.1Q chapter 18 and
// on; net/bridge/br_cfm_netlink.c; Linux 5.11) in messages of family AF_BRIDGE.
// A maintenance end point (MEP) on a port sends continuity checks (CCM) and
// watches those of its peers. The same structs are sent and reported.

// CFM is what a bridge reports of its maintenance end points
// (IFLA_BRIDGE_CFM_*_INFO), each by its instance.
type CFM struct {
	// MEPs are the end points, Configs, Checks, Defects and Sends their
	// settings, Peers the other ends, with one entry for each.
	MEPs    []CFMMEP
	Configs []CFMConfig
	Checks  []CFMCheck
	Defects []CFMDefect
	Sends   []CFMSend
	Peers   []CFMPeer
	// Status and PeerStatus are what was seen; the kernel forgets what it
	// has reported.
	Status     []CFMStatus
	PeerStatus []CFMPeerStatus
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

func (f *CFM) fields(c *attr.Codec) {
	attr.RepeatNest(c, 9, "create_info", &f.MEPs, attr.ReadOnly)
	attr.RepeatNest(c, 10, "config_info", &f.Configs, attr.ReadOnly)
	attr.RepeatNest(c, 11, "cc_config_info", &f.Checks, attr.ReadOnly)
	attr.RepeatNest(c, 12, "cc_rdi_info", &f.Defects, attr.ReadOnly)
	attr.RepeatNest(c, 13, "cc_ccm_tx_info", &f.Sends, attr.ReadOnly)
	attr.RepeatNest(c, 14, "cc_peer_mep_info", &f.Peers, attr.ReadOnly)
	attr.RepeatNest(c, 15, "status_info", &f.Status, attr.ReadOnly)
	attr.RepeatNest(c, 16, "cc_peer_status_info", &f.PeerStatus, attr.ReadOnly)
	attr.Rest(c, &f.Unknown)
}

// A CFMMEP is a maintenance end point (IFLA_BRIDGE_CFM_MEP_CREATE_*).
type CFMMEP struct {
	// Instance is its number on the bridge.
	Instance attr.Opt[uint32]
	// Domain is what it is for, Direction where it looks.
	Domain    attr.Opt[CFMDomain]
	Direction attr.Opt[CFMDirection]
	// Port is the port it is on.
	Port attr.Ref
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (m *CFMMEP) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &m.Instance)
	attr.Uint32(c, 2, "domain", &m.Domain)
	attr.Uint32(c, 3, "direction", &m.Direction)
	attr.Link(c, 4, "port", &m.Port)
	attr.Rest(c, &m.Unknown)
}

// A CFMConfig is the identity of an end point (IFLA_BRIDGE_CFM_MEP_CONFIG_*).
type CFMConfig struct {
	// Instance is the end point.
	Instance attr.Opt[uint32]
	// MAC is its hardware address.
	MAC attr.HWAddr
	// Level is the level of its domain, 0 to 7, and MEPID its id there, 0 to
	// 8191.
	Level, MEPID attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

const (
	maxCFMLevel = 7
	maxCFMMEPID = 1<<13 - 1
	cfmMAIDLen  = 48
)

// Fields lists the attributes.
func (f *CFMConfig) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &f.Instance)
	attr.MAC(c, 2, "unicast_mac", &f.MAC)
	attr.Uint32(c, 3, "mdlevel", &f.Level, attr.Range(0, maxCFMLevel))
	attr.Uint32(c, 4, "mepid", &f.MEPID, attr.Range(0, maxCFMMEPID))
	attr.Rest(c, &f.Unknown)
}

// A CFMCheck says whether and how often continuity checks are sent and
// expected (IFLA_BRIDGE_CFM_CC_CONFIG_*).
type CFMCheck struct {
	// Instance is the end point.
	Instance attr.Opt[uint32]
	// Enable begins to expect checks, one in each Interval.
	Enable   attr.Opt[bool]
	Interval attr.Opt[CFMInterval]
	// MAID names the maintenance association; 48 bytes.
	MAID string
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (k *CFMCheck) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &k.Instance)
	attr.Bool32(c, 2, "enable", &k.Enable)
	attr.Uint32(c, 3, "exp_interval", &k.Interval, attr.Range(int64(CFM3300us), int64(CFM10min)))
	attr.Bytes(c, 4, "exp_maid", &k.MAID, attr.MaxLen(cfmMAIDLen))
	attr.Rest(c, &k.Unknown)
}

// A CFMDefect says whether checks carry the mark of a defect seen here
// (IFLA_BRIDGE_CFM_CC_RDI_*).
type CFMDefect struct {
	// Instance is the end point.
	Instance attr.Opt[uint32]
	// RDI is the mark, the remote defect indication.
	RDI attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (d *CFMDefect) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &d.Instance)
	attr.Bool32(c, 2, "rdi", &d.RDI)
	attr.Rest(c, &d.Unknown)
}

// A CFMPeer is another end point that checks are expected from
// (IFLA_BRIDGE_CFM_CC_PEER_MEP_*).
type CFMPeer struct {
	// Instance is the end point here, MEPID the id of the other, 0 to 8191.
	Instance, MEPID attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (p *CFMPeer) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &p.Instance)
	attr.Uint32(c, 2, "mepid", &p.MEPID, attr.Range(0, maxCFMMEPID))
	attr.Rest(c, &p.Unknown)
}

// A CFMSend sends continuity checks for a while (IFLA_BRIDGE_CFM_CC_CCM_TX_*).
type CFMSend struct {
	// Instance is the end point.
	Instance attr.Opt[uint32]
	// Dest is the address they go to.
	Dest attr.HWAddr
	// NoSequence leaves their sequence number alone.
	NoSequence attr.Opt[bool]
	// Period is how long they are sent, in seconds; 0 ends it.
	Period attr.Opt[uint32]
	// InterfaceTLV adds the state of the interface, InterfaceState, and
	// PortTLV that of the port, PortState, as IEEE 802.1Q numbers them.
	InterfaceTLV   attr.Opt[bool]
	InterfaceState attr.Opt[uint8]
	PortTLV        attr.Opt[bool]
	PortState      attr.Opt[uint8]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (s *CFMSend) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "instance", &s.Instance)
	attr.MAC(c, 2, "dmac", &s.Dest)
	attr.Bool32(c, 3, "seq_no_update", &s.NoSequence)
	attr.Uint32(c, 4, "period", &s.Period)
	attr.Bool32(c, 5, "if_tlv", &s.InterfaceTLV)
	attr.Uint8(c, 6, "if_tlv_value", &s.InterfaceState)
	attr.Bool32(c, 7, "port_tlv", &s.PortTLV)
	attr.Uint8(c, 8, "port_tlv_value", &s.PortState)
	attr.Rest(c, &s.Unknown)
}
