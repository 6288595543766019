package link

import (
	"fmt"
	"maps"
	"slices"

	"github.com/iplink-go/iplink/attr"
)

// What a caller asks of VLANs is checked before anything is sent: the kernel
// would carry out the part before the mistake, and answer with a number.

// maxTunnelID is the highest id of a tunnel: VNIs have 24 bits.
const maxTunnelID = 1<<24 - 1

// vlanFlagsOf returns the flags of each VLAN that is named, or what is wrong.
func vlanFlagsOf(list []PortVLAN) (map[uint16]VLANFlags, error) {
	t := newVLANTable()
	for _, v := range list {
		if err := checkRange(t.flags, v.ID, v.End); err != nil {
			return nil, err
		}
		switch pvid := v.Flags&VLANPVID != 0; {
		case v.Flags&VLANMaster != 0:
			return nil, refused("vlan", "%s: the bridge's own VLANs are said of the bridge, in a call of its own", v)
		case v.Flags&^(VLANPVID|VLANUntagged) != 0:
			return nil, refused("vlan", "%s: a VLAN can be %s", v, VLANPVID|VLANUntagged)
		case pvid && v.End > v.ID:
			return nil, refused("vlan", "%s: a range cannot be the PVID", v)
		case pvid && t.pvid() != 0:
			return nil, refused("vlan", "%d and %d: only one VLAN can be the PVID", t.pvid(), v.ID)
		}
		t.enter(v)
	}
	return t.flags, nil
}

// tunnelsOf returns the tunnel of each VLAN that is named, or what is wrong.
// ids is false where the tunnels' ids say nothing.
func tunnelsOf(list []PortTunnel, ids bool) (map[uint16]uint32, error) {
	m := map[uint16]uint32{}
	for _, t := range list {
		if err := checkRange(m, t.VLAN, t.End); err != nil {
			return nil, err
		}
		for _, id := range []uint32{t.ID, t.lastID()} {
			if ids && (id < 1 || id > maxTunnelID) {
				return nil, outOfRange("tunid", uint64(id), maxTunnelID)
			}
		}
		enterTunnels(m, t)
	}
	return m, nil
}

// checkRange returns what is wrong with a range of VLANs beside those in seen.
func checkRange[T any](seen map[uint16]T, first, end uint16) error {
	switch {
	case first < 1 || first > maxVLAN:
		return outOfRange("vlan", uint64(first), maxVLAN)
	case end > maxVLAN:
		return outOfRange("vlan", uint64(end), maxVLAN)
	case end != 0 && end < first:
		return refused("vlan", "%d-%d: the range ends before it begins", first, end)
	}
	for id := first; id <= max(end, first); id++ {
		if _, ok := seen[id]; ok {
			return refused("vlan", "%d is given twice", id)
		}
	}
	return nil
}

func outOfRange(field string, v uint64, most int64) error {
	return &attr.Error{Path: field, Offset: -1, Err: &attr.RangeError{Value: int64(v), Min: 1, Max: most}}
}

// checkTunnels returns an error if the port could not have these tunnels.
func (t vlanTable) checkTunnels() error {
	vlan := map[uint32]uint16{}
	for _, id := range slices.Sorted(maps.Keys(t.tunnels)) {
		tun := t.tunnels[id]
		if _, ok := t.flags[id]; !ok {
			return refused("vlan", "the port has no VLAN %d to map: AddVLANs first", id)
		}
		if other, ok := vlan[tun]; ok {
			return refused("tunid", "%d for the VLANs %d and %d: a tunnel is of one VLAN", tun, other, id)
		}
		vlan[tun] = id
	}
	return nil
}

// withoutVLANs says why a kernel knows no VLANs of bridges.
const withoutVLANs = "this kernel's bridges have no VLANs: it was built without CONFIG_BRIDGE_VLAN_FILTERING"

// noPort says that a link can have no VLANs.
func noPort(l *Link) error {
	return fmt.Errorf("it is %s and no port of a bridge: %w", kindText(l.KindName()), ErrNotSupported)
}
