package link

import (
	"encoding/json"
	"fmt"
	"strings"
)

// BridgeVLANs are the VLANs of one bridge, or of one port. Its JSON is an
// element of "bridge -compressvlans -j vlan show", which leaves out links without
// VLANs, with the tunnels of "tunnelshow" beside the VLANs if there are any.
type BridgeVLANs struct {
	// Index and Name are the link; Name is "" if the link has gone since.
	Index uint32
	Name  string
	// VLANs are its VLANs, Tunnels what they are mapped to, as ranges in
	// ascending order.
	VLANs   []PortVLAN
	Tunnels []PortTunnel
}

// String is one line: "eth1: 1 PVID Egress Untagged, 10-20".
func (v BridgeVLANs) String() string {
	name := v.Name
	if name == "" {
		name = fmt.Sprint(v.Index)
	}
	return name + ": " + v.text()
}

func (v BridgeVLANs) text() string {
	if len(v.Tunnels) == 0 {
		return listText(v.VLANs)
	}
	return listText(v.VLANs) + "; tunnels " + listText(v.Tunnels)
}

// MarshalJSON writes iproute2's names.
func (v BridgeVLANs) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Name    string       `json:"ifname"`
		VLANs   []PortVLAN   `json:"vlans"`
		Tunnels []PortTunnel `json:"tunnels,omitempty"`
	}{v.Name, append([]PortVLAN{}, v.VLANs...), v.Tunnels})
}

// String is a line of "bridge vlan show": "10-20" or "1 PVID Egress Untagged".
func (v PortVLAN) String() string {
	return strings.Join(append([]string{rangeText(v.ID, v.End)}, v.words()...), " ")
}

// words are the flags one by one.
func (v PortVLAN) words() []string {
	if v.Flags == 0 {
		return nil
	}
	return strings.Split(v.Flags.String(), ",")
}

// MarshalJSON writes iproute2's names.
func (v PortVLAN) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ID    uint16   `json:"vlan"`
		End   uint16   `json:"vlanEnd,omitempty"`
		Flags []string `json:"flags"`
	}{v.ID, v.End, append([]string{}, v.words()...)})
}

// A PortTunnel maps a VLAN of a bridge port, or a range of VLANs to as many
// tunnels, to the ids of a tunnel such as the VNIs of a VXLAN.
type PortTunnel struct {
	// VLAN is the VLAN, End the last one of a range, 0 if it is only one.
	VLAN, End uint16
	// ID is the tunnel of VLAN, 1 to 16777215; the next VLAN has the next.
	ID uint32
}

// lastID is the tunnel of the last VLAN.
func (t PortTunnel) lastID() uint32 { return t.ID + uint32(max(t.End, t.VLAN)-t.VLAN) }

// String is a line of "bridge vlan tunnelshow": "10-20 110-120".
func (t PortTunnel) String() string {
	last := uint32(0)
	if t.End != 0 {
		last = t.lastID()
	}
	return rangeText(t.VLAN, t.End) + " " + rangeText(t.ID, last)
}

// MarshalJSON writes iproute2's names.
func (t PortTunnel) MarshalJSON() ([]byte, error) {
	v := struct {
		VLAN  uint16 `json:"vlan"`
		End   uint16 `json:"vlanEnd,omitempty"`
		ID    uint32 `json:"tunid"`
		EndID uint32 `json:"tunidEnd,omitempty"`
	}{VLAN: t.VLAN, End: t.End, ID: t.ID}
	if t.End != 0 {
		v.EndID = t.lastID()
	}
	return json.Marshal(v)
}

// rangeText is "10", or "10-20" if there is a last one.
func rangeText[T ~uint16 | ~uint32](first, last T) string {
	if last == 0 {
		return fmt.Sprint(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

func listText[T fmt.Stringer](list []T) string {
	if len(list) == 0 {
		return "none"
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = v.String()
	}
	return strings.Join(words, ", ")
}
