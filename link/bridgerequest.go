package link

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A BridgeRequest is what messages of family AF_BRIDGE ask of a bridge, or of
// one of its ports: RTM_SETLINK adds and sets, RTM_DELLINK removes. The bridge's
// own options and those of its ports are in ordinary requests, [kind.Bridge]
// and [kind.BridgePort].
type BridgeRequest struct {
	// Index is the link that the request is about.
	Index uint32
	// Flags are 1 for the bridge above the link, 2 for the link itself
	// (BRIDGE_FLAGS_*); absent, or 0, is the bridge above. Mode is that of
	// hardware switches (BRIDGE_MODE_*).
	Flags, Mode attr.Opt[uint16]
	// VLANs and Tunnels are added or removed.
	VLANs   []PortVLAN
	Tunnels []VLANTunnel
	// MRP is about rings, CFM about maintenance end points.
	MRP MRPRequest
	CFM CFMRequest
	// MST sets a port's state in spanning trees by VLAN; Linux 5.18.
	MST []MSTState

	family  uint8
	unknown attr.Raw
}

// AppendBridge appends the body of the AF_BRIDGE request that says what r
// says. It does no I/O and runs on every system. Errors are of type
// [*attr.Error].
func AppendBridge(b []byte, r *BridgeRequest) ([]byte, error) {
	asked := *r
	asked.family = kind.AFBridge
	return attr.Append(b, &asked)
}

// Fields lists the header and IFLA_BRIDGE_*.
func (r *BridgeRequest) Fields(c *attr.Codec) {
	attr.Header(c, ifinfomsgLen, ifinfomsgLen)
	attr.HeadFamily(c, 0, "family", &r.family)
	attr.HeadUint32(c, 4, "index", &r.Index)
	attr.Inline(c, iflaAFSpec, "af_spec", func(c *attr.Codec) {
		attr.Uint16(c, 0, "bridge_flags", &r.Flags, attr.SetOnly)
		attr.Uint16(c, 1, "hwmode", &r.Mode, attr.SetOnly)
		attr.RepeatStruct(c, 2, "vlans", &r.VLANs, attr.SetOnly)
		attr.RepeatNest(c, 3, "tunnels", &r.Tunnels, attr.SetOnly)
		attr.Inline(c, 4, "mrp", r.MRP.fields, attr.SetOnly)
		attr.Inline(c, 5, "cfm", r.CFM.fields, attr.SetOnly)
		attr.NestList(c, 6, 1, "mst", &r.MST, attr.SetOnly)
	}, attr.SetOnly)
	attr.Rest(c, &r.unknown)
}

// A CFMRequest is what is asked of a bridge's maintenance end points
// (IFLA_BRIDGE_CFM_*); Linux 5.11.
type CFMRequest struct {
	// Create makes an end point, Delete, an instance, removes one.
	Create attr.Opt[CFMMEP]
	Delete attr.Opt[uint32]
	// Config, Check, Defect and Send set it up.
	Config attr.Opt[CFMConfig]
	Check  attr.Opt[CFMCheck]
	Defect attr.Opt[CFMDefect]
	Send   attr.Opt[CFMSend]
	// AddPeer and RemovePeer are the other ends.
	AddPeer, RemovePeer attr.Opt[CFMPeer]
}

func (r *CFMRequest) fields(c *attr.Codec) {
	attr.Nest(c, 1, "create", &r.Create, attr.WriteOnly)
	attr.Inline(c, 2, "delete", func(c *attr.Codec) {
		attr.Uint32(c, 1, "instance", &r.Delete, attr.WriteOnly)
	}, attr.WriteOnly)
	attr.Nest(c, 3, "config", &r.Config, attr.WriteOnly)
	attr.Nest(c, 4, "cc_config", &r.Check, attr.WriteOnly)
	attr.Nest(c, 5, "cc_peer_mep_add", &r.AddPeer, attr.WriteOnly)
	attr.Nest(c, 6, "cc_peer_mep_remove", &r.RemovePeer, attr.WriteOnly)
	attr.Nest(c, 7, "cc_rdi", &r.Defect, attr.WriteOnly)
	attr.Nest(c, 8, "cc_ccm_tx", &r.Send, attr.WriteOnly)
}
