package link

import "github.com/iplink-go/iplink/attr"

// VLANFlags are what a bridge does with a VLAN on a port
// (BRIDGE_VLAN_INFO_*).
type VLANFlags uint16

// The VLAN flags.
const (
	// VLANMaster is about the bridge's own VLAN as well as the port's.
	VLANMaster VLANFlags = 1 << 0
	// VLANPVID gives untagged packets that arrive this VLAN.
	VLANPVID VLANFlags = 1 << 1
	// VLANUntagged sends packets of this VLAN without a tag.
	VLANUntagged VLANFlags = 1 << 2
	// VLANAccess is both: the one VLAN of a port to something that knows no
	// VLANs, such as a container.
	VLANAccess = VLANPVID | VLANUntagged
	// VLANBridgeEntry is the VLAN of the bridge itself.
	VLANBridgeEntry VLANFlags = 1 << 5
	// VLANOnlyOptions changes options and nothing else.
	VLANOnlyOptions VLANFlags = 1 << 6

	vlanRangeBegin VLANFlags = 1 << 3
	vlanRangeEnd   VLANFlags = 1 << 4
)

var vlanFlags = attr.Words[VLANFlags]{
	{Value: VLANMaster, Name: "Master"}, {Value: VLANPVID, Name: "PVID"}, {Value: VLANUntagged, Name: "Egress Untagged"},
	{Value: VLANBridgeEntry, Name: "Bridge entry"}, {Value: VLANOnlyOptions, Name: "Only options"},
}

// String returns iproute2's words.
func (f VLANFlags) String() string { return vlanFlags.Flags(f) }

// MarshalText returns the form of String.
func (f VLANFlags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the form of String.
func (f *VLANFlags) UnmarshalText(b []byte) (err error) {
	*f, err = vlanFlags.ParseFlags("vlan flag", string(b))
	return err
}

// A PortVLAN is a VLAN, or a range of them, on a bridge or a port of one
// (struct bridge_vlan_info). A range travels as two structs, its first and
// its last VLAN.
type PortVLAN struct {
	// Flags say what the bridge does with it. Ports have VLANPVID and
	// VLANUntagged; the others are for those who send messages themselves.
	Flags VLANFlags
	// ID is the VLAN, End the last one of a range, 0 if it is only one.
	ID, End uint16
}

// Fields lists the members.
func (v *PortVLAN) Fields(c *attr.Codec) {
	attr.Header(c, 4, 4)
	attr.HeadUint16(c, 0, "flags", &v.Flags)
	attr.HeadUint16(c, 2, "vid", &v.ID)
}

// Join takes in the end of the range that v begins.
func (v *PortVLAN) Join(next PortVLAN) bool {
	if v.End != 0 || v.Flags&vlanRangeBegin == 0 || next.Flags&vlanRangeEnd == 0 ||
		v.Flags&^vlanRangeBegin != next.Flags&^vlanRangeEnd || next.ID == 0 {
		return false
	}
	v.Flags, v.End = v.Flags&^vlanRangeBegin, next.ID
	return true
}

// Split returns what is sent: one struct, or the two ends of a range.
func (v *PortVLAN) Split() []PortVLAN {
	if v.End == 0 {
		return []PortVLAN{*v}
	}
	return []PortVLAN{{v.Flags | vlanRangeBegin, v.ID, 0}, {v.Flags | vlanRangeEnd, v.End, 0}}
}

// A VLANTunnel maps a VLAN of a bridge port to a tunnel id
// (IFLA_BRIDGE_VLAN_TUNNEL_*).
type VLANTunnel struct {
	// ID is the tunnel, such as the VNI of a VXLAN.
	ID attr.Opt[uint32]
	// VLAN is the VLAN.
	VLAN attr.Opt[uint16]
	// Flags mark the ends of a range, as BRIDGE_VLAN_INFO_RANGE_*.
	Flags attr.Opt[VLANFlags]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (t *VLANTunnel) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "tunid", &t.ID)
	attr.Uint16(c, 2, "vlan", &t.VLAN)
	attr.Uint16(c, 3, "flags", &t.Flags)
	attr.Rest(c, &t.Unknown)
}

// A BridgeView is what messages of family AF_BRIDGE tell of a bridge or its
// port (IFLA_BRIDGE_* in IFLA_AF_SPEC).
type BridgeView struct {
	// Flags and Mode are those of hardware switches (BRIDGE_FLAGS_*,
	// BRIDGE_MODE_*).
	Flags, Mode attr.Opt[uint16]
	// VLANs are the VLANs, if they were asked for.
	VLANs []PortVLAN
	// Tunnels map VLANs to tunnel ids.
	Tunnels []VLANTunnel
	// MRP are the rings of a bridge, CFM its maintenance end points, MST the
	// states of a port in spanning trees by VLAN, if they were asked for.
	MRP []MRPInfo
	CFM CFM
	MST []MSTState
	// Unknown holds attributes without a field, UnknownMRP those of the nest
	// of MRP.
	Unknown, UnknownMRP attr.Raw
}

func (v *BridgeView) fields(c *attr.Codec) {
	attr.Uint16(c, 0, "bridge_flags", &v.Flags, attr.SetOnly, attr.Hidden)
	attr.Uint16(c, 1, "hwmode", &v.Mode, attr.SetOnly, attr.Hidden)
	attr.RepeatStruct(c, 2, "vlans", &v.VLANs, attr.SetOnly, attr.Hidden)
	attr.RepeatNest(c, 3, "tunnels", &v.Tunnels, attr.SetOnly, attr.Hidden)
	attr.Inline(c, 4, "mrp", func(c *attr.Codec) {
		attr.RepeatNest(c, 7, "mrp_info", &v.MRP, attr.ReadOnly, attr.Hidden)
		attr.Rest(c, &v.UnknownMRP)
	}, attr.SetOnly)
	attr.Inline(c, 5, "cfm", v.CFM.fields, attr.SetOnly)
	attr.NestList(c, 6, 1, "mst", &v.MST, attr.SetOnly, attr.Hidden)
	attr.Rest(c, &v.Unknown)
}
