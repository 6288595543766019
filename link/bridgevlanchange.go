package link

import (
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// The way from one table of VLANs to another, and its messages.

// A vlanChange is one request.
type vlanChange struct {
	remove  bool
	vlans   []PortVLAN
	tunnels []PortTunnel
}

// String says what it does in the words of "bridge vlan".
func (c vlanChange) String() string {
	verb := "add"
	if c.remove {
		verb = "remove"
	}
	if len(c.tunnels) > 0 {
		return fmt.Sprintf("%s tunnels %s", verb, listText(c.tunnels))
	}
	return fmt.Sprintf("%s VLANs %s", verb, listText(c.vlans))
}

// maxVLANRanges is how many ranges one request holds: with 56 bytes for a range
// of tunnels it is far below the 64 KiB of a nest, and with one lock held for
// all of them short enough for others who wait for it.
const maxVLANRanges = 512

// toward returns the requests that lead from t to want, in this order: a tunnel
// is of one VLAN at a time, so that those in the way go first; VLANs come before
// others go, so that no packet falls between them; and only a VLAN that is there
// can have a tunnel.
func (t vlanTable) toward(want vlanTable) []vlanChange {
	lost := vlanTable{map[uint16]VLANFlags{}, lacking(want.tunnels, t.tunnels)}
	for id := range t.flags {
		if _, stays := want.flags[id]; !stays {
			lost.flags[id] = 0 // a removal is of numbers
		}
	}
	gained := vlanTable{t.missing(want), lacking(t.tunnels, want.tunnels)}
	return slices.Concat(
		inParts(lost.mappings(), func(p []PortTunnel) vlanChange { return vlanChange{remove: true, tunnels: p} }),
		inParts(gained.additions(), func(p []PortVLAN) vlanChange { return vlanChange{vlans: p} }),
		inParts(lost.vlans(), func(p []PortVLAN) vlanChange { return vlanChange{remove: true, vlans: p} }),
		inParts(gained.mappings(), func(p []PortTunnel) vlanChange { return vlanChange{tunnels: p} }),
	)
}

// missing returns the VLANs of want that t has not, or with other flags. That
// another VLAN stops being the PVID need not be said.
func (t vlanTable) missing(want vlanTable) map[uint16]VLANFlags {
	now := t
	if want.pvid() != 0 && want.pvid() != t.pvid() {
		now = t.clone()
		now.dropPVID()
	}
	return lacking(now.flags, want.flags)
}

// lacking returns what of want is not in have, or is something else there.
func lacking[T comparable](have, want map[uint16]T) map[uint16]T {
	out := map[uint16]T{}
	for id, v := range want {
		if h, ok := have[id]; !ok || h != v {
			out[id] = v
		}
	}
	return out
}

// additions are the VLANs with the PVID first: it takes over from the one that
// was, without a moment in which there is none.
func (t vlanTable) additions() []PortVLAN {
	out := t.vlans()
	slices.SortStableFunc(out, func(a, b PortVLAN) int { return int(b.Flags&VLANPVID) - int(a.Flags&VLANPVID) })
	return out
}

// inParts makes as many requests of a list as it takes.
func inParts[T any](list []T, change func([]T) vlanChange) (out []vlanChange) {
	for part := range slices.Chunk(list, maxVLANRanges) {
		out = append(out, change(part))
	}
	return out
}

// apply returns the table that the change leads to.
func (c vlanChange) apply(t vlanTable) vlanTable {
	out := t.clone()
	vlans, tunnels := newVLANTable(), map[uint16]uint32{}
	for _, v := range c.vlans {
		vlans.enter(v)
	}
	for _, m := range c.tunnels {
		enterTunnels(tunnels, m)
	}
	if c.remove {
		out.remove(vlans.flags)
		out.unmap(tunnels)
		return out
	}
	out.set(vlans.flags)
	out.mapTo(tunnels)
	return out
}

// The flags of IFLA_BRIDGE_FLAGS (linux/if_bridge.h BRIDGE_FLAGS_*).
const bridgeSelf = 2

// message returns the request. A bridge is asked about itself, a port's bridge
// about the port, which is what no flags mean. RTM_NEWVLAN and RTM_DELVLAN would
// say the same; but kernels announce the latter as RTM_DELLINK, from which other
// programs learn that a port has left its bridge.
func (c vlanChange) message(index uint32, self bool) ([]byte, error) {
	r := BridgeRequest{Index: index, VLANs: c.vlans}
	if self {
		r.Flags = attr.U16(bridgeSelf)
	}
	for _, t := range c.tunnels {
		r.Tunnels = append(r.Tunnels, t.wire()...)
	}
	typ := rtnl.SetLink
	if c.remove {
		typ = rtnl.DelLink
	}
	b, err := AppendBridge(rtnl.Begin(nil, typ, rtnl.FlagAck), &r)
	if err != nil {
		return nil, err
	}
	return rtnl.End(b, 0), nil
}

// wire returns what is sent: one nest, or the two ends of a range.
func (t PortTunnel) wire() []VLANTunnel {
	one := func(vlan uint16, id uint32, f VLANFlags) VLANTunnel {
		return VLANTunnel{ID: attr.U32(id), VLAN: attr.U16(vlan), Flags: attr.Some(f)}
	}
	if t.End == 0 {
		return []VLANTunnel{one(t.VLAN, t.ID, 0)}
	}
	return []VLANTunnel{one(t.VLAN, t.ID, vlanRangeBegin), one(t.End, t.lastID(), vlanRangeEnd)}
}
