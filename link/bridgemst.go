package link

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// An MSTState is the state of a bridge's port in one of the spanning trees by
// VLAN (IFLA_BRIDGE_MST_ENTRY_*, MSTP in IEEE 802.1Q); Linux 5.18. Which VLANs
// a tree is for is a setting of the VLANs.
type MSTState struct {
	// ID is the tree, 1 to 4094.
	ID attr.Opt[uint16]
	// State is the port's state in it.
	State attr.Opt[kind.PortState]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_BRIDGE_MST_ENTRY_*.
func (m *MSTState) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "msti", &m.ID, attr.Range(1, maxVLAN))
	attr.Uint8(c, 2, "state", &m.State, attr.Range(0, int64(kind.PortBlocking)))
	attr.Rest(c, &m.Unknown)
}

const maxVLAN = 4094
